"""The hard-coded thresholds against a price history.

For each threshold: over the holding period of its regime, how often would a long and a short
position of one unit have lost more than the threshold's share of the price at the start?

Conventions:

1. One period starts on every close, so periods overlap and one crash counts in several of them.
   Breaches, their expected number and the tails are counted over these.
2. The tests need draws that do not overlap. They take every horizon-th period from the first close
   on. Counting all would multiply the evidence of each crash by the horizon and reject too easily.
   Where the first period starts is arbitrary, so the range of p-values over all starts is given.
3. A loss equal to the threshold is covered. Long and short are tested apart, each at the regime's
   one-tailed confidence.
4. All counting is exact (fractions); only the tests use floats.

The scan ranges were derived from BTC's closes of 2015 to 2025, with a buffer on top: over those
years the test is in sample. The retail margin has no confidence and no period of its own in law; it
is tested over the regime's.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from enum import StrEnum, auto
from fractions import Fraction

from keelmark.errors import InputError
from keelmark.margin.portfolio import scan_rule
from keelmark.regulation import Rule, rule, value
from keelmark.regulation.scan_range import tail
from keelmark.risk.coverage import LikelihoodRatio, conditional_coverage, independence, kupiec
from keelmark.risk.history import PriceHistory
from keelmark.types import AssetClass, Regime
from keelmark.units import BPS

__all__ = [
    "Backtest",
    "Coverage",
    "Side",
    "TenDays",
    "Threshold",
    "Verdict",
    "backtest",
    "thresholds",
]

REJECTED_BELOW = 0.05
"""A p-value below this rejects what is tested."""

LEAST_PERIODS = 10
"""Periods that do not overlap needed at least."""

_TERMS = {
    Regime.CLEARED_LISTED: ("CONFIDENCE_LISTED_BPS", "LIQUIDATION_DAYS_LISTED"),
    Regime.CLEARED_OTC: ("CONFIDENCE_OTC_BPS", "LIQUIDATION_DAYS_OTC"),
    Regime.UNCLEARED_SCHEDULE: ("MODEL_CONFIDENCE_BPS", "MODEL_HORIZON_DAYS"),
}
"""Rules of confidence and holding period; the schedule stands in for a model of ten days."""


class Side(StrEnum):
    """Who loses."""

    LONG = auto()
    """When the price falls."""
    SHORT = auto()
    """When it rises."""


class Verdict(StrEnum):
    """What Kupiec's test says at five per cent."""

    CONSISTENT = "as expected"
    TOO_OFTEN = "too often"
    RARER = "rarer than expected"


@dataclass(frozen=True, slots=True)
class Threshold:
    """A hard-coded figure and what it claims."""

    rule: Rule
    """The figure, in basis points of notional."""
    regime: Regime
    """The regime over whose period it is tested."""
    days: int
    """Holding period, in closes."""
    confidence_bps: int
    """Share of periods that it should cover on one side."""

    @property
    def open_share(self) -> Fraction:
        """Share of periods that the confidence leaves open."""
        return Fraction(BPS - self.confidence_bps, BPS)


@dataclass(frozen=True, slots=True)
class Coverage:
    """One side of one threshold."""

    side: Side
    """Long or short."""
    breaches: tuple[int, ...]
    """Start of each period whose loss exceeds the threshold, as an index of the history."""
    expected: Fraction
    """How many the confidence leaves open."""
    worst_bps: Fraction
    """Largest loss of any period."""
    worst_start: int
    """Where it starts."""
    periods: int
    """Periods that do not overlap, from the first close on."""
    period_breaches: int
    """Breaches among those."""
    proportion: LikelihoodRatio
    """Kupiec's test over those."""
    order: LikelihoodRatio
    """Christoffersen's test of independence over those."""
    p_range: tuple[float, float]
    """Least and largest p-value of Kupiec's test over all places of the first period."""
    verdict: Verdict
    """Kupiec's test in words."""

    @property
    def both(self) -> LikelihoodRatio:
        """Conditional coverage: both tests at once."""
        return conditional_coverage(self.proportion, self.order)


