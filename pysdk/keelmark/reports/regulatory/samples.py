"""The market at the end of a day, as valuation and margin reports take it.

Whoever rebuilds the market makes these (`keelmark.ledger.end_of_day`); reports only read them.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from keelmark.margin.results import MarginResult

__all__ = ["AccountEnd", "DayEnd", "InstrumentEnd"]


@dataclass(frozen=True, slots=True)
class AccountEnd:
    """An account with open positions at the end of a day."""

    account: int
    cash: int
    """Wad; negative is owed to the house."""
    margin: MarginResult
    """Close-out valuation at the board's prices."""


@dataclass(frozen=True, slots=True)
class InstrumentEnd:
    """An instrument at the end of a day."""

    mark: int
    """Value of one unit, wad; of an option its premium."""
    priced_at: int
    """Seconds: of the newest source of the price that it was valued at."""
    by_model: bool
    """Whether a model made the value of the prices: options that are open."""
    delta: int | None = None
    """Of one unit long, wad; open options only."""


@dataclass(frozen=True, slots=True)
class DayEnd:
    """The market at the last block of a UTC day."""

    day: int
    """Days since 1970-01-01."""
    block_number: int
    """The last block of the day that is known: every later one of the day has no event."""
    time: int
    """Of that block, seconds."""
    complete: bool
    """Whether the day is over at the report's finality."""
    instruments: Mapping[int, InstrumentEnd]
    accounts: tuple[AccountEnd, ...]
    """Those with open positions, by id."""
