"""The report's plots, drawn as SVG text that stands in the page itself.

Plots round: they use floats, as nothing else here does. The figures beside them are exact.
"""

from __future__ import annotations

import io
from collections.abc import Sequence
from datetime import UTC, datetime
from importlib import import_module
from typing import Any

from matplotlib.axes import Axes
from matplotlib.backends.backend_svg import FigureCanvasSVG
from matplotlib.figure import Figure

from keelmark.reports.report import Point, Report
from keelmark.reports.table import Table
from keelmark.reports.tables import AT_HALF, UNMET
from keelmark.units import WAD

__all__ = ["draw"]

# These parts of matplotlib come without types.
dates: Any = import_module("matplotlib.dates")
matplotlib: Any = import_module("matplotlib")

INK, GRID = "#1f2933", "#d8dee4"
BLUE, ORANGE, GREEN, RED, GREY, SAND = (
    "#1f5fa8",
    "#d9822b",
    "#2f855a",
    "#b83232",
    "#7b8794",
    "#f3e8d2",
)
LAYERS = (BLUE, ORANGE, GREEN, "#8a5aa8", "#5bb0c9", GREY)
"""Colours of stacked layers; with more of them they come round."""

STYLE = {
    "svg.fonttype": "none",
    "svg.hashsalt": "keelmark",
    "font.family": "sans-serif",
    "font.size": 10,
    "axes.edgecolor": GREY,
    "axes.labelcolor": INK,
    "text.color": INK,
    "xtick.color": INK,
    "ytick.color": INK,
}
LOWEST_SHOWN, HIGHEST_SHOWN = -60, 160
"""Percent between which the weakest account's cover is drawn."""


def draw(report: Report) -> dict[str, str]:
    """Every plot by name, as SVG text."""
    with matplotlib.rc_context(STYLE):
        return {
            "price": _price(report),
            "open_interest": _open_interest(report),
            "coverage": _coverage(report),
            "liquidations": _liquidations(report),
            "waterfall": _waterfall(report),
        }


def _when(seconds: int) -> float:
    """A time as the time axis counts it: days since 1970."""
    return seconds / 86_400


def _units(wad: int) -> float:
    return wad / WAD


def _canvas(
    height: float, rows: int = 1, ratios: Sequence[int] | None = None
) -> tuple[Figure, Any]:
    """A figure and its axes, one below the other."""
    figure = Figure(figsize=(10.5, height), layout="constrained")
    FigureCanvasSVG(figure)
    axes = figure.subplots(rows, 1, sharex=True, height_ratios=ratios)
    for axis in axes if rows > 1 else [axes]:
        axis.grid(axis="y", color=GRID, linewidth=0.8)
        axis.set_axisbelow(True)
        for side in ("top", "right"):
            axis.spines[side].set_visible(False)
    return figure, axes


