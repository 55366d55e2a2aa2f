"""A store under watch: each block once and in order, over restarts, kills and reorganisations."""

from __future__ import annotations

import json
import os
import random
import signal
import sqlite3
import time
from collections.abc import Callable
from dataclasses import replace
from itertools import pairwise
from pathlib import Path

import duckdb
import pytest

from keelmark.errors import InputError, Reorganised, StoreFailed
from keelmark.monitor import Monitor, Rules
from keelmark.monitor import monitor as module
from keelmark.monitor.books import Books
from keelmark.monitor.detectors import NotFollowing
from keelmark.monitor.feed import FedStore
from keelmark.monitor.rows import read_blocks
from keelmark.store import Store, open_store
from keelmark.store.duck import DuckStore
from tests.support.watched import (
    CLIENT,
    MAKER,
    Receiver,
    Tape,
    cut,
    description,
    market,
    row_set,
    store_of,
)

ROOM = 64
"""Blocks that may still be replaced."""


def walk(tape: Tape, blocks: int, seed: int, calm: float = 0.0) -> None:
    """Prices that go up and down around every level, and some trades; a part of the blocks is
    empty."""
    draw = random.Random(seed)
    for _ in range(blocks):
        if draw.random() < calm:
            tape.block()
            continue
        tape.price(draw.randrange(5_000, 8_000))
        if draw.random() < 0.2:
            tape.trade(CLIENT, MAKER, draw.choice((-1, 1)), 7_000)
        if draw.random() < 0.1:
            tape.add("ActDenied", account=CLIENT, reason=4)
        tape.block()


def long_tape(blocks: int = 90, seed: int = 1) -> Tape:
    """The client is long thirty units, and prices move."""
    tape = market()
    tape.trade(CLIENT, MAKER, 30, 8_000)
    tape.block()
    walk(tape, blocks, seed)
    return tape


@pytest.fixture
def open_monitor(tmp_path: Path) -> Callable[..., Monitor]:
    """``open_monitor(store)``: over a state file of its own name."""

    def opened(store: Store, name: str = "state.sqlite", **more: int) -> Monitor:
        rules = Rules.model_validate({"deep_reorganisation": {"depth": 1_000}})
        return Monitor(store, rules, tmp_path / name, sinks=("log",), **more)

    return opened


def notices(path: Path, after: int = 0) -> list[dict]:  # type: ignore[type-arg]
    """What is in the outbox."""
    with sqlite3.connect(path) as connection:
        rows = connection.execute(
            "SELECT n.body FROM notices n JOIN deliveries d ON d.notice = n.number "
            "WHERE n.number > ? ORDER BY n.number",
            (after,),
        ).fetchall()
    return [json.loads(body) for (body,) in rows]


def received(path: Path) -> Receiver:
    """Who has read the outbox."""
    receiver = Receiver()
    for notice in notices(path):
        receiver.take(notice)
    return receiver


def fresh(store: Store, open_monitor: Callable[..., Monitor], name: str) -> Receiver:
    """What a monitor says that has only ever seen the store as it is."""
    monitor = open_monitor(store, name)
    monitor.advance()
    monitor.close()
    return received(monitor.state.path)


def test_once_each(tmp_path: Path, open_monitor: Callable[..., Monitor]) -> None:
    """Every block is looked at; a second look at the same store says nothing."""
    tape = long_tape()
    store = store_of(tape, tmp_path / "store.duckdb")
    monitor = open_monitor(store)
    step = monitor.advance()
    assert (step.evaluated, step.undone, step.last_block) == (94, 0, 94)
    assert step.events == sum(len(events) for _, events in tape.blocks)
    assert monitor.timeline.now == tape.books
    said = len(notices(monitor.state.path))
    assert said > 40
    again = monitor.advance()
    assert (again.evaluated, again.last_block) == (0, 94)
    assert len(notices(monitor.state.path)) == said
    assert received(monitor.state.path).alerts


