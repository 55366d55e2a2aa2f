"""`grace_until`: when liquidation may start again after a stale price."""

from __future__ import annotations

from typing import Any

from tests.support.market import BTC, Market
from tests.support.orders import WAD

HOUR = 3_600


def test_default_behavior(market: Market, set_time: Any, now: Any) -> None:
    asked = market.house.functions.grace_until
    assert asked(market.ids["client"]).call() == 0
    set_time(now() + 10 * HOUR)
    receipt = market.price(BTC, 8_000 * WAD)
    recovered = market.w3.eth.get_block(receipt["blockNumber"])["timestamp"]
    assert asked(market.ids["client"]).call() == recovered + HOUR
    assert asked(market.ids["liquidator"]).call() == 0
