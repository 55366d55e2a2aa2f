"""The coordinator: cuts the final blocks into parts, hands them to Dask, and commits in order.

Only this process writes transactions. A part becomes one row set, committed in one transaction a
table under an application transaction id (`store.delta`), and counts from the moment in which the
table of checkpoints names it. So whatever dies, worker or coordinator, the store holds whole parts
from the first block on, and the next run goes on behind them.
"""

from __future__ import annotations

import asyncio
import time
from collections import deque
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from importlib import import_module
from typing import Any

from keelmark.cluster.partition import Part, Refused, Task, read_part
from keelmark.errors import InputError, KeelmarkError, StoreFailed
from keelmark.ingest.progress import Meter, Progress
from keelmark.proofs.report_chain import GENESIS_ROOT
from keelmark.store.delta import DeltaStore
from keelmark.store.delta_files import place_of
from keelmark.store.model import Checkpoint, Heads, RowSet

__all__ = ["ClusterFailed", "Cut", "backfill"]

MOST_BLOCKS = 100_000
"""Blocks of a part at most, so that a part that is lost is not much work."""

FEWEST_BLOCKS = 16
"""Blocks of a part at least, where there are so many."""

PARTS_A_THREAD = 4
"""Parts for each thread of the cluster, so that the last one is not waited for alone."""

AHEAD_A_THREAD = 3
"""Parts that are asked for and not yet committed, for each thread."""

RETRIES = 3
"""How often Dask runs a part again whose worker has died."""

GROUP_ROWS = 200_000
"""Rows after which a worker writes a file."""

CONNECT_SECONDS = 15


class ClusterFailed(KeelmarkError, RuntimeError):
    """The cluster is out of reach, or a worker could not do its part."""


