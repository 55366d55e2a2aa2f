"""The plot of a backtest: the price, losses against each threshold, and margin over time.

Plots round: they use floats. The figures beside them are exact.
"""

from __future__ import annotations

import io
from collections.abc import Sequence
from datetime import date
from importlib import import_module
from typing import Any

from matplotlib.axes import Axes
from matplotlib.backends.backend_agg import FigureCanvasAgg
from matplotlib.backends.backend_svg import FigureCanvasSVG
from matplotlib.figure import Figure

from keelmark.reports.figures import BLUE, GREEN, GREY, GRID, INK, ORANGE, RED, STYLE
from keelmark.risk.backtest import Backtest, Coverage, Side, Threshold
from keelmark.risk.backtest_words import percent, regime_name
from keelmark.risk.procyclicality import model_rates

__all__ = ["draw_png", "draw_svg"]

# These parts of matplotlib come without types.
dates: Any = import_module("matplotlib.dates")
matplotlib: Any = import_module("matplotlib")
ticker: Any = import_module("matplotlib.ticker")

DOTS_PER_INCH = 130
WIDTH = 10.5
EPOCH = date(1970, 1, 1).toordinal()
HIGHEST_SHOWN = 120.0
"""Per cent beyond which a move is drawn at the edge, so that the rest stays legible."""


def draw_svg(found: Backtest, title: str) -> str:
    """The plot as SVG text that stands in a page, under the page's own heading."""
    with matplotlib.rc_context(STYLE):
        figure = _figure(found, "")
        FigureCanvasSVG(figure)
        text = io.StringIO()
        figure.savefig(text, format="svg", metadata={"Date": None, "Title": title})
    drawn = text.getvalue()
    return drawn[drawn.index("<svg") :]


def draw_png(found: Backtest, title: str) -> bytes:
    """The plot as a PNG image."""
    with matplotlib.rc_context(STYLE):
        figure = _figure(found, title)
        FigureCanvasAgg(figure)
        image = io.BytesIO()
        figure.savefig(image, format="png", dpi=DOTS_PER_INCH, metadata={"Software": None})
    return image.getvalue()


Pair = tuple[Threshold, tuple[Coverage, Coverage]]


def _by_regime(found: Backtest) -> list[list[Pair]]:
    """Tests in groups of one regime, its own figure first."""
    groups: dict[int, list[Pair]] = {}
    for threshold, sides in found.tests:
        groups.setdefault(threshold.regime, []).append((threshold, sides))
    return list(groups.values())


def _figure(found: Backtest, title: str) -> Figure:
    groups = _by_regime(found)
    ratios = [2.2] + [2.4, 1.7] * len(groups)
    figure = Figure(figsize=(WIDTH, sum(ratios) + 0.9), layout="constrained")
    axes: Sequence[Axes] = figure.subplots(len(ratios), 1, sharex=True, height_ratios=ratios)
    for axis in axes:
        axis.grid(axis="y", color=GRID, linewidth=0.8)
        axis.set_axisbelow(True)
        for side in ("top", "right"):
            axis.spines[side].set_visible(False)
    if title:
        figure.suptitle(title, x=0.01, ha="left", fontsize=13, color=INK)
    _price(axes[0], found)
    for number, group in enumerate(groups):
        _moves(axes[1 + 2 * number], found, group)
        _margins(axes[2 + 2 * number], found, group[0][0])
    locator = dates.AutoDateLocator(minticks=6, maxticks=14)
    axes[-1].xaxis.set_major_locator(locator)
    axes[-1].xaxis.set_major_formatter(dates.ConciseDateFormatter(locator))
    axes[-1].set_xlim(*_when((found.history.days[0], found.history.days[-1])))
    return figure


def _when(days: Sequence[date]) -> list[float]:
    """Days as the time axis counts them: since 1970."""
    return [float(day.toordinal() - EPOCH) for day in days]


