"""A store's rows as blocks: every event of a block together, with its hash and its time."""

from __future__ import annotations

import heapq
from collections.abc import Iterator
from dataclasses import dataclass
from itertools import groupby

from keelmark.columns.restore import events_of
from keelmark.columns.spec import TableSpec
from keelmark.errors import StoreFailed
from keelmark.events import Event
from keelmark.store import Store

__all__ = ["Block", "hashes_of", "read_blocks"]


@dataclass(frozen=True, slots=True)
class Block:
    """A block as far as the store knows it."""

    number: int
    hash: bytes
    parent_hash: bytes | None
    """None where the store remembers no header."""
    time: int
    """Seconds."""
    events: tuple[Event, ...]


Row = tuple[int, int, bytes, Event]
"""Block number, place in the block, the block's hash, the event."""


def _rows(store: Store, table: TableSpec, first: int, last: int) -> Iterator[Row]:
    """One table's rows of a range, in chain order."""
    for batch in store.scan(table.name, first_block=first, last_block=last):
        hashes = batch.column("block_hash").to_pylist()
        for event, found in zip(events_of(batch, table), hashes, strict=True):
            yield event.block_number, event.log_index, found, event


def read_blocks(store: Store, first: int, last: int) -> Iterator[Block]:
    """Every block of a range that has rows or a remembered header, in order.

    Of finalized blocks without rows a store may remember no header; they are left out.

    Args:
        store: of a deployment of the kit.
        first: where to begin.
        last: where to end, included.

    Raises:
        StoreFailed: rows of one block have two hashes, or another one than its header.
    """
    if first > last:
        return
    headers = {found.number: found for found in store.headers(first, last)}
    waiting = iter(sorted(headers))
    upcoming = next(waiting, None)
    streams = [_rows(store, table, first, last) for table in store.description.tables]
    merged = heapq.merge(*streams, key=lambda row: row[:2])
    for number, group in groupby(merged, key=lambda row: row[0]):
        while upcoming is not None and upcoming < number:
            header = headers[upcoming]
            yield Block(upcoming, header.hash, header.parent_hash, header.time, ())
            upcoming = next(waiting, None)
        rows = list(group)
        hashes = {row[2] for row in rows}
        known = headers.get(number)
        if known is not None:
            hashes.add(known.hash)
        if len(hashes) > 1:
            raise StoreFailed(
                f"store: block {number} of {store.location} has {len(hashes)} hashes, expected one"
            )
        events = tuple(row[3] for row in rows)
        parent = known.parent_hash if known is not None else None
        yield Block(number, hashes.pop(), parent, events[0].timestamp, events)
        if upcoming == number:
            upcoming = next(waiting, None)
    while upcoming is not None:
        header = headers[upcoming]
        yield Block(upcoming, header.hash, header.parent_hash, header.time, ())
        upcoming = next(waiting, None)


def hashes_of(store: Store, first: int, last: int) -> dict[int, bytes]:
    """The hashes of a range's blocks as far as the store knows them, by headers and by rows."""
    found: dict[int, bytes] = {}
    for table in store.description.tables:
        for batch in store.scan(
            table.name,
            columns=["block_number", "block_hash"],
            first_block=first,
            last_block=last,
        ):
            numbers, hashes = (batch.column(name).to_pylist() for name in batch.schema.names)
            found.update(zip(numbers, hashes, strict=True))
    found.update((header.number, header.hash) for header in store.headers(first, last))
    return found
