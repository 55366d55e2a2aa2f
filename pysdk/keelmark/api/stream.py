"""The live tail as server-sent events: every row as it is committed, and what was replaced.

A reader of the tail stands at a place: a row, or the end of a block. It is told the rows behind it
up to the store's newest block, and then waits for a change. So nothing can fall between the backlog
and the tail: both are the same question, asked again. When blocks were replaced it is told the last
block that stayed, and goes on from there; rows that it had of the replaced blocks are void.
"""

from __future__ import annotations

import asyncio
from collections import OrderedDict
from collections.abc import AsyncIterator, Sequence
from dataclasses import dataclass, field
from http import HTTPStatus
from typing import Any, Final

import msgspec

from keelmark.api.about import checkpoint_body
from keelmark.api.cursors import EventId
from keelmark.api.problems import Refused
from keelmark.api.rows import END, Place, Row
from keelmark.api.scans import Found, Wanted, has_row, of_one_history, scan_rows
from keelmark.api.service import Service
from keelmark.api.watch import Rewind, Seen
from keelmark.columns.spec import TableSpec
from keelmark.store.base import Store
from keelmark.store.model import Checkpoint

__all__ = ["MOST_STREAMS", "Start", "Tail"]

MOST_STREAMS: Final = 256
"""Readers of the tail at the same time."""

HEARTBEAT_SECONDS: Final = 10.0
"""A comment is sent after so long a silence, so that nothing between closes the connection."""

CHUNK: Final = 500
"""Rows read at once, which is what a slow reader holds in memory."""

KEPT_SPANS: Final = 8
"""Spans of rows at the tail that are kept for readers who ask for the same."""

NO_HASH: Final = bytes(32)

_PAUSE: Final = 0.05


@dataclass(frozen=True, slots=True)
class Start:
    """Where a reader begins."""

    id: EventId
    rewound: bool = False
    """Whether what it had read was replaced; it is told so first."""


