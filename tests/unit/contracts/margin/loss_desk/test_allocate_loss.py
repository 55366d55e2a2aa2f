"""`allocate_loss`: a deficit goes through the layers in the written order."""

from __future__ import annotations

from typing import Any

from tests.support.distress import bankrupt, calm, check_money, dedicate, events, fund_layers
from tests.support.market import BTC, PROFESSIONAL, TOKEN, Market
from tests.support.orders import WAD

INDEBTED = 8


def allocate(market: Market, name: str = "client") -> Any:
    """A stranger has a loss allocated."""
    allocating = market.house.functions.allocate_loss(market.ids[name])
    return market.do(allocating, market.actors("keeper"))


def layers(market: Market, name: str = "client") -> list[int]:
    """A debt by layer, wad."""
    return list(market.house.functions.debt_layers(market.ids[name]).call())


def test_default_behavior(market: Market, logs: Any) -> None:
    """The carrying member's free cash comes first."""
    market.deposit("member", 5_000)
    owed = bankrupt(market)
    assert owed == 1_000 * WAD
    before = fund_layers(market)
    receipt = allocate(market)
    (event,) = events(market, logs, receipt, "LossAllocated")
    assert event == {
        "account": market.ids["client"],
        "member": market.member,
        "deficit": owed,
        "from_member_cash": owed,
        "from_member_share": 0,
        "from_house": 0,
        "from_others": 0,
        "uncovered": 0,
    }
    (debt,) = events(market, logs, receipt, "DebtRecorded")
    assert debt["amount"] == owed
    assert market.cash("client") == 0
    assert market.cash("member") == 4_000 * WAD
    assert fund_layers(market) == before
    assert layers(market) == [owed, 0, 0, 0, 0]
    assert market.statement("client")[3] & INDEBTED
    check_money(market)


