"""`forward_feed` and `volatility_feed`: the number of a place."""

from __future__ import annotations

from typing import Any

import pytest

from .conftest import FEED, Board
from .surfaces import EXPIRY, UNDERLIER, Quoted, forward, node


def test_forward_feed(board: Board) -> None:
    """Listed or not."""
    assert board.call("forward_feed", UNDERLIER, EXPIRY) == forward()


def test_forward_feed_bad_underlier(board: Board, reverts: Any) -> None:
    with reverts("surface: bad underlier"):
        board.call("forward_feed", 65_536, EXPIRY)


@pytest.mark.parametrize("expiry", [EXPIRY - 1, EXPIRY + 3_600, 2**32 + EXPIRY])
def test_forward_feed_no_such_expiry(board: Board, reverts: Any, expiry: int) -> None:
    with reverts("surface: no such expiry"):
        board.call("forward_feed", UNDERLIER, expiry)


def test_volatility_feed(surface: Quoted) -> None:
    for tenor in range(3):
        for point in range(3):
            found = surface.board.call("volatility_feed", UNDERLIER, tenor, point)
            assert found == node(tenor, point)


def test_volatility_feed_not_listed(board: Board, reverts: Any) -> None:
    with reverts("surface: not listed"):
        board.call("volatility_feed", FEED, 0, 0)


@pytest.mark.parametrize("place", [(3, 0), (0, 3)])
def test_volatility_feed_no_such_point(
    surface: Quoted, reverts: Any, place: tuple[int, int]
) -> None:
    with reverts("surface: no such point"):
        surface.board.call("volatility_feed", UNDERLIER, *place)
