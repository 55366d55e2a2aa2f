"""A surface's epoch: one more a call that changed one of its prices, and its time with it."""

from __future__ import annotations

from typing import Any

import pytest
from eth_utils import keccak
from web3.contract import Contract

from keelmark.chain.compiler import compile_contract
from tests.conftest import find
from tests.support.storage import write_slot

from .conftest import AGE, DAY, FEED, HIGHEST, LOWEST, START, WAD
from .surfaces import (
    EXPIRY,
    FORWARD,
    FORWARD_BOUNDS,
    LISTING,
    NAMES,
    SPOT,
    UNDERLIER,
    Quoted,
    forward,
    node,
)

LATER = START + 200


def updates(logs: Any, receipt: Any, quoted: Quoted) -> list[dict[str, int]]:
    """Arguments of each `SurfaceUpdated`."""
    events = logs(receipt, quoted.board.contract)
    return [dict(event.args) for event in events if event.event == "SurfaceUpdated"]


@pytest.fixture
def sourced(quoted: Quoted, deploy: Any, send: Any) -> tuple[Quoted, Contract]:
    """A further expiry whose forward an aggregator answers, 205 at START + 150."""
    source = deploy("tests/mocks/Aggregator", 18)
    quoted.board.operate("add_expiry", UNDERLIER, EXPIRY + DAY, *FORWARD_BOUNDS)
    quoted.board.operate("set_source", forward(EXPIRY + DAY), 1, source.address, AGE, 18)
    send(source.functions.set_answer(205 * WAD, START + 100))
    return quoted, source


@pytest.mark.parametrize("feed", [UNDERLIER, forward(), node(0, 0), node(2, 2)])
def test_push(quoted: Quoted, logs: Any, feed: int) -> None:
    """Spot, forward and volatility alike."""
    price = SPOT if feed < node(0, 0) else WAD
    quoted.at(LATER)
    signed = quoted.board.sign(NAMES[:2], feed, price, LATER)
    receipt = quoted.board.send("push", feed, price, LATER, signed)
    assert updates(logs, receipt, quoted) == [{"underlier": UNDERLIER, "epoch": 3, "time": LATER}]
    assert quoted.word() == (3, LATER)


def test_geometry_stays(quoted: Quoted) -> None:
    before = quoted.board.call("surface_word", UNDERLIER)
    quoted.everything(LATER)
    assert quoted.board.call("surface_word", UNDERLIER) >> 48 == before >> 48


def test_poke(sourced: tuple[Quoted, Contract], logs: Any) -> None:
    quoted, _ = sourced
    quoted.at(LATER)
    receipt = quoted.board.send("poke", forward(EXPIRY + DAY))
    assert len(updates(logs, receipt, quoted)) == 1
    assert quoted.word() == (3, LATER)


def test_nothing_new(sourced: tuple[Quoted, Contract], logs: Any) -> None:
    """A poke that finds what it found before changes nothing: nobody can spend epochs so."""
    quoted, _ = sourced
    quoted.at(LATER)
    quoted.board.send("poke", forward(EXPIRY + DAY))
    for time in (LATER + 10, LATER + 20):
        quoted.at(time)
        feeds = [forward(EXPIRY + DAY), UNDERLIER, node(1, 1)]
        receipt = quoted.board.send("poke_many", feeds)
        assert not logs(receipt, quoted.board.contract)
    assert quoted.word() == (3, LATER)


def test_a_newer_round_of_the_same_price(sourced: tuple[Quoted, Contract], send: Any) -> None:
    """It is valid for longer, and so it is a change."""
    quoted, source = sourced
    quoted.at(LATER)
    quoted.board.send("poke", forward(EXPIRY + DAY))
    send(source.functions.set_answer(205 * WAD, LATER))
    quoted.at(LATER + 50)
    quoted.board.send("poke", forward(EXPIRY + DAY))
    assert quoted.word() == (4, LATER + 50)


def test_once_a_call_and_underlier(
    sourced: tuple[Quoted, Contract], aggregators: list[Contract], answer: Any, logs: Any
) -> None:
    """Two surfaces and a feed of none, mixed: each surface moves on once."""
    quoted, source = sourced
    board = quoted.board
    board.operate("list_surface", FEED, *LISTING[1:])
    board.operate("add_expiry", FEED, EXPIRY, *FORWARD_BOUNDS)
    other = FEED + EXPIRY // DAY * 65_536
    board.operate("set_source", other, 1, source.address, AGE, 18)
    board.operate("set_source", node(0, 0) + 64, 1, aggregators[1].address, AGE, 8)
    board.operate("add_feed", 3, LOWEST, HIGHEST, 300, 1)
    board.operate("set_source", 3, 1, aggregators[0].address, AGE, 8)
    answer(1, 200, START + 150)
    answer(2, 1, START + 150)
    quoted.at(LATER)
    feeds = [node(0, 0) + 64, forward(EXPIRY + DAY), 3, other]
    receipt = board.send("poke_many", feeds)
    assert updates(logs, receipt, quoted) == [
        {"underlier": FEED, "epoch": 2, "time": LATER},
        {"underlier": UNDERLIER, "epoch": 3, "time": LATER},
    ]
    assert quoted.word() == (3, LATER)
    assert board.call("surface_word", FEED) % 2**16 == 2


