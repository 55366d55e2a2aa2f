"""`list_surface`: once, for good, with feeds of its own that have no price yet."""

from __future__ import annotations

from typing import Any

import pytest

from .conftest import AGE, FEED, START, WAD, Board
from .surfaces import LISTING, NODES, POINTS, TENORS, UNDERLIER, node

SPOT_BOUNDS = (WAD, 10**6 * WAD, 300, 1)


@pytest.fixture
def spot(board: Board, at: Any) -> Board:
    """The board with the underlier's feed, at START."""
    at(START - 10)
    board.operate("add_feed", UNDERLIER, *SPOT_BOUNDS)
    at(START)
    return board


def changed(place: int, value: Any) -> tuple[Any, ...]:
    listing = list(LISTING)
    listing[place] = value
    return tuple(listing)


def test_default_behavior(spot: Board, logs: Any) -> None:
    receipt = spot.operate("list_surface", *LISTING)
    word = spot.call("surface_word", UNDERLIER)
    lanes = []
    for width in (16, 32, 8, 8, *[16] * 6, *[16] * 5):
        lanes.append(word % 2**width)
        word //= 2**width
    assert lanes == [1, START, 3, 3, *TENORS, 0, 0, 0, *POINTS, 0, 0]
    assert word == 0
    events = logs(receipt, spot.contract)
    assert [event.event for event in events] == ["SurfaceListed"] + ["FeedChanged"] * 9
    assert dict(events[0].args) == {
        "underlier": UNDERLIER,
        "epoch": 1,
        "word": spot.call("surface_word", UNDERLIER),
    }
    assert [event.args.feed for event in events[1:]] == NODES


def test_its_feeds(spot: Board) -> None:
    """Limits as asked, no source, no price, and the underlier's number in the top 16 bits."""
    before = spot.call("limits_of", UNDERLIER)
    spot.operate("list_surface", *LISTING)
    for feed in NODES:
        limits = spot.call("limits_of", feed)
        assert limits % 2**88 == WAD // 100
        assert limits // 2**88 % 2**88 == 5 * WAD
        assert limits // 2**176 % 2**24 == 300 + 2**16
        assert limits // 2**200 % 2**40 == 0
        assert limits // 2**240 == UNDERLIER
        assert spot.call("price_lane", feed) == 0
    assert spot.call("limits_of", UNDERLIER) == before + UNDERLIER * 2**240
    assert spot.call("limits_of", node(2, 3)) == spot.call("limits_of", node(3, 0)) == 0


@pytest.mark.parametrize("underlier", [1, 65_535])
def test_largest(board: Board, underlier: int) -> None:
    """Six tenors, five points, all values at their bounds."""
    tenors, points = (1, 2, 3, 4, 5, 3_650), (1, 2, 3, 4, 65_535)
    board.operate("add_feed", underlier, *SPOT_BOUNDS)
    board.operate("list_surface", underlier, tenors, points, WAD // 100, 5 * WAD, 500, 3)
    last = board.call("volatility_feed", underlier, 5, 4)
    assert last == 2**32 + 64 * underlier + 44
    assert board.call("limits_of", last) // 2**240 == underlier


def test_a_source_can_be_set_on_its_feeds(spot: Board, deploy: Any, send: Any, at: Any) -> None:
    """A volatility is a feed like any other."""
    spot.operate("list_surface", *LISTING)
    source = deploy("tests/mocks/Aggregator", 8)
    spot.operate("set_source", node(1, 1), 1, source.address, AGE, 8)
    send(source.functions.set_answer(75 * 10**6, START))
    at(START + 10)
    spot.send("poke", node(1, 1))
    assert spot.lane(node(1, 1)) == (75 * WAD // 100, START + AGE, 0)


def test_not_the_operator(spot: Board, reverts: Any) -> None:
    with reverts("roles: not the holder"):
        spot.send("list_surface", *LISTING)


@pytest.mark.parametrize("underlier", [0, 65_536, node(0, 0)])
def test_bad_underlier(spot: Board, reverts: Any, underlier: int) -> None:
    spot.operate("list_surface", *LISTING)
    with reverts("surface: bad underlier"):
        spot.operate("list_surface", *changed(0, underlier))


def test_no_such_feed(spot: Board, reverts: Any) -> None:
    with reverts("board: no such feed"):
        spot.operate("list_surface", *changed(0, FEED + 1))


def test_listed(spot: Board, reverts: Any) -> None:
    """What is listed stays, whatever the new geometry."""
    spot.operate("list_surface", *LISTING)
    for listing in (LISTING, changed(1, (7, 30, 90, 180)), changed(2, (5_000, 10_000))):
        with reverts("surface: listed"):
            spot.operate("list_surface", *listing)


@pytest.mark.parametrize("place", [1, 2])
def test_no_points(spot: Board, reverts: Any, place: int) -> None:
    with reverts("surface: no points"):
        spot.operate("list_surface", *changed(place, ()))


@pytest.mark.parametrize("tenors", [(0,), (0, 7), (7, 7), (30, 7), (3_651,)])
def test_bad_tenor(spot: Board, reverts: Any, tenors: tuple[int, ...]) -> None:
    with reverts("surface: bad tenor"):
        spot.operate("list_surface", *changed(1, tenors))


@pytest.mark.parametrize("points", [(0,), (10_000, 10_000), (10_000, 8_000), (65_536,)])
def test_bad_moneyness(spot: Board, reverts: Any, points: tuple[int, ...]) -> None:
    with reverts("surface: bad moneyness"):
        spot.operate("list_surface", *changed(2, points))


@pytest.mark.parametrize(("place", "bound"), [(3, WAD // 100 - 1), (4, 5 * WAD + 1)])
def test_volatility_bounds(spot: Board, reverts: Any, place: int, bound: int) -> None:
    """1 % and 500 %, to the unit."""
    with reverts("board: volatility bounds"):
        spot.operate("list_surface", *changed(place, bound))


@pytest.mark.parametrize("place", [1, 2])
def test_too_many(spot: Board, reverts: Any, place: int) -> None:
    with reverts(""):
        spot.operate("list_surface", *changed(place, tuple(range(1, 9 - place))))


@pytest.mark.parametrize("bounds", [(WAD // 100 - 1, 2 * WAD), (WAD // 2, 5 * WAD + 1)])
def test_limits_are_not_widened_beyond(spot: Board, reverts: Any, bounds: Any) -> None:
    """Neither before the first price nor after it, neither at once nor with notice."""
    spot.operate("list_surface", *LISTING)
    with reverts("board: volatility bounds"):
        spot.operate("set_limits", node(0, 0), *bounds, 300, 1)
    spot.operate("set_limits", UNDERLIER, *bounds, 300, 1)
