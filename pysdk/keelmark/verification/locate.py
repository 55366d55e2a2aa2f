"""Names the very log at which a store leaves the chain, by reading the range again from a node.

The node is not trusted either: what it gives is folded, and the finding says whether it reaches the
root that is proved.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Final

from eth_utils.address import to_checksum_address

from keelmark.ledger.reader import read_logs
from keelmark.proofs.verification_result import Finding
from keelmark.store.model import Description
from keelmark.verification.folding import Break, Fold
from keelmark.verification.hashing import keccak
from keelmark.verification.rows import windows
from keelmark.verification.work import Work

__all__ = ["Place", "difference", "locate"]

CHUNK: Final = 5_000
"""Blocks that are compared at once."""


@dataclass(frozen=True, slots=True)
class Place:
    """A record and where it stands."""

    block: int
    log_index: int
    preimage: bytes


def locate(work: Work, fold: Fold, broken: Break, *, anchored: bool) -> Finding | None:
    """The first log of a range at which a store differs from a node.

    Args:
        work: with a node.
        fold: of the contract.
        broken: the range.
        anchored: whether the roots at its ends are proved.

    Returns:
        None if they do not differ.

    Raises:
        RpcRefused: the node does not give the logs.
        NoSuchBlock: it does not have the blocks.
        Reorganised: it replaces them meanwhile.
    """
    chain = work.chain
    assert chain is not None
    address = str(to_checksum_address(fold.watched.address))
    place = work.description.contracts.index(fold.watched)
    root = broken.good_root
    found: tuple[str, str, int] | None = None
    for first in range(broken.good + 1, broken.bad + 1, CHUNK):
        last = min(first + CHUNK - 1, broken.bad)
        reading = chain.run(read_logs((address,), first, last))
        theirs = [
            Place(
                row.log.block_number,
                row.log.log_index,
                row.log.block_number.to_bytes(32, "big") + b"".join(row.log.topics) + row.log.data,
            )
            for row in reading.rows
        ]
        for one in theirs:
            root = keccak(root + keccak(one.preimage))
        if found is None:
            mine = [
                Place(int(window.block[row]), int(window.log_index[row]), window.preimages[row])
                for window in windows(work.source, first, last, tables=work.tables)
                for row in (window.contract == place).nonzero()[0]
            ]
            found = difference(mine, theirs, work.description)
    if found is None:
        return None
    kind, text, block = found
    which = "that is proved" if anchored else "that the store has of that block"
    sure = (
        f"the node's logs fold to the root {which}"
        if root == broken.bad_root
        else "but the node's logs do not fold to the root either"
    )
    return Finding(fold.watched.name, kind, block, block, f"{fold.watched.name}: {text}; {sure}")


def difference(
    mine: Sequence[Place], theirs: Sequence[Place], description: Description
) -> tuple[str, str, int] | None:
    """How two readings of one range first part: kind, text and block; None if they do not.

    Args:
        mine: the store's, in chain order.
        theirs: the node's.
        description: for the names of events and fields.
    """
    for index in range(max(len(mine), len(theirs))):
        left = mine[index] if index < len(mine) else None
        right = theirs[index] if index < len(theirs) else None
        if left and right and left.preimage == right.preimage:
            continue
        rest_mine = Counter(one.preimage for one in mine[index:])
        rest_theirs = Counter(one.preimage for one in theirs[index:])
        left_known = left is not None and rest_theirs[left.preimage] > 0
        right_known = right is not None and rest_mine[right.preimage] > 0
        if left and right and left_known and right_known:
            there, due = _name(left, description), _name(right, description)
            return "reordered", f"{there} stands where {due} belongs", right.block
        if right and (left is None or left_known):
            return "omitted", f"{_name(right, description)} is missing", right.block
        if left and (right is None or right_known):
            return "invented", f"{_name(left, description)} is not on the chain", left.block
        assert left is not None
        assert right is not None
        return "altered", _altered(left, right, description), min(left.block, right.block)
    return None


def _name(one: Place, description: Description) -> str:
    """A log in words."""
    topic = one.preimage[32:64]
    event = next((table.event for table in description.tables if table.topic == topic), "a log")
    return f"{event} of block {one.block}, log {one.log_index}"


def _altered(left: Place, right: Place, description: Description) -> str:
    """Which fields of a log are not as they were."""
    table = next((one for one in description.tables if one.topic == left.preimage[32:64]), None)
    same = right.preimage[32:64] == left.preimage[32:64]
    if table is None or not same or len(left.preimage) != len(right.preimage):
        return f"{_name(left, description)} stands in place of {_name(right, description)}"
    order = sorted(table.columns, key=lambda column: not column.indexed)
    names = ["block_number", "topic", *(column.name for column in order)]
    words = [slice(32 * place, 32 * place + 32) for place in range(len(names))]
    changed = [
        name
        for name, word in zip(names, words, strict=True)
        if left.preimage[word] != right.preimage[word]
    ]
    return f"{_name(right, description)} is altered in {', '.join(changed)}"
