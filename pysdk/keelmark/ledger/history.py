"""The market through time, from events alone: one sample at each price of an underlier.

Prices move without events of the house, so equity and requirements between two acts follow from
the rebuilt state and the board's prices. A sample is taken when a price arrives, before anybody
has acted on it; that is when margin must suffice. What reporters bring with it counts too, and
options are valued by it, as whoever judges an account would have them valued first.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field

from keelmark.events import Event
from keelmark.ledger.fold import Ledger
from keelmark.margin import check_account
from keelmark.margin.revalued import revalued
from keelmark.pricing.surface import Surface
from keelmark.types import MarketState, PriceLane, Valuation

__all__ = ["Sample", "market_state", "retrace"]

OF_A_REPORT = ("PriceUpdated", "SurfaceUpdated")
"""What one report of prices emits."""


@dataclass(frozen=True, slots=True)
class Sample:
    """The market when a price arrived."""

    block_number: int
    time: int
    price: int
    """Wad."""
    jumped: bool
    """The move was larger than the rule allows for opening."""
    open_interest: Mapping[int, int]
    """Instrument to half the sum of absolute sizes, wad."""
    equity: int
    """Sum over accounts with open positions, close-out valuation, wad."""
    requirement: int
    """Sum of their initial margins, wad."""
    lowest_bps: int | None
    """Equity over requirement of the weakest account; None if nobody needs margin."""


@dataclass(slots=True)
class Retraced:
    """A rebuilt market and its way there."""

    ledger: Ledger
    lanes: dict[int, PriceLane] = field(default_factory=dict)
    surfaces: dict[int, Surface] = field(default_factory=dict)
    """Underlier to its surface, in its present epoch."""
    samples: list[Sample] = field(default_factory=list)


def market_state(
    ledger: Ledger, lanes: Mapping[int, PriceLane], settlement_feed: int, now: int
) -> MarketState:
    """The rebuilt market as a margin check takes it."""
    return ledger.house.market_state(lanes, settlement_feed, now)


def retrace(
    events: Iterable[Event], house_address: str, settlement_feed: int, underlier: int
) -> Retraced:
    """Rebuilds the market and samples it at each price of one underlier.

    Args:
        events: of the house, its fund and its price board, in chain order.
        house_address: checksummed.
        settlement_feed: feed of the settlement token.
        underlier: feed at whose prices to sample.

    Raises:
        UnknownAccount: an event speaks of an account that was never opened.
        KeyError: an event speaks of an instrument that was never listed.
    """
    found = Retraced(Ledger(house_address=house_address))
    due: Event | None = None
    for event in events:
        if due and (event.name not in OF_A_REPORT or event.block_number != due.block_number):
            found.samples.append(_sample(found, due, settlement_feed))
            due = None
        found.ledger.apply(event)
        if event.name == "PriceUpdated":
            feed, flags = event.number("feed"), event.number("flags") & 1
            lane = PriceLane(event.number("price"), event.number("valid_until"), flags)
            found.lanes[feed] = lane
            due = event if feed == underlier else due
        elif event.name == "SurfaceListed":
            feed = event.number("underlier")
            found.surfaces[feed] = Surface.from_word(feed, event.number("word"))
        elif event.name == "SurfaceUpdated":
            feed = event.number("underlier")
            found.surfaces[feed] = found.surfaces[feed].updated(event.number("time"))
    if due:
        found.samples.append(_sample(found, due, settlement_feed))
    return found


def _sample(found: Retraced, event: Event, settlement_feed: int) -> Sample:
    """Equity and requirement of everybody with a position, at a price's own time."""
    ledger = found.ledger
    state = revalued(
        market_state(ledger, found.lanes, settlement_feed, event.timestamp),
        ledger.house.options,
        found.surfaces,
    )
    equity = requirement = 0
    lowest: int | None = None
    for book in ledger.accounts.values():
        if not book.positions:
            continue
        result = check_account(book.state(), state, Valuation.CLOSE_OUT)
        equity += result.equity
        requirement += result.initial_margin
        if result.initial_margin:
            cover = result.equity * 10_000 // result.initial_margin
            lowest = cover if lowest is None else min(lowest, cover)
    interest = {
        number: market.gross_lots * ledger.house.instruments[number].lot // 2
        for number, market in ledger.house.markets.items()
    }
    return Sample(
        block_number=event.block_number,
        time=event.timestamp,
        price=event.number("price"),
        jumped=bool(event.number("flags") & 1),
        open_interest=interest,
        equity=equity,
        requirement=requirement,
        lowest_bps=lowest,
    )
