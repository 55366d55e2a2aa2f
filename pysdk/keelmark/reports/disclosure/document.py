"""A disclosure for programs: one JSON document, exact amounts as strings of digits."""

from __future__ import annotations

from dataclasses import asdict
from typing import Any

from keelmark.reports.disclosure.model import Disclosure
from keelmark.reports.disclosure.tables import TITLES, day_text
from keelmark.reports.disclosure.words import MEANINGS, TITLE
from keelmark.reports.table import Column, Kind

__all__ = ["SCHEMA_VERSION", "as_json", "basis_facts"]

SCHEMA_VERSION = 1
"""Of the document."""

UNITS = {
    Kind.MONEY: "1e-18 of the settlement unit",
    Kind.SIZE: "1e-18 of the underlier's unit",
    Kind.COUNT: "count",
    Kind.FLAG: "true or false",
}


def as_json(found: Disclosure) -> dict[str, Any]:
    """The disclosure as a JSON object; every amount is a string of digits."""
    return {
        "title": TITLE,
        "schema_version": SCHEMA_VERSION,
        "basis": asdict(found.basis),
        "first_day": day_text(found.first_day),
        "last_day": day_text(found.last_day),
        "notes": list(found.notes),
        "tables": {
            table.name: {
                "title": TITLES[table.name],
                "meaning": MEANINGS[table.name],
                "units": {column.name: unit(column) for column in table.columns},
                "rows": table.records(),
            }
            for table in found.tables
        },
    }


def unit(column: Column) -> str:
    """What a column counts."""
    if column.name.endswith("_bps"):
        return "basis points"
    if column.name == "herfindahl":
        return "sum of squared shares, 10,000 is one holder"
    if column.name in ("instrument", "member", "block_number"):
        return "id" if column.name != "block_number" else "height"
    return UNITS.get(column.kind, "text")


def basis_facts(found: Disclosure) -> tuple[tuple[str, str], ...]:
    """Label and value of what the figures stand on, for people."""
    basis = found.basis
    return (
        ("period, UTC days", f"{day_text(found.first_day)} to {day_text(found.last_day)}"),
        ("blocks", f"{basis.first_block:,} to {basis.last_block:,}"),
        ("finality of the last block", basis.finality),
        ("hash of the last known block", basis.last_hash),
        ("chain", f"{basis.chain_id}"),
        ("venue", basis.venue),
        ("house", basis.house),
        ("house, LEI", basis.lei),
        ("regime", basis.regime),
        ("rulebook digest", basis.rulebook_digest),
        ("software", basis.software),
        ("verification", basis.verification),
    )
