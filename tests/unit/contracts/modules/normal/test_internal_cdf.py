"""`_cdf`: the twin's results to the unit; range, symmetry and order on all of int256."""

from __future__ import annotations

from hypothesis import given, settings
from hypothesis import strategies as st
from web3.contract import Contract

from keelmark.pricing import cdf
from tests.support.options import WAD

ENDS = [-(2**255), 1 - 2**255, 2**255 - 1, -(2**128), 2**128, -(2**32) * WAD, 2**32 * WAD]
"""The last two would square to nothing modulo 2^256, were they not taken for the end first."""
NEAR_ENDS = [sign * (9 * WAD + step) for sign in (1, -1) for step in (-2, -1, 0, 1, 2)]
ANY = st.one_of(
    st.integers(-10 * WAD, 10 * WAD), st.integers(-(2**255), 2**255 - 1), st.integers(-1000, 1000)
)


def test_table(pricing: Contract) -> None:
    """A step of 0.0201 from -10.03 to 10.07, and the ends of the type."""
    points = [*range(-1_003 * WAD // 100, 1_007 * WAD // 100, 201 * WAD // 10_000)]
    points += ENDS + NEAR_ENDS
    assert pricing.functions.cdf_many(points).call() == [cdf(x) for x in points]


@settings(max_examples=60, deadline=None)
@given(st.lists(ANY, min_size=2, max_size=40))
def test_twin_range_symmetry_order(pricing: Contract, listed: list[int]) -> None:
    points = sorted(listed)
    found = pricing.functions.cdf_many(points).call()
    assert found == [cdf(x) for x in points]
    assert all(0 <= value <= WAD for value in found)
    assert found == sorted(found)
    mirrored = pricing.functions.cdf_many([min(-x, 2**255 - 1) for x in points]).call()
    assert [WAD - value for value in found] == mirrored


def test_ends(pricing: Contract) -> None:
    """Nothing below, all above, a half in the middle."""
    points = [-(2**255), -9 * WAD, -WAD // 10**18, 0, 9 * WAD, 2**255 - 1]
    assert pricing.functions.cdf_many(points).call() == [0, 0, WAD // 2, WAD // 2, WAD, WAD]
