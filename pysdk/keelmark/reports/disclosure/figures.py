"""Plots of a disclosure, drawn as SVG text that stands in the page itself.

Plots round: they use floats. The figures beside them are exact.
"""

from __future__ import annotations

import io
from collections import defaultdict
from collections.abc import Callable, Mapping, Sequence
from datetime import date
from importlib import import_module
from operator import itemgetter
from typing import Any
from xml.sax.saxutils import escape, quoteattr

from matplotlib.axes import Axes
from matplotlib.backends.backend_svg import FigureCanvasSVG
from matplotlib.figure import Figure
from matplotlib.ticker import FuncFormatter

from keelmark.reports.disclosure.model import Disclosure
from keelmark.reports.disclosure.tables import EVERY
from keelmark.reports.figures import BLUE, GREEN, GREY, GRID, INK, ORANGE, RED, STYLE
from keelmark.reports.table import Table
from keelmark.reports.tables import MODES
from keelmark.units import WAD

__all__ = ["draw"]

# These parts of matplotlib come without types.
dates: Any = import_module("matplotlib.dates")
matplotlib: Any = import_module("matplotlib")

PALETTE = (BLUE, ORANGE, GREEN, "#8a5aa8", "#5bb0c9", "#a0522d", "#c2a83e")
"""Of named layers; all others together are grey."""

OTHERS = "all others"
_EPOCH = date(1970, 1, 1)

Rows = Sequence[Mapping[str, Any]]


def draw(found: Disclosure) -> dict[str, str]:
    """Every plot by its table's name, as SVG text with a title and a description."""
    days = list(range(found.first_day, found.last_day + 1))
    named = _named(found)
    with matplotlib.rc_context(STYLE):
        return {
            "open_interest": _stacked(
                found.table("open_interest"),
                days,
                "instrument_name",
                named,
                "notional at the day's end\n(settlement units)",
                "Open interest by instrument and day",
            ),
            "volume": _stacked(
                found.table("volume"),
                days,
                "instrument_name",
                named,
                "notional matched in the day\n(settlement units)",
                "Volume by instrument and day",
            ),
            "liquidations": _stacked(
                found.table("liquidations"),
                days,
                "way",
                list(MODES.values())[1:],
                "notional taken over\n(settlement units)",
                "Liquidations by way and day",
            ),
            "margin": _margin(found.table("margin"), days),
            "concentration": _concentration(found.table("concentration"), days),
            "default_resources": _resources(found.table("default_resources"), days),
        }


def _rows(table: Table) -> list[dict[str, Any]]:
    """A table's rows with days as numbers and amounts as floats."""
    rows = []
    for row in table.rows:
        made: dict[str, Any] = {}
        for column, cell in zip(table.columns, row, strict=True):
            made[column.name] = int(cell) / WAD if column.name.endswith("_wad") else cell
        made["day"] = (date.fromisoformat(str(made["day"])) - _EPOCH).days
        rows.append(made)
    return rows


