"""What a report consists of, as values; `page` shows it and `as_json` gives it to programs."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from keelmark.reports.table import Table

__all__ = ["Bite", "Point", "Report", "as_json"]


@dataclass(frozen=True, slots=True)
class Bite:
    """One rule that was to be seen at work, and where it was."""

    title: str
    rule: str
    """Id of the rule in the rulebook; empty if it is no single figure."""
    places: tuple[str, ...]
    """Block and log of each event, or the refused transaction's block; none if not seen."""
    words: str
    """What happened, with figures."""
    synthetic: bool = False
    """Whether it happened on synthetic prices."""

    @property
    def seen(self) -> bool:
        """Whether it happened at all."""
        return bool(self.places)


@dataclass(frozen=True, slots=True)
class Point:
    """The market when a price arrived, for the plots."""

    block_number: int
    time: int
    price: int
    """Wad."""
    jumped: bool
    synthetic: bool
    open_interest: Mapping[str, int]
    """Instrument's name to wad of the underlier."""
    equity: int
    requirement: int
    lowest_bps: int | None


@dataclass(frozen=True, slots=True)
class Report:
    """Everything that a report says."""

    title: str
    holds: bool
    """Every root is met, every act follows, every value agrees."""
    facts: tuple[tuple[str, str], ...]
    """Label and value, for the head of the page."""
    bites: tuple[Bite, ...]
    points: tuple[Point, ...]
    settlements: tuple[tuple[int, str, int], ...]
    """Time, instrument, price (wad)."""
    trades: Table
    margin: Table
    liquidations: Table
    losses: Table
    options: tuple[Table, ...]
    """Terms, premiums and valuations of options."""
    others: tuple[Table, ...]
    refusals: Table
    denials: Table
    """Acts that the gate denied and the house reported."""
    roots: Table
    rules: Table
    parties: Table
    contracts: Table
    differences: tuple[str, ...]
    """One sentence for each value that does not reconcile; empty if all do."""
    notes: tuple[str, ...]
    """How the input was made, and what a reader must not take it for."""
    figures: Mapping[str, Any]
    """Numbers about the run: blocks, transactions, events, values compared."""

    @property
    def tables(self) -> tuple[Table, ...]:
        """The tables that become files."""
        first = self.trades, self.margin, self.liquidations, self.losses
        return (*first, *self.options, *self.others, self.denials)


def as_json(report: Report) -> dict[str, Any]:
    """The report for programs; amounts in wad are strings."""
    tables = (
        *report.tables[1:],
        report.refusals,
        report.roots,
        report.rules,
        report.parties,
        report.contracts,
    )
    return {
        "title": report.title,
        "reconciles": report.holds,
        "figures": dict(report.figures),
        "differences": list(report.differences),
        "notes": list(report.notes),
        "rules_seen_to_bite": [
            {
                "title": bite.title,
                "rule": bite.rule,
                "seen": bite.seen,
                "synthetic": bite.synthetic,
                "places": list(bite.places),
                "words": bite.words,
            }
            for bite in report.bites
        ],
        "tables": {table.name: table.records() for table in tables},
        "history": [
            {
                "block_number": point.block_number,
                "time": point.time,
                "price_wad": str(point.price),
                "jumped": point.jumped,
                "synthetic": point.synthetic,
                "open_interest_wad": {key: str(size) for key, size in point.open_interest.items()},
                "equity_wad": str(point.equity),
                "initial_margin_wad": str(point.requirement),
                "lowest_cover_bps": point.lowest_bps,
            }
            for point in report.points
        ],
    }
