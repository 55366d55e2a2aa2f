"""What an audit says: each finding with a name that stays, so that a program can wait for it."""

from __future__ import annotations

from dataclasses import dataclass
from enum import Enum

__all__ = ["Finding", "Level", "deviation", "notice", "pending"]


class Level(Enum):
    """How a finding counts."""

    DEVIATION = "deviation"
    """Not as published, not shown to be, or against what the contracts' documentation asks for."""
    PENDING = "pending"
    """A change that was announced or offered and does not count yet."""
    NOTICE = "notice"
    """As it may be, and worth knowing."""


@dataclass(frozen=True, slots=True)
class Finding:
    """One thing that an audit says."""

    level: Level
    code: str
    """A name that stays, as ``unknown-code``."""
    subject: str
    """Of which part: a contract's name, or an address."""
    text: str
    """One sentence without its full stop."""

    def __str__(self) -> str:
        return f"{self.subject}: {self.text}"


def deviation(code: str, subject: str, text: str) -> Finding:
    """A finding that makes an audit fail."""
    return Finding(Level.DEVIATION, code, subject, text)


def pending(code: str, subject: str, text: str) -> Finding:
    """A change to come."""
    return Finding(Level.PENDING, code, subject, text)


def notice(code: str, subject: str, text: str) -> Finding:
    """Something worth knowing."""
    return Finding(Level.NOTICE, code, subject, text)
