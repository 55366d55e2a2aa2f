"""The life of every contract as the reports that it calls for, event by event.

The house nets whatever an account trades in an instrument into one position, of every kind. So each
leg of a fill is reported at transaction level and, included in its position on the same day, as a
position component (POSC); the position follows at once at its own level (PSTN), with an identifier
of its own: new (NEWT), or changed by the inclusion (MODI), event type INCP. Legs of a match have
each a UTI of the house, and the match itself stands as prior UTI.

| what happens | reports |
|---|---|
| a fill, each side | POSC/TRAD, of an authorised CCP POSC/CLRG; then the position |
| the position was flat | NEWT/INCP |
| it grows or shrinks | MODI/INCP |
| it becomes flat | TERM/ETRM with the early termination date |
| it turns over | TERM/ETRM of the old one, NEWT/INCP of the new |
| part of it is taken over in liquidation | MODI/ETRM: a position goes on, smaller |
| all of it is taken over | TERM/ETRM |
| somebody takes over | POSC/NOVA (step-in), then the position |
| compulsory close against an opposite position | both positions TERM/ETRM or MODI/ETRM |
| an option pays at expiry | TERM/EXER |
| a future or a worthless option expires | none: it matured, and stands in `matured` |
| the house becomes or ceases to be a CCP, a product gets its UPI | MODI/UPDT of open positions |
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from typing import ClassVar

from keelmark.events import Event
from keelmark.margin.words import unpack_execution
from keelmark.reports.regulatory.fields import Row, date_text, stamp_text
from keelmark.reports.regulatory.registers import Product, Registers
from keelmark.reports.regulatory.sides import party_cells, position_uti, word_text
from keelmark.reports.regulatory.terms import (
    MONETARY,
    Venue,
    contract_cells,
    option_notional,
    standing_cells,
    traded_notional,
)
from keelmark.reports.tables import MODES
from keelmark.types import Execution
from keelmark.units import WAD

__all__ = ["LifeCycle", "OpenPosition", "Reported"]


@dataclass(slots=True)
class OpenPosition:
    """A position that is reported and has not ended."""

    uti: str
    account: int
    instrument: int
    size: int
    """Wad, positive long."""
    cost: int
    """Entry price times quantity, scale 1e36, at least 0; what is reduced takes its part."""
    opened: int
    """Seconds; when it was opened."""
    sequence: int = 0
    """Reports of it so far."""


@dataclass(frozen=True, slots=True)
class Reported:
    """One report with the moment that it belongs to."""

    block_number: int
    log_index: int
    time: int
    """Seconds; of the event that it reports."""
    row: Row


@dataclass(slots=True)
class LifeCycle:
    """Folds events of a house and its registries into reports, in chain order."""

    venue: Venue
    registers: Registers
    positions: dict[tuple[int, int], OpenPosition] = field(default_factory=dict)
    """Account and instrument to the open position."""
    legs: dict[tuple[int, int], Event] = field(default_factory=dict)
    """Legs of a take-over that has not been reported yet, by account and instrument."""
    payoffs: dict[int, int] = field(default_factory=dict)
    """Exercised option to what one unit paid, wad."""
    prices: dict[int, int] = field(default_factory=dict)
    """Settled instrument to its settlement price, wad."""
    matured: list[tuple[Event, OpenPosition]] = field(default_factory=list)
    """Positions that ended by reaching their expiry, which needs no report."""

    def apply(self, event: Event) -> Iterator[Reported]:
        """Takes one event and answers the reports that it calls for.

        Raises:
            InputError: an account or instrument that no event made known.
        """
        cleared = self.registers.cleared
        self.registers.apply(event)
        handler = self.handlers.get(event.name)
        if handler is not None:
            yield from handler(self, event)
        elif event.name in ("CcpAuthorised", "CcpWithdrawn"):
            if self.registers.cleared != cleared:
                yield from self._updated(event, self.positions.values())
        elif event.name == "UpiAssigned":
            number = event.number("instrument")
            held = (one for one in self.positions.values() if one.instrument == number)
            yield from self._updated(event, held)

    # Trades and take-overs

    def _leg(self, event: Event) -> Iterator[Reported]:
        mode = unpack_execution(event.number("execution")).mode
        if mode != Execution.TRADE:
            # Which of the two legs is the liquidated account's, the next event but one says.
            self.legs[event.number("account"), event.number("instrument")] = event
            return
        yield from self._included(event, "CLRG" if self.registers.cleared else "TRAD")

    def _taken_over(self, event: Event) -> Iterator[Reported]:
        number, mode = event.number("instrument"), event.number("mode")
        loser = self.legs.pop((event.number("account"), number))
        taker = self.legs.pop((event.number("taker"), number))
        yield from self._cut(loser)
        if mode == Execution.COMPULSORY:
            yield from self._cut(taker)
        else:
            yield from self._included(taker, "NOVA")

    def _included(self, leg: Event, event_type: str) -> Iterator[Reported]:
        """A new contract and the position that it goes into."""
        before, after = self._sizes(leg)
        uti = word_text(leg.word("uti"))
        key = (leg.number("account"), leg.number("instrument"))
        held = self.positions.get(key)
        turned = before != 0 and after != 0 and (before > 0) != (after > 0)
        into = position_uti(uti) if held is None or turned else held.uti
        yield self._component(leg, event_type, into)
        if held is not None and (turned or not after):
            yield self._ended(leg, held)
            held = None
        if not after:
            return
        if held is None:
            held = OpenPosition(into, *key, after, abs(after) * leg.number("price"), leg.timestamp)
            self.positions[key] = held
            yield self._position(leg, held, "NEWT", "INCP")
            return
        self._resize(held, leg, after)
        yield self._position(leg, held, "MODI", "INCP")

    def _cut(self, leg: Event) -> Iterator[Reported]:
        """A position that others end, in part or whole, before its time."""
        _, after = self._sizes(leg)
        held = self.positions[leg.number("account"), leg.number("instrument")]
        if not after:
            # Early liquidation is TERM/ETRM (DRR, CDE v3 2.3).
            yield self._ended(leg, held)
            return
        self._resize(held, leg, after)
        yield self._position(leg, held, "MODI", "ETRM")

    def _ended(self, leg: Event, held: OpenPosition) -> Reported:
        del self.positions[held.account, held.instrument]
        found = self._position(leg, held, "TERM", "ETRM")
        found.row["early_termination_date"] = date_text(leg.timestamp)
        return found

    @staticmethod
    def _sizes(leg: Event) -> tuple[int, int]:
        """Of the position, before and after a leg."""
        after = leg.number("position_size")
        return after - leg.number("size"), after

    @staticmethod
    def _resize(held: OpenPosition, leg: Event, after: int) -> None:
        gone = abs(held.size) - abs(after)
        if gone > 0:
            held.cost -= held.cost * gone // abs(held.size)
        else:
            held.cost += abs(leg.number("size")) * leg.number("price")
        held.size = after

    # Ends and updates

    def _settled(self, event: Event) -> Iterator[Reported]:
        self.prices[event.number("instrument")] = event.number("price")
        if event.name == "OptionExercised":
            self.payoffs[event.number("instrument")] = event.number("payoff")
        yield from ()

    def _paid_out(self, event: Event) -> Iterator[Reported]:
        held = self.positions.pop((event.number("account"), event.number("instrument")))
        if self.payoffs.get(held.instrument):
            yield self._position(event, held, "TERM", "EXER")
        else:
            self.matured.append((event, held))

    def _updated(self, event: Event, held: Iterable[OpenPosition]) -> Iterator[Reported]:
        for one in list(held):
            yield self._position(event, one, "MODI", "UPDT")

    # Rows

    def _component(self, leg: Event, event_type: str, into: str) -> Reported:
        """A leg at transaction level."""
        product = self.registers.product(leg.number("instrument"))
        size, price, uti = leg.number("size"), leg.number("price"), word_text(leg.word("uti"))
        row = self._common(leg, product, leg.number("account"), size)
        row |= self._of_leg(leg) | {
            "sequence": 1,
            "action_type": "POSC",
            "event_type": event_type,
            "level": "TCTN",
            "uti": uti,
            "prior_uti": word_text(leg.word("prior_uti")),
            "subsequent_uti": into,
            "execution_timestamp": stamp_text(leg.timestamp),
            "effective_date": date_text(leg.timestamp),
        }
        if product.option:
            row |= {
                "premium": abs(size) * price // WAD,
                "premium_currency": product.currency,
                # Paid in cash in the very transaction of the trade.
                "premium_date": date_text(leg.timestamp),
                "notional": option_notional(product.strike, size),
            }
        else:
            row |= _priced(product, price)
            row["notional"] = traded_notional(abs(size) * price)
        return Reported(leg.block_number, leg.log_index, leg.timestamp, row)

    def _position(self, event: Event, held: OpenPosition, action: str, why: str) -> Reported:
        """A position at its own level, as it is; of one that ended, as it last was."""
        product = self.registers.product(held.instrument)
        held.sequence += 1
        row = self._common(event, product, held.account, held.size)
        row |= self._of_leg(event) | {
            "sequence": held.sequence,
            "action_type": action,
            "event_type": why,
            "level": "PSTN",
            "uti": held.uti,
            "execution_timestamp": stamp_text(held.opened),
            "effective_date": date_text(held.opened),
        }
        if product.option:
            row["notional"] = option_notional(product.strike, held.size)
        else:
            row |= _priced(product, held.cost // abs(held.size))
            row["notional"] = traded_notional(held.cost)
        return Reported(event.block_number, event.log_index, event.timestamp, row)

    def _of_leg(self, event: Event) -> Row:
        """What only a leg has: how it came about, and its UTI."""
        if event.name != "TradeReported":
            return {}
        mode = Execution(unpack_execution(event.number("execution")).mode)
        found: Row = {"execution": MODES[mode], "leg_uti": word_text(event.word("uti"))}
        if mode != Execution.TRADE:
            # 2.110 links everybody's reports of one take-over.
            found["event_identifier"] = word_text(event.word("prior_uti"))
        return found

    def _common(self, event: Event, product: Product, account: int, size: int) -> Row:
        row: Row = {
            "block_number": event.block_number,
            "log_index": event.log_index,
            "account": account,
            "instrument": product.instrument,
            "event_timestamp": stamp_text(event.timestamp),
            "quantity": abs(size),
        }
        row |= contract_cells(product, self.venue)
        row |= standing_cells(self.registers, self.venue, account)
        row |= party_cells(self.registers, account, size)
        if product.option and product.instrument in self.registers.deltas:
            row["delta"] = self.registers.deltas[product.instrument]
        return row

    handlers: ClassVar[Mapping[str, Callable[[LifeCycle, Event], Iterator[Reported]]]] = {
        "TradeReported": _leg,
        "PositionLiquidated": _taken_over,
        "InstrumentSettled": _settled,
        "OptionExercised": _settled,
        "PositionSettled": _paid_out,
    }


def _priced(product: Product, price: int) -> Row:
    """2.50 to 2.52; an option's price is its premium, which has fields of its own."""
    return {
        "price": price,
        "price_currency": product.currency,
        "price_notation": MONETARY,
    }
