"""Following the head of a real node: block by block, by subscription and by asking."""

from __future__ import annotations

import asyncio
import time
from collections.abc import Callable, Iterator
from contextlib import aclosing
from pathlib import Path

import pytest

from keelmark.chain import Chain
from keelmark.chain.anvil import running_anvil
from keelmark.ingest import Reader, Step, open_endpoint
from keelmark.store import Store, open_store
from tests.support.chained_reports import ChainedReports
from tests.support.emitter import rpc
from tests.support.reading import QUICK, contents, plainly, read_into, without_gap


@pytest.fixture
def reports(anvil: Chain) -> Iterator[ChainedReports]:
    del anvil
    with running_anvil() as node:
        made = ChainedReports.deploy(node.name)
        made.report([3, 0, 5], seed=10)
        yield made


@pytest.fixture
def store(reports: ChainedReports, tmp_path: Path) -> Iterator[Store]:
    made = open_store(str(tmp_path / "store.duckdb"), reports.description)
    yield made
    made.close()


def followed(
    store: Store, target: str, reports: ChainedReports, acts: list[Callable[[], object]]
) -> list[Step]:
    """Follows while things happen: the next of them once the store has come to the head."""

    async def run() -> list[Step]:
        seen: list[Step] = []
        left = list(acts)
        async with open_endpoint(target, retries=QUICK) as endpoint:
            reader = Reader(endpoint, store, patience=10.0, poll_seconds=0.02)
            try:
                async with aclosing(reader.follow()) as steps, asyncio.timeout(60):
                    async for step in steps:
                        seen.append(step)
                        point = step.checkpoint
                        if point is not None and point.last_block == reports.head:
                            if not left:
                                break
                            await asyncio.to_thread(left.pop(0))
            finally:
                reader.close()
        return seen

    return asyncio.run(run())


@pytest.mark.parametrize("scheme", ["http", "ws"])
def test_default_behavior(reports: ChainedReports, store: Store, scheme: str) -> None:
    """New blocks, an empty one, one of 200 trades, a reorganisation, many at once."""
    acts: list[Callable[[], object]] = [
        lambda: reports.report([4], seed=100),
        lambda: reports.report([0]),
        lambda: reports.report([200], seed=200),
        lambda: reports.replace(2, [1, 2, 3], seed=300),
        lambda: reports.report([1, 0, 2] * 12, seed=400),
        lambda: rpc(reports.url, "anvil_mine", "0x50", "0x1"),
        lambda: reports.report([2], seed=500),
    ]
    steps = followed(store, reports.url.replace("http", scheme), reports, acts)
    assert contents(store) == plainly(reports.url, reports.description)
    assert without_gap(store)
    assert [step.back_to is not None for step in steps].count(True) == 1
    assert any(step.added == 200 + 66 for step in steps), "a block of its own, at once"
    assert store.proofs(), "what became final meanwhile is proved"


def test_blocks_that_passed_while_nobody_read(reports: ChainedReports, store: Store) -> None:
    followed(store, reports.url.replace("http", "ws"), reports, [])
    reports.report([1, 2, 3, 0, 4] * 4, seed=700)
    reports.replace(3, [6, 6], seed=900)
    followed(store, reports.url.replace("http", "ws"), reports, [])
    assert contents(store) == plainly(reports.url, reports.description)


def test_soon_after_the_block(reports: ChainedReports, store: Store) -> None:
    """A block of 200 trades is in the store within a second, on a busy machine too."""
    took: list[float] = []

    def act() -> None:
        reports.report([200], seed=len(took))
        took.append(time.monotonic())

    async def run() -> list[float]:
        found: list[float] = []
        async with open_endpoint(reports.url.replace("http", "ws")) as endpoint:
            reader = Reader(endpoint, store)
            try:
                async with aclosing(reader.follow()) as steps, asyncio.timeout(60):
                    async for step in steps:
                        if step.added == 266:
                            found.append(time.monotonic() - took[-1])
                        if len(found) == 7:
                            break
                        point = step.checkpoint
                        if point is not None and point.last_block == reports.head:
                            await asyncio.to_thread(act)
            finally:
                reader.close()
        return found

    delays = sorted(asyncio.run(run()))
    assert delays[len(delays) // 2] < 1.0


def test_another_reader_stops_nowhere_in_between(reports: ChainedReports, store: Store) -> None:
    """Who stops iterating leaves a whole store behind, and a later run goes on from it."""
    reports.report([1] * 40, seed=40)

    async def run() -> None:
        async with open_endpoint(reports.url) as endpoint:
            reader = Reader(endpoint, store)
            async with aclosing(reader.follow()) as steps:
                async for _ in steps:
                    break
            reader.close()

    asyncio.run(run())
    point = store.checkpoint()
    assert point is not None
    assert contents(store) == plainly(reports.url, reports.description, point.last_block)
    read_into(store, reports.url)
    assert contents(store) == plainly(reports.url, reports.description)
