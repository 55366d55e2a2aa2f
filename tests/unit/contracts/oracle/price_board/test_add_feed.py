"""`add_feed`: limits within the rules, by the operator, once."""

from __future__ import annotations

from typing import Any

import pytest

from .conftest import DEVIATION, HIGHEST, LOWEST, QUORUM, Board

GOOD = (LOWEST, HIGHEST, DEVIATION, QUORUM)

BAD_LIMITS = [
    ((0, HIGHEST, DEVIATION, QUORUM), "bad bounds"),
    ((HIGHEST, HIGHEST, DEVIATION, QUORUM), "bad bounds"),
    ((LOWEST, 2**88, DEVIATION, QUORUM), "bad bounds"),
    ((LOWEST, HIGHEST, 0, QUORUM), "bad deviation"),
    ((LOWEST, HIGHEST, 501, QUORUM), "bad deviation"),
    ((LOWEST, HIGHEST, DEVIATION, 0), "bad quorum"),
    ((LOWEST, HIGHEST, DEVIATION, 4), "bad quorum"),
]
"""Limits that are none, and why; a deviation above 500 bps is above the rule's constant."""


def test_default_behavior(board: Board, logs: Any) -> None:
    receipt = board.operate("add_feed", 8, LOWEST, HIGHEST, 500, 3)
    word = board.call("limits_of", 8)
    lanes = []
    for width in (88, 88, 16, 8, 32, 24):
        lanes.append(word % 2**width)
        word //= 2**width
    assert lanes == [LOWEST, HIGHEST, 500, 3, 0, 0]
    (event,) = logs(receipt, board.contract)
    assert event.event == "FeedChanged"
    assert dict(event.args) == {"feed": 8, "slot": 0, "word": board.call("limits_of", 8)}
    assert board.call("price_lane", 8) == 0


def test_not_the_operator(board: Board, reverts: Any) -> None:
    with reverts("roles: not the holder"):
        board.send("add_feed", 8, *GOOD, by="deployer")


@pytest.mark.parametrize("feed", [0, 2**16, 2**255])
def test_bad_feed(board: Board, reverts: Any, feed: int) -> None:
    with reverts("board: bad feed"):
        board.operate("add_feed", feed, *GOOD)


def test_feed_known(board: Board, reverts: Any) -> None:
    with reverts("board: feed known"):
        board.operate("add_feed", 7, *GOOD)


@pytest.mark.parametrize(("limits", "reason"), BAD_LIMITS)
def test_bad_limits(board: Board, reverts: Any, limits: tuple[int, ...], reason: str) -> None:
    with reverts(f"board: {reason}"):
        board.operate("add_feed", 8, *limits)
