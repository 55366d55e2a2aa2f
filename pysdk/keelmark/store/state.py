"""What a store in files knows beside its rows, and how one operation changes it.

A state is five maps. A change says what goes and what comes; a change to an empty state is the
whole of it. So one form, which is also the JSON that a Parquet store's journal has, serves as an
entry and as a summary of all the entries before it.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass, field, replace
from typing import Any

from keelmark.store.model import Checkpoint, Header, Heads

__all__ = ["Change", "DataFile", "State", "merged", "shortened"]

MANY: int = 64
"""How many small things of a kind are left before they are made into larger ones."""

LARGE: int = 65_536
"""Rows from which on a checkpoint or a file is no longer small."""


@dataclass(frozen=True, slots=True)
class DataFile:
    """A file of rows."""

    table: str
    name: str
    """Path below the table's folder."""
    first_block: int
    """Of its first row."""
    last_block: int
    """Of its last row."""
    rows: int
    size: int
    """In bytes."""


@dataclass(slots=True)
class State:
    """What is committed."""

    version: int = 0
    """Counts operations."""
    heads: Heads | None = None
    checkpoints: dict[int, Checkpoint] = field(default_factory=dict)
    """By last block, in order."""
    headers: dict[int, Header] = field(default_factory=dict)
    """By height."""
    files: dict[tuple[str, str], DataFile] = field(default_factory=dict)
    """By table and name; empty in a store whose tables keep account of their files themselves."""
    proved: set[int] = field(default_factory=set)
    """Blocks at which there are proofs of roots."""

    @property
    def newest(self) -> Checkpoint | None:
        """The newest checkpoint."""
        return self.checkpoints[next(reversed(self.checkpoints))] if self.checkpoints else None

    def apply(self, change: Change) -> None:
        """Makes an operation's change to this state."""
        self.version = change.version
        self.heads = change.heads or self.heads
        for last_block in change.without_checkpoints:
            self.checkpoints.pop(last_block, None)
        for number in change.without_headers:
            self.headers.pop(number, None)
        for table, name in change.without_files:
            self.files.pop((table, name), None)
        self.proved.difference_update(change.without_proved)
        self.checkpoints.update({point.last_block: point for point in change.checkpoints})
        if change.checkpoints and change.without_checkpoints:
            self.checkpoints = dict(sorted(self.checkpoints.items()))
        self.headers.update({header.number: header for header in change.headers})
        self.files.update({(file.table, file.name): file for file in change.files})
        self.proved.update(change.proved)

    def whole(self) -> Change:
        """The change that makes this state of an empty one."""
        return Change(
            self.version,
            self.heads,
            tuple(self.checkpoints.values()),
            tuple(self.headers.values()),
            tuple(self.files.values()),
            tuple(sorted(self.proved)),
        )


@dataclass(frozen=True, slots=True)
class Change:
    """What one operation takes away and adds."""

    version: int
    heads: Heads | None = None
    checkpoints: tuple[Checkpoint, ...] = ()
    headers: tuple[Header, ...] = ()
    files: tuple[DataFile, ...] = ()
    proved: tuple[int, ...] = ()
    without_checkpoints: tuple[int, ...] = ()
    without_headers: tuple[int, ...] = ()
    without_files: tuple[tuple[str, str], ...] = ()
    without_proved: tuple[int, ...] = ()

    def as_json(self) -> dict[str, Any]:
        """For a journal; what is empty is left out."""
        body: dict[str, Any] = {
            "version": self.version,
            "heads": _plain(self.heads) if self.heads else None,
            "checkpoints": [_plain(one) for one in self.checkpoints],
            "headers": [_plain(one) for one in self.headers],
            "files": [_plain(one) for one in self.files],
            "proved": list(self.proved),
            "withoutCheckpoints": list(self.without_checkpoints),
            "withoutHeaders": list(self.without_headers),
            "withoutFiles": [list(one) for one in self.without_files],
            "withoutProved": list(self.without_proved),
        }
        return {name: value for name, value in body.items() if value not in (None, [])}

    @classmethod
    def from_json(cls, body: dict[str, Any]) -> Change:
        """What `as_json` gave.

        Raises:
            KeyError, TypeError, ValueError: it gave something else.
        """

        def several(name: str, made: Callable[[dict[str, Any]], Any]) -> tuple[Any, ...]:
            return tuple(made(one) for one in body.get(name, ()))

        return cls(
            int(body["version"]),
            Heads(**body["heads"]) if "heads" in body else None,
            several("checkpoints", _checkpoint),
            several("headers", _header),
            several("files", lambda one: DataFile(**one)),
            tuple(body.get("proved", ())),
            tuple(body.get("withoutCheckpoints", ())),
            tuple(body.get("withoutHeaders", ())),
            tuple((table, name) for table, name in body.get("withoutFiles", ())),
            tuple(body.get("withoutProved", ())),
        )


def _plain(value: Any) -> dict[str, Any]:
    """A record as JSON has it: bytes in hexadecimal digits."""
    found: dict[str, Any] = {}
    for name in value.__slots__:
        part = getattr(value, name)
        if isinstance(part, bytes):
            part = part.hex()
        found[name] = _plain(part) if isinstance(part, Heads) else part
    return found


def _checkpoint(body: dict[str, Any]) -> Checkpoint:
    rest = {"last_hash": bytes.fromhex(body["last_hash"]), "heads": Heads(**body["heads"])}
    return Checkpoint(**(body | rest))


def _header(body: dict[str, Any]) -> Header:
    hashes = {name: bytes.fromhex(body[name]) for name in ("hash", "parent_hash")}
    return Header(**(body | hashes))


def shortened(point: Checkpoint, last: Header, rows: int) -> Checkpoint:
    """A checkpoint that ends at an earlier block, with the rows that are left to it."""
    return replace(
        point, last_block=last.number, last_hash=last.hash, last_time=last.time, rows=rows
    )


def merged(
    points: Iterable[Checkpoint], finalized: int | None, kept: set[int]
) -> list[tuple[Sequence[Checkpoint], Checkpoint]]:
    """Which checkpoints are to become one.

    Whoever follows a chain makes one a block. Neighbours that are finalized by now, were equally
    final when they were read, and are small together become one, with the heads and the hour of the
    newest; nothing happens until there are many of them.

    Args:
        points: in the order of blocks.
        finalized: height of the finalized block.
        kept: blocks at which a checkpoint is to go on ending, since there are proofs of them.

    Returns:
        groups of two or more, each with the one that takes their place.
    """
    groups: list[list[Checkpoint]] = []
    ended = True
    for point in points:
        if finalized is None or point.last_block > finalized:
            break
        last = groups[-1] if groups else []
        joins = (
            not ended
            and last[-1].finality == point.finality
            and sum(one.rows for one in last) + point.rows <= LARGE
        )
        if joins:
            last.append(point)
        else:
            groups.append([point])
        ended = point.last_block in kept
    groups = [group for group in groups if len(group) > 1]
    if sum(len(group) - 1 for group in groups) < MANY:
        return []
    return [
        (
            group,
            replace(
                group[-1],
                first_block=group[0].first_block,
                rows=sum(one.rows for one in group),
            ),
        )
        for group in groups
    ]
