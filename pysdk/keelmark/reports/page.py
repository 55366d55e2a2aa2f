"""The report as one HTML page that opens offline: style, plots and tables stand in it."""

from __future__ import annotations

from html import escape

from keelmark.reports.figures import draw
from keelmark.reports.report import Bite, Report
from keelmark.reports.table import Column, Kind, Table, shown

__all__ = ["render"]

STYLE = """
:root { --ink: #1f2933; --soft: #52606d; --line: #d8dee4; --good: #2f855a; --bad: #b83232;
  --warn: #b7651b; --paper: #fff; --tint: #f5f7fa; }
* { box-sizing: border-box; }
body { margin: 0; background: var(--tint); color: var(--ink);
  font: 15px/1.5 system-ui, "Segoe UI", "Helvetica Neue", "DejaVu Sans", sans-serif; }
main { max-width: 1360px; margin: 0 auto; background: var(--paper); padding: 28px 40px 60px; }
h1 { font-size: 26px; margin: 0 0 4px; }
h2 { font-size: 19px; margin: 42px 0 6px; padding-top: 14px; border-top: 2px solid var(--line); }
p, li { max-width: 82ch; }
p.soft, .soft { color: var(--soft); }
.verdict { margin: 18px 0; padding: 12px 18px; border-left: 6px solid; font-size: 17px; }
.verdict.good { border-color: var(--good); background: #edf7f1; }
.verdict.bad { border-color: var(--bad); background: #fbeeee; }
.facts { display: grid; grid-template-columns: repeat(auto-fill, minmax(225px, 1fr)); gap: 10px;
  padding: 0; margin: 16px 0; }
.facts div { border: 1px solid var(--line); padding: 8px 12px; }
.facts dt { color: var(--soft); font-size: 12.5px; }
.facts dd { margin: 0; font-size: 16px; font-variant-numeric: tabular-nums;
  overflow-wrap: anywhere; }
.scroll { overflow-x: auto; }
table { border-collapse: collapse; font-size: 13px; margin: 10px 0; width: 100%; }
th { text-align: left; border-bottom: 2px solid var(--line); padding: 5px 8px;
  vertical-align: bottom; color: var(--soft); font-weight: 600; }
td { border-bottom: 1px solid var(--line); padding: 4px 8px; vertical-align: top; }
td.number, th.number { text-align: right; font-variant-numeric: tabular-nums; }
td.number { white-space: nowrap; }
td.time { white-space: nowrap; font-variant-numeric: tabular-nums; }
td.wide { font-family: ui-monospace, "DejaVu Sans Mono", monospace; font-size: 11px;
  overflow-wrap: anywhere; min-width: 15em; }
.tag { display: inline-block; font-size: 12px; padding: 1px 7px; border-radius: 9px;
  color: #fff; white-space: nowrap; }
.tag.good { background: var(--good); } .tag.none { background: #7b8794; }
.tag.warn { background: var(--warn); } .tag.bad { background: var(--bad); }
figure { margin: 14px 0; max-width: 1180px; } figure svg { width: 100%; height: auto; }
figcaption { color: var(--soft); font-size: 13.5px; max-width: 82ch; }
details summary { cursor: pointer; color: #1f5fa8; margin: 8px 0; }
nav { font-size: 13.5px; margin: 10px 0; } nav a { margin-right: 14px; color: #1f5fa8; }
@media print { body, main { background: #fff; padding: 0; } details { display: block; } }
"""

SECTIONS = (
    ("bites", "What the rules did"),
    ("market", "The market"),
    ("refusals", "Refused and denied"),
    ("margin", "Margin calls"),
    ("liquidations", "Liquidations"),
    ("losses", "Losses and debts"),
    ("options", "Options"),
    ("settlement", "Settlement, collateral, funding"),
    ("rules", "Rules applied"),
    ("proof", "Proof and reconciliation"),
    ("parties", "Parties and contracts"),
    ("trades", "Every trade"),
)