@dataclass(frozen=True, slots=True)
class TenDays:
    """The move that an initial-margin model must cover: 99 % over ten days, one tail."""

    days: int
    """Ten."""
    confidence_bps: int
    """9,900."""
    periods: int
    """Overlapping periods."""
    down_bps: Fraction
    """Fall at that confidence."""
    up_bps: Fraction
    """Rise at that confidence."""
    short_of: Mapping[str, tuple[int, int]]
    """By rule id: periods whose fall, and whose rise, exceeds the threshold."""


@dataclass(frozen=True, slots=True)
class Backtest:
    """Everything that the thresholds were held against."""

    history: PriceHistory
    """The closes."""
    tests: tuple[tuple[Threshold, tuple[Coverage, Coverage]], ...]
    """Each threshold with its long and short side."""
    ten_days: TenDays
    """The ten-day move and what falls short of it."""


def thresholds(
    regimes: Sequence[Regime], *, bitcoin: bool = True, horizon: int | None = None
) -> tuple[Threshold, ...]:
    """The figures that a house of each regime has compiled in for a cryptoasset.

    Args:
        regimes: in the order wanted.
        bitcoin: whether the underlier has a scan range of its own.
        horizon: holding period in closes for all, in place of each regime's own.
    """
    found = []
    for regime in regimes:
        confidence, period = _TERMS[regime]
        own = scan_rule(regime, AssetClass.CRYPTO, bitcoin=bitcoin) or "IM_CRYPTO_BPS"
        days = value(period) if horizon is None else horizon
        found += [
            Threshold(rule(name), regime, days, value(confidence))
            for name in (own, "RETAIL_MARGIN_CRYPTO_BPS")
        ]
    return tuple(found)


def backtest(history: PriceHistory, held: Sequence[Threshold]) -> Backtest:
    """Holds thresholds against a history.

    Raises:
        InputError: the history is too short for a holding period.
    """
    for days in {threshold.days for threshold in held}:
        if days < 1:
            raise InputError(f"horizon {days}: expected at least 1.")
        needed = max(LEAST_PERIODS * days + 1, history.year + days)
        if len(history.closes) < needed:
            raise InputError(
                f"close: {len(history.closes)} days in the period, expected at least {needed} "
                f"for a holding period of {days}."
            )
    returns = {days: history.returns_bps(days) for days in {found.days for found in held}}
    return Backtest(
        history=history,
        tests=tuple(
            (found, (_cover(found, returns, Side.LONG), _cover(found, returns, Side.SHORT)))
            for found in held
        ),
        ten_days=_ten_days(history, held),
    )


def _cover(threshold: Threshold, returns: Mapping[int, Sequence[Fraction]], side: Side) -> Coverage:
    sign = -1 if side is Side.LONG else 1
    losses = [sign * change for change in returns[threshold.days]]
    breached = [loss > threshold.rule.value for loss in losses]
    share = float(threshold.open_share)
    chains = [breached[first :: threshold.days] for first in range(threshold.days)]
    tests = [kupiec(sum(chain), len(chain), share) for chain in chains]
    worst = max(range(len(losses)), key=losses.__getitem__)
    chosen, proportion = chains[0], tests[0]
    verdict = Verdict.CONSISTENT
    if proportion.p_value < REJECTED_BELOW:
        more = sum(chosen) > share * len(chosen)
        verdict = Verdict.TOO_OFTEN if more else Verdict.RARER
    values = [test.p_value for test in tests]
    return Coverage(
        side=side,
        breaches=tuple(start for start, found in enumerate(breached) if found),
        expected=threshold.open_share * len(losses),
        worst_bps=losses[worst],
        worst_start=worst,
        periods=len(chosen),
        period_breaches=sum(chosen),
        proportion=proportion,
        order=independence(chosen),
        p_range=(min(values), max(values)),
        verdict=verdict,
    )


def _ten_days(history: PriceHistory, held: Sequence[Threshold]) -> TenDays:
    days, confidence = value("MODEL_HORIZON_DAYS"), value("MODEL_CONFIDENCE_BPS")
    rises = history.returns_bps(days)
    falls = [-change for change in rises]
    return TenDays(
        days=days,
        confidence_bps=confidence,
        periods=len(rises),
        down_bps=tail(falls, confidence),
        up_bps=tail(rises, confidence),
        short_of={
            found.rule.id: (
                sum(change > found.rule.value for change in falls),
                sum(change > found.rule.value for change in rises),
            )
            for found in held
        },
    )