def _canvas(days: Sequence[int], height: float = 3.5) -> tuple[Figure, Axes]:
    figure = Figure(figsize=(10.5, height), layout="constrained")
    FigureCanvasSVG(figure)
    axis = figure.subplots()
    axis.grid(axis="y", color=GRID, linewidth=0.8)
    axis.set_axisbelow(True)
    for side in ("top", "right"):
        axis.spines[side].set_visible(False)
    locator = dates.DayLocator(interval=max(1, -(-len(days) // 12)))
    axis.xaxis.set_major_locator(locator)
    axis.xaxis.set_major_formatter(
        dates.DateFormatter("%-d %b\n%Y" if len(days) > 300 else "%-d %b")
    )
    axis.set_xlim(days[0] - 0.6, days[-1] + 0.6)
    axis.set_xlabel(f"UTC day, {_span(days)}", fontsize=9)
    axis.yaxis.set_major_formatter(FuncFormatter(_short))
    return figure, axis


def _span(days: Sequence[int]) -> str:
    first, last = (date.fromordinal(day + _EPOCH.toordinal()) for day in (days[0], days[-1]))
    return f"{first.isoformat()} to {last.isoformat()}"


def _short(value: float, _place: int) -> str:
    """A number of an axis: 1.5 m, 20 k."""
    for scale, letter in ((1e12, " tn"), (1e9, " bn"), (1e6, " m"), (1e3, " k")):
        if abs(value) >= scale:
            return f"{value / scale:g}{letter}"
    return f"{value:g}"


def _svg(figure: Figure, title: str, description: str) -> str:
    """The figure as SVG to stand in a page, with words for who cannot see it."""
    text = io.StringIO()
    figure.savefig(text, format="svg", metadata={"Date": None, "Title": title})
    drawn = text.getvalue()
    drawn = drawn[drawn.index("<svg") :]
    head, rest = drawn.split(">", 1)
    words = f"<desc>{escape(description)}</desc>"
    return f'{head} role="img" aria-label={quoteattr(f"{title}. {description}")}>{words}{rest}'


def _empty(axis: Axes, words: str) -> None:
    axis.text(0.5, 0.5, words, transform=axis.transAxes, ha="center")
    axis.set_yticks([])


def _named(found: Disclosure) -> list[str]:
    """The instruments that have a layer and a colour of their own in every plot: the largest."""
    sums: dict[str, float] = defaultdict(float)
    for table in ("open_interest", "volume"):
        for row in _rows(found.table(table)):
            sums[row["instrument_name"]] += row["notional_wad"]
    ordered = sorted((name for name in sums if sums[name]), key=lambda name: (-sums[name], name))
    return ordered[: len(PALETTE)]


def _layers(
    rows: Rows, key: str, value: str, days: Sequence[int], named: Sequence[str]
) -> dict[str, list[float]]:
    """Series by name over the days, in the order of the names; all others are added together."""
    series = {name: [0.0] * len(days) for name in (*named, OTHERS)}
    for row in rows:
        name = row[key] if row[key] in series else OTHERS
        series[name][row["day"] - days[0]] += row[value]
    return series


def _bars(axis: Axes, days: Sequence[int], series: Mapping[str, Sequence[float]]) -> None:
    """Stacked bars; a name keeps its colour where another is left out."""
    bottom = [0.0] * len(days)
    for place, (name, values) in enumerate(series.items()):
        if not any(values):
            continue
        colour = GREY if name == OTHERS else PALETTE[place % len(PALETTE)]
        axis.bar(days, values, bottom=bottom, color=colour, width=0.78, label=name)
        bottom = [low + more for low, more in zip(bottom, values, strict=True)]


def _legend(axis: Axes, columns: int = 4) -> None:
    """Above the plot, where it hides nothing."""
    axis.legend(frameon=False, fontsize=9, ncols=columns, loc="lower left", bbox_to_anchor=(0, 1.0))


def _stacked(
    table: Table, days: Sequence[int], key: str, named: Sequence[str], label: str, title: str
) -> str:
    """Bars of notional by day, one layer a name."""
    figure, axis = _canvas(days)
    rows = _rows(table)
    series = _layers(rows, key, "notional_wad", days, named)
    if not any(any(values) for values in series.values()):
        _empty(axis, "none in this period")
        return _svg(figure, title, f"None, {_span(days)}.")
    _bars(axis, days, series)
    _legend(axis)
    axis.set_ylabel(label)
    totals = [sum(values) for values in zip(*series.values(), strict=True)]
    layers = ", ".join(name for name, values in series.items() if any(values))
    return _svg(figure, title, f"{_peak(days, totals)} Layers: {layers}.")


def _peak(days: Sequence[int], totals: Sequence[float]) -> str:
    """The largest and the last figure in words."""
    most = max(range(len(totals)), key=lambda place: totals[place])
    return (
        f"Largest {totals[most]:,.0f} on {_span(days[most : most + 1])[:10]}, "
        f"{totals[-1]:,.0f} on the last day."
    )


def _lines(
    axis: Axes,
    rows: Rows,
    value: Callable[[Mapping[str, Any]], float],
    label: str,
    colour: str,
    style: str = "-",
) -> list[float]:
    points = [value(row) for row in rows]
    axis.plot(
        [row["day"] for row in rows],
        points,
        style,
        color=colour,
        marker="o",
        markersize=3,
        linewidth=1.4,
        label=label,
    )
    return points


def _margin(table: Table, days: Sequence[int]) -> str:
    title = "Initial margin required and equity held"
    figure, axis = _canvas(days)
    rows = [row for row in _rows(table) if row["clients"] == "everybody"]
    if not rows:
        _empty(axis, "no account in this period")
        return _svg(figure, title, f"No account, {_span(days)}.")
    _lines(axis, rows, itemgetter("equity_wad"), "equity of all accounts", BLUE)
    needed = _lines(axis, rows, itemgetter("initial_margin_wad"), "initial margin required", RED)
    lacking = [row["shortfall_wad"] for row in rows]
    if any(lacking):
        axis.bar([row["day"] for row in rows], lacking, color=ORANGE, width=0.78, label="shortfall")
    axis.set_ylim(bottom=min(0.0, *(row["equity_wad"] for row in rows)))
    axis.set_ylabel("settlement units")
    _legend(axis)
    words = f"Initial margin: {_peak([row['day'] for row in rows], needed)}"
    return _svg(figure, title, words)


def _concentration(table: Table, days: Sequence[int]) -> str:
    """The index of initial margin by accounts and members, and of the sides of each instrument."""
    title = "Concentration: Herfindahl index"
    figure, axis = _canvas(days)
    rows = _rows(table)
    margin = [row for row in rows if row["instrument_name"] == EVERY]
    if not rows:
        _empty(axis, "no position in this period")
        return _svg(figure, title, f"No position, {_span(days)}.")
    words = []
    for holders, colour in (("accounts", BLUE), ("members", ORANGE)):
        chosen = [row for row in margin if row["holders"] == holders]
        if chosen:
            label = f"initial margin, by {holders}"
            points = _lines(axis, chosen, itemgetter("herfindahl"), label, colour)
            words.append(f"{label}: {points[-1]:,.0f} on {_span([chosen[-1]['day']] * 2)[:10]}")
    names: dict[str, int] = defaultdict(int)
    for row in rows:
        if row["instrument_name"] != EVERY:
            names[row["instrument_name"]] += 1
    for name in sorted(names, key=lambda one: (-names[one], one))[:1]:
        for measure, colour, style in (
            ("long positions", GREEN, "--"),
            ("short positions", RED, ":"),
        ):
            chosen = [
                row
                for row in rows
                if (row["instrument_name"], row["measure"], row["holders"])
                == (name, measure, "accounts")
            ]
            if chosen:
                label = f"{measure} in {name}, by accounts"
                _lines(axis, chosen, itemgetter("herfindahl"), label, colour, style)
    axis.set_ylim(0, 10_400)
    axis.yaxis.set_major_formatter(FuncFormatter(lambda value, _: f"{value:,.0f}"))
    axis.set_ylabel("sum of squared shares\n(10,000: one holds all)")
    _legend(axis, 2)
    return _svg(figure, title, "; ".join(words) + ".")


def _resources(table: Table, days: Sequence[int]) -> str:
    title = "Default resources at the end of each day"
    figure, axis = _canvas(days)
    rows = _rows(table)
    if not rows:
        _empty(axis, "no day in this period")
        return _svg(figure, title, f"No day, {_span(days)}.")
    layers = {
        "house's own resources": "dedicated_wad",
        "members' fund": "pool_wad",
        "earlier pools": "closed_pools_wad",
    }
    series = {name: [0.0] * len(days) for name in layers}
    for row in rows:
        for name, column in layers.items():
            series[name][row["day"] - days[0]] = row[column]
    _bars(axis, days, series)
    for name, column, colour in (
        ("debts owed", "debts_wad", RED),
        ("uncovered losses", "uncovered_wad", INK),
    ):
        if any(row[column] for row in rows):
            _lines(axis, rows, itemgetter(column), name, colour)
    axis.set_ylabel("settlement units")
    _legend(axis)
    totals = [sum(values) for values in zip(*series.values(), strict=True)]
    return _svg(figure, title, _peak(days, totals))
