"""Whoever takes a position over holds its margin after, whatever the position was to it."""

from __future__ import annotations

from typing import Any

import pytest

from tests.support.distress import check_money, eight_o_clock
from tests.support.market import BTC, Market
from tests.support.orders import WAD

LOT = 10**15


@pytest.fixture
def hedger(market: Market) -> Market:
    """A whale, long 40 BTC and worth less than nothing, and somebody short 40 by the perpetual
    and long 40 by a future, who has little more than the 63,600 that the schedule asks for."""
    future = market.list_instrument(BTC, eight_o_clock(market, 90))
    market.join("whale", cash=105_700)
    market.trade("whale", "maker", 40 * WAD, 8_000 * WAD)
    market.price(BTC, 5_301 * WAD)
    market.price(BTC, 5_300 * WAD)
    market.join("hedger", cash=63_700)
    for _ in range(2):
        market.trade("maker", "hedger", 20 * WAD, 5_300 * WAD)
        market.trade("hedger", "maker", 20 * WAD, 5_300 * WAD, future)
    return market


@pytest.mark.parametrize("many", [False, True])
def test_a_taker_cannot_drop_its_hedge(hedger: Market, reverts: Any, many: bool) -> None:
    """Taking the whale's long closes the hedger's short and leaves 40 naked, for which it would
    need 3,300 bps of 212,000, more than it has."""
    before = hedger.margin("hedger")
    assert before == {"equity": 63_700 * WAD, "requirement": 63_600 * WAD, "flags": 0}
    with reverts("house: below initial margin"):
        if many:
            call = hedger.liquidating("whale", "hedger", [(hedger.perpetual, 40 * WAD)])
            hedger.do(call, hedger.actors("hedger"))
        else:
            hedger.liquidate("whale", "hedger", 40 * WAD)
    check_money(hedger)


def test_a_called_taker_earns_no_penalty(hedger: Market, reverts: Any) -> None:
    """Not even by closing a position of its own."""
    hedger.join("called", cash=19_000)
    hedger.trade("maker", "called", 10 * WAD, 5_300 * WAD)
    hedger.price(BTC, 5_500 * WAD)
    hedger.call_margin("called")
    hedger.price(BTC, 5_300 * WAD)
    with reverts("house: called or indebted"):
        hedger.liquidate("whale", "called", 5 * WAD)


def test_a_taker_with_margin_may_close_its_own(hedger: Market) -> None:
    """The maker is short against the client; taking the client's long closes that."""
    before = hedger.position("maker").size
    hedger.liquidate("client", "maker", WAD)
    assert hedger.position("maker").size == before + WAD
    check_money(hedger)
