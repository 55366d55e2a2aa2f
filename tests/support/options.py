"""Points of the pricing domain, drawn from a seed, and calls of many points at once."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from random import Random
from typing import Any

from hypothesis import strategies as st

WAD = 10**18
PRICE_MIN, PRICE_MAX = 10**9, 2**88 - 1
"""Least and largest forward and strike, wads."""

SECONDS_MAX = 10 * 365 * 86_400
VOLATILITY_MAX = 16 * WAD

Row = tuple[int, ...]
"""Forward, strike, seconds and volatility."""

EDGES: list[Row] = [
    (forward, strike, seconds, volatility)
    for forward in (PRICE_MIN, 100 * WAD, PRICE_MAX)
    for strike in (PRICE_MIN, PRICE_MIN + 1, 100 * WAD - 1, 100 * WAD, PRICE_MAX - 1, PRICE_MAX)
    for seconds in (0, 1, 86_400, SECONDS_MAX)
    for volatility in (0, 1, WAD // 2, VOLATILITY_MAX)
]
"""Every combination of the domain's corners and a few points between them."""


def spread(random: Random, low: int, high: int) -> int:
    """A whole number, even over the magnitudes between two others."""
    bits = random.uniform(low.bit_length() - 1, high.bit_length())
    return min(max(int(2**bits), low), high)


def rows(seed: int, count: int) -> Iterator[Row]:
    """Points near and far from the money, over the whole domain."""
    random = Random(seed)
    for _ in range(count):
        forward = spread(random, PRICE_MIN, PRICE_MAX)
        reach = random.choice((1e-9, 1e-3, 0.1, 1.0, 18.0))
        strike = int(forward * 10 ** random.uniform(-reach, reach))
        yield (
            forward,
            min(max(strike, PRICE_MIN), PRICE_MAX),
            spread(random, 1, SECONDS_MAX),
            spread(random, random.choice((1, WAD // 100)), VOLATILITY_MAX),
        )


def flat(listed: Iterable[Sequence[int]]) -> list[int]:
    """Rows as one list of words, as the harness takes them; signed ones wrapped."""
    return [int(word) % 2**256 for row in listed for word in row]


def batches(listed: Sequence[Any], size: int) -> Iterator[Sequence[Any]]:
    """A list in parts."""
    for start in range(0, len(listed), size):
        yield listed[start : start + size]


def magnitudes(low: int, high: int) -> st.SearchStrategy[int]:
    """Whole numbers of a range, even over their magnitudes, with its ends."""
    return st.one_of(
        st.integers(low, high),
        st.floats(low.bit_length() - 1, high.bit_length()).map(
            lambda bits: min(max(int(2**bits), low), high)
        ),
        st.sampled_from((low, high)),
    )


PRICES = magnitudes(PRICE_MIN, PRICE_MAX)
SECONDS = magnitudes(0, SECONDS_MAX)
VOLATILITIES = magnitudes(0, VOLATILITY_MAX)


@st.composite
def options(draw: st.DrawFn) -> Row:
    """A point of the whole domain: the strike anywhere, or within 30 % of the forward."""
    forward = draw(PRICES)
    if draw(st.booleans()):
        strike = min(
            max(forward * draw(st.integers(7_000, 13_000)) // 10_000, PRICE_MIN), PRICE_MAX
        )
    else:
        strike = draw(PRICES)
    return forward, strike, draw(SECONDS), draw(VOLATILITIES)
