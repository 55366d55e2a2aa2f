"""How far to read: a finality or a height as a block, and which blocks are final."""

from __future__ import annotations

from keelmark.errors import InputError
from keelmark.store.model import Heads

__all__ = ["final_of", "target_of"]


def final_of(heads: Heads, unfinal_blocks: int) -> int:
    """The last block that is not replaced any more.

    Args:
        heads: the chain's.
        unfinal_blocks: newest blocks that are not final where the chain does not say.
    """
    return heads.latest - unfinal_blocks if heads.finalized is None else heads.finalized


def target_of(until: int | str, heads: Heads, first_block: int, where: str) -> int:
    """The height of the block wanted.

    Args:
        until: ``latest``, ``safe``, ``finalized`` or a height.
        heads: the chain's.
        first_block: of the store.
        where: the endpoint's name, for the error's text.

    Raises:
        InputError: no such finality, one that the chain does not have, or a block that is not
            there.
    """
    if isinstance(until, int):
        if until > heads.latest:
            raise InputError(
                f"until: block {until} is not there yet, expected at most {heads.latest}"
            )
        if until < first_block:
            raise InputError(
                f"until: block {until} is before the first, expected {first_block} or more"
            )
        return until
    if until not in ("latest", "safe", "finalized"):
        raise InputError(f"until: {until}, expected latest, safe, finalized or a block")
    height: int | None = getattr(heads, until)
    if height is None:
        raise InputError(
            f"until: {where} does not say which block is {until}, expected latest or a block"
        )
    return height
