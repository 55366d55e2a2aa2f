"""Reads daily closing prices from a CSV file."""

from __future__ import annotations

import csv
from collections.abc import Mapping
from datetime import date
from decimal import Decimal, InvalidOperation
from pathlib import Path

from keelmark.errors import InputError

LEAST, MOST = Decimal("1e-18"), Decimal("1e20")
"""Bounds of a price that the contracts could hold as a wad."""


def read_closes(path: Path, column: str = "close") -> Mapping[date, Decimal]:
    """Closing price by day, ascending.

    Args:
        path: a CSV file whose header names `date` (YYYY-MM-DD) and the column of closes; others
            are ignored.
        column: name of the column of closes.

    Raises:
        InputError: the file cannot be read, lacks a column, or a row is malformed or out of order.
    """
    try:
        with path.open(newline="", encoding="utf-8") as file:
            reader = csv.DictReader(file)
            for name in ("date", column):
                if name not in (reader.fieldnames or ()):
                    raise InputError(f"{path.name}: the header has no column {name!r}.")
            return _collect(path.name, reader, column)
    except OSError as error:
        raise InputError(f"--prices {path}: {error.strerror or error}.") from None
    except (UnicodeDecodeError, csv.Error):
        raise InputError(f"--prices {path}: expected a CSV file in UTF-8.") from None


def _collect(name: str, reader: csv.DictReader[str], column: str) -> Mapping[date, Decimal]:
    found: dict[date, Decimal] = {}
    previous: date | None = None
    for row in reader:
        place = f"{name} line {reader.line_num}"
        try:
            day = date.fromisoformat(row["date"] or "")
        except ValueError:
            text = row["date"]
            raise InputError(f"{place}: date {text!r}, expected YYYY-MM-DD.") from None
        try:
            close = Decimal(row[column] or "")
        except InvalidOperation:
            text = row[column]
            raise InputError(f"{place}: {column} {text!r}, expected a positive number.") from None
        if not close.is_finite() or not LEAST <= close < MOST:
            raise InputError(f"{place}: {column} {close}, expected a positive number below {MOST}.")
        if previous is not None and day <= previous:
            raise InputError(f"{place}: date {day} does not come after {previous}.")
        found[day] = close
        previous = day
    return found
