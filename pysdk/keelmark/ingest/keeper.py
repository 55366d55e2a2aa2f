"""The reader's hand on the store: one thread, the roots after its last row, and what is verified.

Only the store's newest checkpoint says how far a reading is. Whatever else is known here is worked
out from the store again when a reading begins, so that a kill at any instruction costs nothing but
the work since the last commit.
"""

from __future__ import annotations

import asyncio
import time
from collections.abc import Callable, Iterator, Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from importlib import import_module
from typing import Any, TypeVar

import numpy as np

from keelmark.ingest.roots import RootTracker, follows_chains
from keelmark.store.base import Store
from keelmark.store.model import Checkpoint, Header, Heads, RootProof, RowSet

__all__ = ["Keeper", "Step", "merged"]

# Arrow comes without types.
pa: Any = import_module("pyarrow")

T = TypeVar("T")

_FOLD_ROWS = 100_000
"""Rows of the store folded at once when a reading begins."""

_NEWEST_BLOCKS = 256
"""Blocks of which each checkpoint's roots are looked for, however final they are."""

_MOST_REMEMBERED = 1_024
"""Blocks whose roots are kept in memory."""


@dataclass(frozen=True, slots=True)
class Step:
    """What a reader did: rows added up to a checkpoint, or blocks given up."""

    checkpoint: Checkpoint | None
    """The store's newest; None if the store is empty."""
    heads: Heads
    """The chain's, when the rows were read."""
    added: int
    """Rows of this step."""
    removed: int = 0
    """Rows of blocks that the chain replaced."""
    back_to: int | None = None
    """The last block that stayed, if the chain replaced blocks."""


def merged(parts: Sequence[Mapping[str, Any]]) -> dict[str, Any]:
    """Tables of several stretches of blocks, in their order, as one table a name."""
    found: dict[str, list[Any]] = {}
    for part in parts:
        for name, table in part.items():
            found.setdefault(name, []).append(table)
    return {
        name: tables[0] if len(tables) == 1 else pa.concat_tables(tables)
        for name, tables in found.items()
    }


def _between(rows: Mapping[str, Any], first: int, last: int) -> dict[str, Any]:
    """The rows of some blocks."""
    found = {}
    for name, table in rows.items():
        blocks = table["block_number"].to_numpy()
        begin, end = np.searchsorted(blocks, first), np.searchsorted(blocks, last, "right")
        if end > begin:
            found[name] = table.slice(begin, end - begin)
    return found


