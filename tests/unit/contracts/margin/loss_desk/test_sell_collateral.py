"""`sell_collateral`: only the close-out contract; its effects are tested with `buy_collateral`."""

from __future__ import annotations

from typing import Any

from tests.support.distress import DEFICIT, check_money
from tests.support.market import BTC, TOKEN, Market
from tests.support.orders import WAD


def test_default_behavior(market: Market) -> None:
    market.deposit("client", 500, asset=1)
    market.price(BTC, DEFICIT * WAD)
    market.liquidate("client", "liquidator", 10 * WAD)
    buying = market.close_out.functions.buy_collateral(
        market.house.address,
        market.ids["client"],
        1,
        500 * TOKEN,
        market.ids["liquidator"],
        2**200,
    )
    market.do(buying, market.actors("liquidator"))
    word = market.house.functions.accounts(market.ids["client"]).call()
    assert word >> 112 & 255 == 0
    assert market.cash("client") == -1_000 * WAD + 500 * WAD * 9_950 // 10_000
    check_money(market)


def test_not_the_close_out(market: Market, reverts: Any) -> None:
    """Else anybody could have what is there, for nothing."""
    market.deposit("client", 500, asset=1)
    numbers = (market.ids["client"], market.ids["liquidator"])
    selling = market.house.functions.sell_collateral(*numbers, 1, 500 * TOKEN, 0)
    for name in ("operator", "liquidator"):
        with reverts("house: not the close-out"):
            market.do(selling, market.actors(name))