def _heading(axis: Axes, text: str) -> None:
    axis.set_title(text, loc="left", fontsize=10.5, color=INK)


def _legend(axis: Axes, columns: int) -> None:
    axis.legend(
        frameon=False,
        fontsize=8.5,
        ncols=columns,
        loc="lower right",
        bbox_to_anchor=(1.0, 0.97),
        handlelength=1.6,
        columnspacing=1.2,
        borderaxespad=0.0,
    )


def _price(axis: Axes, found: Backtest) -> None:
    closes = [float(close) for close in found.history.closes]
    axis.plot(_when(found.history.days), closes, color=BLUE, linewidth=1.0)
    axis.set_yscale("log")
    axis.yaxis.set_major_formatter(ticker.FuncFormatter(lambda price, _: f"{price:,.6g}"))
    _heading(axis, "Close, logarithmic")


def _moves(axis: Axes, found: Backtest, group: Sequence[Pair]) -> None:
    """Moves over the holding period, the thresholds on both sides, and the breaches."""
    history, (own, sides) = found.history, group[0]
    moves = [float(move) / 100 for move in history.returns_bps(own.days)]
    shown = [min(move, HIGHEST_SHOWN) for move in moves]
    days = _when(history.days[: len(moves)])
    axis.plot(days, shown, color=GREY, linewidth=0.5, alpha=0.9)
    axis.axhline(0, color=GREY, linewidth=0.6)
    for (threshold, _), color, dashes in zip(group, (ORANGE, GREEN), ("-", "--"), strict=False):
        level = threshold.rule.value / 100
        label = f"{threshold.rule.id} {percent(threshold.rule.value)}"
        axis.axhline(level, color=color, linewidth=1.2, linestyle=dashes, label=label)
        axis.axhline(-level, color=color, linewidth=1.2, linestyle=dashes)
    _breaches(axis, days, shown, sides)
    axis.yaxis.set_major_formatter(
        ticker.FuncFormatter(lambda level, _: f"{level:+.0f} %" if level else "0 %")
    )
    beyond = sum(move > HIGHEST_SHOWN for move in moves)
    if beyond:
        words = f"{beyond} above {HIGHEST_SHOWN:.0f} %, drawn there"
        axis.text(0.995, 0.93, words, transform=axis.transAxes, ha="right", fontsize=8.5, color=INK)
    name = regime_name(own)
    _heading(axis, f"{name[0].upper()}{name[1:]}: moves over {own.days} days")
    _legend(axis, 3)


def _breaches(
    axis: Axes, days: Sequence[float], shown: Sequence[float], sides: Sequence[Coverage]
) -> None:
    label: str | None = f"breach: {len(sides[0].breaches)} long, {len(sides[1].breaches)} short"
    for side in sides:
        axis.plot(
            [days[start] for start in side.breaches],
            [shown[start] for start in side.breaches],
            "v" if side.side is Side.LONG else "^",
            color=RED,
            markersize=3.2,
            markeredgewidth=0,
            label=label,
        )
        label = None


def _margins(axis: Axes, found: Backtest, threshold: Threshold) -> None:
    """The hard-coded rate beside the model's, as a share of the price."""
    first, rates = model_rates(found.history, threshold)
    axis.plot(
        _when(found.history.days[first:]),
        [100 * rate for rate in rates],
        color=BLUE,
        linewidth=1.0,
        label="model: tail of the last twelve months, no buffer",
    )
    axis.axhline(
        threshold.rule.value / 100, color=ORANGE, linewidth=1.2, label=f"{threshold.rule.id}"
    )
    axis.set_ylim(bottom=0)
    axis.yaxis.set_major_formatter(ticker.FuncFormatter(lambda level, _: f"{level:.0f} %"))
    confidence = percent(threshold.confidence_bps)
    _heading(axis, f"Margin as a share of the price, {confidence} over {threshold.days} days")
    _legend(axis, 2)