@dataclass(slots=True)
class Tail:
    """The live tail of a store."""

    service: Service
    heartbeat: float = HEARTBEAT_SECONDS
    readers: int = 0
    _spans: OrderedDict[tuple[Any, ...], asyncio.Task[Found | None]] = field(
        default_factory=OrderedDict
    )

    async def start(self, last_id: str | None, from_block: int | None) -> Start:
        """Where a reader begins: behind its last event, at a block, or at the head.

        Raises:
            Refused: the id is none, or names a block that was replaced and does not say what was
                final when it was sent; too many read already.
        """
        if self.readers >= MOST_STREAMS:
            raise Refused(
                HTTPStatus.SERVICE_UNAVAILABLE, "stream: too many readers, expected to try later"
            )
        store, seen = self.service.store, self.service.seen
        if last_id:
            return await self._resumed(EventId.from_text(last_id))
        if from_block is not None:
            first = max(from_block, store.description.first_block)
            return Start(self._end_of(first - 1, NO_HASH))
        point = seen.checkpoint
        if point is None:
            return Start(self._end_of(store.description.first_block - 1, NO_HASH))
        return Start(self._end_of(point.last_block, point.last_hash))

    async def _resumed(self, found: EventId) -> Start:
        """Behind an event that a reader had, if its block is still there."""
        first = self.service.store.description.first_block
        if found.place.block < first and found.place.log == END:
            return Start(found)
        tables = self.service.store.description.tables
        there = await self.service.read(
            lambda store: has_row(store, tables, found.place, found.block_hash)
        )
        if there:
            return Start(found)
        if not found.says_final:
            raise Refused(
                HTTPStatus.GONE,
                f"Last-Event-ID: block {found.place.block} was replaced by a reorganisation, "
                "expected to begin again from an earlier block",
            )
        final = first - 1 if found.finalized is None else found.finalized
        return Start(self._end_of(min(final, found.place.block - 1), NO_HASH), rewound=True)

    def _end_of(self, block: int, block_hash: bytes) -> EventId:
        return EventId(Place(block, END), block_hash, self.service.seen.heads.finalized)

    async def events(
        self, start: Start, tables: Sequence[TableSpec], equal: dict[str, int]
    ) -> AsyncIterator[str]:
        """The events behind a place, for ever, as the lines of server-sent events.

        Args:
            start: where to begin.
            tables: whose rows are wanted.
            equal: filters, as for pages.
        """
        watch = self.service.watch
        seen = watch.seen
        at, sequence = start.id, seen.sequence
        self.readers += 1
        try:
            yield "retry: 1000\n\n"
            if start.rewound:
                yield self._rewound(at)
            told: Seen | None = None
            while not watch.closed:
                seen = watch.seen
                back = await self._back(at, sequence, seen)
                sequence = seen.sequence
                if back is not None:
                    at = back
                    yield self._rewound(at)
                    continue
                async for text, place in self._onward(at, seen, tables, equal):
                    at = place
                    if text:
                        yield text
                # Not before the block's end: its last rows may have been replaced on the way.
                if told is not seen and seen.checkpoint and at.place >= _end(seen.checkpoint):
                    told = seen
                    yield self._checkpoint(at, seen)
                if watch.seen is seen and not await watch.changed(seen, self.heartbeat):
                    yield ": still here\n\n"
        finally:
            self.readers -= 1

    async def _back(self, at: EventId, sequence: int, seen: Seen) -> EventId | None:
        """Where to go back to, if the place was replaced since."""
        if sequence == seen.sequence:
            return None
        watch = self.service.watch
        rewind: Rewind | None = watch.rewind_since(sequence)
        if not watch.remembers(sequence):
            final = at.finalized
            rewind = Rewind(0, -1 if final is None else final, NO_HASH)
        if rewind is None or at.place.block <= rewind.block:
            return None
        return self._end_of(rewind.block, rewind.block_hash or NO_HASH)

    async def _onward(
        self, at: EventId, seen: Seen, tables: Sequence[TableSpec], equal: dict[str, int]
    ) -> AsyncIterator[tuple[str, EventId]]:
        """The rows from a place to the newest block seen, and the place after each."""
        point = seen.checkpoint
        if point is None or at.place >= _end(point):
            return
        watch, final = self.service.watch, seen.heads.finalized
        more = True
        while more and watch.seen.sequence == seen.sequence:
            found = await self._span(at, point.last_block, point.last_hash, tables, equal)
            if found is None:
                # Blocks are being replaced; the watch will say from where on.
                await asyncio.sleep(_PAUSE)
                await watch.refresh()
                return
            for row in found.rows:
                at = EventId(row.place, row.block_hash, final)
                yield self._row(row, at, seen), at
            more = found.reached is not None
            if found.reached is not None:
                at = EventId(*found.reached, final)
        if not more:
            # Silent: whoever resumes here asks the same question again.
            yield "", EventId(Place(point.last_block, END), point.last_hash, final)

    async def _span(
        self,
        at: EventId,
        last_block: int,
        last_hash: bytes,
        tables: Sequence[TableSpec],
        equal: dict[str, int],
    ) -> Found | None:
        """Rows behind a place, of the history that the place is of; None if it was replaced. Those
        at the tail are read once for all who ask for the same."""
        names = tuple(table.name for table in tables)
        after, final = at.place, self.service.seen.heads.finalized
        key = (after, at.block_hash, last_block, last_hash, names, tuple(sorted(equal.items())))
        task = self._spans.get(key)
        if task is None or (task.done() and (task.cancelled() or task.exception())):
            wanted = Wanted(tuple(tables), after.block, last_block, equal=equal)

            def work(store: Store) -> Found | None:
                view = self.service.recent.view(
                    store.description, after.block + (after.log == END), last_block, last_hash
                )
                found = scan_rows(store if view is None else view, wanted, after, CHUNK)
                settled = at.block_hash == NO_HASH or (final is not None and after.block <= final)
                every = store.description.tables
                # After the scan, so that a replacement during it is seen as well.
                there = settled or has_row(store, every, after, at.block_hash)
                return found if there and of_one_history(store, found.rows) else None

            task = asyncio.ensure_future(self.service.read(work))
            self._spans[key] = task
            while len(self._spans) > KEPT_SPANS:
                self._spans.popitem(last=False)
        return await asyncio.shield(task)

    def _row(self, row: Row, at: EventId, seen: Seen) -> str:
        return _event("row", self.service.form.event(row, seen.heads), at)

    def _rewound(self, at: EventId) -> str:
        known = at.block_hash != NO_HASH
        body = {
            "last_block": at.place.block,
            "last_hash": "0x" + at.block_hash.hex() if known else None,
        }
        return _event("rewound", body, at)

    def _checkpoint(self, at: EventId, seen: Seen) -> str:
        assert seen.checkpoint is not None
        heads = seen.heads
        body = {
            **checkpoint_body(seen.checkpoint),
            "heads": {"latest": heads.latest, "safe": heads.safe, "finalized": heads.finalized},
        }
        return _event("checkpoint", body, at)


def _end(point: Checkpoint) -> Place:
    """The place behind everything that a checkpoint holds."""
    return Place(point.last_block, END)


def _event(name: str, body: Any, at: EventId) -> str:
    return f"id: {at}\nevent: {name}\ndata: {msgspec.json.encode(body).decode()}\n\n"
