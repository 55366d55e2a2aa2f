"""Shares and the Herfindahl index, against fractions and worked cases."""

from fractions import Fraction

import pytest
from hypothesis import given
from hypothesis import strategies as st

from keelmark.reports.disclosure.concentration import herfindahl, top_share_bps

amounts = st.lists(st.integers(0, 10**38 - 1), max_size=30)


def test_worked_cases() -> None:
    """One holder, four equal holders, and 50, 30 and 20 per cent: 2,500 + 900 + 400."""
    assert herfindahl([7]) == 10_000
    assert herfindahl([3, 3, 3, 3]) == 2_500
    assert herfindahl([50, 30, 20]) == 3_800
    assert top_share_bps([50, 30, 20], 1) == 5_000
    assert top_share_bps([20, 50, 30], 2) == 8_000
    assert top_share_bps([20, 50, 30], 5) == 10_000


@pytest.mark.parametrize("nobody", [[], [0, 0]])
def test_nobody_holds_anything(nobody: list[int]) -> None:
    """Nothing to divide by."""
    assert herfindahl(nobody) == 0
    assert top_share_bps(nobody, 5) == 0


@given(amounts)
def test_index_is_the_sum_of_squared_shares(held: list[int]) -> None:
    """Rounded down once, at the end."""
    whole = sum(held)
    expected = sum((Fraction(x, whole) ** 2 for x in held if whole), Fraction(0)) * 10_000
    assert herfindahl(held) == int(expected)


@given(amounts, st.integers(1, 12))
def test_share_of_the_largest(held: list[int], count: int) -> None:
    """The share of those whom nobody outside the group exceeds."""
    rest, group = list(held), 0
    for _ in range(min(count, len(held))):
        group += rest.pop(rest.index(max(rest)))
    expected = Fraction(group * 10_000, sum(held)) if sum(held) else Fraction(0)
    assert top_share_bps(held, count) == int(expected)


def test_negative_amount() -> None:
    """Shorts are to be given by their size."""
    with pytest.raises(ValueError, match="negative"):
        herfindahl([5, -5])
    with pytest.raises(ValueError, match="negative"):
        top_share_bps([5, -5], 1)
