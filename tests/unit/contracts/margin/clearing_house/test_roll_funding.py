"""`roll_funding`, and funding as trades feel it: weight, clamp, window, sign, conservation."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest

from tests.support.clearing import HOUR, Clearing, floor_value
from tests.support.orders import WAD

MARK = 8000 * WAD
PERIOD = 8 * HOUR


def roll(clearing: Clearing, instrument: int | None = None) -> Any:
    """Sends `roll_funding` as anyone."""
    market = clearing.market
    number = market.perpetual if instrument is None else instrument
    return market.do(market.house.functions.roll_funding(number), market.actors("keeper"))


def window_over(clearing: Clearing, seconds: int = HOUR) -> None:
    """Goes to so many seconds after the window's start, with fresh prices."""
    clearing.market.set_time(clearing.funding()[0] + seconds - 1)
    clearing.market.push(1, MARK, clearing.funding()[0] + seconds - 1)
    clearing.market.set_time(clearing.funding()[0] + seconds)


def test_default_behavior(clearing: Clearing, logs: Any) -> None:
    """2 at 8,008 and 1 at 8,004: premiums 0.0010 and 0.0005, weights 16,016 and 8,004."""
    market = clearing.market
    start = clearing.funding()[0]
    market.trade("buyer", "seller", 2 * WAD, 8008 * WAD)
    market.trade("buyer", "seller", WAD, 8004 * WAD)
    total = 16_016 * 100_000 + 8_004 * 50_000
    assert clearing.lanes()[2:] == (total, 24_020)
    window_over(clearing)
    receipt = roll(clearing)
    premium = total // 24_020
    rate = 8000 * WAD * premium // (10**8 * PERIOD)
    assert clearing.funding() == (start + HOUR, 0, rate)
    assert clearing.lanes()[2:] == (0, 0)
    event = logs(receipt, market.house)[0]
    assert event["event"] == "FundingRolled"
    assert dict(event["args"]) == {
        "instrument": market.perpetual,
        "feed": 1,
        "funding_index": 0,
        "funding_rate": rate,
        "index": MARK,
        "premium": premium,
        "weight": 24_020,
    }
    # Longs pay by the second, shorts receive the same.
    market.set_time(start + HOUR + 1000)
    owed = rate * 1000
    assert market.margin("buyer")["equity"] == (
        100_000 * WAD + floor_value(3 * WAD, MARK - owed, -24_020 * WAD)
    )
    assert market.margin("seller")["equity"] == (
        100_000 * WAD + floor_value(-3 * WAD, MARK - owed, 24_020 * WAD)
    )
    # A rate lives for one window: nobody rolls, and it stops.
    market.set_time(start + HOUR + 5 * HOUR)
    assert market.margin("buyer")["equity"] == (
        100_000 * WAD + floor_value(3 * WAD, MARK - rate * HOUR, -24_020 * WAD)
    )


