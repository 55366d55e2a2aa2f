"""`admit_member`."""

from __future__ import annotations

from typing import Any

from tests.support.clearing import Clearing
from tests.support.market import RETAIL


def admit(clearing: Clearing, name: str) -> Any:
    """The call."""
    return clearing.market.house.functions.admit_member(clearing.market.actors(name))


def test_default_behavior(clearing: Clearing, logs: Any) -> None:
    market = clearing.market
    account = market.onboard("broker")
    market.fund_member("broker", 1)
    receipt = market.do(admit(clearing, "broker"), market.operator)
    # Exists and member; carried by itself.
    assert market.house.functions.accounts(account).call() == (1 | 16) << 120 | account << 136
    assert market.house.functions.carried_accounts(account).call() == 1
    (event,) = logs(receipt, market.house)
    assert event["event"] == "MemberAdmitted"
    wallet = market.actors("broker").address
    assert dict(event["args"]) == {"member": account, "wallet": wallet, "flags": 17}


def test_not_the_operator(clearing: Clearing, reverts: Any) -> None:
    market = clearing.market
    market.onboard("broker")
    market.fund_member("broker", 1)
    for caller in ("broker", "deployer", "member"):
        with reverts("roles: not the holder"):
            market.send(admit(clearing, "broker"), market.actors(caller))


def test_account_exists(clearing: Clearing, reverts: Any) -> None:
    market = clearing.market
    market.fund_member("buyer", 1)
    for name in ("buyer", "member"):
        with reverts("house: account exists"):
            market.send(admit(clearing, name), market.operator)


def test_no_fund_share(clearing: Clearing, reverts: Any) -> None:
    clearing.market.onboard("broker")
    with reverts("house: no fund share"):
        clearing.market.send(admit(clearing, "broker"), clearing.market.operator)


def test_unknown_party(clearing: Clearing, reverts: Any) -> None:
    with reverts("house: unknown party"):
        clearing.market.send(admit(clearing, "passer-by"), clearing.market.operator)


def test_retail_member(clearing: Clearing, reverts: Any) -> None:
    market = clearing.market
    market.onboard("saver", RETAIL)
    market.fund_member("saver", 1)
    with reverts("house: retail member"):
        market.send(admit(clearing, "saver"), market.operator)
