"""How a node lays its logs out as text, learnt from the first of an answer.

Nodes differ in the order of a log's fields and in whether they tell a block's time, but within an
answer every log looks alike: literal text, hexadecimal of fixed width, and between them a few
values whose length varies. A layout is that text cut behind each value of varying length.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import Final

import numpy as np
from numpy.typing import NDArray

__all__ = ["NUMBERS", "Hole", "Layout", "Segment", "learn"]

NUMBERS: Final = ("blockNumber", "transactionIndex", "logIndex", "blockTimestamp")
"""Quantities: hexadecimal without leading zeros."""

_FIXED: Final = {"address": 40, "blockHash": 64, "transactionHash": 64}
"""Hexadecimal digits of the fields of fixed width."""

_NEEDED: Final = {*_FIXED, *NUMBERS, "topics", "data"} - {"blockTimestamp"}

_FIELD: Final = re.compile(
    rb'"(?P<name>[A-Za-z]+)":(?:"0x(?P<hex>[0-9a-fA-F]*)"|\[(?P<topics>[^\]]*)\]|(?P<word>false))'
)
_TOPICS: Final = re.compile(rb'"0x[0-9a-fA-F]{64}"(?:,"0x[0-9a-fA-F]{64}")*')


@dataclass(frozen=True, slots=True)
class Hole:
    """Hexadecimal of fixed width in a segment."""

    name: str
    """Of its field; topics are ``topic0``, ``topic1``, …"""
    offset: int
    width: int
    """Digits."""


@dataclass(frozen=True, slots=True)
class Segment:
    """Text of fixed length, and what of varying length follows it."""

    length: int
    literals: tuple[tuple[int, NDArray[np.uint8]], ...]
    """Offset and bytes of every run that is alike in all logs."""
    holes: tuple[Hole, ...]
    then: str | None
    """Field whose digits follow; None at the log's end."""


@dataclass(frozen=True, slots=True)
class Layout:
    """The text of one log."""

    segments: tuple[Segment, ...]
    topics: int
    timed: bool
    """Whether a log tells its block's time."""
    topics_first: bool
    """Whether the topics stand before the data, so that they tell the data's length."""


class _Draft:
    """A segment being put together."""

    def __init__(self) -> None:
        self.segments: list[Segment] = []
        self._restart()

    def _restart(self) -> None:
        self.length = 0
        self.literals: list[tuple[int, bytes]] = []
        self.holes: list[Hole] = []

    def literal(self, text: bytes) -> None:
        """Adds text; runs that touch become one."""
        offset, before = self.literals[-1] if self.literals else (0, b"")
        if self.literals and offset + len(before) == self.length:
            self.literals[-1] = (offset, before + text)
        else:
            self.literals.append((self.length, text))
        self.length += len(text)

    def hole(self, name: str, width: int) -> None:
        """Adds hexadecimal of fixed width."""
        self.holes.append(Hole(name, self.length, width))
        self.length += width

    def cut(self, then: str | None) -> None:
        """Ends the segment."""
        runs = tuple((offset, np.frombuffer(text, np.uint8)) for offset, text in self.literals)
        self.segments.append(Segment(self.length, runs, tuple(self.holes), then))
        self._restart()


def learn(text: bytes) -> Layout | None:
    """The layout of a log.

    Args:
        text: the log as JSON, from brace to brace.

    Returns:
        None if it is anything but the plain fields of a log that stands, without white space.
    """
    draft = _Draft()
    names: list[str] = []
    topics = 0
    place = 0
    while place < len(text) - 1:
        found = _FIELD.match(text, place + 1)
        if found is None or text[place] != ord("," if place else "{"):
            return None
        name = found["name"].decode()
        names.append(name)
        draft.literal(text[place : place + 1] + b'"' + found["name"] + b'":')
        if name == "removed" and found["word"]:
            draft.literal(found["word"])
        elif name == "topics" and found["topics"] and _TOPICS.fullmatch(found["topics"]):
            topics = found["topics"].count(b"0x")
            for number in range(topics):
                draft.literal(b'","0x' if number else b'["0x')
                draft.hole(f"topic{number}", 64)
            draft.literal(b'"]')
        elif found["hex"] is not None and (name in NUMBERS or name == "data"):
            draft.literal(b'"0x')
            draft.cut(name)
            draft.literal(b'"')
        elif found["hex"] is not None and len(found["hex"]) == _FIXED.get(name):
            draft.literal(b'"0x')
            draft.hole(name, _FIXED[name])
            draft.literal(b'"')
        else:
            return None
        place = found.end()
    if text[place:] != b"}" or len(set(names)) < len(names) or not set(names) >= _NEEDED:
        return None
    draft.literal(b"}")
    draft.cut(None)
    return Layout(
        tuple(draft.segments),
        topics,
        "blockTimestamp" in names,
        names.index("topics") < names.index("data"),
    )
