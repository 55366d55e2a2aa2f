"""A disclosure as one HTML page that opens offline: style, plots and tables stand in it."""

from __future__ import annotations

from html import escape

from keelmark.reports.disclosure.document import basis_facts
from keelmark.reports.disclosure.figures import draw
from keelmark.reports.disclosure.model import Disclosure
from keelmark.reports.disclosure.tables import TITLES
from keelmark.reports.disclosure.words import MEANINGS, TITLE
from keelmark.reports.page import NUMBERS, STYLE
from keelmark.reports.table import Column, Kind, Table, shown

__all__ = ["render"]

OWN_STYLE = """
.facts { grid-template-columns: repeat(auto-fill, minmax(260px, 1fr)); }
.facts dd { font-size: 14.5px; }
figure svg text { font-family: inherit; }
td:first-child { white-space: nowrap; font-variant-numeric: tabular-nums; }
a.skip { position: absolute; left: -9999px; } a.skip:focus { left: 8px; top: 8px; }
"""

OPEN_ROWS = 16
"""Rows beyond which a table is folded away."""


def render(found: Disclosure) -> str:
    """The whole page."""
    drawn = draw(found)
    title = f"{TITLE}: {found.basis.venue} on chain {found.basis.chain_id}"
    sections = "".join(_section(table, drawn.get(table.name, "")) for table in found.tables)
    links = "".join(f'<a href="#{name}">{escape(words)}</a>' for name, words in TITLES.items())
    lines = "".join(f"<li>{escape(note)}</li>" for note in found.notes)
    return (
        '<!doctype html>\n<html lang="en"><head><meta charset="utf-8">'
        '<meta name="viewport" content="width=device-width, initial-scale=1">'
        f"<title>{escape(title)}</title><style>{STYLE}{OWN_STYLE}</style></head>"
        f'<body><a class="skip" href="#open_interest">To the figures</a><main>'
        f"<h1>{escape(title)}</h1>"
        '<p class="soft">Computed from the events that the contracts emitted, by instrument and '
        "UTC day.</p>"
        f'{_verdict(found)}{_facts(found)}<nav aria-label="Sections">{links}</nav>'
        f"<h2>Read this first</h2><ul>{lines}</ul>{sections}"
        "</main></body></html>\n"
    )


def _verdict(found: Disclosure) -> str:
    kind = "good" if found.basis.verified else "bad"
    words = escape(found.basis.verification[:1].upper() + found.basis.verification[1:])
    return f'<div class="verdict {kind}">{words}.</div>'


def _facts(found: Disclosure) -> str:
    cells = "".join(
        f"<div><dt>{escape(label)}</dt><dd>{escape(value)}</dd></div>"
        for label, value in basis_facts(found)
        if label != "verification"
    )
    return f'<dl class="facts">{cells}</dl>'


def _section(table: Table, svg: str) -> str:
    title = TITLES[table.name]
    figure = f"<figure>{svg}</figure>" if svg else ""
    return (
        f'<section id="{table.name}"><h2>{escape(title)}</h2>'
        f"<p>{escape(MEANINGS[table.name])}</p>{figure}{_table(table)}</section>"
    )


def _table(table: Table) -> str:
    """A table for people; the last days first, long ones folded away."""
    if not table.rows:
        return '<p class="soft">None in this period.</p>'
    places = [place for place, column in enumerate(table.columns) if column.shown]
    head = "".join(_head(table.columns[place]) for place in places)
    newest_first = sorted(table.rows, key=lambda row: str(row[0]), reverse=True)
    rows = "".join(_row(table, row, places) for row in newest_first)
    body = (
        '<div class="scroll" tabindex="0" role="region" '
        f'aria-label="{escape(TITLES[table.name])}, table"><table>'
        f'<caption class="soft">{escape(TITLES[table.name])}, the last day first</caption>'
        f"<thead><tr>{head}</tr></thead><tbody>{rows}</tbody></table></div>"
    )
    if len(table.rows) <= OPEN_ROWS:
        return body
    return f"<details><summary>{len(table.rows):,} rows</summary>{body}</details>"


def _row(table: Table, row: tuple[int | str | bool, ...], places: list[int]) -> str:
    """A row; a day that is not over says so."""
    cells = [_cell(table.columns[place], row[place]) for place in places]
    names = [column.name for column in table.columns]
    if "complete" in names and not row[names.index("complete")]:
        cells[0] = f'<td>{escape(str(row[0]))} <span class="tag warn">so far</span></td>'
    return f"<tr>{''.join(cells)}</tr>"


def _head(column: Column) -> str:
    kind = ' class="number"' if column.kind in NUMBERS else ""
    return f'<th scope="col"{kind}>{escape(column.title)}</th>'


def _cell(column: Column, cell: int | str | bool) -> str:
    text = escape(shown(column.kind, cell))
    if column.kind in NUMBERS:
        return f'<td class="number">{text}</td>'
    if column.kind == Kind.TIME:
        return f'<td class="time">{text}</td>'
    return f"<td>{text}</td>"
