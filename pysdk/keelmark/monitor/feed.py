"""A store that a reader fills, and whose newest rows are still at hand.

To read one block from a store costs a query for each kind of event. Who reads in the same process
that fills it need not ask: the row sets that were just committed are kept until there are too many.
"""

from __future__ import annotations

import threading
from collections import deque
from collections.abc import Iterator, Sequence
from typing import Any, Final

from keelmark.store.base import Store
from keelmark.store.model import Checkpoint, Description, Header, Heads, RootProof, RowSet

__all__ = ["FedStore"]

MOST_ROWS: Final = 50_000
MOST_SETS: Final = 512


class FedStore:
    """A `Store` that passes everything on, and remembers what was committed last."""

    def __init__(self, store: Store) -> None:
        self._store = store
        self.location = store.location
        self._recent: deque[RowSet] = deque()
        self._guard = threading.Lock()

    def recent(self, first: int, last: int) -> list[RowSet] | None:
        """The row sets of a range of blocks, if all of it is at hand.

        Args:
            first: first block wanted.
            last: the last one, which must end a row set.
        """
        with self._guard:
            found = [one for one in self._recent if one.checkpoint.last_block >= first]
        if not found or found[-1].checkpoint.last_block != last:
            return None
        following = found[0].checkpoint.first_block
        for one in found:
            if one.checkpoint.first_block != following:
                return None
            following = one.checkpoint.last_block + 1
        return found if found[0].checkpoint.first_block <= first else None

    def commit(self, rows: RowSet) -> int:
        """See `Store.commit`."""
        before = self._store.checkpoint()
        added = self._store.commit(rows)
        with self._guard:
            if before is None or rows.checkpoint.last_block > before.last_block:
                self._recent.append(rows)
            while len(self._recent) > MOST_SETS or (
                self._recent and sum(one.checkpoint.rows for one in self._recent) > MOST_ROWS
            ):
                self._recent.popleft()
        return added

    def rewind(self, last: Header) -> int:
        """See `Store.rewind`."""
        with self._guard:
            # Before the store: what is gone there must not be found here.
            while self._recent and self._recent[-1].checkpoint.last_block > last.number:
                self._recent.pop()
        return self._store.rewind(last)

    # What is passed on as it is

    @property
    def description(self) -> Description:
        """See `Store.description`."""
        return self._store.description

    def checkpoint(self) -> Checkpoint | None:
        """See `Store.checkpoint`."""
        return self._store.checkpoint()

    def checkpoints(self) -> tuple[Checkpoint, ...]:
        """See `Store.checkpoints`."""
        return self._store.checkpoints()

    def heads(self) -> Heads | None:
        """See `Store.heads`."""
        return self._store.heads()

    def headers(self, first: int, last: int) -> tuple[Header, ...]:
        """See `Store.headers`."""
        return self._store.headers(first, last)

    def note(self, heads: Heads, proofs: Sequence[RootProof] = ()) -> None:
        """See `Store.note`."""
        self._store.note(heads, proofs)

    def proofs(self, contract: bytes | None = None) -> tuple[RootProof, ...]:
        """See `Store.proofs`."""
        return self._store.proofs(contract)

    def count(self, table: str) -> int:
        """See `Store.count`."""
        return self._store.count(table)

    def scan(
        self,
        table: str,
        *,
        columns: Sequence[str] | None = None,
        first_block: int | None = None,
        last_block: int | None = None,
    ) -> Iterator[Any]:
        """See `Store.scan`."""
        return self._store.scan(
            table, columns=columns, first_block=first_block, last_block=last_block
        )

    def total(
        self,
        table: str,
        column: str,
        *,
        first_block: int | None = None,
        last_block: int | None = None,
    ) -> int:
        """See `Store.total`."""
        return self._store.total(table, column, first_block=first_block, last_block=last_block)

    def close(self) -> None:
        """See `Store.close`."""
        self._store.close()
