"""The loop: steps in, alerts out; silence, a lost endpoint, and a reader that stops."""

from __future__ import annotations

import asyncio
import json
from collections.abc import AsyncIterator, Callable, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import pytest

from keelmark.errors import KeelmarkError, RpcUnreachable
from keelmark.ingest.endpoint import Endpoint
from keelmark.ingest.failures import FinalizedReorganised
from keelmark.monitor import Monitor, Rules
from keelmark.monitor.chain import Folded, root_signals
from keelmark.monitor.delivery import Courier
from keelmark.monitor.outbox import Outbox
from keelmark.monitor.watch import Watch, follow_store, read_roots
from keelmark.store import open_store
from tests.support.watched import CLIENT, MAKER, Tape, description, market, row_set
from tests.unit.sdk.monitor.test_delivery import Count, Ear
from tests.unit.sdk.monitor.test_monitor import notices


@dataclass
class Scene:
    """A store that grows, a monitor over it, and somebody who hears."""

    folder: Path
    tape: Tape = field(default_factory=market)
    ear: Ear = field(default_factory=Ear)
    sentences: list[str] = field(default_factory=list)
    stored: int = 0
    clock: float = 0.0

    def __post_init__(self) -> None:
        self.store = open_store(str(self.folder / "store.duckdb"), description())
        self.tape.trade(CLIENT, MAKER, 30, 8_000)
        self.tape.block()
        self.keep()
        rules = Rules.model_validate({"reader_stalled": {"seconds": 60}})
        self.monitor = Monitor(self.store, rules, self.folder / "s.sqlite", sinks=("ear",))
        self.outbox = Outbox(self.monitor.state.path)

    def keep(self) -> None:
        """The new blocks into the store."""
        self.store.commit(row_set(self.tape.blocks[self.stored :]))
        self.stored = len(self.tape.blocks)

    def price(self, price: int) -> None:
        """A block with a price."""
        self.tape.price(price)
        self.tape.block()
        self.keep()

    def watch(self) -> Watch:
        """A loop whose clock is the scene's."""
        courier = Courier(
            self.outbox, [self.ear], self.monitor.rules.delivery, Count(), self.sentences.append
        )
        return Watch(
            self.monitor, courier, self.sentences.append, clock=lambda: self.clock, tick=0.01
        )

    def heard(self, detector: str) -> list[tuple[str, int]]:
        """What was sent of a detector: status and block."""
        keys = set(self.ear.heard)
        return [
            (one["status"], one["block"]["number"])
            for one in notices(self.monitor.state.path)
            if one["detector"] == detector and one["key"] in keys
        ]


@pytest.fixture
def scene(tmp_path: Path) -> Scene:
    """The client is long thirty units at 8,000."""
    return Scene(tmp_path)


async def settle(until: Callable[[], object]) -> None:
    """Waits until something is so."""
    async with asyncio.timeout(10):
        while not until():
            await asyncio.sleep(0.005)


def test_steps(scene: Scene) -> None:
    """What is in the store is looked at first, then what each step brings."""
    scene.price(5_000)

    async def follow() -> AsyncIterator[object]:
        await settle(lambda: scene.heard("below_close_out"))
        scene.price(8_000)
        yield None
        await settle(lambda: len(scene.heard("below_close_out")) == 2)

    asyncio.run(scene.watch().run(follow))
    assert scene.heard("below_close_out") == [("fired", 5), ("resolved", 5)]


def test_silence(scene: Scene) -> None:
    """No step for a minute by the clock is an alert, once; a step is its end."""

    async def follow() -> AsyncIterator[object]:
        await settle(lambda: scene.monitor.last)
        scene.clock = 59.0
        await asyncio.sleep(0.1)
        assert not scene.heard("reader_stalled")
        scene.clock = 60.0
        await settle(lambda: scene.heard("reader_stalled"))
        scene.clock = 500.0
        await asyncio.sleep(0.1)
        scene.price(8_000)
        yield None
        await settle(lambda: len(scene.heard("reader_stalled")) == 2)

    asyncio.run(scene.watch().run(follow))
    assert scene.heard("reader_stalled") == [("fired", 4), ("resolved", 4)]


