"""How fast a margin rises when it can least be met.

Measures of Murphy, Vasios and Vause (Bank of England, Financial Stability Paper 29, 2014), which
BCBS, CPMI and IOSCO took up in 2022: the largest rise of the margin for a fixed position within
1, 5 and 30 days, and the ratio of its peak to its trough.

Measured are the margin for one unit under a hard-coded threshold (threshold times price: it moves
with the price and with nothing else, and as a share of the price not at all), and, for comparison,
under a model that is recalibrated daily: the larger tail of the last twelve months' returns over
the same holding period at the same confidence, without a buffer. The model is computed in floats.
"""

from __future__ import annotations

from bisect import bisect_left, insort
from collections import deque
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import date

from keelmark.regulation import value
from keelmark.risk.backtest import Threshold
from keelmark.risk.history import PriceHistory
from keelmark.units import BPS, div_ceil

__all__ = ["Procyclicality", "Rise", "model_rates", "procyclicality"]


@dataclass(frozen=True, slots=True)
class Rise:
    """The largest rise within some days."""

    days: int
    """Closes between both ends."""
    share: float
    """Rise over the margin at the start; 0.5 is half as much again. Never negative."""
    amount: float
    """The rise itself, in settlement units a unit."""
    end: date
    """Day on which it was complete."""


@dataclass(frozen=True, slots=True)
class Procyclicality:
    """The measures of one margin."""

    margin: str
    """What was measured: a rule's id, or the model."""
    rises: tuple[Rise, ...]
    """Over 1, 5 and 30 days."""
    peak_to_trough: float | None
    """Largest over smallest margin of the period; None if the smallest is zero."""
    year_peak_to_trough: float | None
    """The same within any twelve months, the largest of all."""
    first: date
    """First day measured."""


def model_rates(history: PriceHistory, threshold: Threshold) -> tuple[int, list[float]]:
    """The model's margin as a share of the price, for each day on which it has a year behind it.

    Returns:
        The index of the first such day, and one rate a day from there on.
    """
    horizon, lookback = threshold.days, history.year
    closes = [float(close) for close in history.closes]
    returns = [
        later / earlier - 1 for earlier, later in zip(closes, closes[horizon:], strict=False)
    ]
    rank = div_ceil(threshold.confidence_bps * lookback, BPS)
    ordered: list[float] = []
    rates: list[float] = []
    for number, change in enumerate(returns):
        insort(ordered, change)
        if len(ordered) > lookback:
            del ordered[bisect_left(ordered, returns[number - lookback])]
        if len(ordered) == lookback:
            rates.append(max(ordered[rank - 1], -ordered[lookback - rank], 0.0))
    return lookback - 1 + horizon, rates


def procyclicality(
    history: PriceHistory, threshold: Threshold
) -> tuple[Procyclicality, Procyclicality, Procyclicality]:
    """A threshold's margin for a unit, the model's, and the model's rate.

    The three are measured over the same days: those on which the model has a year behind it.
    """
    first, rates = model_rates(history, threshold)
    closes = [float(close) for close in history.closes[first:]]
    days = history.days[first:]
    fixed = [close * threshold.rule.value / BPS for close in closes]
    model = [close * rate for close, rate in zip(closes, rates, strict=True)]
    return (
        _measure(threshold.rule.id, days, fixed, history.year),
        _measure("model, a unit", days, model, history.year),
        _measure("model, share of price", days, rates, history.year),
    )


def _measure(
    name: str, days: Sequence[date], margins: Sequence[float], year: int
) -> Procyclicality:
    windows = (1, value("APC_METRIC_SHORT_DAYS"), value("APC_METRIC_LONG_DAYS"))
    least = min(margins)
    return Procyclicality(
        margin=name,
        rises=tuple(_largest_rise(days, margins, window) for window in windows),
        peak_to_trough=max(margins) / least if least > 0 else None,
        year_peak_to_trough=_within(margins, year),
        first=days[0],
    )


def _largest_rise(days: Sequence[date], margins: Sequence[float], window: int) -> Rise:
    best = Rise(window, 0.0, 0.0, days[0])
    pairs = zip(margins, margins[window:], days[window:], strict=False)
    for before, after, day in pairs:
        if before > 0 and after / before - 1 > best.share:
            best = Rise(window, after / before - 1, after - before, day)
    return best


def _within(margins: Sequence[float], window: int) -> float | None:
    """Largest over smallest margin within so many days, the largest ratio of all."""
    if min(margins) <= 0:
        return None
    high = _extremes(margins, window, lambda new, old: new >= old)
    low = _extremes(margins, window, lambda new, old: new <= old)
    return max(top / bottom for top, bottom in zip(high, low, strict=True))


def _extremes(
    margins: Sequence[float], window: int, beats: Callable[[float, float], bool]
) -> list[float]:
    """The most extreme margin of the last so many days, for each day."""
    waiting: deque[int] = deque()
    found: list[float] = []
    for number, margin in enumerate(margins):
        while waiting and beats(margin, margins[waiting[-1]]):
            waiting.pop()
        waiting.append(number)
        if waiting[0] <= number - window:
            waiting.popleft()
        found.append(margins[waiting[0]])
    return found
