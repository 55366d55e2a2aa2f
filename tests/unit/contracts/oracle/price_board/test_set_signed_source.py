"""`set_signed_source`: a set of reporters, written once, powerless until it is applied."""

from __future__ import annotations

from typing import Any

import pytest

from .conftest import AGE, DAY, FEED, START, WAD, Board

FIRST, SECOND, THIRD = ("0x" + f"{number:02x}" * 20 for number in (0x11, 0x22, 0x33))


def test_default_behavior(board: Board, logs: Any) -> None:
    receipt = board.operate("set_signed_source", FEED, [FIRST, SECOND, THIRD], 2, AGE)
    word = board.call("source_at", FEED * 4 + 3)
    lanes = []
    for width in (88, 32, 8, 32, 32, 8, 8):
        lanes.append(word % 2**width)
        word //= 2**width
    assert lanes == [0, 0, 2, 1, AGE, 18, 2]
    assert word == 0
    assert board.call("limits_of", FEED) >> 232 == 0b1000
    events = logs(receipt, board.contract)
    assert [event.event for event in events] == ["ReporterAdded"] * 3 + ["FeedChanged"]
    assert dict(events[1].args) == {"reporter_set": 1, "reporter": SECOND, "feed": FEED}
    assert [board.call("is_reporter", 1, who) for who in (FIRST, SECOND, THIRD)] == [True] * 3
    assert not board.call("is_reporter", 2, FIRST)


def test_a_new_set_waits_on_a_live_feed(board: Board, actors: Any, at: Any, reverts: Any) -> None:
    names = ["reporter 1", "reporter 2"]
    old = [actors(names[0])]
    at(START)
    board.operate("set_signed_source", FEED, old, 1, AGE)
    price = 8000 * WAD
    at(START + 60)
    board.send("push", FEED, price, START + 60, board.sign(names[:1], FEED, price, START + 60))
    board.operate("set_signed_source", FEED, [actors(names[1])], 1, AGE)
    later = START + 120
    at(later)
    with reverts("board: not a reporter"):
        board.send("push", FEED, price, later, board.sign(names[1:], FEED, price, later))
    at(START + 62 + DAY)
    board.operate("apply_change", FEED, 3)
    later = START + 100 + DAY
    at(later)
    with reverts("board: not a reporter"):
        board.send("push", FEED, price, later, board.sign(names[:1], FEED, price, later))
    board.send("push", FEED, price, later, board.sign(names[1:], FEED, price, later))
    assert board.lane().price == price


def test_not_the_operator(board: Board, reverts: Any) -> None:
    with reverts("roles: not the holder"):
        board.send("set_signed_source", FEED, [FIRST], 1, AGE)


def test_no_such_feed(board: Board, reverts: Any) -> None:
    with reverts("board: no such feed"):
        board.operate("set_signed_source", FEED + 1, [FIRST], 1, AGE)


@pytest.mark.parametrize("age", [0, 93_601])
def test_bad_age(board: Board, reverts: Any, age: int) -> None:
    with reverts("board: bad age"):
        board.operate("set_signed_source", FEED, [FIRST], 1, age)


@pytest.mark.parametrize("threshold", [0, 3])
def test_bad_threshold(board: Board, reverts: Any, threshold: int) -> None:
    with reverts("board: bad threshold"):
        board.operate("set_signed_source", FEED, [FIRST, SECOND], threshold, AGE)


@pytest.mark.parametrize("members", [[SECOND, FIRST], [FIRST, FIRST], ["0x" + "00" * 20, FIRST]])
def test_reporters_not_ascending(board: Board, reverts: Any, members: list[str]) -> None:
    with reverts("board: reporters not ascending"):
        board.operate("set_signed_source", FEED, members, 1, AGE)
