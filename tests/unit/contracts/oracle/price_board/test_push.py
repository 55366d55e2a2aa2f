"""`push`: a report counts once enough distinct reporters of this board signed this very price."""

from __future__ import annotations

from typing import Any

import pytest
from eth_account import Account
from web3.contract import Contract

from .conftest import AGE, HIGHEST, LOWEST, START, WAD, Board

FEED = 20
NAMES = ["reporter 1", "reporter 2", "reporter 3"]
PRICE = 8000 * WAD


@pytest.fixture
def reporters(board: Board, actors: Any, at: Any) -> list[Any]:
    """Feed 20 with a signed source of two of three, at START."""
    at(START - 10)
    members = sorted((actors(name) for name in NAMES), key=lambda actor: actor.canonical)
    board.operate("add_feed", FEED, LOWEST, HIGHEST, 300, 1)
    board.operate("set_signed_source", FEED, members, 2, AGE)
    at(START)
    return members


def push(
    board: Board, names: list[str], price: int = PRICE, time: int = START, **domain: Any
) -> Any:
    return board.send("push", FEED, price, time, board.sign(names, FEED, price, time, **domain))


def test_default_behavior(board: Board, reporters: Any, logs: Any) -> None:
    receipt = push(board, NAMES[:2])
    assert board.lane(FEED) == (PRICE, START + AGE, 0)
    (event,) = logs(receipt, board.contract)
    assert (event.event, event.args.round, event.args.price) == ("PriceUpdated", START, PRICE)
    source = board.call("source_at", FEED * 4 + 3)
    assert (source % 2**88, source // 2**88 % 2**32) == (PRICE, START)
    assert (source // 2**120 % 2**8, source // 2**200) == (2, 2)


def test_more_than_the_threshold(board: Board, reporters: Any) -> None:
    push(board, NAMES)
    assert board.lane(FEED).price == PRICE


def test_digest(board: Board, reporters: Any, actors: Any) -> None:
    digest = board.call("report_digest", FEED, PRICE, START)
    (signature,) = board.sign(NAMES[:1], FEED, PRICE, START)
    assert Account._recover_hash(digest, signature=signature) == actors(NAMES[0])


def test_it_is_one_source_among_others(
    board: Board, reporters: Any, deploy: Any, send: Any, at: Any, reverts: Any
) -> None:
    source = deploy("tests/mocks/Aggregator", 18)
    board.operate("set_source", FEED, 1, source.address, AGE, 18)
    send(source.functions.set_answer(PRICE + 100 * WAD, START - 5))
    at(START + 5)
    push(board, NAMES[:2])
    assert board.lane(FEED) == (PRICE + 50 * WAD, START - 5 + AGE, 0)
    at(START + 20)
    with reverts("board: sources disagree"):
        push(board, NAMES[:2], PRICE - 300 * WAD, START + 20)
    assert board.call("source_at", FEED * 4 + 3) % 2**88 == PRICE


def test_no_signed_source(board: Board, aggregators: list[Contract], reverts: Any) -> None:
    for feed in (7, 21):
        with reverts("board: no signed source"):
            board.send("push", feed, PRICE, START, [])


@pytest.mark.parametrize("price", [0, 2**88])
def test_bad_price(board: Board, reporters: Any, reverts: Any, price: int) -> None:
    with reverts("board: bad price"):
        push(board, NAMES[:2], price)


def test_out_of_bounds(board: Board, reporters: Any, reverts: Any) -> None:
    for price in (LOWEST - 1, HIGHEST + 1):
        with reverts("board: no quorum"):
            push(board, NAMES[:2], price)


def test_future_report(board: Board, reporters: Any, reverts: Any) -> None:
    with reverts("board: future report"):
        push(board, NAMES[:2], time=START + 1)


def test_older_report(board: Board, reporters: Any, at: Any, reverts: Any) -> None:
    push(board, NAMES[:2])
    at(START + 60)
    for time in (START, START - 1):
        with reverts("board: older report"):
            push(board, NAMES[:2], PRICE + WAD, time)


def test_stale_report(board: Board, reporters: Any, at: Any, reverts: Any) -> None:
    at(START + AGE + 1)
    with reverts("board: no quorum"):
        push(board, NAMES[:2])


def test_too_few_signatures(board: Board, reporters: Any, reverts: Any) -> None:
    with reverts("board: too few signatures"):
        push(board, NAMES[:1])


def test_one_reporter_twice(board: Board, reporters: Any, reverts: Any) -> None:
    (signature,) = board.sign(NAMES[:1], FEED, PRICE, START)
    with reverts("board: signers not ascending"):
        board.send("push", FEED, PRICE, START, [signature, signature])


def test_descending(board: Board, reporters: Any, reverts: Any) -> None:
    signatures = board.sign(NAMES[:2], FEED, PRICE, START)
    with reverts("board: signers not ascending"):
        board.send("push", FEED, PRICE, START, signatures[::-1])


def test_not_a_reporter(board: Board, reporters: Any, reverts: Any) -> None:
    with reverts("board: not a reporter"):
        push(board, [NAMES[0], "stranger"])


def test_a_report_is_for_one_feed(board: Board, reporters: Any, reverts: Any) -> None:
    board.operate("add_feed", 22, LOWEST, HIGHEST, 300, 1)
    board.operate("set_signed_source", 22, reporters, 2, AGE)
    signatures = board.sign(NAMES[:2], 22, PRICE, START)
    with reverts(None):
        board.send("push", FEED, PRICE, START, signatures)


@pytest.mark.parametrize(
    "domain",
    [{"chainId": 1}, {"verifyingContract": "0x" + "11" * 20}, {"name": "Other"}, {"version": "2"}],
)
def test_a_report_is_for_one_board(
    board: Board, reporters: Any, reverts: Any, domain: dict[str, Any]
) -> None:
    with reverts(None):
        push(board, NAMES[:2], **domain)
    assert board.lane(FEED).price == 0


def test_high_s(board: Board, reporters: Any, reverts: Any) -> None:
    order = 0xFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFEBAAEDCE6AF48A03BBFD25E8CD0364141
    signatures = board.sign(NAMES[:2], FEED, PRICE, START)
    first = signatures[0]
    twin = (
        first[:32]
        + (order - int.from_bytes(first[32:64], "big")).to_bytes(32, "big")
        + bytes([55 - first[64]])
    )
    with reverts("signatures: high s"):
        board.send("push", FEED, PRICE, START, [twin, signatures[1]])


def test_gas(board: Board, reporters: Any, at: Any) -> None:
    """The second report of a feed, two signatures of three."""
    push(board, NAMES[:2])
    at(START + 60)
    receipt = push(board, NAMES[:2], PRICE + WAD, START + 60)
    assert receipt["gasUsed"] <= 66_800