def test_push_many(quoted: Quoted, logs: Any) -> None:
    receipt = quoted.everything(LATER)
    assert updates(logs, receipt, quoted) == [{"underlier": UNDERLIER, "epoch": 3, "time": LATER}]


def test_two_calls_of_one_transaction(quoted: Quoted, deploy: Any, send: Any) -> None:
    """What was computed between two calls is of an epoch of its own, whatever the time."""
    twice = deploy("tests/mocks/TwoPushes", quoted.board.address)
    feeds = [forward(), node(0, 0)]
    calls = []
    for feed, price in zip(feeds, (FORWARD + 1, WAD), strict=True):
        signed = quoted.board.sign(NAMES[:2], feed, price, LATER)
        calls.append((feed, price, LATER, signed))
    quoted.at(LATER)
    send(twice.functions.push_two(*calls[0], *calls[1]))
    assert quoted.word() == (4, LATER)


def test_observe(quoted: Quoted, logs: Any) -> None:
    """A settlement's observation is a poke of the spot."""
    expiry = START + 8 * 3_600
    time = expiry - 600
    quoted.at(time)
    quoted.push({UNDERLIER: SPOT + 1}, time)
    signed_out = quoted.word()
    quoted.at(time + 60)
    receipt = quoted.board.send("observe", UNDERLIER, expiry)
    assert quoted.word() == signed_out, "nothing new was observed"
    assert [event.event for event in logs(receipt, quoted.board.contract)] == ["SettlementObserved"]


def test_observe_of_a_newer_round(
    quoted: Quoted, deploy: Any, send: Any, logs: Any, actors: Any
) -> None:
    board = quoted.board
    board.operate("add_feed", 50, WAD, 10**6 * WAD, 300, 1)
    source = deploy("tests/mocks/Aggregator", 18)
    board.operate("set_source", 50, 1, source.address, AGE, 18)
    board.operate("list_surface", 50, *LISTING[1:])
    expiry = START + 8 * 3_600
    send(source.functions.set_answer(SPOT, expiry - 700))
    quoted.at(expiry - 600)
    receipt = board.send("observe", 50, expiry)
    names = [event.event for event in logs(receipt, board.contract)]
    assert names == ["PriceUpdated", "SurfaceUpdated", "SettlementObserved"]
    assert board.call("surface_word", 50) // 2**16 % 2**32 == expiry - 600


def test_feeds_without_a_surface(priced: Any, answer: Any, at: Any, logs: Any) -> None:
    answer(1, 8001, START + 20)
    at(START + 30)
    receipt = priced.send("poke", FEED)
    assert [event.event for event in logs(receipt, priced.contract)] == ["PriceUpdated"]


def test_wrap(quoted: Quoted, backend: Any) -> None:
    """After 65535 comes 1: zero stays the epoch of no surface."""
    word = quoted.board.call("surface_word", UNDERLIER)
    layout = compile_contract(find("oracle/PriceBoard")).layout["storage_layout"]
    base = layout["surface_book"]["surface_word"]["slot"]
    slot = keccak(base.to_bytes(32, "big") + UNDERLIER.to_bytes(32, "big"))
    late = word // 2**16 * 2**16 + 65_534
    write_slot(backend, quoted.board.contract, int.from_bytes(slot, "big"), late)
    quoted.everything(LATER)
    assert quoted.word() == (65_535, LATER)
    quoted.everything(LATER + 60)
    assert quoted.word() == (1, LATER + 60)
    quoted.everything(LATER + 120)
    assert quoted.word() == (2, LATER + 120)
    assert quoted.board.call("surface_word", UNDERLIER) >> 48 == word >> 48


def test_gas_beside_a_feed_without(quoted: Quoted, actors: Any) -> None:
    """What a surface adds to a report of one feed: one word and one chained event."""
    board = quoted.board
    board.operate("add_feed", 21, WAD, 10**6 * WAD, 300, 1)
    board.operate("share_signed_source", [21], UNDERLIER, AGE)

    def gas(feed: int, time: int) -> int:
        quoted.at(time)
        signed = board.sign(NAMES[:2], feed, SPOT + time, time)
        return int(board.send("push", feed, SPOT + time, time, signed)["gasUsed"])

    gas(21, LATER)
    gas(UNDERLIER, LATER + 60)
    without, with_surface = gas(21, LATER + 120), gas(UNDERLIER, LATER + 180)
    assert with_surface - without <= 8_000
