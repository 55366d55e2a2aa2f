"""Derives the rational approximations of the pricing modules from their functions' definitions.

A rational function that meets its target at m + n + 1 nodes is fixed by linear equations. The nodes
are then moved, each gap between two of them shrinking where the error in it is large, until the
errors of all gaps are level: the best approximation, since it is the one whose error alternates.
All of it in 80 digits, so that the coefficients come out the same on every machine.

The quotient is written as a continued fraction by Euclid's division of its polynomials. On the EVM
a division costs no more than a multiplication, so that a level of the fraction replaces two steps
of Horner's rule.
"""

from __future__ import annotations

from collections.abc import Callable
from itertools import pairwise
from typing import Any

import mpmath
from mpmath import mp, mpf

DIGITS = 80
TURNS = 45
"""Moves of the nodes; the errors are level to a few per cent by then."""


def _mills(x: Any) -> Any:
    """Mills ratio of the normal law: (1 - N(x)) / n(x)."""
    return mpmath.exp(x * x / 2) * mpmath.erfc(x / mpmath.sqrt(2)) * mpmath.sqrt(mpmath.pi / 2)


def _logarithm(w: Any) -> Any:
    """2 artanh(z) / z by w = z²."""
    root = mpmath.sqrt(w)
    return 2 * mpmath.atanh(root) / root


def _exponential(w: Any) -> Any:
    """r coth(r / 2) by w = r²: exp(r) is (this + r) / (this - r)."""
    root = mpmath.sqrt(w)
    return root * mpmath.coth(root / 2)


def _interpolated(
    target: Callable[[Any], Any], points: list[Any], over: int, under: int
) -> tuple[list[Any], list[Any]]:
    """The quotient of type (over, under) through the points; ascending, monic below."""
    size = over + under + 1
    matrix, right = mpmath.matrix(size, size), mpmath.matrix(size, 1)
    for row, x in enumerate(points):
        value = target(x)
        for power in range(over + 1):
            matrix[row, power] = x**power
        for power in range(under):
            matrix[row, over + 1 + power] = -value * x**power
        right[row] = value * x**under
    solved = mpmath.lu_solve(matrix, right)
    above = [solved[index] for index in range(over + 1)]
    return above, [solved[over + 1 + index] for index in range(under)] + [mpf(1)]


def _best(
    target: Callable[[Any], Any], place: Callable[[Any], Any], over: int, under: int
) -> tuple[list[Any], list[Any]]:
    """The quotient whose error is level over the range that ``place`` spreads (0, 1) over."""
    size = over + under + 1
    cuts = [mpf(0)]
    cuts += [(1 - mpmath.cos(mpmath.pi * (2 * i + 1) / (2 * size))) / 2 for i in range(size)]
    cuts += [mpf(1)]
    best: tuple[Any, list[Any], list[Any]] | None = None
    for turn in range(TURNS):
        above, below = _interpolated(target, [place(cut) for cut in cuts[1:-1]], over, under)
        errors = []
        for left, right in pairwise(cuts):
            inside = [place(left + (right - left) * mpf(part) / 12) for part in range(13)]
            errors.append(
                max(
                    abs(mpmath.polyval(above[::-1], x) / mpmath.polyval(below[::-1], x) - target(x))
                    for x in inside
                    if x > 0
                )
            )
        if best is None or max(errors) < best[0]:
            best = max(errors), above, below
        level = mpmath.exp(sum(mpmath.log(error) for error in errors) / len(errors))
        force = mpf(2) / (size if turn < 2 else 14)
        gaps = [
            (right - left) * (level / error) ** force
            for (left, right), error in zip(pairwise(cuts), errors, strict=True)
        ]
        total, cuts = sum(gaps), [mpf(0)]
        for gap in gaps:
            cuts.append(cuts[-1] + gap / total)
        cuts[-1] = mpf(1)
    assert best is not None
    return best[1], best[2]


def _fraction(above: list[Any], below: list[Any]) -> tuple[list[Any], list[tuple[Any, Any]]]:
    """Whole part (ascending) and levels (c, b): whole + c1 / (x + b1 + c2 / (x + b2 + ...))."""
    above, below = list(above), list(below)
    whole: list[Any] = []
    while len(above) >= len(below):
        lead = above[-1] / below[-1]
        whole.insert(0, lead)
        shift = len(above) - len(below)
        for index, value in enumerate(below):
            above[index + shift] -= lead * value
        above.pop()
    levels = []
    while above:
        scale = above[-1] / below[-1]
        upper = [value / above[-1] for value in above]
        rest = [value / below[-1] for value in below]
        offset = rest[-2] - (upper[-2] if len(upper) > 1 else 0)
        for index, value in enumerate(upper):
            rest[index + 1] -= value
            rest[index] -= offset * value
        levels.append((scale, offset))
        above, below = rest[: len(upper) - 1], upper
    return whole, levels


def mills() -> tuple[list[Any], list[tuple[Any, Any]]]:
    """Type (10, 11) on [0, 16], with more nodes where the ratio bends."""
    with mp.workdps(DIGITS):
        top, bend = mpf(16), mpf(3)
        share = top / (top + bend)

        def place(part: Any) -> Any:
            return bend * part * share / (1 - part * share)

        return _fraction(*_best(_mills, place, 10, 11))


def logarithm() -> tuple[list[Any], list[tuple[Any, Any]]]:
    """Type (4, 4) on [0, 0.03]: artanh up to z = (sqrt 2 - 1) / (sqrt 2 + 1) = 0.1716."""
    with mp.workdps(DIGITS):
        return _fraction(*_best(_logarithm, lambda part: part * mpf("0.03"), 4, 4))


def exponential() -> tuple[list[Any], list[tuple[Any, Any]]]:
    """Type (3, 2) on [0, 0.1225]: r up to 0.35, which is above ln 2 / 2."""
    with mp.workdps(DIGITS):
        return _fraction(*_best(_exponential, lambda part: part * mpf("0.1225"), 3, 2))
