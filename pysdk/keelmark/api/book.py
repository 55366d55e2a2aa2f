"""The market folded from a store's rows as far as they go, and on when more come.

Two books are kept: one of the final blocks, which nothing can replace, and one of the newest. Each
event is folded once into each. When blocks were replaced, the newest book is given up and begins
again as a copy of the final one. Neither keeps rows: memory grows with accounts, positions and
days.
"""

from __future__ import annotations

import copy
import heapq
import threading
from collections.abc import Iterator
from dataclasses import dataclass, field
from http import HTTPStatus

from keelmark.api.problems import Refused
from keelmark.api.recent import Recent
from keelmark.api.scans import Source
from keelmark.api.watch import Seen
from keelmark.columns.restore import events_of
from keelmark.columns.spec import TableSpec
from keelmark.errors import KeelmarkError
from keelmark.events import Event
from keelmark.ledger.fold import Ledger
from keelmark.ledger.running import PRICE_EVENTS, RunningMarket
from keelmark.margin import check_account
from keelmark.margin.results import MarginResult
from keelmark.reports.disclosure.flows import EVENTS as FLOW_EVENTS
from keelmark.reports.disclosure.flows import Flows
from keelmark.reports.disclosure.instruments import EVENTS as INSTRUMENT_EVENTS
from keelmark.store.base import Store
from keelmark.store.model import Finality
from keelmark.store.venue import Venue, venue_of
from keelmark.types import MarketState, Valuation

__all__ = ["Book", "Books"]

FOLDED = frozenset(
    (*Ledger.handlers, *Ledger.loss_handlers, *INSTRUMENT_EVENTS, *FLOW_EVENTS, *PRICE_EVENTS)
)
"""Events that change a book; other tables are not read for it."""


def _events(source: Source, first_block: int, last_block: int) -> Iterator[Event]:
    """The events that change a book, in chain order."""

    def one(table: TableSpec) -> Iterator[Event]:
        for batch in source.scan(table.name, first_block=first_block, last_block=last_block):
            yield from events_of(batch, table)

    streams = [one(table) for table in source.description.tables if table.event in FOLDED]
    return heapq.merge(*streams, key=lambda event: (event.block_number, event.log_index))


@dataclass(slots=True)
class Book:
    """The market after a block."""

    market: RunningMarket
    flows: Flows
    block: int
    """Folded up to here; one before the store's first block if nothing is."""
    time: int = 0
    """Of the last known block, Unix seconds."""
    _state: MarketState | None = None
    _margins: dict[int, MarginResult] = field(default_factory=dict)

    @classmethod
    def empty(cls, venue: Venue, first_block: int) -> Book:
        """A book that has folded nothing."""
        market = RunningMarket(venue.house, venue.settlement_feed)
        return cls(market, Flows(market.instruments), first_block - 1)

    def fold(self, store: Source, last_block: int) -> None:
        """Folds the rows up to a block."""
        if last_block <= self.block:
            return
        for event in _events(store, self.block + 1, last_block):
            self.market.apply(event)
            self.flows.apply(event)
            self.time = event.timestamp
        self.block = last_block
        self.forget()

    def forget(self) -> None:
        """Values the market anew at the next question."""
        self._state = None
        self._margins = {}

    def at(self, time: int) -> None:
        """Values the market at a time, not before that of the last event."""
        if time > self.time:
            self.time = time
            self.forget()

    @property
    def state(self) -> MarketState:
        """The market valued at `time`."""
        if self._state is None:
            self._state = self.market.state(self.time)
        return self._state

    def margin(self, account: int) -> MarginResult:
        """One account's margin, close-out valuation."""
        found = self._margins.get(account)
        if found is None:
            book = self.market.ledger.account(account)
            found = check_account(book.state(), self.state, Valuation.CLOSE_OUT)
            self._margins[account] = found
        return found


class Books:
    """The books of a store. Blocking; one question at a time."""

    def __init__(self, store: Store, recent: Recent) -> None:
        self._store = store
        self._recent = recent
        self._first_block = store.description.first_block
        self.venue = venue_of(store.description)
        self.lock = threading.Lock()
        """Held while a book is brought on and read."""
        self._final: Book | None = None
        self._tip: Book | None = None
        self._sequence = 0

    def get(self, finality: Finality, seen: Seen) -> Book:
        """The book at a finality; call it, and read the book, with the lock held.

        Args:
            finality: which blocks count.
            seen: the store as it was last seen.

        Raises:
            Refused: the store is about no house of the kit, no block is that final, or no market
                follows from the rows.
        """
        if self.venue is None:
            raise Refused(
                HTTPStatus.NOT_FOUND, "market: this store is about no clearing house of the kit"
            )
        target = seen.last(finality)
        if target is None or seen.checkpoint is None:
            raise Refused(HTTPStatus.NOT_FOUND, f"finality: no block is {finality} yet")
        try:
            book = self._brought_on(target, finality, seen)
        except (KeelmarkError, LookupError, ValueError, ArithmeticError) as error:
            self._final = self._tip = None
            raise Refused(
                HTTPStatus.SERVICE_UNAVAILABLE,
                f"market: none follows from the rows up to block {target} ({error})",
            ) from error
        if target == seen.checkpoint.last_block:
            book.at(seen.checkpoint.last_time)
        return book

    def _brought_on(self, target: int, finality: Finality, seen: Seen) -> Book:
        final = seen.last(Finality.FINALIZED)
        if self._final is None:
            self._final = self._empty()
        if final is not None:
            self._final.fold(self._store, final)
        if finality is Finality.FINALIZED:
            return self._final
        replaced = self._sequence != seen.sequence
        if self._tip is None or replaced or self._tip.block > target:
            self._tip = copy.deepcopy(self._final)
            self._sequence = seen.sequence
        self._tip.fold(self._source(self._tip.block, target, seen), target)
        return self._tip

    def _source(self, block: int, target: int, seen: Seen) -> Source:
        """Where the rows behind a block are read: what was just committed, or the store."""
        point = seen.checkpoint
        if point is None or point.last_block != target:
            return self._store
        found = self._recent.view(self._store.description, block + 1, target, point.last_hash)
        return self._store if found is None else found

    def _empty(self) -> Book:
        assert self.venue is not None
        return Book.empty(self.venue, self._first_block)
