"""Stores to read from, filled from what the plain reader reads: no part of the columnar reader
has a hand in them, so that they are a second opinion on it."""

from __future__ import annotations

import atexit
import shutil
import tempfile
from collections.abc import Sequence
from dataclasses import dataclass
from decimal import Decimal
from functools import cache
from pathlib import Path
from typing import Any

import pyarrow as pa
from eth_utils.address import to_canonical_address

from keelmark.chain import Chain
from keelmark.chain.operations import BlockHeader, GetBlock, Operation
from keelmark.columns import ColumnKind, TableSpec, arrow_schema, own_tables
from keelmark.deploy import Deployment
from keelmark.deploy.manifest import read_manifest, write_manifest
from keelmark.ledger.reader import LogRow, Reading, read_logs
from keelmark.store import Checkpoint, Description, Header, Heads, RowSet, Store, open_store
from keelmark.store.describe import describe
from tests.support.replayed import Run, replayed

__all__ = ["Stored", "described", "fill", "row_sets", "rows_to_tables", "stored_market"]

READ_AT = 1_700_000_000


@dataclass(frozen=True)
class Stored:
    """A store of a deployment, and the chain that it was read from."""

    location: str
    """A DuckDB file; open it with ``read_only=True``, and copy it to change it."""
    deployment: Deployment
    chain: Chain
    reading: Reading
    """What is in it."""
    run: Run


def described(deployment: Deployment) -> Description:
    """The description of a deployment's store, with its manifest's text."""
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / "manifest.json"
        write_manifest(deployment, path)
        text = path.read_text("utf-8")
        return describe(read_manifest(path), text)


def _value(kind: ColumnKind, word: bytes, signed: bool) -> Any:
    """A word as a column's value."""
    if kind == ColumnKind.ADDRESS:
        return word[12:]
    if kind == ColumnKind.FLAG:
        return word[-1] == 1
    if kind == ColumnKind.WORD:
        return word
    number = int.from_bytes(word, "big", signed=signed)
    return Decimal(number) if kind == ColumnKind.AMOUNT else number


def rows_to_tables(rows: Sequence[LogRow], tables: Sequence[TableSpec] = ()) -> dict[str, pa.Table]:
    """Logs as Arrow tables, one Python object at a time.

    Args:
        rows: in chain order, each of one of the tables' events.
        tables: the kit's if empty.
    """
    specs = {table.topic: table for table in tables or own_tables()}
    lists: dict[bytes, list[tuple[Any, ...]]] = {}
    for row in rows:
        log = row.log
        spec = specs[log.topics[0]]
        topics = iter(log.topics[1:])
        words = iter(log.data[place : place + 32] for place in range(0, len(log.data), 32))
        values = [
            _value(column.kind, next(topics if column.indexed else words), column.signed)
            for column in spec.columns
        ]
        assert next(topics, None) is None
        assert next(words, None) is None
        system = (
            log.block_number,
            log.block_hash,
            row.block_time,
            log.transaction_index,
            log.transaction_hash,
            log.log_index,
            to_canonical_address(log.address),
        )
        lists.setdefault(spec.topic, []).append((*system, *values))
    found = {}
    for topic, values in lists.items():
        schema = arrow_schema(specs[topic])
        arrays = [
            pa.array(column, field.type)
            for column, field in zip(zip(*values, strict=True), schema, strict=True)
        ]
        found[specs[topic].name] = pa.Table.from_arrays(arrays, schema=schema)
    return found


def row_sets(
    reading: Reading,
    ends: Sequence[BlockHeader] = (),
    tables: Sequence[TableSpec] = (),
    heads: Heads | None = None,
) -> list[RowSet]:
    """A reading cut into row sets.

    Args:
        reading: of every contract of the store.
        ends: last block of each, ascending; the last one is the reading's head. One row set if
            empty.
        tables: the kit's if empty.
        heads: the chain's; those of the reading if None.
    """
    known = heads or Heads(reading.head.number, reading.safe_block, reading.finalized_block)
    found, first = [], reading.first_block
    for end in ends or (reading.head,):
        rows = [row for row in reading.rows if first <= row.log.block_number <= end.number]
        point = Checkpoint(first, end.number, end.hash, end.time, known, len(rows), READ_AT)
        header = Header(end.number, end.hash, end.parent_hash, end.time)
        found.append(RowSet(rows_to_tables(rows, tables), (header,), point))
        first = end.number + 1
    return found


def fill(
    store: Store,
    reading: Reading,
    ends: Sequence[BlockHeader] = (),
    heads: Heads | None = None,
) -> int:
    """Commits a reading to a store, cut as `row_sets` does. Gives how many rows were added."""
    found = row_sets(reading, ends, store.description.tables, heads)
    return sum(store.commit(rows) for rows in found)


def _ends(first: int, last: int, parts: int) -> Operation[list[BlockHeader]]:
    """Headers that cut a range of blocks into parts."""
    found: list[BlockHeader] = []
    for part in range(1, parts + 1):
        found.append((yield GetBlock(first + (last - first) * part // parts)))
    return found


@cache
def stored_market() -> Stored:
    """The replayed days of March 2020 in a DuckDB file, in four row sets, made once.

    The embedded chain knows no finality and nothing can replace its blocks: they are stored as
    finalized.
    """
    run = replayed()
    deployment = run.replay.deployment
    description = described(deployment)
    addresses = tuple(deployment.reporting.values())
    reading = run.chain.run(read_logs(addresses, description.first_block))
    ends = run.chain.run(_ends(description.first_block, reading.head.number, 4))
    folder = tempfile.mkdtemp(prefix="keelmark-stored-")
    atexit.register(shutil.rmtree, folder, ignore_errors=True)
    location = str(Path(folder) / "market.duckdb")
    height = reading.head.number
    store = open_store(location, description)
    fill(store, reading, ends, Heads(height, height, height))
    store.close()
    return Stored(location, deployment, run.chain, reading, run)
