"""`is_liquidatable`: what a liquidator's watcher asks."""

from __future__ import annotations

from typing import Any

from tests.support.distress import CLOSE_OUT_LEVEL, SHORT
from tests.support.market import BTC, Market
from tests.support.orders import WAD

HOUR = 3_600


def asked(market: Market, name: str = "client") -> bool:
    """The answer for a named account."""
    house, account = market.house.address, market.ids[name]
    return bool(market.close_out.functions.is_liquidatable(house, account).call())


def test_default_behavior(market: Market) -> None:
    assert not asked(market)
    market.price(BTC, SHORT * WAD)
    assert not asked(market)
    market.price(BTC, CLOSE_OUT_LEVEL * WAD)
    assert asked(market)
    # Half of the margin exactly is not below half.
    market.price(BTC, 50_000 * WAD * 1_000 // 8_350 + 1)
    assert not asked(market)


def test_unmet_call(market: Market, set_time: Any) -> None:
    market.price(BTC, SHORT * WAD)
    for name in ("client", "retail client"):
        market.call_margin(name)
    deadline = market.statement("retail client")[5]
    set_time(deadline + 1)
    assert asked(market)
    assert not asked(market, "retail client")
    market.deposit("client", 50_000)
    assert not asked(market)


def test_prices_in_doubt(market: Market, set_time: Any, now: Any) -> None:
    market.price(BTC, CLOSE_OUT_LEVEL * WAD)
    set_time(now() + 10 * HOUR)
    assert not asked(market)
    market.price(BTC, CLOSE_OUT_LEVEL * WAD)
    recovered = now()
    assert not asked(market)
    set_time(recovered + HOUR + 2)
    assert asked(market)
