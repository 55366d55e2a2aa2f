"""Reads a venue's option quotes from a CSV file."""

from __future__ import annotations

import csv
from pathlib import Path

from keelmark.cli.terms import parse_amount, parse_positive, parse_time
from keelmark.errors import InputError
from keelmark.pricing.cross_venue import OptionTerms, Quote

COLUMNS = ("underlier", "kind", "strike", "expiry", "time", "forward")
"""Every file has these, and `premium`, `volatility` or both."""

_KINDS = {"call": True, "put": False}


def read_quotes(path: Path, option: str) -> list[Quote]:
    """Quotes in the order of the file.

    Args:
        path: a CSV file whose header names the columns; others are ignored.
        option: the command's option that named the file, for errors.

    Raises:
        InputError: the file cannot be read, lacks a column, or a row is malformed.
    """
    try:
        with path.open(newline="", encoding="utf-8") as file:
            reader = csv.DictReader(file)
            names = reader.fieldnames or ()
            for name in COLUMNS:
                if name not in names:
                    raise InputError(f"{path.name}: the header has no column {name!r}")
            if "premium" not in names and "volatility" not in names:
                raise InputError(f"{path.name}: expected a column 'premium' or 'volatility'")
            return [_quote(row, f"{path.name} line {reader.line_num}") for row in reader]
    except OSError as error:
        raise InputError(f"{option} {path}: {error.strerror or error}") from None
    except (UnicodeDecodeError, csv.Error):
        raise InputError(f"{option} {path}: expected a CSV file in UTF-8") from None


def _quote(row: dict[str, str | None], place: str) -> Quote:
    """One row; its numbers exact."""
    cells = {name: (cell or "").strip() for name, cell in row.items() if name is not None}
    kind = cells["kind"]
    if kind not in _KINDS:
        raise InputError(f"{place}: kind {kind!r}, expected call or put")
    if not cells["underlier"]:
        raise InputError(f"{place}: underlier is empty, expected a name")
    told = {
        name: parse_amount(cells[name], f"{place}: {name}") if cells.get(name) else None
        for name in ("premium", "volatility")
    }
    terms = OptionTerms(
        underlier=cells["underlier"],
        expiry=parse_time(cells["expiry"], f"{place}: expiry"),
        strike=parse_positive(cells["strike"], f"{place}: strike"),
        is_call=_KINDS[kind],
    )
    time = parse_time(cells["time"], f"{place}: time")
    forward = parse_positive(cells["forward"], f"{place}: forward")
    return Quote(terms, time, forward, told["premium"], told["volatility"])
