"""The market as it runs: folded event by event, and valued at any moment of one's choice.

What a disclosure, an interface or an alarm needs of a store's rows, without keeping them: the
rebuilt ledger, the board's last prices and surfaces, and what instruments are called. Equity and
requirements follow from these at any time after the last event, since prices move by events too.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, field

from keelmark.events import Event
from keelmark.ledger.fold import Ledger
from keelmark.ledger.history import market_state
from keelmark.margin import check_account
from keelmark.margin.marks import mark_price
from keelmark.margin.results import MarginResult
from keelmark.margin.revalued import revalued
from keelmark.pricing.surface import Surface
from keelmark.reports.disclosure.instruments import InstrumentBook
from keelmark.reports.disclosure.model import (
    Close,
    Holding,
    InstrumentClose,
    MarginClose,
    Resources,
)
from keelmark.types import MarketState, PriceLane, Valuation

__all__ = ["RunningMarket"]

PRICE_EVENTS = ("PriceUpdated", "SurfaceListed", "SurfaceUpdated")
"""Of the board: what a market takes beside the ledger's and the instruments' events."""

NO_PRICE = PriceLane(0, 0)
"""Of a feed that never had a price, as the board has it."""


@dataclass(slots=True)
class RunningMarket:
    """A market that takes events one at a time, in chain order, with block times."""

    house_address: str
    """Checksummed: whose book in the default fund to follow."""
    settlement_feed: int
    """Feed of the settlement token on the price board."""
    ledger: Ledger = field(init=False)
    lanes: dict[int, PriceLane] = field(default_factory=dict)
    """Feed to its last price."""
    surfaces: dict[int, Surface] = field(default_factory=dict)
    """Underlier to its surface, in its present epoch."""
    instruments: InstrumentBook = field(default_factory=InstrumentBook)
    token_scale: int = 0
    """Wad of one smallest unit of the settlement token, as its first payment shows; 0 before."""

    def __post_init__(self) -> None:
        self.ledger = Ledger(house_address=self.house_address)

    def apply(self, event: Event) -> None:
        """Takes one event.

        Raises:
            UnknownAccount: it speaks of an account that was never opened.
            KeyError: it speaks of an instrument or a surface that was never listed.
        """
        if event.name in ("CollateralDeposited", "CollateralWithdrawn"):
            self._learn_scale(event)
        self.ledger.apply(event)
        self.instruments.apply(event)
        if event.name == "PriceUpdated":
            flags = event.number("flags") & 1
            lane = PriceLane(event.number("price"), event.number("valid_until"), flags)
            self.lanes[event.number("feed")] = lane
        elif event.name == "SurfaceListed":
            feed = event.number("underlier")
            self.surfaces[feed] = Surface.from_word(feed, event.number("word"))
        elif event.name == "SurfaceUpdated":
            feed = event.number("underlier")
            self.surfaces[feed] = self.surfaces[feed].updated(event.number("time"))

    def _learn_scale(self, event: Event) -> None:
        """A payment of the settlement token says its amount in token units, its balance in wad."""
        if self.token_scale or event.number("asset") or not event.number("amount"):
            return
        before = self.ledger.account(event.number("account")).cash
        self.token_scale = abs(event.number("balance") - before) // event.number("amount")

    def state(self, now: int) -> MarketState:
        """The market as a margin check takes it, every option valued by the board's prices.

        Args:
            now: Unix seconds, not before the last event.
        """
        house = self.ledger.house
        feeds = {self.settlement_feed, *(one.feed for one in house.assets.values())}
        feeds |= {one.feed for one in house.instruments.values()}
        lanes = dict.fromkeys(feeds, NO_PRICE) | self.lanes
        market = market_state(self.ledger, lanes, self.settlement_feed, now)
        return revalued(market, house.options, self.surfaces)

    def margins(self, state: MarketState) -> Iterator[tuple[int, MarginResult]]:
        """Every account's margin at close-out valuation, by ascending account."""
        for number, book in sorted(self.ledger.accounts.items()):
            yield number, check_account(book.state(), state, Valuation.CLOSE_OUT)

    def resources(self) -> Resources:
        """What stands behind a default now."""
        house, scale = self.ledger.house, self.token_scale or 1
        fund = house.fund
        owed = [book.debt for book in self.ledger.accounts.values() if book.debt]
        return Resources(
            dedicated=fund.dedicated * scale,
            shares={member: fund.share_value(member) * scale for member in fund.open_epoch.shares},
            pool=fund.open_epoch.pool * scale,
            closed_pools=sum(epoch.pool for epoch in fund.epochs[:-1]) * scale,
            debts=sum(owed),
            debtors=len(owed),
            uncovered=house.uncovered,
        )

    def close(self, day: int, block_number: int, time: int, *, complete: bool) -> Close:
        """The market at the end of a day.

        Args:
            day: days since 1970-01-01.
            block_number: its last block.
            time: of that block, Unix seconds; not before the last event.
            complete: whether the day is over.
        """
        state = self.state(time)
        holdings, margins = [], []
        for number, result in self.margins(state):
            book = self.ledger.account(number)
            holdings += [
                Holding(number, book.member, line.instrument, line.size, line.gross)
                for line in result.positions
            ]
            if book.positions or book.cash or book.balances:
                margins.append(
                    MarginClose(
                        account=number,
                        member=book.member,
                        retail=book.retail,
                        equity=result.equity,
                        initial_margin=result.initial_margin,
                        collateral=sum(line.counted for line in result.collateral),
                        cash=book.cash,
                    )
                )
        return Close(
            day=day,
            block_number=block_number,
            time=time,
            complete=complete,
            instruments={
                number: self.close_of(number, state) for number in sorted(state.instruments)
            },
            holdings=tuple(holdings),
            margins=tuple(margins),
            resources=self.resources(),
            accounts=len(self.ledger.accounts),
            members=sum(book.member == number for number, book in self.ledger.accounts.items()),
        )

    def close_of(self, number: int, state: MarketState) -> InstrumentClose:
        """An instrument's mark and what its notional is measured by."""
        mark = mark_price(state.instruments[number], state)
        known = self.instruments.facts.get(number)
        return InstrumentClose(mark, known.reference(mark) if known else mark)
