"""`set_call`: only the close-out contract; how calls come about is tested there."""

from __future__ import annotations

from typing import Any

from tests.support.distress import SHORT
from tests.support.market import BTC, Market
from tests.support.orders import WAD


def test_default_behavior(market: Market) -> None:
    market.price(BTC, SHORT * WAD)
    before = market.house.functions.accounts(market.ids["client"]).call()
    market.call_margin("client")
    after = market.house.functions.accounts(market.ids["client"]).call()
    # Only the flag and the deadline of the word moved: bit 122, and 32 bits from 168.
    assert after ^ before == 1 << 122 | market.statement("client")[5] << 168


def test_not_the_close_out(market: Market, reverts: Any) -> None:
    calling = market.house.functions.set_call(market.ids["client"], 2**31, 0, 0)
    for name in ("operator", "member", "client"):
        with reverts("house: not the close-out"):
            market.do(calling, market.actors(name))
