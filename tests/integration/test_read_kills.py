"""A reader that is killed at random moments, a hundred times, while the chain replaces blocks."""

from __future__ import annotations

import os
import random
import resource
import signal
import time
import traceback
from collections.abc import Iterator
from pathlib import Path

import pytest

from keelmark.chain import Chain
from keelmark.chain.anvil import running_anvil
from keelmark.errors import StoreFailed
from keelmark.ingest import Grouping
from keelmark.store import Description, open_store
from tests.support.chained_reports import ChainedReports
from tests.support.emitter import rpc
from tests.support.reading import contents, plainly, read_into, without_gap

SMALL = Grouping(rows=40)

ROOM = 20_000
"""Bytes that a file may have where the disk is full; a row set needs more."""


@pytest.fixture
def reports(anvil: Chain) -> Iterator[ChainedReports]:
    """A chain with rows in 60 final blocks and in 64 newer ones."""
    del anvil
    with running_anvil() as node:
        made = ChainedReports.deploy(node.name)
        made.report([7, 0, 12, 3] * 31, seed=10)
        yield made


def forked(location: str, description: Description, url: str) -> int:
    """A reader in a process of its own; its process id. It leaves with 0 when it is done."""
    child = os.fork()
    if child:
        return child
    code = 1
    try:
        store = open_store(location, description)
        read_into(store, url, grouping=SMALL)
        store.close()
        code = 0
    except BaseException:
        traceback.print_exc()
    finally:
        os._exit(code)


@pytest.mark.parametrize(
    ("kind", "kills"), [("duckdb", 50), ("parquet", 50)], ids=lambda value: str(value)
)
def test_a_hundred_kills(reports: ChainedReports, tmp_path: Path, kind: str, kills: int) -> None:
    """What is in the store at the end is what a clean reading has: nothing lost, nothing doubled.

    Each run is killed at a moment drawn from the time that a whole run takes. Between runs the
    chain grows, and every third time it replaces some of its newest blocks.
    """
    draw = random.Random(f"kills of {kind}")
    location = f"{kind}:{tmp_path / 'store'}"
    description = reports.description
    started = time.monotonic()
    clean = forked(f"{kind}:{tmp_path / 'clean'}", description, reports.url)
    assert os.waitpid(clean, 0)[1] == 0
    whole = min(time.monotonic() - started, 1.0)

    killed = finished = 0
    while killed < kills:
        child = forked(location, description, reports.url)
        time.sleep(draw.uniform(0.0, whole))
        os.kill(child, signal.SIGKILL)
        _, status = os.waitpid(child, 0)
        if os.WIFSIGNALED(status):
            killed += 1
        else:
            assert os.waitstatus_to_exitcode(status) == 0, "a reader that was not killed failed"
            finished += 1
        if draw.random() < 0.35:
            reports.replace(draw.randint(1, 20), [2, 0, 9], seed=draw.randrange(10**6))
        elif draw.random() < 0.5:
            reports.report([draw.randint(0, 12)], seed=draw.randrange(10**6))

    store = open_store(location, description)
    read_into(store, reports.url, grouping=SMALL)
    assert contents(store) == plainly(reports.url, description)
    assert without_gap(store)
    assert len(store.checkpoints()) > 5, "many commits were there to be killed in"
    store.close()


def test_a_full_disk(reports: ChainedReports, tmp_path: Path) -> None:
    """One sentence, and the store is as it was at its last commit; with room again it goes on."""
    location, description = str(tmp_path / "store.duckdb"), reports.description
    store = open_store(location, description)
    read_into(store, reports.url, 20)
    store.close()
    told = tmp_path / "told"
    child = os.fork()
    if not child:
        code = 1
        try:
            store = open_store(location, description)
            signal.signal(signal.SIGXFSZ, signal.SIG_IGN)
            resource.setrlimit(resource.RLIMIT_FSIZE, (ROOM, ROOM))
            read_into(store, reports.url, grouping=SMALL)
            code = 2
        except StoreFailed as failure:
            told.write_text(str(failure))
            code = 0
        finally:
            os._exit(code)
    assert os.waitstatus_to_exitcode(os.waitpid(child, 0)[1]) == 0
    said = told.read_text()
    assert said.startswith("store: ")
    assert "\n" not in said

    store = open_store(location, description)
    point = store.checkpoint()
    assert point is not None
    assert contents(store) == plainly(reports.url, description, point.last_block)
    read_into(store, reports.url)
    assert contents(store) == plainly(reports.url, description)
    store.close()


def test_a_reorganisation_in_the_middle_of_reading(reports: ChainedReports, tmp_path: Path) -> None:
    """Blocks are replaced between any two questions of a reader."""
    description = reports.description
    store = open_store(str(tmp_path / "store.duckdb"), description)
    reader = forked(f"parquet:{tmp_path / 'other'}", description, reports.url)
    for number in range(12):
        reports.replace(4, [3, 1], seed=number * 50)
        time.sleep(0.05)
    assert os.waitstatus_to_exitcode(os.waitpid(reader, 0)[1]) == 0
    rpc(reports.url, "anvil_mine", "0x1", "0x1")
    read_into(store, reports.url)
    other = open_store(f"parquet:{tmp_path / 'other'}", description)
    read_into(other, reports.url)
    assert contents(other) == contents(store) == plainly(reports.url, description)
    store.close()
    other.close()
