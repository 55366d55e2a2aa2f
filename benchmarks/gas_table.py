"""The table of gas: rows from every measurement of a run, held to the snapshot."""

from __future__ import annotations

import json
import os
from dataclasses import dataclass
from pathlib import Path

from rich.console import Console
from rich.table import Table

SNAPSHOT = Path(__file__).with_name("gas_snapshot.json")

TOLERANCE = 400
"""Gas that a signature's zero bytes may add or take: each is 12 cheaper in calldata."""


@dataclass(frozen=True, slots=True)
class Row:
    """One line of the table."""

    name: str
    gas: int
    target: int | None = None
    peer: str = ""


ROWS: list[Row] = []


def record(name: str, gas: int, target: int | None = None, peer: str = "") -> None:
    """Keeps a row and compares it with the snapshot."""
    ROWS.append(Row(name, gas, target, peer))
    if os.environ.get("KEELMARK_GAS_UPDATE"):
        return
    known = json.loads(SNAPSHOT.read_text())
    assert name in known, f"{name} is not in the snapshot: run scripts/benchmark --update"
    assert gas <= known[name] + TOLERANCE, f"{name}: {gas:,} gas, {known[name]:,} in the snapshot"


def show() -> None:
    """Prints what was measured, and writes the snapshot anew where that was asked for."""
    shown = Table("what", "gas", "to reach", "", "best peer measured", title="Gas, from receipts")
    for row in ROWS:
        verdict = "" if row.target is None else ("met" if row.gas <= row.target else "MISSED")
        goal = "" if row.target is None else f"{row.target:,}"
        shown.add_row(row.name, f"{row.gas:,}", goal, verdict, row.peer)
    Console(width=130).print(shown)
    if os.environ.get("KEELMARK_GAS_UPDATE"):
        measured = {row.name: row.gas for row in ROWS}
        known = json.loads(SNAPSHOT.read_text()) if SNAPSHOT.exists() else {}
        SNAPSHOT.write_text(json.dumps(known | measured, indent=2) + "\n")
