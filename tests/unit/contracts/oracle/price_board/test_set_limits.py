"""`set_limits`: tightening at once, loosening announced, nothing outside the rules."""

from __future__ import annotations

from typing import Any

import pytest

from .conftest import DAY, DEVIATION, FEED, HIGHEST, LOWEST, QUORUM, Board
from .test_add_feed import BAD_LIMITS, GOOD

TIGHTER = (LOWEST + 1, HIGHEST - 1, DEVIATION - 1, QUORUM + 1)


def limits(board: Board) -> tuple[int, ...]:
    word = board.call("limits_of", FEED)
    return word % 2**88, word // 2**88 % 2**88, word // 2**176 % 2**16, word // 2**192 % 2**8


def test_default_behavior(priced: Board, logs: Any) -> None:
    before = priced.call("limits_of", FEED)
    receipt = priced.operate("set_limits", FEED, *TIGHTER)
    assert limits(priced) == TIGHTER
    assert priced.call("limits_of", FEED) >> 200 == before >> 200, "time and slots stay"
    (event,) = logs(receipt, priced.contract)
    assert event.event == "FeedChanged"


@pytest.mark.parametrize("place", range(4))
def test_each_loosening_is_announced(priced: Board, logs: Any, now: Any, place: int) -> None:
    priced.operate("set_limits", FEED, *TIGHTER)
    wanted = list(TIGHTER)
    wanted[place] = GOOD[place]
    receipt = priced.operate("set_limits", FEED, *wanted)
    assert limits(priced) == TIGHTER
    (event,) = logs(receipt, priced.contract)
    assert event.event == "FeedChangeAnnounced"
    assert (event.args.feed, event.args.slot, event.args.due) == (FEED, 0, now() + DAY)


def test_before_the_first_price(board: Board) -> None:
    board.operate("set_limits", FEED, *TIGHTER)
    board.operate("set_limits", FEED, *GOOD)
    assert limits(board) == GOOD


def test_a_tightening_voids_an_announced_loosening(
    priced: Board, set_time: Any, now: Any, reverts: Any
) -> None:
    priced.operate("set_limits", FEED, LOWEST - 1, HIGHEST, DEVIATION, QUORUM)
    priced.operate("set_limits", FEED, *TIGHTER)
    set_time(now() + 2 * DAY)
    with reverts("board: nothing announced"):
        priced.operate("apply_change", FEED, 0)


def test_not_the_operator(board: Board, reverts: Any) -> None:
    with reverts("roles: not the holder"):
        board.send("set_limits", FEED, *TIGHTER)


def test_no_such_feed(board: Board, reverts: Any) -> None:
    with reverts("board: no such feed"):
        board.operate("set_limits", FEED + 1, *TIGHTER)


@pytest.mark.parametrize(("limits", "reason"), BAD_LIMITS)
def test_bad_limits(priced: Board, reverts: Any, limits: tuple[int, ...], reason: str) -> None:
    with reverts(f"board: {reason}"):
        priced.operate("set_limits", FEED, *limits)
