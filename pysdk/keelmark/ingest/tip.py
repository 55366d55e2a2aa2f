"""The blocks that may still be replaced, one by one: header, logs of exactly that block, checks.

A block is asked for by height, its logs by its hash. It counts only if it continues the block
before it and if nothing of it is missing:

- of contracts with a report chain, the rows must fold to the root that the contract has after the
  block (storage slot 0), which is exact;
- of others, where the header's bloom filter may hold them, the places of the rows must be those of
  the block's receipts, where the node serves receipts; where it does not, an empty answer that the
  filter does not explain is asked for again.
"""

from __future__ import annotations

import asyncio
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from keelmark.columns.decoder import Decoded
from keelmark.errors import KeelmarkError
from keelmark.ingest.bloom import may_hold_any
from keelmark.ingest.checks import same_rows
from keelmark.ingest.failures import AnswersIncomplete, EndpointsDisagree, RootsMissed
from keelmark.ingest.keeper import Keeper, merged
from keelmark.ingest.links import Block, first_break
from keelmark.ingest.node import Node, NotThere
from keelmark.ingest.proofs import stored_roots
from keelmark.store.model import Header

__all__ = ["Chunk", "Parted", "read_chunk"]

BLOCKS_AT_ONCE = 16
"""Blocks asked for at once and committed together, where the reader is not at the head yet."""


class Parted(KeelmarkError):
    """The node's next block does not continue the last one that was read, or is gone again."""


@dataclass(frozen=True, slots=True)
class Chunk:
    """Some blocks, whole."""

    headers: tuple[Header, ...]
    rows: Mapping[str, Any]
    """Table's name to the rows of all blocks."""
    roots: Mapping[int, dict[bytes, bytes]]
    """Block to the roots of report chains after it; empty where they are not followed."""
    verified: bool
    """Whether the last roots were compared with the contracts'."""


async def read_chunk(
    node: Node,
    others: Sequence[Node],
    keeper: Keeper,
    end: int,
    head: Block | None = None,
    *,
    receipts: bool = True,
) -> Chunk:
    """The next blocks after the store's last, at least one.

    Args:
        node: to ask.
        others: whose answers must be the same.
        keeper: what is there already.
        end: last block wanted; no more than `BLOCKS_AT_ONCE` are read.
        head: the block at `place`, if it is at hand.
        receipts: whether contracts without a report chain are compared with the block's receipts.

    Raises:
        Parted: the chain was replaced beneath.
        RootsMissed: rows are missing from an answer, by a report chain.
        AnswersIncomplete: rows are missing from two answers, by the receipts.
        EndpointsDisagree: two endpoints have different rows of a block.
        EndpointBehind: a block did not come.
    """
    blocks = await _blocks(node, keeper, end, head)
    try:
        return await _whole(node, others, keeper, blocks, receipts)
    except NotThere:
        raise Parted(f"block {blocks[0].number}: gone again") from None


async def _blocks(node: Node, keeper: Keeper, end: int, head: Block | None) -> list[Block]:
    """The next blocks, as far as they hang together."""
    first = keeper.place
    if head is not None and head.number == first == end:
        blocks = [head]
    else:
        last = min(end, first + BLOCKS_AT_ONCE - 1)
        blocks = list(
            await asyncio.gather(
                *(node.block_when_there(number) for number in range(first, last + 1))
            )
        )
    before = keeper.last
    broken = first_break(before, blocks)
    if broken == first:
        raise Parted(f"block {first}: it does not continue block {first - 1}")
    return blocks if broken is None else blocks[: broken - first]


async def _whole(
    node: Node, others: Sequence[Node], keeper: Keeper, blocks: Sequence[Block], receipts: bool
) -> Chunk:
    """The blocks' logs, asked for together with all that they are checked by."""
    suspects = [
        may_hold_any(block.bloom if "bloom" not in node.lacks else b"", node.addresses, node.topics)
        for block in blocks
    ]
    chained = {one.address for one in keeper.chained} if keeper.roots is not None else set()
    named = set().union(*suspects) & chained
    # A root is that of every row before it too: where some were never compared, all are asked for.
    behind = keeper.unverified(blocks[0].number) < blocks[0].number
    asked = tuple(one for one in keeper.chained if behind or one.address in named)
    answers, actual, places = await asyncio.gather(
        asyncio.gather(*(node.logs_of(block) for block in blocks)),
        stored_roots(node, asked, blocks[-1]),
        asyncio.gather(
            *(
                _places(node, block, maybe - chained, receipts)
                for block, maybe in zip(blocks, suspects, strict=True)
            )
        ),
    )
    for block, maybe, answer in zip(blocks, suspects, answers, strict=True):
        _check_bloom(node, block, maybe, answer)
    unproved = chained - actual.keys()
    checked = await asyncio.gather(
        *(
            _complete(node, block, answer, there, maybe - (chained - unproved))
            for block, answer, there, maybe in zip(blocks, answers, places, suspects, strict=True)
        )
    )
    roots, touched = await _fold(keeper, blocks, checked)
    late = tuple(one for one in keeper.chained if one.address in touched - actual.keys())
    if late:
        actual = {**actual, **await stored_roots(node, late, blocks[-1])}
    if roots:
        _check_roots(node, keeper, blocks, roots[blocks[-1].number], actual)
    for other in others:
        await _same(node, other, blocks, checked)
    due = {one.address for one in keeper.chained if one.first_block <= blocks[-1].number}
    return Chunk(
        tuple(block.header for block in blocks),
        merged([answer.tables for answer in checked]),
        roots,
        bool(roots) and (due if behind else named | touched) <= actual.keys(),
    )


