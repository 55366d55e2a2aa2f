"""`end_call`: anyone ends a margin call that has been met."""

from __future__ import annotations

from typing import Any

import pytest

from tests.support.distress import DEFICIT, SHORT, events
from tests.support.market import BTC, Market
from tests.support.orders import WAD


def end_call(market: Market, name: str = "client") -> Any:
    """Ends a call, as a stranger."""
    ending = market.close_out.functions.end_call(market.house.address, market.ids[name])
    return market.do(ending, market.actors("keeper"))


@pytest.fixture
def called(market: Market) -> Market:
    """The client is short and called."""
    market.price(BTC, SHORT * WAD)
    market.call_margin("client")
    return market


def test_default_behavior(called: Market, logs: Any) -> None:
    called.deposit("client", 3_100)
    receipt = end_call(called)
    (event,) = events(called, logs, receipt, "MarginCallEnded")
    assert event == {
        "account": called.ids["client"],
        "member": called.member,
        "equity": 23_100 * WAD,
        "initial_margin": 23_100 * WAD,
    }
    assert called.statement("client")[3] & 4 == 0
    assert called.statement("client")[5] == 0
    called.deposit("client", 1)
    called.withdraw("client", 1)


def test_not_called(market: Market, reverts: Any) -> None:
    with reverts("close-out: not called"):
        end_call(market)


def test_call_not_met(called: Market, reverts: Any) -> None:
    called.deposit("client", 3_099)
    with reverts("close-out: call not met"):
        end_call(called)


def test_cash_owed(called: Market, reverts: Any) -> None:
    called.deposit("client", 100_000, asset=1)
    called.price(BTC, DEFICIT * WAD)
    called.trade("maker", "client", 10 * WAD, DEFICIT * WAD)
    with reverts("close-out: call not met"):
        end_call(called)
    called.deposit("client", 1_000)
    end_call(called)


def test_stale_price(called: Market, set_time: Any, now: Any, reverts: Any) -> None:
    called.deposit("client", 50_000)
    set_time(now() + 36_000)
    with reverts("close-out: stale price"):
        end_call(called)
