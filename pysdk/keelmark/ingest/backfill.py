"""The blocks that are final, in ranges: rows grouped to row sets of bounded size, then checked.

A row set ends at a block whose header is asked for. Some blocks of its rows are looked up to see
that their hashes are those of the chain. Where the store follows report chains and the node has the
state of that block (by storage proof, else by its word), the rows must fold to the contracts'
roots; where it does not, the next row set that can be compared answers for those before it too.
"""

from __future__ import annotations

import asyncio
import time
from collections.abc import AsyncGenerator, Mapping, Sequence
from contextlib import aclosing
from dataclasses import dataclass
from typing import Any

from keelmark.columns.decoder import Decoded
from keelmark.errors import Reorganised
from keelmark.ingest.checks import difference
from keelmark.ingest.failures import EndpointsDisagree, RootsMissed
from keelmark.ingest.fetch import Fetched
from keelmark.ingest.keeper import Keeper, Step, merged
from keelmark.ingest.links import Block
from keelmark.ingest.node import Node
from keelmark.ingest.proofs import actual_roots, prove_roots
from keelmark.store.model import Header, Heads, RootProof

__all__ = ["Grouping", "read_ranges"]

SAMPLED_BLOCKS = 4
"""Blocks of a row set whose hashes are looked up, beside its last."""

_HEADERS_AT_ONCE = 32


@dataclass(frozen=True, slots=True)
class Grouping:
    """How large a row set becomes."""

    rows: int = 25_000
    """It ends after the range that reaches so many rows."""
    seconds: float = 5.0
    """It ends after the range that comes so long after its first."""


async def read_ranges(
    node: Node,
    others: Sequence[Node],
    keeper: Keeper,
    last: int,
    heads: Heads,
    grouping: Grouping,
) -> AsyncGenerator[Step, None]:
    """Reads final blocks from the store's next one on and commits them.

    Args:
        node: to ask.
        others: whose rows and block hashes must be the same.
        keeper: where the rows go.
        last: last block to read.
        heads: recorded with every row set.
        grouping: when a row set is full.

    Raises:
        RootsMissed: rows are missing; what is in the store was compared before, or could not be.
        Reorganised: rows are of blocks that the chain does not have.
        EndpointsDisagree: two endpoints have different rows or blocks.
    """
    group: list[Fetched] = []
    rows, begun = 0, time.monotonic()
    writing: asyncio.Task[Step] | None = None
    pieces = node.ranged(keeper.place, last)
    place = keeper.place
    roots = keeper.roots
    try:
        async with aclosing(pieces):
            async for piece in pieces:
                group.append(piece)
                rows += piece.decoded.rows
                full = rows >= grouping.rows or time.monotonic() - begun >= grouping.seconds
                if not full and piece.last < last:
                    continue
                ready = await _settle(node, others, keeper, place, group, roots, heads)
                if writing is not None:
                    # The store writes one row set while the next is fetched and checked.
                    yield await writing
                place, roots = piece.last + 1, ready.roots
                writing = asyncio.create_task(_write(keeper, ready, heads))
                group, rows, begun = [], 0, time.monotonic()
        if writing is not None:
            task, writing = writing, None
            yield await task
    finally:
        if writing is not None:
            # What is being written is written to its end, or not at all.
            await asyncio.gather(writing, return_exceptions=True)


@dataclass(frozen=True, slots=True)
class _Ready:
    """A checked row set."""

    rows: Mapping[str, Any]
    end: Header
    roots: dict[bytes, bytes] | None
    proofs: tuple[RootProof, ...]
    verified: bool


async def _write(keeper: Keeper, ready: _Ready, heads: Heads) -> Step:
    roots = {} if ready.roots is None else {ready.end.number: ready.roots}
    step = await keeper.commit(ready.rows, [ready.end], heads, ready.proofs, roots)
    if ready.verified and ready.roots is not None:
        keeper.verify(ready.end.number, ready.roots)
    return step


async def _settle(
    node: Node,
    others: Sequence[Node],
    keeper: Keeper,
    first: int,
    group: Sequence[Fetched],
    roots: dict[bytes, bytes] | None,
    heads: Heads,
) -> _Ready:
    """Checks the rows of some ranges.

    Args:
        first: first block of the row set.
        group: its ranges, without a gap.
        roots: of report chains before it.
    """
    last = group[-1].last
    end, decoded = await asyncio.gather(
        node.block_when_there(last), _timed(node, [piece.decoded for piece in group])
    )
    await _check_hashes(node, decoded, end)
    rows = merged([part.tables for part in decoded])
    proofs: tuple[RootProof, ...] = ()
    verified = False
    after = roots
    if roots is not None:
        after, _ = await asyncio.to_thread(keeper.folded_on, roots, rows)
        proofs, actual = await _actual_roots(node, keeper, end, heads)
        verified = _check_roots(node, keeper, first, last, after, actual)
    for other in others:
        await _compare(node, other, first, end, decoded)
    return _Ready(rows, end.header, after, proofs, verified)


