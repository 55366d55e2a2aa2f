"""Integer division by its rounding, against exact fractions."""

import math
from collections.abc import Callable
from fractions import Fraction

import pytest
from hypothesis import given
from hypothesis import strategies as st

from keelmark.units import (
    div_ceil,
    div_floor,
    div_trunc,
    mul_div_ceil,
    mul_div_floor,
    mul_div_trunc,
)

WORDS = st.integers(-(2**255), 2**255 - 1)
DIVISORS = WORDS.filter(bool)


@given(WORDS, DIVISORS)
def test_division(numerator: int, denominator: int) -> None:
    """Floor, ceiling and truncation of the exact quotient."""
    exact = Fraction(numerator, denominator)
    assert div_floor(numerator, denominator) == math.floor(exact)
    assert div_ceil(numerator, denominator) == math.ceil(exact)
    assert div_trunc(numerator, denominator) == math.trunc(exact)


@given(WORDS, WORDS, DIVISORS)
def test_products(left: int, right: int, denominator: int) -> None:
    """The same of a product."""
    exact = Fraction(left * right, denominator)
    assert mul_div_floor(left, right, denominator) == math.floor(exact)
    assert mul_div_ceil(left, right, denominator) == math.ceil(exact)
    assert mul_div_trunc(left, right, denominator) == math.trunc(exact)


@pytest.mark.parametrize("divide", [div_floor, div_ceil, div_trunc])
def test_zero_denominator(divide: Callable[[int, int], int]) -> None:
    """Python's own error, not a silent zero as in the EVM."""
    with pytest.raises(ZeroDivisionError):
        divide(1, 0)
