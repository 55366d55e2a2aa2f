"""Black-76 by definition, to fifty digits: what prices and Greeks are measured against.

Nothing here is taken from the package: the normal distribution is mpmath's, and the Greeks are
the formulas of the textbooks.
"""

from __future__ import annotations

from dataclasses import dataclass

import mpmath
from mpmath import mpf

DIGITS = 50
"""Decimal digits of every step."""

YEAR = 31_536_000
"""Seconds of a year, ACT/365."""


@dataclass(frozen=True, slots=True)
class Exact:
    """One option's price and Greeks."""

    price: mpf
    delta: mpf
    gamma: mpf
    vega: mpf
    theta: mpf


def black76(
    is_call: bool, forward: object, strike: object, seconds: object, volatility: object
) -> Exact:
    """The formulas, for positive time and volatility.

    Args:
        is_call: False for a put.
        forward: any number that mpmath takes exactly.
        strike: in the unit of the forward.
        seconds: to expiry.
        volatility: annualised, 1.00 is 100 %.
    """
    with mpmath.workdps(DIGITS):
        f, k, v = mpf(forward), mpf(strike), mpf(volatility)
        root = mpmath.sqrt(mpf(seconds) / YEAR)
        first = mpmath.log(f / k) / (v * root) + v * root / 2
        second = first - v * root
        sign = 1 if is_call else -1
        density = mpmath.npdf(first)
        return Exact(
            price=sign * (f * mpmath.ncdf(sign * first) - k * mpmath.ncdf(sign * second)),
            delta=sign * mpmath.ncdf(sign * first),
            gamma=density / (f * v * root),
            vega=f * density * root,
            theta=-f * density * v / (2 * root),
        )
