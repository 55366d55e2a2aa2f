"""Errors of the pricing convention against fifty-digit arithmetic, beside targets and peers.

Measured on the integer twin, which tests hold to the contract bit for bit. A price is a whole
number of wads, so that its error over the forward is counted from a forward of one unit on.
"""

from __future__ import annotations

from random import Random

import mpmath
from mpmath import mpf
from rich.console import Console
from rich.table import Table

from keelmark.pricing import cdf, implied_volatility, price, prices
from tests.support.black76_reference import black76
from tests.support.options import EDGES, WAD, Row, rows

DAY = 86_400


def distribution() -> mpf:
    """Largest error of the normal distribution."""
    random = Random(7)
    points = [random.randrange(-9 * WAD, 9 * WAD) for _ in range(8_000)]
    points += [sign * WAD * tenth // 10 for tenth in range(120) for sign in (1, -1)]
    points += [-(2**255), 2**255 - 1]
    with mpmath.workdps(50):
        return max(abs(mpf(cdf(x)) / WAD - mpmath.ncdf(mpf(x) / WAD)) for x in points)


def price_error() -> mpf:
    """Largest error of a call or put over its forward, edges included."""
    worst = mpf(0)
    with mpmath.workdps(50):
        for row in [*rows(71, 6_000), *EDGES]:
            if row[0] >= WAD:
                for is_call, found in zip((True, False), prices(*row)[:2], strict=True):
                    worst = max(worst, abs(found - exact(is_call, row)) / row[0])
    return worst


def exact(is_call: bool, row: Row) -> mpf:
    """The price by definition; without time or volatility the intrinsic value."""
    forward, strike, seconds, volatility = row
    if seconds == 0 or volatility == 0:
        return mpf(max(forward - strike if is_call else strike - forward, 0))
    return black76(is_call, mpf(forward), mpf(strike), seconds, mpf(volatility) / WAD).price


def recovery() -> mpf:
    """Largest error of a volatility found again from its price, within 30 % of the money."""
    random = Random(72)
    worst = 0
    for _ in range(2_000):
        row = (
            100 * WAD,
            random.randrange(70 * WAD, 130 * WAD),
            random.randrange(7 * DAY, 730 * DAY),
            random.randrange(3 * WAD // 10, 2 * WAD),
        )
        for is_call in (True, False):
            found = implied_volatility(is_call, *row[:3], price(is_call, *row))
            worst = max(worst, abs(found - row[3]))
    return mpf(worst) / WAD


def test_accuracy() -> None:
    """Prints the table; each figure is within its target."""
    figures = [
        ("normal CDF, absolute", distribution(), "2e-18", "4.2e-17 Derive"),
        ("Black-76 price over forward, edges included", price_error(), "2e-18", "1.06e-16 Derive"),
        ("implied volatility found again", recovery(), "1e-12", "none on chain"),
    ]
    shown = Table(
        "what", "error", "to reach", "", "best peer measured", title="Accuracy of pricing"
    )
    for name, error, target, peer in figures:
        met = "met" if error <= mpf(target) else "MISSED"
        shown.add_row(name, mpmath.nstr(error, 2), target, met, peer)
    Console(width=130).print(shown)
    assert all(error <= mpf(target) for _, error, target, _ in figures)
