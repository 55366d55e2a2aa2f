"""Logarithm, exponential and square root in fixed point: the twin of `modules/fixed_point.vy`.

Inside, numbers carry 96 binary places (Q96, a step of 1.3e-29); wads are for the edge. Every
function gives the contract's result to the last unit, so divisions of what may be negative name
their rounding; all others are of positive numbers, where Python and the EVM agree.

The approximations are rational, of least largest error, written as continued fractions; a test
derives their coefficients from the definitions of the functions.
"""

from __future__ import annotations

from collections.abc import Sequence
from math import isqrt

from keelmark.errors import InputError
from keelmark.units import WAD, div_trunc

ONE = 2**96
"""One whole unit, Q96."""

LN_2 = 54916777467707473351141471128
"""ln 2, Q96."""

RATIO_LIMIT = 2**158
"""Exclusive limit of the arguments of `log_ratio`: above it the contract's shift would overflow."""

EXP_MAX = 60 * WAD
"""Largest argument of `exp` and, as Q96, of `exp_up`."""

EXP_ZERO = -43 * WAD
"""Below it `exp` is zero: less than half a wad."""

YEAR = 31_536_000
"""Seconds of a year, ACT/365."""

SECONDS_LIMIT = 2**29
"""Exclusive limit of `year_root`, more than ten years."""

LOG2_E = 114302077158074026402637675937
"""1 / ln 2, Q96."""

NEAR = 13593403643648453105704098098
"""(sqrt 2 - 1) / (sqrt 2 + 1), Q96: up to there no power of two is split off."""

LOG_WHOLE = 26353459244813727482447654003
"""Whole part of 2 artanh(z) / z by w = z², Q96."""

LOG_LEVELS = (
    (
        -49888597401924788719653395989852696951120015666574586793855,
        -596795954682652851548191123118,
    ),
    (
        -62736449057363786591912550728737684157846720255953733694905,
        -311434549732313330544467109757,
    ),
    (
        -3571135365187442740515523283829692161889944922457809511235,
        -145257706215903786238958661809,
    ),
    (-319125776445469600426243711484835778402336291950458074480, -96424865398010968760978937353),
)
"""Its levels: numerator Q192 and offset Q96."""

EXP_WHOLE = (1132135994725002947993148488466, 1885749456316699086919780226)
"""Whole part of r coth(r / 2) by w = r²: constant and factor of w, Q96."""

EXP_LEVELS = (
    (
        -11414297178886676447639913840533720624650180963489745424970086,
        14777432210338248136121716400637,
    ),
    (
        -12957960950123283706135520594425866369818673175642636354772590,
        4242133505583898507312262521621,
    ),
)
"""Its levels: numerator Q192 and offset Q96."""

ROOT_LINE = (12540757148545558172333102, 3135189287136389543083275)
"""The line that is nearest to a root over a factor of 16, over sqrt(YEAR), Q96."""


def continued_fraction(levels: Sequence[tuple[int, int]], x: int) -> int:
    """c1 / (x + b1 + c2 / (x + b2 + ...)), each quotient toward zero, Q96.

    The contracts write the signs out so that what they divide is positive; toward zero, the size of
    a quotient does not depend on signs.

    Args:
        levels: numerator c, Q192, and offset b, Q96, of each level, the outermost first.
        x: Q96.
    """
    tail = 0
    for numerator, offset in reversed(levels):
        tail = div_trunc(numerator, x + offset + tail)
    return tail


def log_ratio(high: int, low: int) -> int:
    """Natural logarithm of ``high / low``, Q96.

    Args:
        high: at least ``low``, below `RATIO_LIMIT`.
        low: at least 1.
    """
    z = (high - low) * ONE // (high + low)
    if z <= NEAR:
        return _two_artanh(z)
    power = (high // low).bit_length() - 1
    base = low << power
    z = (high - base) * ONE // (high + base)
    if z <= NEAR:
        return power * LN_2 + _two_artanh(z)
    base <<= 1
    z = (base - high) * ONE // (high + base)
    return (power + 1) * LN_2 - _two_artanh(z)


def _two_artanh(z: int) -> int:
    """ln((1 + z) / (1 - z)), Q96, for z up to 0.1732."""
    w = z * z >> 96
    return z * (LOG_WHOLE + continued_fraction(LOG_LEVELS, w)) >> 96


def exp_down(x: int, scale: int) -> int:
    """``scale * exp(-x)``, rounded down.

    Args:
        x: Q96, not negative, below 2^124.
        scale: below 2^157.
    """
    n = (x * LOG2_E + 2**191) >> 192
    r = n * LN_2 - x
    w = r * r >> 96
    g = EXP_WHOLE[0] + (EXP_WHOLE[1] * w >> 96) + continued_fraction(EXP_LEVELS, w)
    return (g + r) * scale // (g - r) >> n


def exp_up(x: int, scale: int) -> int:
    """``scale * exp(x)``, rounded down.

    Args:
        x: Q96, not negative, at most 60.
        scale: below 2^98.
    """
    return (scale << 157) // exp_down(x, 2**157 - 1)


def year_root(seconds: int) -> int:
    """Square root of a time in years (ACT/365), Q96, within one unit.

    Args:
        seconds: not negative, below `SECONDS_LIMIT`.
    """
    if seconds == 0:
        return 0
    power = 0
    for step in (16, 8, 4):
        if seconds >> power >= 1 << step:
            power += step
    square = seconds * (2**192 // YEAR)
    root = ((ROOT_LINE[0] << power) + ROOT_LINE[1] * seconds) >> (power // 2)
    for _ in range(5):
        root = (root + square // root) >> 1
    return root


def ln(x: int) -> int:
    """Natural logarithm of a wad, nearest wad.

    Raises:
        InputError: not from 1 to below `RATIO_LIMIT`.
    """
    if not 0 < x < RATIO_LIMIT:
        raise InputError("fixed point: no logarithm")
    size = (log_ratio(max(x, WAD), min(x, WAD)) * WAD + 2**95) >> 96
    return size if x >= WAD else -size


def exp(x: int) -> int:
    """Exponential of a wad: nearest wad; above 100 within 1e-20 of itself.

    Raises:
        InputError: above `EXP_MAX`.
    """
    if x <= EXP_ZERO:
        return 0
    if x > EXP_MAX:
        raise InputError("fixed point: exponent too large")
    size = abs(x) * ONE // WAD
    if x < 0:
        return (exp_down(size, WAD * ONE) + 2**95) >> 96
    return (exp_up(size, WAD << 38) + 2**37) >> 38


def sqrt(x: int) -> int:
    """Square root of a wad, rounded down.

    Raises:
        InputError: negative or not below 2^196.
    """
    if not 0 <= x < 2**196:
        raise InputError("fixed point: root too large")
    return isqrt(x * WAD)
