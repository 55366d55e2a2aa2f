"""`keelmark margin backtest`: the hard-coded thresholds against a price history."""

from __future__ import annotations

import json
import os
import tempfile
from datetime import date
from enum import StrEnum
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

from keelmark.cli.closes import read_closes
from keelmark.cli.output import console
from keelmark.errors import InputError

if TYPE_CHECKING:
    from keelmark.risk.backtest import Backtest, Coverage, Threshold
    from keelmark.risk.coverage import LikelihoodRatio

HELP = """Test the hard-coded thresholds against daily closes.

Counts how often a long and a short position would have lost more than the scan range, the
schedule's rate or the retail margin over the regime's holding period, and tests that number
(Kupiec, Christoffersen). Says how fast the margin rises, and which figure does not cover ten days.
"""

PLOTS = (".html", ".png")


class RegimeName(StrEnum):
    """Regimes by the names that the command takes."""

    LISTED = "listed"
    OTC = "otc"
    SCHEDULE = "schedule"


_REGIMES = {
    RegimeName.LISTED: "CLEARED_LISTED",
    RegimeName.OTC: "CLEARED_OTC",
    RegimeName.SCHEDULE: "UNCLEARED_SCHEDULE",
}


def run_backtest(
    prices: Annotated[Path, typer.Option(help="CSV file with a column date and one of closes.")],
    column: Annotated[str, typer.Option(help="Name of the column of closes.")] = "close",
    regime: Annotated[
        RegimeName | None, typer.Option(help="One regime in place of all three.")
    ] = None,
    horizon: Annotated[
        int | None, typer.Option(help="Holding period in closes, in place of each regime's own.")
    ] = None,
    underlier: Annotated[
        str, typer.Option(help="BTC has scan ranges of its own; any other takes the default.")
    ] = "BTC",
    start: Annotated[str | None, typer.Option("--from", help="First day used.")] = None,
    end: Annotated[str | None, typer.Option("--to", help="Last day used.")] = None,
    as_json: Annotated[
        bool, typer.Option("--json", help="Print JSON for a program to read.")
    ] = False,
    plot: Annotated[
        Path | None, typer.Option(help="Write a page (.html) or an image (.png).")
    ] = None,
) -> None:
    """Test the hard-coded thresholds against daily closes."""
    from keelmark.risk.backtest import backtest, thresholds
    from keelmark.risk.history import read_history
    from keelmark.types import Regime

    if plot is not None and plot.suffix.lower() not in PLOTS:
        raise InputError(f"--plot {plot}: expected a name that ends in .html or .png.")
    first, last = _parse_day(start, "--from", date.min), _parse_day(end, "--to", date.max)
    closes = read_closes(prices, column)
    history = read_history({day: close for day, close in closes.items() if first <= day <= last})
    chosen = [Regime[_REGIMES[name]] for name in ([regime] if regime else RegimeName)]
    found = backtest(
        history, thresholds(chosen, bitcoin=underlier.upper() == "BTC", horizon=horizon)
    )
    if plot is not None:
        _write(plot, _drawn(found, f"Thresholds against {prices.name}", plot.suffix.lower()))
    if as_json:
        typer.echo(json.dumps(document(found, prices.name, column), indent=1))
    else:
        _print(found)
        if plot is not None:
            typer.echo(f"plot written to {plot}")


def _parse_day(text: str | None, option: str, otherwise: date) -> date:
    if text is None:
        return otherwise
    try:
        return date.fromisoformat(text)
    except ValueError:
        raise InputError(f"{option} {text!r}: expected a date such as 2015-01-01.") from None


def _drawn(found: Backtest, title: str, suffix: str) -> bytes:
    from keelmark.risk.backtest_figures import draw_png
    from keelmark.risk.backtest_page import render

    return draw_png(found, title) if suffix == ".png" else render(found, title).encode()


def _write(path: Path, content: bytes) -> None:
    """All of it or nothing: under another name first."""
    temporary = ""
    try:
        path.parent.mkdir(parents=True, exist_ok=True)
        handle, temporary = tempfile.mkstemp(dir=path.parent, prefix=f".{path.name}-")
        with os.fdopen(handle, "wb") as file:
            file.write(content)
        # A temporary file is private to its owner; a plot may be read like any other file.
        Path(temporary).chmod(0o644)
        Path(temporary).replace(path)
    except OSError as error:
        if temporary:
            Path(temporary).unlink(missing_ok=True)
        raise InputError(f"--plot {path}: cannot be written, {error.strerror}.") from None


