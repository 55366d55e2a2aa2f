"""A backtest as one HTML page that opens offline: sentences, tables and the plot."""

from __future__ import annotations

from collections.abc import Sequence
from html import escape

from keelmark.reports.page import STYLE
from keelmark.risk.backtest import Backtest
from keelmark.risk.backtest_figures import draw_svg
from keelmark.risk.backtest_tables import coverage_rows, cyclicality_rows
from keelmark.risk.backtest_words import conventions, findings

__all__ = ["render"]


def _table(header: Sequence[str], rows: Sequence[Sequence[str]], words: int) -> str:
    """A table whose first columns are words and the rest numbers."""

    def cells(row: Sequence[str], tag: str) -> str:
        marks = ["" if number < words else ' class="number"' for number in range(len(row))]
        pairs = zip(marks, row, strict=True)
        return "".join(f"<{tag}{mark}>{escape(cell)}</{tag}>" for mark, cell in pairs)

    body = "".join(f"<tr>{cells(row, 'td')}</tr>" for row in rows)
    return f'<div class="scroll"><table><tr>{cells(header, "th")}</tr>{body}</table></div>'


def render(found: Backtest, title: str) -> str:
    """The page.

    Args:
        found: the backtest.
        title: what was tested against which prices.
    """
    days = found.history.days
    calendar = "every day" if found.history.every_day else "business days"
    said = "".join(f"<li>{escape(sentence)}</li>" for sentence in findings(found))
    counted = " ".join(conventions(found))
    return f"""<!doctype html>
<html lang="en"><head><meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
<title>{escape(title)}</title><style>{STYLE}</style></head><body><main>
<h1>{escape(title)}</h1>
<p class="soft">{len(days):,} closes, {days[0]} to {days[-1]}, {calendar}.</p>
<ul>{said}</ul>
<h2>Breaches and tests</h2>
{_table(*coverage_rows(found), words=1)}
<p class="soft">{escape(counted)}</p>
<h2>Procyclicality</h2>
{_table(*cyclicality_rows(found), words=1)}
<p class="soft">A hard-coded margin is a fixed share of the price: for one unit it rises as the
price does. The model is recalibrated daily from the last twelve months, without a buffer.</p>
<h2>Over time</h2>
<figure>{draw_svg(found, title)}</figure>
</main></body></html>
"""
