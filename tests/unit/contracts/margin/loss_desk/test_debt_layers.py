"""`debt_layers`: a debt by the layer that paid for it."""

from __future__ import annotations

from tests.support.distress import bankrupt
from tests.support.market import Market
from tests.support.orders import WAD

from .gains import allocate


def test_default_behavior(market: Market) -> None:
    asked = market.house.functions.debt_layers(market.ids["client"])
    assert asked.call() == [0] * 5
    market.deposit("member", 400)
    bankrupt(market)
    allocate(market, "client")
    assert asked.call() == [400 * WAD, 600 * WAD, 0, 0, 0]
