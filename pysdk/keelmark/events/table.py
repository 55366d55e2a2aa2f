"""The tables as Markdown, for the documentation of the contracts."""

from __future__ import annotations

from collections.abc import Iterable

from keelmark.events.decode import ALL_EVENTS
from keelmark.events.model import EventSpec


def event_table(spec: EventSpec) -> str:
    """One event as a Markdown table: field, type, unit, CDE number, note."""
    lines = [
        f"### {spec.name}",
        "",
        f"{spec.meaning} Emitted by: {spec.source.value}.",
        "",
        "| field | type | unit | CDE | note |",
        "|---|---|---|---|---|",
    ]
    for place, field in enumerate(spec.fields):
        kind = f"{field.type}, indexed" if place < 2 else field.type
        row = (f"`{field.name}`", kind, field.unit.value, field.cde or "", field.note)
        lines.append(f"| {' | '.join(row)} |")
    return "\n".join(lines)


def markdown(specs: Iterable[EventSpec] = ALL_EVENTS) -> str:
    """Every event, one table each."""
    return "\n\n".join(event_table(spec) for spec in specs) + "\n"
