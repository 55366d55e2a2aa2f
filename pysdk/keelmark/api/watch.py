"""Watches a store: how far it is, how final, and which blocks were replaced meanwhile.

Whoever follows the live tail waits here for a change. A change is found by asking the store, at
once after each step of a reader in the same process, else at short intervals. Replaced blocks are
found by their hashes: the newest block that the store knew before and still has is where both
histories part.
"""

from __future__ import annotations

import asyncio
from collections import deque
from collections.abc import Callable, Mapping
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, field
from typing import TypeVar

from keelmark.store.base import Store
from keelmark.store.model import Checkpoint, Finality, Heads
from keelmark.store.venue import last_block

__all__ = ["Rewind", "Seen", "Watch"]

T = TypeVar("T")

POLL_SECONDS = 0.1
"""How often a store is asked that nobody in this process writes."""

REMEMBERED = 256
"""Replacements that are remembered; whoever was away for more begins from a check of the store."""

THREADS = 4
"""Requests that read the store at the same time."""


@dataclass(frozen=True, slots=True)
class Rewind:
    """Blocks were replaced: everything above one is void."""

    sequence: int
    block: int
    block_hash: bytes
    """Of the last block that stayed; empty if none did."""


@dataclass(frozen=True, slots=True)
class Seen:
    """A store at a moment."""

    checkpoint: Checkpoint | None
    """None if it is empty."""
    heads: Heads
    sequence: int = 0
    """Replacements so far."""
    hashes: Mapping[int, bytes] = field(default_factory=dict)
    """Height to hash of the blocks that may still be replaced, and of the last final one."""

    def last(self, finality: Finality) -> int | None:
        """The last block that is read and at least so final."""
        if self.checkpoint is None:
            return None
        return last_block(self.checkpoint, self.heads, finality)


class Watch:
    """A store and what is known of it now."""

    def __init__(self, store: Store, poll_seconds: float = POLL_SECONDS) -> None:
        self.store = store
        self.seen = Seen(None, Heads(0, None, None))
        self.rewinds: deque[Rewind] = deque(maxlen=REMEMBERED)
        self.closed = False
        self._changed = asyncio.Event()
        self._poll_seconds = poll_seconds
        self._own = ThreadPoolExecutor(1, "keelmark-watch")
        self._threads = ThreadPoolExecutor(THREADS, "keelmark-api")
        self._refreshing = asyncio.Lock()

    async def run(self, work: Callable[[], T]) -> T:
        """Calls something that reads the store, in a thread."""
        return await asyncio.get_running_loop().run_in_executor(self._threads, work)

    async def refresh(self) -> Seen:
        """Asks the store; wakes who waits if anything changed."""
        async with self._refreshing:
            before = self.seen
            found, rewind = await asyncio.get_running_loop().run_in_executor(
                self._own, _look, self.store, before
            )
            if rewind is not None:
                self.rewinds.append(rewind)
            if found != before:
                self.seen = found
                self._changed.set()
                self._changed = asyncio.Event()
            return found

    async def changed(self, since: Seen, seconds: float) -> bool:
        """Waits until the store is not what it was; False if it still is after some time."""
        if self.seen is not since or self.closed:
            return True
        try:
            await asyncio.wait_for(self._changed.wait(), seconds)
        except TimeoutError:
            return False
        return True

    async def poll(self) -> None:
        """Refreshes for ever."""
        while not self.closed:
            await asyncio.sleep(self._poll_seconds)
            await self.refresh()

    def rewind_since(self, sequence: int) -> Rewind | None:
        """The deepest replacement after one; None if there was none, or if it is forgotten."""
        later = [one for one in self.rewinds if one.sequence > sequence]
        return min(later, key=lambda one: one.block, default=None)

    def remembers(self, sequence: int) -> bool:
        """Whether every replacement after one is remembered."""
        return self.seen.sequence - sequence <= len(self.rewinds)

    def end_streams(self) -> None:
        """Lets go of everybody who waits."""
        self.closed = True
        self._changed.set()

    def close(self) -> None:
        """Lets go of threads and of everybody who waits; the store is the caller's to close."""
        self.end_streams()
        self._own.shutdown(wait=True)
        self._threads.shutdown(wait=True, cancel_futures=True)


def _look(store: Store, before: Seen) -> tuple[Seen, Rewind | None]:
    """What the store is now, and where it parted from what it was."""
    checkpoint = store.checkpoint()
    if checkpoint is None:
        heads = store.heads() or before.heads
        if before.checkpoint is None:
            return Seen(None, heads, before.sequence), None
        rewind = Rewind(before.sequence + 1, store.description.first_block - 1, b"")
        return Seen(None, heads, rewind.sequence), rewind
    heads = store.heads() or checkpoint.heads
    first = store.description.first_block if heads.finalized is None else heads.finalized
    hashes = {one.number: one.hash for one in store.headers(first, checkpoint.last_block)}
    hashes[checkpoint.last_block] = checkpoint.last_hash
    parted = _parted(store, before, hashes, checkpoint)
    if parted is None:
        return Seen(checkpoint, heads, before.sequence, hashes), None
    rewind = Rewind(before.sequence + 1, *parted)
    return Seen(checkpoint, heads, rewind.sequence, hashes), rewind


def _parted(
    store: Store, before: Seen, hashes: Mapping[int, bytes], checkpoint: Checkpoint
) -> tuple[int, bytes] | None:
    """The last block of before that is still there; None if all are."""
    old = before.checkpoint
    if old is None or hashes.get(old.last_block) == old.last_hash:
        return None
    if old.last_block not in hashes and checkpoint.last_block > old.last_block:
        ends = {one.last_block: one.last_hash for one in store.checkpoints()}
        if ends.get(old.last_block) == old.last_hash:
            return None
        hashes = ends | dict(hashes)
    same = [number for number, found in before.hashes.items() if hashes.get(number) == found]
    if same:
        return max(same), before.hashes[max(same)]
    final = before.heads.finalized
    return (store.description.first_block - 1 if final is None else final), b""