async def _places(
    node: Node, block: Block, maybe: set[bytes], receipts: bool
) -> set[tuple[bytes, int]] | None:
    """Contract and place of every wanted log by the block's receipts, if they are worth asking."""
    return await node.log_places(block) if receipts and maybe else None


def _check_bloom(node: Node, block: Block, maybe: set[bytes], answer: Decoded) -> None:
    """Notes where a chain does not fill its filters: they deny a row that is there."""
    if answer.rows and "bloom" not in node.lacks and not _owners(answer) <= maybe:
        node.lacks.add("bloom")
        node.note(
            f"endpoint: {node.name} has blocks whose bloom filter denies logs that they have "
            f"(block {block.number}), so that it is not used"
        )


def _owners(answer: Decoded) -> set[bytes]:
    """The contracts that have rows in an answer."""
    return {one for table in answer.tables.values() for one in table["address"].to_pylist()}


def _there(answer: Decoded) -> set[tuple[bytes, int]]:
    """Contract and place of every row of one block."""
    return {
        pair
        for table in answer.tables.values()
        for pair in zip(table["address"].to_pylist(), table["log_index"].to_pylist(), strict=True)
    }


async def _complete(
    node: Node,
    block: Block,
    answer: Decoded,
    places: set[tuple[bytes, int]] | None,
    maybe: set[bytes],
) -> Decoded:
    """One block's logs, if they are those of the receipts, or else asked for again.

    Raises:
        AnswersIncomplete: the second answer lacks some as well.
    """
    if places is None:
        if not maybe or maybe <= _owners(answer):
            return answer
        again = await node.logs_of(block)
        return again if again.rows >= answer.rows else answer
    if _there(answer) == places:
        return answer
    answer = await node.logs_of(block)
    there = _there(answer)
    if there != places:
        raise AnswersIncomplete(
            f"endpoint: {node.name}, its logs of block {block.number} are {len(there)} and its "
            f"receipts hold {len(places)}, twice in a row; expected all of them"
        )
    return answer


async def _fold(
    keeper: Keeper, blocks: Sequence[Block], answers: Sequence[Decoded]
) -> tuple[dict[int, dict[bytes, bytes]], set[bytes]]:
    """Block to the roots after it, and the contracts that had rows."""
    roots = keeper.roots
    if roots is None:
        return {}, set()
    found: dict[int, dict[bytes, bytes]] = {}
    touched: set[bytes] = set()
    for block, answer in zip(blocks, answers, strict=True):
        if answer.rows:
            roots, here = keeper.folded_on(roots, answer.tables)
            touched |= here
        found[block.number] = roots
    return found, touched


def _check_roots(
    node: Node,
    keeper: Keeper,
    blocks: Sequence[Block],
    roots: Mapping[bytes, bytes],
    actual: Mapping[bytes, bytes],
) -> None:
    """Compares roots folded from rows with those that the contracts have.

    Raises:
        RootsMissed: they differ.
    """
    first, last = blocks[0].number, blocks[-1].number
    for one in keeper.chained:
        root = roots[one.address]
        if actual.get(one.address, root) != root:
            raise RootsMissed.of(node.name, one.name, keeper.unverified(first), last)


async def _same(
    node: Node, other: Node, blocks: Sequence[Block], answers: Sequence[Decoded]
) -> None:
    """Sees that another endpoint has the same rows of the same blocks.

    Raises:
        EndpointsDisagree: it has other rows, or does not come to have the block.
        NotThere: the first endpoint has no longer the block itself.
    """
    for block, answer in zip(blocks, answers, strict=True):
        try:
            theirs = await other.logs_of(block)
        except NotThere:
            mine = await node.block(block.number)
            if mine is None or mine.hash != block.hash:
                raise
            its = await other.block(block.number)
            told = f"0x{its.hash.hex()}" if its else "nothing"
            raise EndpointsDisagree(
                f"endpoints: {node.name} has 0x{block.hash.hex()} as block {block.number} and "
                f"{other.name} has {told}; expected the same chain"
            ) from None
        if not same_rows(answer, theirs):
            raise EndpointsDisagree(
                f"endpoints: {node.name} and {other.name} disagree about the logs of block "
                f"{block.number} ({answer.rows} and {theirs.rows}); expected the same"
            )
