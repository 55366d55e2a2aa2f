"""`scale_gain`: counted gains pay for what no layer covered, pro rata."""

from __future__ import annotations

from typing import Any

import pytest

from tests.support.distress import calm, check_money, events
from tests.support.market import Market
from tests.support.orders import WAD

from .gains import after_counting, count, scale, uncovered


@pytest.fixture
def losing(market: Market) -> Market:
    """100,000 uncovered; gains of 50,000, 25,000 and 600,000 are counted."""
    uncovered(market)
    for name in ("bear", "hedger", "maker"):
        count(market, name)
    return market


def test_default_behavior(losing: Market, logs: Any) -> None:
    after_counting(losing)
    before = {name: losing.cash(name) for name in ("bear", "hedger", "maker")}
    (event,) = events(losing, logs, scale(losing, "bear"), "GainScaled")
    # 100,000 * 50,000 / 675,000, rounded up.
    share = -(-100_000 * WAD * 50_000 // 675_000)
    assert event["amount"] == share
    assert event["cash"] == before["bear"] - share
    for name in ("maker", "hedger"):
        scale(losing, name)
    assert losing.house.functions.uncovered().call() == 0
    paid = {name: before[name] - losing.cash(name) for name in before}
    assert sum(paid.values()) == 100_000 * WAD
    assert abs(paid["maker"] - 12 * paid["bear"]) < 100
    assert abs(paid["bear"] - 2 * paid["hedger"]) < 100
    check_money(losing)
    calm(losing, 3_000)
    losing.trade("maker", "bear", WAD, 3_000 * WAD)


def test_never_more_than_the_gain(market: Market) -> None:
    uncovered(market)
    count(market, "hedger")
    after_counting(market)
    before = market.cash("hedger")
    scale(market, "hedger")
    assert before - market.cash("hedger") == 25_000 * WAD
    assert market.house.functions.uncovered().call() == 75_000 * WAD
    check_money(market)


def test_no_withdrawal_before_scaling(losing: Market, reverts: Any) -> None:
    after_counting(losing)
    with reverts("house: gain not scaled"):
        losing.withdraw("bear", 1)
    scale(losing, "bear")
    losing.withdraw("bear", 1)


def test_what_was_covered_meanwhile(losing: Market) -> None:
    losing.mint(losing.token, "payer", 55_000, losing.house.address)
    covering = losing.house.functions.cover_loss(55_000 * 10**6)
    losing.do(covering, losing.actors("payer"))
    after_counting(losing)
    before = losing.cash("bear")
    scale(losing, "bear")
    assert before - losing.cash("bear") == -(-45_000 * WAD * 50_000 // 675_000)


def test_still_counting(losing: Market, reverts: Any) -> None:
    with reverts("house: still counting"):
        scale(losing, "bear")


def test_no_counted_gain(losing: Market, reverts: Any) -> None:
    after_counting(losing)
    with reverts("house: no counted gain"):
        scale(losing, "liquidator")
    scale(losing, "bear")
    with reverts("house: no counted gain"):
        scale(losing, "bear")
