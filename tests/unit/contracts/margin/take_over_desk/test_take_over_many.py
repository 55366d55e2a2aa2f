"""`take_over_many`, as the house itself refuses; what it does is tested with `liquidate_many`.

Asked as if the close-out contract called; what it does is thrown away. The two longs hold 5 BTC
and 100 ETH at 6,000 and 100.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest
from web3 import Web3

from keelmark.chain.pyevm import Backend
from tests.support.clearing import Clearing
from tests.support.distress import LOT, eight_o_clock
from tests.support.market import BTC, ETH, TOKEN_FEED, Market
from tests.support.orders import WAD
from tests.support.several import ANY, fall, hedged, outlive, two_longs
from tests.unit.contracts.margin.loss_desk.gains import count, uncovered

HOUR = 3_600
Take = tuple[int, int, int]


@pytest.fixture
def ether(market: Market) -> int:
    """The two longs below the close-out level; the number of the perpetual on ETH."""
    number = two_longs(market)
    fall(market)
    return number


def ask(
    market: Market,
    takes: list[Take],
    name: str = "two longs",
    taker: str = "liquidator",
    sender: str = "",
) -> None:
    """The take-over, with the account's margin as it is; nothing is kept."""
    state = market.margin(name)
    market.house.functions.take_over_many(
        market.ids[name], market.ids[taker], takes, state["equity"], state["requirement"]
    ).call({"from": Web3.to_checksum_address(sender or market.close_out.address)})


def test_default_behavior(market: Market, ether: int) -> None:
    ask(market, [(market.perpetual, 2 * WAD, ANY), (ether, 50 * WAD, ANY)])


def test_not_the_close_out(market: Market, ether: int, reverts: Any) -> None:
    for caller in (market.operator, market.matcher.address, market.actors("liquidator")):
        with reverts("house: not the close-out"):
            ask(market, [(market.perpetual, WAD, ANY)], sender=caller)


def test_at_its_own_address(market: Market, ether: int, reverts: Any) -> None:
    """The desk's own book is empty."""
    taking = market.takers_desk.functions.take_over_many(
        market.ids["two longs"], market.ids["liquidator"], [(market.perpetual, WAD, ANY)], 0, 0
    )
    with reverts("house: instrument not open"):
        taking.call({"from": market.close_out.address})


def test_same_account(market: Market, ether: int, reverts: Any) -> None:
    with reverts("house: same account"):
        ask(market, [(market.perpetual, WAD, ANY)], taker="two longs")


def test_nothing_taken(market: Market, ether: int, reverts: Any) -> None:
    with reverts("house: nothing taken"):
        ask(market, [])


def test_size_too_large(market: Market, ether: int, reverts: Any) -> None:
    """Nothing, more than is held in either leg, or what is not held at all."""
    unheld = market.list_instrument(ETH)
    for take in (
        (market.perpetual, 0, ANY),
        (market.perpetual, 5 * WAD + LOT, ANY),
        (ether, 100 * WAD + LOT, ANY),
        (unheld, LOT, 0),
    ):
        with reverts("house: size too large"):
            ask(market, [take])
        with reverts("house: size too large"):
            ask(market, [(market.perpetual, LOT, ANY), take])


def test_size_beyond_signed_words(market: Market, ether: int, reverts: Any) -> None:
    for size in (2**255, 2**256 - LOT, 2**256 - 1):
        with reverts("house: size too large"):
            ask(market, [(market.perpetual, size, ANY)])


def test_mark_above_the_limit(market: Market, ether: int, reverts: Any) -> None:
    takes = [(market.perpetual, WAD, 6_000 * WAD), (ether, WAD, 100 * WAD)]
    ask(market, takes)
    for place, (number, size, limit) in enumerate(takes):
        worse = list(takes)
        worse[place] = (number, size, limit - 1)
        with reverts("house: mark above the limit"):
            ask(market, worse)


def test_mark_below_the_limit(market: Market, reverts: Any) -> None:
    market.join("bear", cash=30_000)
    market.trade("liquidator", "bear", 10 * WAD, 8_000 * WAD)
    market.price(BTC, 9_600 * WAD)
    ask(market, [(market.perpetual, WAD, 9_600 * WAD)], "bear")
    with reverts("house: mark below the limit"):
        ask(market, [(market.perpetual, WAD, 9_600 * WAD + 1)], "bear")


