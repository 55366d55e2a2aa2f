"""`open_account`."""

from __future__ import annotations

from typing import Any

import pytest

from tests.support.clearing import Clearing
from tests.support.market import ELIGIBLE, PROFESSIONAL, RETAIL


def opening(clearing: Clearing, name: str = "client", member: str = "member") -> Any:
    """The call."""
    market = clearing.market
    return market.house.functions.open_account(market.actors(name), market.ids[member])


@pytest.mark.parametrize(("category", "flags"), [(PROFESSIONAL, 1), (ELIGIBLE, 1), (RETAIL, 3)])
def test_default_behavior(clearing: Clearing, logs: Any, category: int, flags: int) -> None:
    market = clearing.market
    carried = market.house.functions.carried_accounts(market.member).call()
    account = market.onboard("client", category)
    receipt = market.do(opening(clearing), market.actors("member"))
    word = flags << 120 | market.member << 136
    assert market.house.functions.accounts(account).call() == word
    assert market.house.functions.carried_accounts(market.member).call() == carried + 1
    (event,) = logs(receipt, market.house)
    assert event["event"] == "AccountOpened"
    assert dict(event["args"]) == {
        "account": account,
        "member": market.member,
        "wallet": market.actors("client").address,
        "flags": flags,
    }


def test_unknown_caller(clearing: Clearing, reverts: Any) -> None:
    clearing.market.onboard("client")
    with reverts("house: gate 1"):
        clearing.market.send(opening(clearing), clearing.market.actors("passer-by"))


def test_not_the_members_wallet(clearing: Clearing, reverts: Any) -> None:
    """A client may not hang itself onto a member that has not agreed."""
    clearing.market.onboard("client")
    with reverts("house: gate 9"):
        clearing.market.send(opening(clearing), clearing.market.actors("client"))


def test_frozen_member(clearing: Clearing, reverts: Any) -> None:
    market = clearing.market
    market.supervise("freeze", "member")
    market.onboard("client")
    with reverts("house: gate 4"):
        market.send(opening(clearing), market.actors("member"))


def test_not_a_member(clearing: Clearing, reverts: Any) -> None:
    clearing.market.onboard("client")
    with reverts("house: not a member"):
        clearing.market.send(opening(clearing, "client", "buyer"), clearing.market.actors("buyer"))


def test_account_exists(clearing: Clearing, reverts: Any) -> None:
    for name in ("buyer", "member"):
        with reverts("house: account exists"):
            clearing.market.send(opening(clearing, name), clearing.market.actors("member"))


def test_unknown_party(clearing: Clearing, reverts: Any) -> None:
    with reverts("house: unknown party"):
        clearing.market.send(opening(clearing, "passer-by"), clearing.market.actors("member"))


def test_no_fund_share(clearing: Clearing, reverts: Any) -> None:
    """A member whose share was used up carries nobody new."""
    market = clearing.market
    market.onboard("client")
    poor = market.ids["buyer"]
    word = int(market.house.functions.accounts(poor).call())
    clearing.poke("book.accounts", word | 16 << 120, poor)
    with reverts("house: no fund share"):
        market.send(opening(clearing, "client", "buyer"), market.actors("buyer"))
