"""A report's files: tables in the formats asked for, messages, and the facts about it."""

from __future__ import annotations

import json
from typing import Any, Final

from keelmark.cli.reporting.parts import Asked, Made
from keelmark.errors import InputError
from keelmark.reports.iso20022 import build, read_paths, validate
from keelmark.reports.regulatory.document import head_json, table_json

__all__ = ["MARKER", "files_of"]

MARKER: Final = "regulatory-report.json"
"""A folder that holds this file, or nothing, may be replaced; any other is left alone."""


def files_of(made: Made, asked: Asked) -> dict[str, bytes]:
    """Every file by name.

    Raises:
        InputError: a message is not valid, or a figure does not fit its format.
    """
    head = head_json(made.head)
    files: dict[str, bytes] = {}
    messages = _messages(made, asked, files) if "xml" in asked.formats else {}
    for table in made.tables:
        if "csv" in asked.formats or table.name == "fields":
            files[f"{table.name}.csv"] = table.csv().encode()
        if table.name == "fields":
            continue
        if "parquet" in asked.formats:
            files[f"{table.name}.parquet"] = table.parquet()
        if "json" in asked.formats:
            files[f"{table.name}.json"] = table_json(table, head).encode()
    rows = {table.name: len(table.rows) for table in made.tables if table.name != "fields"}
    body = {**head, "rows": rows, "messages": messages}
    files[MARKER] = (json.dumps(body, indent=1) + "\n").encode()
    return files


def _messages(made: Made, asked: Asked, files: dict[str, bytes]) -> dict[str, Any]:
    """Builds and validates the messages; answers what is to be said of them."""
    shapes = read_paths(asked.texts.get("paths") or "{}", asked.where.get("paths", ""))
    told: dict[str, Any] = {}
    used: set[str] = set()
    for name, rows in made.messages.items():
        message = build(shapes[name], rows)
        valid = validate(message.text(), asked.xsd, shapes[name].namespace) if asked.xsd else None
        words = "not validated against any schema"
        if valid is not None:
            used.add(valid)
            words = f"valid against the schema {valid}, which its user supplied"
        files[f"{name}.xml"] = message.text(words).encode()
        told[name] = {
            "message": shapes[name].message,
            "reports": message.reports,
            "validation": words,
            "rounded_figures": message.rounded,
            "left_out_for_want_of_a_path": message.left_out,
        }
    unused = [name for name in asked.xsd if name not in used]
    if unused:
        spaces = ", ".join(shapes[name].namespace for name in made.messages)
        raise InputError(f"xsd: {unused[0]} is of no message of this report, expected {spaces}")
    return told
