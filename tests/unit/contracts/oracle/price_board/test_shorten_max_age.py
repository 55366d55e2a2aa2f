"""`shorten_max_age`: a tightening, at once, of a source that is there."""

from __future__ import annotations

from typing import Any

import pytest

from .conftest import AGE, FEED, Board


def test_default_behavior(priced: Board, logs: Any) -> None:
    before = priced.call("source_at", FEED * 4 + 1)
    receipt = priced.operate("shorten_max_age", FEED, 1, 60)
    after = priced.call("source_at", FEED * 4 + 1)
    assert after == before - AGE * 2**160 + 60 * 2**160
    (event,) = logs(receipt, priced.contract)
    assert (event.event, event.args.word) == ("FeedChanged", after)


def test_not_the_operator(priced: Board, reverts: Any) -> None:
    with reverts("roles: not the holder"):
        priced.send("shorten_max_age", FEED, 1, 60)


def test_no_such_feed(priced: Board, reverts: Any) -> None:
    with reverts("board: no such feed"):
        priced.operate("shorten_max_age", FEED + 1, 1, 60)


@pytest.mark.parametrize("slot", [0, 4])
def test_bad_slot(priced: Board, reverts: Any, slot: int) -> None:
    with reverts("board: bad slot"):
        priced.operate("shorten_max_age", FEED, slot, 60)


@pytest.mark.parametrize("age", [0, AGE, AGE + 1])
def test_not_shorter(priced: Board, reverts: Any, age: int) -> None:
    with reverts("board: not shorter"):
        priced.operate("shorten_max_age", FEED, 1, age)


def test_an_empty_slot_stays_empty(board: Board, reverts: Any) -> None:
    board.operate("add_feed", FEED + 1, 1, 2, 1, 1)
    with reverts("board: not shorter"):
        board.operate("shorten_max_age", FEED + 1, 1, 1)