FIGURES = (
    (
        "price",
        "Price",
        "The board's price at each push. The order of the four prices inside a day is "
        "reconstructed from open, high, low and close.",
    ),
    (
        "open_interest",
        "Open interest",
        "Half of the sum of absolute positions, by instrument, rebuilt from the events.",
    ),
    (
        "coverage",
        "Margin coverage",
        "When each price arrived and before anyone acted on it: equity over initial margin, of "
        "all accounts with positions together (logarithmic) and of the weakest one.",
    ),
    (
        "liquidations",
        "Liquidations",
        "Notional of each take-over at mark, of an option its premium, by what made it admissible.",
    ),
    (
        "waterfall",
        "Loss waterfall",
        "The largest loss and the layers that bore it, in the written order.",
    ),
)

OPTION_WORDS = (
    "European, settled in cash, valued by Black-76 on the forward, ACT/365, undiscounted. A "
    "premium is paid in full when the option is traded. Numbers in brackets are those of the "
    "critical data elements (CDE, version 3) that a column carries."
)

NUMBERS = (Kind.COUNT, Kind.MONEY, Kind.SIZE, Kind.RATIO, Kind.UNITS)
LONG = ("uti", "address", "folded", "stored", "code_hash", "model")
COLLAPSED = 40
"""Rows beyond which a table is folded away."""


def render(report: Report) -> str:
    """The whole page."""
    drawn = draw(report)
    plots = "".join(_figure(drawn[name], title, words) for name, title, words in FIGURES)
    others = "".join(_titled(table) for table in report.others)
    bodies = {
        "bites": _bites(report),
        "market": plots,
        "refusals": _paragraph(
            "A refused transaction is on the chain with status failed and leaves no event. What "
            "stands here besides it was asked of the contracts at that very block."
        )
        + _table(report.refusals)
        + _paragraph(
            "Where the caller asks for it, a denial is an event: the gate's reason is part of the "
            "report chain, and nothing else changes."
        )
        + _table(report.denials),
        "margin": _table(report.margin),
        "liquidations": _table(report.liquidations),
        "losses": _table(report.losses),
        "options": _options(report),
        "settlement": others,
        "rules": _paragraph(
            "Constants in bytecode. Status: read = taken from the text itself; derived = "
            "follows from it by our reasoning; practice = a venue's custom, no law's figure; "
            "unconfirmed = not yet read at its source."
        )
        + _table(report.rules),
        "proof": _proof(report),
        "parties": _table(report.parties) + _table(report.contracts),
        "trades": _table(report.trades),
    }
    block, finality = report.figures["head_block"], report.figures["finality"]
    basis = f'<p class="soft">As of block {block:,}, which is {escape(finality)}.</p>'
    links = "".join(f'<a href="#{key}">{escape(title)}</a>' for key, title in SECTIONS)
    sections = "".join(
        f'<section id="{key}"><h2>{escape(title)}</h2>{basis}{bodies[key]}</section>'
        for key, title in SECTIONS
    )
    return (
        '<!doctype html>\n<html lang="en"><head><meta charset="utf-8">'
        '<meta name="viewport" content="width=device-width, initial-scale=1">'
        f"<title>{escape(report.title)}</title><style>{STYLE}</style></head><body><main>"
        f"<h1>{escape(report.title)}</h1>"
        '<p class="soft">Written from the chain alone: every log since the first block, and the '
        "contracts' state at the block named below.</p>"
        f"{_verdict(report)}{_facts(report)}<nav>{links}</nav>{_notes(report)}{sections}"
        "</main></body></html>\n"
    )


def _verdict(report: Report) -> str:
    if report.holds:
        words = (
            "Reconciled to the wei. Every report chain folds to its contract's root, every act "
            "follows from those before it, and every value in the contracts is the one rebuilt "
            "from the events."
        )
        return f'<div class="verdict good">{words}</div>'
    lines = "".join(f"<li>{escape(line)}</li>" for line in report.differences)
    return f'<div class="verdict bad">This chain does not reconcile.<ul>{lines}</ul></div>'


