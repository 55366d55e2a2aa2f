"""The tables of a backtest, as text cells: the same for the terminal and the page."""

from __future__ import annotations

from collections.abc import Sequence

from keelmark.risk.backtest import Backtest
from keelmark.risk.backtest_words import p_text, percent
from keelmark.risk.procyclicality import Procyclicality, procyclicality

__all__ = ["cyclicality", "cyclicality_rows", "coverage_rows"]

Rows = tuple[Sequence[str], list[Sequence[str]]]
"""Header and rows."""


def coverage_rows(found: Backtest) -> Rows:
    """One row a threshold and side: what was seen, what was expected, what the tests say."""
    header = (
        "threshold",
        "over",
        "side",
        "breaches",
        "expected",
        "worst loss, from",
        "tested",
        "Kupiec p",
        "over all starts",
        "cluster p",
        "breached",
    )
    rows = [
        (
            f"{threshold.rule.id} {percent(threshold.rule.value)}" if not number else "",
            f"{threshold.days} d, {percent(threshold.confidence_bps)}" if not number else "",
            str(side.side),
            f"{len(side.breaches):,}",
            f"{float(side.expected):,.1f}",
            f"{percent(side.worst_bps)}, {found.history.days[side.worst_start]}",
            f"{side.period_breaches:,} of {side.periods:,}",
            p_text(side.proportion.p_value),
            f"{p_text(side.p_range[0])} to {p_text(side.p_range[1])}",
            p_text(side.order.p_value),
            str(side.verdict.value),
        )
        for threshold, sides in found.tests
        for number, side in enumerate(sides)
    ]
    return header, list(rows)


def cyclicality(found: Backtest) -> list[tuple[int, Procyclicality]]:
    """Measures of each regime's own threshold and of the model, with the holding period."""
    seen: set[int] = set()
    measured = []
    for threshold, _ in found.tests:
        if threshold.regime not in seen:
            seen.add(threshold.regime)
            three = procyclicality(found.history, threshold)
            measured += [(threshold.days, line) for line in three]
    return measured


def cyclicality_rows(found: Backtest) -> Rows:
    """One row a margin: largest rises and peak over trough."""
    measured = cyclicality(found)
    windows = [rise.days for rise in measured[0][1].rises]
    header = (
        "margin",
        "over",
        *(f"rise in {days} day{'s' if days > 1 else ''}" for days in windows),
        "peak to trough",
        "within a year",
    )
    rows = [
        (
            line.margin,
            f"{days} d",
            *(f"{rise.share * 100:,.0f} %, {rise.end}" for rise in line.rises),
            _ratio(line.peak_to_trough),
            _ratio(line.year_peak_to_trough),
        )
        for days, line in measured
    ]
    return header, list(rows)


def _ratio(ratio: float | None) -> str:
    if ratio is None:
        return "from zero"
    return f"{ratio:,.0f}" if ratio >= 100 else f"{ratio:.2f}"