class Keeper:
    """A store and where it stands."""

    def __init__(self, store: Store) -> None:
        self.store = store
        self.description = store.description
        self.chained = tuple(one for one in self.description.contracts if one.chained)
        self.last: Header | None = None
        """Of the last block in the store."""
        self.finalized: int | None = None
        """The highest block that was ever noted as finalized."""
        self.checkpoint: Checkpoint | None = None
        self.roots: dict[bytes, bytes] | None = None
        """Contract to root after the last block in the store; None where report chains are not
        followed."""
        self.verified: tuple[int, dict[bytes, bytes]] | None = None
        """The last block at which the roots were those of the contracts, and the roots."""
        self.proved: int | None = None
        """The last block of which the store has proofs."""
        self._remembered: dict[int, dict[bytes, bytes]] = {}
        self._thread = ThreadPoolExecutor(1, "keelmark-store")

    async def run(self, work: Callable[..., T], *arguments: Any) -> T:
        """Calls the store in its thread."""
        return await asyncio.get_running_loop().run_in_executor(self._thread, work, *arguments)

    @property
    def place(self) -> int:
        """The next block to be read."""
        return self.description.first_block if self.last is None else self.last.number + 1

    # Beginning

    async def open(self) -> None:
        """Finds out how far the store is, and folds what it holds since its last proofs."""
        await self.run(self._open)

    def _open(self) -> None:
        heads = self.store.heads()
        self.finalized = heads.finalized if heads else None
        self._stand()
        self._remembered.clear()
        if follows_chains(self.description):
            self._refold()

    def _stand(self) -> None:
        """Looks up the newest checkpoint and its header."""
        self.checkpoint = point = self.store.checkpoint()
        self.last = None
        if point is not None:
            there = self.store.headers(point.last_block, point.last_block)
            # Without its parent's hash a block vouches for itself only.
            bare = Header(point.last_block, point.last_hash, b"", point.last_time)
            self.last = there[-1] if there else bare

    def _refold(self) -> None:
        """The roots after the store's last row, from its last proofs on or from the beginning."""
        block, roots = self._proved_roots()
        self.verified = (block, dict(roots))
        self.proved = block if block >= self.description.first_block else None
        tracker = RootTracker(self.description, roots)
        for first, ends in self._stretches(block + 1):
            rows = self._stored_rows(first, ends[-1])
            for end in ends:
                tracker.fold(_between(rows, first, end) if len(ends) > 1 else rows)
                self._remembered[end] = dict(tracker.roots)
                first = end + 1
        self.roots = dict(tracker.roots)

    def _proved_roots(self) -> tuple[int, dict[bytes, bytes]]:
        """The newest block at which every chained contract has a proof, and the roots there."""
        by_block: dict[int, dict[bytes, bytes]] = {}
        for proof in self.store.proofs():
            by_block.setdefault(proof.block_number, {})[proof.contract] = proof.root
        for block in sorted(by_block, reverse=True):
            wanted = {one.address for one in self.chained if one.first_block <= block}
            if wanted and wanted <= by_block[block].keys():
                return block, by_block[block]
        return self.description.first_block - 1, {}

    def _stretches(self, first: int) -> Iterator[tuple[int, list[int]]]:
        """The checkpoints from a block on, in stretches of about as many rows as are folded at
        once: first block, and the last block of each checkpoint that may still be replaced, or
        else of the stretch."""
        if self.checkpoint is None:
            return
        final = self.checkpoint.last_block - _NEWEST_BLOCKS
        if self.finalized is not None:
            final = max(final, self.finalized)
        rows, ends = 0, list[int]()
        for point in self.store.checkpoints():
            if point.last_block < first:
                continue
            if ends and ends[-1] <= final:
                ends.pop()
            ends.append(point.last_block)
            rows += point.rows
            if rows >= _FOLD_ROWS:
                yield first, ends
                first, rows, ends = point.last_block + 1, 0, []
        if ends:
            yield first, ends

    def _stored_rows(self, first: int, last: int) -> dict[str, Any]:
        found = {}
        for table in self.description.tables:
            batches = list(self.store.scan(table.name, first_block=first, last_block=last))
            if batches:
                found[table.name] = pa.Table.from_batches(batches)
        return found

    # Going on

    def folded(self, rows: Mapping[str, Any]) -> tuple[dict[bytes, bytes] | None, set[bytes]]:
        """The roots after more rows, and the contracts that had any; None if not followed."""
        if self.roots is None:
            return None, set()
        return self.folded_on(self.roots, rows)

    def folded_on(
        self, roots: Mapping[bytes, bytes], rows: Mapping[str, Any]
    ) -> tuple[dict[bytes, bytes], set[bytes]]:
        """The roots after rows that come after the given roots."""
        tracker = RootTracker(self.description, roots)
        touched = tracker.fold(rows)
        return tracker.roots, touched

    async def commit(
        self,
        rows: Mapping[str, Any],
        headers: Sequence[Header],
        heads: Heads,
        proofs: Sequence[RootProof] = (),
        roots: Mapping[int, dict[bytes, bytes]] | None = None,
    ) -> Step:
        """Commits the rows of the blocks from `place` to the last header's.

        Args:
            rows: table's name to its rows.
            headers: to be remembered; the last block's is the last.
            heads: the chain's.
            proofs: of roots after the last block.
            roots: block to the roots after it, as far as they are to be remembered.

        Raises:
            StoreFailed: nothing was written.
        """
        last = headers[-1]
        count = sum(table.num_rows for table in rows.values())
        noted = self._noted(heads)
        point = Checkpoint(
            self.place, last.number, last.hash, last.time, noted, count, int(time.time())
        )
        await self.run(self.store.commit, RowSet(rows, tuple(headers), point, tuple(proofs)))
        self.last, self.checkpoint, self.finalized = last, point, noted.finalized
        if proofs:
            self.proved = last.number
        if roots:
            self._remembered.update(roots)
            self.roots = self._remembered[max(roots)]
            if len(self._remembered) > _MOST_REMEMBERED:
                for block in sorted(self._remembered)[: -_MOST_REMEMBERED // 2]:
                    del self._remembered[block]
        return Step(point, noted, count)

    def _noted(self, heads: Heads) -> Heads:
        """The heads with the highest finalized block so far: a node that lags unmakes nothing."""
        known = [one for one in (heads.finalized, self.finalized) if one is not None]
        final = max(known) if known else None
        return Heads(max(heads.latest, final or 0), heads.safe, final)

    async def note(self, heads: Heads, proofs: Sequence[RootProof] = ()) -> None:
        """Notes heads, and proofs made since."""
        noted = self._noted(heads)
        await self.run(self.store.note, noted, tuple(proofs))
        self.finalized = noted.finalized
        if proofs:
            self.proved = max(proof.block_number for proof in proofs)

    def verify(self, block: int, roots: dict[bytes, bytes]) -> None:
        """Remembers that at a block the roots were those of the contracts."""
        self.verified = (block, dict(roots))

    def unverified(self, first: int) -> int:
        """The first block, up to the given one, whose rows were never compared with the roots."""
        return first if self.verified is None else min(first, self.verified[0] + 1)

    def newest_roots(self, up_to: int) -> tuple[int, dict[bytes, bytes]] | None:
        """The highest block up to the given one whose roots are remembered, and the roots."""
        if self.last is not None and self.roots is not None and self.last.number <= up_to:
            return self.last.number, self.roots
        below = [block for block in self._remembered if block <= up_to]
        return (max(below), self._remembered[max(below)]) if below else None

    def roots_at(self, block: int) -> dict[bytes, bytes] | None:
        """The roots after a block, if they are remembered."""
        if self.last is not None and block == self.last.number:
            return self.roots
        return self._remembered.get(block)

    # Going back

    async def known(self) -> tuple[Header, ...]:
        """Every header that the store remembers."""
        last = self.last.number if self.last else -1
        return await self.run(self.store.headers, 0, last)

    async def header_at(self, block: int) -> Header | None:
        """The header of a block, if the store remembers it."""
        found = await self.run(self.store.headers, block, block)
        return found[0] if found else None

    async def rewind(self, last: Header) -> int:
        """Gives up every row above a block; the number of rows."""
        removed = await self.run(self.store.rewind, last)
        kept = self.roots_at(last.number)
        remembered = {
            block: roots for block, roots in self._remembered.items() if block <= last.number
        }
        if kept is None:
            await self.open()
            return removed
        await self.run(self._stand)
        self._remembered, self.roots = remembered, dict(kept)
        if self.verified is not None and self.verified[0] > last.number:
            # What folded to a root beyond this block folded to the right one here.
            self.verified = (last.number, dict(kept))
        if self.proved is not None and self.proved > last.number:
            self.proved = None
        return removed

    def close(self) -> None:
        """Ends the thread; the store stays open."""
        self._thread.shutdown(wait=True)
