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
from typing import Any, Protocol

from keelmark.api.rows import END, Place, Row
from keelmark.columns.spec import TableSpec
from keelmark.store.base import Store
from keelmark.store.model import Description

__all__ = ["MOST_SCANNED", "Found", "Source", "Wanted", "has_row", "of_one_history", "scan_rows"]

# Arrow comes without types.
pc: Any = import_module("pyarrow.compute")

MOST_SCANNED = 100_000
"""Rows of a table that one request looks at; a page that would take more ends early, and its
cursor goes on from there."""


class Source(Protocol):
    """The part of a store that a scan reads; what was just committed is read in the same way."""

    @property
    def description(self) -> Description:
        """Its tables."""

    def scan(
        self,
        table: str,
        *,
        columns: Sequence[str] | None = None,
        first_block: int | None = None,
        last_block: int | None = None,
    ) -> Iterator[Any]:
        """Rows of a table as RecordBatches, in chain order."""


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


def scan_rows(store: Source, wanted: Wanted, after: Place | None, limit: int) -> Found:
    """The next rows behind a place.

    Args:
        store: read from.
        wanted: which rows.
        after: the last place that is not wanted; None to begin.
        limit: rows at most.
    """
    there = set(store.description.tables)
    tables = [table for table in wanted.tables if table in there]
    budgets = [_Budget(MOST_SCANNED) for _ in tables]
    streams = [
        _table_rows(store, table, wanted, after, budget)
        for table, budget in zip(tables, budgets, strict=True)
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
    store: Source, table: TableSpec, wanted: Wanted, after: Place | None, budget: _Budget
) -> Iterator[Row]:
    """One table's rows; notes in the budget where it stopped early."""
    names = {column.name for column in table.columns}
    if not names.issuperset(wanted.equal):
        return
    first = wanted.first_block if after is None else max(wanted.first_block, after.block)
    if first > wanted.last_block:
        return
    for whole in store.scan(table.name, first_block=first, last_block=wanted.last_block):
        # Rows at or before the place cost nothing: else a page could end where it began.
        batch = whole if after is None else _behind(whole, after)
        for values in _kept(batch, wanted).to_pylist():
            place = Place(values["block_number"], values["log_index"])
            yield Row(table, place, values["block_hash"], values["block_time"], values)
        budget.left -= batch.num_rows
        if budget.left <= 0 and batch.num_rows:
            budget.reached = _last_of(batch)
            return


def _behind(batch: Any, after: Place) -> Any:
    """The rows of a batch behind a place."""
    blocks = batch.column("block_number")
    later = pc.greater(batch.column("log_index"), after.log)
    same = pc.and_(pc.equal(blocks, after.block), later)
    return batch.filter(pc.or_(pc.greater(blocks, after.block), same))


def _last_of(batch: Any) -> tuple[Place, bytes]:
    last = batch.num_rows - 1
    number, log, found = (
        batch.column(name)[last].as_py() for name in ("block_number", "log_index", "block_hash")
    )
    return Place(number, log), found


def _kept(batch: Any, wanted: Wanted) -> Any:
    """The rows of a batch that are wanted."""
    masks = [pc.equal(batch.column(name), value) for name, value in wanted.equal.items()]
    if wanted.first_time is not None:
        masks.append(pc.greater_equal(batch.column("block_time"), wanted.first_time))
    if wanted.last_time is not None:
        masks.append(pc.less_equal(batch.column("block_time"), wanted.last_time))
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

    A block's rows are all there or none, so that its header tells. Where the store has forgotten
    it, which is so of final blocks alone, the row itself is looked for.

    Args:
        store: read from.
        tables: where it may stand.
        place: of the row; `END` as place in the block stands for the block as a whole.
        block_hash: of its block.
    """
    headers = store.headers(place.block, place.block)
    if headers:
        return headers[0].hash == block_hash
    if place.log == END:
        return any(
            (one.last_block, one.last_hash) == (place.block, block_hash)
            for one in store.checkpoints()
        )
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
