"""Units and integer division.

Money, sizes and prices are wads: whole numbers scaled by 10^18. Rates are basis points. Python's
`//` rounds toward minus infinity and the EVM's toward zero, so every division names its rounding.
"""

from typing import NewType

WAD = 10**18
"""One whole unit of money, size or price."""

BPS = 10_000
"""Basis points in one."""

Wad = NewType("Wad", int)
"""An amount scaled by 10^18."""

Bps = NewType("Bps", int)
"""A rate in basis points."""

MAX_REPORTED = 10**38
"""A reported amount's absolute value stays below this, so that stores hold it exactly."""


def div_floor(numerator: int, denominator: int) -> int:
    """Quotient rounded toward minus infinity.

    Raises:
        ZeroDivisionError: the denominator is zero.
    """
    return numerator // denominator


def div_ceil(numerator: int, denominator: int) -> int:
    """Quotient rounded toward plus infinity.

    Raises:
        ZeroDivisionError: the denominator is zero.
    """
    return -(-numerator // denominator)


def div_trunc(numerator: int, denominator: int) -> int:
    """Quotient rounded toward zero, as the EVM's signed division does.

    Raises:
        ZeroDivisionError: the denominator is zero.
    """
    quotient = abs(numerator) // abs(denominator)
    return quotient if (numerator < 0) == (denominator < 0) else -quotient


def mul_div_floor(left: int, right: int, denominator: int) -> int:
    """Product over denominator, rounded toward minus infinity."""
    return div_floor(left * right, denominator)


def mul_div_ceil(left: int, right: int, denominator: int) -> int:
    """Product over denominator, rounded toward plus infinity."""
    return div_ceil(left * right, denominator)


def mul_div_trunc(left: int, right: int, denominator: int) -> int:
    """Product over denominator, rounded toward zero."""
    return div_trunc(left * right, denominator)
