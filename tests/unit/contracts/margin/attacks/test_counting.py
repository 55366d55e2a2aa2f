"""Winners who would rather not share an uncovered loss, and the order of acts."""

from __future__ import annotations

from typing import Any

import pytest

from tests.support.distress import check_money, eight_o_clock
from tests.support.market import BTC, TOKEN_FEED, Market
from tests.support.orders import WAD

HOUR = 3_600


def act(market: Market, name: str, account: str) -> Any:
    """A stranger calls a function of the house for a named account."""
    call = getattr(market.house.functions, name)(market.ids[account])
    return market.do(call, market.actors("keeper"))


def deficit(market: Market, name: str, size: int = 100) -> None:
    """A named party with 3,000 a BTC loses 5,000 on each, and is closed out; at 3,000 after."""
    market.price(BTC, 8_000 * WAD)
    market.price(BTC, 8_000 * WAD)
    market.join(name, cash=3_000 * size)
    market.trade(name, "maker", size * WAD, 8_000 * WAD)
    market.price(BTC, 3_000 * WAD)
    market.liquidate(name, "liquidator", size * WAD)


@pytest.fixture
def counting(market: Market) -> Market:
    """100,000 uncovered; bear has gained 50,000, maker more; client and retail may be taken."""
    market.join("bear", cash=100_000)
    market.trade("liquidator", "bear", 10 * WAD, 8_000 * WAD)
    deficit(market, "big client")
    act(market, "allocate_loss", "big client")
    return market


def test_gain_turned_into_cash_by_taking_over(counting: Market, reverts: Any) -> None:
    """A short winner that takes over a long position would realise its gain, uncounted."""
    act(counting, "count_gain", "client")
    with reverts("close-out: gain not counted"):
        counting.liquidate("client", "bear", 10 * WAD)
    act(counting, "count_gain", "bear")
    counting.liquidate("client", "bear", 10 * WAD)
    assert counting.position("bear").size == 0
    assert counting.house.functions.counted_gain(counting.ids["bear"]).call() == 50_000 * WAD


def test_gain_turned_into_cash_by_being_taken_over(counting: Market, reverts: Any) -> None:
    with reverts("close-out: gain not counted"):
        counting.liquidate("client", "liquidator", WAD)
    act(counting, "count_gain", "client")
    with reverts("close-out: gain not counted"):
        counting.liquidate("client", "liquidator", WAD)
    act(counting, "count_gain", "liquidator")
    counting.liquidate("client", "liquidator", WAD)


def test_gain_turned_into_cash_by_compulsory_close(counting: Market, reverts: Any) -> None:
    act(counting, "count_gain", "client")
    closing = counting.close_out.functions.compulsory_close(
        counting.house.address,
        counting.ids["client"],
        counting.perpetual,
        WAD,
        counting.ids["bear"],
    )
    with reverts("close-out: gain not counted"):
        counting.do(closing, counting.actors("bear"))


def test_gain_turned_into_cash_by_settlement(market: Market, reverts: Any) -> None:
    """A settled future pays nobody before the gain is counted."""
    expiry = eight_o_clock(market, 0)
    future = market.list_instrument(BTC, expiry)
    market.join("bear", cash=100_000)
    market.trade("liquidator", "bear", 10 * WAD, 8_000 * WAD, future)
    for minute in range(30):
        time = expiry - 1_800 + 60 * minute
        market.set_time(time + 1)
        market.push(BTC, 3_000 * WAD, time)
        observing = market.board.functions.observe(BTC, expiry)
        market.do(observing, market.actors("keeper"))
    market.set_time(expiry + 3_600)
    market.price(TOKEN_FEED, WAD)
    market.do(market.house.functions.settle_instrument(future), market.actors("keeper"))
    deficit(market, "big client")
    act(market, "allocate_loss", "big client")
    settling = market.house.functions.settle_position(market.ids["bear"], future)
    with reverts("house: gain not counted"):
        market.do(settling, market.actors("bear"))
    act(market, "count_gain", "bear")
    assert market.house.functions.counted_gain(market.ids["bear"]).call() == 50_000 * WAD
    market.do(settling, market.actors("bear"))
    act(market, "count_gain", "liquidator")
    other = market.house.functions.settle_position(market.ids["liquidator"], future)
    market.do(other, market.actors("keeper"))
    check_money(market)


