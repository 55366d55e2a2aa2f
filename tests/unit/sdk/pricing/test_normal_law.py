"""Distribution, logarithm, exponential and roots against mpmath's fifty digits."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from math import isqrt
from random import Random
from typing import Any

import mpmath
import pytest
from mpmath import mpf

from keelmark.errors import InputError
from keelmark.pricing import cdf
from keelmark.pricing.fixed_point import (
    EXP_LEVELS,
    EXP_MAX,
    EXP_WHOLE,
    LN_2,
    LOG2_E,
    LOG_LEVELS,
    LOG_WHOLE,
    ONE,
    RATIO_LIMIT,
    SECONDS_LIMIT,
    exp,
    ln,
    log_ratio,
    sqrt,
    year_root,
)
from keelmark.pricing.normal import LIMIT, MILLS_LEVELS, PEAK, density, mills
from tests.support import rational_fits
from tests.support.options import WAD, spread

HALF = mpf("0.5")


@pytest.fixture(autouse=True)
def digits() -> Iterator[None]:
    """Fifty digits in every comparison."""
    with mpmath.workdps(50):
        yield


def test_error_of_the_distribution() -> None:
    """Rounding and 0.02 units: 5.2e-19, where the figure to reach is 2e-18."""
    random = Random(1)
    points = [random.randrange(-9 * WAD, 9 * WAD) for _ in range(6_000)]
    points += [sign * WAD * tenth // 10 for tenth in range(91) for sign in (1, -1)]
    for x in points:
        assert abs(cdf(x) - WAD * mpmath.ncdf(mpf(x) / WAD)) <= HALF + mpf("0.02")


def steps_of_the_exponent() -> list[int]:
    """Points where the exponential splits off one more power of two, wads."""
    halves = range(1, 117)
    return [int(WAD * mpmath.sqrt((2 * n - 1) * mpmath.log(2))) for n in halves]


def test_the_distribution_never_falls() -> None:
    """Neighbours in wads, where the parts of the approximation meet and in the far tail."""
    random = Random(2)
    starts = [
        *steps_of_the_exponent(),
        0,
        9 * WAD,
        *(random.randrange(10 * WAD) for _ in range(60)),
    ]
    starts += [8 * WAD + random.randrange(WAD) for _ in range(60)]
    for start in starts:
        for sign in (1, -1):
            found = [cdf(sign * start + step) for step in range(-30, 30)]
            assert found == sorted(found)
            assert 0 <= found[0] <= found[-1] <= WAD


def test_ends_of_the_distribution() -> None:
    assert [cdf(x) for x in (-(2**255), -9 * WAD, 0, 9 * WAD, 2**255 - 1)] == [
        0,
        0,
        WAD // 2,
        WAD,
        WAD,
    ]


def test_mills_ratio() -> None:
    """Within 1.1e-20 on its whole range, its denominators away from nothing."""
    random = Random(3)
    for x in [0, LIMIT - 1, *(random.randrange(LIMIT) for _ in range(2_000))]:
        point = mpf(x) / ONE
        exact = mpmath.exp(point**2 / 2) * mpmath.erfc(point / mpmath.sqrt(2))
        assert abs(mpf(mills(x)) / ONE - exact * mpmath.sqrt(mpmath.pi / 2)) < mpf("1.1e-20")


def test_denominators_keep_their_sign() -> None:
    """What the contract relies on when it subtracts unsigned numbers: none comes near zero."""
    for levels, top in ((MILLS_LEVELS, mpf(16)), (LOG_LEVELS, mpf("0.03")), (EXP_LEVELS, HALF / 4)):
        signs = []
        for part in range(2_001):
            tail, line = mpf(0), []
            for numerator, offset in reversed(levels):
                below = top * part / 2_000 + mpf(offset) / ONE + tail
                line.append(mpmath.sign(below))
                assert abs(below) > HALF
                tail = mpf(numerator) / ONE**2 / below
            signs.append(line)
        assert all(line == signs[0] for line in signs)


def test_density_keeps_its_relative_precision() -> None:
    random = Random(4)
    for _ in range(1_000):
        x = random.randrange(11 * ONE)
        exact = mpmath.npdf(mpf(x) / ONE) * mpf(2) ** 144
        assert abs(density(x) - exact) <= 2 + exact * mpf("1e-21")


def test_logarithm_and_roots() -> None:
    random = Random(5)
    for _ in range(3_000):
        low, high = sorted((spread(random, 1, RATIO_LIMIT - 1), spread(random, 1, RATIO_LIMIT - 1)))
        exact = mpmath.log(mpf(high) / low)
        assert abs(mpf(log_ratio(high, low)) / ONE - exact) < mpf("5e-25")
        assert abs(ln(high) - WAD * mpmath.log(mpf(high) / WAD)) <= HALF + mpf("1e-6")
        seconds = spread(random, 1, SECONDS_LIMIT - 1)
        assert abs(year_root(seconds) - ONE * mpmath.sqrt(mpf(seconds) / 31_536_000)) <= 1
        square = spread(random, 1, 2**196 - 1)
        assert sqrt(square) == isqrt(square * WAD) == int(mpmath.sqrt(mpf(square) * WAD))
    assert log_ratio(7, 7) == ln(WAD) == sqrt(0) == year_root(0) == 0


def test_exponential() -> None:
    random = Random(6)
    for _ in range(3_000):
        x = random.randrange(-44 * WAD, EXP_MAX + 1)
        exact = WAD * mpmath.exp(mpf(x) / WAD)
        assert abs(exp(x) - exact) <= HALF + mpf("1e-4") + exact * mpf("3e-21")
    assert [exp(x) for x in (0, -43 * WAD, -(2**255))] == [WAD, 0, 0]


@pytest.mark.parametrize(
    ("refused", "words"),
    [
        (lambda: ln(0), "fixed point: no logarithm"),
        (lambda: ln(RATIO_LIMIT), "fixed point: no logarithm"),
        (lambda: exp(EXP_MAX + 1), "fixed point: exponent too large"),
        (lambda: sqrt(2**196), "fixed point: root too large"),
        (lambda: sqrt(-1), "fixed point: root too large"),
    ],
)
def test_limits(refused: Callable[[], int], words: str) -> None:
    with pytest.raises(InputError, match=words):
        refused()


@pytest.mark.parametrize(
    ("derive", "whole", "levels"),
    [
        (rational_fits.mills, (), MILLS_LEVELS),
        (rational_fits.logarithm, (LOG_WHOLE,), LOG_LEVELS),
        (rational_fits.exponential, EXP_WHOLE, EXP_LEVELS),
    ],
    ids=["mills", "logarithm", "exponential"],
)
def test_coefficients_are_derived(
    derive: Callable[[], tuple[list[Any], list[Any]]], whole: Any, levels: Any
) -> None:
    """Every coefficient, from the definition of its function."""
    found_whole, found_levels = derive()
    with mpmath.workdps(rational_fits.DIGITS):
        assert tuple(int(mpmath.nint(value * ONE)) for value in found_whole) == whole
        assert levels == tuple(
            (int(mpmath.nint(over * ONE**2)), int(mpmath.nint(offset * ONE)))
            for over, offset in found_levels
        )


def test_constants() -> None:
    assert int(mpmath.nint(ONE * mpmath.log(2))) == LN_2
    assert int(mpmath.nint(ONE / mpmath.log(2))) == LOG2_E
    assert int(mpmath.nint(mpf(2) ** 144 / mpmath.sqrt(2 * mpmath.pi))) == PEAK
