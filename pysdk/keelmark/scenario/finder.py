"""A report's search through the events: by name, by account, and worded as what a rule did."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from keelmark.events import Event
from keelmark.ledger.audit import Audit
from keelmark.reports.report import Bite
from keelmark.reports.tables import Names
from keelmark.types import GateReason

__all__ = ["Finder", "gate_words"]


def gate_words(gate: int) -> str:
    """The gate's reason in one phrase."""
    return f"gate {gate}, {GateReason(gate).name.lower().replace('_', ' ')}"


@dataclass(frozen=True, slots=True)
class Finder:
    """The events and what is needed to word them."""

    events: tuple[Event, ...]
    names: Names
    audit: Audit

    def named(self, *names: str) -> list[Event]:
        """Events of these names."""
        return [event for event in self.events if event.name in names]

    def retail(self, event: Event) -> bool:
        """Whether an event's account is a retail client's."""
        return self.audit.ledger.account(event.number("account")).retail

    def is_option(self, event: Event) -> bool:
        """Whether an event's instrument is an option."""
        return event.number("instrument") in self.audit.ledger.house.options

    def who(self, events: Iterable[Event]) -> str:
        """Whose accounts, each named once."""
        return ", ".join(
            dict.fromkeys(self.names.account(event.number("account")) for event in events)
        )

    def bite(self, title: str, rule: str, events: Sequence[Event], words: str) -> Bite:
        """A bite that rests on events."""
        places = tuple(f"block {event.block_number}, log {event.log_index}" for event in events)
        first = self.names.synthetic_from_block
        synthetic = bool(events) and all(event.block_number >= first for event in events)
        return Bite(title, rule, places, words if events else "", synthetic)
