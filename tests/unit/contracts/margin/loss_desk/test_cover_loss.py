"""`cover_loss`: a gift that lets opening resume."""

from __future__ import annotations

from typing import Any

import pytest

from tests.support.distress import check_money, events
from tests.support.market import BTC, TOKEN, Market
from tests.support.orders import WAD

from .gains import after_counting, uncovered


@pytest.fixture
def losing(market: Market) -> Market:
    """100,000 uncovered."""
    return uncovered(market)


def cover(market: Market, amount: int) -> Any:
    """A sponsor pays, amount in token units."""
    market.mint(market.token, "sponsor", amount // TOKEN + 1, market.house.address)
    return market.do(market.house.functions.cover_loss(amount), market.actors("sponsor"))


def test_default_behavior(losing: Market, logs: Any, reverts: Any) -> None:
    (event,) = events(losing, logs, cover(losing, 40_000 * TOKEN), "LossCovered")
    assert event == {
        "episode": 1,
        "payer": losing.actors("sponsor").address,
        "amount": 40_000 * WAD,
        "uncovered": 60_000 * WAD,
    }
    check_money(losing)
    after_counting(losing)
    losing.price(BTC, 3_000 * WAD)
    with reverts("house: loss uncovered"):
        losing.trade("liquidator", "maker", WAD, 3_000 * WAD)
    cover(losing, 60_000 * TOKEN)
    losing.trade("liquidator", "maker", WAD, 3_000 * WAD)
    check_money(losing)


def test_bad_amount(losing: Market, reverts: Any) -> None:
    for amount in (0, 100_000 * TOKEN + 1):
        with reverts("house: bad amount"):
            cover(losing, amount)


def test_nothing_to_cover(market: Market, reverts: Any) -> None:
    with reverts("house: bad amount"):
        cover(market, 1)


def test_payer_without_tokens(losing: Market, reverts: Any) -> None:
    with reverts(None):
        losing.do(losing.house.functions.cover_loss(TOKEN), losing.actors("pauper"))
