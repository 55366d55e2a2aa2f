"""`cancel`: an owner withdraws a nonce."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

from .conftest import SIZE, Desk


def test_default_behavior(desk: Desk, logs: Any, reverts: Any) -> None:
    receipt = desk.send(desk.matcher.functions.cancel(5), desk.buyer)
    (log,) = logs(receipt, desk.matcher)
    assert log["event"] == "OrderCancelled"
    assert log["args"] == {"owner": desk.buyer.address, "nonce": 5}
    assert desk.used(desk.buyer, 5)
    assert not desk.used(desk.seller, 5)
    with reverts("matcher: nonce used"):
        desk.match()
    desk.match(buy=replace(desk.buy, nonce=4))
    desk.match(buy=replace(desk.buy, nonce=6), sell=replace(desk.sell, nonce=12))


def test_partly_filled_order(desk: Desk, reverts: Any) -> None:
    desk.match(size=SIZE // 2)
    desk.send(desk.matcher.functions.cancel(5), desk.buyer)
    assert desk.used(desk.buyer, 5)
    with reverts("matcher: nonce used"):
        desk.match(size=1)


def test_somebody_elses_order_lives_on(desk: Desk, actors: Any) -> None:
    desk.send(desk.matcher.functions.cancel(5), actors("stranger"))
    desk.match()


def test_cancelled_twice(desk: Desk, reverts: Any) -> None:
    desk.send(desk.matcher.functions.cancel(5), desk.buyer)
    with reverts("matcher: nonce used"):
        desk.send(desk.matcher.functions.cancel(5), desk.buyer)


def test_filled_order(desk: Desk, reverts: Any) -> None:
    desk.match()
    with reverts("matcher: nonce used"):
        desk.send(desk.matcher.functions.cancel(5), desk.buyer)
