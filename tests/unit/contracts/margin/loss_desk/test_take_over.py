"""`take_over`: only the close-out contract; its effects are tested with `liquidate`."""

from __future__ import annotations

from typing import Any

from tests.support.distress import DEFICIT
from tests.support.market import BTC, Market
from tests.support.orders import WAD


def test_default_behavior(market: Market) -> None:
    market.price(BTC, DEFICIT * WAD)
    market.liquidate("client", "liquidator", WAD)
    assert market.position("liquidator").size == WAD


def test_not_the_close_out(market: Market, reverts: Any) -> None:
    market.price(BTC, DEFICIT * WAD)
    terms = (
        market.ids["client"],
        market.ids["liquidator"],
        market.perpetual,
        WAD,
        0,
        2,
        0,
        0,
        0,
        0,
    )
    taking = market.house.functions.take_over(terms)
    for name in ("operator", "liquidator", "venue"):
        with reverts("house: not the close-out"):
            market.do(taking, market.actors(name))
