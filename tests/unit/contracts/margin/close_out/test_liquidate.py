"""`liquidate`: a liquidator takes over part of a position at mark."""

from __future__ import annotations

from typing import Any

import pytest

from tests.support.distress import CLOSE_OUT_LEVEL, DEFICIT, LOT, SHORT, check_money, events
from tests.support.market import BTC, ETH, RETAIL, TOKEN_FEED, Market
from tests.support.orders import WAD

HOUR = 3_600


@pytest.fixture
def low(market: Market) -> Market:
    """The client is below the close-out level."""
    market.price(BTC, CLOSE_OUT_LEVEL * WAD)
    return market


def test_default_behavior(low: Market, logs: Any) -> None:
    before = low.cash("liquidator")
    receipt = low.liquidate("client", "liquidator", 5 * WAD)
    (event,) = events(low, logs, receipt, "PositionLiquidated")
    # 5,000 of equity against 3,300 bps of 55,000; the penalty is 1 % of 27,500.
    assert event == {
        "account": low.ids["client"],
        "instrument": low.perpetual,
        "taker": low.ids["liquidator"],
        "mode": 2,
        "size": 5 * WAD,
        "mark": CLOSE_OUT_LEVEL * WAD,
        "penalty": 275 * WAD,
        "equity_before": 5_000 * WAD,
        "margin_before": 18_150 * WAD,
        "equity_after": 4_725 * WAD,
        "margin_after": 9_075 * WAD,
    }
    after = low.margin("client")
    assert (after["equity"], after["requirement"]) == (4_725 * WAD, 9_075 * WAD)
    assert low.position("client").size == 5 * WAD
    assert low.position("liquidator").size == 5 * WAD
    assert low.cash("liquidator") - before == 275 * WAD
    check_money(low)


def test_until_margin_is_met_and_no_further(low: Market, reverts: Any) -> None:
    # Equity 5,000 - 55 x meets 1,815 (10 - x) at x = 13,150 / 1,760 = 7.4716.
    with reverts("close-out: overshoots"):
        low.liquidate("client", "liquidator", 7_473 * LOT)
    low.liquidate("client", "liquidator", 7_472 * LOT)
    after = low.margin("client")
    assert 0 <= after["equity"] - after["requirement"] < 1_760 * WAD // 1_000
    assert low.statement("client")[3] & 4 == 0
    with reverts("close-out: not liquidatable"):
        low.liquidate("client", "liquidator", LOT)


def test_penalty_never_raises_the_shortfalls_share(low: Market) -> None:
    low.price(BTC, 5_020 * WAD)
    low.liquidate("client", "liquidator", WAD)
    # Equity 200 against 16,566: a tenth of it is 20, and one per cent of 5,020 is more.
    assert low.margin("client")["equity"] == 180 * WAD + 1


def test_no_penalty_without_equity(low: Market, logs: Any) -> None:
    low.price(BTC, DEFICIT * WAD)
    receipt = low.liquidate("client", "liquidator", 10 * WAD)
    (event,) = events(low, logs, receipt, "PositionLiquidated")
    assert event["penalty"] == 0
    assert low.cash("client") == -1_000 * WAD
    check_money(low)


def test_short_position(market: Market) -> None:
    market.join("bear", cash=30_000)
    market.trade("liquidator", "bear", 10 * WAD, 8_000 * WAD)
    market.price(BTC, 9_600 * WAD)
    market.liquidate("bear", "liquidator", 5 * WAD)
    assert market.position("bear").size == -5 * WAD
    assert market.position("liquidator").size == 5 * WAD
    check_money(market)


def test_unmet_call(market: Market, set_time: Any, now: Any, reverts: Any) -> None:
    market.price(BTC, SHORT * WAD)
    with reverts("close-out: not liquidatable"):
        market.liquidate("client", "liquidator", LOT)
    market.call_margin("client")
    deadline = market.statement("client")[5]
    set_time(deadline)
    with reverts("close-out: not liquidatable"):
        market.liquidate("client", "liquidator", LOT)
    set_time(deadline + 1)
    market.liquidate("client", "liquidator", LOT)


