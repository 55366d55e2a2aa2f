"""`doubt`: how much of an account hangs on prices that are stale or in their grace period."""

from __future__ import annotations

from typing import Any

from tests.support.market import BTC, ETH, Market
from tests.support.orders import WAD

HOUR = 3_600


def test_default_behavior(market: Market, set_time: Any, now: Any) -> None:
    ether = market.list_instrument(ETH)
    client = market.ids["client"]
    market.trade("client", "maker", WAD, 200 * WAD, ether)
    asked = market.house.functions.doubt
    assert asked(client, ether).call() == [0, False]
    set_time(now() + 8 * HOUR)
    market.price(BTC, 8_000 * WAD)
    set_time(now() + 2 * HOUR)
    assert asked(client, ether).call() == [200 * WAD, True]
    assert asked(client, market.perpetual).call() == [200 * WAD, False]
    market.price(ETH, 300 * WAD)
    assert asked(client, ether).call() == [300 * WAD, True]
    set_time(now() + HOUR + 1)
    assert asked(client, ether).call() == [0, False]
    set_time(now() + 10 * HOUR)
    assert asked(client, market.perpetual).call() == [80_300 * WAD, True]