def test_lost_endpoint(scene: Scene) -> None:
    """The reader begins again, and nothing that passed meanwhile is skipped."""
    begun = 0

    async def follow() -> AsyncIterator[object]:
        nonlocal begun
        begun += 1
        if begun < 3:
            scene.price(5_000 if begun == 1 else 8_000)
            raise RpcUnreachable("rpc: no node answers at http://127.0.0.1:9")
        yield None

    asyncio.run(scene.watch().run(follow))
    assert begun == 3
    assert len([one for one in scene.sentences if "asked again in" in one]) == 2
    said = [
        (one["status"], one["block"]["number"])
        for one in notices(scene.monitor.state.path)
        if one["detector"] == "below_close_out"
    ]
    assert said == [("fired", 5), ("resolved", 5)]


def test_reader_that_stops(scene: Scene) -> None:
    """What it cannot heal is an alert that is sent before the monitor ends; the same failure at
    the same block is no news."""

    async def follow() -> AsyncIterator[object]:
        yield None
        raise FinalizedReorganised("reader: block 3 was final and is another one")

    for _ in range(2):
        with pytest.raises(FinalizedReorganised):
            asyncio.run(scene.watch().run(follow))
    assert scene.heard("monitor_stopped") == [("fired", 4)]
    sentence = [
        one["sentence"]
        for one in notices(scene.monitor.state.path)
        if one["detector"] == "monitor_stopped"
    ]
    assert sentence == ["the monitor stops, reader: block 3 was final and is another one"]


def test_once(scene: Scene) -> None:
    """Reads, looks, sends and ends."""

    async def sync() -> object:
        scene.price(5_000)
        return None

    assert asyncio.run(scene.watch().once(sync)) == {}
    assert scene.heard("below_close_out") == [("fired", 5)]


def test_once_with_a_reader_that_fails(scene: Scene) -> None:
    """An alert, and the failure itself."""

    async def sync() -> object:
        raise KeelmarkError("endpoint: two of them disagree")

    asyncio.run(scene.watch().once())
    with pytest.raises(KeelmarkError, match="disagree"):
        asyncio.run(scene.watch().once(sync))
    assert scene.heard("monitor_stopped") == [("fired", 4)]


def test_store_of_somebody_else(scene: Scene) -> None:
    """Without an endpoint the store is looked at now and then."""

    async def run() -> None:
        watch = scene.watch()
        task = asyncio.create_task(watch.run(lambda: follow_store(scene.monitor, 0.01)))
        await settle(lambda: scene.monitor.last)
        scene.price(5_000)
        await settle(lambda: scene.heard("below_close_out"))
        task.cancel()
        with pytest.raises(asyncio.CancelledError):
            await task

    asyncio.run(run())
    assert scene.heard("below_close_out") == [("fired", 5)]


A, B = "0x" + "aa" * 20, "0x" + "bb" * 20


def test_roots() -> None:
    """Seven records that fold to ones, and a contract that has not reported yet."""
    folded = Folded(5, bytes(32), {A: "Board", B: "House"}, {A: b"\1" * 32}, {A: 7})

    def said(of_board: bytes, of_house: bytes) -> list[str]:
        roots = {A: of_board * 32, B: of_house * 32}
        return [one.sentence.partition(" at ")[0] for one in root_signals(folded, roots, Rules())]

    assert said(b"\1", b"\0") == []
    assert said(b"\2", b"\0") == ["the 7 rows of Board"]
    assert said(b"\1", b"\3") == ["the 0 rows of House"]


class Node(Endpoint):
    """A node with one block, whose contracts have ones in every slot."""

    name = "node"

    def __init__(self, block_hash: bytes) -> None:
        self.block_hash = block_hash

    async def call(self, method: str, params: Sequence[Any] = ()) -> bytes:
        """Storage, or the block."""
        if method == "eth_getStorageAt":
            result: object = "0x" + "01" * 32
        else:
            result = {"hash": "0x" + self.block_hash.hex()}
        return json.dumps({"jsonrpc": "2.0", "id": 1, "result": result}).encode()

    async def close(self) -> None:
        """Nothing to let go of."""


def test_roots_of_a_block_that_is_gone() -> None:
    """What was read of a height counts for the block that was meant, and for no other."""
    folded = Folded(5, b"\5" * 32, {A: "Board"}, {A: b"\1" * 32}, {A: 7})
    assert asyncio.run(read_roots(Node(b"\5" * 32), folded)) == {A: b"\1" * 32}
    assert asyncio.run(read_roots(Node(b"\6" * 32), folded)) is None