def _dates(axis: Axes, points: Sequence[Point]) -> None:
    """Days on the time axis, and a tint over what is synthetic."""
    span = max(1, (points[-1].time - points[0].time) // 86_400) if points else 1
    locator = dates.DayLocator(interval=max(1, span // 14))
    axis.xaxis.set_major_locator(locator)
    axis.xaxis.set_major_formatter(dates.ConciseDateFormatter(locator))
    synthetic = [point.time for point in points if point.synthetic]
    if synthetic:
        before = max(point.time for point in points if not point.synthetic)
        axis.axvspan(_when(before + 600), _when(synthetic[-1] + 7_200), color=SAND, zorder=0)
        axis.text(
            _when(before + 600),
            0.03,
            "synthetic ",
            transform=axis.get_xaxis_transform(),
            ha="right",
            fontsize=9,
            color="#9c4a00",
        )


def _svg(figure: Figure, title: str) -> str:
    """The figure as SVG to stand in a page."""
    text = io.StringIO()
    figure.savefig(text, format="svg", metadata={"Date": None, "Title": title})
    drawn = text.getvalue()
    return drawn[drawn.index("<svg") :]


def _price(report: Report) -> str:
    figure, axis = _canvas(3.6)
    points = report.points
    axis.plot(
        [_when(point.time) for point in points],
        [_units(point.price) for point in points],
        color=BLUE,
        marker="o",
        markersize=2.6,
        linewidth=1.3,
        label="price on the board",
    )
    jumps = [point for point in points if point.jumped]
    if jumps:
        axis.plot(
            [_when(point.time) for point in jumps],
            [_units(point.price) for point in jumps],
            "v",
            color=RED,
            markersize=7,
            label="move above 20 %: opening stops",
        )
    for time, name, price in report.settlements:
        label = f"settlement of {name}"
        axis.plot([_when(time)], [_units(price)], "D", color=ORANGE, markersize=7, label=label)
    axis.set_ylabel("settlement units for one BTC")
    axis.set_ylim(bottom=0)
    axis.legend(frameon=False, fontsize=9)
    _dates(axis, points)
    return _svg(figure, "Price")


def _open_interest(report: Report) -> str:
    figure, axis = _canvas(3.0)
    points = report.points
    times = [_when(point.time) for point in points]
    names = list(points[-1].open_interest) if points else []
    layers = [[_units(point.open_interest.get(name, 0)) for point in points] for name in names]
    if layers:
        axis.stackplot(times, *layers, labels=names, colors=LAYERS, step="post", alpha=0.85)
        axis.legend(frameon=False, fontsize=9, loc="upper left")
    axis.set_ylabel("BTC")
    _dates(axis, points)
    return _svg(figure, "Open interest")


def _coverage(report: Report) -> str:
    figure, (upper, lower) = _canvas(4.8, 2, (1, 1))
    needed = [point for point in report.points if point.requirement]
    times = [_when(point.time) for point in needed]
    total = [point.equity / point.requirement * 100 for point in needed]
    upper.plot(times, total, color=BLUE, linewidth=1.3)
    upper.axhline(100, color=RED, linewidth=1)
    upper.set_yscale("log")
    upper.set_yticks(
        [100, 200, 500, 1000, 2000, 5000],
        labels=["100 %", "200 %", "500 %", "1,000 %", "2,000 %", "5,000 %"],
    )
    upper.set_ylim(bottom=80)
    upper.minorticks_off()
    upper.set_ylabel("all accounts\nΣ equity / Σ margin", fontsize=9)
    weakest = [
        min(max((point.lowest_bps or 0) / 100, LOWEST_SHOWN), HIGHEST_SHOWN) for point in needed
    ]
    lower.plot(times, weakest, color=ORANGE, marker="o", markersize=2.4, linewidth=1.1)
    for level, words in ((100, "margin call"), (50, "close-out"), (0, "nothing left")):
        lower.axhline(level, color=RED, linewidth=0.9, linestyle="-" if level else ":")
        lower.text(
            1.002, level, words, transform=lower.get_yaxis_transform(), fontsize=8, va="center"
        )
    lower.set_ylim(LOWEST_SHOWN, HIGHEST_SHOWN)
    lower.set_ylabel("weakest account\nequity / margin, %", fontsize=9)
    for axis in (upper, lower):
        _dates(axis, report.points)
    return _svg(figure, "Margin coverage")


def _columns(table: Table, *names: str) -> list[tuple[Any, ...]]:
    """Some columns of a table, row by row."""
    places = [[column.name for column in table.columns].index(name) for name in names]
    return [tuple(row[place] for place in places) for row in table.rows]


def _liquidations(report: Report) -> str:
    figure, axis = _canvas(3.2)
    rows = _columns(report.liquidations, "time", "trigger", "size_wad", "mark_wad", "party")
    seen = {trigger for _, trigger, *_ in rows}
    colours = {AT_HALF: RED, UNMET: ORANGE}
    for trigger, colour in colours.items():
        if trigger not in seen:
            continue
        chosen = [
            (time, _units(size) * _units(mark))
            for time, found, size, mark, _ in rows
            if found == trigger
        ]
        container = axis.stem(
            [_when(time) for time, _ in chosen],
            [amount for _, amount in chosen],
            basefmt=" ",
            label=trigger,
        )
        container.markerline.set_color(colour)
        container.markerline.set_markersize(5)
        container.stemlines.set_color(colour)
    if rows:
        axis.set_yscale("log")
        axis.legend(frameon=False, fontsize=9, loc="upper left")
        axis.set_ylim(bottom=10)
    else:
        axis.text(0.5, 0.5, "no account was liquidated", transform=axis.transAxes, ha="center")
    axis.set_ylabel("notional taken over\n(log scale)")
    if report.points:
        axis.set_xlim(_when(report.points[0].time), _when(report.points[-1].time + 7_200))
    _dates(axis, report.points)
    return _svg(figure, "Liquidations")


def _waterfall(report: Report) -> str:
    """The largest loss, from the deficit down through the layers to nothing."""
    figure, axis = _canvas(3.4)
    layers = ("from_member_cash", "from_member_share", "from_house", "from_others", "uncovered")
    rows = _columns(
        report.losses, "party", "time", "deficit_wad", *(f"{layer}_wad" for layer in layers)
    )
    titles = (
        "deficit",
        "1 member's\ncash",
        "2 member's fund\nshare",
        "3 house's\nresources",
        "4 other members'\nshares",
        "5 uncovered",
    )
    if not rows:
        axis.text(0.5, 0.5, "no loss was allocated", transform=axis.transAxes, ha="center")
        axis.set_xticks([])
        return _svg(figure, "Loss waterfall")
    party, time, deficit, *borne = max(rows, key=lambda row: int(row[2]))
    left = _units(deficit)
    axis.bar(0, left, color=RED, width=0.62)
    axis.text(0, left, f"{left:,.0f}", ha="center", va="bottom", fontsize=9)
    for place, amount in enumerate(map(_units, borne), start=1):
        axis.bar(place, amount, bottom=left - amount, color=BLUE if place < 5 else GREY, width=0.62)
        axis.plot([place - 0.69, place + 0.31], [left, left], color=GREY, linewidth=0.8)
        axis.text(place, left, f"{amount:,.0f}", ha="center", va="bottom", fontsize=9)
        left -= amount
    axis.set_xticks(range(6), labels=titles, fontsize=9)
    axis.set_ylabel("settlement units")
    axis.set_title(
        f"{party}, {datetime.fromtimestamp(time, UTC):%d %B %Y %H:%M} UTC", fontsize=10, loc="left"
    )
    return _svg(figure, "Loss waterfall")
