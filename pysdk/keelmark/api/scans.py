"""Rows of several tables in chain order, from a place on: what pages and the live tail read.

Everything here blocks; whoever serves calls it in a thread. A scan is bounded by the rows that it
returns and by those that it looks at, so that no request holds a thread for long.
"""

from __future__ import annotations

import heapq
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from importlib import import_module
from itertools import islice
from typing import Any

from keelmark.api.rows import END, Place, Row
from keelmark.columns.spec import TableSpec
from keelmark.store.base import Store

__all__ = ["MOST_SCANNED", "Found", "Wanted", "has_row", "of_one_history", "scan_rows"]

# Arrow comes without types.
pc: Any = import_module("pyarrow.compute")

MOST_SCANNED = 100_000
"""Rows of a table that one request looks at; a page that would take more ends early, and its
cursor goes on from there."""


@dataclass(frozen=True, slots=True)
class Wanted:
    """Which rows."""

    tables: tuple[TableSpec, ...]
    first_block: int
    last_block: int
    """Both included."""
    first_time: int | None = None
    last_time: int | None = None
    """Of the block, Unix seconds, both included."""
    equal: Mapping[str, int] = field(default_factory=dict)
    """Column to the value that it must have; tables without the column have no row."""


@dataclass(frozen=True, slots=True)
class Found:
    """Rows in chain order, and how far was looked."""

    rows: tuple[Row, ...]
    reached: tuple[Place, bytes] | None
    """The last row that was looked at, and its block's hash, if there may be more behind it."""


class _Budget:
    """Rows that may still be looked at."""

    def __init__(self, rows: int) -> None:
        self.left = rows
        self.reached: tuple[Place, bytes] | None = None


def scan_rows(store: Store, wanted: Wanted, after: Place | None, limit: int) -> Found:
    """The next rows behind a place.

    Args:
        store: read from.
        wanted: which rows.
        after: the last place that is not wanted; None to begin.
        limit: rows at most.
    """
    budgets = [_Budget(MOST_SCANNED) for _ in wanted.tables]
    streams = [
        _table_rows(store, table, wanted, after, budget)
        for table, budget in zip(wanted.tables, budgets, strict=True)
    ]
    merged = heapq.merge(*streams, key=lambda row: row.place)
    rows = tuple(islice(merged, limit))
    # A stream that ran out of its budget ends the page where it ended: beyond, rows are missing.
    ended = [budget.reached for budget in budgets if budget.reached]
    if ended:
        rows = tuple(row for row in rows if row.place <= min(ended)[0])
    if len(rows) == limit:
        return Found(rows, (rows[-1].place, rows[-1].block_hash))
    return Found(rows, min(ended) if ended else None)


def _table_rows(
    store: Store, table: TableSpec, wanted: Wanted, after: Place | None, budget: _Budget
) -> Iterator[Row]:
    """One table's rows; notes in the budget where it stopped early."""
    names = {column.name for column in table.columns}
    if not names.issuperset(wanted.equal):
        return
    first = wanted.first_block if after is None else max(wanted.first_block, after.block)
    if first > wanted.last_block:
        return
    for batch in store.scan(table.name, first_block=first, last_block=wanted.last_block):
        kept = _kept(batch, wanted, after)
        for values in kept.to_pylist():
            place = Place(values["block_number"], values["log_index"])
            yield Row(table, place, values["block_hash"], values["block_time"], values)
        budget.left -= batch.num_rows
        if budget.left <= 0:
            budget.reached = _last_of(batch)
            return


def _last_of(batch: Any) -> tuple[Place, bytes]:
    last = batch.num_rows - 1
    number, log, found = (
        batch.column(name)[last].as_py() for name in ("block_number", "log_index", "block_hash")
    )
    return Place(number, log), found


def _kept(batch: Any, wanted: Wanted, after: Place | None) -> Any:
    """The rows of a batch that are wanted."""
    masks = [pc.equal(batch.column(name), value) for name, value in wanted.equal.items()]
    if wanted.first_time is not None:
        masks.append(pc.greater_equal(batch.column("block_time"), wanted.first_time))
    if wanted.last_time is not None:
        masks.append(pc.less_equal(batch.column("block_time"), wanted.last_time))
    if after is not None:
        blocks = batch.column("block_number")
        behind = pc.greater(batch.column("log_index"), after.log)
        same = pc.and_(pc.equal(blocks, after.block), behind)
        masks.append(pc.or_(pc.greater(blocks, after.block), same))
    for mask in masks[1:]:
        masks[0] = pc.and_(masks[0], mask)
    return batch.filter(masks[0]) if masks else batch


def of_one_history(store: Store, rows: Sequence[Row]) -> bool:
    """Whether no row is of a block that the store no longer has."""
    if not rows:
        return True
    known = store.headers(rows[0].place.block, rows[-1].place.block)
    hashes = {one.number: one.hash for one in known}
    return all(hashes.get(row.place.block, row.block_hash) == row.block_hash for row in rows)


def has_row(store: Store, tables: Sequence[TableSpec], place: Place, block_hash: bytes) -> bool:
    """Whether a row is still there: its block with this hash, at this place in it.

    Args:
        store: read from.
        tables: where it may stand.
        place: of the row; `END` as place in the block stands for the block as a whole.
        block_hash: of its block.
    """
    if place.log == END:
        return _has_block(store, place.block, block_hash)
    names = ("block_hash", "log_index")
    for table in tables:
        scan = store.scan(
            table.name, columns=names, first_block=place.block, last_block=place.block
        )
        for batch in scan:
            keys = zip(*(batch.column(name).to_pylist() for name in names), strict=True)
            if (block_hash, place.log) in keys:
                return True
    return False


def _has_block(store: Store, number: int, block_hash: bytes) -> bool:
    """Whether a store knows a block, from its header or as a checkpoint's last one."""
    headers = store.headers(number, number)
    if headers:
        return headers[0].hash == block_hash
    return any(
        (one.last_block, one.last_hash) == (number, block_hash) for one in store.checkpoints()
    )
