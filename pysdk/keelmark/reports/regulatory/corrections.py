"""Corrections and errors: against an earlier report's identifier and number.

Two things call for them. Somebody finds that what was reported is wrong, and says so in a file: a
correction (CORR) with other values, or an error (EROR) that withdraws the report, or the revival
(REVI) of what was withdrawn. Or blocks that a report at `latest` rested on were replaced, so that
the same period now gives other rows: what is gone is an error, what differs is corrected, what is
new is reported as it is. Nothing is ever deleted or overwritten: each is a further report, with the
time at which it was made, and they follow in the order of what they correct.
"""

from __future__ import annotations

import csv
import io
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Final

from keelmark.errors import InputError
from keelmark.identifiers import check_lei
from keelmark.proofs.bounded_json import parse_json
from keelmark.reports.regulatory.currencies import check_currency
from keelmark.reports.regulatory.fields import CURRENCY, LEI, ReportField, Row
from keelmark.reports.regulatory.life import Reported
from keelmark.reports.table import EXACT, Cell, Kind

__all__ = ["Correction", "correct", "differences", "read_corrections", "rows_of_json"]

ACTIONS: Final = ("CORR", "EROR", "REVI")
TABLES: Final = ("trade", "valuation", "margin")
_LISTED: Final = ("uti", "sequence", "action_type", "reason")

OUTSIDE: Final = frozenset(
    {"sequence", "block_number", "log_index", "reporting_timestamp", "corrects_sequence", "reason"}
)
"""What may differ between two makings of one report: where it was read, and when it was made."""


@dataclass(frozen=True, slots=True)
class Correction:
    """One line of a file of corrections."""

    uti: str
    """Or the collateral portfolio's code, for margin reports."""
    sequence: int
    """Number of the report that is wrong."""
    action_type: str
    reason: str
    table: str
    """Which report it is against: ``trade``, ``valuation`` or ``margin``."""
    values: Mapping[str, str]
    """Column to what should stand there; corrections only."""


def read_corrections(text: str, where: str) -> tuple[Correction, ...]:
    """A file of corrections.

    Args:
        text: JSON, a list of objects, or CSV with a line of names. Both have ``uti``,
            ``sequence``, ``action_type`` and ``reason``, and ``table`` where it is not ``trade``;
            any other name is a column of the report, and what stands there is its right value.
            Nothing there leaves it as it was.
        where: how errors name the file.

    Raises:
        InputError: it is none; the text names the line and the field.
    """
    if text.lstrip()[:1] in ("[", "{"):
        try:
            found = parse_json(text)
        except ValueError:
            raise InputError(f"corrections: {where} is no JSON") from None
    else:
        found = list(csv.DictReader(io.StringIO(text), restkey="too many cells"))
    if not isinstance(found, list) or not all(isinstance(one, dict) for one in found):
        raise InputError(f"corrections: {where}, expected a list of corrections")
    if not found:
        raise InputError(f"corrections: {where} is empty, expected at least one correction")
    return tuple(_one(row, f"{where}, correction {place}") for place, row in enumerate(found, 1))


def _one(row: Mapping[str, Any], where: str) -> Correction:
    for name in _LISTED:
        if row.get(name) in (None, ""):
            raise InputError(f"corrections: {name} in {where}, expected a value")
    if row["action_type"] not in ACTIONS:
        raise InputError(
            f"corrections: action_type in {where} is {row['action_type']!r}, "
            f"expected one of {', '.join(ACTIONS)}"
        )
    table = row.get("table") or TABLES[0]
    if table not in TABLES:
        raise InputError(
            f"corrections: table in {where} is {table!r}, expected one of {', '.join(TABLES)}"
        )
    try:
        sequence = int(str(row["sequence"]))
    except ValueError:
        raise InputError(
            f"corrections: sequence in {where} is {row['sequence']!r}, expected a whole number"
        ) from None
    values = {
        name: str(value).lower() if isinstance(value, bool) else str(value)
        for name, value in row.items()
        if name not in (*_LISTED, "table") and value not in (None, "")
    }
    if row["action_type"] == "CORR" and not values:
        raise InputError(f"corrections: {where} changes nothing, expected a column and its value")
    if row["action_type"] != "CORR" and values:
        raise InputError(
            f"corrections: {next(iter(values))} in {where}, expected no values with "
            f"{row['action_type']}"
        )
    action, reason = str(row["action_type"]), str(row["reason"])
    return Correction(str(row["uti"]), sequence, action, reason, table, values)


def identifier(row: Mapping[str, Cell]) -> str:
    """What a report is about: a UTI, or a collateral portfolio's code."""
    return str(row.get("uti") or row["collateral_portfolio_code"])


def _key(row: Mapping[str, Cell]) -> tuple[str, int]:
    return identifier(row), int(row["sequence"])


