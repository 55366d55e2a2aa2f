"""Proofs of report chains' roots, made while nodes still have the state that they are about.

Most nodes prove storage of the last 128 blocks only. So the reader asks for the proof of each
chained contract's root at every finalized checkpoint, checks it against the block's own hash, and
keeps it with the rows: whoever verifies later needs no archive.
"""

from __future__ import annotations

import asyncio
from collections.abc import Sequence

from eth_utils.address import to_checksum_address

from keelmark.chain.consensus import header_bytes
from keelmark.errors import DecodingFailed
from keelmark.ingest.failures import AnswersIncomplete
from keelmark.ingest.keeper import Keeper
from keelmark.ingest.links import Block
from keelmark.ingest.node import Node
from keelmark.proofs.blocks import prove_account, prove_word, read_header
from keelmark.proofs.merkle import ProofBroken
from keelmark.proofs.report_chain import ROOT_SLOT
from keelmark.store.model import Heads, RootProof, Watched

__all__ = ["actual_roots", "prove_newest", "prove_roots", "stored_roots"]


async def prove_roots(
    node: Node, contracts: Sequence[Watched], block: Block
) -> tuple[RootProof, ...]:
    """Proofs of the roots after a block, each checked against the block's hash.

    Args:
        node: to ask.
        contracts: chained ones; those deployed later are left out.
        block: of the chain, with all its fields.

    Returns:
        one a contract, or none at all where the node does not prove this block.

    Raises:
        ProofBroken: a proof came and does not lead to the block's state.
    """
    wanted = [one for one in contracts if one.chained and one.first_block <= block.number]
    if not wanted or "eth_getProof" in node.lacks:
        return ()
    try:
        header = header_bytes(dict(block.row))
    except (DecodingFailed, KeyError, TypeError, ValueError):
        node.lacks.add("eth_getProof")
        node.note(
            f"endpoint: {node.name} has blocks whose hash does not follow from their fields, so "
            "that no proof of a root can be kept"
        )
        return ()
    found = await asyncio.gather(*(_prove(node, one, block, header) for one in wanted))
    made = tuple(proof for proof in found if proof is not None)
    return made if len(made) == len(wanted) else ()


async def _prove(node: Node, contract: Watched, block: Block, header: bytes) -> RootProof | None:
    address = "0x" + contract.address.hex()
    row = await node.optional("eth_getProof", address, [f"0x{ROOT_SLOT:064x}"], hex(block.number))
    if "eth_getProof" in node.lacks:
        node.note(f"endpoint: {node.name} gives no storage proofs, so that none is kept")
    if row is None:
        return None
    try:
        account, storage = _nodes(row["accountProof"]), _nodes(row["storageProof"][0]["proof"])
    except (KeyError, TypeError, ValueError, IndexError):
        raise DecodingFailed(
            f"endpoint: {node.name} answered eth_getProof with something else than a proof"
        ) from None
    head = read_header(header)
    checksummed = str(to_checksum_address(contract.address))
    try:
        root = prove_word(prove_account(head, checksummed, account), ROOT_SLOT, storage)
    except ProofBroken as broken:
        raise ProofBroken(
            f"endpoint: {node.name}, its proof of {contract.name} at block {block.number} does "
            f"not hold, {broken}"
        ) from None
    return RootProof(contract.address, block.number, block.hash, header, root, account, storage)


def _nodes(texts: Sequence[str]) -> tuple[bytes, ...]:
    """Trie nodes; none for an empty trie, which some nodes answer with a single empty one."""
    return () if list(texts) == ["0x80"] else tuple(bytes.fromhex(text[2:]) for text in texts)


async def stored_roots(
    node: Node, contracts: Sequence[Watched], block: Block
) -> dict[bytes, bytes]:
    """Roots after a block as the node says, address to root; those that it does not serve are
    left out."""
    wanted = [one.address for one in contracts if one.chained and one.first_block <= block.number]
    found = await asyncio.gather(*(node.word(one, ROOT_SLOT, block) for one in wanted))
    return {one: word for one, word in zip(wanted, found, strict=True) if word is not None}


async def actual_roots(
    node: Node, contracts: Sequence[Watched], block: Block, heads: Heads
) -> dict[bytes, bytes]:
    """As `stored_roots`, unless the node was found to have no state of blocks so old."""
    depth = heads.latest - block.number
    if depth >= node.state_depth:
        return {}
    found = await stored_roots(node, contracts, block)
    if not found and any(one.chained and one.first_block <= block.number for one in contracts):
        node.state_depth = depth
    return found


async def prove_newest(
    node: Node, keeper: Keeper, heads: Heads, every: int = 1
) -> tuple[RootProof, ...]:
    """Proofs of the roots after the newest final block whose roots are remembered.

    Args:
        node: to ask.
        keeper: the store's.
        heads: the chain's.
        every: blocks that must have passed since the last proofs.

    Returns:
        none where nothing is final, or the node does not prove that block.

    Raises:
        AnswersIncomplete: a proved root is not the one that the rows fold to.
    """
    if heads.finalized is None:
        return ()
    newest = keeper.newest_roots(heads.finalized)
    if newest is None:
        return ()
    place, roots = newest
    if keeper.proved is not None and place < keeper.proved + every:
        return ()
    if heads.latest - place >= node.state_depth:
        return ()
    known, block = await asyncio.gather(keeper.header_at(place), node.block(place))
    if block is None or known is None or block.hash != known.hash:
        return ()
    proofs = await prove_roots(node, keeper.chained, block)
    for proof in proofs:
        if proof.root != roots[proof.contract]:
            raise AnswersIncomplete(
                f"store: its rows up to block {place} do not fold to the root of contract "
                f"0x{proof.contract.hex()} that {node.name} proves, expected every log"
            )
    return proofs
