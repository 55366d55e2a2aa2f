"""Tables that keep exact amounts exact, and their forms: Parquet, CSV and HTML cells.

An amount is an integer (wad, token units) everywhere but in what people read. In Parquet it is
decimal(38, 0), which every column store holds without loss; in CSV it is the integer's digits.
"""

from __future__ import annotations

import csv
import io
from dataclasses import dataclass
from datetime import UTC, datetime
from enum import StrEnum
from importlib import import_module
from typing import Any

from keelmark.units import MAX_REPORTED, WAD

__all__ = ["Column", "Kind", "Table", "money_text", "time_text"]

# Arrow comes without types.
pa: Any = import_module("pyarrow")
pq: Any = import_module("pyarrow.parquet")

Cell = int | str | bool
"""An empty text in a column of another kind says nothing: null in Parquet and JSON."""


class Kind(StrEnum):
    """What a column holds."""

    TEXT = "text"
    COUNT = "count"
    TIME = "time"
    """Unix seconds."""
    MONEY = "money"
    """Wad of the settlement unit."""
    SIZE = "size"
    """Wad of the underlier."""
    RATIO = "ratio"
    """Wad of a pure number: a delta, a volatility."""
    UNITS = "units"
    """Smallest units of a token."""
    FLAG = "flag"


EXACT = {Kind.MONEY, Kind.SIZE, Kind.RATIO, Kind.UNITS}


@dataclass(frozen=True, slots=True)
class Column:
    """One column."""

    name: str
    """In files, with its unit."""
    title: str
    """For people."""
    kind: Kind = Kind.TEXT
    shown: bool = True
    """Whether people see it; files have every column."""


@dataclass(frozen=True, slots=True)
class Table:
    """Rows under typed columns."""

    name: str
    columns: tuple[Column, ...]
    rows: tuple[tuple[Cell, ...], ...]

    def parquet(self) -> bytes:
        """The table as a Parquet file.

        Raises:
            ValueError: an amount is not below 10^38.
        """
        arrays = [
            pa.array([_arrow(column.kind, row[place]) for row in self.rows], _TYPES[column.kind])
            for place, column in enumerate(self.columns)
        ]
        made = pa.Table.from_arrays(arrays, names=[column.name for column in self.columns])
        sink = io.BytesIO()
        pq.write_table(made, sink, compression="zstd")
        return sink.getvalue()

    def csv(self) -> str:
        """The table as CSV text; amounts as integers."""
        text = io.StringIO()
        writer = csv.writer(text, lineterminator="\n")
        writer.writerow([column.name for column in self.columns])
        for row in self.rows:
            writer.writerow([_plain(cell) for cell in row])
        return text.getvalue()

    def records(self) -> list[dict[str, Any]]:
        """The rows for JSON; exact amounts as strings, which no reader rounds."""
        return [
            {
                column.name: _json(column.kind, cell)
                for column, cell in zip(self.columns, row, strict=True)
            }
            for row in self.rows
        ]


_TYPES = {
    Kind.TEXT: pa.string(),
    Kind.COUNT: pa.int64(),
    Kind.TIME: pa.timestamp("s", tz="UTC"),
    Kind.MONEY: pa.decimal128(38, 0),
    Kind.SIZE: pa.decimal128(38, 0),
    Kind.RATIO: pa.decimal128(38, 0),
    Kind.UNITS: pa.decimal128(38, 0),
    Kind.FLAG: pa.bool_(),
}


def _arrow(kind: Kind, cell: Cell) -> Any:
    """A cell as Arrow takes it."""
    if cell == "" and kind != Kind.TEXT:
        return None
    if kind in EXACT:
        if abs(int(cell)) >= MAX_REPORTED:
            raise ValueError(f"amount {cell}: expected less than 10^38")
        return int(cell)
    if kind == Kind.TIME:
        return int(cell)
    return cell


def _json(kind: Kind, cell: Cell) -> Cell | None:
    """A cell for JSON."""
    if cell == "" and kind != Kind.TEXT:
        return None
    return str(cell) if kind in EXACT else cell


def _plain(cell: Cell) -> str:
    """A cell of CSV; text that a spreadsheet would run as a formula is quoted with a space."""
    if isinstance(cell, bool):
        return "true" if cell else "false"
    if isinstance(cell, str) and cell[:1] in ("=", "+", "-", "@"):
        return f" {cell}"
    return str(cell)


def time_text(seconds: int) -> str:
    """A time for people, UTC."""
    return datetime.fromtimestamp(seconds, UTC).strftime("%Y-%m-%d %H:%M:%S")


def money_text(wad: int, decimals: int = 2) -> str:
    """A wad for people, toward zero at the last place shown."""
    scale = 10**decimals
    parts = abs(wad) * scale // WAD
    sign = "−" if wad < 0 and parts else ""
    whole, part = divmod(parts, scale)
    return f"{sign}{whole:,}.{part:0{decimals}d}" if decimals else f"{sign}{whole:,}"


def shown(kind: Kind, cell: Cell) -> str:
    """A cell for people."""
    if cell == "":
        return ""
    if kind == Kind.MONEY:
        return money_text(int(cell))
    if kind == Kind.SIZE:
        return money_text(int(cell), 3)
    if kind == Kind.RATIO:
        return money_text(int(cell), 4)
    if kind == Kind.TIME:
        return time_text(int(cell))
    if kind == Kind.FLAG:
        return "yes" if cell else ""
    if kind in (Kind.COUNT, Kind.UNITS):
        return f"{int(cell):,}"
    return str(cell)
