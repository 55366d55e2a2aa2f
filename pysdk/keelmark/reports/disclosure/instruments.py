"""What each instrument is, from the events that registered and listed it."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import UTC, datetime

from keelmark.events import Event
from keelmark.margin.words import unpack_instrument, unpack_option
from keelmark.reports.table import money_text
from keelmark.types import Kind
from keelmark.units import WAD

__all__ = ["InstrumentBook", "InstrumentFacts"]

EVENTS = (
    "UnderlierRegistered",
    "InstrumentRegistered",
    "UpiAssigned",
    "InstrumentListed",
    "OptionListed",
    "InstrumentSettled",
    "OptionExercised",
)
"""The events that `InstrumentBook.apply` heeds."""


@dataclass(slots=True)
class InstrumentFacts:
    """One instrument."""

    instrument: int
    underlier: int
    """Id of the underlier, which is also its feed."""
    symbol: str
    """Of the underlier."""
    dti: str
    """Digital token identifier of the underlier, ISO 24165; empty if it is no token."""
    kind: Kind
    expiry: int
    """Unix seconds; 0 for a perpetual."""
    strike: int
    """Wad; 0 if it is no option."""
    call: bool | None
    """None if it is no option."""
    cfi: str
    upi: str
    currency: str
    """Settlement currency as the registry has it."""
    lot: int
    """Wad of the underlier."""
    listed: bool = False
    """Whether the house trades it."""
    settled_at: int = 0
    """When it got its settlement price, Unix seconds; 0 if it has none yet."""

    @property
    def name(self) -> str:
        """For people: ``BTC perpetual`` or ``BTC put 7,000 2020-03-13``."""
        if self.kind == Kind.PERPETUAL:
            return f"{self.symbol} perpetual"
        day = datetime.fromtimestamp(self.expiry, UTC).strftime("%Y-%m-%d")
        if self.kind == Kind.DATED_FUTURE:
            return f"{self.symbol} future {day}"
        strike = money_text(self.strike, 0 if self.strike % WAD == 0 else 2)
        return f"{self.symbol} {'call' if self.call else 'put'} {strike} {day}"

    def reference(self, price: int) -> int:
        """What one unit's notional is at a price, wad: the price, or an option's strike."""
        return self.strike if self.kind == Kind.OPTION else price


@dataclass(slots=True)
class InstrumentBook:
    """Every instrument that events have spoken of."""

    facts: dict[int, InstrumentFacts] = field(default_factory=dict)
    underliers: dict[int, tuple[str, str]] = field(default_factory=dict)
    """Underlier to its symbol and its DTI."""

    def apply(self, event: Event) -> None:
        """Takes what an event says of an instrument; others change nothing."""
        if event.name not in EVENTS:
            return
        if event.name == "UnderlierRegistered":
            texts = _text(event.word("symbol")), _text(event.word("dti"))
            self.underliers[event.number("underlier")] = texts
            return
        number = event.number("instrument")
        if event.name == "InstrumentRegistered":
            self._registered(number, event)
            return
        if event.name == "InstrumentListed" and number not in self.facts:
            self._unregistered(number, event)
        facts = self.facts[number]
        if event.name == "UpiAssigned":
            facts.upi = _text(event.word("upi"))
        elif event.name == "InstrumentListed":
            facts.listed = True
        elif event.name == "OptionListed":
            option = unpack_option(event.number("word"))
            facts.strike, facts.call = option.strike, option.call
        else:
            facts.settled_at = event.timestamp

    def _registered(self, number: int, event: Event) -> None:
        underlier = event.number("underlier")
        symbol, dti = self.underliers.get(underlier, (f"underlier {underlier}", ""))
        kind, cfi = Kind(event.number("kind")), _text(event.word("cfi"))
        self.facts[number] = InstrumentFacts(
            instrument=number,
            underlier=underlier,
            symbol=symbol,
            dti=dti,
            kind=kind,
            expiry=event.number("expiry"),
            strike=event.number("strike"),
            call=cfi[1:2] == "C" if kind == Kind.OPTION else None,
            cfi=cfi,
            upi=_text(event.word("upi")),
            currency=_text(event.word("settlement_currency")),
            lot=int(10 ** event.number("lot_exp")),
        )

    def _unregistered(self, number: int, event: Event) -> None:
        """An instrument whose registration is not among the rows: what its word says."""
        word = unpack_instrument(event.number("word"))
        symbol, dti = self.underliers.get(word.feed, (f"underlier {word.feed}", ""))
        kind = Kind(word.kind)
        expiry = 0 if kind == Kind.PERPETUAL else word.time
        option = None if kind != Kind.OPTION else False
        self.facts[number] = InstrumentFacts(
            number, word.feed, symbol, dti, kind, expiry, 0, option, "", "", "", word.lot
        )

    def name(self, number: int) -> str:
        """An instrument's name, or its id."""
        found = self.facts.get(number)
        return found.name if found else f"instrument {number}"


def _text(word: bytes) -> str:
    """Left-aligned ASCII of a word."""
    return word.rstrip(b"\0").decode("ascii", "replace")
