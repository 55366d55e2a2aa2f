"""What the party registry holds for everybody: halts, barred instruments, risk warnings, and how
old the sanctions list is."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import ClassVar, TypeAlias

from keelmark.events import Event
from keelmark.margin.words import unpack_hold_mandate
from keelmark.types import HoldMandate

__all__ = ["Checked", "MarketRules", "Warned"]

Checked: TypeAlias = tuple[str, int, int]
"""What was checked, the reported value, and the expected one."""


@dataclass(frozen=True, slots=True)
class Warned:
    """A jurisdiction's newest risk warning."""

    edition: int
    effective_at: int
    """Seconds; from then on no earlier edition counts."""
    text_hash: bytes
    """keccak256 of the text in UTF-8."""


@dataclass(slots=True)
class MarketRules:
    """What holds for everybody, as the events leave it."""

    halted_until: int = 0
    """Seconds at which the last halt ends, or ended; 0 if there has been none."""
    list_time: int = 0
    """Seconds: the sanctions list's time as the gate knows it."""
    as_of: int = 0
    """Seconds: the sanctions list's own time, by its events."""
    bars: dict[int, tuple[int, ...]] = field(default_factory=dict)
    """Instrument to the jurisdictions in which it is barred: two ASCII letters, big-endian."""
    bar_mandates: dict[tuple[int, int], HoldMandate] = field(default_factory=dict)
    """Instrument and jurisdiction to who barred it, and by when that is reviewed."""
    warnings: dict[int, Warned] = field(default_factory=dict)
    """Jurisdiction to its newest risk warning."""

    names: ClassVar = (
        "TradingHalted",
        "TradingResumed",
        "InstrumentBarred",
        "InstrumentCleared",
        "ListSynced",
        "WarningPublished",
    )
    """Events that are folded here."""

    def bars_word(self, instrument: int) -> int:
        """The jurisdictions in which an instrument is barred, as the contract packs them."""
        found = self.bars.get(instrument, ())
        return sum(letters << 16 * place for place, letters in enumerate(found))

    def apply(self, event: Event) -> Iterator[Checked]:
        """Folds one event of `names` and answers what was checked."""
        if event.name == "TradingHalted":
            until = event.number("until")
            yield "longer", int(until > self.halted_until), 1
            self.halted_until = until
        elif event.name == "TradingResumed":
            until = event.number("until")
            yield "shorter", int(until < self.halted_until), 1
            self.halted_until = until
        elif event.name == "InstrumentBarred":
            yield from self._barred(event)
        elif event.name == "InstrumentCleared":
            yield from self._cleared(event)
        elif event.name == "ListSynced":
            time = event.number("as_of")
            yield "synced before", int(time == self.list_time), 0
            yield "time of the list", time, self.as_of
            self.list_time = time
        elif event.name == "WarningPublished":
            letters, edition = event.number("jurisdiction"), event.number("edition")
            known = self.warnings.get(letters)
            yield "edition", edition, (known.edition if known else 0) + 1
            made = Warned(edition, event.number("effective_at"), event.word("text_hash"))
            self.warnings[letters] = made

    def _barred(self, event: Event) -> Iterator[Checked]:
        instrument, letters = event.number("instrument"), event.number("jurisdiction")
        known = self.bars.get(instrument, ())
        yield "barred before", int(letters in known), 0
        self.bars[instrument] = (*known, letters)
        mandate = unpack_hold_mandate(event.number("mandate"))
        self.bar_mandates[instrument, letters] = mandate

    def _cleared(self, event: Event) -> Iterator[Checked]:
        instrument, letters = event.number("instrument"), event.number("jurisdiction")
        known = self.bars.get(instrument, ())
        yield "barred before", int(letters in known), 1
        self.bars[instrument] = tuple(one for one in known if one != letters)
        self.bar_mandates.pop((instrument, letters), None)
