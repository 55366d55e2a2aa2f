"""`close_account`."""

from __future__ import annotations

from typing import Any

from tests.support.clearing import Clearing
from tests.support.orders import WAD

MARK = 8000 * WAD


def close(clearing: Clearing, name: str) -> Any:
    """The call."""
    return clearing.market.house.functions.close_account(clearing.market.ids[name])


def test_default_behavior(clearing: Clearing, logs: Any) -> None:
    market = clearing.market
    account = market.join("client")
    carried = market.house.functions.carried_accounts(market.member).call()
    receipt = market.do(close(clearing, "client"), market.actors("client"))
    assert market.house.functions.accounts(account).call() == 0
    assert market.house.functions.carried_accounts(market.member).call() == carried - 1
    (event,) = logs(receipt, market.house)
    assert event["event"] == "AccountClosed"
    wallet = market.actors("client").address
    assert dict(event["args"]) == {"account": account, "member": market.member, "wallet": wallet}
    # It can be opened again.
    opening = market.house.functions.open_account(wallet, market.member)
    market.do(opening, market.actors("member"))


def test_after_trading_and_withdrawing_everything(clearing: Clearing) -> None:
    market = clearing.market
    market.deposit("buyer", 100, asset=1)
    market.trade("buyer", "seller", WAD, MARK)
    market.trade("seller", "buyer", WAD, MARK)
    market.withdraw("buyer", 100_000)
    market.withdraw("buyer", 100, asset=1)
    market.do(close(clearing, "buyer"), market.actors("buyer"))


def test_by_its_member(clearing: Clearing, reverts: Any) -> None:
    """A frozen client's empty account does not keep its member's share for good."""
    market = clearing.market
    account = market.join("client")
    market.supervise("freeze", "client")
    with reverts("house: gate 4"):
        market.send(close(clearing, "client"), market.actors("client"))
    market.do(close(clearing, "client"), market.actors("member"))
    assert market.house.functions.accounts(account).call() == 0


def test_not_by_its_member_with_money(clearing: Clearing, reverts: Any) -> None:
    with reverts("house: account not empty"):
        clearing.market.send(close(clearing, "buyer"), clearing.market.actors("member"))


def test_not_by_another_member(clearing: Clearing, reverts: Any) -> None:
    market = clearing.market
    market.join("client")
    market.join("other member", member=True)
    with reverts("house: gate 9"):
        market.send(close(clearing, "client"), market.actors("other member"))


def test_not_the_accounts_wallet(clearing: Clearing, reverts: Any) -> None:
    clearing.market.join("client")
    with reverts("house: gate 9"):
        clearing.market.send(close(clearing, "client"), clearing.market.actors("buyer"))


def test_unknown_account(clearing: Clearing, reverts: Any) -> None:
    clearing.market.onboard("client")
    with reverts("house: unknown account"):
        clearing.market.send(close(clearing, "client"), clearing.market.actors("client"))


def test_cash(clearing: Clearing, reverts: Any) -> None:
    with reverts("house: account not empty"):
        clearing.market.send(close(clearing, "buyer"), clearing.market.actors("buyer"))


def test_collateral(clearing: Clearing, reverts: Any) -> None:
    clearing.market.join("client", bonds=1)
    with reverts("house: account not empty"):
        clearing.market.send(close(clearing, "client"), clearing.market.actors("client"))


def test_position_debt_or_call(clearing: Clearing, reverts: Any) -> None:
    """Each lane by itself: a position, a debt, a call, its deadline."""
    market = clearing.market
    account = market.join("client")
    word = int(market.house.functions.accounts(account).call())
    for lane in (1 << 104, 8 << 120, 4 << 120, 1 << 168):
        clearing.poke("book.accounts", word | lane, account)
        with reverts("house: account not empty"):
            market.send(close(clearing, "client"), market.actors("client"))


def test_member_that_carries_accounts(clearing: Clearing, reverts: Any) -> None:
    with reverts("house: carries accounts"):
        clearing.market.send(close(clearing, "member"), clearing.market.actors("member"))


def test_member_alone(clearing: Clearing) -> None:
    market = clearing.market
    account = market.join("broker", member=True)
    committing = market.house.functions.commit_backstop(account, 10**24)
    market.do(committing, market.actors("broker"))
    market.do(close(clearing, "broker"), market.actors("broker"))
    # Its promise ends with it.
    assert market.house.functions.backstop_total().call() == 0
    assert market.house.functions.carried_accounts(account).call() == 0


def test_gain_not_scaled(clearing: Clearing, reverts: Any) -> None:
    account = clearing.market.join("client")
    clearing.poke("book.counted_gain", 1, account)
    with reverts("house: gain not scaled"):
        clearing.market.send(close(clearing, "client"), clearing.market.actors("client"))
