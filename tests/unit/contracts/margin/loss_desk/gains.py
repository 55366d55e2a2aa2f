"""A venue with a loss that no layer covered, and winners whose gains it will be taken from."""

from __future__ import annotations

from typing import Any

from tests.support.distress import eight_o_clock
from tests.support.market import BTC, Market
from tests.support.orders import WAD

HOUR = 3_600


def uncovered(market: Market) -> Market:
    """100,000 uncovered at 3,000; bear gains 50,000, maker more, hedger 25,000 on two legs."""
    future = market.list_instrument(BTC, eight_o_clock(market, 90))
    market.join("bear", cash=100_000)
    market.trade("liquidator", "bear", 10 * WAD, 8_000 * WAD)
    market.join("hedger", cash=100_000)
    market.trade("liquidator", "hedger", 10 * WAD, 8_000 * WAD)
    market.trade("hedger", "liquidator", 5 * WAD, 8_000 * WAD, future)
    market.join("big client", cash=300_000)
    market.trade("big client", "maker", 100 * WAD, 8_000 * WAD)
    market.price(BTC, 3_000 * WAD)
    market.liquidate("big client", "liquidator", 100 * WAD)
    allocate(market, "big client")
    assert market.house.functions.uncovered().call() == 100_000 * WAD
    return market


def allocate(market: Market, name: str) -> Any:
    """A stranger has a loss allocated."""
    allocating = market.house.functions.allocate_loss(market.ids[name])
    return market.do(allocating, market.actors("keeper"))


def count(market: Market, name: str) -> Any:
    """A stranger has a named party's gains counted."""
    return market.do(market.house.functions.count_gain(market.ids[name]), market.actors("keeper"))


def scale(market: Market, name: str) -> Any:
    """A stranger has a named party's gains scaled."""
    return market.do(market.house.functions.scale_gain(market.ids[name]), market.actors("keeper"))


def after_counting(market: Market) -> None:
    """Lets the counting end."""
    market.set_time(int(market.house.functions.counting_deadline().call()) + 1)
