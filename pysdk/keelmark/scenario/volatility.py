"""The replay's forwards and volatilities: a model of its own, and no market's data.

A price file says nothing of options. What the reporters of a replay sign is therefore derived
from the prices that it has shown so far, in integers alone:

- a forward is the spot price, since rates are zero here;
- the seven-day volatility at the money is the root of the squared moves between the last
  seventeen prices (four days), a year of 365 days, divided by three: a path through a day's
  high and low is about three times as long, in squares, as the day is volatile. It is held
  between a floor of 60 % and a ceiling of 200 %, and is the floor until there are nine prices;
- the thirty-day volatility is the mean of that and the floor;
- a strike at 70 % of the forward has a fifth more, one at 130 % a tenth more.
"""

from __future__ import annotations

from collections.abc import Sequence
from itertools import pairwise
from math import isqrt

from keelmark.pricing.surface import Surface, forward_feed
from keelmark.scenario.prices import PricePoint
from keelmark.units import BPS, WAD

__all__ = ["MODEL", "SURFACE", "at_the_money", "surface_prices"]

YEAR = 365 * 86_400
WINDOW = 17
"""Prices that count."""

LEAST = 9
"""Prices without which the floor is taken."""

FLOOR, CEILING = 6 * WAD // 10, 2 * WAD

PATH = 3
"""How much longer, in squares, the path is than the day's own variance."""

SKEW_BPS = (12_000, 10_000, 11_000)
"""Over the volatility at the money, by moneyness."""

SURFACE = Surface(underlier=1, epoch=0, time=0, tenors=(7, 30), moneyness=(7_000, 10_000, 13_000))
"""What is listed; epoch and time are the board's."""

MODEL = (
    "forwards and volatilities are a model's, not market data. Forward: the spot price, since "
    "rates are zero. Volatility: seven days at the money, the root of the squared moves between "
    "the replay's last seventeen prices over a year of 365 days, divided by three because a path "
    "through each day's high and low is about three times too long, and held between 60 % and "
    "200 %; thirty days, the mean of that and 60 %; a fifth more at 70 % of the forward, a tenth "
    "more at 130 %"
)
"""The same for a reader of the report."""


def at_the_money(points: Sequence[PricePoint]) -> int:
    """The seven-day volatility at the money, wad a year.

    Args:
        points: the replay's prices so far, in the order of time.
    """
    last = points[-WINDOW:]
    if len(last) < LEAST:
        return FLOOR
    squares = sum(
        (two.price - one.price) ** 2 * WAD**2 // (one.price * two.price)
        for one, two in pairwise(last)
    )
    found = isqrt(squares * YEAR // (PATH * (last[-1].time - last[0].time)))
    return min(max(found, FLOOR), CEILING)


def surface_prices(points: Sequence[PricePoint], expiry: int) -> dict[int, int]:
    """What reporters sign beside the last price: one forward and every volatility, by feed.

    Args:
        points: the replay's prices so far, in the order of time; at least one.
        expiry: seconds, 08:00 UTC, still to come.
    """
    week = at_the_money(points)
    found = {forward_feed(SURFACE.underlier, expiry): points[-1].price}
    for row, level in zip(SURFACE.volatility_feeds(), (week, (week + FLOOR) // 2), strict=True):
        for feed, skew in zip(row, SKEW_BPS, strict=True):
            found[feed] = level * skew // BPS
    return found