@dataclass(frozen=True, slots=True)
class Cut:
    """How a backfill is cut into parts."""

    blocks: int | None = None
    """Blocks of a part; by the cluster's size if None."""
    group_rows: int = GROUP_ROWS
    """Rows after which a worker writes a file."""

    def spans(self, first: int, last: int, threads: int) -> list[tuple[int, int]]:
        """First and last block of each part, in order, without a gap.

        Args:
            first: of the whole.
            last: of the whole, included.
            threads: of the cluster.

        Raises:
            InputError: a part of less than one block.
        """
        if self.blocks is not None and self.blocks < 1:
            raise InputError(f"partition blocks: {self.blocks}, expected at least 1")
        even = -(-(last - first + 1) // max(1, threads * PARTS_A_THREAD))
        size = self.blocks or min(MOST_BLOCKS, max(FEWEST_BLOCKS, even))
        return [(one, min(one + size - 1, last)) for one in range(first, last + 1, size)]


async def backfill(
    scheduler: str,
    endpoints: Sequence[str],
    store: DeltaStore,
    last_block: int,
    heads: Heads,
    *,
    cut: Cut | None = None,
    progress: Progress | None = None,
    note: Callable[[str], None] | None = None,
) -> int:
    """Reads final blocks on a cluster, from where the store ends.

    Args:
        scheduler: address of Dask's scheduler, such as ``tcp://10.0.0.5:8786``.
        endpoints: where the workers read, as they reach it.
        store: opened for writing; its folder or bucket is the same for every worker.
        last_block: where to end; it and all before it are final.
        heads: the chain's, recorded with every part.
        cut: how large a part is.
        progress: told after each part.
        note: told what endpoints cannot do, each sentence once.

    Returns:
        how many rows were added.

    Raises:
        ClusterFailed: no scheduler there, no worker, or a worker that could not do its part.
        StoreFailed: a part could not be committed, or its files cannot be seen from here.
        InputError: the parts are cut wrongly.
    """
    try:
        distributed = import_module("distributed")
    except ModuleNotFoundError as error:
        raise InputError(
            f"scheduler: needs the package {error.name}, which is not installed"
        ) from None
    newest = store.checkpoint()
    first = store.description.first_block if newest is None else newest.last_block + 1
    if first > last_block:
        return 0
    client = distributed.Client(
        scheduler, asynchronous=True, timeout=CONNECT_SECONDS, set_as_default=False
    )
    try:
        await _connected(client, scheduler)
        threads = sum((await client.nthreads()).values())
        if not threads:
            raise ClusterFailed(f"scheduler: {scheduler} has no worker, expected at least one")
        spans = (cut or Cut()).spans(first, last_block, threads)
        tasks = [
            Task(
                tuple(endpoints),
                store.description.to_text(),
                store.root,
                *span,
                heads,
                (cut or Cut()).group_rows,
            )
            for span in spans
        ]
        run = _Run(store, client, deque(tasks), threads * AHEAD_A_THREAD, heads, progress, note)
        return await run.to_end(first, last_block)
    finally:
        await client.close()


async def _connected(client: Any, scheduler: str) -> None:
    """Waits for the scheduler.

    Raises:
        ClusterFailed: nobody answers.
    """
    try:
        await client
    except (OSError, TimeoutError, ValueError):
        raise ClusterFailed(
            f"scheduler: nobody answers at {scheduler}, expected a Dask scheduler"
        ) from None


@dataclass
class _Run:
    """One backfill."""

    store: DeltaStore
    client: Any
    tasks: deque[Task]
    ahead: int
    heads: Heads
    progress: Progress | None
    note: Callable[[str], None] | None

    async def to_end(self, first: int, last_block: int) -> int:
        """Hands out and commits until nothing is left; the rows added."""
        meter, rows = Meter(first), 0
        waiting: deque[tuple[Task, Any]] = deque()
        noted: set[str] = set()
        before: Part | None = None
        try:
            while self.tasks or waiting:
                while self.tasks and len(waiting) < self.ahead:
                    task = self.tasks.popleft()
                    waiting.append((task, self._hand_out(task)))
                task, future = waiting.popleft()
                part = await self._made(task, future)
                _check_joint(self.store, before, part)
                added = await asyncio.to_thread(self._commit, part)
                before, rows = part, rows + added
                if self.note:
                    for words in sorted(set(part.notes) - noted):
                        self.note(words)
                    noted.update(part.notes)
                if self.progress:
                    self.progress(meter.add(part.last.number, last_block, added))
        finally:
            for _, future in waiting:
                await future.cancel()
        return rows

    def _hand_out(self, task: Task) -> Any:
        """The future of a part; whoever asks again gets another one, never a remembered answer."""
        return self.client.submit(read_part, task, pure=False, retries=RETRIES)

    async def _made(self, task: Task, future: Any) -> Part:
        """A part, waited for.

        Raises:
            ClusterFailed: there is none.
        """
        blocks = f"blocks {task.first_block} to {task.last_block}"
        try:
            found = await future
        except Exception as error:
            # Dask raises what a worker raised, and its own words for workers that died.
            words = " ".join(str(error).split()) or type(error).__name__
            raise ClusterFailed(f"worker: {blocks} were not read, {words}") from None
        if isinstance(found, Refused):
            raise ClusterFailed(f"worker: {blocks} were not read, {found.sentence}")
        assert isinstance(found, Part)
        return found

    def _commit(self, part: Part) -> int:
        """Commits a part, one row set.

        Raises:
            StoreFailed: a file of it is not there, or it could not be written.
        """
        for files in part.files.values():
            for file in files:
                _check_visible(self.store, file.table, file.name, file.size)
        point = Checkpoint(
            part.first_block,
            part.last.number,
            part.last.hash,
            part.last.time,
            self.heads,
            part.rows,
            int(time.time()),
        )
        return self.store.commit_files(RowSet({}, (part.last,), point, part.proofs), part.files)


def _check_visible(store: DeltaStore, table: str, name: str, size: int) -> None:
    """Sees that a file that a worker wrote is the same from here.

    Raises:
        StoreFailed: it is not.
    """
    path, system = place_of(store.root, table, name)
    if system.get_file_info(path).size != size:
        raise StoreFailed(
            f"store: {store.location} does not show a file that a worker wrote, expected the same "
            "folder or bucket on every machine"
        )


def _check_joint(store: DeltaStore, before: Part | None, part: Part) -> None:
    """Sees that a part begins where the one before it ended: at its block, and at its roots.

    Raises:
        ClusterFailed: it does not.
    """
    newest = store.checkpoint()
    if newest is not None and part.parent != newest.last_hash:
        raise ClusterFailed(
            f"worker: block {newest.last_block} is 0x{newest.last_hash.hex()} in the store and "
            f"0x{part.parent.hex()} for who read on from it, expected the same chain"
        )
    expected: Mapping[bytes, bytes] | None = before.after if before else None
    if newest is None and part.before is not None:
        expected = dict.fromkeys(part.before, GENESIS_ROOT)
    if expected is None or part.before is None:
        return
    for contract, root in expected.items():
        if part.before[contract] != root:
            raise ClusterFailed(
                f"worker: before block {part.first_block} the root of contract "
                f"0x{contract.hex()} is not the one that the rows before it fold to, expected "
                "every log"
            )
