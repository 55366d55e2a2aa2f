"""A store's rows against the contracts' state: the audit of `keelmark.ledger`, from rows."""

from __future__ import annotations

from pathlib import Path

from keelmark.chain import Chain
from keelmark.deploy import read_manifest, verify
from keelmark.errors import ChainMismatch, NoSuchBlock, Reorganised, RpcRefused
from keelmark.ledger.audit import Audit, audit
from keelmark.verification.manifest import deployment_of
from keelmark.verification.reading import reading_of
from keelmark.verification.source import Source

__all__ = ["audit_store"]


def audit_store(
    source: Source, chain: Chain, underlier: int, *, manifest: Path | None = None
) -> Audit:
    """Rebuilds the market from a store and compares it with the contracts at its last block.

    Args:
        source: the store, of a deployment of the kit.
        chain: a node that has the state at the store's last block: an archive, or any node while
            that block is recent.
        underlier: feed at whose prices the market's history is sampled.
        manifest: the user's own; the store's if None.

    Raises:
        InputError: nothing was read yet, or the store is of no deployment of the kit.
        ChainMismatch: the store, the manifest and the node are not of one deployment on one chain.
        Reorganised: the node has another block where the store ends.
        RpcRefused: the node does not have the state at that block.
        ReportChainBroken: no market follows from the rows.
    """
    reading = reading_of(source)
    deployment = (
        deployment_of(source.description)
        if manifest is None
        else read_manifest(manifest, chain_id=source.description.chain_id)
    )
    missing = set(deployment.reporting.values()) - set(reading.addresses)
    if missing:
        raise ChainMismatch(f"store: it does not watch {min(missing)}, which is in the manifest")
    chain.run(verify(deployment))
    head = reading.head
    try:
        block = chain.block(head.number)
    except NoSuchBlock:
        raise NoSuchBlock(
            f"block: the node has no block {head.number}, at which the store ends"
        ) from None
    if block.hash != head.hash:
        raise Reorganised(
            f"block {head.number}: 0x{head.hash.hex()} in the store, 0x{block.hash.hex()} on the "
            "node; read again before reconciling"
        )
    try:
        return chain.run(audit(deployment, underlier, reading=reading))
    except (RpcRefused, NoSuchBlock) as error:
        raise RpcRefused(
            f"state: the node does not have it at block {head.number} ({error}); read to the head "
            "first, or give an archive endpoint"
        ) from None
