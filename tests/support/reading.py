"""Reading a chain into a store in one call, and what is in a store in a form to be compared."""

from __future__ import annotations

import asyncio
from collections.abc import Iterable, Sequence
from contextlib import AsyncExitStack
from typing import Any

from eth_utils.address import to_checksum_address

from keelmark.chain import connect
from keelmark.ingest import Reader, Step, open_endpoint
from keelmark.ingest.retries import Retries
from keelmark.ledger.reader import read_logs
from keelmark.store import Description, Store, open_store
from tests.support.stored import rows_to_tables

__all__ = ["Contents", "contents", "plainly", "read_into", "rows_of"]

Contents = dict[str, list[dict[str, Any]]]
"""Table to its rows in chain order; tables without rows are left out."""

QUICK = Retries(attempts=8, first_pause=0.02, longest_pause=0.3)


def read_into(
    store: Store, targets: Any, until: int | str = "latest", **options: Any
) -> tuple[list[Step], Reader]:
    """Reads until a block and closes everything but the store.

    Args:
        store: where to.
        targets: endpoints' addresses, one or several, or an embedded chain.
        until: as in `Reader.sync`.
        options: of the reader.
    """

    async def run() -> tuple[list[Step], Reader]:
        several = targets if isinstance(targets, list) else [targets]
        async with AsyncExitStack() as stack:
            endpoints = [
                await stack.enter_async_context(open_endpoint(one, retries=QUICK))
                for one in several
            ]
            reader = Reader(endpoints, store, **{"patience": 5.0, **options})
            stack.callback(reader.close)
            return [step async for step in reader.steps(until)], reader

    return asyncio.run(run())


def rows_of(tables: dict[str, Any]) -> Contents:
    """Arrow tables as rows."""
    return {name: table.to_pylist() for name, table in tables.items() if table.num_rows}


def contents(store: Store) -> Contents:
    """What is in a store; its tables are in chain order and no key is there twice."""
    found: Contents = {}
    for table in store.description.tables:
        rows = [row for batch in store.scan(table.name) for row in batch.to_pylist()]
        keys = [(row["block_number"], row["log_index"]) for row in rows]
        assert keys == sorted(set(keys)), f"{table.name}: out of order or doubled"
        if rows:
            found[table.name] = rows
    return found


def plainly(url: str, description: Description, last: int | None = None) -> Contents:
    """What a store about it should hold by the plain reader, which shares no line with the
    columnar one."""
    addresses = [str(to_checksum_address(one.address)) for one in description.contracts]
    reading = connect(url).run(read_logs(addresses, description.first_block, last))
    return rows_of(rows_to_tables(reading.rows, description.tables))


def without_gap(store: Store) -> bool:
    """Whether the checkpoints follow each other from the first block on."""
    points = store.checkpoints()
    starts = [store.description.first_block, *(one.last_block + 1 for one in points)]
    return [one.first_block for one in points] == starts[:-1]


def reopened(store: Store, description: Description) -> Store:
    """The same store, closed and opened anew."""
    store.close()
    return open_store(store.location, description)


def spans(steps: Iterable[Step]) -> Sequence[tuple[int, int]]:
    """First and last block of each step's checkpoint."""
    return [
        (step.checkpoint.first_block, step.checkpoint.last_block)
        for step in steps
        if step.checkpoint is not None
    ]
