"""`poke_many`: several feeds in one transaction, all or none."""

from __future__ import annotations

from typing import Any

from web3.contract import Contract

from .conftest import AGE, FEED, HIGHEST, LOWEST, START, WAD, Board


def test_default_behavior(
    board: Board, aggregators: list[Contract], answer: Any, at: Any, logs: Any
) -> None:
    board.operate("add_feed", 3, LOWEST, HIGHEST, 300, 1)
    board.operate("set_source", 3, 1, aggregators[1].address, AGE, 8)
    at(START)
    answer(2, 200, START)
    at(START + 1)
    receipt = board.send("poke_many", [3, FEED])
    assert [event.args.feed for event in logs(receipt, board.contract)] == [3, FEED]
    assert board.lane(3).price == board.lane(FEED).price == 200 * WAD


def test_one_refused_refuses_all(board: Board, answer: Any, at: Any, reverts: Any) -> None:
    at(START)
    answer(1, 8000, START)
    with reverts("board: no such feed"):
        board.send("poke_many", [FEED, FEED + 1])
    assert board.lane().price == 0


def test_more_than_sixteen(board: Board, reverts: Any) -> None:
    with reverts(""):
        board.send("poke_many", [FEED] * 17)
