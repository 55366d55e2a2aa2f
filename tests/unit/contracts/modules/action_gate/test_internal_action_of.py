"""`_action_of`: what a trade is to one side."""

from __future__ import annotations

from typing import Any

import pytest
from web3.contract import Contract

OPEN, INCREASE, REDUCE, CLOSE = 1, 2, 3, 4


@pytest.fixture(scope="module")
def gate(deploy: Any) -> Contract:
    made: Contract = deploy("tests/mocks/IdentifiersHarness")
    return made


@pytest.mark.parametrize("sign", [1, -1])
@pytest.mark.parametrize(
    ("size", "delta", "action"),
    [
        (0, 1, OPEN),
        (5, 1, INCREASE),
        (5, -1, REDUCE),
        (5, -4, REDUCE),
        (5, -5, CLOSE),
        (5, -6, OPEN),
        (2**111 - 1, -(2**111), OPEN),
    ],
)
def test_default_behavior(gate: Contract, sign: int, size: int, delta: int, action: int) -> None:
    assert gate.functions.action_of(sign * size, sign * delta).call() == action


def test_zero_delta(gate: Contract, reverts: Any) -> None:
    with reverts("gate: zero delta"):
        gate.functions.action_of(5, 0).call()
