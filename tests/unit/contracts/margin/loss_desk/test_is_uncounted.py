"""`is_uncounted`: whether an account must stand still until its gains are counted."""

from __future__ import annotations

from tests.support.market import Market

from .gains import after_counting, count, uncovered


def test_default_behavior(market: Market) -> None:
    asked = market.house.functions.is_uncounted(market.ids["maker"])
    assert asked.call() is False
    uncovered(market)
    assert asked.call() is True
    count(market, "maker")
    assert asked.call() is False
    other = market.house.functions.is_uncounted(market.ids["bear"])
    assert other.call() is True
    after_counting(market)
    assert other.call() is False
