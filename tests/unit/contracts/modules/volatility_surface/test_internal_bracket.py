"""`_bracket`: the points around a place, by definition of each."""

from __future__ import annotations

import pytest
from web3.contract import Contract

AXIS = (3, 10, 11, 400, 65_534, 65_535)
UNIT = 10**14


def word(axis: tuple[int, ...]) -> int:
    """An axis as the surface word has it, with other bits above it."""
    filled = sum(point << (16 * place) for place, point in enumerate(axis))
    return filled | 0xABCD << (16 * len(axis))


def bracket(surface: Contract, axis: tuple[int, ...], x: int) -> tuple[int, ...]:
    return tuple(surface.functions.bracket(word(axis), len(axis), UNIT, x).call())


@pytest.mark.parametrize("count", range(1, 7))
def test_every_place(surface: Contract, count: int) -> None:
    """On each point, a unit beside it, and between; flat beyond both ends."""
    axis = AXIS[:count]
    values = [point * UNIT for point in axis]
    places = {0, values[-1] + 1, 2**200} | {
        value + beside for value in values for beside in (-1, 0, 1)
    }
    for x in sorted(places):
        below = [place for place in range(count) if values[place] <= x]
        low = below[-1] if below else 0
        alone = not below or low == count - 1 or values[low] == x
        high = low if alone else low + 1
        assert bracket(surface, axis, x) == (low, high, values[low], values[high])
