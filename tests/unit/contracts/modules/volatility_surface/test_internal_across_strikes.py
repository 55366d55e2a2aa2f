"""`_across_strikes`: linear, rounded down once, against exact rationals."""

from __future__ import annotations

from fractions import Fraction

from hypothesis import given, settings
from hypothesis import strategies as st
from web3.contract import Contract

VOLATILITY = st.integers(10**16, 5 * 10**18)
POINT = st.integers(1, 65_535).map(lambda bps: bps * 10**14)


@settings(max_examples=150, deadline=None)
@given(VOLATILITY, VOLATILITY, POINT, POINT, st.fractions(0, 1))
def test_exact(
    surface: Contract, low: int, high: int, one: int, other: int, share: Fraction
) -> None:
    x0, x1 = min(one, other), max(one, other) + 1
    x = x0 + int(share * (x1 - x0))
    expected = (low + (high - low) * Fraction(x - x0, x1 - x0)) // 1
    found = surface.functions.across_strikes(low, high, x0, x1, x).call()
    assert found == expected
    assert min(low, high) <= found <= max(low, high)


def test_by_hand(surface: Contract) -> None:
    """A quarter of the way from 80 % to 60 %; a third of the way between 0 and 1."""
    wad = 10**18
    call = surface.functions.across_strikes
    assert call(wad * 8 // 10, wad * 6 // 10, wad, 2 * wad, wad * 5 // 4).call() == wad * 3 // 4
    assert call(0, 1, 0, 3, 2).call() == 0
    assert call(1, 0, 0, 3, 1).call() == 0


def test_at_the_domain_s_edge(surface: Contract) -> None:
    """Volatilities of 2^64 and moneyness of 2^63, as the module's head says."""
    found = surface.functions.across_strikes(2**64, 2**64, 0, 2**63, 2**62).call()
    assert found == 2**64
