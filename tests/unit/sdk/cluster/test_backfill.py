"""A backfill on real worker processes: the same rows as on one machine, whatever dies."""

from __future__ import annotations

import asyncio
import os
import signal
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest
from deltalake import DeltaTable
from distributed import LocalCluster

from keelmark import __version__
from keelmark.cluster.coordinator import ClusterFailed, Cut, backfill
from keelmark.cluster.partition import Refused, Task, read_part
from keelmark.errors import InputError
from keelmark.store import Description, open_store
from keelmark.store.delta import DeltaStore
from keelmark.store.model import Heads, RowSet
from tests.support.bad_provider import Incomplete, Slow, bad_provider
from tests.support.chained_reports import ChainedReports
from tests.support.reading import contents, plainly, read_into, without_gap

BLOCKS = 160
COUNTS = tuple((place * 7) % 5 for place in range(BLOCKS))
"""Trades of each block, 0 to 4."""


@pytest.fixture(scope="module")
def cluster() -> Iterator[LocalCluster]:
    """A scheduler and two workers, each a process of its own that is started again if it dies."""
    with LocalCluster(
        n_workers=2, threads_per_worker=1, processes=True, dashboard_address=None
    ) as made:
        yield made


@pytest.fixture
def reports(anvil: Any) -> ChainedReports:
    """A contract with a report chain and a few hundred rows."""
    made = ChainedReports.deploy(anvil.name)
    made.report(COUNTS)
    return made


def final(reports: ChainedReports) -> Heads:
    """Heads by which every block is final."""
    return Heads(reports.head, reports.head, reports.head)


def made(path: Path, description: Description) -> DeltaStore:
    """A new store."""
    store = open_store(f"delta:{path}", description)
    assert isinstance(store, DeltaStore)
    return store


def run(
    cluster: LocalCluster | str, reports: ChainedReports, store: DeltaStore, **options: Any
) -> int:
    """One backfill to the head."""
    address = cluster if isinstance(cluster, str) else cluster.scheduler_address
    target = options.pop("target", reports.url)
    heads = final(reports)
    return asyncio.run(
        backfill(address, [target], store, heads.latest, heads, **{"cut": Cut(20), **options})
    )


def test_default_behavior(cluster: LocalCluster, reports: ChainedReports, tmp_path: Path) -> None:
    """The rows are those of the plain reader, in parts without a gap, and proved; a second run
    changes nothing, and a reader goes on where the cluster ended."""
    store = made(tmp_path / "store", reports.description)
    told: list[int] = []
    added = run(cluster, reports, store, progress=lambda now: told.append(now.block))
    there = plainly(reports.url, reports.description)
    assert contents(store) == there
    assert added == sum(len(rows) for rows in there.values()) > sum(COUNTS)
    assert without_gap(store)
    spans = [point.last_block - point.first_block + 1 for point in store.checkpoints()]
    assert spans == [20] * (len(spans) - 1) + [(BLOCKS + 1) % 20 or 20]
    assert told == [point.last_block for point in store.checkpoints()]
    assert store.proofs()[-1].root == reports.root()
    assert run(cluster, reports, store) == 0
    head = reports.report([3, 2])
    read_into(store, reports.url)
    newest = store.checkpoint()
    assert newest is not None
    assert newest.last_block == head
    assert contents(store) == plainly(reports.url, reports.description)
    store.close()


def test_each_part_is_one_transaction(
    cluster: LocalCluster, reports: ChainedReports, tmp_path: Path
) -> None:
    """Of each table, and its retry is a no-op."""
    store = made(tmp_path / "store", reports.description)
    run(cluster, reports, store, cut=Cut(40))
    table = DeltaTable(str(tmp_path / "store" / "trade_reported"))
    parts = len(store.checkpoints())
    assert table.version() == parts
    heads = final(reports)
    last = store.checkpoints()[-1]
    task = Task(
        (reports.url,),
        reports.description.to_text(),
        store.root,
        last.first_block,
        last.last_block,
        heads,
        1_000,
    )
    again = read_part(task)
    assert not isinstance(again, Refused)
    assert store.commit_files(RowSet({}, (again.last,), last), again.files) == 0
    assert DeltaTable(str(tmp_path / "store" / "trade_reported")).version() == parts
    assert contents(store) == plainly(reports.url, reports.description)
    store.close()