def _facts(report: Report) -> str:
    cells = "".join(
        f"<div><dt>{escape(label)}</dt><dd>{escape(value)}</dd></div>"
        for label, value in report.facts
    )
    return f'<dl class="facts">{cells}</dl>'


def _notes(report: Report) -> str:
    lines = "".join(f"<li>{escape(note)}</li>" for note in report.notes)
    return f"<h2>Read this first</h2><ul>{lines}</ul>"


def _bites(report: Report) -> str:
    rows = "".join(_bite(bite) for bite in report.bites)
    return (
        '<div class="scroll"><table><thead><tr><th>seen</th><th>rule at work</th>'
        "<th>what happened</th><th>where</th></tr></thead>"
        f"<tbody>{rows}</tbody></table></div>"
    )


def _bite(bite: Bite) -> str:
    tag = '<span class="tag none">not in this run</span>'
    if bite.seen:
        tag = '<span class="tag good">seen</span>'
        if bite.synthetic:
            tag += ' <span class="tag warn">synthetic</span>'
    places = "; ".join(bite.places[:3])
    if len(bite.places) > 3:
        places += f"; and {len(bite.places) - 3} more"
    rule = f'<br><span class="soft">{escape(bite.rule)}</span>' if bite.rule else ""
    return (
        f"<tr><td>{tag}</td><td>{escape(bite.title)}{rule}</td>"
        f"<td>{escape(bite.words)}</td><td>{escape(places)}</td></tr>"
    )


def _options(report: Report) -> str:
    terms, *others = report.options
    return _paragraph(OPTION_WORDS) + _table(terms) + "".join(_titled(table) for table in others)


def _proof(report: Report) -> str:
    words = (
        "Each reporting contract folds every log that it emits into one root, its storage slot 0. "
        "Folded here again from the logs that were read; a log left out, altered or out of order "
        "gives another root."
    )
    return _paragraph(words) + _table(report.roots)


def _figure(svg: str, title: str, words: str) -> str:
    return f"<figure>{svg}<figcaption><b>{escape(title)}.</b> {escape(words)}</figcaption></figure>"


def _paragraph(words: str) -> str:
    return f"<p>{escape(words)}</p>"


def _titled(table: Table) -> str:
    return f"<h3>{escape(table.name.replace('_', ' ').capitalize())}</h3>{_table(table)}"


def _table(table: Table) -> str:
    """A table for people; long ones are folded away."""
    if not table.rows:
        return '<p class="soft">None in this run.</p>'
    places = [place for place, column in enumerate(table.columns) if _wanted(table, place, column)]
    head = "".join(_head(table.columns[place]) for place in places)
    rows = "".join(
        "<tr>" + "".join(_cell(table.columns[place], row[place]) for place in places) + "</tr>"
        for row in table.rows
    )
    body = (
        f'<div class="scroll"><table><thead><tr>{head}</tr></thead>'
        f"<tbody>{rows}</tbody></table></div>"
    )
    if len(table.rows) <= COLLAPSED:
        return body
    return f"<details><summary>{len(table.rows):,} rows</summary>{body}</details>"


def _wanted(table: Table, place: int, column: Column) -> bool:
    """Columns that people see; a flag that is set nowhere is left out."""
    if column.kind == Kind.FLAG and not any(row[place] for row in table.rows):
        return False
    return column.shown


def _head(column: Column) -> str:
    kind = ' class="number"' if column.kind in NUMBERS else ""
    return f"<th{kind}>{escape(column.title)}</th>"


def _cell(column: Column, cell: int | str | bool) -> str:
    text = escape(shown(column.kind, cell))
    if column.kind == Kind.FLAG:
        tag = '<span class="tag warn">synthetic</span>'
        return f"<td>{tag if cell else ''}</td>"
    if column.kind in NUMBERS:
        return f'<td class="number">{text}</td>'
    if column.kind == Kind.TIME:
        return f'<td class="time">{text}</td>'
    if column.name in LONG:
        return f'<td class="wide">{text}</td>'
    return f"<td>{text}</td>"
