"""Writers that are killed: a process that works on a store until somebody ends it.

The children are forked by a server process that has imported everything and used nothing, so that
a life costs no imports, and no library finds itself forked in the middle of its threads.
"""

from __future__ import annotations

import multiprocessing
import os
import signal
import time
from collections.abc import Callable
from dataclasses import replace
from multiprocessing.connection import Connection
from typing import Any

from keelmark.errors import StoreFailed
from keelmark.store import Heads, Store, open_store
from tests.support.made_rows import DESCRIPTION, FIRST, expected_rows, header, made, proof

__all__ = ["check_whole", "killed_life", "opened"]

_PRELOADED = [
    "tests.support.killed",
    "keelmark.store.duck",
    "keelmark.store.parquet",
    "keelmark.store.postgres",
    "keelmark.store.delta",
]


def _live(location: str, ready: Connection) -> None:
    """Commits, notes and rewinds for ever; every act depends on nothing but the store."""
    store = open_store(location, DESCRIPTION)
    while True:
        ready.send_bytes(b"and on")
        newest = _newest(store)
        if newest % 5 == 0:
            store.rewind(header(newest - 2))
        elif newest % 7 == 0:
            store.note(Heads(newest + 9, newest, newest - 5), [proof(newest)])
            store.commit(made(newest + 1, newest + 1))
        else:
            store.commit(replace(made(newest + 1, newest + 4), proofs=(proof(newest + 3),)))


def _newest(store: Store) -> int:
    point = store.checkpoint()
    return point.last_block if point else FIRST - 1


def killed_life(location: str, acts: int | None, seconds: float) -> None:
    """Lets a writer live for a while, then kills it.

    Args:
        location: of the store.
        acts: how many acts are waited for; not even the opening if None.
        seconds: how long it lives after that.
    """
    context = multiprocessing.get_context("forkserver")
    context.set_forkserver_preload(_PRELOADED)
    here, there = context.Pipe(duplex=False)
    child = context.Process(target=_live, args=(location, there))
    child.start()
    there.close()
    for _ in range(0 if acts is None else acts + 1):
        here.recv_bytes()
    time.sleep(seconds)
    assert child.pid is not None
    assert child.exitcode is None, "the writer ended before it was killed"
    os.kill(child.pid, signal.SIGKILL)
    child.join()
    here.close()


def opened(location: str, wait: float = 10.0, **options: Any) -> Store:
    """The store, as soon as the writer that was killed is gone from the server's view."""
    deadline = time.monotonic() + wait
    while True:
        try:
            return open_store(location, DESCRIPTION, **options)
        except StoreFailed as failure:
            if "in use" not in str(failure) or time.monotonic() > deadline:
                raise
            time.sleep(0.02)


def check_whole(store: Store, contents: Callable[[Store], Any]) -> int:
    """Sees that nothing is lost, doubled or half there; gives the newest block."""
    found = contents(store)
    newest = found.checkpoints[-1].last_block if found.checkpoints else FIRST - 1
    assert found.rows == expected_rows((number, 0) for number in range(FIRST, newest + 1))
    first = FIRST
    for point in found.checkpoints:
        assert point.first_block == first
        blocks = range(point.first_block, point.last_block + 1)
        rows = expected_rows((number, 0) for number in blocks)
        assert point.rows == sum(map(len, rows.values()))
        assert point.last_hash == header(point.last_block).hash
        first = point.last_block + 1
    ends = {point.last_block for point in found.checkpoints}
    assert {one.number for one in found.headers} >= ends
    assert all(one == header(one.number) for one in found.headers)
    assert all(one == proof(one.block_number) for one in found.proofs)
    assert all(one.block_number <= newest for one in found.proofs)
    return newest
