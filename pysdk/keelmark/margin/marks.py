"""Marks: what one unit of an instrument is worth, and what its notional is measured by.

A linear instrument's mark is its underlier's price. An option's was computed with its risk array,
from the board as it stood in one of its epochs; its notional is measured by the reference forward
of its expiry, since a premium says nothing of what stands behind it. A settled instrument is worth
its settlement price, or what one unit of the option paid.
"""

from __future__ import annotations

from keelmark.margin.words import array_epoch
from keelmark.types import JUMP_FLAG, Instrument, Kind, MarketState
from keelmark.units import WAD, div_floor

STALE, JUMPED = 1, 2
"""Price flags of a margin check, as the house answers them."""


def is_open_option(instrument: Instrument) -> bool:
    """Whether an instrument is an option that has not settled."""
    return instrument.kind == Kind.OPTION and not instrument.settled


def mark_price(instrument: Instrument, market: MarketState) -> int:
    """The price at which an instrument's positions are valued, wad."""
    if instrument.settled:
        return instrument.funding_index
    if instrument.kind == Kind.OPTION:
        return instrument.mark
    return market.lanes[instrument.feed].price


def measure_price(instrument: Instrument, market: MarketState) -> int:
    """The price by which an open instrument's margin notional is measured, wad."""
    if is_open_option(instrument):
        return reference_forward(instrument, market)
    return mark_price(instrument, market)


def reference_forward(option: Instrument, market: MarketState) -> int:
    """The forward that an option's array is a fraction of, wad; 0 if there was none yet."""
    return market.forwards.get((option.feed, option.time), 0)


def position_value(size: int, quote: int, mark: int, funding: int) -> int:
    """A position's value to its account, wad, rounded down."""
    return div_floor(size * (mark - funding), WAD) + quote


def array_stale(number: int, market: MarketState) -> bool:
    """Whether an option's array is of another epoch than the board, or past its validity.

    Such an array stops opening and withdrawal until anyone refreshes it.
    """
    option = market.instruments[number]
    epoch = array_epoch(market.arrays.get(number, 0))
    return epoch != market.epochs.get(option.feed, 0) or option.valid_until < market.now


def price_flags(number: int, market: MarketState) -> int:
    """Flags of the prices that a position in an instrument needs.

    Returns:
        `STALE` and `JUMPED` bits; 0 for a settled instrument.
    """
    instrument = market.instruments[number]
    if instrument.settled:
        return 0
    lane = market.lanes[instrument.feed]
    stale, jumped = not lane.fresh(market.now), bool(lane.flags & JUMP_FLAG)
    if instrument.kind == Kind.OPTION:
        stale = stale or array_stale(number, market)
        jumped = jumped or instrument.jumped
    return (STALE if stale else 0) | (JUMPED if jumped else 0)
