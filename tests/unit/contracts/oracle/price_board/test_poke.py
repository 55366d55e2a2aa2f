"""`poke`: the median of judged sources; what is refused, and what is only left out."""

from __future__ import annotations

from typing import Any

import pytest
from web3 import Web3
from web3.contract import Contract

from tests.support.chained import chained_root, stored_root

from .conftest import AGE, FEED, HIGHEST, LOWEST, QUORUM, START, WAD, Board

FRESH, ABSENT, REVERTING, NOT_POSITIVE, INCOMPLETE, FUTURE, STALE, BOUNDS = range(8)
GRACE = 3_600


def test_default_behavior(board: Board, answer: Any, at: Any, logs: Any) -> None:
    at(START)
    answer(1, 8010, START - 50)
    answer(2, 8000, START - 20)
    answer(3, 8001.5, START - 30)
    at(START + 10)
    receipt = board.send("poke", FEED)
    assert board.lane() == (80015 * 10**17, START - 50 + AGE, 0)
    (event,) = logs(receipt, board.contract)
    assert event.event == "PriceUpdated"
    assert dict(event.args) == {
        "feed": FEED,
        "round": START - 20,
        "price": 80015 * 10**17,
        "valid_until": START - 50 + AGE,
        "flags": 0,
        "grace_until": 0,
    }
    assert board.call("grace_until", FEED) == 0


def test_two_sources_make_their_mean(board: Board, answer: Any, at: Any) -> None:
    at(START)
    answer(1, 8000, START)
    answer(3, 8000.00000003, START)
    at(START + 5)
    board.send("poke", FEED)
    assert board.lane().price == 8000 * WAD + 15 * 10**9


def test_two_feeds_share_a_word(
    priced: Board, aggregators: list[Contract], answer: Any, at: Any, reverts: Any
) -> None:
    """Feeds 6 and 7 are two lanes of one word; neither writes over the other."""
    priced.operate("add_feed", 6, LOWEST, HIGHEST, 300, 1)
    priced.operate("set_source", 6, 1, aggregators[1].address, 60, 8)
    at(START + 20)
    answer(2, 9000, START + 20)
    at(START + 22)
    priced.send("poke", 6)
    assert priced.lane(6) == (9000 * WAD, START + 80, 0)
    assert priced.lane(7) == (8000 * WAD, START + AGE, 0)
    at(START + 30)
    answer(1, 8001, START + 30)
    at(START + 32)
    with reverts("board: sources disagree"):
        priced.send("poke_many", [6, 7])
    answer(2, 8003, START + 33)
    at(START + 34)
    priced.send("poke_many", [7, 6])
    assert priced.lane(6) == (8003 * WAD, START + 93, 0)
    assert priced.lane(7) == (8002 * WAD, START + 30 + AGE, 0)


def test_no_such_feed(board: Board, reverts: Any) -> None:
    with reverts("board: no such feed"):
        board.send("poke", FEED + 1)


def test_no_quorum(priced: Board, answer: Any, at: Any, reverts: Any) -> None:
    priced.operate("set_limits", FEED, LOWEST, HIGHEST, 300, 2)
    with reverts("board: no quorum"):
        priced.send("poke", FEED)
    at(START + 40)
    answer(2, 8000, START + 40)
    priced.send("poke", FEED)


@pytest.mark.parametrize(
    ("fields", "fault"),
    [
        ((5, 8000 * 10**8, START, START, 5), FRESH),
        ((5, 8000 * 10**8, START, START, 6), FRESH),
        ((5, 0, START, START, 5), NOT_POSITIVE),
        ((5, -8000 * 10**8, START, START, 5), NOT_POSITIVE),
        ((5, 8000 * 10**8, START, 0, 5), INCOMPLETE),
        ((5, 8000 * 10**8, START, START, 4), INCOMPLETE),
        ((5, 8000 * 10**8, START, START + 11, 5), FUTURE),
        ((5, 8000 * 10**8, START, 2**255, 5), FUTURE),
        ((5, 8000 * 10**8, START, START + 10 - AGE, 5), FRESH),
        ((5, 8000 * 10**8, START, START + 10 - AGE - 1, 5), STALE),
        ((5, 100 * 10**8, START, START, 5), FRESH),
        ((5, 100 * 10**8 - 1, START, START, 5), BOUNDS),
        ((5, 100_000 * 10**8, START, START, 5), FRESH),
        ((5, 100_000 * 10**8 + 1, START, START, 5), BOUNDS),
        ((5, 2**255 - 1, START, START, 5), BOUNDS),
    ],
)
def test_rounds(
    board: Board,
    aggregators: list[Contract],
    send: Any,
    at: Any,
    reverts: Any,
    fields: tuple[int, ...],
    fault: int,
) -> None:
    send(aggregators[0].functions.set_round(*fields))
    at(START + 10)
    state = board.call("source_state", FEED, 1)
    if fault == FRESH:
        assert state == [FRESH, fields[1] * 10**10, fields[3]]
        board.send("poke", FEED)
        assert board.lane() == (fields[1] * 10**10, fields[3] + AGE, 0)
    else:
        assert state == [fault, 0, 0]
        with reverts("board: no quorum"):
            board.send("poke", FEED)


