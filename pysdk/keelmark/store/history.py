"""A store's rows put together again, across tables and in the order of the chain."""

from __future__ import annotations

import heapq
from collections.abc import Collection, Iterator

from keelmark.columns.restore import events_of
from keelmark.columns.spec import TableSpec
from keelmark.events import Event
from keelmark.store.base import Store

__all__ = ["read_events"]


def read_events(
    store: Store,
    *,
    names: Collection[str] | None = None,
    first_block: int | None = None,
    last_block: int | None = None,
) -> Iterator[Event]:
    """Every reporting event in a store, in chain order, a batch of each table in memory.

    Args:
        store: of a deployment of the kit.
        names: events wanted, such as ``TradeReported``; all if None.
        first_block: where to begin.
        last_block: where to end, included.

    Raises:
        DecodingFailed: a table is none of the kit's.
    """

    def one(table: TableSpec) -> Iterator[Event]:
        for batch in store.scan(table.name, first_block=first_block, last_block=last_block):
            yield from events_of(batch, table)

    wanted = [t for t in store.description.tables if names is None or t.event in names]
    streams = [one(table) for table in wanted]
    return heapq.merge(*streams, key=lambda event: (event.block_number, event.log_index))
