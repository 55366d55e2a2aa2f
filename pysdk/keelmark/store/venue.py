"""What a store's manifest says of the venue, and which of its blocks is the last at a finality."""

from __future__ import annotations

import json
from dataclasses import dataclass

from eth_utils.address import to_checksum_address

from keelmark.errors import InputError
from keelmark.store.base import Store
from keelmark.store.model import Checkpoint, Description, Finality, Heads
from keelmark.types import Regime

__all__ = ["Venue", "last_block", "last_block_of", "venue_of"]


@dataclass(frozen=True, slots=True)
class Venue:
    """A deployment of the kit, as its store describes it."""

    house: str
    """Address of the clearing house, checksum form."""
    settlement_feed: int
    """Feed of the settlement token on the price board."""
    token: str
    """Address of the settlement token."""
    lei: str
    regime: Regime
    rulebook_digest: str


def venue_of(description: Description) -> Venue | None:
    """The deployment that a store is about; None if it is about a contract that is not the kit's.

    Raises:
        InputError: its manifest does not say what a manifest says.
    """
    if not description.manifest:
        return None
    try:
        body = json.loads(description.manifest)
        house = next(one for one in description.contracts if one.name == "ClearingHouse")
        return Venue(
            house=str(to_checksum_address(house.address)),
            settlement_feed=int(body["tokenFeed"]),
            token=str(body["token"]),
            lei=str(body["lei"]),
            regime=Regime(body["regime"]),
            rulebook_digest=str(body["rulebookDigest"]),
        )
    except (KeyError, TypeError, ValueError, StopIteration):
        raise InputError("store: its manifest is not a deployment's") from None


def last_block(checkpoint: Checkpoint, heads: Heads | None, finality: Finality) -> int | None:
    """The last block that a store has read and that is at least so final.

    Args:
        checkpoint: the store's newest.
        heads: the chain's, as last noted; those of the checkpoint if None.
        finality: what is asked for.

    Returns:
        its height; None if no block is that final.
    """
    known = heads or checkpoint.heads
    if finality is Finality.LATEST:
        return checkpoint.last_block
    found = known.finalized
    if finality is Finality.SAFE and known.safe is not None:
        found = known.safe if found is None else max(known.safe, found)
    return None if found is None else min(found, checkpoint.last_block)


def last_block_of(store: Store, finality: Finality) -> int:
    """The last block that a store has read and that is at least so final.

    Raises:
        InputError: nothing has been read, or no block is that final.
    """
    checkpoint = store.checkpoint()
    if checkpoint is None:
        raise InputError(f"store: {store.location} is empty; read a chain into it first")
    found = last_block(checkpoint, store.heads(), finality)
    if found is None or found < store.description.first_block:
        raise InputError(
            f"finality: no block in {store.location} is {finality} yet, expected one; "
            "read further, or ask for latest"
        )
    return found