def test_nothing_skipped_while_down(tmp_path: Path, open_monitor: Callable[..., Monitor]) -> None:
    """A monitor that comes back block by block, after a restart each time, says what one that
    was never away says."""
    tape = long_tape(40)
    store = open_store(str(tmp_path / "store.duckdb"), description())
    places = [0, 3, 4, *range(6, 44, 3), 44]
    for first, last in pairwise(places):
        store.commit(row_set(tape.blocks[first:last]))
        monitor = open_monitor(store)
        assert monitor.advance().last_block == last
        monitor.close()
    stepwise = notices(monitor.state.path)
    whole = open_monitor(store, "other.sqlite")
    whole.advance()
    other = notices(whole.state.path)
    for notice in [*stepwise, *other]:
        # What the chain called final may differ; nothing else may.
        del notice["block"]["finality"]
        if notice["ended"]:
            del notice["ended"]["finality"]
    assert stepwise == other


def test_reorganisations(tmp_path: Path, open_monitor: Callable[..., Monitor]) -> None:
    """Of every depth from 1 to 64: the books are those of the new chain, and a receiver knows
    what it would know had it only ever heard of the new chain."""
    tape = long_tape(ROOM + 4)
    store = FedStore(store_of(tape, tmp_path / "store.duckdb", finalized=len(tape.blocks) - ROOM))
    monitor = open_monitor(store)
    monitor.advance()
    for depth in range(1, ROOM + 1):
        kept = len(tape.blocks) - depth
        tape = cut(tape, kept, f"fork {depth}")
        walk(tape, depth, seed=depth, calm=0.6)
        store.rewind(tape.blocks[kept - 1][0])
        store.commit(row_set(tape.blocks[kept:], finalized=kept - (ROOM - depth)))
        step = monitor.advance()
        assert (step.undone, step.evaluated) == (depth, depth)
        assert monitor.timeline.now == tape.books
        if depth in (2, 33, 64):
            expected = fresh(store, open_monitor, f"fresh {depth}.sqlite").alerts
            assert received(monitor.state.path).alerts == expected
    said = [one["status"] for one in notices(monitor.state.path)]
    assert {"fired", "resolved", "retracted", "reopened"} == set(said)


def test_same_blocks_again(tmp_path: Path, open_monitor: Callable[..., Monitor]) -> None:
    """Blocks that were removed and came back as they were are no news."""
    tape = long_tape(30)
    store = store_of(tape, tmp_path / "store.duckdb")
    monitor = open_monitor(store)
    monitor.advance()
    before = len(notices(monitor.state.path))
    store.rewind(tape.blocks[14][0])
    store.commit(row_set(tape.blocks[15:]))
    assert monitor.advance().undone == 0
    store.rewind(tape.blocks[14][0])
    step = monitor.advance()
    assert step.undone == 19
    retracted = len(notices(monitor.state.path)) - before
    assert retracted > 5
    store.commit(row_set(tape.blocks[15:]))
    monitor.advance()
    # Who was told that it was nothing is told that it was something after all.
    expected = fresh(store, open_monitor, "fresh.sqlite").alerts
    assert received(monitor.state.path).alerts == expected


def test_reorganised_while_down(tmp_path: Path, open_monitor: Callable[..., Monitor]) -> None:
    """Blocks were replaced, and final, before the monitor came back; headers are forgotten."""
    tape = long_tape(40)
    store = store_of(tape, tmp_path / "store.duckdb", finalized=20)
    monitor = open_monitor(store)
    monitor.advance()
    monitor.close()
    other = cut(tape, 30, "other")
    walk(other, 20, seed=5)
    store.rewind(other.blocks[29][0])
    rows = row_set(other.blocks[30:], finalized=50)
    store.commit(rows)
    store.note(rows.checkpoint.heads)
    assert len(store.headers(1, 50)) <= 2
    monitor = open_monitor(store)
    step = monitor.advance()
    assert (step.undone, step.evaluated) == (14, 20)
    assert monitor.timeline.now == other.books
    known = {one[:2] for one in received(monitor.state.path).alerts}
    assert known == {one[:2] for one in fresh(store, open_monitor, "fresh.sqlite").alerts}


