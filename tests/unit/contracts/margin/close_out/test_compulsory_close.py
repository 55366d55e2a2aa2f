"""`compulsory_close`: a position that nobody takes is closed against an opposite one, at mark."""

from __future__ import annotations

from typing import Any

import pytest

from tests.support.distress import (
    CLOSE_OUT_LEVEL,
    DEFICIT,
    LOT,
    check_money,
    eight_o_clock,
    events,
)
from tests.support.market import BTC, PROFESSIONAL, Market
from tests.support.orders import WAD


def close(market: Market, size: int, counterparty: str = "maker", name: str = "client") -> Any:
    """A stranger closes a named party against another."""
    closing = market.close_out.functions.compulsory_close(
        market.house.address,
        market.ids[name],
        market.perpetual,
        size,
        market.ids[counterparty],
    )
    return market.do(closing, market.actors("keeper"))


@pytest.fixture
def worthless(market: Market) -> Market:
    """The client is worth less than nothing."""
    market.price(BTC, DEFICIT * WAD)
    return market


def test_default_behavior(worthless: Market, logs: Any) -> None:
    before = worthless.margin("maker")["equity"]
    receipt = close(worthless, 10 * WAD)
    (event,) = events(worthless, logs, receipt, "PositionLiquidated")
    assert (event["mode"], event["penalty"], event["mark"]) == (4, 0, DEFICIT * WAD)
    assert event["taker"] == worthless.ids["maker"]
    assert worthless.position("client").size == 0
    assert worthless.position("maker").size == -10 * WAD
    # The house, not the counterparty, has the deficit.
    assert worthless.margin("maker")["equity"] == before
    assert worthless.cash("client") == -1_000 * WAD
    check_money(worthless)


def test_waits_for_liquidators(market: Market, set_time: Any, reverts: Any) -> None:
    market.price(BTC, CLOSE_OUT_LEVEL * WAD)
    with reverts("close-out: liquidators first"):
        close(market, WAD)
    market.call_margin("client")
    set_time(market.statement("client")[5] - 3_600 + 599)
    with reverts("close-out: liquidators first"):
        close(market, WAD)
    set_time(market.statement("client")[5] - 3_600 + 600)
    close(market, WAD)
    assert market.margin("client")["equity"] == 4_945 * WAD


def test_backstop_left(worthless: Market, reverts: Any) -> None:
    worthless.join("first", PROFESSIONAL, "DE", member=True, cash=500_000)
    committing = worthless.house.functions.commit_backstop
    first = worthless.actors("first")
    worthless.do(committing(worthless.ids["first"], 5 * WAD), first)
    with reverts("close-out: backstop left"):
        close(worthless, WAD)
    # Less than one lot, worth 4.9, is as good as nothing.
    worthless.do(committing(worthless.ids["first"], 5 * WAD - WAD // 5), first)
    close(worthless, WAD)


def test_no_position(worthless: Market, reverts: Any) -> None:
    for counterparty in ("liquidator", "member"):
        with reverts("close-out: no position"):
            close(worthless, WAD, counterparty)


def test_not_opposite(worthless: Market, reverts: Any) -> None:
    with reverts("close-out: not opposite"):
        close(worthless, WAD, "retail client")


def test_own_account(worthless: Market, reverts: Any) -> None:
    with reverts("close-out: not opposite"):
        close(worthless, WAD, "client")


def test_size_too_large(worthless: Market, reverts: Any) -> None:
    worthless.price(BTC, DEFICIT * WAD)
    worthless.trade("maker", "liquidator", 19 * WAD, DEFICIT * WAD)
    worthless.trade("maker", "liquidator", WAD // 2, DEFICIT * WAD)
    assert worthless.position("maker").size == -WAD // 2
    with reverts("close-out: size too large"):
        close(worthless, WAD)
    close(worthless, WAD // 2)
    with reverts("close-out: size too large"):
        close(worthless, 10 * WAD, "liquidator")


def test_not_liquidatable(market: Market, reverts: Any) -> None:
    with reverts("close-out: not liquidatable"):
        close(market, WAD)


def test_stale_price(worthless: Market, set_time: Any, now: Any, reverts: Any) -> None:
    set_time(now() + 36_000)
    with reverts("close-out: stale price"):
        close(worthless, LOT)


def test_counterparty_hurt(market: Market, reverts: Any) -> None:
    future = market.list_instrument(BTC, eight_o_clock(market, 90))
    market.join("hedger", cash=3_000)
    market.trade("liquidator", "hedger", WAD, 8_000 * WAD)
    market.trade("hedger", "liquidator", WAD, 8_000 * WAD, future)
    market.price(BTC, 8_300 * WAD)
    market.withdraw("hedger", 1_600)
    market.price(BTC, DEFICIT * WAD)
    # The hedge asks 588 and 1,400 is there; the long leg alone would ask 1,617.
    with reverts("close-out: counterparty hurt"):
        close(market, WAD, "hedger")
    market.deposit("hedger", 300)
    close(market, WAD, "hedger")
