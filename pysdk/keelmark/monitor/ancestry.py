"""Which evaluated blocks are still in a store's chain."""

from __future__ import annotations

from collections.abc import Sequence

from keelmark.errors import Reorganised
from keelmark.monitor.rows import Block, hashes_of
from keelmark.monitor.state import Evaluated
from keelmark.store import Store

__all__ = ["ancestor_of", "is_there", "parted"]


def parted(before: Block | Evaluated | None, block: Block) -> bool:
    """Whether a block is known not to follow the one before it."""
    if before is None or block.parent_hash is None or block.number != before.number + 1:
        return False
    return block.parent_hash != before.hash


def is_there(store: Store, block: Evaluated) -> bool:
    """Whether a store remembers this very block; those before it are then the same, too, since
    the reader compares parents."""
    headers = store.headers(block.number, block.number)
    return bool(headers) and headers[0].hash == block.hash


def ancestor_of(store: Store, remembered: Sequence[Evaluated], height: int) -> Evaluated | None:
    """The newest evaluated block that is still in a store's chain; None if none of them is.

    It is the one before the first that the store contradicts: that has another hash, has lost its
    rows, or lies beyond the store's end. A block without rows whose header is forgotten
    contradicts nothing.

    Args:
        store: as it is now.
        remembered: the newest first, at least one.
        height: of the store's last block.

    Raises:
        Reorganised: a block that was finalized when it was evaluated is another one now.
    """
    known = hashes_of(store, (one.number for one in remembered if one.number <= height))
    stands: Evaluated | None = None
    for block in reversed(remembered):
        found = known.get(block.number)
        lost = found is None and block.rows
        if block.number > height or lost or found not in (None, block.hash):
            break
        stands = block
    oldest = remembered[-1]
    if stands is None and oldest.final:
        raise Reorganised(
            f"monitor: block {oldest.number} was finalized as 0x{oldest.hash.hex()} when it was "
            f"evaluated, and {store.location} has another one"
        )
    return stands