def _print(found: Backtest) -> None:
    from rich.table import Table

    from keelmark.risk.backtest_tables import coverage_rows, cyclicality_rows
    from keelmark.risk.backtest_words import sentences

    days = found.history.days
    calendar = "every day" if found.history.every_day else "business days"
    titles = (
        f"Losses above the threshold: {len(days):,} closes, {days[0]} to {days[-1]}, {calendar}",
        "Largest rises of the margin for one unit, and of the model's rate",
    )
    for title, (header, rows) in zip(
        titles, (coverage_rows(found), cyclicality_rows(found)), strict=True
    ):
        table = Table(title=title, title_justify="left")
        for number, name in enumerate(header):
            table.add_column(name, justify="right" if number else "left")
        for row in rows:
            table.add_row(*row)
        console().print(table)
    for sentence in sentences(found):
        typer.echo(f"- {sentence}")


def _ratio(test: LikelihoodRatio) -> dict[str, float | int]:
    return {
        "statistic": round(test.statistic, 6),
        "degrees": test.degrees,
        "p_value": float(f"{test.p_value:.6g}"),
    }


def _side(found: Backtest, side: Coverage) -> dict[str, Any]:
    days = found.history.days
    return {
        "breaches": len(side.breaches),
        "expected": round(float(side.expected), 4),
        "breach_starts": [days[start].isoformat() for start in side.breaches],
        "worst_bps": round(float(side.worst_bps), 4),
        "worst_start": days[side.worst_start].isoformat(),
        "without_overlap": {
            "periods": side.periods,
            "breaches": side.period_breaches,
            "kupiec": _ratio(side.proportion),
            "kupiec_p_least": float(f"{side.p_range[0]:.6g}"),
            "kupiec_p_most": float(f"{side.p_range[1]:.6g}"),
            "independence": _ratio(side.order),
            "conditional_coverage": _ratio(side.both),
        },
        "breached": side.verdict.value,
    }


def _threshold(threshold: Threshold) -> dict[str, Any]:
    return {
        "rule": threshold.rule.id,
        "threshold_bps": threshold.rule.value,
        "status": threshold.rule.status.name.lower(),
        "source": threshold.rule.citation,
        "regime": threshold.regime.name.lower(),
        "days": threshold.days,
        "confidence_bps": threshold.confidence_bps,
    }


def document(found: Backtest, name: str, column: str) -> dict[str, Any]:
    """Everything found, for a program to read."""
    from keelmark.risk.backtest_tables import cyclicality
    from keelmark.risk.backtest_words import sentences

    days, ten = found.history.days, found.ten_days
    return {
        "prices": name,
        "column": column,
        "closes": len(days),
        "first": days[0].isoformat(),
        "last": days[-1].isoformat(),
        "calendar": "every day" if found.history.every_day else "business days",
        "tests": [
            {
                **_threshold(threshold),
                "periods": len(days) - threshold.days,
                **{str(side.side): _side(found, side) for side in sides},
            }
            for threshold, sides in found.tests
        ],
        "ten_days": {
            "days": ten.days,
            "confidence_bps": ten.confidence_bps,
            "periods": ten.periods,
            "fall_bps": round(float(ten.down_bps), 4),
            "rise_bps": round(float(ten.up_bps), 4),
            "losses_above": {
                rule: {"long": falls, "short": rises}
                for rule, (falls, rises) in ten.short_of.items()
            },
        },
        "procyclicality": [
            {
                "margin": line.margin,
                "holding_days": holding,
                "first": line.first.isoformat(),
                "rises": [
                    {
                        "days": rise.days,
                        "share": round(rise.share, 6),
                        "amount": round(rise.amount, 6),
                        "end": rise.end.isoformat(),
                    }
                    for rise in line.rises
                ],
                "peak_to_trough": _rounded(line.peak_to_trough),
                "peak_to_trough_within_a_year": _rounded(line.year_peak_to_trough),
            }
            for holding, line in cyclicality(found)
        ],
        "sentences": list(sentences(found)),
    }


def _rounded(ratio: float | None) -> float | None:
    return None if ratio is None else round(ratio, 6)
