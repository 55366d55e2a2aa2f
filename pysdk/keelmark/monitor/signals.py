"""What a detector says, and where on the chain it says it."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from decimal import Context, Decimal
from enum import StrEnum

__all__ = ["Place", "Severity", "Signal", "money", "percent"]


class Severity(StrEnum):
    """How much an alert matters."""

    INFO = "info"
    """To be known; nothing need be wrong."""
    WARNING = "warning"
    """Somebody should look."""
    CRITICAL = "critical"
    """A rule bites or is broken, or what is read cannot be trusted."""


@dataclass(frozen=True, slots=True)
class Place:
    """A moment of the chain: a block, and how many of its logs have been folded."""

    block_number: int
    block_hash: bytes
    time: int
    """Of the block, seconds."""
    log_index: int
    """Of the last log before the moment; -1 before the first one of the block."""
    finality: str
    """``latest``, ``safe`` or ``finalized`` when the block was looked at."""


@dataclass(frozen=True, slots=True)
class Signal:
    """One thing that is the matter at one moment.

    A condition is said again at every moment at which it holds; the moment at which it is not is
    its end. An occurrence is said once and has no end.
    """

    detector: str
    """As in the rules file."""
    subject: str
    """What it is about, such as ``account 5``; with the detector, the key of an episode."""
    sentence: str
    severity: Severity
    figures: Mapping[str, int | str] = field(default_factory=dict)
    """Exact figures by name, the unit at the end of it: ``_wad``, ``_bps``, ``_seconds``."""
    rule: str | None = None
    """Id of the rulebook's rule behind it, if there is one."""
    account: int | None = None
    instrument: int | None = None
    feed: int | None = None
    once: bool = False
    """An occurrence."""
    firing: bool = True
    """False: past the level, but not yet far enough for the end of an episode (hysteresis)."""

    @property
    def key(self) -> tuple[str, str]:
        """What tells its episode from others at the same time."""
        return self.detector, self.subject


_EXACT = Context(prec=80)
"""Amounts have up to 78 digits; the default context rounds at 28."""


def money(wad: int) -> str:
    """A wad for a person, exact, without zeros at the end: ``1,234.5``."""
    return f"{Decimal(wad).scaleb(-18, _EXACT).normalize(_EXACT):,f}"


def percent(bps: int) -> str:
    """Basis points as a percentage: ``61.2 %``."""
    return f"{Decimal(bps).scaleb(-2, _EXACT).normalize(_EXACT):f} %"
