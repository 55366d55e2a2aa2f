"""The integer twin against fifty digits: errors over the whole domain, edges, signs and sums."""

from __future__ import annotations

from collections.abc import Iterator
from itertools import pairwise

import mpmath
import pytest
from mpmath import mpf

from keelmark.errors import InputError
from keelmark.pricing import greeks, implied_volatility, price, prices
from tests.support.black76_reference import Exact, black76
from tests.support.options import (
    EDGES,
    PRICE_MAX,
    PRICE_MIN,
    SECONDS_MAX,
    VOLATILITY_MAX,
    WAD,
    Row,
    rows,
)

GOOD: Row = (100 * WAD, 110 * WAD, 86_400, WAD)


@pytest.fixture(autouse=True)
def digits() -> Iterator[None]:
    """Fifty digits in every comparison."""
    with mpmath.workdps(50):
        yield


def live(row: Row) -> bool:
    """Whether the formulas have a value: time and volatility are left."""
    return 0 not in row[2:]


TABLE = [*rows(52, 4_000), *(row for row in EDGES if live(row))]


def exact(is_call: bool, row: Row) -> Exact:
    """Price and Greeks by definition."""
    forward, strike, seconds, volatility = row
    return black76(is_call, mpf(forward), mpf(strike), seconds, mpf(volatility) / WAD)


def test_error_of_a_price() -> None:
    """Half a unit of rounding and 2e-20 of the smaller of forward and strike: over a forward of
    one unit or more that is below 1e-18; the figure to reach is 2e-18."""
    worst = mpf(0)
    for row in TABLE:
        call, put, _ = prices(*row)
        for is_call, found in ((True, call), (False, put)):
            error = abs(found - exact(is_call, row).price)
            assert error <= mpf("0.5") + mpf("2e-20") * min(row[:2])
            if row[0] >= WAD:
                worst = max(worst, error / row[0])
    assert worst <= mpf("1e-18")


def test_error_of_delta() -> None:
    """Half a unit of rounding and 1e-19, and 1e-28 over the deviation where that is minute."""
    for row in TABLE:
        deviation = mpf(row[3]) / WAD * mpmath.sqrt(mpf(row[2]) / 31_536_000)
        error = abs(prices(*row)[2] - WAD * exact(True, row).delta)
        assert error <= mpf("0.6") + WAD * mpf("1e-28") / deviation


def test_error_of_the_other_greeks() -> None:
    """Half a unit, and 2e-18 of the Greek at the money; the tail beyond eleven is nothing."""
    for row in rows(53, 2_000):
        forward, _, seconds, volatility = row
        if volatility < WAD // 1_000:
            continue
        found, right = greeks(True, *row), exact(True, row)
        root = mpmath.sqrt(mpf(seconds) / 31_536_000)
        scale = {
            "gamma": mpf(WAD) ** 3 / (forward * volatility * root),
            "vega": mpf(min(row[:2])) * root,
            "theta": mpf(min(row[:2])) * volatility / WAD / root,
        }
        for name, size in scale.items():
            # Prices are in units of 1e-18 here: gamma is by the unit of a wad, squared.
            told = getattr(right, name) * (mpf(WAD) ** 2 if name == "gamma" else 1)
            error = abs(getattr(found, name) - told)
            assert error <= mpf("0.6") + mpf("2e-18") * size, (name, row)


def test_parity_and_bounds_to_the_unit() -> None:
    for row in TABLE:
        forward, strike = row[:2]
        call, put, delta = prices(*row)
        assert call - put == forward - strike
        assert max(forward - strike, 0) <= call <= forward
        assert max(strike - forward, 0) <= put <= strike
        assert 0 <= delta <= WAD
        assert (price(True, *row), price(False, *row)) == (call, put)


def test_puts_and_calls_share_their_greeks() -> None:
    for row in rows(54, 300):
        call, put = greeks(True, *row), greeks(False, *row)
        assert (call.gamma, call.vega, call.theta) == (put.gamma, put.vega, put.theta)
        assert call.delta - put.delta == WAD
        assert call.theta <= 0 <= call.delta


def test_intrinsic_without_time_or_volatility() -> None:
    for row in EDGES:
        if live(row):
            continue
        forward, strike = row[:2]
        step = WAD if forward > strike else 0 if forward < strike else WAD // 2
        assert prices(*row) == (max(forward - strike, 0), max(strike - forward, 0), step)
        if forward == strike:
            with pytest.raises(InputError, match="black76: gamma has no bound"):
                greeks(True, *row)
        else:
            found = greeks(True, *row)
            assert (found.delta, found.gamma, found.vega, found.theta) == (step, 0, 0, 0)


def test_a_premium_rises_with_volatility() -> None:
    """Over a thousandth of it at each step, from nothing to the limit."""
    for forward, strike, seconds, _ in rows(55, 30):
        found = [
            price(True, forward, strike, seconds, VOLATILITY_MAX * step // 400)
            for step in range(401)
        ]
        slack = 1 + min(forward, strike) // 10**19
        assert all(low <= high + slack for low, high in pairwise(found))


@pytest.mark.parametrize(
    ("place", "values", "words"),
    [
        (0, (PRICE_MIN - 1, 0, -1, PRICE_MAX + 1), "black76: forward out of range"),
        (1, (PRICE_MIN - 1, 0, -1, PRICE_MAX + 1), "black76: strike out of range"),
        (2, (-1, SECONDS_MAX + 1), "black76: time out of range"),
        (3, (-1, VOLATILITY_MAX + 1), "black76: volatility too large"),
    ],
)
def test_out_of_range(place: int, values: tuple[int, ...], words: str) -> None:
    for value in values:
        row = [value if index == place else word for index, word in enumerate(GOOD)]
        for refused in (prices, lambda *bad: price(True, *bad), lambda *bad: greeks(True, *bad)):
            with pytest.raises(InputError, match=words):
                refused(*row)


def test_implied_volatility_comes_back() -> None:
    """To 1e-12, or to what two units of the premium are worth."""
    tried = 0
    for place, row in enumerate(rows(56, 3_000)):
        is_call = bool(place % 2)
        forward, strike, seconds, volatility = row
        premium = price(is_call, *row)
        intrinsic = max(forward - strike if is_call else strike - forward, 0)
        if not intrinsic < premium < (forward if is_call else strike):
            continue
        tried += 1
        found = implied_volatility(is_call, forward, strike, seconds, premium)
        vega = greeks(is_call, *row).vega
        assert abs(found - volatility) <= 10**6 + 2 * WAD // max(vega, 1)
        assert abs(price(is_call, *row[:3], found) - premium) <= 1 + min(forward, strike) // 10**18
    assert tried > 800
