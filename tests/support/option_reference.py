"""Option margin by the method's own words: Black-76 to fifty digits, lanes, and exact rationals.

Nothing here is taken from the package. Prices are mpmath's; what follows from the sixteen lanes
is exact, in fractions of a wei.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from fractions import Fraction
from math import ceil, floor

import mpmath
from mpmath import mpf

from tests.support.black76_reference import DIGITS, black76

__all__ = [
    "EXTREME",
    "MOVES",
    "Linear",
    "Option",
    "PRICE_ERROR",
    "agree",
    "decoded",
    "moved_volatility",
    "own_loss",
    "price_of",
    "requirement",
    "shocks",
]

WAD = 10**18
DAY = 86_400

MOVES = (0, 1, -1, 2, -2, 3, -3)
"""Thirds of a scan range; each with volatility up, then down."""

PRICE_ERROR = mpf(2) / 10**18
"""What a price on chain may miss the exact one by, over its forward."""

EXTREME = Fraction(35, 100)
"""Weight of the two scenarios at twice the scan range."""


def price_of(
    is_call: bool, forward: object, strike: object, seconds: int, volatility: object
) -> mpf:
    """A premium; a forward of nothing makes a call worth nothing and a put its strike."""
    with mpmath.workdps(DIGITS):
        if forward == 0:
            return mpf(0) if is_call else mpf(strike)
        if volatility == 0 or seconds == 0:
            gain = mpf(forward) - mpf(strike)
            return max(gain if is_call else -gain, mpf(0))
        return black76(is_call, forward, strike, seconds, volatility).price


def moved_volatility(volatility: mpf, seconds: int, *, up: bool) -> mpf:
    """Up 40 % or down 22 %, times (30 / max(days, 1))^0.30 under thirty days, ^0.13 above."""
    with mpmath.workdps(DIGITS):
        days = max(mpf(seconds) / DAY, mpf(1))
        scale = (mpf(30) / days) ** (mpf(30) / 100 if days < 30 else mpf(13) / 100)
        move = mpf(40) / 100 * scale if up else -mpf(22) / 100 * scale
        return max(volatility * (1 + move), mpf(0))


def shocks(scan_bps: int) -> list[tuple[Fraction, bool, Fraction]]:
    """Move of the forward, whether volatility rises, and weight, by lane."""
    scan = Fraction(scan_bps, 10_000)
    inner = [(scan * move / 3, rises, Fraction(1)) for move in MOVES for rises in (True, False)]
    return [*inner, (2 * scan, True, EXTREME), (-2 * scan, True, EXTREME)]


@dataclass(frozen=True, slots=True)
class Option:
    """Some units of an option; money in wad."""

    size: int
    is_call: bool
    forward: int
    strike: int
    seconds: int
    volatility: int
    underlier: int = 1
    scan_bps: int = 3_300
    multiplier_bps: int = 10_000

    @property
    def weight(self) -> int:
        """Forward notional in units of 2^24 wei, rounded up."""
        return ceil(
            Fraction(abs(self.size) * self.forward * self.multiplier_bps, 10_000 * WAD * 2**24)
        )

    def mark(self) -> mpf:
        """The premium of one unit, wad and its fractions."""
        with mpmath.workdps(DIGITS):
            volatility = mpf(self.volatility) / WAD
            return price_of(self.is_call, self.forward, self.strike, self.seconds, volatility)

    def delta(self) -> mpf:
        """Forward delta of one unit long."""
        with mpmath.workdps(DIGITS):
            volatility = mpf(self.volatility) / WAD
            made = black76(self.is_call, self.forward, self.strike, self.seconds, volatility)
            return made.delta

    def moved(self) -> list[mpf]:
        """Profit of one unit long by scenario, wad, weighted and not rounded."""
        results = []
        with mpmath.workdps(DIGITS):
            volatility = mpf(self.volatility) / WAD
            now = self.mark()
            for move, rises, weight in shocks(self.scan_bps):
                forward = max(floor(self.forward * (1 + move)), 0)
                other = moved_volatility(volatility, self.seconds, up=rises)
                after = price_of(self.is_call, forward, self.strike, self.seconds, other)
                results.append((after - now) * weight.numerator / weight.denominator)
        return results

    def lanes(self) -> list[int]:
        """Sixteen results of one unit long over the forward, unit 2^-13, rounded down."""
        with mpmath.workdps(DIGITS):
            return [int(mpmath.floor(gain * 2**13 / self.forward)) for gain in self.moved()]

    def results(self) -> list[int]:
        """What the whole position gains by scenario, wad; a short adds a unit against itself."""
        signed = [lane if self.size > 0 else -(lane + 1) for lane in self.lanes()]
        return [self.weight * lane * 2**11 for lane in signed]


@dataclass(frozen=True, slots=True)
class Linear:
    """A future or perpetual: its notional times its rate, times the part of a scan range."""

    size: int
    mark: int
    underlier: int = 1
    rate_bps: int = 3_300

    def results(self) -> list[Fraction]:
        """What the position gains by scenario, wad."""
        charge = Fraction(ceil(Fraction(abs(self.size) * self.mark, WAD)) * self.rate_bps, 10_000)
        signed = charge if self.size > 0 else -charge
        inner = [signed * move / 3 for move in MOVES for _ in range(2)]
        return [*inner, signed * 2 * EXTREME, -signed * 2 * EXTREME]


def own_loss(position: Option | Linear) -> Fraction:
    """What a position would lose alone in its worst scenario, never negative, wad."""
    return max(Fraction(0), *(-Fraction(gain) for gain in position.results()))


def requirement(held: Iterable[Option | Linear]) -> tuple[Fraction, Fraction, int]:
    """Worst loss W, stand-alone losses S and initial margin of an account that is not retail."""
    positions = list(held)
    worst = Fraction(0)
    for underlier in {one.underlier for one in positions}:
        rows = [one.results() for one in positions if one.underlier == underlier]
        worst += ceil(
            max(Fraction(0), *(-sum(column, Fraction(0)) for column in zip(*rows, strict=True)))
        )
    alone = sum((own_loss(one) for one in positions), Fraction(0))
    shorts = sum(one.weight for one in positions if isinstance(one, Option) and one.size < 0)
    least = ceil(Fraction(shorts * 2**24, 100))
    return worst, alone, max(ceil(worst + max(ceil(alone) - worst, 0) / 5), least)


def decoded(word: int) -> tuple[int, list[int]]:
    """Epoch and sixteen signed lanes of an array word."""
    lanes = []
    for place in range(16):
        lane = word >> 16 + 15 * place & 2**15 - 1
        lanes.append(lane - 2**15 if lane >= 2**14 else lane)
    return word & 2**16 - 1, lanes


def agree(lanes: list[int], option: Option) -> bool:
    """Whether lanes are the floors of results that two prices' errors may have moved."""
    with mpmath.workdps(DIGITS):
        slack = 2 * PRICE_ERROR * 2**13
        exact = [gain * 2**13 / option.forward for gain in option.moved()]
        bounds = [(mpmath.floor(one - slack), mpmath.floor(one + slack)) for one in exact]
    return all(low <= lane <= high for lane, (low, high) in zip(lanes, bounds, strict=True))
