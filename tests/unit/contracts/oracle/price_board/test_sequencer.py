"""A board on an L2: no price while the sequencer is down, and a grace period after."""

from __future__ import annotations

from typing import Any

import pytest
from web3.contract import Contract

from .conftest import AGE, DEVIATION, FEED, HIGHEST, LOWEST, QUORUM, START, WAD, ZERO, Board

UP, DOWN = 0, 1
NEVER = 2**32 - 1


@pytest.fixture(scope="module")
def uptime(deploy: Any) -> Contract:
    made: Contract = deploy("tests/mocks/Aggregator", 0)
    return made


@pytest.fixture(scope="module")
def layer_two(deploy: Any, actors: Any, send: Any, w3: Any, uptime: Contract) -> Board:
    made = Board(deploy("oracle/PriceBoard", actors("operator"), uptime.address), send, actors, w3)
    source = deploy("tests/mocks/Aggregator", 18)
    made.operate("add_feed", FEED, LOWEST, HIGHEST, DEVIATION, QUORUM)
    made.operate("set_source", FEED, 1, source.address, AGE, 18)
    send(source.functions.set_answer(8000 * WAD, START))
    return made


def test_default_behavior(layer_two: Board, uptime: Contract, send: Any, at: Any) -> None:
    at(START)
    send(uptime.functions.set_answer(UP, START))
    at(START + 5)
    layer_two.send("poke", FEED)
    assert layer_two.lane().price == 8000 * WAD
    assert layer_two.call("grace_until", FEED) == START + 3_600


def test_sequencer_down(
    layer_two: Board, uptime: Contract, send: Any, at: Any, reverts: Any
) -> None:
    at(START)
    send(uptime.functions.set_answer(DOWN, START))
    with reverts("board: sequencer down"):
        layer_two.send("poke", FEED)
    assert layer_two.call("grace_until", FEED) == NEVER


def test_silent_uptime_feed(
    layer_two: Board, uptime: Contract, send: Any, at: Any, reverts: Any
) -> None:
    """Never set, set in the future, or broken: each counts as down."""
    at(START)
    with reverts("board: sequencer down"):
        layer_two.send("poke", FEED)
    send(uptime.functions.set_answer(UP, START + 10**6))
    assert layer_two.call("grace_until", FEED) == NEVER
    send(uptime.functions.set_answer(UP, START))
    send(uptime.functions.set_mode(1))
    with reverts("board: sequencer down"):
        layer_two.send("poke", FEED)


def test_no_sequencer(board: Board) -> None:
    assert board.call("SEQUENCER") == ZERO
    assert board.call("grace_until", FEED) == 0