def test_withdrawal_waits(counting: Market, reverts: Any) -> None:
    with reverts("house: loss being allocated"):
        counting.withdraw("bear", 1)
    act(counting, "count_gain", "bear")
    counting.set_time(counting.house.functions.counting_deadline().call() + 1)
    counting.price(BTC, 3_000 * WAD)
    with reverts("house: gain not scaled"):
        counting.withdraw("bear", 1)
    act(counting, "scale_gain", "bear")
    counting.withdraw("bear", 1)
    check_money(counting)


def test_stale_price_spares_nobody(market: Market, set_time: Any, now: Any) -> None:
    """A feed that stops in the crash must not let its winners off."""
    market.join("bear", cash=100_000)
    market.trade("liquidator", "bear", 10 * WAD, 8_000 * WAD)
    deficit(market, "big client")
    set_time(now() + 9 * HOUR - 600)
    act(market, "allocate_loss", "big client")
    set_time(now() + 1_800)
    assert market.margin("bear")["flags"] & 1
    act(market, "count_gain", "bear")
    assert market.house.functions.counted_gain(market.ids["bear"]).call() == 50_000 * WAD


def test_second_loss_waits_for_the_scaling_of_the_first(market: Market, reverts: Any) -> None:
    """Else the order of scaling would decide who bears which loss."""
    market.join("bear", cash=100_000)
    market.trade("liquidator", "bear", 10 * WAD, 8_000 * WAD)
    deficit(market, "big client")
    deficit(market, "second client", 10)
    act(market, "allocate_loss", "big client")
    for name in ("bear", "maker"):
        act(market, "count_gain", name)
    market.set_time(market.house.functions.counting_deadline().call() + 1)
    with reverts("house: gain not scaled"):
        act(market, "allocate_loss", "second client")
    act(market, "scale_gain", "bear")
    with reverts("house: gain not scaled"):
        act(market, "allocate_loss", "second client")
    act(market, "scale_gain", "maker")
    assert market.house.functions.uncovered().call() == 0
    act(market, "allocate_loss", "second client")
    assert market.house.functions.uncovered().call() == 20_000 * WAD
    assert market.house.functions.episode().call() == 2
    check_money(market)


def test_losses_of_one_counting_are_one(market: Market) -> None:
    market.join("bear", cash=100_000)
    market.trade("liquidator", "bear", 10 * WAD, 8_000 * WAD)
    deficit(market, "big client")
    deficit(market, "second client", 10)
    act(market, "allocate_loss", "big client")
    act(market, "count_gain", "bear")
    act(market, "allocate_loss", "second client")
    act(market, "count_gain", "maker")
    assert market.house.functions.episode().call() == 1
    market.set_time(market.house.functions.counting_deadline().call() + 1)
    gains = market.house.functions.episode_gains(1).call()
    loss = 120_000 * WAD
    before = market.cash("bear")
    act(market, "scale_gain", "bear")
    assert before - market.cash("bear") == -(-loss * 50_000 * WAD // gains)
    act(market, "scale_gain", "maker")
    assert market.house.functions.uncovered().call() == 0
    check_money(market)


def test_order_of_scaling_does_not_matter(market: Market, snapshot: Any) -> None:
    market.join("bear", cash=100_000)
    market.trade("liquidator", "bear", 10 * WAD, 8_000 * WAD)
    deficit(market, "big client")
    act(market, "allocate_loss", "big client")
    for name in ("bear", "maker"):
        act(market, "count_gain", name)
    market.set_time(market.house.functions.counting_deadline().call() + 1)
    ends = []
    for order in (("bear", "maker"), ("maker", "bear")):
        with snapshot():
            for name in order:
                act(market, "scale_gain", name)
            ends.append((market.cash("bear"), market.cash("maker")))
    assert all(abs(one - other) <= 1 for one, other in zip(*ends, strict=True))
