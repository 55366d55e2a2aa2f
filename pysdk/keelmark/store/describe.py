"""What a store is to be about: a deployment of the kit, or anybody's contract with its ABI."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from eth_utils.address import to_canonical_address

from keelmark.columns.spec import TableSpec, from_abi, own_tables
from keelmark.deploy import Deployment
from keelmark.deploy.plan import REPORTING
from keelmark.errors import InputError
from keelmark.store.model import Description, Watched

__all__ = ["describe", "describe_foreign"]


def describe(deployment: Deployment, manifest: str, venue: str = "keelmark") -> Description:
    """A store about a deployment of the kit: every reporting contract, every event.

    Args:
        deployment: as read from its manifest.
        manifest: the manifest's text, kept in the store.
        venue: name of the system.
    """
    watched = tuple(
        Watched(
            name,
            to_canonical_address(deployment.contracts[name].address),
            bytes.fromhex(deployment.contracts[name].code_hash.removeprefix("0x")),
            deployment.contracts[name].block_number,
            True,
        )
        for name in REPORTING
    )
    return Description(
        chain_id=deployment.chain_id,
        venue=venue,
        contracts=watched,
        tables=own_tables(),
        first_block=min(one.first_block for one in watched),
        manifest=manifest,
    )


def describe_foreign(
    *,
    chain_id: int,
    venue: str,
    address: str,
    code_hash: bytes,
    abi: Sequence[Mapping[str, Any]],
    events: Sequence[str] = (),
    first_block: int = 0,
) -> Description:
    """A store about a contract that is not ours.

    Args:
        chain_id: its chain.
        venue: what to call it.
        address: of the contract.
        code_hash: keccak256 of its deployed code.
        abi: its ABI.
        events: names of the events wanted; every event of the ABI if empty.
        first_block: where to begin.

    Raises:
        InputError: the ABI lacks a wanted event, has none, or has two of one name or topic.
    """
    entries = [one for one in abi if one.get("type") == "event" and not one.get("anonymous")]
    known = {str(one.get("name")) for one in entries}
    for name in events:
        if name not in known:
            raise InputError(f"event: the ABI has no event {name}, expected one of its own")
    tables: tuple[TableSpec, ...] = tuple(
        from_abi(one) for one in entries if not events or one["name"] in events
    )
    if not tables:
        raise InputError("abi: it has no event, expected at least one")
    if len({one.name for one in tables}) < len(tables):
        raise InputError("abi: two events of one name, expected names that differ")
    return Description(
        chain_id=chain_id,
        venue=venue,
        contracts=(Watched(venue, to_canonical_address(address), code_hash, first_block, False),),
        tables=tables,
        first_block=first_block,
    )
