"""Volatility surfaces: the integer twin of the price board's interpolation, to the last unit.

A surface belongs to an underlier. Its points are feeds of the price board: a forward for each
expiry, a volatility for each tenor and moneyness. Between the points the volatility is linear
over moneyness (strike divided by the forward of the option's own expiry), and linear in total
variance over time; beyond them it is flat. Time to expiry counts from the time of the surface's
epoch, so that within an epoch everything follows from the board alone. Nothing here excludes an
arbitrage between quotes: the surface passes through its points, whatever they say.

Units: forwards, strikes and volatilities in wad (1.00 a year is 10^18), tenors in days, points of
moneyness in bps, times in seconds.
"""

from __future__ import annotations

from bisect import bisect_right
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from math import isqrt
from typing import Final

from keelmark.errors import InputError
from keelmark.types import PriceLane
from keelmark.units import WAD

__all__ = [
    "OptionInputs",
    "Surface",
    "SurfaceError",
    "forward_feed",
    "interpolate",
    "is_past",
]

DAY: Final = 86_400
EXPIRY_OF_DAY: Final = 28_800
"""Expiries are at 08:00 UTC."""

POINT: Final = WAD // 10_000
"""A basis point of moneyness, wad."""

VOLATILITY_FEEDS: Final = 2**32
"""The lowest feed whose price is a volatility."""

LAST_EPOCH: Final = 2**16 - 1
"""After it comes 1; 0 is no epoch."""

_MAX_FEED = 2**16 - 1
_MAX_TIME = 2**32 - 1
_MAX_PRICE = 2**88 - 1


class SurfaceError(InputError):
    """A surface has no answer; the text is the contract's own reason."""


@dataclass(frozen=True, slots=True)
class OptionInputs:
    """What the board values an option by."""

    forward: int
    """Wad, of the option's expiry."""
    volatility: int
    """Wad a year, at strike / forward and at expiry less the epoch's time."""
    valid_until: int
    """Seconds; the earliest of forward, volatilities used and spot."""
    flags: int
    """Bit 0: a large move of one of them."""
    epoch: int
    time: int
    """Seconds; start of the epoch."""


@dataclass(frozen=True, slots=True)
class Surface:
    """A surface's geometry, and where it stands."""

    underlier: int
    """Spot feed, 1 to 65535."""
    epoch: int
    """1 to 65535, then 1 again."""
    time: int
    """Seconds; start of the epoch."""
    tenors: tuple[int, ...]
    """Days, ascending, up to six."""
    moneyness: tuple[int, ...]
    """Strike / forward in bps, ascending, up to five."""

    @classmethod
    def from_word(cls, underlier: int, word: int) -> Surface:
        """The surface of the board's surface word.

        Raises:
            SurfaceError: the word is zero; there is no surface.
        """
        if not word:
            raise SurfaceError("surface: not listed")
        tenors, points = (word >> 48) & 0xFF, (word >> 56) & 0xFF
        return cls(
            underlier,
            word & 0xFFFF,
            (word >> 16) & _MAX_TIME,
            tuple((word >> (64 + 16 * place)) & 0xFFFF for place in range(tenors)),
            tuple((word >> (160 + 16 * place)) & 0xFFFF for place in range(points)),
        )

    def word(self) -> int:
        """The board's surface word."""
        word = self.epoch | self.time << 16 | len(self.tenors) << 48 | len(self.moneyness) << 56
        for place, tenor in enumerate(self.tenors):
            word |= tenor << (64 + 16 * place)
        for place, point in enumerate(self.moneyness):
            word |= point << (160 + 16 * place)
        return word

    def updated(self, time: int) -> Surface:
        """The surface in its next epoch, which begins at `time`."""
        return replace(self, epoch=self.epoch % LAST_EPOCH + 1, time=time)

    def volatility_feed(self, tenor: int, point: int) -> int:
        """The feed of a volatility, by its indices from 0.

        Raises:
            SurfaceError: there is no such tenor or point.
        """
        if not (0 <= tenor < len(self.tenors) and 0 <= point < len(self.moneyness)):
            raise SurfaceError("surface: no such point")
        return VOLATILITY_FEEDS | self.underlier << 6 | tenor << 3 | point

    def volatility_feeds(self) -> tuple[tuple[int, ...], ...]:
        """Every volatility's feed, a row a tenor."""
        points = range(len(self.moneyness))
        return tuple(
            tuple(self.volatility_feed(tenor, point) for point in points)
            for tenor in range(len(self.tenors))
        )

    def option_inputs(
        self, lanes: Mapping[int, PriceLane], expiry: int, strike: int, now: int
    ) -> OptionInputs:
        """What the board's `option_inputs` answers.

        Args:
            lanes: last price by feed; feeds that never had one may be left out.
            expiry: seconds, 08:00 UTC.
            strike: wad.
            now: seconds; the time of the block that would ask.

        Raises:
            SurfaceError: the board would refuse; with the board's reason. It alone knows
                whether a forward that never had a price is listed.
        """
        if not 0 < strike <= _MAX_PRICE:
            raise SurfaceError("surface: bad strike")
        seconds = expiry - self.time
        if seconds <= 0:
            raise SurfaceError("surface: expired")
        never = PriceLane(0, 0)
        forward = lanes.get(forward_feed(self.underlier, expiry), never)
        if not forward.price:
            raise SurfaceError("surface: missing forward")
        moneyness = strike * WAD // forward.price
        columns = _bracket([point * POINT for point in self.moneyness], moneyness)
        rows = _bracket([tenor * DAY for tenor in self.tenors], seconds)
        used = [forward, lanes.get(self.underlier, never)]
        volatilities: dict[tuple[int, int], int] = {}
        for row in sorted(set(rows)):
            for column in sorted(set(columns)):
                lane = lanes.get(self.volatility_feed(row, column), never)
                if not lane.price:
                    raise SurfaceError("surface: missing tenor")
                used.append(lane)
                volatilities[row, column] = lane.price
        table = [
            [volatilities.get((row, column), 0) for column in range(len(self.moneyness))]
            for row in range(len(self.tenors))
        ]
        valid_until = min(lane.valid_until for lane in used)
        if valid_until < now:
            raise SurfaceError("surface: stale node")
        flags = 0
        for lane in used:
            flags |= lane.flags
        volatility = interpolate(self.tenors, self.moneyness, table, moneyness, seconds)
        return OptionInputs(forward.price, volatility, valid_until, flags, self.epoch, self.time)


