"""The newest row sets kept in memory as they were committed by a reader in the same process.

A store has a table an event, and a query of each takes longer than a block of a fast chain may.
What was just committed is known without any: the live tail and the folded market take it from here
as long as it follows on from where they are, and from the store otherwise.
"""

from __future__ import annotations

import threading
from collections import deque
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from importlib import import_module
from typing import Any, Final

from keelmark.store.base import Store
from keelmark.store.model import Description, Header, RowSet

__all__ = ["Recent", "Tee", "View"]

# Arrow comes without types.
pc: Any = import_module("pyarrow.compute")

MOST_SETS: Final = 64
MOST_ROWS: Final = 20_000
"""Bounds of what is kept; a larger row set is not."""


@dataclass(frozen=True)
class View:
    """Row sets that follow each other, read as a store is."""

    description: Description
    """Only the tables that have a row here."""
    sets: tuple[RowSet, ...]

    def scan(
        self,
        table: str,
        *,
        columns: Sequence[str] | None = None,
        first_block: int | None = None,
        last_block: int | None = None,
    ) -> Iterator[Any]:
        """Rows of a table as RecordBatches, in chain order."""
        for one in self.sets:
            point = one.checkpoint
            if first_block is not None and point.last_block < first_block:
                continue
            if last_block is not None and point.first_block > last_block:
                continue
            rows = one.rows.get(table)
            if rows is None:
                continue
            if first_block is not None and point.first_block < first_block:
                rows = rows.filter(pc.greater_equal(rows["block_number"], first_block))
            if last_block is not None and point.last_block > last_block:
                rows = rows.filter(pc.less_equal(rows["block_number"], last_block))
            rows = rows.select(list(columns)) if columns else rows
            yield from rows.combine_chunks().to_batches()


class Recent:
    """The newest row sets of one history, without a gap between them."""

    def __init__(self) -> None:
        self._sets: deque[RowSet] = deque()
        self._rows = 0
        self._lock = threading.Lock()

    def add(self, rows: RowSet) -> None:
        """Takes a row set that was committed."""
        with self._lock:
            last = self._sets[-1].checkpoint.last_block if self._sets else None
            if last is not None and rows.checkpoint.last_block <= last:
                return
            if last is not None and rows.checkpoint.first_block != last + 1:
                self._clear()
            if rows.checkpoint.rows > MOST_ROWS:
                self._clear()
                return
            self._sets.append(rows)
            self._rows += rows.checkpoint.rows
            while len(self._sets) > MOST_SETS or self._rows > MOST_ROWS:
                self._rows -= self._sets.popleft().checkpoint.rows

    def rewind(self, block: int) -> None:
        """Gives up what reaches beyond a block."""
        with self._lock:
            while self._sets and self._sets[-1].checkpoint.last_block > block:
                self._rows -= self._sets.pop().checkpoint.rows

    def _clear(self) -> None:
        self._sets.clear()
        self._rows = 0

    def view(
        self, description: Description, first_block: int, last_block: int, last_hash: bytes
    ) -> View | None:
        """The row sets of some blocks; None unless all are here and end with this hash.

        Args:
            description: of the store.
            first_block: from here on.
            last_block: up to here, which must be the end of a row set.
            last_hash: of the last block.
        """
        with self._lock:
            found = tuple(
                one
                for one in self._sets
                if one.checkpoint.last_block >= first_block
                and one.checkpoint.first_block <= last_block
            )
        if not found or found[0].checkpoint.first_block > first_block:
            return None
        end = found[-1].checkpoint
        if (end.last_block, end.last_hash) != (last_block, last_hash):
            return None
        names = {name for one in found for name in one.rows}
        tables = tuple(table for table in description.tables if table.name in names)
        return View(replace(description, tables=tables), found)


class Tee:
    """A store that tells what is committed to it."""

    def __init__(self, store: Store, recent: Recent) -> None:
        self._store = store
        self._recent = recent

    def __getattr__(self, name: str) -> Any:
        return getattr(self._store, name)

    def commit(self, rows: RowSet) -> int:
        """Adds a row set whole, and then tells of it."""
        added = self._store.commit(rows)
        self._recent.add(rows)
        return added

    def rewind(self, last: Header) -> int:
        """Removes everything above a block; of that nothing is told any more."""
        self._recent.rewind(last.number)
        return self._store.rewind(last)
