"""Funding of perpetuals: one index an instrument, accrued by the second.

A perpetual has no expiry that would pull its price to the index, so the side that trades
above the index pays the other. Each trade weighs its premium (trade price over index, minus
one) by its notional, up to a cap, so that one large trade cannot set the rate alone. When a
window has ended, the average premium, clamped, becomes the rate of the next window; a rate
lives for one window only, so that a market in which nobody trades stops paying.

The cumulative funding F is a price: a long position owes F for each unit since the index
started. Quotes are normalised to F = 0 when a trade is booked (see `keelmark.margin.trade`),
so a position keeps no entry of its own. What longs pay is what shorts receive; rounding is
against each of them, and the dust stays with the house. All of this is market practice and
none of it law: the rules carry the status `practice`.
"""

from __future__ import annotations

from dataclasses import replace

from keelmark.regulation import value
from keelmark.types import Instrument, Kind, Market
from keelmark.units import BPS, WAD, div_trunc

PREMIUM_SCALE = 10**8
"""Premiums are kept in hundred-millionths."""

MAX_RATE = 2**63 - 1
"""The most that the lane of the rate holds, wad of price a second: a rate beyond it is cut, so
that no price of an underlier stops its trades."""


def cumulative_funding(instrument: Instrument, now: int) -> int:
    """F at `now`: what a long has paid for one unit since the index started.

    Args:
        instrument: of any kind; dated and settled ones have none.
        now: Unix seconds, not before the window's start.

    Returns:
        Wad of price, signed.
    """
    if instrument.kind != Kind.PERPETUAL or instrument.settled:
        return 0
    elapsed = min(max(now - instrument.time, 0), value("FUNDING_WINDOW_SECONDS"))
    return instrument.funding_index + instrument.funding_rate * elapsed


def trade_weight(size: int, price: int) -> int:
    """What a trade weighs in its window: whole settlement units of notional, capped.

    Args:
        size: wad, of either sign.
        price: trade price, wad.
    """
    return min(abs(size) * price // (WAD * WAD), value("FUNDING_TRADE_CAP_UNITS"))


def trade_premium(price: int, index: int) -> int:
    """Trade price over index, minus one, in hundred-millionths toward zero."""
    return div_trunc((price - index) * PREMIUM_SCALE, index)


def add_premium(market: Market, size: int, price: int, index: int) -> Market:
    """The accumulators after a trade of a perpetual (once a trade, not once a leg)."""
    weight = trade_weight(size, price)
    return replace(
        market,
        premium_acc=market.premium_acc + weight * trade_premium(price, index),
        premium_weight=market.premium_weight + weight,
    )


def average_premium(market: Market) -> int:
    """The window's premium, clamped, in hundred-millionths; 0 if nothing traded."""
    if market.premium_weight == 0:
        return 0
    clamp = value("FUNDING_CLAMP_BPS") * PREMIUM_SCALE // BPS
    return max(-clamp, min(clamp, div_trunc(market.premium_acc, market.premium_weight)))


def roll_due(instrument: Instrument, now: int) -> bool:
    """Whether the funding window has ended and the next event must roll it."""
    return (
        instrument.kind == Kind.PERPETUAL
        and not instrument.settled
        and now >= instrument.time + value("FUNDING_WINDOW_SECONDS")
    )


def roll(instrument: Instrument, market: Market, index: int, now: int) -> tuple[Instrument, Market]:
    """Ends the window: books what has accrued and sets the next window's rate.

    Args:
        instrument: a perpetual whose window has ended.
        market: its accumulators.
        index: index price, wad.
        now: Unix seconds; the next window's start.

    Raises:
        ValueError: the window has not ended.
    """
    if not roll_due(instrument, now):
        raise ValueError("a funding window rolls only after its end")
    period = value("FUNDING_PERIOD_SECONDS")
    rate = div_trunc(index * average_premium(market), PREMIUM_SCALE * period)
    rate = max(-MAX_RATE, min(MAX_RATE, rate))
    rolled = replace(
        instrument,
        time=now,
        funding_index=cumulative_funding(instrument, now),
        funding_rate=rate,
    )
    return rolled, replace(market, premium_acc=0, premium_weight=0)
