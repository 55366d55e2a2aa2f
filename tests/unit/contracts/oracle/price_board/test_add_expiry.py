"""`add_expiry`: a forward's feed, whose number says underlier and day."""

from __future__ import annotations

from typing import Any

import pytest

from .conftest import DAY, FEED, START, WAD, Board
from .surfaces import EXPIRY, FORWARD_BOUNDS, UNDERLIER, Quoted, forward

NEXT = EXPIRY + DAY


def test_default_behavior(surface: Quoted, logs: Any) -> None:
    board = surface.board
    receipt = board.operate("add_expiry", UNDERLIER, NEXT, *FORWARD_BOUNDS)
    changed, added = logs(receipt, board.contract)
    assert (changed.event, added.event) == ("FeedChanged", "SurfaceExpiryAdded")
    assert dict(added.args) == {"underlier": UNDERLIER, "expiry": NEXT, "feed": forward(NEXT)}
    limits = board.call("limits_of", forward(NEXT))
    assert limits % 2**88 == WAD
    assert limits // 2**200 % 2**40 == 0
    assert limits // 2**240 == UNDERLIER
    assert surface.word()[0] == 1, "a listing changes no price"


def test_the_board_knows_the_number(surface: Quoted) -> None:
    assert surface.board.call("forward_feed", UNDERLIER, NEXT) == forward(NEXT)


def test_last_day_of_32_bits(surface: Quoted) -> None:
    last = (2**32 // DAY - 1) * DAY + 8 * 3600
    surface.board.operate("add_expiry", UNDERLIER, last, *FORWARD_BOUNDS)
    assert forward(last) < 2**32
    assert surface.board.call("limits_of", forward(last)) // 2**240 == UNDERLIER


def test_not_the_operator(surface: Quoted, reverts: Any) -> None:
    with reverts("roles: not the holder"):
        surface.board.send("add_expiry", UNDERLIER, NEXT, *FORWARD_BOUNDS)


def test_not_listed(board: Board, reverts: Any) -> None:
    with reverts("surface: not listed"):
        board.operate("add_expiry", FEED, NEXT, *FORWARD_BOUNDS)


def test_expired(surface: Quoted, at: Any, reverts: Any) -> None:
    at(NEXT)
    with reverts("surface: expired"):
        surface.board.operate("add_expiry", UNDERLIER, NEXT, *FORWARD_BOUNDS)


@pytest.mark.parametrize(
    "expiry", [NEXT + 1, NEXT - 1, START + 3 * DAY, 2**32 - 2**32 % DAY + 28_800]
)
def test_no_such_expiry(surface: Quoted, reverts: Any, expiry: int) -> None:
    """08:00 UTC and 32 bits; beyond them a day's number would be a volatility's."""
    with reverts("surface: no such expiry"):
        surface.board.operate("add_expiry", UNDERLIER, expiry, *FORWARD_BOUNDS)


def test_once(surface: Quoted, reverts: Any) -> None:
    with reverts("board: feed known"):
        surface.board.operate("add_expiry", UNDERLIER, EXPIRY, *FORWARD_BOUNDS)
