"""`cancel_many`: an owner withdraws many nonces."""

from __future__ import annotations

from typing import Any

from .conftest import Desk


def test_default_behavior(desk: Desk, logs: Any) -> None:
    nonces = [0, 1, 127, 128, 2**256 - 1]
    receipt = desk.send(desk.matcher.functions.cancel_many(nonces), desk.buyer)
    assert [log["args"]["nonce"] for log in logs(receipt, desk.matcher)] == nonces
    assert all(desk.used(desk.buyer, nonce) for nonce in nonces)
    assert not desk.used(desk.buyer, 2)
    assert not desk.used(desk.buyer, 126)


def test_a_fill_that_came_first_saves_no_other(desk: Desk, logs: Any) -> None:
    desk.match()
    receipt = desk.send(desk.matcher.functions.cancel_many([4, 5, 6, 6]), desk.buyer)
    assert [log["args"]["nonce"] for log in logs(receipt, desk.matcher)] == [4, 6]


def test_none(desk: Desk, logs: Any) -> None:
    receipt = desk.send(desk.matcher.functions.cancel_many([]), desk.buyer)
    assert logs(receipt, desk.matcher) == []


def test_more_than_the_bound(desk: Desk, reverts: Any) -> None:
    with reverts(""):
        desk.send(desk.matcher.functions.cancel_many(list(range(65))), desk.buyer)
