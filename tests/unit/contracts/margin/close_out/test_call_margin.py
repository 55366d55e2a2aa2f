"""`call_margin`: anyone issues a margin call to an account that is short or owes cash."""

from __future__ import annotations

from typing import Any

from tests.support.distress import DEFICIT, SHORT, events
from tests.support.market import BTC, Market
from tests.support.orders import WAD

HOUR = 3_600
CALLED = 4


def test_default_behavior(market: Market, logs: Any) -> None:
    market.price(BTC, SHORT * WAD)
    receipt = market.call_margin("client")
    time = market.w3.eth.get_block(receipt["blockNumber"])["timestamp"]
    (event,) = events(market, logs, receipt, "MarginCalled")
    # Equity 10 * 7,000 - 50,000; margin 3,300 bps of 70,000.
    assert event == {
        "account": market.ids["client"],
        "member": market.member,
        "equity": 20_000 * WAD,
        "initial_margin": 23_100 * WAD,
        "deadline": time + HOUR,
    }
    assert market.statement("client")[3] & CALLED
    assert market.statement("client")[5] == time + HOUR


def test_called_account_neither_opens_nor_withdraws(market: Market, reverts: Any) -> None:
    market.price(BTC, SHORT * WAD)
    market.call_margin("client")
    market.deposit("client", 500_000)
    with reverts("house: called or indebted"):
        market.withdraw("client", 1)
    with reverts("house: called or indebted"):
        market.trade("client", "maker", WAD, SHORT * WAD)
    market.trade("maker", "client", WAD, SHORT * WAD)


def test_retail_is_told_too(market: Market) -> None:
    market.price(BTC, SHORT * WAD)
    market.call_margin("retail client")
    assert market.statement("retail client")[3] & CALLED


def test_cash_owed(market: Market, reverts: Any) -> None:
    market.deposit("client", 100_000, asset=1)
    market.price(BTC, DEFICIT * WAD)
    with reverts("close-out: nothing to call"):
        market.call_margin("client")
    market.trade("maker", "client", 10 * WAD, DEFICIT * WAD)
    assert market.cash("client") == -1_000 * WAD
    market.call_margin("client")


def test_already_called(market: Market, reverts: Any) -> None:
    market.price(BTC, SHORT * WAD)
    market.call_margin("client")
    with reverts("close-out: already called"):
        market.call_margin("client")


def test_nothing_to_call(market: Market, reverts: Any) -> None:
    with reverts("close-out: nothing to call"):
        market.call_margin("client")


def test_stale_price(market: Market, set_time: Any, now: Any, reverts: Any) -> None:
    market.price(BTC, SHORT * WAD)
    set_time(now() + 10 * HOUR)
    with reverts("close-out: stale price"):
        market.call_margin("client")


def test_unknown_account(market: Market, reverts: Any) -> None:
    calling = market.close_out.functions.call_margin(market.house.address, 999)
    with reverts("house: unknown account"):
        market.do(calling, market.actors("keeper"))
