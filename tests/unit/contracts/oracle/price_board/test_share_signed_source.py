"""`share_signed_source`: the reporters of one feed sign for others; immediate without a price."""

from __future__ import annotations

from typing import Any

import pytest

from .conftest import AGE, DAY, FEED, HIGHEST, LOWEST, START, WAD, Board
from .surfaces import NAMES, SPOT, UNDERLIER, Quoted, node

OTHERS = [21, 22]


@pytest.fixture
def others(surface: Quoted) -> Quoted:
    """Two more feeds, and a report on the feed that names the reporters."""
    for feed in OTHERS:
        surface.board.operate("add_feed", feed, LOWEST, HIGHEST, 300, 1)
    surface.push({UNDERLIER: SPOT}, START + 10)
    return surface


def test_default_behavior(others: Quoted, logs: Any) -> None:
    board = others.board
    sets = board.call("reporter_set_count")
    receipt = board.operate("share_signed_source", OTHERS, UNDERLIER, AGE - 1)
    source = board.call("source_at", 4 * UNDERLIER + 3)
    for feed in OTHERS:
        word = board.call("source_at", 4 * feed + 3)
        assert word % 2**120 == 0, "the other feed's report is not a price here"
        assert word // 2**120 % 2**8 == 2
        assert word // 2**128 % 2**32 == source // 2**128 % 2**32 != 0
        assert word // 2**160 % 2**32 == AGE - 1
        assert word >> 192 == source >> 192 == 2 * 2**8 + 18
        assert board.call("limits_of", feed) // 2**232 % 2**8 == 0b1000
    events = logs(receipt, board.contract)
    assert [(event.event, event.args.feed) for event in events] == [
        ("FeedChanged", feed) for feed in OTHERS
    ]
    assert board.call("reporter_set_count") == sets


def test_they_sign_from_now_on(others: Quoted) -> None:
    others.board.operate("share_signed_source", OTHERS, UNDERLIER, AGE)
    others.push({21: 200 * WAD, 22: 300 * WAD}, START + 20)
    assert others.board.lane(22) == (300 * WAD, START + 20 + AGE, 0)


def test_a_live_feed_waits(others: Quoted, logs: Any, now: Any, actors: Any, reverts: Any) -> None:
    board = others.board
    stranger = [actors("other reporter")]
    board.operate("set_signed_source", 21, stranger, 1, AGE)
    board.operate("set_signed_source", 22, stranger, 1, AGE)
    board.send(
        "push", 21, 200 * WAD, START + 10, board.sign(["other reporter"], 21, 200 * WAD, START + 10)
    )
    before = board.call("source_at", 4 * 21 + 3)
    receipt = board.operate("share_signed_source", OTHERS, UNDERLIER, AGE)
    announced, changed = logs(receipt, board.contract)
    assert (announced.event, changed.event) == ("FeedChangeAnnounced", "FeedChanged")
    assert announced.args.due == now() + DAY
    assert board.call("source_at", 4 * 21 + 3) == before
    with reverts("board: not a reporter"):
        others.push({21: 200 * WAD}, START + 30)


def test_not_the_operator(others: Quoted, reverts: Any) -> None:
    with reverts("roles: not the holder"):
        others.board.send("share_signed_source", OTHERS, UNDERLIER, AGE)


def test_no_such_feed(others: Quoted, reverts: Any) -> None:
    with reverts("board: no such feed"):
        others.board.operate("share_signed_source", [21, 23], UNDERLIER, AGE)


def test_no_signed_source(board: Board, aggregators: Any, reverts: Any) -> None:
    board.operate("add_feed", 21, LOWEST, HIGHEST, 300, 1)
    for other in (FEED, 99):
        with reverts("board: no signed source"):
            board.operate("share_signed_source", [21], other, AGE)


@pytest.mark.parametrize("age", [0, 93_601])
def test_bad_age(others: Quoted, reverts: Any, age: int) -> None:
    with reverts("board: bad age"):
        others.board.operate("share_signed_source", OTHERS, UNDERLIER, age)


def test_reporters_of_the_feed_before_sign_a_surface(surface: Quoted) -> None:
    """The fixture's volatilities took their reporters from the spot feed."""
    assert len(NAMES) == 3
    surface.push({node(0, 0): WAD}, START + 10)
    assert surface.board.lane(node(0, 0)).price == WAD
