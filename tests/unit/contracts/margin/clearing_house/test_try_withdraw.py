"""`try_withdraw`: as `withdraw`, but what the gate denies is reported and not reverted."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest

from tests.support.chained import chained_root, stored_root
from tests.support.clearing import Clearing
from tests.support.market import TOKEN, Market

WITHDRAW = 5
FROZEN, NOT_THE_OWNER, SANCTIONED, UNKNOWN = 4, 9, 11, 1
SOURCE = b"\x5a" * 32


def ask(market: Market, name: str, amount: int, by: str = "", asset: int = 0) -> tuple[int, Any]:
    """Answer and receipt."""
    sender = market.actors(by or name)
    call = market.house.functions.try_withdraw(market.ids[name], asset, amount)
    return int(call.call({"from": sender})), market.do(call, sender)


def put_on_the_list(market: Market, name: str) -> None:
    """The sanctions officer lists a party's wallet; nobody has it screened."""
    time = market.sanctions.functions.updated_at().call()
    entries = [(market.actors(name), b"OFAC-SDN-1".ljust(32, b"\0"))]
    call = market.sanctions.functions.update([], entries, SOURCE, time)
    market.do(call, market.actors("sanctions officer"))


def test_default_behavior(clearing: Clearing, snapshot: Callable[[], Any]) -> None:
    """Where nothing is denied it is `withdraw`, event by event."""
    market = clearing.market
    with snapshot():
        plain = [log["data"] for log in market.withdraw("buyer", 40)["logs"]]
    answer, receipt = ask(market, "buyer", 40 * TOKEN)
    assert answer == 0
    assert [log["data"] for log in receipt["logs"]] == plain
    assert market.token.functions.balanceOf(market.actors("buyer")).call() == 40 * TOKEN


def test_frozen(clearing: Clearing, logs: Any) -> None:
    market = clearing.market
    market.supervise("freeze", "buyer")
    before = market.cash("buyer"), stored_root(market.w3, market.house.address)
    answer, receipt = ask(market, "buyer", 40 * TOKEN)
    assert answer == FROZEN
    (event,) = logs(receipt, market.house)
    assert event.event == "ActDenied"
    assert dict(event.args) == {
        "account": market.ids["buyer"],
        "wallet": market.actors("buyer"),
        "action": WITHDRAW,
        "reason": FROZEN,
        "subject": 0,
        "amount": 40 * TOKEN,
        "reference": bytes(32),
    }
    assert [log["address"] for log in receipt["logs"]] == [market.house.address]
    assert market.cash("buyer") == before[0]
    after = stored_root(market.w3, market.house.address)
    assert chained_root([receipt], market.house.address, before[1]) == after
    market.supervise("unfreeze", "buyer")
    assert ask(market, "buyer", 40 * TOKEN)[0] == 0


def test_between_list_and_flag(clearing: Clearing, reverts: Any) -> None:
    """Money that leaves does not come back: the list is asked at once."""
    market = clearing.market
    put_on_the_list(market, "buyer")
    answer, _receipt = ask(market, "buyer", 40 * TOKEN)
    assert answer == SANCTIONED
    with reverts("house: gate 11"):
        market.withdraw("buyer", 40)
    assert market.cash("buyer") == 100_000 * 10**18


@pytest.mark.parametrize(("by", "reason"), [("seller", NOT_THE_OWNER), ("stranger", UNKNOWN)])
def test_of_another(clearing: Clearing, logs: Any, by: str, reason: int) -> None:
    market = clearing.market
    answer, receipt = ask(market, "buyer", 40 * TOKEN, by)
    assert answer == reason
    (event,) = logs(receipt, market.house)
    assert event.args.wallet == market.actors(by)
    assert market.token.functions.balanceOf(market.actors(by)).call() == 0


def test_collateral(clearing: Clearing, logs: Any) -> None:
    market = clearing.market
    market.deposit("buyer", 10, asset=1)
    market.supervise("freeze", "buyer")
    answer, receipt = ask(market, "buyer", 3 * TOKEN, asset=1)
    assert answer == FROZEN
    (event,) = logs(receipt, market.house)
    assert (event.args.subject, event.args.amount) == (1, 3 * TOKEN)


def test_amount_out_of_range(clearing: Clearing, reverts: Any) -> None:
    """No number of the caller's becomes another in the report."""
    market = clearing.market
    market.supervise("freeze", "buyer")
    for amount in (2**112, 2**255, 2**256 - 1):
        with reverts("house: bad amount"):
            ask(market, "buyer", amount)


def test_denied_by_the_house_and_not_the_gate(clearing: Clearing, reverts: Any) -> None:
    with reverts("house: not enough cash"):
        ask(clearing.market, "buyer", 100_001 * TOKEN)
    with reverts("house: bad amount"):
        ask(clearing.market, "buyer", 0)
