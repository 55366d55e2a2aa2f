"""The report chain: nothing that a contract reported is missing, altered or out of order.

A reporting contract folds each of its logs into one root, its storage slot 0:
`record = keccak256(block number | topic0 | topic1 | topic2 | data)` and
`root' = keccak256(root | record)`, from zero. Whoever has the logs from anywhere and the root
from a storage proof against a trusted block hash folds the logs and compares. One wrong bit,
one log too few or two that changed places give another root.

The root says that the logs are wrong and not which. With a second reading of the logs,
`first_difference` names the place; with roots read at several blocks, `narrow` finds the
first stretch that does not fold.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass

from eth_utils.crypto import keccak

from keelmark.errors import KeelmarkError

GENESIS_ROOT = bytes(32)
"""Root of a chain without records."""

ROOT_SLOT = 0
"""Storage slot of the root in every reporting contract."""


class ReportChainBroken(KeelmarkError, ValueError):
    """The logs do not fold to the root."""


@dataclass(frozen=True, slots=True)
class ChainLog:
    """What of a log enters the chain, and where it stood."""

    block_number: int
    topics: tuple[bytes, bytes, bytes]
    data: bytes
    log_index: int = 0
    """Place in its block; it does not enter the record."""


def record_hash(log: ChainLog) -> bytes:
    """One log's record."""
    return bytes(keccak(log.block_number.to_bytes(32, "big") + b"".join(log.topics) + log.data))


def extend(root: bytes, log: ChainLog) -> bytes:
    """The root after one more log."""
    return bytes(keccak(root + record_hash(log)))


def fold(logs: Iterable[ChainLog], root: bytes = GENESIS_ROOT) -> bytes:
    """The root after logs in chain order.

    Args:
        logs: of one contract, every one, in the order of emission.
        root: before the first of them.
    """
    for log in logs:
        root = extend(root, log)
    return root


def in_order(logs: Iterable[ChainLog]) -> list[ChainLog]:
    """Logs by block and place in it, which is the order of emission."""
    return sorted(logs, key=lambda log: (log.block_number, log.log_index))


def verify(logs: Sequence[ChainLog], root: bytes, start: bytes = GENESIS_ROOT) -> None:
    """Accepts the logs as all that a contract reported, or refuses.

    Args:
        logs: of one contract, in the order of emission.
        root: its storage slot 0, from a proof that the caller trusts.
        start: root before the first log; zero from the contract's beginning.

    Raises:
        ReportChainBroken: the logs fold to another root.
    """
    found = fold(logs, start)
    if found != root:
        raise ReportChainBroken(
            f"report chain: {len(logs)} logs fold to 0x{found.hex()}, "
            f"expected the contract's root 0x{root.hex()}"
        )


@dataclass(frozen=True, slots=True)
class Difference:
    """The first place at which two readings of a chain part."""

    index: int
    """Place in the chain, from 0."""
    left: ChainLog | None
    """None where the left reading has ended."""
    right: ChainLog | None


def first_difference(left: Sequence[ChainLog], right: Sequence[ChainLog]) -> Difference | None:
    """Where two readings of one chain part; None if they are the same records."""
    for index in range(max(len(left), len(right))):
        mine = left[index] if index < len(left) else None
        theirs = right[index] if index < len(right) else None
        if mine is None or theirs is None or record_hash(mine) != record_hash(theirs):
            return Difference(index, mine, theirs)
    return None


def narrow(logs: Sequence[ChainLog], roots: Mapping[int, bytes]) -> tuple[int, int] | None:
    """The first stretch of blocks whose logs do not fold.

    Args:
        logs: in the order of emission.
        roots: the contract's root at the end of some blocks, by block number.

    Returns:
        The last block known good (-1 for the beginning) and the first known bad; None if
        every root is met.
    """
    good, root, place = -1, GENESIS_ROOT, 0
    for block in sorted(roots):
        while place < len(logs) and logs[place].block_number <= block:
            root = extend(root, logs[place])
            place += 1
        if root != roots[block]:
            return good, block
        good = block
    return None
