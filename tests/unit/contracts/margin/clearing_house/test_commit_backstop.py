"""`commit_backstop`."""

from __future__ import annotations

from typing import Any

from tests.support.clearing import Clearing


def commit(clearing: Clearing, name: str, amount: int) -> Any:
    """The call."""
    return clearing.market.house.functions.commit_backstop(clearing.market.ids[name], amount)


def test_default_behavior(clearing: Clearing, logs: Any) -> None:
    market = clearing.market
    house = market.house.functions
    broker = market.join("broker", member=True)
    market.do(commit(clearing, "broker", 10**24), market.actors("broker"))
    receipt = market.do(commit(clearing, "member", 3 * 10**24), market.actors("member"))
    assert house.backstop(market.member).call() == 3 * 10**24
    assert house.backstop_total().call() == 4 * 10**24
    (event,) = logs(receipt, market.house)
    assert event["event"] == "BackstopCommitted"
    wallet = market.actors("member").address
    expected = {"member": market.member, "wallet": wallet, "amount": 3 * 10**24}
    assert dict(event["args"]) == expected
    # A new promise replaces the old one.
    market.do(commit(clearing, "broker", 5), market.actors("broker"))
    assert house.backstop(broker).call() == 5
    assert house.backstop_total().call() == 3 * 10**24 + 5


def test_not_the_members_wallet(clearing: Clearing, reverts: Any) -> None:
    with reverts("house: gate 9"):
        clearing.market.send(commit(clearing, "member", 1), clearing.market.actors("buyer"))


def test_not_a_member(clearing: Clearing, reverts: Any) -> None:
    with reverts("house: not a member"):
        clearing.market.send(commit(clearing, "buyer", 1), clearing.market.actors("buyer"))


def test_bad_terms(clearing: Clearing, reverts: Any) -> None:
    market = clearing.market
    market.do(commit(clearing, "member", 2**112 - 1), market.actors("member"))
    with reverts("house: bad terms"):
        market.send(commit(clearing, "member", 2**112), market.actors("member"))