@pytest.mark.parametrize(("price", "sign"), [(8400, 1), (7600, -1)])
def test_clamp(clearing: Clearing, price: int, sign: int) -> None:
    clearing.market.trade("buyer", "seller", WAD, price * WAD)
    window_over(clearing)
    roll(clearing)
    # Half a percent in eight hours.
    assert clearing.funding()[2] == sign * (40 * WAD // PERIOD)


def test_large_trade_weighs_no_more_than_the_cap(clearing: Clearing) -> None:
    market = clearing.market
    market.join("giant", cash=10**7)
    market.join("whale", cash=10**7)
    market.trade("giant", "whale", 1000 * WAD, 8010 * WAD)
    assert clearing.lanes()[2:] == (100_000 * 125_000, 100_000)


def test_trade_rolls_by_itself_and_counts_in_the_new_window(clearing: Clearing) -> None:
    market = clearing.market
    market.trade("buyer", "seller", WAD, 8008 * WAD)
    window_over(clearing, 2 * HOUR)
    time = clearing.funding()[0] + 2 * HOUR
    market.trade("buyer", "seller", WAD, 8016 * WAD)
    rate = 8 * WAD // PERIOD
    assert clearing.funding() == (time, 0, rate)
    assert clearing.lanes()[2:] == (8_016 * 200_000, 8_016)
    # The fill itself is at the index of its moment, when nothing has accrued yet.
    assert clearing.state("buyer")[1] == -16_024 * WAD


@pytest.mark.parametrize("sign", [1, -1])
def test_a_rate_beyond_its_lane_is_cut(clearing: Clearing, sign: int) -> None:
    """Half a percent of 60 million in eight hours is 10.4 a second; the lane ends at 9.2."""
    market, price = clearing.market, 60_000_000 * WAD
    feed = clearing.underlier(0, price, 10**26)
    number = market.list_instrument(feed)
    for name in ("buyer", "seller"):
        market.deposit(name, 10_000_000)
    market.price(feed, price)
    market.trade("buyer", "seller", WAD // 1000, price + sign * price // 100, number)
    start = clearing.funding(number)[0]
    market.set_time(start + HOUR)
    # A trade rolls by itself, and nothing stops it.
    market.trade("buyer", "seller", WAD // 1000, price, number)
    assert clearing.funding(number) == (start + HOUR, 0, sign * (2**63 - 1))


def test_window_without_trades_sets_a_rate_of_zero(clearing: Clearing) -> None:
    clearing.market.trade("buyer", "seller", WAD, 8008 * WAD)
    window_over(clearing)
    roll(clearing)
    rate = clearing.funding()[2]
    window_over(clearing, 3 * HOUR)
    roll(clearing)
    # What accrued is one window's, not two.
    assert clearing.funding()[1:] == (rate * HOUR, 0)


def test_funding_is_paid_from_one_side_to_the_other(clearing: Clearing) -> None:
    market = clearing.market
    market.trade("buyer", "seller", 3 * WAD, 8008 * WAD)
    window_over(clearing)
    roll(clearing)
    window_over(clearing)
    roll(clearing)
    paid = 3 * clearing.funding()[1]
    assert paid == 3 * (8 * WAD // PERIOD) * HOUR
    market.trade("seller", "buyer", 3 * WAD, MARK)
    assert clearing.state("buyer") == (0, 0, (100_000 - 24) * WAD - paid)
    assert clearing.state("seller") == (0, 0, (100_000 + 24) * WAD + paid)


def test_newcomer_pays_no_funding_of_the_past(clearing: Clearing) -> None:
    market = clearing.market
    market.trade("buyer", "seller", WAD, 8400 * WAD)
    window_over(clearing)
    roll(clearing)
    window_over(clearing)
    roll(clearing)
    market.trade("third", "seller", WAD, MARK)
    # Its quote is as if the index had always been zero.
    assert clearing.state("third")[1] == -(MARK - clearing.funding()[1])
    assert market.margin("third")["equity"] == 100_000 * WAD


def test_instrument_not_open(clearing: Clearing, reverts: Any) -> None:
    with reverts("house: instrument not open"):
        roll(clearing, 99)


def test_window_not_over(clearing: Clearing, reverts: Any) -> None:
    clearing.market.set_time(clearing.funding()[0] + HOUR - 1)
    with reverts("house: window not over"):
        roll(clearing)


def test_dated_future_has_no_funding(
    clearing: Clearing, reverts: Any, now: Callable[[], int]
) -> None:
    dated = clearing.market.list_instrument(1, (now() // 86_400 + 30) * 86_400 + 8 * HOUR)
    clearing.market.set_time(now() + 2 * HOUR)
    with reverts("house: window not over"):
        roll(clearing, dated)


def test_stale_price(clearing: Clearing, reverts: Any, now: Callable[[], int]) -> None:
    clearing.market.set_time(now() + 10 * HOUR)
    with reverts("house: stale price"):
        roll(clearing)
