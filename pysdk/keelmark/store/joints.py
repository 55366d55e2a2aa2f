"""Whether checkpoints hang together: seen to whenever a store is opened.

A checkpoint says that its blocks are read, and the newest one where reading goes on. They begin at
the store's first block, and each begins after the one before. A file that was damaged or altered,
or a database that lost a part of what it had promised, can leave others; whoever went on from
there would leave out blocks, or read them twice.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING, Protocol, runtime_checkable

from keelmark.errors import StoreFailed
from keelmark.store.model import Checkpoint, Header

if TYPE_CHECKING:
    from keelmark.store.base import Store

__all__ = ["joined", "settle"]


def joined(points: Sequence[Checkpoint], first_block: int) -> tuple[Checkpoint, ...]:
    """The checkpoints from the first block on, as far as each begins where the last one ended.

    Args:
        points: in the order of their last blocks.
        first_block: of the store's description.
    """
    kept: list[Checkpoint] = []
    for point in points:
        expected = kept[-1].last_block + 1 if kept else first_block
        if point.first_block != expected or point.last_block < expected:
            break
        kept.append(point)
    return tuple(kept)


def settle(store: Store, *, read_only: bool) -> None:
    """Sees that a store's checkpoints join, and that no row stands beyond them.

    A writer goes back to the last one that joins, if that one is as it says: the blocks after it
    are read again. What is nowhere vouched for is left as it is.

    Raises:
        StoreFailed: they do not, and nobody may go back or it cannot be told where to.
    """
    points = store.checkpoints()
    first_block = store.description.first_block
    kept = joined(points, first_block)
    if len(kept) < len(points):
        if not read_only and kept and _is_true(store, kept[-1]):
            last = kept[-1]
            store.rewind(Header(last.last_block, last.last_hash, b"", last.last_time))
        if store.checkpoints() != kept:
            other = points[len(kept)]
            expected = kept[-1].last_block + 1 if kept else first_block
            raise StoreFailed(
                f"store: {store.location} has a checkpoint of blocks {other.first_block} to "
                f"{other.last_block}, expected one that begins at block {expected}"
            )
    if not read_only:
        _check_end(store, kept[-1].last_block if kept else first_block - 1)


def _is_true(store: Store, point: Checkpoint) -> bool:
    """Whether a checkpoint's last block is remembered, and its rows are there, by their number."""
    ends = store.headers(point.last_block, point.last_block)
    if [one.hash for one in ends] != [point.last_hash]:
        return False
    blocks = {"first_block": point.first_block, "last_block": point.last_block}
    rows = 0
    for table in store.description.tables:
        for batch in store.scan(table.name, columns=["block_number"], **blocks):
            rows += batch.num_rows
    return rows == point.rows


@runtime_checkable
class _Database(Protocol):
    """A store whose rows count as soon as they are there. (Those in files count up to the newest
    checkpoint.)"""

    def table_beyond(self, last: int) -> str | None:
        """A table that has rows above a block."""


def _check_end(store: Store, last: int) -> None:
    """Sees that no row stands beyond the newest checkpoint.

    Raises:
        StoreFailed: one does.
    """
    name = store.table_beyond(last) if isinstance(store, _Database) else None
    if name is not None:
        raise StoreFailed(
            f"store: {store.location} has rows in {name} beyond block {last}, expected none after "
            "the last block of its newest checkpoint"
        )
