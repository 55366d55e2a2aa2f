"""`count_gain`: unpaid gains are counted while a loss that no layer covered is allocated."""

from __future__ import annotations

from typing import Any

import pytest

from tests.support.distress import calm, events
from tests.support.market import BTC, Market
from tests.support.orders import WAD

from .gains import after_counting, count, uncovered


@pytest.fixture
def losing(market: Market) -> Market:
    """100,000 uncovered."""
    return uncovered(market)


def test_default_behavior(losing: Market, logs: Any) -> None:
    (event,) = events(losing, logs, count(losing, "bear"), "GainCounted")
    assert event == {
        "account": losing.ids["bear"],
        "episode": 1,
        "gain": 50_000 * WAD,
        "total": 50_000 * WAD,
    }
    (event,) = events(losing, logs, count(losing, "maker"), "GainCounted")
    # 10 and 10 short at 8,000, and 100 more.
    assert event["gain"] == 600_000 * WAD
    assert event["total"] == 650_000 * WAD
    assert losing.house.functions.counted_gain(losing.ids["bear"]).call() == 50_000 * WAD
    assert losing.house.functions.episode_gains(1).call() == 650_000 * WAD


def test_losing_legs_are_set_off(losing: Market) -> None:
    """A hedge's winning leg is not a gain: taking part of it would be taking margin."""
    count(losing, "hedger")
    counted = losing.house.functions.counted_gain(losing.ids["hedger"]).call()
    assert counted == 25_000 * WAD


def test_cash_owed_is_set_off(market: Market) -> None:
    """Who owes 1,000 of cash and has gained 1,900 is owed 900."""
    market.deposit("client", 100_000, asset=1)
    calm(market, 4_900)
    market.trade("maker", "client", 10 * WAD, 4_900 * WAD)
    market.trade("maker", "client", WAD, 4_900 * WAD)
    calm(market, 8_000)
    uncovered(market)
    assert market.cash("client") == -1_000 * WAD
    count(market, "client")
    assert market.house.functions.counted_gain(market.ids["client"]).call() == 900 * WAD


def test_a_loser_counts_nothing(losing: Market) -> None:
    count(losing, "client")
    assert losing.house.functions.counted_gain(losing.ids["client"]).call() == 0


def test_not_counting(market: Market, reverts: Any) -> None:
    with reverts("house: not counting"):
        count(market, "maker")


def test_counting_is_over(losing: Market, reverts: Any) -> None:
    after_counting(losing)
    with reverts("house: not counting"):
        count(losing, "maker")


def test_already_counted(losing: Market, reverts: Any) -> None:
    count(losing, "bear")
    losing.price(BTC, 2_900 * WAD)
    with reverts("house: already counted"):
        count(losing, "bear")


def test_unknown_account(losing: Market, reverts: Any) -> None:
    with reverts("house: unknown account"):
        losing.do(losing.house.functions.count_gain(999), losing.actors("keeper"))
