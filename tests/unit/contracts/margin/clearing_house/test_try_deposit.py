"""`try_deposit`: as `deposit`, but what the gate denies is reported and not reverted."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from tests.support.clearing import Clearing
from tests.support.market import TOKEN, Market

DEPOSIT = 7
FROZEN, NOT_THE_OWNER = 4, 9


def ask(market: Market, name: str, amount: int, by: str = "", asset: int = 0) -> tuple[int, Any]:
    """Answer and receipt."""
    sender = market.actors(by or name)
    call = market.house.functions.try_deposit(market.ids[name], asset, amount)
    return int(call.call({"from": sender})), market.do(call, sender)


def test_default_behavior(clearing: Clearing, snapshot: Callable[[], Any]) -> None:
    """Where nothing is denied it is `deposit`, event by event."""
    market = clearing.market
    market.mint(market.token, "buyer", 50, market.house.address)
    call = market.house.functions.deposit(market.ids["buyer"], 0, 40 * TOKEN)
    with snapshot():
        plain = [log["data"] for log in market.send(call, market.actors("buyer"))["logs"]]
    answer, receipt = ask(market, "buyer", 40 * TOKEN)
    assert answer == 0
    assert [log["data"] for log in receipt["logs"]] == plain
    assert market.cash("buyer") == 100_040 * 10**18


def test_frozen(clearing: Clearing, logs: Any) -> None:
    """Its property comes in no more than it goes out."""
    market = clearing.market
    market.mint(market.token, "buyer", 50, market.house.address)
    market.supervise("freeze", "buyer")
    answer, receipt = ask(market, "buyer", 40 * TOKEN)
    assert answer == FROZEN
    (event,) = logs(receipt, market.house)
    assert event.event == "ActDenied"
    assert dict(event.args) == {
        "account": market.ids["buyer"],
        "wallet": market.actors("buyer"),
        "action": DEPOSIT,
        "reason": FROZEN,
        "subject": 0,
        "amount": 40 * TOKEN,
        "reference": bytes(32),
    }
    assert market.cash("buyer") == 100_000 * 10**18
    assert market.token.functions.balanceOf(market.actors("buyer")).call() == 50 * TOKEN


def test_of_another(clearing: Clearing) -> None:
    market = clearing.market
    market.mint(market.token, "seller", 50, market.house.address)
    assert ask(market, "buyer", TOKEN, "seller")[0] == NOT_THE_OWNER
    assert market.cash("buyer") == 100_000 * 10**18


def test_amount_out_of_range(clearing: Clearing, reverts: Any) -> None:
    market = clearing.market
    market.supervise("freeze", "buyer")
    with reverts("house: bad amount"):
        ask(market, "buyer", 2**112)


def test_denied_by_the_house_and_not_the_gate(clearing: Clearing, reverts: Any) -> None:
    market = clearing.market
    with reverts("house: unknown asset"):
        ask(market, "buyer", TOKEN, asset=7)
    with reverts("house: bad amount"):
        ask(market, "buyer", 0)
    market.onboard("not here")
    with reverts("house: unknown account"):
        ask(market, "not here", TOKEN)
