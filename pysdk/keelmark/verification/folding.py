"""One contract's report chain, folded again and compared with every root that is at hand.

A root whose block a trusted hash vouches for decides. Any other root only narrows: where the rows
leave it, that is a place to look at, and it may be the proof that is wrong.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, field

from keelmark.proofs.report_chain import GENESIS_ROOT
from keelmark.store.model import Watched
from keelmark.verification.hashing import keccak
from keelmark.verification.roots import ProvedRoot

__all__ = ["Break", "Fold", "Point"]


@dataclass(frozen=True, slots=True)
class Point:
    """A root at the end of a block."""

    proved: ProvedRoot
    anchored: bool
    """Whether a trusted hash vouches for the block."""

    @property
    def block(self) -> int:
        """Its height."""
        return self.proved.header.number


@dataclass(frozen=True, slots=True)
class Break:
    """Where rows leave the chain: after the one block and not later than the other."""

    good: int
    good_root: bytes
    bad: int
    bad_root: bytes


@dataclass(slots=True)
class Fold:
    """The state of one fold."""

    watched: Watched
    start: int
    """Rows up to this block are left out; the root at its end is known."""
    points: tuple[Point, ...]
    """Roots after it, by height."""
    last: int
    """Block at whose end records and root are noted."""
    root: bytes = GENESIS_ROOT
    start_anchored: bool = True
    """False if the root at the start rests on a block that nothing vouches for."""
    records: int = 0
    noted: tuple[int, bytes] | None = None
    """Records and root at the end of `last`."""
    proved_to: int | None = None
    """Highest block at whose end an anchored root was met."""
    failed: Break | None = None
    """Between anchored roots."""
    narrowed: Break | None = None
    """The same by every root."""
    suspects: list[Break] = field(default_factory=list)
    """Roots without anchor that the rows did not meet, since the last anchored one."""
    refuted: list[int] = field(default_factory=list)
    """Blocks of roots that contradict rows which are proved."""
    _next: int = 0
    _good: tuple[int, bytes] = (0, b"")
    _sure: tuple[int, bytes] = (0, b"")

    def __post_init__(self) -> None:
        self._good = self._sure = (self.start, self.root)

    def feed(self, block: int, preimage: bytes) -> None:
        """Takes the contract's next record."""
        if self._next < len(self.points) or self.noted is None:
            self.settle(block)
        if self.failed is None:
            self.root = keccak(self.root + keccak(preimage))
        self.records += 1

    def settle(self, before: int) -> None:
        """Compares every root at the end of a block below this one."""
        while self._next < len(self.points) and self.points[self._next].block < before:
            point = self.points[self._next]
            self._note(point.block)
            self._compare(point)
            self._next += 1
        self._note(before)

    def _note(self, before: int) -> None:
        """Notes records and root if `last` lies below this block."""
        if self.noted is None and self.last < before:
            self.noted = (self.records, self.root)

    def _compare(self, point: Point) -> None:
        """The root at the end of a block; see the module's text."""
        if self.failed is not None:
            return
        met = self.root == point.proved.root
        here = (point.block, point.proved.root)
        if met and point.anchored:
            self.proved_to = point.block
            self.refuted += [one.bad for one in self.suspects]
            self.suspects.clear()
            self._good = self._sure = here
        elif met:
            self._good = here
        elif point.anchored:
            self.failed = Break(*self._sure, *here)
            self.narrowed = self.suspects[0] if self.suspects else Break(*self._good, *here)
        else:
            self.suspects.append(Break(*self._good, *here))


def distinct(points: Iterable[Point]) -> tuple[Point, ...]:
    """Points by height, each root of a block once, an anchored one in place of one that is not."""
    found: dict[tuple[int, bytes], Point] = {}
    for point in points:
        key = (point.block, point.proved.header.hash)
        if key not in found or point.anchored:
            found[key] = point
    return tuple(sorted(found.values(), key=lambda point: (point.block, not point.anchored)))