def test_retail_only_below_half(market: Market, set_time: Any, now: Any, reverts: Any) -> None:
    # At entry margin was 40,000; at 5,501 equity is 20,010, and half of the margin now 13,753.
    market.price(BTC, 5_501 * WAD)
    market.call_margin("retail client")
    set_time(now() + HOUR + 10)
    with reverts("close-out: not liquidatable"):
        market.liquidate("retail client", "liquidator", WAD)
    market.price(BTC, 5_499 * WAD)
    market.liquidate("retail client", "liquidator", WAD)
    # 36,000 is left of the margin at entry: one per cent of 5,499 went with the position.
    after = market.margin("retail client")
    assert after["requirement"] == 36_000 * WAD
    assert after["equity"] == (19_990 * 100 - 5_499) * WAD // 100


def test_mark_above_the_limit(low: Market, reverts: Any) -> None:
    taking = low.close_out.functions.liquidate(
        low.house.address,
        low.ids["client"],
        low.ids["liquidator"],
        low.perpetual,
        WAD,
        CLOSE_OUT_LEVEL * WAD - 1,
    )
    with reverts("close-out: mark above the limit"):
        low.do(taking, low.actors("liquidator"))


def test_mark_below_the_limit(market: Market, reverts: Any) -> None:
    market.join("bear", cash=30_000)
    market.trade("liquidator", "bear", 10 * WAD, 8_000 * WAD)
    market.price(BTC, 9_600 * WAD)
    taking = market.close_out.functions.liquidate(
        market.house.address,
        market.ids["bear"],
        market.ids["liquidator"],
        market.perpetual,
        WAD,
        9_600 * WAD + 1,
    )
    with reverts("close-out: mark below the limit"):
        market.do(taking, market.actors("liquidator"))


def test_own_account(low: Market, reverts: Any) -> None:
    with reverts("close-out: own account"):
        low.liquidate("client", "client", WAD)


def test_somebody_elses_account(low: Market, reverts: Any) -> None:
    taking = low.close_out.functions.liquidate(
        low.house.address,
        low.ids["client"],
        low.ids["maker"],
        low.perpetual,
        WAD,
        2**255,
    )
    with reverts("close-out: gate 9"):
        low.do(taking, low.actors("liquidator"))


def test_retail_taker(low: Market, reverts: Any) -> None:
    low.join("retail taker", RETAIL, "DE", cash=1_000_000)
    with reverts("close-out: retail taker"):
        low.liquidate("client", "retail taker", WAD)


def test_no_position(low: Market, reverts: Any) -> None:
    ether = low.list_instrument(ETH)
    with reverts("close-out: no position"):
        low.liquidate("client", "liquidator", WAD, ether)


def test_instrument_not_open(low: Market, reverts: Any) -> None:
    with reverts("house: instrument not open"):
        low.liquidate("client", "liquidator", WAD, 99)


def test_size_too_large(low: Market, reverts: Any) -> None:
    for size in (0, 10 * WAD + LOT):
        with reverts("close-out: size too large"):
            low.liquidate("client", "liquidator", size)


def test_not_a_multiple_of_the_lot(low: Market, reverts: Any) -> None:
    with reverts("house: not a multiple of the lot"):
        low.liquidate("client", "liquidator", LOT + 1)


def test_taker_below_margin(low: Market, reverts: Any) -> None:
    low.join("poor liquidator", cash=1_000)
    with reverts("house: below initial margin"):
        low.liquidate("client", "poor liquidator", WAD)


def test_called_taker(market: Market, reverts: Any) -> None:
    market.join("other", cash=30_000)
    market.trade("other", "maker", 10 * WAD, 8_000 * WAD)
    market.price(BTC, CLOSE_OUT_LEVEL * WAD)
    market.call_margin("other")
    market.deposit("other", 500_000)
    with reverts("house: called or indebted"):
        market.liquidate("client", "other", WAD)


def test_stale_price(low: Market, set_time: Any, now: Any, reverts: Any) -> None:
    set_time(now() + 10 * HOUR)
    with reverts("close-out: stale price"):
        low.liquidate("client", "liquidator", WAD)


def test_grace_period(low: Market, set_time: Any, now: Any, reverts: Any) -> None:
    set_time(now() + 10 * HOUR)
    low.price(TOKEN_FEED, WAD)
    low.price(BTC, CLOSE_OUT_LEVEL * WAD)
    recovered = now()
    with reverts("close-out: grace period"):
        low.liquidate("client", "liquidator", WAD)
    set_time(recovered + HOUR - 2)
    with reverts("close-out: grace period"):
        low.liquidate("client", "liquidator", WAD)
    set_time(recovered + HOUR + 2)
    low.liquidate("client", "liquidator", WAD)