def test_forgotten_headers_are_no_reorganisation(
    tmp_path: Path, open_monitor: Callable[..., Monitor]
) -> None:
    """An empty block at the head, whose header the store forgets once it is final."""
    tape = long_tape(10)
    tape.block()
    store = store_of(tape, tmp_path / "store.duckdb", finalized=5)
    monitor = open_monitor(store)
    monitor.advance()
    monitor.close()
    for _ in range(3):
        tape.block()
    # The same block again, this time in the middle of what is committed at once.
    store.rewind(tape.blocks[13][0])
    more = row_set(tape.blocks[14:], finalized=18)
    store.commit(more)
    store.note(more.checkpoint.heads)
    assert not store.headers(15, 15)
    monitor = open_monitor(store)
    step = monitor.advance()
    assert (step.undone, step.last_block) == (0, 18)


def test_finalized_block_replaced(tmp_path: Path, open_monitor: Callable[..., Monitor]) -> None:
    """A store that has another finalized block than the one that was looked at."""
    tape = long_tape(10)
    store = store_of(tape, tmp_path / "store.duckdb", finalized=14)
    monitor = open_monitor(store)
    monitor.advance()
    monitor.close()
    other = cut(tape, 4, "other")
    walk(other, 10, seed=2)
    second = store_of(other, tmp_path / "second.duckdb", finalized=14)
    monitor = open_monitor(second)
    with pytest.raises(Reorganised, match="block 14 was finalized as 0x"):
        monitor.advance()


def test_store_filled_anew(tmp_path: Path, open_monitor: Callable[..., Monitor]) -> None:
    """A store that is behind is waited for; nothing is retracted."""
    tape = long_tape(20)
    store = store_of(tape, tmp_path / "store.duckdb", finalized=24)
    monitor = open_monitor(store)
    monitor.advance()
    said = len(notices(monitor.state.path))
    monitor.close()
    second = open_store(str(tmp_path / "second.duckdb"), description())
    second.commit(row_set(tape.blocks[:10], finalized=10))
    monitor = open_monitor(second)
    assert monitor.advance().undone == 0
    second.commit(row_set(tape.blocks[10:], finalized=24))
    assert monitor.advance().last_block == 24
    assert len(notices(monitor.state.path)) == said


def test_deep_reorganisation(tmp_path: Path) -> None:
    """Deeper than expected is an alert that no later reorganisation takes back."""
    tape = long_tape(20)
    store = store_of(tape, tmp_path / "store.duckdb", finalized=4)
    rules = Rules.model_validate({"deep_reorganisation": {"depth": 2}})
    monitor = Monitor(store, rules, tmp_path / "s.sqlite", sinks=("log",))
    monitor.advance()

    def replaced(depth: int) -> list[str]:
        nonlocal tape
        before = len(notices(monitor.state.path))
        kept = len(tape.blocks) - depth
        tape = cut(tape, kept, f"fork {depth} {kept}")
        walk(tape, depth + 1, seed=depth)
        store.rewind(tape.blocks[kept - 1][0])
        store.commit(row_set(tape.blocks[kept:], finalized=4))
        monitor.advance()
        found = notices(monitor.state.path)[before:]
        return [one["sentence"] for one in found if one["detector"] == "deep_reorganisation"]

    assert replaced(2) == []
    assert replaced(3) == ["the chain replaced 3 blocks, from 23 to 25"]
    assert replaced(12) == ["the chain replaced 12 blocks, from 15 to 26"]
    alerts = received(monitor.state.path).alerts
    assert len([one for one in alerts if one[0] == "deep_reorganisation"]) == 2


def test_begins_where_it_is_told(tmp_path: Path, open_monitor: Callable[..., Monitor]) -> None:
    """A new state file may begin later; what came before is folded in silence."""
    tape = long_tape(30)
    store = store_of(tape, tmp_path / "store.duckdb")
    monitor = open_monitor(store, first_block=20)
    monitor.advance()
    assert monitor.timeline.now == tape.books
    assert min(one["block"]["number"] for one in notices(monitor.state.path)) >= 20
    monitor.close()
    with pytest.raises(InputError, match="begins at block 20"):
        open_monitor(store, first_block=21)
    open_monitor(store).close()