def test_every_layer_in_order(market: Market, logs: Any) -> None:
    market.join("other member", PROFESSIONAL, "DE", member=True, share=300_000)
    dedicate(market, 50_000)
    market.deposit("member", 1_000)
    # Down to 100: 10 BTC bought at 8,000 with 30,000 have lost 79,000.
    owed = bankrupt(market, price=100)
    assert owed == 49_000 * WAD
    allocate(market)
    assert layers(market) == [1_000 * WAD, 48_000 * WAD, 0, 0, 0]
    assert fund_layers(market)["share"] == 52_000 * TOKEN

    market.join("second", cash=1_000_000)
    calm(market, 8_000)
    market.trade("second", "maker", 100 * WAD, 8_000 * WAD)
    market.withdraw("second", 1_000_000 - 264_000)
    market.price(BTC, 3_000 * WAD)
    market.liquidate("second", "liquidator", 100 * WAD)
    assert market.cash("second") == -236_000 * WAD
    receipt = allocate(market, "second")
    (event,) = events(market, logs, receipt, "LossAllocated")
    amounts = [value // WAD for name, value in event.items() if name not in ("account", "member")]
    assert amounts == [236_000, 0, 52_000, 50_000, 134_000, 0]
    after = fund_layers(market)
    assert (after["share"], after["dedicated"], after["pool"]) == (0, 0, 166_000 * TOKEN)
    check_money(market)


def test_uncovered(market: Market, logs: Any, reverts: Any) -> None:
    market.join("big client", cash=300_000)
    market.trade("big client", "maker", 100 * WAD, 8_000 * WAD)
    market.price(BTC, 3_000 * WAD)
    market.liquidate("big client", "liquidator", 100 * WAD)
    receipt = allocate(market, "big client")
    (event,) = events(market, logs, receipt, "LossAllocated")
    assert event["from_member_share"] == 100_000 * WAD
    assert event["uncovered"] == 100_000 * WAD
    assert market.house.functions.uncovered().call() == 100_000 * WAD
    assert layers(market, "big client") == [0, 100_000 * WAD, 0, 0, 100_000 * WAD]
    check_money(market)
    with reverts("house: loss being allocated"):
        market.trade("liquidator", "maker", WAD, 3_000 * WAD)
    with reverts("house: loss being allocated"):
        market.withdraw("maker", 1)
    market.set_time(market.now() + 3_700)
    market.price(BTC, 3_000 * WAD)
    with reverts("house: loss uncovered"):
        market.trade("liquidator", "maker", WAD, 3_000 * WAD)
    market.trade("maker", "liquidator", WAD, 3_000 * WAD)


def test_retail_is_protected(market: Market, logs: Any) -> None:
    market.deposit("member", 5_000)
    owed = bankrupt(market, "retail client", 3_000)
    assert owed == 5_000 * WAD
    receipt = allocate(market, "retail client")
    (event,) = events(market, logs, receipt, "DeficitExtinguished")
    assert event["amount"] == owed
    assert events(market, logs, receipt, "DebtRecorded") == []
    assert market.cash("retail client") == 0
    assert market.statement("retail client")[6] == 0
    assert market.statement("retail client")[3] & INDEBTED == 0
    check_money(market)


def test_a_members_own_loss(market: Market) -> None:
    """A member's cash is its margin: what it owes itself comes from its share."""
    market.deposit("member", 30_000)
    market.trade("member", "maker", 10 * WAD, 8_000 * WAD)
    bankrupt(market, "member")
    allocate(market, "member")
    assert layers(market, "member") == [0, 1_000 * WAD, 0, 0, 0]
    check_money(market)


def test_members_margin_is_not_touched(market: Market) -> None:
    market.deposit("member", 10_000)
    market.trade("liquidator", "member", 2 * WAD, 8_000 * WAD)
    owed = bankrupt(market)
    # Of its 10,000 it needs 3,300 bps of 9,800; its profit of 6,200 does not count.
    allocate(market)
    assert owed < 10_000 * WAD - 3_234 * WAD
    assert market.cash("member") == 9_000 * WAD
    market.join("second", cash=30_000)
    calm(market, 8_000)
    market.trade("second", "maker", 10 * WAD, 8_000 * WAD)
    market.price(BTC, 4_000 * WAD)
    market.liquidate("second", "liquidator", 10 * WAD)
    allocate(market, "second")
    # 10,000 owed; 9,000 less 3,300 bps of 8,000 is free.
    assert layers(market, "second") == [6_360 * WAD, 3_640 * WAD, 0, 0, 0]
    check_money(market)


def test_debtor_neither_opens_nor_withdraws(market: Market, reverts: Any) -> None:
    bankrupt(market)
    allocate(market)
    market.deposit("client", 10_000)
    with reverts("house: called or indebted"):
        market.withdraw("client", 1)
    with reverts("house: called or indebted"):
        market.trade("client", "maker", WAD // 10, 4_900 * WAD)


def test_positions_open(market: Market, reverts: Any) -> None:
    market.price(BTC, 4_900 * WAD)
    with reverts("house: positions open"):
        allocate(market)
    # 30,000 less 9.9 times 3,100 is owed, and what is left may yet gain.
    market.liquidate("client", "liquidator", 99 * WAD // 10)
    assert market.cash("client") == -690 * WAD
    with reverts("house: positions open"):
        allocate(market)


def test_collateral_left(market: Market, reverts: Any) -> None:
    market.deposit("client", 1, asset=1)
    bankrupt(market)
    with reverts("house: collateral left"):
        allocate(market)


def test_no_loss(market: Market, reverts: Any) -> None:
    with reverts("house: no loss"):
        allocate(market, "liquidator")
    bankrupt(market)
    allocate(market)
    with reverts("house: no loss"):
        allocate(market)


def test_unknown_account(market: Market, reverts: Any) -> None:
    with reverts("house: unknown account"):
        market.do(market.house.functions.allocate_loss(999), market.actors("keeper"))
