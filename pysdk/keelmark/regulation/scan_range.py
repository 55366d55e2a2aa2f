"""Scan ranges from price history: how far a price may move before a defaulter is closed out.

The method, for each cleared regime:

1. Simple returns over the regime's liquidation period (two or five calendar days, for this market
   never closes), one starting on every day, so that periods overlap.
2. Each tail by itself at the regime's confidence (99 % or 99.5 %): the smallest observed return
   that at least that share of all returns does not exceed (a rank, nothing interpolated). The
   lower tail takes the returns with their sign turned.
3. The larger of both tails, since a house carries long and short accounts alike. For BTC it is
   the upper one: what a short position loses is not bounded by the price.
4. The anti-procyclicality buffer of 25 % on top, then rounded up to a whole fifty basis points.

Closes of BTC/USD from 2015 to September 2025 give 1,479.7 bps over two days and 2,629.1 bps over
five, with the buffer 1,849.6 and 3,286.4, rounded 1,850 and 3,300. All arithmetic is exact.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, timedelta
from decimal import Decimal
from fractions import Fraction
from itertools import pairwise

from keelmark.errors import InputError
from keelmark.regulation.corpus import Rule, rule, value
from keelmark.units import BPS, div_ceil

STEP_BPS = 50
"""A scan range is a whole multiple of this."""

MIN_CLOSES = 366
"""Closes needed at least: the twelve months of history that Art. 25 asks for."""

_REGIMES = (
    ("CLEARED_LISTED", "SCAN_BTC_LISTED_BPS", "CONFIDENCE_LISTED_BPS", "LIQUIDATION_DAYS_LISTED"),
    ("CLEARED_OTC", "SCAN_BTC_OTC_BPS", "CONFIDENCE_OTC_BPS", "LIQUIDATION_DAYS_OTC"),
)


@dataclass(frozen=True, slots=True)
class ScanRange:
    """The scan range of one regime and what it came from."""

    regime: str
    """CLEARED_LISTED or CLEARED_OTC."""
    rule: Rule
    """The constant of the rulebook that this reproduces for BTC."""
    confidence_bps: int
    """Share of returns inside the tail."""
    days: int
    """Liquidation period."""
    returns: int
    """How many returns were observed."""
    upper_tail_bps: Fraction
    """Rise at that confidence."""
    lower_tail_bps: Fraction
    """Fall at that confidence."""
    buffer_bps: int
    """Buffer on top, of the larger tail."""
    scan_bps: int
    """The result, rounded up."""

    @property
    def buffered_bps(self) -> Fraction:
        """The larger tail with the buffer, before rounding."""
        larger = max(self.upper_tail_bps, self.lower_tail_bps, Fraction(0))
        return larger * (BPS + self.buffer_bps) / BPS


def tail(returns: list[Fraction], confidence_bps: int) -> Fraction:
    """The smallest return that at least this share of all returns does not exceed.

    Args:
        returns: at least one.
        confidence_bps: the share, above 0 and at most 10,000.
    """
    rank = div_ceil(confidence_bps * len(returns), BPS)
    return sorted(returns)[rank - 1]


def derive(closes: Mapping[date, Decimal]) -> tuple[ScanRange, ...]:
    """The scan ranges of both cleared regimes.

    Args:
        closes: positive closing price by day, with no day missing.

    Raises:
        InputError: a day is missing, or there are too few.
    """
    days = sorted(closes)
    if len(days) < MIN_CLOSES:
        raise InputError(f"close: {len(days)} days in the period, expected at least {MIN_CLOSES}.")
    for before, after in pairwise(days):
        if after - before != timedelta(days=1):
            missing = before + timedelta(days=1)
            raise InputError(f"date: {missing} is missing, expected every day of the period.")
    prices = [Fraction(closes[day]) for day in days]
    return tuple(
        _derive_one(prices, regime, rule(scan), value(confidence), value(period))
        for regime, scan, confidence, period in _REGIMES
    )


def _derive_one(
    prices: list[Fraction], regime: str, scan: Rule, confidence_bps: int, days: int
) -> ScanRange:
    returns = [
        (later / earlier - 1) * BPS for earlier, later in zip(prices, prices[days:], strict=False)
    ]
    upper = tail(returns, confidence_bps)
    lower = tail([-change for change in returns], confidence_bps)
    buffer_bps = value("APC_BUFFER_BPS")
    exact = max(upper, lower, Fraction(0)) * (BPS + buffer_bps) / (BPS * STEP_BPS)
    return ScanRange(
        regime=regime,
        rule=scan,
        confidence_bps=confidence_bps,
        days=days,
        returns=len(returns),
        upper_tail_bps=upper,
        lower_tail_bps=lower,
        buffer_bps=buffer_bps,
        scan_bps=div_ceil(exact.numerator, exact.denominator) * STEP_BPS,
    )