def correct(
    corrections: Sequence[Correction],
    reports: Sequence[Reported],
    fields: Sequence[ReportField],
) -> list[Reported]:
    """The reports that a file of corrections calls for, in the order of what they correct.

    Args:
        corrections: of these reports.
        reports: every report of a kind so far, in chain order.
        fields: its columns.

    Raises:
        InputError: a correction names a report that is not there, or a column or value that the
            report cannot have.
    """
    known = {_key(one.row): one for one in reports}
    columns = {one.column: one for one in fields} | {one.key: one for one in fields}
    made = []
    for one in corrections:
        found = known.get((one.uti, one.sequence))
        if found is None:
            raise InputError(
                f"corrections: {one.uti} has no report {one.sequence}, expected one that was made"
            )
        changed: Row = {}
        for name, text in one.values.items():
            field = columns.get(name)
            if field is None or field.key in OUTSIDE or field.key in ("uti", "action_type"):
                raise InputError(f"corrections: {name} of {one.uti}, expected a column of a report")
            changed[field.key] = _typed(field, text)
        made.append(_against(found, one.action_type, one.reason, changed))
    return sorted(made, key=_order)


def _against(found: Reported, action: str, reason: str, changed: Mapping[str, Cell]) -> Reported:
    """A report against another one."""
    row = {**found.row, **changed, "action_type": action, "reason": reason}
    row["corrects_sequence"] = found.row["sequence"]
    # Neither a correction nor an error has an event type of its own.
    row.pop("event_type", None)
    return Reported(found.block_number, found.log_index, found.time, row)


def _typed(field: ReportField, text: str) -> Cell:
    """A value of a column, from text.

    Raises:
        InputError: it is of another kind.
    """
    if field.format == CURRENCY:
        return check_currency(text, field.column)
    if field.format == LEI:
        return check_lei(text, field.column)
    if field.kind == Kind.FLAG:
        if text not in ("true", "false"):
            raise InputError(f"{field.column}: expected true or false, not {text!r}")
        return text == "true"
    if field.kind == Kind.TEXT:
        return text
    try:
        return int(text)
    except ValueError:
        raise InputError(f"{field.column}: expected a whole number, not {text!r}") from None


def differences(
    earlier: Sequence[Row],
    present: Sequence[Reported],
    why: str,
    history: Sequence[Reported] = (),
    *,
    by_life: bool = False,
) -> list[Reported]:
    """What must be reported so that an earlier report becomes the present one.

    An error withdraws a whole contract. So with `by_life` an identifier that is gone altogether is
    one error; where only some of its reports are gone, one correction says how it stands.

    Args:
        earlier: rows of the earlier report, of the same period.
        present: what the period gives now, in chain order.
        why: reason of corrections and errors.
        history: reports before the period, in chain order.
        by_life: whether reports of one identifier are one contract's life.

    Returns:
        Errors, corrections and new reports, in chronological order.
    """
    before, now = {_key(row): row for row in earlier}, {_key(one.row): one for one in present}
    made: list[Reported] = []
    gone = {key: row for key, row in before.items() if key not in now}
    standing = {identifier(one.row): one for one in (*history, *present)} if by_life else {}
    if by_life:
        # The last of each identifier that is gone: the rows are in the order of its life.
        gone = {(key[0], 0): row for key, row in gone.items()}
    for (about, _), row in gone.items():
        if about in standing:
            found = _against(standing[about], "CORR", why, {})
            found.row["corrects_sequence"] = row["sequence"]
            made.append(found)
        else:
            place = int(row["block_number"]), int(row.get("log_index") or 0)
            made.append(_against(Reported(*place, 0, row), "EROR", why, {}))
    for key, one in now.items():
        old = before.get(key)
        if old is None:
            made.append(one)
        elif _said(old) != _said(one.row):
            made.append(_against(one, "CORR", why, {}))
    return sorted(made, key=_order)


def _said(row: Mapping[str, Cell]) -> dict[str, Cell]:
    return {key: value for key, value in row.items() if key not in OUTSIDE and value != ""}


def _order(one: Reported) -> tuple[str, int, int]:
    return str(one.row["event_timestamp"]), one.block_number, one.log_index


def rows_of_json(text: str, fields: Sequence[ReportField], name: str, where: str) -> list[Row]:
    """Rows of an earlier report's JSON file.

    Args:
        text: the file.
        fields: columns of its kind.
        name: of the table that is expected.
        where: how errors name the file.

    Raises:
        InputError: it is none, or of another kind; the text names the field.
    """
    try:
        body = parse_json(text)
        table, rows = body["table"], body["rows"]
    except (ValueError, KeyError, TypeError):
        raise InputError(f"previous: {where}, expected an earlier report's JSON file") from None
    if table != name or not isinstance(rows, list):
        raise InputError(f"previous: {where} is of {table!r}, expected {name}")
    columns = {one.column: one for one in fields}
    found = []
    for place, record in enumerate(rows, 1):
        if not isinstance(record, dict) or record.keys() != columns.keys():
            raise InputError(f"previous: row {place} of {where}, expected the columns of {name}")
        row: Row = {}
        for column, value in record.items():
            field = columns[column]
            if value is not None and value != "":
                row[field.key] = (
                    _typed(field, str(value)) if field.kind in EXACT else _checked(field, value)
                )
        found.append(row)
    return found


def _checked(field: ReportField, value: Any) -> Cell:
    wanted = {Kind.FLAG: bool, Kind.COUNT: int}.get(field.kind, str)
    if not isinstance(value, int | str) or type(value) is not wanted:
        raise InputError(f"previous: {field.column}, expected {wanted.__name__}, not {value!r}")
    return value
