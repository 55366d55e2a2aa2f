"""`statement`: all of an account on one page."""

from __future__ import annotations

from typing import Any

from tests.support.distress import SHORT, bankrupt
from tests.support.market import BTC, Market
from tests.support.orders import WAD

from .gains import allocate


def test_default_behavior(market: Market) -> None:
    market.price(BTC, SHORT * WAD)
    assert tuple(market.statement("client")) == (
        30_000 * WAD,
        20_000 * WAD,
        23_100 * WAD,
        1,
        market.member,
        0,
        0,
        1,
    )
    bankrupt(market)
    allocate(market, "client")
    assert tuple(market.statement("client")) == (0, 0, 0, 9, market.member, 0, 1_000 * WAD, 0)
    assert market.statement("member")[3] == 17
    assert market.statement("retail client")[3] == 3


def test_unknown_account(market: Market, reverts: Any) -> None:
    with reverts("house: unknown account"):
        market.house.functions.statement(999).call()