def test_not_a_multiple_of_the_lot(market: Market, ether: int, reverts: Any) -> None:
    for number in (market.perpetual, ether):
        with reverts("house: not a multiple of the lot"):
            ask(market, [(number, LOT + 1, ANY)])


def test_stale_price(
    market: Market, ether: int, set_time: Any, now: Callable[[], int], reverts: Any
) -> None:
    set_time(now() + 10 * HOUR)
    market.price(TOKEN_FEED, WAD)
    market.price(BTC, 6_000 * WAD)
    ask(market, [(market.perpetual, WAD, ANY)])
    for takes in ([(ether, WAD, ANY)], [(market.perpetual, WAD, ANY), (ether, WAD, ANY)]):
        with reverts("house: stale price"):
            ask(market, takes)


def test_takers_other_price_stale(
    market: Market, set_time: Any, now: Callable[[], int], reverts: Any
) -> None:
    """What the taker holds besides must have a price, or its margin is not known."""
    ether = market.list_instrument(ETH)
    market.trade("liquidator", "maker", WAD, 200 * WAD, ether)
    set_time(now() + 10 * HOUR)
    market.price(TOKEN_FEED, WAD)
    market.price(BTC, 5_500 * WAD)
    with reverts("house: price stale or jumped"):
        ask(market, [(market.perpetual, WAD, ANY)], "client")
    market.price(ETH, 200 * WAD)
    ask(market, [(market.perpetual, WAD, ANY)], "client")


def test_shortfall_must_fall(market: Market, reverts: Any) -> None:
    """One leg of a hedge: what is left asks more."""
    long, short = hedged(market)
    for take in ((long, WAD, ANY), (short, WAD, 0)):
        with reverts("house: shortfall must fall"):
            ask(market, [take], "hedger")


def test_overshoots(market: Market, ether: int, reverts: Any) -> None:
    """One lot less of the last would have sufficed.

    With all ETH taken the loss is 10,000 and the penalty 1 % of 10,000; x BTC leave an equity of
    3,900 - 60 x against 1,980 * (5 - x), which meet at x = 6,000 / 1,920 = 3.125.
    """
    first = (ether, 100 * WAD, ANY)
    ask(market, [first, (market.perpetual, 3_125 * LOT, ANY)])
    with reverts("house: overshoots"):
        ask(market, [first, (market.perpetual, 3_127 * LOT, ANY)])
    with reverts("house: overshoots"):
        ask(market, [first, (market.perpetual, 5 * WAD, ANY)])


def test_one_lot_less_pays_less_penalty(market: Market, ether: int, reverts: Any) -> None:
    """With 99 ETH taken, 3,901 - 60 x meets 50 + 1,980 * (5 - x) at x = 6,049 / 1,920 = 3.1505."""
    first = (ether, 99 * WAD, ANY)
    ask(market, [first, (market.perpetual, 3_151 * LOT, ANY)])
    with reverts("house: overshoots"):
        ask(market, [first, (market.perpetual, 3_152 * LOT, ANY)])


def test_overshoots_by_the_first(market: Market, ether: int, reverts: Any) -> None:
    """Too much of the first is not excused by one lot of the last."""
    takes = [(market.perpetual, 4_500 * LOT, ANY), (ether, 90 * WAD, ANY), (ether, LOT, ANY)]
    with reverts("house: overshoots"):
        ask(market, takes)


def test_overshoots_with_a_short_last(market: Market, reverts: Any) -> None:
    long, short = hedged(market)
    with reverts("house: overshoots"):
        ask(market, [(long, 13 * WAD, ANY), (short, 9 * WAD, 0)], "hedger")


def test_two_shorts_stop_at_one_lot_beyond(market: Market, reverts: Any) -> None:
    """The lot that is given back to a short makes it larger, as one given back to a long does.

    Short 5 BTC at 8,000 and 100 ETH at 200, now 10,000 and 300. With all ETH taken, x BTC leave
    34,001 - 20,000 - 300 - 100 x against 3,300 * (5 - x): they meet at 2,799 / 3,200 = 0.8747.
    """
    ether = market.list_instrument(ETH)
    market.join("two shorts", cash=34_001)
    market.trade("maker", "two shorts", 5 * WAD, 8_000 * WAD)
    market.trade("maker", "two shorts", 100 * WAD, 200 * WAD, ether)
    market.price(BTC, 10_000 * WAD)
    market.price(ETH, 300 * WAD)
    assert market.margin("two shorts")["equity"] == 14_001 * WAD
    first = (ether, 100 * WAD, 0)
    ask(market, [first, (market.perpetual, 875 * LOT, 0)], "two shorts")
    with reverts("house: overshoots"):
        ask(market, [first, (market.perpetual, 876 * LOT, 0)], "two shorts")


