"""A price history, checked: one close a day of its market's calendar, none missing."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, timedelta
from decimal import Decimal
from fractions import Fraction
from itertools import pairwise

from keelmark.errors import InputError
from keelmark.regulation.scan_range import MIN_CLOSES
from keelmark.units import BPS

__all__ = ["PriceHistory", "read_history"]

FRIDAY = 4
LONGEST_HOLIDAY_DAYS = 7
"""A market with weekends may pause this long between two closes."""

DAYS_A_YEAR = {True: 365, False: 260}
"""Closes in twelve months, by whether the market is open on weekends."""


@dataclass(frozen=True, slots=True)
class PriceHistory:
    """Closes in order of time."""

    days: tuple[date, ...]
    """One a close, ascending."""
    closes: tuple[Fraction, ...]
    """Positive."""
    every_day: bool
    """Whether the market is open on weekends; otherwise a day is a business day."""

    @property
    def year(self) -> int:
        """Closes in twelve months."""
        return DAYS_A_YEAR[self.every_day]

    def returns_bps(self, horizon: int) -> list[Fraction]:
        """Simple returns over that many closes, one starting on every close (they overlap)."""
        pairs = zip(self.closes, self.closes[horizon:], strict=False)
        return [(later / earlier - 1) * BPS for earlier, later in pairs]


def read_history(closes: Mapping[date, Decimal]) -> PriceHistory:
    """Closes by day as a history.

    A file without a single Saturday or Sunday is one of a market with weekends: its days are
    business days. Any other is expected to have every day.

    Raises:
        InputError: a day is missing, or there are too few.
    """
    days = sorted(closes)
    if len(days) < MIN_CLOSES:
        raise InputError(f"close: {len(days)} days in the period, expected at least {MIN_CLOSES}.")
    every_day = any(day.weekday() > FRIDAY for day in days)
    longest = 1 if every_day else LONGEST_HOLIDAY_DAYS
    for before, after in pairwise(days):
        if (after - before).days > longest:
            missing = before + timedelta(days=1)
            words = "every day" if every_day else "no pause of more than a week"
            raise InputError(f"date: {missing} is missing, expected {words} in the period.")
    return PriceHistory(tuple(days), tuple(Fraction(closes[day]) for day in days), every_day)
