"""A worker's part of a backfill: some blocks, read and written to files that nobody sees yet.

A part is read by the same code as on one machine (`ingest.backfill`): the same ranges, the same
checks of block hashes and, where the node has the state of the blocks at both ends, the same fold
of every row from root to root. Only where rows go differs: to Parquet files in the folders of a
Delta Lake store. They are named by no transaction until the coordinator commits them, and by no
other attempt, so that a worker that dies, or is asked twice, leaves at most files that a vacuum
clears away.
"""

from __future__ import annotations

import asyncio
import math
from collections.abc import Mapping, Sequence
from contextlib import AsyncExitStack, aclosing
from dataclasses import dataclass, replace

from keelmark import __version__
from keelmark.cluster.part_files import Part, PartFiles
from keelmark.errors import InputError, KeelmarkError
from keelmark.ingest.backfill import Grouping, read_ranges
from keelmark.ingest.endpoint import open_endpoint
from keelmark.ingest.failures import RootsMissed
from keelmark.ingest.keeper import Keeper
from keelmark.ingest.node import Node
from keelmark.ingest.proofs import stored_roots
from keelmark.proofs.report_chain import GENESIS_ROOT
from keelmark.store.model import Description, Heads

__all__ = ["Part", "Refused", "Task", "read_part"]

READ_AGAIN = 1
"""How often a part is read again whose rows do not fold to the contracts' roots."""


@dataclass(frozen=True, slots=True)
class Task:
    """What a worker is asked to do."""

    endpoints: tuple[str, ...]
    """Where to read, as the worker reaches it; the others must agree with the first."""
    description: str
    """Of the store, as its text."""
    root: str
    """Of the store, without ``delta:``, as the worker reaches it."""
    first_block: int
    last_block: int
    heads: Heads
    """The chain's, as the coordinator knew them."""
    group_rows: int
    """Rows after which a file is written."""
    software: str = __version__
    """The coordinator's; a worker of another version refuses."""


@dataclass(frozen=True, slots=True)
class Refused:
    """Why a worker did not: one sentence. Exceptions do not all survive the way back."""

    sentence: str


def read_part(task: Task) -> Part | Refused:
    """Reads and writes a part; what a worker runs.

    Returns:
        the part, or why there is none.
    """
    try:
        if task.software != __version__:
            raise InputError(
                f"worker: it runs keelmark {__version__}, expected {task.software} as the "
                "coordinator does"
            )
        return asyncio.run(_read(task))
    except KeelmarkError as error:
        return Refused(str(error))


async def _read(task: Task) -> Part:
    description = Description.from_text(task.description, f"delta:{task.root}")
    async with AsyncExitStack() as stack:
        endpoints = [await stack.enter_async_context(open_endpoint(one)) for one in task.endpoints]
        nodes = [Node(one, description) for one in endpoints]
        await asyncio.gather(*(node.check_chain() for node in nodes))
        parent, before = await _before(nodes[0], description, task)
        return await _read_blocks(task, description, nodes, parent, before)


async def _before(
    node: Node, description: Description, task: Task
) -> tuple[bytes, dict[bytes, bytes] | None]:
    """Hash of the block before the part, and the roots after it; None where the node lacks them."""
    if task.first_block == 0:
        return bytes(32), _whole(description, {}, -1)
    block = await node.block_when_there(task.first_block - 1)
    found = await stored_roots(node, description.contracts, block)
    return block.hash, _whole(description, found, block.number)


def _whole(
    description: Description, found: Mapping[bytes, bytes], block: int
) -> dict[bytes, bytes] | None:
    """The roots of all chained contracts, zero where they are deployed later; None if one lacks."""
    roots: dict[bytes, bytes] = {}
    for one in description.contracts:
        if not one.chained:
            continue
        root = found.get(one.address) if one.first_block <= block else GENESIS_ROOT
        if root is None:
            return None
        roots[one.address] = root
    return roots or None


async def _read_blocks(
    task: Task,
    description: Description,
    nodes: Sequence[Node],
    parent: bytes,
    before: dict[bytes, bytes] | None,
) -> Part:
    """The part, read once more if its rows do not fold to the roots.

    Raises:
        RootsMissed: they do not fold again.
    """
    for attempt in range(READ_AGAIN + 1):
        files = PartFiles(replace(description, first_block=task.first_block), task.root)
        keeper = Keeper(files)
        try:
            await keeper.open()
            keeper.roots = None if before is None else dict(before)
            grouping = Grouping(rows=task.group_rows, seconds=math.inf)
            reading = read_ranges(
                nodes[0], nodes[1:], keeper, task.last_block, task.heads, grouping
            )
            async with aclosing(reading) as steps:
                async for _ in steps:
                    pass
            return files.part(parent, before, keeper.roots, nodes)
        except RootsMissed:
            if attempt == READ_AGAIN:
                raise
        finally:
            keeper.close()
    raise AssertionError("a part is read or refused")