@pytest.mark.parametrize("mode", [1, 2, 3])
def test_a_broken_source_is_left_out(
    priced: Board, aggregators: list[Contract], send: Any, answer: Any, at: Any, mode: int
) -> None:
    send(aggregators[1].functions.set_mode(mode))
    at(START + 40)
    answer(1, 8100, START + 40)
    at(START + 41)
    receipt = priced.send("poke", FEED)
    assert priced.lane().price == 8100 * WAD
    assert priced.call("source_state", FEED, 2)[0] == REVERTING
    assert receipt["gasUsed"] < 400_000, "a source that burns its gas burns no more than its share"


def test_a_source_without_code(priced: Board, actors: Any, deploy: Any, at: Any) -> None:
    """An account without code answers with success and nothing."""
    priced.operate("add_feed", 9, LOWEST, HIGHEST, 300, 1)
    priced.operate("set_source", 9, 1, actors("nobody"), AGE, 8)
    assert priced.call("source_state", 9, 1) == [REVERTING, 0, 0]
    assert priced.call("source_state", 9, 2) == [ABSENT, 0, 0]


def test_sources_disagree(board: Board, answer: Any, at: Any, reverts: Any) -> None:
    at(START)
    answer(1, 8000, START)
    answer(2, 8240.00000001, START)
    at(START + 5)
    with reverts("board: sources disagree"):
        board.send("poke", FEED)
    answer(2, 8240, START)
    at(START + 9)
    board.send("poke", FEED)
    assert board.lane().price == 8120 * WAD


def test_older_than_stored(
    priced: Board, aggregators: list[Contract], answer: Any, send: Any, at: Any, reverts: Any
) -> None:
    """When the newest source falls silent, an older one does not turn the clock back."""
    at(START + 20)
    answer(2, 7900, START - 1)
    send(aggregators[0].functions.set_mode(1))
    with reverts("board: older than stored"):
        priced.send("poke", FEED)
    answer(2, 7900, START)
    priced.send("poke", FEED)
    assert priced.lane().price == 7900 * WAD


def test_nothing_new(priced: Board, logs: Any) -> None:
    assert logs(priced.send("poke", FEED), priced.contract) == []


@pytest.mark.parametrize(
    ("dollars", "flags"), [(9600, 0), (9600.00000001, 1), (6400, 0), (6399, 1)]
)
def test_jump(priced: Board, answer: Any, at: Any, logs: Any, dollars: float, flags: int) -> None:
    at(START + 60)
    answer(1, dollars, START + 60)
    receipt = priced.send("poke", FEED)
    assert priced.lane().flags == flags
    assert logs(receipt, priced.contract)[0].args.flags == flags


def test_a_jump_stays_until_a_later_round(priced: Board, answer: Any, at: Any) -> None:
    at(START + 60)
    answer(1, 5000, START + 60)
    priced.send("poke", FEED)
    assert priced.lane().flags == 1
    priced.send("poke", FEED)
    assert priced.lane().flags == 1
    answer(1, 5001, START + 60)
    priced.send("poke", FEED)
    assert priced.lane() == (5001 * WAD, START + 60 + AGE, 1)
    at(START + 120)
    answer(1, 5001, START + 120)
    priced.send("poke", FEED)
    assert priced.lane() == (5001 * WAD, START + 120 + AGE, 0)


def test_grace_after_an_outage(priced: Board, answer: Any, at: Any, logs: Any) -> None:
    at(START + AGE - 1)
    answer(1, 8000, START + AGE - 5)
    at(START + AGE)
    priced.send("poke", FEED)
    assert priced.call("grace_until", FEED) == 0, "still valid in its last second"
    late = START + 3 * AGE
    at(late)
    answer(1, 8000, late)
    at(late + 1)
    receipt = priced.send("poke", FEED)
    assert priced.call("grace_until", FEED) == late + 1 + GRACE
    (event,) = logs(receipt, priced.contract)
    assert (event.args.flags, event.args.grace_until) == (2, late + 1 + GRACE)
    assert priced.lane().flags == 0, "recovery is for the report alone"


def test_decimals(board: Board, deploy: Any, send: Any, at: Any) -> None:
    for feed, decimals in ((10, 0), (11, 18)):
        time = START + 100 * feed
        source = deploy("tests/mocks/Aggregator", decimals)
        board.operate("add_feed", feed, LOWEST, HIGHEST, 300, QUORUM)
        board.operate("set_source", feed, 1, source.address, AGE, decimals)
        at(time)
        send(source.functions.set_answer(8000 * 10**decimals, time))
        board.send("poke", feed)
        assert board.lane(feed).price == 8000 * WAD


def test_every_log_is_chained(w3: Web3, board: Board, answer: Any, at: Any) -> None:
    root = stored_root(w3, board.address)
    at(START)
    answer(1, 8000, START)
    receipts = [board.send("poke", FEED)]
    answer(1, 8001, START + 1)
    at(START + 5)
    receipts.append(board.send("poke", FEED))
    receipts.append(board.operate("set_limits", FEED, LOWEST, HIGHEST, 200, 1))
    assert sum(len(receipt["logs"]) for receipt in receipts) == 3
    assert stored_root(w3, board.address) == chained_root(receipts, board.address, root)


def test_gas(priced: Board, answer: Any, at: Any) -> None:
    """A ceiling just over what was measured: three sources, of which the mocks take 16,000 each."""
    at(START + 60)
    for slot in (1, 2, 3):
        answer(slot, 8002, START + 60)
    at(START + 80)
    assert priced.send("poke", FEED)["gasUsed"] <= 104_500