async def _timed(node: Node, parts: Sequence[Decoded]) -> list[Decoded]:
    """The same rows with the times of their blocks, which the node may not give with them."""
    wanted = sorted({height for part in parts if part.needs_times for height in part.blocks})
    if not wanted:
        return list(parts)
    hashes = {height: one for part in parts for height, one in part.blocks.items()}
    times: dict[int, int] = {}
    for place in range(0, len(wanted), _HEADERS_AT_ONCE):
        some = wanted[place : place + _HEADERS_AT_ONCE]
        for block in await asyncio.gather(*(node.block_when_there(one) for one in some)):
            _same_block(node, block, hashes[block.number])
            times[block.number] = block.header.time
    return [part.with_times(times) if part.needs_times else part for part in parts]


def _same_block(node: Node, block: Block, named: bytes) -> None:
    """Sees that rows are of the block that the chain has.

    Raises:
        Reorganised: they are of another one at that height.
    """
    if block.hash != named:
        raise Reorganised(
            f"endpoint: {node.name} gave logs of 0x{named.hex()} for block {block.number}, which "
            f"is 0x{block.hash.hex()}"
        )


async def _check_hashes(node: Node, parts: Sequence[Decoded], end: Block) -> None:
    """Looks up some of the blocks that have rows."""
    hashes = {height: one for part in parts for height, one in part.blocks.items()}
    if end.number in hashes:
        _same_block(node, end, hashes[end.number])
    heights = sorted(hashes)
    step = max(1, (len(heights) - 1) // max(1, SAMPLED_BLOCKS - 1))
    some = {height for height in heights[::step][:SAMPLED_BLOCKS] if height != end.number}
    for block in await asyncio.gather(*(node.block_when_there(one) for one in sorted(some))):
        _same_block(node, block, hashes[block.number])


async def _actual_roots(
    node: Node, keeper: Keeper, end: Block, heads: Heads
) -> tuple[tuple[RootProof, ...], dict[bytes, bytes]]:
    """Proofs of the contracts' roots after a block, and the roots as far as the node tells."""
    if heads.latest - end.number >= node.state_depth:
        return (), {}
    proofs = await prove_roots(node, keeper.chained, end)
    if proofs:
        return proofs, {proof.contract: proof.root for proof in proofs}
    return (), await actual_roots(node, keeper.chained, end, heads)


def _check_roots(
    node: Node,
    keeper: Keeper,
    first: int,
    last: int,
    roots: Mapping[bytes, bytes] | None,
    actual: Mapping[bytes, bytes],
) -> bool:
    """Compares folded roots with those of the contracts.

    Returns:
        whether all could be compared.

    Raises:
        RootsMissed: one differs.
    """
    assert roots is not None
    for one in keeper.chained:
        if one.address in actual and actual[one.address] != roots[one.address]:
            raise RootsMissed.of(node.name, one.name, keeper.unverified(first), last)
    return all(one.address in actual for one in keeper.chained if one.first_block <= last)


async def _compare(
    node: Node, other: Node, first: int, end: Block, parts: Sequence[Decoded]
) -> None:
    """Sees that another endpoint has the same blocks and rows.

    Raises:
        EndpointsDisagree: it has not.
    """
    theirs = await other.block_when_there(end.number)
    if theirs.hash != end.hash:
        raise EndpointsDisagree(
            f"endpoints: {node.name} has 0x{end.hash.hex()} as block {end.number} and {other.name} "
            f"has 0x{theirs.hash.hex()}; expected the same chain"
        )
    found: list[Decoded] = []
    async with aclosing(other.ranged(first, end.number)) as pieces:
        async for piece in pieces:
            found.append(piece.decoded)
    mine = await _whole(parts)
    its = await _whole(await _timed(other, found))
    block = await asyncio.to_thread(difference, mine, its)
    if block is not None:
        raise EndpointsDisagree(
            f"endpoints: {node.name} and {other.name} disagree about the logs of blocks {first} to "
            f"{end.number}, first in block {block} ({mine.rows} and {its.rows} in all); expected "
            "the same"
        )


async def _whole(parts: Sequence[Decoded]) -> Decoded:
    """Several stretches as one."""
    hashes = {height: one for part in parts for height, one in part.blocks.items()}
    return Decoded(merged([part.tables for part in parts]), hashes)
