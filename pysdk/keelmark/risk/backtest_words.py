"""What a backtest says, in sentences: for the terminal, the page and a program alike."""

from __future__ import annotations

from datetime import date
from fractions import Fraction

from keelmark.risk.backtest import (
    REJECTED_BELOW,
    Backtest,
    Coverage,
    Side,
    TenDays,
    Threshold,
    Verdict,
)
from keelmark.units import BPS

__all__ = ["conventions", "findings", "p_text", "percent", "regime_name", "sentences"]

IN_SAMPLE = (date(2015, 1, 1), date(2025, 12, 31))
"""Closes from which the scan ranges of BTC were derived."""


def percent(bps: Fraction | int) -> str:
    """Basis points as per cent, one decimal where there is one."""
    return f"{float(bps) / 100:,.1f}".removesuffix(".0") + " %"


def p_text(p_value: float) -> str:
    """A p-value to three places."""
    return "<0.001" if p_value < 0.001 else f"{p_value:.3f}"


def regime_name(threshold: Threshold) -> str:
    """A regime's name in words."""
    return threshold.regime.name.lower().replace("_", " ").replace("otc", "OTC")


def sentences(found: Backtest) -> tuple[str, ...]:
    """Everything that a reader must know beside the figures: what was found, then how."""
    return (*findings(found), *conventions(found))


def findings(found: Backtest) -> tuple[str, ...]:
    """Which figure does not cover ten days, and which test rejects."""
    return (*_ten_days(found), *_rejections(found))


def _ten_days(found: Backtest) -> list[str]:
    ten = found.ten_days
    said = [
        f"{percent(ten.confidence_bps)} of {ten.days}-day moves stay within a fall of "
        f"{percent(ten.down_bps)} and a rise of {percent(ten.up_bps)}."
    ]
    seen: set[str] = set()
    for threshold, _ in found.tests:
        if threshold.rule.id not in seen:
            seen.add(threshold.rule.id)
            said.append(_cover_words(threshold, ten))
    return said


def _cover_words(threshold: Threshold, ten: TenDays) -> str:
    rule = threshold.rule
    uncovered = [
        side
        for side, move in ((Side.LONG, ten.down_bps), (Side.SHORT, ten.up_bps))
        if move > rule.value
    ]
    name = f"{rule.id} ({percent(rule.value)})"
    if not uncovered:
        return f"{name} covers {ten.days} days at {percent(ten.confidence_bps)} on both sides."
    falls, rises = ten.short_of[rule.id]
    counts = {Side.LONG: falls, Side.SHORT: rises}
    lost = " and ".join(f"{counts[side]:,} times for a {side}" for side in uncovered)
    allowed = ten.periods * (BPS - ten.confidence_bps) / BPS
    both = "" if len(uncovered) == 2 else f" for a {uncovered[0]}"
    return (
        f"{name} does not cover {ten.days} days{both}: the loss exceeds it {lost}, out of "
        f"{ten.periods:,} periods, where {percent(ten.confidence_bps)} leaves "
        f"{allowed:,.0f}{_meant(threshold, ten)}."
    )


def _meant(threshold: Threshold, ten: TenDays) -> str:
    """A cleared regime's own period is shorter: its scan range claims no more than that."""
    if not threshold.rule.id.startswith("SCAN") or threshold.days >= ten.days:
        return ""
    return f" (it claims {threshold.days})"


def _rejections(found: Backtest) -> list[str]:
    said = []
    for threshold, sides in found.tests:
        for side in sides:
            where = f"{threshold.rule.id} over {threshold.days} days, {side.side}"
            if side.verdict is Verdict.TOO_OFTEN:
                said.append(
                    f"{where}: breached too often, {side.period_breaches} of {side.periods:,} "
                    f"periods that do not overlap, {_expected(threshold, side):,.1f} expected "
                    f"(p {p_text(side.proportion.p_value)})."
                )
            if side.order.p_value < REJECTED_BELOW:
                said.append(
                    f"{where}: a breach makes the next one likelier "
                    f"(p {p_text(side.order.p_value)}), so breaches come in clusters."
                )
    return said


def _expected(threshold: Threshold, side: Coverage) -> float:
    return float(threshold.open_share * side.periods)


def conventions(found: Backtest) -> tuple[str, ...]:
    """How periods were counted, and what is no independent evidence."""
    days = found.history.days
    said = [
        "Breaches are counted over periods that overlap: one starts on every close. The tests take "
        "every n-th period of n days, which do not overlap, from the first close on; counting all "
        "would take one crash for several. Where the first period starts is arbitrary: beside "
        "Kupiec's p stands its range over all starts."
    ]
    derived = any(threshold.rule.id.startswith("SCAN_BTC") for threshold, _ in found.tests)
    if derived and days[0] <= IN_SAMPLE[1] and days[-1] >= IN_SAMPLE[0]:
        said.append(
            "The scan ranges were derived from BTC's closes of 2015 to 2025: over those years "
            "the test is in sample, and a scan range holds its buffer beyond what it claims."
        )
    if any(threshold.rule.id.startswith("RETAIL") for threshold, _ in found.tests):
        said.append(
            "The retail margin has no confidence or period in law; it is tested over the regime's."
        )
    return tuple(said)
