"""Which blocks are still to be fetched: cut into requests, put back in parts, never lost.

A part that is refused because it held more than anybody expected is halved until what is dense in
it stands alone: a part that is refused clears the one behind it of suspicion, and what is left of
several is asked for as one. No I/O, no clock.
"""

from __future__ import annotations

import bisect
from dataclasses import dataclass

from keelmark.ingest.ranges import Ranges

__all__ = ["Piece", "Pieces"]

_EVEN_PARTS = 3
"""A rest that takes up to so many requests is cut evenly."""


@dataclass(slots=True)
class Piece:
    """A range of blocks, and what has been tried for it."""

    first: int
    last: int
    """Both ends are included."""
    attempts: int = 0
    """Requests so far."""
    failures: int = 0
    """Of them in a row, for the range as it is."""
    doubts: int = 0
    """Of those the ones that may have been too much."""
    not_before: float = 0.0
    """When it may be asked for again."""
    until: int | None = None
    """Where the provider proposed to end."""
    halve: bool = False
    """Whether no more than half of it is to be asked for."""
    dense: bool = False
    """Whether it holds more than is expected of so many blocks, so that its parts may too."""

    @property
    def span(self) -> int:
        """How many blocks."""
        return self.last - self.first + 1


class Pieces:
    """What is left of a range, in order."""

    def __init__(self, first: int, last: int) -> None:
        self._left = [Piece(first, last)] if first <= last else []

    def __bool__(self) -> bool:
        return bool(self._left)

    def due(self, now: float) -> Piece | None:
        """The first piece that may be asked for at a time; it stays here."""
        return next((one for one in self._left if one.not_before <= now), None)

    def soonest(self) -> float:
        """When the next piece may be asked for."""
        return min(one.not_before for one in self._left)

    def take(self, piece: Piece, size: int) -> Piece:
        """Takes out the beginning of a piece, to be asked for in one request.

        Args:
            piece: one of these.
            size: how many blocks at most, where nothing is known of this piece alone.
        """
        place = self._left.index(piece)
        del self._left[place]
        while not (piece.halve or piece.dense) and piece.until is None and piece.span < size:
            behind = self._left[place] if place < len(self._left) else None
            if behind is None or behind.first != piece.last + 1 or behind.attempts:
                break
            if behind.dense or behind.until is not None:
                break
            piece.last = behind.last
            del self._left[place]
        if piece.until is not None:
            size = piece.until - piece.first + 1
        elif piece.halve or piece.dense:
            size = min(size, max(1, piece.span // 2))
        elif piece.span <= size * _EVEN_PARTS:
            size = -(-piece.span // -(-piece.span // size))
        if size < piece.span:
            rest = Piece(piece.first + size, piece.last, dense=piece.dense)
            self._left.insert(place, rest)
            piece.last = piece.first + size - 1
        piece.until, piece.halve = None, False
        piece.attempts += 1
        return piece

    def put_back(self, piece: Piece) -> None:
        """Puts a piece back as it was, to be asked for again."""
        bisect.insort(self._left, piece, key=lambda one: one.first)

    def refuse(self, piece: Piece, ranges: Ranges, suggested: tuple[int, int] | None) -> None:
        """Puts a piece back that was too much; less of it will be asked for.

        Args:
            piece: of more than one block.
            ranges: has heard of the refusal.
            suggested: the provider's proposal.
        """
        piece.failures = piece.doubts = 0
        piece.until = None if suggested is None else suggested[1]
        piece.halve = ranges.size() >= piece.span
        piece.dense = piece.halve and not ranges.fresh
        place = bisect.bisect(self._left, piece.first, key=lambda one: one.first)
        if place < len(self._left) and self._left[place].first == piece.last + 1:
            self._left[place].dense = False
        self._left.insert(place, piece)
