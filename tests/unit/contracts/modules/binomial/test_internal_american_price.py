"""`_american_price`: against a tree of exact numbers; the twin's results to the unit; limits."""

from __future__ import annotations

from collections.abc import Callable
from contextlib import AbstractContextManager

import mpmath
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from mpmath import mpf
from web3.contract import Contract

from keelmark.errors import InputError
from keelmark.pricing import american_price, price
from tests.support.options import SECONDS_MAX, VOLATILITY_MAX, WAD, Row, options

REVERTS = Callable[[str | None], AbstractContextManager[None]]
OPTION: Row = (100 * WAD, 110 * WAD, 7_776_000, 8 * WAD // 10)


def tree(is_call: bool, row: Row, steps: int) -> mpf:
    """The same tree by the formulas of Cox, Ross and Rubinstein (1979), rate zero, 50 digits."""
    with mpmath.workdps(50):
        forward, strike, seconds, volatility = (mpf(word) for word in row)
        up = mpmath.exp(volatility / WAD * mpmath.sqrt(seconds / 31_536_000 / steps))
        chance = (1 - 1 / up) / (up - 1 / up)
        sign = 1 if is_call else -1
        values = [
            max(sign * (forward * up ** (2 * j - steps) - strike), 0) for j in range(steps + 1)
        ]
        for left in range(steps - 1, -1, -1):
            values = [
                max(
                    chance * values[j + 1] + (1 - chance) * values[j],
                    sign * (forward * up ** (2 * j - left) - strike),
                )
                for j in range(left + 1)
            ]
        return values[0]


@pytest.mark.parametrize("steps", [1, 2, 7, 40, 128])
@pytest.mark.parametrize("is_call", [True, False])
def test_exact_tree(pricing: Contract, is_call: bool, steps: int) -> None:
    found = pricing.functions.american_price(is_call, *OPTION, steps).call()
    assert found == american_price(is_call, *OPTION, steps)
    assert abs(found - tree(is_call, OPTION, steps)) <= steps


@settings(max_examples=60, deadline=None)
@given(st.booleans(), options(), st.integers(1, 24))
def test_twin(pricing: Contract, reverts: REVERTS, is_call: bool, row: Row, steps: int) -> None:
    asked = pricing.functions.american_price(is_call, *row, steps)
    try:
        expected = american_price(is_call, *row, steps)
    except InputError as refusal:
        with reverts(str(refusal)):
            asked.call()
        return
    assert asked.call() == expected


def test_tends_to_the_european_price(pricing: Contract) -> None:
    """With rate zero waiting is worth what exercise pays: the lattice's error is all there is."""
    for is_call in (True, False):
        european = price(is_call, *OPTION)
        errors = [abs(american_price(is_call, *OPTION, steps) - european) for steps in (8, 32, 128)]
        assert errors[2] < errors[0]
        assert errors[2] < european // 400


def test_exercise_at_once(pricing: Contract) -> None:
    """Without volatility or time it pays the difference; never less, at any volatility."""
    for is_call, forward, strike in ((True, 110, 100), (False, 100, 110)):
        row = (forward * WAD, strike * WAD)
        for seconds, volatility in ((0, WAD), (86_400, 0)):
            found = pricing.functions.american_price(is_call, *row, seconds, volatility, 3).call()
            assert found == 10 * WAD
        assert pricing.functions.american_price(is_call, *row, 60, 10**16, 5).call() >= 10 * WAD


@pytest.mark.parametrize("steps", [0, 129, 2**256 - 1])
def test_steps_out_of_range(pricing: Contract, reverts: REVERTS, steps: int) -> None:
    with reverts("binomial: steps out of range"):
        pricing.functions.american_price(True, *OPTION, steps).call()


def test_tree_too_wide(pricing: Contract, reverts: REVERTS) -> None:
    wide = (*OPTION[:2], SECONDS_MAX, VOLATILITY_MAX)
    with reverts("binomial: tree too wide"):
        pricing.functions.american_price(True, *wide, 1).call()


def test_out_of_range(pricing: Contract, reverts: REVERTS) -> None:
    with reverts("black76: forward out of range"):
        pricing.functions.american_price(True, 0, *OPTION[1:], 8).call()
