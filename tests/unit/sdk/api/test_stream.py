"""The live tail: nothing lost, nothing doubled, whatever the chain and the connection do."""

from __future__ import annotations

import asyncio
import json
import random
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import aclosing, asynccontextmanager
from pathlib import Path
from typing import Any, cast

import pytest

from keelmark.api import stream as stream_module
from keelmark.api.cursors import EventId
from keelmark.api.problems import Refused
from keelmark.api.recent import Recent, Tee
from keelmark.api.service import Service
from keelmark.api.stream import Tail
from keelmark.store import Store
from tests.unit.sdk.api.served import (
    block_hash,
    client,
    described,
    heads,
    made_store,
    replace,
    row_set,
)

CALLS = tuple(described().table(name) for name in ("margin_called", "margin_call_ended"))
FINAL = 4
BLOCKS = 8

Place = tuple[int, int, str]
"""Height, place in the block, block hash."""


class Reader:
    """A reader that keeps what it is told: rows by place, void ones dropped."""

    def __init__(self) -> None:
        self.rows: list[Place] = []
        self.last_id = ""
        self.heard: list[str] = []
        self.comments = 0
        self.reached = 0

    def hear(self, text: str) -> None:
        """One event."""
        fields = dict(line.split(": ", 1) for line in text.strip().splitlines())
        if "event" not in fields:
            self.comments += 1
            return
        body, kind = json.loads(fields["data"]), fields["event"]
        self.heard.append(kind)
        self.last_id = fields["id"]
        if kind == "row":
            row = (body["block_number"], body["log_index"], body["block_hash"])
            assert row not in self.rows, "a row came twice"
            assert not self.rows or row[:2] > self.rows[-1][:2], "out of order"
            self.rows.append(row)
        elif kind == "rewound":
            self.rows = [row for row in self.rows if row[0] <= body["last_block"]]
            self.reached = 0
        else:
            self.reached = body["last_block"]

    async def listen(
        self, tail: Tail, until: Callable[[], bool], *, begin: int | None = 0, events: int = 10**9
    ) -> None:
        """Reads until something holds, or so many events."""
        start = await tail.start(self.last_id or None, None if self.last_id else begin)
        async with aclosing(tail.events(start, CALLS, {})) as found:
            async for text in cast(AsyncIterator[str], found):
                self.hear(text)
                events -= 1
                if until() or not events:
                    return


def stored(store: Store) -> list[Place]:
    """What the store holds, in chain order."""
    rows = []
    for table in CALLS:
        for batch in store.scan(table.name):
            rows += [
                (row["block_number"], row["log_index"], "0x" + row["block_hash"].hex())
                for row in batch.to_pylist()
            ]
    return sorted(rows)


@asynccontextmanager
async def tailed(store: Store, recent: Recent | None = None) -> AsyncIterator[Tail]:
    """The live tail of a store that is asked every hundredth of a second."""
    service = Service.of(store, None, recent, poll_seconds=0.01)
    await service.watch.refresh()
    task = asyncio.ensure_future(service.watch.poll())
    try:
        yield Tail(service, 0.2)
    finally:
        task.cancel()
        await asyncio.gather(task, return_exceptions=True)
        service.watch.close()


def with_tail(store: Store, work: Callable[[Tail], Awaitable[None]], **options: Any) -> None:
    """Does something with a tail, within some seconds."""

    async def run() -> None:
        async with asyncio.timeout(60), tailed(store, **options) as tail:
            await work(tail)

    asyncio.run(run())


@pytest.fixture
def store(tmp_path: Path) -> Any:
    """Eight blocks with three rows each, four of them final."""
    made = made_store(tmp_path, BLOCKS, FINAL)
    yield made
    made.close()


@pytest.mark.parametrize("told", [False, True])
def test_backlog_and_tail_are_one(store: Store, told: bool) -> None:
    """Blocks are committed while the backlog is read; from memory or from the store."""
    recent = Recent()
    writer = cast(Store, Tee(store, recent)) if told else store

    async def work(tail: Tail) -> None:
        async def write() -> None:
            for number in range(BLOCKS + 1, BLOCKS + 9):
                rows = row_set(number, heads(number, FINAL))
                await asyncio.to_thread(writer.commit, rows)
                await asyncio.sleep(random.random() / 50)

        reader = Reader()
        writing = asyncio.ensure_future(write())
        await reader.listen(tail, lambda: reader.reached == BLOCKS + 8)
        await writing
        assert reader.rows == stored(store)
        assert len(reader.rows) == 3 * (BLOCKS + 8)

    with_tail(store, work, recent=recent)