def test_one_lot_may_go_beyond(market: Market) -> None:
    """The smallest step is allowed whatever it leaves: there is no smaller one."""
    number = market.list_instrument(BTC, lot_exp=18)
    market.join("one lot", cash=3_800)
    market.trade("one lot", "maker", WAD, 8_000 * WAD, number)
    # 3,800 - 2,500 against 3,300 bps of 5,500.
    market.price(BTC, 5_500 * WAD)
    assert market.margin("one lot")["equity"] == 1_300 * WAD
    ask(market, [(number, WAD, ANY)], "one lot")


def test_taker_below_initial_margin(market: Market, ether: int, reverts: Any) -> None:
    """3,300 bps of 6,000 and 5,000 bps of 1,000, less the penalty of 1 % of 7,000."""
    takes = [(market.perpetual, WAD, ANY), (ether, 10 * WAD, ANY)]
    market.join("poor liquidator", cash=2_409)
    with reverts("house: below initial margin"):
        ask(market, takes, taker="poor liquidator")
    market.deposit("poor liquidator", 1)
    ask(market, takes, taker="poor liquidator")


def test_called_taker(market: Market, reverts: Any) -> None:
    market.join("other", cash=30_000)
    market.trade("other", "maker", 10 * WAD, 8_000 * WAD)
    market.price(BTC, 5_500 * WAD)
    market.call_margin("other")
    market.deposit("other", 500_000)
    with reverts("house: called or indebted"):
        ask(market, [(market.perpetual, WAD, ANY)], "client", "other")


def test_indebted_taker(market: Market, ether: int, backend: Backend, reverts: Any) -> None:
    taker = market.ids["liquidator"]
    word = int(market.house.functions.accounts(taker).call())
    Clearing(market, backend).poke("book.accounts", word | 8 << 120, taker)
    with reverts("house: called or indebted"):
        ask(market, [(market.perpetual, WAD, ANY)])


@pytest.mark.parametrize(("first", "other"), [("client", "liquidator"), ("liquidator", "client")])
def test_gain_not_counted(market: Market, reverts: Any, first: str, other: str) -> None:
    """While gains are counted, neither side may turn one into cash before it is counted."""
    uncovered(market)
    takes = [(market.perpetual, WAD, ANY)]
    count(market, first)
    with reverts("house: gain not counted"):
        ask(market, takes, "client")
    count(market, other)
    ask(market, takes, "client")


def test_unknown_instrument(market: Market, ether: int, reverts: Any) -> None:
    with reverts("house: instrument not open"):
        ask(market, [(market.perpetual, WAD, ANY), (99, WAD, ANY)])


def test_expired_and_settled(market: Market, reverts: Any) -> None:
    """After its expiry a future is settled, never taken over."""
    expiry = eight_o_clock(market, 1)
    future = market.list_instrument(BTC, expiry)
    market.trade("client", "maker", WAD, 8_000 * WAD, future)
    market.price(BTC, 5_500 * WAD)
    outlive(market, expiry)
    market.push(TOKEN_FEED, WAD, expiry + 1)
    takes = [(market.perpetual, WAD, ANY), (future, WAD, ANY)]
    ask(market, takes[:1], "client")
    with reverts("house: instrument not open"):
        ask(market, takes, "client")
    settling = market.house.functions.settle_instrument(future)
    market.do(settling, market.actors("keeper"))
    with reverts("house: instrument not open"):
        ask(market, takes, "client")
    ask(market, takes[:1], "client")


def test_too_many_positions(market: Market, reverts: Any) -> None:
    """The taker has room for twenty."""
    market.join("other maker", cash=100_000)
    for _ in range(20):
        market.trade("liquidator", "other maker", LOT, 8_000 * WAD, market.list_instrument(BTC))
    market.price(BTC, 5_500 * WAD)
    with reverts("house: too many positions"):
        ask(market, [(market.perpetual, WAD, ANY)], "client")