def test_killed_coordinator_goes_on(
    cluster: LocalCluster, reports: ChainedReports, tmp_path: Path
) -> None:
    """A coordinator that stops after some parts leaves whole parts, and the next one goes on."""
    store = made(tmp_path / "store", reports.description)

    class Stopped(Exception):
        """The coordinator is gone."""

    def stop(now: Any) -> None:
        if now.block > 60:
            raise Stopped

    with pytest.raises(Stopped):
        run(cluster, reports, store, progress=stop)
    store.close()
    store = made(tmp_path / "store", reports.description)
    half = store.checkpoint()
    assert half is not None
    assert 60 < half.last_block < reports.head
    run(cluster, reports, store)
    assert contents(store) == plainly(reports.url, reports.description)
    assert without_gap(store)
    store.close()


def test_a_missing_log_is_found(
    cluster: LocalCluster, reports: ChainedReports, tmp_path: Path
) -> None:
    """A provider that leaves a log out is refused by the part that lacks it; what was committed
    before stays whole."""
    store = made(tmp_path / "store", reports.description)
    with bad_provider(reports.url) as provider:
        provider.add(Incomplete())
        with pytest.raises(ClusterFailed, match="do not fold to the root"):
            run(cluster, reports, store, target=provider.url)
    assert store.checkpoint() is None
    run(cluster, reports, store)
    assert contents(store) == plainly(reports.url, reports.description)
    store.close()


def test_refusals(
    cluster: LocalCluster,
    reports: ChainedReports,
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    """Each in one sentence, and nothing is committed."""
    monkeypatch.setattr("keelmark.cluster.coordinator.CONNECT_SECONDS", 1)
    store = made(tmp_path / "store", reports.description)
    with pytest.raises(ClusterFailed, match=r"nobody answers at tcp://127\.0\.0\.1:9"):
        run("tcp://127.0.0.1:9", reports, store)
    with pytest.raises(InputError, match="partition blocks: 0"):
        run(cluster, reports, store, cut=Cut(0))
    with pytest.raises(ClusterFailed, match="were not read"):
        run(cluster, reports, store, target="http://127.0.0.1:9")
    assert store.checkpoint() is None
    store.close()


def test_a_worker_of_another_version_refuses(reports: ChainedReports, tmp_path: Path) -> None:
    """And one that is asked on another chain."""
    heads = final(reports)
    text = reports.description.to_text()
    task = Task((reports.url,), text, str(tmp_path), 0, heads.latest, heads, 10, "0.0.1")
    refused = read_part(task)
    assert isinstance(refused, Refused)
    assert "expected 0.0.1 as the coordinator does" in refused.sentence
    other = replace(reports.description, chain_id=5).to_text()
    assert not isinstance(read_part(replace(task, software=__version__)), Refused)
    refused = read_part(replace(task, description=other, software=__version__))
    assert isinstance(refused, Refused)
    assert "expected chain 5" in refused.sentence


@pytest.mark.parametrize(
    ("blocks", "threads", "expected"),
    [(None, 2, 8), (None, 1, 4), (7, 9, 15), (1_000, 1, 1)],
)
def test_spans(blocks: int | None, threads: int, expected: int) -> None:
    """Parts cover every block once."""
    spans = Cut(blocks).spans(100, 199, threads)
    assert [block for first, last in spans for block in range(first, last + 1)] == list(
        range(100, 200)
    )
    assert len(spans) == min(expected, -(-100 // 16) if blocks is None else expected)


@contextmanager
def killing(cluster: LocalCluster, times: int) -> Iterator[list[int]]:
    """Kills a worker process again and again, at moments that it does not choose."""
    killed: list[int] = []
    over = threading.Event()

    def kill() -> None:
        while not over.is_set() and len(killed) < times:
            time.sleep(0.15)
            for worker in list(cluster.workers.values())[:1]:
                process = worker.process.process if worker.process else None
                if process is not None and process.pid and process.pid not in killed:
                    os.kill(process.pid, signal.SIGKILL)
                    killed.append(process.pid)

    thread = threading.Thread(target=kill)
    thread.start()
    try:
        yield killed
    finally:
        over.set()
        thread.join()


def test_killed_workers_change_nothing(
    cluster: LocalCluster, reports: ChainedReports, tmp_path: Path
) -> None:
    """Workers die in the middle of their parts; others read them."""
    store = made(tmp_path / "store", reports.description)
    with bad_provider(reports.url) as slow:
        slow.add(Slow(seconds=0.1))
        with killing(cluster, 2) as killed:
            run(cluster, reports, store, target=slow.url, cut=Cut(8, group_rows=5))
    assert len(killed) == 2
    assert contents(store) == plainly(reports.url, reports.description)
    assert without_gap(store)
    store.close()