def test_small_chunks(store: Store, monkeypatch: pytest.MonkeyPatch) -> None:
    """A backlog read two rows at a time is the same backlog."""
    monkeypatch.setattr(stream_module, "CHUNK", 2)
    reader = Reader()
    with_tail(store, lambda tail: reader.listen(tail, lambda: reader.reached == BLOCKS))
    assert reader.rows == stored(store)


def test_resumes_behind_any_event(store: Store) -> None:
    """Interrupted after each event: the whole is what an undisturbed reader has."""
    reader = Reader()

    async def work(tail: Tail) -> None:
        for _ in range(200):
            await reader.listen(tail, lambda: reader.reached == BLOCKS, events=2)
            if reader.reached == BLOCKS:
                return

    with_tail(store, work)
    assert reader.rows == stored(store)


def test_begins_at_the_head(store: Store) -> None:
    """Without an id or a block only what comes is told; first, where the store is."""
    reader = Reader()

    async def work(tail: Tail) -> None:
        await reader.listen(tail, lambda: bool(reader.reached), begin=None)
        assert (reader.rows, reader.reached) == ([], BLOCKS)
        await asyncio.to_thread(store.commit, row_set(BLOCKS + 1, heads(BLOCKS + 1)))
        await reader.listen(tail, lambda: reader.reached == BLOCKS + 1)

    with_tail(store, work)
    assert [row[0] for row in reader.rows] == [BLOCKS + 1] * 3


def test_heartbeat(store: Store) -> None:
    """A silence is broken by a comment."""
    reader = Reader()
    with_tail(store, lambda tail: reader.listen(tail, lambda: reader.comments > 3))
    assert reader.rows == stored(store)


def test_filters(store: Store) -> None:
    """One table, one account."""
    found = []

    async def work(tail: Tail) -> None:
        start = await tail.start(None, 0)
        async for text in tail.events(start, CALLS[1:], {"account": 2}):
            if "event: checkpoint" in text:
                return
            if "event: row" in text:
                found.append(json.loads(text.split("data: ")[1]))

    with_tail(store, work)
    numbers = [row["block_number"] for row in found]
    assert numbers == [number for number in range(1, BLOCKS + 1) if 1 + (number + 1) % 3 == 2]
    assert {row["table"] for row in found} == {"margin_call_ended"}
    assert all(row["fields"]["account"] == 2 for row in found)


def test_reorganisation_while_reading(store: Store) -> None:
    """Told the last block that stayed, then the new history from there."""
    reader = Reader()

    async def work(tail: Tail) -> None:
        async def change() -> None:
            while reader.reached != BLOCKS:
                await asyncio.sleep(0.01)
            await asyncio.to_thread(replace, store, 6, 9, "b")

        changing = asyncio.ensure_future(change())
        await reader.listen(tail, lambda: reader.reached == 9)
        await changing

    with_tail(store, work)
    assert reader.heard.count("rewound") >= 1
    assert reader.rows == stored(store)
    assert reader.rows[-1] == (9, 2, "0x" + block_hash(9, "b").hex())


def test_reorganisation_inside_a_backlog(store: Store, monkeypatch: pytest.MonkeyPatch) -> None:
    """Blocks are replaced after the first rows of a backlog were read: rows of the new history are
    not told before the replacement is, or whoever is cut off between would keep the old ones."""
    real, read = stream_module.scan_rows, []
    monkeypatch.setattr(stream_module, "CHUNK", 22)

    def scan(source: Any, *arguments: Any) -> Any:
        read.append(1)
        if len(read) == 2:
            replace(store, 6, BLOCKS, "b")
        return real(source, *arguments)

    monkeypatch.setattr(stream_module, "scan_rows", scan)
    reader = Reader()
    with_tail(store, lambda tail: reader.listen(tail, lambda: reader.reached == BLOCKS))
    assert reader.heard[22] == "rewound", reader.heard
    assert reader.rows == stored(store)


def test_reorganisation_while_away(store: Store) -> None:
    """Whoever had rows of replaced blocks is told so when it comes back, by its id alone."""
    reader = Reader()
    with_tail(store, lambda tail: reader.listen(tail, lambda: len(reader.rows) == 23))
    replace(store, 6, BLOCKS, "b")
    with_tail(store, lambda tail: reader.listen(tail, lambda: reader.reached == BLOCKS))
    assert reader.heard[23:25] == ["rewound", "row"]
    assert reader.rows == stored(store)