def test_price_inside_a_block(tmp_path: Path, open_monitor: Callable[..., Monitor]) -> None:
    """Below at a price, closed in the same block: it began and it ended, and both are said."""
    tape = market()
    tape.trade(CLIENT, MAKER, 30, 8_000)
    tape.block()
    tape.price(5_000)
    tape.trade(MAKER, CLIENT, 30, 5_000)
    tape.block()
    store = store_of(tape, tmp_path / "store.duckdb")
    monitor = open_monitor(store)
    monitor.advance()
    said = [
        (one["status"], one["block"]["log_index"], (one["ended"] or {}).get("log_index"))
        for one in notices(monitor.state.path)
        if one["detector"] == "below_close_out"
    ]
    assert said == [("fired", 0, None), ("resolved", 0, 2)]


def test_stale_at_the_beginning_of_a_block(
    tmp_path: Path, open_monitor: Callable[..., Monitor]
) -> None:
    """A price that was stale until this block brought another one, and one of an empty block."""
    tape = market()
    tape.price(8_000, valid=100)
    tape.block(after=101)
    late = tape.number
    tape.price(8_000, valid=100)
    tape.block(after=101)
    empty = tape.number
    tape.block()
    store = store_of(tape, tmp_path / "store.duckdb")
    monitor = open_monitor(store)
    monitor.advance()
    said = [
        (one["status"], one["block"]["number"], one["block"]["log_index"])
        for one in notices(monitor.state.path)
        if one["detector"] == "stale_price"
    ]
    assert said == [("fired", late, -1), ("resolved", late, -1), ("fired", empty, -1)]


def test_missing_rows_stop_it_with_an_alert(
    tmp_path: Path, open_monitor: Callable[..., Monitor]
) -> None:
    """Without the opening of an account nothing follows: one alert, however often it is run."""
    tape = long_tape(5)
    header, events = tape.blocks[2]
    tape.blocks[2] = header, tuple(one for one in events if one.args.get("account") != CLIENT)
    store = store_of(tape, tmp_path / "store.duckdb")
    for _ in range(2):
        monitor = open_monitor(store)
        with pytest.raises(NotFollowing, match="no market follows from the rows up to Trade"):
            monitor.advance()
        assert monitor.last is None or monitor.last.number < 4
        monitor.close()
    found = [one for one in notices(monitor.state.path) if one["detector"] == "broken_sequence"]
    assert [one["block"]["number"] for one in found] == [4]


def test_altered_row(tmp_path: Path, open_monitor: Callable[..., Monitor]) -> None:
    """A balance that does not follow from those before is said, and the rest goes on."""
    tape = market()
    cash = tape.books.ledger.account(CLIENT).cash
    tape.leg(CLIENT, 3, 8_000)
    tape.leg(MAKER, -3, 8_000)
    tape.block()
    event = tape.leg(CLIENT, -1, 8_000)
    tape.block()
    header, _ = tape.blocks[4]
    wrong = {**event.args, "cash": cash + 1}
    tape.blocks[4] = header, (type(event)(event.spec, event.address, wrong, 5, 0, event.timestamp),)
    store = store_of(tape, tmp_path / "store.duckdb")
    monitor = open_monitor(store)
    monitor.advance()
    found = [one for one in notices(monitor.state.path) if one["detector"] == "broken_sequence"]
    assert [one["subject"] for one in found] == ["TradeReported.cash"]
    assert found[0]["figures"] == {"reported": str(cash + 1), "expected": str(cash)}


def test_failed_write_leaves_nothing(
    tmp_path: Path, open_monitor: Callable[..., Monitor], monkeypatch: pytest.MonkeyPatch
) -> None:
    """An evaluation that could not be written is done again, whole."""
    tape = long_tape(30)
    store = store_of(tape, tmp_path / "store.duckdb")
    monitor = open_monitor(store)
    genuine = module.Episodes.look
    looks = 0

    def failing(self, *arguments) -> None:  # type: ignore[no-untyped-def]
        nonlocal looks
        looks += 1
        if looks == 50:
            raise StoreFailed("state: the disk is full")
        genuine(self, *arguments)

    monkeypatch.setattr(module.Episodes, "look", failing)
    with pytest.raises(StoreFailed):
        monitor.advance()
    assert monitor.last is not None
    assert 0 < monitor.last.number < 34
    monitor.advance()
    assert monitor.timeline.now == tape.books
    expected = fresh(store, open_monitor, "fresh.sqlite")
    assert received(monitor.state.path).keys == expected.keys


