"""`pay_debt`: a recorded debt is paid, and the layers are refilled last to first."""

from __future__ import annotations

from typing import Any

import pytest

from tests.support.distress import bankrupt, check_money, dedicate, events, fund_layers
from tests.support.market import BTC, TOKEN, Market
from tests.support.orders import WAD


def pay(market: Market, amount: int, name: str = "big client") -> Any:
    """A stranger pays, amount in token units."""
    market.mint(market.token, "payer", amount // TOKEN + 1, market.house.address)
    paying = market.house.functions.pay_debt(market.ids[name], amount)
    return market.do(paying, market.actors("payer"))


def layers(market: Market, name: str = "big client") -> list[int]:
    """A debt by layer, whole units."""
    return [layer // WAD for layer in market.house.functions.debt_layers(market.ids[name]).call()]


@pytest.fixture
def indebted(market: Market) -> Market:
    """A debt of 200,000: 10,000 member's cash, its share, 20,000 the house's, 70,000 uncovered."""
    dedicate(market, 20_000)
    market.deposit("member", 10_000)
    market.join("big client", cash=300_000)
    market.trade("big client", "maker", 100 * WAD, 8_000 * WAD)
    market.price(BTC, 3_000 * WAD)
    market.liquidate("big client", "liquidator", 100 * WAD)
    allocating = market.house.functions.allocate_loss(market.ids["big client"])
    market.do(allocating, market.actors("keeper"))
    assert layers(market) == [10_000, 100_000, 20_000, 0, 70_000]
    return market


def test_default_behavior(indebted: Market, logs: Any) -> None:
    receipt = pay(indebted, 75_000 * TOKEN)
    (event,) = events(indebted, logs, receipt, "DebtPaid")
    assert event["amount"] == 75_000 * WAD
    assert event["remaining"] == 125_000 * WAD
    # The last layer first: what was uncovered, then the house.
    assert layers(indebted) == [10_000, 100_000, 15_000, 0, 0]
    assert indebted.house.functions.uncovered().call() == 0
    assert fund_layers(indebted) == {"share": 0, "dedicated": 5_000 * TOKEN, "pool": 0}
    assert indebted.statement("big client")[3] & 8
    check_money(indebted)

    pay(indebted, 120_000 * TOKEN)
    assert layers(indebted) == [5_000, 0, 0, 0, 0]
    assert fund_layers(indebted)["share"] == 100_000 * TOKEN
    assert fund_layers(indebted)["dedicated"] == 20_000 * TOKEN
    assert indebted.cash("member") == 5_000 * WAD
    check_money(indebted)

    pay(indebted, 5_000 * TOKEN)
    assert indebted.cash("member") == 10_000 * WAD
    assert indebted.statement("big client")[3] & 8 == 0
    assert indebted.statement("big client")[6] == 0
    check_money(indebted)


def test_other_members_are_refilled_before_the_house(market: Market) -> None:
    market.join("other member", 2, "DE", member=True, share=300_000)
    market.join("big client", cash=300_000)
    market.trade("big client", "maker", 100 * WAD, 8_000 * WAD)
    dedicate(market, 20_000)
    market.price(BTC, 3_000 * WAD)
    market.liquidate("big client", "liquidator", 100 * WAD)
    allocating = market.house.functions.allocate_loss(market.ids["big client"])
    market.do(allocating, market.actors("keeper"))
    assert layers(market) == [0, 100_000, 20_000, 80_000, 0]
    pay(market, 90_000 * TOKEN)
    assert layers(market) == [0, 100_000, 10_000, 0, 0]
    assert fund_layers(market)["pool"] == 300_000 * TOKEN
    check_money(market)


def test_debtor_may_act_again(indebted: Market) -> None:
    pay(indebted, 200_000 * TOKEN)
    indebted.set_time(indebted.now() + 3_700)
    indebted.deposit("big client", 10)
    indebted.withdraw("big client", 10)


def test_rounding_is_against_the_debtor(market: Market) -> None:
    # A deficit that is no whole number of units is owed rounded up, and the rest is dust.
    market.trade("client", "maker", 10**15, 8_000 * WAD + 10**11)
    market.price(BTC, 4_900 * WAD)
    market.liquidate("client", "liquidator", 10_001 * 10**15)
    owed = -market.cash("client")
    assert owed % 10**12 != 0
    allocating = market.house.functions.allocate_loss(market.ids["client"])
    market.do(allocating, market.actors("keeper"))
    debt = sum(market.house.functions.debt_layers(market.ids["client"]).call())
    assert debt == -(-owed // 10**12) * 10**12
    assert market.house.functions.dust().call() == debt - owed
    check_money(market)
    pay(market, debt // 10**12, "client")
    check_money(market)


def test_bad_amount(indebted: Market, reverts: Any) -> None:
    for amount in (0, 200_000 * TOKEN + 1):
        with reverts("house: bad amount"):
            pay(indebted, amount)


def test_no_debt(market: Market, reverts: Any) -> None:
    with reverts("house: bad amount"):
        pay(market, 1, "client")


def test_payer_without_tokens(indebted: Market, reverts: Any) -> None:
    paying = indebted.house.functions.pay_debt(indebted.ids["big client"], TOKEN)
    with reverts(None):
        indebted.do(paying, indebted.actors("pauper"))


def test_retail_owes_nothing(market: Market, reverts: Any) -> None:
    bankrupt(market, "retail client", 3_000)
    allocating = market.house.functions.allocate_loss(market.ids["retail client"])
    market.do(allocating, market.actors("keeper"))
    with reverts("house: bad amount"):
        pay(market, 1, "retail client")
