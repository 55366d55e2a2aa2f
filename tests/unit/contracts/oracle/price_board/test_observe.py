"""`observe` and `settlement_price`: thirty one-minute observations, twenty at least."""

from __future__ import annotations

from typing import Any

import pytest
from web3.contract import Contract

from .conftest import AGE, DAY, FEED, START, WAD, Board

EXPIRY = START + 28_800
OPENS = EXPIRY - 1_800


@pytest.fixture
def observe(board: Board, aggregators: list[Contract], send: Any, at: Any) -> Any:
    """``observe(time, dollars)``: a fresh answer, then the observation at that second."""

    def observed(time: int, dollars: int = 8000, expiry: int = EXPIRY) -> Any:
        at(time - 1)
        send(aggregators[0].functions.set_answer(dollars * 10**8, time - 1))
        at(time)
        return board.send("observe", FEED, expiry)

    return observed


def test_default_behavior(board: Board, observe: Any, logs: Any, at: Any, mine: Any) -> None:
    """A full window: its mean, rounded down, final from 08:00 on and not before."""
    prices = [8000 + minute * minute for minute in range(30)]
    for minute, price in enumerate(prices):
        receipt = observe(OPENS + 60 * minute + 2, price)
        events = logs(receipt, board.contract)
        assert [event.event for event in events] == ["PriceUpdated", "SettlementObserved"]
        assert dict(events[1].args) == {
            "feed": FEED,
            "expiry": EXPIRY,
            "minute": minute + 1,
            "price": price * WAD,
            "count": minute + 1,
            "sum": sum(prices[: minute + 1]) * WAD,
        }
        assert board.call("settlement_price", FEED, EXPIRY)[1] is False
    at(EXPIRY)
    mine()
    mean = sum(prices) * WAD // 30
    assert mean * 30 != sum(prices) * WAD
    assert board.call("settlement_price", FEED, EXPIRY) == [mean, True]


def test_nothing_observed(board: Board, at: Any, mine: Any) -> None:
    at(EXPIRY + DAY)
    mine()
    assert board.call("settlement_price", FEED, EXPIRY) == [0, False]


def test_the_window_extends(board: Board, observe: Any, reverts: Any, at: Any) -> None:
    for minute in range(19):
        observe(OPENS + 60 * minute + 2)
    observe(EXPIRY - 2)
    assert board.call("settlement_price", FEED, EXPIRY) == [8000 * WAD, False]
    at(EXPIRY)
    with reverts("board: settled"):
        board.send("observe", FEED, EXPIRY)
    assert board.call("settlement_price", FEED, EXPIRY) == [8000 * WAD, True]


def test_fewer_than_twenty_wait(board: Board, observe: Any, reverts: Any) -> None:
    for minute in range(18):
        observe(OPENS + 60 * minute + 2)
    observe(EXPIRY + 2)
    assert board.call("settlement_price", FEED, EXPIRY) == [8000 * WAD, False]
    observe(EXPIRY + 3 * DAY, 8200)
    assert board.call("settlement_price", FEED, EXPIRY) == [8010 * WAD, True]
    with reverts("board: settled"):
        observe(EXPIRY + 4 * DAY)


@pytest.mark.parametrize("expiry", [EXPIRY + 1, EXPIRY - 28_800, EXPIRY + 2**32 * DAY])
def test_not_0800(observe: Any, reverts: Any, expiry: int) -> None:
    with reverts("board: not 08:00 utc"):
        observe(OPENS + 5, expiry=expiry)


def test_window_not_open(observe: Any, reverts: Any) -> None:
    with reverts("board: window not open"):
        observe(OPENS - 1)
    observe(OPENS + 2)


def test_minute_observed(observe: Any, reverts: Any) -> None:
    observe(OPENS + 2)
    with reverts("board: minute observed"):
        observe(OPENS + 59)
    observe(OPENS + 62)


def test_stale_price(board: Board, observe: Any, at: Any, reverts: Any) -> None:
    """A price that was good when it was stored is not observed once its source is stale."""
    observe(OPENS + 2)
    at(OPENS + 3 + AGE)
    with reverts("board: no quorum"):
        board.send("observe", FEED, EXPIRY)


def test_expiries_and_feeds_are_apart(board: Board, observe: Any) -> None:
    observe(OPENS + 2)
    assert board.call("settlement_price", FEED, EXPIRY + DAY) == [0, False]
    assert board.call("settlement_price", FEED + 1, EXPIRY) == [0, False]
    word = board.call("settlement_word", FEED, EXPIRY)
    assert (word % 2**128, word // 2**128 % 2**8, word // 2**136) == (8000 * WAD, 1, 1)
