"""`set_source`: at once before the first price, announced from then on."""

from __future__ import annotations

from typing import Any

import pytest

from .conftest import AGE, FEED, ZERO, Board

OTHER = "0x" + "22" * 20


def test_default_behavior(board: Board, logs: Any) -> None:
    receipt = board.operate("set_source", FEED, 2, OTHER, AGE, 6)
    word = board.call("source_at", FEED * 4 + 2)
    lanes = []
    for width in (160, 32, 8, 8):
        lanes.append(word % 2**width)
        word //= 2**width
    assert lanes == [int(OTHER, 16), AGE, 6, 1]
    assert word == 0
    (event,) = logs(receipt, board.contract)
    assert event.event == "FeedChanged"
    assert dict(event.args) == {
        "feed": FEED,
        "slot": 2,
        "word": board.call("source_at", FEED * 4 + 2),
    }
    assert board.call("limits_of", FEED) >> 232 == 0b100


def test_emptied(board: Board) -> None:
    board.operate("set_source", FEED, 1, OTHER, AGE, 6)
    board.operate("set_source", FEED, 2, OTHER, AGE, 6)
    board.operate("set_source", FEED, 1, ZERO, 0, 0)
    assert board.call("source_at", FEED * 4 + 1) == 0
    assert board.call("limits_of", FEED) >> 232 == 0b100


@pytest.mark.parametrize("source", [ZERO, OTHER])
def test_a_live_feed_waits(priced: Board, logs: Any, source: str) -> None:
    """Replacing or removing a source, and adding one, is announced once there is a price."""
    before = priced.call("source_at", FEED * 4 + 1)
    receipt = priced.operate("set_source", FEED, 1, source, AGE, 8)
    assert logs(receipt, priced.contract)[0].event == "FeedChangeAnnounced"
    assert priced.call("source_at", FEED * 4 + 1) == before


def test_not_the_operator(board: Board, reverts: Any) -> None:
    with reverts("roles: not the holder"):
        board.send("set_source", FEED, 1, OTHER, AGE, 8)


def test_no_such_feed(board: Board, reverts: Any) -> None:
    with reverts("board: no such feed"):
        board.operate("set_source", FEED + 1, 1, OTHER, AGE, 8)


@pytest.mark.parametrize("slot", [0, 4, 2**255])
def test_bad_slot(board: Board, reverts: Any, slot: int) -> None:
    with reverts("board: bad slot"):
        board.operate("set_source", FEED, slot, OTHER, AGE, 8)


@pytest.mark.parametrize("age", [0, 93_601])
def test_bad_age(board: Board, reverts: Any, age: int) -> None:
    with reverts("board: bad age"):
        board.operate("set_source", FEED, 1, OTHER, age, 8)


def test_bad_decimals(board: Board, reverts: Any) -> None:
    with reverts("board: bad decimals"):
        board.operate("set_source", FEED, 1, OTHER, AGE, 19)
