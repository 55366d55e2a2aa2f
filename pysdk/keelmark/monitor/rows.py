"""A store's rows as blocks: every event of a block together, with its hash and its time."""

from __future__ import annotations

import heapq
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from itertools import groupby
from typing import Any

from keelmark.columns.restore import events_of
from keelmark.columns.spec import TableSpec
from keelmark.errors import StoreFailed
from keelmark.events import Event
from keelmark.monitor.feed import FedStore
from keelmark.store import Header, Store

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


def _rows(batches: Iterable[Any], table: TableSpec) -> Iterator[Row]:
    """One table's rows, in chain order."""
    for batch in batches:
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
    recent = store.recent(first, last) if isinstance(store, FedStore) else None
    tables = store.description.tables
    if recent is not None:
        headers = {found.number: found for one in recent for found in one.headers}
        streams = [
            _rows(one.rows[table.name].to_batches(), table)
            for one in recent
            for table in tables
            if table.name in one.rows
        ]
    else:
        headers = {found.number: found for found in store.headers(first, last)}
        streams = [
            _rows(store.scan(table.name, first_block=first, last_block=last), table)
            for table in tables
        ]
    merged = heapq.merge(*streams, key=lambda row: row[:2])
    wanted = (row for row in merged if first <= row[0] <= last)
    waiting = iter(sorted(number for number in headers if first <= number <= last))
    upcoming = next(waiting, None)
    for number, group in groupby(wanted, key=lambda row: row[0]):
        while upcoming is not None and upcoming < number:
            yield _empty(headers[upcoming])
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
        yield _empty(headers[upcoming])
        upcoming = next(waiting, None)


def _empty(header: Header) -> Block:
    """A block without rows."""
    return Block(header.number, header.hash, header.parent_hash, header.time, ())


def hashes_of(store: Store, numbers: Iterable[int]) -> dict[int, bytes]:
    """The hashes of blocks as far as the store knows them: by their headers, or by rows of those
    whose header it has forgotten."""
    wanted = sorted(numbers)
    if not wanted:
        return {}
    found = {one.number: one.hash for one in store.headers(wanted[0], wanted[-1])}
    missing = [number for number in wanted if number not in found]
    if missing:
        for table in store.description.tables:
            for batch in store.scan(
                table.name,
                columns=["block_number", "block_hash"],
                first_block=missing[0],
                last_block=missing[-1],
            ):
                numbers, hashes = (batch.column(name).to_pylist() for name in batch.schema.names)
                found.update(zip(numbers, hashes, strict=True))
    return found