def forward_feed(underlier: int, expiry: int) -> int:
    """The feed of an expiry's forward.

    Args:
        underlier: spot feed, 1 to 65535.
        expiry: seconds, 08:00 UTC of a day.

    Raises:
        SurfaceError: there can be no such underlier or expiry.
    """
    if not 0 < underlier <= _MAX_FEED:
        raise SurfaceError("surface: bad underlier")
    if not 0 < expiry <= _MAX_TIME or expiry % DAY != EXPIRY_OF_DAY:
        raise SurfaceError("surface: no such expiry")
    return underlier | expiry // DAY << 16


def is_past(feed: int, now: int) -> bool:
    """Whether a feed is the forward of an expiry that is over. The day in a spot's number is
    zero, so it counts as past; the day in a volatility's is beyond any, so it never does."""
    return now >= (feed >> 16) * DAY + EXPIRY_OF_DAY


def interpolate(
    tenors: Sequence[int],
    moneyness: Sequence[int],
    volatilities: Sequence[Sequence[int]],
    at_moneyness: int,
    seconds: int,
) -> int:
    """The volatility at a moneyness and a time to expiry, wad, rounded down.

    Args:
        tenors: days, ascending.
        moneyness: strike / forward in bps, ascending.
        volatilities: wad a year, a row a tenor.
        at_moneyness: floor(strike * 10^18 / forward).
        seconds: to expiry, above zero.
    """
    places = [point * POINT for point in moneyness]
    times = [tenor * DAY for tenor in tenors]
    low, high = _bracket(places, at_moneyness)
    near, far = _bracket(times, seconds)

    def across_strikes(row: Sequence[int]) -> int:
        if low == high:
            return row[low]
        width = places[high] - places[low]
        left, right = places[high] - at_moneyness, at_moneyness - places[low]
        return (row[low] * left + row[high] * right) // width

    first = across_strikes(volatilities[near])
    if near == far:
        return first
    last = across_strikes(volatilities[far])
    variance = first**2 * times[near] * (times[far] - seconds)
    variance += last**2 * times[far] * (seconds - times[near])
    return isqrt(variance // ((times[far] - times[near]) * seconds))


def _bracket(axis: Sequence[int], place: int) -> tuple[int, int]:
    """Indices of the points around a place; the same one twice where it alone counts."""
    after = bisect_right(axis, place)
    if after == 0:
        return 0, 0
    if after == len(axis) or axis[after - 1] == place:
        return after - 1, after - 1
    return after - 1, after
