"""Blocks that the chain replaced: how far back, and whether that may be."""

from __future__ import annotations

import asyncio

from keelmark.errors import ChainMismatch
from keelmark.ingest.failures import FinalizedReorganised
from keelmark.ingest.keeper import Keeper, Step
from keelmark.ingest.links import known_hashes, last_common
from keelmark.ingest.node import Node
from keelmark.store.model import Heads

__all__ = ["go_back"]

CONFIRM_SECONDS = 1.0
"""A replaced finalized block is asked for again after so long before anything is said."""


async def go_back(node: Node, keeper: Keeper, heads: Heads) -> Step | None:
    """Gives up the store's blocks that the chain does not have any more.

    A node that is only behind, or that answers from two views at once, replaces nothing: then
    nothing is done and the caller waits.

    Returns:
        the step back; None if no block was replaced as far as this node knows.

    Raises:
        FinalizedReorganised: one of them was finalized; the store is as it was.
        ChainMismatch: none of the store's blocks is on this chain.
    """
    headers = await keeper.known()
    if not headers:
        return None
    known = known_hashes(headers)
    common, parted = await last_common(known, node.block)
    if parted is None:
        return None
    other = await node.block(parted)
    if other is None or other.hash == known[parted]:
        return None
    final = keeper.finalized
    if common is None or (final is not None and parted <= final):
        await asyncio.sleep(CONFIRM_SECONDS)
        other = await node.block(parted)
        if other is None or other.hash == known[parted]:
            return None
    if final is not None and parted <= final:
        raise FinalizedReorganised(
            f"chain: block {parted} was 0x{known[parted].hex()} and is 0x{other.hash.hex()} on "
            f"{node.name}, and block {final} had been finalized; expected finalized blocks to "
            f"stay, so the store is left as it is"
        )
    if common is None:
        raise ChainMismatch(
            f"store: none of its blocks is on the chain of {node.name} (block {parted} is "
            f"0x{other.hash.hex()}, expected 0x{known[parted].hex()})"
        )
    removed = await keeper.rewind(common.header)
    return Step(keeper.checkpoint, heads, 0, removed, common.number)
