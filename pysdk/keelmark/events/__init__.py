"""Reporting events: what each one says, and how a log becomes one."""

from keelmark.events.decode import ALL_EVENTS, BY_NAME, BY_TOPIC, decode, encode
from keelmark.events.model import Event, EventSpec, Field, Source, Unit
from keelmark.events.table import markdown

__all__ = [
    "ALL_EVENTS",
    "BY_NAME",
    "BY_TOPIC",
    "Event",
    "EventSpec",
    "Field",
    "Source",
    "Unit",
    "decode",
    "encode",
    "markdown",
]
