"""What a verification has established so far, and how its errors get their place."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field

from keelmark.errors import KeelmarkError
from keelmark.evidence.parts import EvidenceBroken, Package
from keelmark.evidence.verdict import Expected, Verdict
from keelmark.proofs.blocks import Header, ReceiptLog

__all__ = ["Key", "Work", "at", "gap"]

Key = tuple[int, int]
"""A transaction: block and place in it."""


@dataclass(slots=True)
class Work:
    """What has been established so far."""

    package: Package
    expected: Expected
    verdict: Verdict
    headers: dict[int, Header] = field(default_factory=dict)
    vouched: Mapping[int, Header] = field(default_factory=dict)
    """Those that a trusted hash vouches for."""
    used: set[int] = field(default_factory=set)
    """Blocks whose header something rests on."""
    logs: dict[Key, tuple[ReceiptLog, ...]] = field(default_factory=dict)
    """Proved receipts."""


@contextmanager
def at(part: str) -> Iterator[None]:
    """Gives whatever is raised inside the place at which it was."""
    try:
        yield
    except EvidenceBroken:
        raise
    except KeelmarkError as error:
        raise EvidenceBroken(part, str(error)) from None


def gap(block: int) -> str:
    """That nothing vouches for a block."""
    return f"block {block}: no trusted hash vouches for its header; give its hash as well"
