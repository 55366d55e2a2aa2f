"""`_across_time`: linear in total variance, rounded down, against exact rationals and mpmath."""

from __future__ import annotations

from fractions import Fraction
from math import isqrt

from hypothesis import given, settings
from hypothesis import strategies as st
from mpmath import mp, mpf
from mpmath import sqrt as mp_sqrt
from web3.contract import Contract

DAY = 86_400
WAD = 10**18
VOLATILITY = st.integers(10**16, 5 * 10**18)
TENOR = st.integers(1, 3_650)


@settings(max_examples=150, deadline=None)
@given(VOLATILITY, VOLATILITY, TENOR, TENOR, st.fractions(0, 1))
def test_exact(
    surface: Contract, near: int, far: int, one: int, other: int, share: Fraction
) -> None:
    t0, t1 = min(one, other) * DAY, max(one, other) * DAY + DAY
    t = t0 + int(share * (t1 - t0))
    first, last = Fraction(near**2 * t0), Fraction(far**2 * t1)
    variance = (first + (last - first) * Fraction(t - t0, t1 - t0)) / t
    found = surface.functions.across_time(near, far, t0, t1, t).call()
    assert found == isqrt(variance // 1)
    assert min(near, far) <= found <= max(near, far)


def test_fifty_digits(surface: Contract) -> None:
    """60 days between 80 % at 30 days and 60 % at 90: the root of (0.64 30 + 0.36 90) / 2 / 60."""
    mp.dps = 50
    expected = mp_sqrt((mpf("0.64") * 30 + mpf("0.36") * 90) / 2 / 60)
    found = surface.functions.across_time(
        WAD * 8 // 10, WAD * 6 // 10, 30 * DAY, 90 * DAY, 60 * DAY
    ).call()
    assert found == int(expected * WAD)


def test_at_the_domain_s_edge(surface: Contract) -> None:
    """Volatilities of 2^64 and times of 2^63, as the module's head says."""
    found = surface.functions.across_time(2**64, 2**64, 1, 2**63, 2**62).call()
    assert found == 2**64
