"""`_push`: exactly the amount leaves and arrives, or nothing happens."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest

from .conftest import PAID, Mover

Over = Callable[[str], Mover]


@pytest.mark.parametrize("token", ["FeeToken", "BlockingToken", "ReentrantToken", "SilentToken"])
def test_default_behavior(mover: Over, token: str) -> None:
    moves = mover(token)
    moves.push()
    assert moves.balances() == (10_000 - PAID, 10_000, PAID)


@pytest.mark.parametrize("moved", [False, True])
def test_answers_false(mover: Over, reverts: Any, moved: bool) -> None:
    moves = mover("FalseToken")
    moves.send(moves.token.functions.set_moves(moved))
    with reverts("tokens: transfer refused"):
        moves.push()


def test_fee_from_what_arrives(mover: Over, reverts: Any) -> None:
    moves = mover("FeeToken")
    moves.send(moves.token.functions.set_fees(100, 0))
    with reverts("tokens: amount received differs"):
        moves.push()


def test_fee_on_top(mover: Over, reverts: Any) -> None:
    moves = mover("FeeToken")
    moves.send(moves.token.functions.set_fees(0, 100))
    with reverts("tokens: amount sent differs"):
        moves.push()


def test_push_to_itself(mover: Over, reverts: Any) -> None:
    moves = mover("SilentToken")
    with reverts("tokens: amount sent differs"):
        moves.push(moves.harness.address)


def test_blocked_payee(mover: Over, reverts: Any) -> None:
    moves = mover("BlockingToken")
    moves.send(moves.token.functions.set_blocked(moves.payee, True))
    with reverts("mock token: receiver blocked"):
        moves.push()
