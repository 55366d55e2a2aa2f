"""`apply_change`: what was announced, once, when its notice of a day is over."""

from __future__ import annotations

from typing import Any

import pytest

from .conftest import AGE, DAY, DEVIATION, FEED, HIGHEST, LOWEST, QUORUM, ZERO, Board


@pytest.fixture
def announced(priced: Board, now: Any) -> int:
    """A wider bound and the end of source 1; the second at which both are due."""
    priced.operate("set_limits", FEED, LOWEST - 1, HIGHEST, DEVIATION, QUORUM)
    priced.operate("set_source", FEED, 1, ZERO, 0, 0)
    return int(now()) + DAY


def test_default_behavior(priced: Board, announced: int, at: Any, logs: Any) -> None:
    at(announced)
    receipt = priced.operate("apply_change", FEED, 0)
    assert priced.call("limits_of", FEED) % 2**88 == LOWEST - 1
    assert logs(receipt, priced.contract)[0].event == "FeedChanged"
    priced.operate("apply_change", FEED, 1)
    assert priced.call("source_at", FEED * 4 + 1) == 0
    assert priced.call("limits_of", FEED) >> 232 == 0b1100
    assert priced.call("limits_of", FEED) >> 200 & (2**32 - 1) != 0


def test_notice_not_over(priced: Board, announced: int, at: Any, reverts: Any) -> None:
    at(announced - 1)
    with reverts("board: notice not over"):
        priced.operate("apply_change", FEED, 1)


def test_not_the_operator(priced: Board, announced: int, at: Any, reverts: Any) -> None:
    at(announced)
    with reverts("roles: not the holder"):
        priced.send("apply_change", FEED, 1)


def test_nothing_announced(priced: Board, announced: int, at: Any, reverts: Any) -> None:
    at(announced)
    with reverts("board: nothing announced"):
        priced.operate("apply_change", FEED, 2)
    priced.operate("apply_change", FEED, 1)
    with reverts("board: nothing announced"):
        priced.operate("apply_change", FEED, 1)


def test_a_new_announcement_starts_a_new_notice(
    priced: Board, announced: int, at: Any, reverts: Any
) -> None:
    at(announced - 5)
    priced.operate("set_source", FEED, 1, "0x" + "22" * 20, AGE, 8)
    at(announced + 5)
    with reverts("board: notice not over"):
        priced.operate("apply_change", FEED, 1)


def test_no_such_feed(priced: Board, reverts: Any) -> None:
    with reverts("board: no such feed"):
        priced.operate("apply_change", FEED + 1, 0)


def test_bad_slot(priced: Board, announced: int, at: Any, reverts: Any) -> None:
    """Slot 4 of a feed is slot 0 of the next one's place."""
    priced.operate("add_feed", FEED - 1, LOWEST, HIGHEST, DEVIATION, QUORUM)
    at(announced)
    with reverts("board: bad slot"):
        priced.operate("apply_change", FEED - 1, 4)
