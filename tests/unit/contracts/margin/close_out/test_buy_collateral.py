"""`buy_collateral`: anyone buys the collateral of an account that owes cash past its deadline."""

from __future__ import annotations

from typing import Any

import pytest

from tests.support.distress import DEFICIT, check_money, events
from tests.support.market import BOND_FEED, BTC, RETAIL, TOKEN, Market
from tests.support.orders import WAD

HOUR = 3_600


def buy(
    market: Market, amount: int, buyer: str = "liquidator", cost: int = 2**200, asset: int = 1
) -> Any:
    """A named party buys bonds of the client's, amount in token units."""
    buying = market.close_out.functions.buy_collateral(
        market.house.address, market.ids["client"], asset, amount, market.ids[buyer], cost
    )
    return market.do(buying, market.actors(buyer))


@pytest.fixture
def owing(market: Market, set_time: Any) -> Market:
    """The client owes 1,000 past its deadline and holds 100,000 of bonds."""
    market.deposit("client", 100_000, asset=1)
    market.price(BTC, DEFICIT * WAD)
    market.trade("maker", "client", 10 * WAD, DEFICIT * WAD)
    market.call_margin("client")
    set_time(market.statement("client")[5] + 1)
    return market


def test_default_behavior(owing: Market, logs: Any) -> None:
    before = owing.cash("liquidator")
    receipt = buy(owing, 500 * TOKEN)
    (event,) = events(owing, logs, receipt, "CollateralSold")
    # A bill's haircut is 50 basis points, less than the discount of 200 that the rule allows.
    cost = 500 * WAD * 9_950 // 10_000
    assert event == {
        "account": owing.ids["client"],
        "asset": 1,
        "buyer": owing.ids["liquidator"],
        "amount": 500 * TOKEN,
        "cost": cost,
        "cash": cost - 1_000 * WAD,
        "balance": 99_500 * TOKEN,
        "buyer_cash": before - cost,
        "buyer_balance": 500 * TOKEN,
    }
    assert owing.cash("client") == cost - 1_000 * WAD
    assert owing.house.functions.balance_of(owing.ids["liquidator"], 1).call() == 500 * TOKEN
    check_money(owing)


def test_until_nothing_is_owed(owing: Market, reverts: Any) -> None:
    # 1,000 / 0.995 = 1005.0251256281..., rounded up to a unit.
    enough = 1_005_025_126
    with reverts("close-out: more than owed"):
        buy(owing, enough + 1)
    buy(owing, enough)
    assert 0 <= owing.cash("client") < 10**12
    with reverts("close-out: no cash owed"):
        buy(owing, 1)


def test_account_below_close_out_need_not_be_called(market: Market) -> None:
    market.deposit("client", 500, asset=1)
    market.price(BTC, DEFICIT * WAD)
    market.liquidate("client", "liquidator", 10 * WAD)
    buy(market, 500 * TOKEN)


def test_own_account(owing: Market, reverts: Any) -> None:
    with reverts("close-out: own account"):
        buy(owing, 1, "client")


def test_not_due(market: Market, set_time: Any, reverts: Any) -> None:
    market.deposit("client", 100_000, asset=1)
    market.price(BTC, DEFICIT * WAD)
    market.trade("maker", "client", 10 * WAD, DEFICIT * WAD)
    with reverts("close-out: not due"):
        buy(market, 1)
    market.call_margin("client")
    set_time(market.statement("client")[5])
    with reverts("close-out: not due"):
        buy(market, 1)


def test_somebody_elses_money(owing: Market, reverts: Any) -> None:
    buying = owing.close_out.functions.buy_collateral(
        owing.house.address, owing.ids["client"], 1, TOKEN, owing.ids["maker"], 2**200
    )
    with reverts("close-out: gate 9"):
        owing.do(buying, owing.actors("liquidator"))


def test_retail_buyer(owing: Market, reverts: Any) -> None:
    owing.join("retail buyer", RETAIL, "DE", cash=1_000)
    with reverts("close-out: retail taker"):
        buy(owing, TOKEN, "retail buyer")


def test_bad_amount(owing: Market, reverts: Any) -> None:
    with reverts("close-out: bad amount"):
        buy(owing, 0)


def test_above_the_limit(owing: Market, reverts: Any) -> None:
    with reverts("close-out: above the limit"):
        buy(owing, TOKEN, cost=995 * WAD // 1_000 - 1)
    buy(owing, TOKEN, cost=995 * WAD // 1_000)


def test_not_enough_collateral(market: Market, reverts: Any) -> None:
    market.deposit("client", 500, asset=1)
    market.price(BTC, DEFICIT * WAD)
    market.liquidate("client", "liquidator", 10 * WAD)
    with reverts("house: not enough collateral"):
        buy(market, 501 * TOKEN)


def test_not_enough_cash(owing: Market, reverts: Any) -> None:
    owing.join("poor buyer", cash=100)
    with reverts("house: not enough cash"):
        buy(owing, 102 * TOKEN, "poor buyer")


def test_buyer_below_margin(owing: Market, reverts: Any) -> None:
    # A bond counts for less than cash from 98 to 100 per cent of par; with a dearer one, and
    # margin that only just suffices, the buyer's own margin would suffer.
    owing.price(BTC, DEFICIT * WAD)
    owing.join("tight buyer", cash=1_617)
    owing.trade("tight buyer", "maker", WAD, DEFICIT * WAD)
    owing.price(BTC, (DEFICIT - 1) * WAD)
    with reverts("house: below initial margin"):
        buy(owing, TOKEN, "tight buyer")


def test_stale_position_of_the_buyer(owing: Market, set_time: Any, now: Any, reverts: Any) -> None:
    owing.price(BTC, DEFICIT * WAD)
    owing.trade("liquidator", "maker", WAD, DEFICIT * WAD)
    set_time(now() + 8 * HOUR)
    owing.price(BOND_FEED, WAD)
    set_time(now() + 2 * HOUR)
    with reverts("house: stale price"):
        buy(owing, TOKEN)


def test_stale_collateral(owing: Market, set_time: Any, now: Any, reverts: Any) -> None:
    set_time(now() + 10 * HOUR)
    with reverts("house: stale price"):
        buy(owing, TOKEN)


def test_grace_period_of_the_collateral(
    owing: Market, set_time: Any, now: Any, reverts: Any
) -> None:
    set_time(now() + 10 * HOUR)
    owing.price(BOND_FEED, WAD)
    recovered = now()
    with reverts("house: grace period"):
        buy(owing, TOKEN)
    set_time(recovered + HOUR + 2)
    buy(owing, TOKEN)


def test_unknown_asset(owing: Market, reverts: Any) -> None:
    with reverts("house: no price"):
        buy(owing, TOKEN, asset=9)