def run_child(location: str, open_monitor: Callable[..., Monitor]) -> None:
    """A process of its own, up to the end or to its death."""
    code = 1
    try:
        store = open_store(location, read_only=True)
        monitor = open_monitor(store)
        # A breath between the blocks, so that kills fall everywhere.
        monitor.committed = lambda: time.sleep(0.002)
        monitor.advance()
        code = 0
    finally:
        os._exit(code)


def test_killed_at_any_moment(
    tmp_path: Path, open_monitor: Callable[..., Monitor], monkeypatch: pytest.MonkeyPatch
) -> None:
    """Thirty kills, in the middle of whatever it does: what is in the outbox in the end is what
    an uninterrupted run puts there, in the same order."""
    monkeypatch.setattr(module, "COMMIT_BLOCKS", 1)
    location = str(tmp_path / "store.duckdb")
    store_of(long_tape(60), tmp_path / "store.duckdb").close()
    draw, killed = random.Random(7), 0
    for _ in range(30):
        child = os.fork()
        if child == 0:
            run_child(location, open_monitor)
        time.sleep(draw.uniform(0.02, 0.16))
        os.kill(child, signal.SIGKILL)
        _, status = os.waitpid(child, 0)
        killed += os.WIFSIGNALED(status)
    assert killed > 10
    store = open_store(location, read_only=True)
    monitor = open_monitor(store)
    monitor.advance()
    monitor.close()
    assert received(monitor.state.path).keys == fresh(store, open_monitor, "fresh.sqlite").keys


def test_state_files(tmp_path: Path, open_monitor: Callable[..., Monitor]) -> None:
    """One monitor at a time, about one house, of one version; no file of another kind."""
    tape = market()
    store = store_of(tape, tmp_path / "store.duckdb")
    monitor = open_monitor(store)
    with pytest.raises(StoreFailed, match="in use by another monitor"):
        open_monitor(store)
    monitor.close()
    other = open_store(str(tmp_path / "other.duckdb"), description(chain_id=5))
    with pytest.raises(InputError, match=r"is about keelmark 0x.* on chain 31337, expected"):
        open_monitor(other)
    with sqlite3.connect(monitor.state.path) as connection:
        connection.execute("UPDATE meta SET value = '0' WHERE key = 'version'")
    connection.close()
    with pytest.raises(InputError, match="another version"):
        open_monitor(store)
    (tmp_path / "text.sqlite").write_text("no database, and long enough to be seen as none" * 9)
    with pytest.raises(StoreFailed, match="cannot be opened"):
        open_monitor(store, "text.sqlite")
    with pytest.raises(StoreFailed, match="cannot be made"):
        open_monitor(store, "text.sqlite/below")


def test_store_of_another_venue(tmp_path: Path, open_monitor: Callable[..., Monitor]) -> None:
    """Contracts that are not the kit's have no market that could be folded."""
    about = replace(description(), manifest="")
    store = open_store(str(tmp_path / "store.duckdb"), about)
    with pytest.raises(InputError, match="of no deployment of the kit"):
        open_monitor(store)
    assert not (tmp_path / "state.sqlite").exists()


def test_books_are_compared_whole() -> None:
    """What the tests of this file compare can differ."""
    tape, other = market(), market()
    assert tape.books == other.books
    other.price(8_001)
    assert tape.books != other.books
    assert Books.empty(tape.books.wiring) != tape.books


def test_hysteresis(tmp_path: Path, open_monitor: Callable[..., Monitor]) -> None:
    """Back into the band between the level and its end is the same episode; beyond it and down
    again is a new one. The levels are those of `test_accounts`."""
    tape = market()
    tape.trade(CLIENT, MAKER, 30, 8_000)
    tape.block()
    for price in (6_201, 6_340, 6_202, 6_201, 6_341, 6_202, 6_201):
        tape.price(price)
        tape.block()
    store = store_of(tape, tmp_path / "store.duckdb")
    monitor = open_monitor(store)
    monitor.advance()
    said = [
        (one["status"], one["block"]["number"], (one["ended"] or {}).get("number"))
        for one in notices(monitor.state.path)
        if one["detector"] == "near_close_out"
    ]
    assert said == [("fired", 5, None), ("resolved", 5, 9), ("fired", 11, None)]