def test_id_put_together_from_a_row(store: Store) -> None:
    """It goes on while its block is there; later it cannot say how far to go back: 410."""
    id = f"8:0:0x{block_hash(8).hex()}"
    reader = Reader()
    reader.last_id = id
    with_tail(store, lambda tail: reader.listen(tail, lambda: len(reader.rows) == 2))
    assert reader.rows == stored(store)[-2:]
    replace(store, 6, BLOCKS, "b")

    async def work(tail: Tail) -> None:
        with pytest.raises(Refused, match="block 8 was replaced") as refused:
            await tail.start(id, None)
        assert refused.value.status == 410

    with_tail(store, work)


@pytest.mark.parametrize("text", ["x", "1:2", "1:2:0x12", f"-1:0:0x{'00' * 32}", "a" * 5_000])
def test_id_that_is_none(text: str) -> None:
    """One sentence."""
    with pytest.raises(Refused, match="Last-Event-ID: expected block:log index:block hash"):
        EventId.from_text(text)


def test_more_reorganisations_than_are_remembered(
    store: Store, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A reader that was too slow for them goes back to what was final."""
    reader = Reader()

    async def work(tail: Tail) -> None:
        watch = tail.service.watch
        watch.rewinds = type(watch.rewinds)(maxlen=1)
        start = await tail.start(None, 0)
        async with aclosing(tail.events(start, CALLS, {})) as found:
            async for text in cast(AsyncIterator[str], found):
                reader.hear(text)
                if len(reader.heard) == 24:
                    for ancestor, fork in ((5, "b"), (6, "c"), (7, "d")):
                        parts = {"b": 8, "c": 8, "d": 9}
                        await asyncio.to_thread(replace_any, store, ancestor, parts[fork], fork)
                        await watch.refresh()
                if reader.reached == 9:
                    return

    with_tail(store, work)
    assert reader.rows == stored(store)


def replace_any(store: Store, ancestor: int, last: int, fork: str) -> None:
    """As `replace`, whatever fork the ancestor is of."""
    found = store.headers(ancestor, ancestor)[0]
    store.rewind(found)
    for number in range(ancestor + 1, last + 1):
        store.commit(row_set(number, heads(last, FINAL), fork=fork))


@pytest.mark.parametrize("seed", range(4))
def test_random_histories(tmp_path: Path, seed: int) -> None:
    """Commits, reorganisations of any depth above what is final, and readers cut off anywhere:
    each ends with what the store holds."""
    chance = random.Random(seed)
    store = made_store(tmp_path, BLOCKS, FINAL)
    recent = Recent()
    writer = cast(Store, Tee(store, recent))
    done = False

    def write() -> None:
        head = BLOCKS
        for step in range(8):
            if chance.random() < 0.4:
                ancestor = chance.randint(FINAL, head - 1)
                last = max(head, ancestor + 1) + chance.randint(0, 1)
                replace_any(writer, ancestor, last, f"fork {step} ")
                head = last
            else:
                head += 1
                logs = chance.sample(range(3), chance.randint(0, 3))
                rows = row_set(head, heads(head, FINAL), sorted(logs), fork=f"step {step} ")
                writer.commit(rows)

    async def read(tail: Tail, luck: random.Random) -> Reader:
        reader = Reader()
        while not done or reader.rows != stored(store):
            cut = luck.randint(1, 12)
            await reader.listen(tail, lambda: done and reader.rows == stored(store), events=cut)
        return reader

    async def work(tail: Tail) -> None:
        nonlocal done
        readers = [
            asyncio.ensure_future(read(tail, random.Random(seed * 10 + one))) for one in range(3)
        ]
        await asyncio.to_thread(write)
        done = True
        for one in await asyncio.gather(*readers):
            assert one.rows == stored(store)
            assert one.rows

    with_tail(store, work, recent=recent)
    store.close()


def test_too_many_readers(store: Store, monkeypatch: pytest.MonkeyPatch) -> None:
    """A bound on what is open at the same time."""
    monkeypatch.setattr(stream_module, "MOST_STREAMS", 0)

    async def work() -> None:
        async with client(store) as found:
            answer = await found.get("/v1/stream")
            assert answer.status_code == 503
            assert answer.json()["detail"].startswith("stream: too many readers")
            for query in ("tables=", "tables=nothing", "from_block=-1", "x=1", "account=-1"):
                bad = await found.get(f"/v1/stream?{query}")
                assert bad.status_code in (404, 422)

    asyncio.run(work())
