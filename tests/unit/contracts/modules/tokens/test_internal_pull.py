"""`_pull`: exactly the amount arrives, or nothing happens."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest

from .conftest import PAID, Mover

Over = Callable[[str], Mover]


@pytest.mark.parametrize("token", ["FeeToken", "BlockingToken", "ReentrantToken", "SilentToken"])
def test_default_behavior(mover: Over, token: str) -> None:
    moves = mover(token)
    moves.pull()
    assert moves.balances() == (10_000 + PAID, 10_000 - PAID, 0)


@pytest.mark.parametrize("moved", [False, True])
def test_answers_false(mover: Over, reverts: Any, moved: bool) -> None:
    moves = mover("FalseToken")
    moves.send(moves.token.functions.set_moves(moved))
    with reverts("tokens: transfer refused"):
        moves.pull()


def test_takes_a_fee(mover: Over, reverts: Any) -> None:
    moves = mover("FeeToken")
    moves.send(moves.token.functions.set_fees(100, 0))
    with reverts("tokens: amount received differs"):
        moves.pull()


def test_pull_from_itself(mover: Over, reverts: Any) -> None:
    """Nothing arrives, so nothing may be booked."""
    moves = mover("SilentToken")
    with reverts("mock token: allowance"):
        moves.pull(moves.harness.address)


def test_token_that_reverts_keeps_its_reason(mover: Over, reverts: Any) -> None:
    moves = mover("BlockingToken")
    moves.send(moves.token.functions.set_blocked(moves.payer, True))
    with reverts("mock token: sender blocked"):
        moves.pull()


def test_no_token_there(mover: Over, reverts: Any) -> None:
    moves = mover("SilentToken")
    with reverts(""):
        moves.send(moves.harness.functions.pull(moves.payee, moves.payer, PAID))