def test_gap_between_checkpoints(tmp_path: Path, open_monitor: Callable[..., Monitor]) -> None:
    """Blocks that were never read: a checkpoint goes missing in the middle of a store that is being
    watched. One that is opened like that is refused (`store.joints`)."""
    tape = long_tape(16)
    store = open_store(str(tmp_path / "store.duckdb"), description())
    for first, last in pairwise([0, 6, 12, 20]):
        store.commit(row_set(tape.blocks[first:last]))
    assert not any(
        one["detector"] == "store_gap" for one in fresh_notices(store, open_monitor, "a")
    )
    assert isinstance(store, DuckStore)
    assert store.delete("keelmark_checkpoints", "first_block = 7") == 1
    found = fresh_notices(store, open_monitor, "less.sqlite")
    assert [one["sentence"] for one in found if one["detector"] == "store_gap"] == [
        "the store's checkpoints do not meet: one begins at block 13, expected 7"
    ]


def fresh_notices(store: Store, open_monitor: Callable[..., Monitor], name: str) -> list[dict]:  # type: ignore[type-arg]
    """What a new monitor says."""
    monitor = open_monitor(store, name)
    monitor.advance()
    monitor.close()
    return notices(monitor.state.path)


def test_rows_of_another_block(tmp_path: Path, open_monitor: Callable[..., Monitor]) -> None:
    """Rows whose hash is not their header's are of a block that is not there."""
    store_of(long_tape(5), tmp_path / "store.duckdb").close()
    with duckdb.connect(str(tmp_path / "store.duckdb")) as connection:
        connection.execute(
            "UPDATE price_updated SET block_hash = repeat('z', 32)::BLOB WHERE block_number = 6"
        )
    monitor = open_monitor(open_store(str(tmp_path / "store.duckdb"), read_only=True))
    with pytest.raises(StoreFailed, match=r"block 6 of .* has 2 hashes, expected one"):
        monitor.advance()


def test_store_that_is_rewound_while_it_is_read(
    tmp_path: Path, open_monitor: Callable[..., Monitor]
) -> None:
    """A block that does not continue the one before it is left to the next step."""
    tape = long_tape(5)
    rows = row_set(tape.blocks)
    headers = tuple(
        replace(one, parent_hash=b"\7" * 32) if one.number == 6 else one for one in rows.headers
    )
    store = open_store(str(tmp_path / "store.duckdb"), description())
    store.commit(replace(rows, headers=headers))
    monitor = open_monitor(store)
    assert monitor.advance().last_block == 5


def test_newest_rows_are_at_hand(tmp_path: Path) -> None:
    """What was committed last is read without the store; what is not whole is read from it."""
    tape = long_tape(16)
    store = FedStore(open_store(str(tmp_path / "store.duckdb"), description()))
    assert store.recent(1, 6) is None
    for first, last in pairwise([0, 6, 12, 20]):
        store.commit(row_set(tape.blocks[first:last]))
    assert [one.checkpoint.last_block for one in store.recent(9, 20) or []] == [12, 20]
    assert store.recent(9, 19) is None
    assert store.recent(21, 21) is None
    plain = open_store(str(tmp_path / "store.duckdb"), read_only=True)
    assert list(read_blocks(store, 9, 20)) == list(read_blocks(plain, 9, 20))
    assert store.commit(row_set(tape.blocks[12:20])) == 0
    assert len(store.recent(1, 20) or []) == 3
    store.rewind(tape.blocks[8][0])
    assert store.recent(1, 12) is None
    store.commit(row_set(tape.blocks[9:20]))
    assert store.recent(1, 20) is None
    assert len(store.recent(10, 20) or []) == 1
    assert list(read_blocks(store, 1, 20)) == list(read_blocks(plain, 1, 20))
    for kept in (store, plain):
        kept.close()
