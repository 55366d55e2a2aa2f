"""What must change on a chain's list so that it equals a published one, and in which batches."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from keelmark.sanctions.model import Entry, Publication

__all__ = ["BATCH", "Batch", "Change", "Difference", "batches", "compare"]

BATCH = 100
"""Most entries added, and most taken off, by one transaction."""


@dataclass(frozen=True, slots=True)
class Change:
    """A wallet that stays listed, under another entry."""

    entry: Entry
    before: bytes
    """The reference that the chain has."""


@dataclass(frozen=True, slots=True)
class Difference:
    """A published list against a chain's."""

    publication: Publication
    added: tuple[Entry, ...]
    """Published, not on the chain."""
    removed: Mapping[str, bytes]
    """On the chain, no longer published: address to reference."""
    changed: tuple[Change, ...]
    unchanged: int

    @property
    def empty(self) -> bool:
        """Whether the chain's list equals the published one."""
        return not (self.added or self.removed or self.changed)


@dataclass(frozen=True, slots=True)
class Batch:
    """One transaction's worth of changes."""

    removals: tuple[str, ...]
    additions: tuple[Entry, ...]


def compare(publication: Publication, listed: Mapping[str, bytes]) -> Difference:
    """The difference.

    Args:
        publication: what the file says.
        listed: what the chain has: checksummed address to reference.
    """
    entries = publication.entries
    added = tuple(entry for address, entry in entries.items() if address not in listed)
    changed = tuple(
        Change(entry, listed[address])
        for address, entry in entries.items()
        if address in listed and listed[address] != entry.reference
    )
    removed = {address: listed[address] for address in sorted(listed) if address not in entries}
    unchanged = len(listed) - len(removed) - len(changed)
    return Difference(publication, added, removed, changed, unchanged)


def batches(difference: Difference, size: int = BATCH) -> tuple[Batch, ...]:
    """The changes in transactions: who is new first, as nobody is harmed by a late removal. A
    changed entry leaves and enters in one transaction, so that it is never off the list.

    Args:
        difference: what must change.
        size: most additions, and most removals, of one batch.
    """
    pairs: list[tuple[str | None, Entry | None]] = [
        *((None, entry) for entry in difference.added),
        *((change.entry.address, change.entry) for change in difference.changed),
        *((address, None) for address in difference.removed),
    ]
    made: list[Batch] = []
    for place in range(0, len(pairs), size):
        part = pairs[place : place + size]
        made.append(
            Batch(
                tuple(address for address, _ in part if address is not None),
                tuple(entry for _, entry in part if entry is not None),
            )
        )
    return tuple(made)
