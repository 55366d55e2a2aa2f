"""Logarithm, exponential and roots: the twin's results to the unit, and their limits."""

from __future__ import annotations

from collections.abc import Callable
from contextlib import AbstractContextManager

from hypothesis import example, given, settings
from hypothesis import strategies as st
from web3.contract import Contract

from keelmark.pricing.fixed_point import (
    EXP_MAX,
    RATIO_LIMIT,
    SECONDS_LIMIT,
    exp,
    ln,
    log_ratio,
    sqrt,
    year_root,
)
from tests.support.options import WAD, magnitudes

REVERTS = Callable[[str | None], AbstractContextManager[None]]


@settings(max_examples=100, deadline=None)
@given(magnitudes(1, RATIO_LIMIT - 1), magnitudes(1, RATIO_LIMIT - 1))
@example(1, 1)
@example(2**158 - 1, 1)
@example(2**158 - 1, 2**158 - 2)
def test_log_ratio(pricing: Contract, one: int, other: int) -> None:
    high, low = max(one, other), min(one, other)
    assert pricing.functions.log_ratio(high, low).call() == log_ratio(high, low)


@settings(max_examples=100, deadline=None)
@given(magnitudes(1, RATIO_LIMIT - 1))
@example(WAD)
def test_ln(pricing: Contract, x: int) -> None:
    assert pricing.functions.ln(x).call() == ln(x)


@settings(max_examples=100, deadline=None)
@given(st.integers(-44 * WAD, EXP_MAX))
@example(-(2**255))
@example(0)
@example(1)
@example(-1)
def test_exp(pricing: Contract, x: int) -> None:
    assert pricing.functions.exp(x).call() == exp(x)


@settings(max_examples=60, deadline=None)
@given(magnitudes(1, 2**196 - 1))
@example(0)
def test_sqrt(pricing: Contract, x: int) -> None:
    assert pricing.functions.sqrt(x).call() == sqrt(x)


@settings(max_examples=100, deadline=None)
@given(magnitudes(1, SECONDS_LIMIT - 1))
@example(0)
def test_year_root(pricing: Contract, seconds: int) -> None:
    assert pricing.functions.year_root(seconds).call() == year_root(seconds)


def test_limits(pricing: Contract, reverts: REVERTS) -> None:
    for x in (0, RATIO_LIMIT, 2**256 - 1):
        with reverts("fixed point: no logarithm"):
            pricing.functions.ln(x).call()
    for x in (EXP_MAX + 1, 2**255 - 1):
        with reverts("fixed point: exponent too large"):
            pricing.functions.exp(x).call()
    for x in (2**196, 2**256 - 1):
        with reverts("fixed point: root too large"):
            pricing.functions.sqrt(x).call()
