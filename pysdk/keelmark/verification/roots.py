"""Roots of report chains, each by a storage proof from a block's header."""

from __future__ import annotations

from dataclasses import dataclass

from eth_utils.address import to_checksum_address

from keelmark.chain import Chain
from keelmark.chain.operations import GetHeader, GetProof, Operation, StorageProof
from keelmark.errors import KeelmarkError, RpcRefused
from keelmark.proofs.blocks import Header, prove_account, prove_word, read_header
from keelmark.proofs.merkle import ProofBroken
from keelmark.proofs.report_chain import GENESIS_ROOT, ROOT_SLOT
from keelmark.store.model import RootProof, Watched

__all__ = ["ProvedRoot", "check_proof", "fetch_proof"]


@dataclass(frozen=True, slots=True)
class ProvedRoot:
    """What a block's state holds of a report chain, if the block is the chain's."""

    header: Header
    root: bytes
    exists: bool
    """Whether the contract is there; its root is zero if it is not."""


def check_proof(proof: RootProof, watched: Watched) -> ProvedRoot:
    """What a proof shows. Whether its block is the chain's is for `Anchors` to say.

    Args:
        proof: from anywhere.
        watched: the contract that it must be of.

    Raises:
        ProofBroken: it does not show what it says, or it is of other code.
    """
    header = read_header(proof.header)
    if header.number != proof.block_number or header.hash != proof.block_hash:
        raise ProofBroken(
            f"its header is that of block {header.number}, 0x{header.hash.hex()}, "
            f"not of block {proof.block_number}, 0x{proof.block_hash.hex()}"
        )
    account = prove_account(header, to_checksum_address(watched.address), proof.account)
    if account is None:
        if proof.storage or proof.root != GENESIS_ROOT:
            raise ProofBroken("it shows that the contract is not there, expected no root either")
        return ProvedRoot(header, GENESIS_ROOT, exists=False)
    if account.code_hash != watched.code_hash:
        raise ProofBroken(
            f"the code at 0x{watched.address.hex()} has the hash 0x{account.code_hash.hex()}, "
            f"expected 0x{watched.code_hash.hex()}"
        )
    found = prove_word(account, ROOT_SLOT, proof.storage)
    if found != proof.root:
        raise ProofBroken(f"it shows the root 0x{found.hex()}, the store says 0x{proof.root.hex()}")
    return ProvedRoot(header, found, exists=True)


def fetch_proof(chain: Chain, watched: Watched, block: int) -> RootProof:
    """Asks a node for the proof of a root; nothing is believed yet.

    Raises:
        RpcRefused: it has none of that block, or none that can be read.
        RpcUnreachable: it does not answer.
    """
    try:
        return chain.run(_proof(watched, block))
    except (LookupError, TypeError, ValueError) as error:
        said = str(error) if isinstance(error, KeelmarkError) else "its answer cannot be read"
        raise RpcRefused(f"proof: the node gives none of block {block}, {said}") from None


def _proof(watched: Watched, block: int) -> Operation[RootProof]:
    """The operation behind `fetch_proof`; the root is what the nodes show."""
    address = to_checksum_address(watched.address)
    nodes: StorageProof = yield GetProof(address, ROOT_SLOT, block)
    encoded: bytes = yield GetHeader(block)
    header = read_header(encoded)
    account = prove_account(header, address, nodes.account)
    root = prove_word(account, ROOT_SLOT, nodes.storage)
    return RootProof(
        contract=watched.address,
        block_number=header.number,
        block_hash=header.hash,
        header=encoded,
        root=root,
        account=nodes.account,
        storage=nodes.storage,
    )
