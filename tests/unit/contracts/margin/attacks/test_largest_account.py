"""Peers' case 4: liquidation denied by position count, and what the worst account costs."""

from __future__ import annotations

import pytest

from tests.support.distress import add_underlier, check_money, eight_o_clock
from tests.support.market import BTC, ETH, Market
from tests.support.orders import WAD

CALL_LIMIT = 600_000
"""Gas of one call, at most."""


@pytest.fixture
def crowded(market: Market) -> tuple[Market, list[int]]:
    """Twenty positions over four underliers, with bonds beside cash, deep in a deficit."""
    market.join("crowd", cash=10_000, bonds=10_000)
    market.join("other maker", cash=10_000_000)
    underliers = [BTC, ETH, add_underlier(market, 0, 200), add_underlier(market, 1, 200)]
    numbers = []
    for slot in range(20):
        underlier = underliers[slot % len(underliers)]
        expiry = eight_o_clock(market, 30 + slot) if slot % 3 else 0
        number = market.list_instrument(underlier, expiry)
        price = 8_000 * WAD if underlier == BTC else 200 * WAD
        market.trade("crowd", "other maker", WAD, price, number)
        numbers.append(number)
    return market, numbers


def test_default_behavior(crowded: tuple[Market, list[int]]) -> None:
    market, numbers = crowded
    market.price(BTC, 100 * WAD)
    for number in range(2, int(market.registry.functions.underlier_count().call()) + 1):
        market.price(number, WAD)
    spent = [market.liquidate("crowd", "liquidator", WAD, number)["gasUsed"] for number in numbers]
    assert market.statement("crowd")[7] == 0
    assert max(spent) < CALL_LIMIT, spent
    check_money(market)
