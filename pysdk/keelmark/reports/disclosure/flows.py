"""What happened in a day: matches, take-overs, margin calls and losses, added up exactly.

A match makes two legs; it is counted once, by the buyer's. Take-overs of positions in default make
legs too, and are no volume: they are counted by the report of the take-over. A product of size and
price has 36 decimals and is added whole; it is rounded down once, when a figure is published.
"""

from __future__ import annotations

from collections import defaultdict
from dataclasses import dataclass, field

from keelmark.events import Event
from keelmark.margin.words import unpack_execution
from keelmark.reports.disclosure.instruments import InstrumentBook
from keelmark.types import Execution
from keelmark.units import WAD

__all__ = ["DAY", "EVENTS", "Calls", "Flows", "Losses", "TakeOvers", "Volume", "day_of"]

DAY = 86_400
"""Seconds of a UTC day; Unix time has no leap seconds."""

EVENTS = (
    "TradeReported",
    "PositionLiquidated",
    "MarginCalled",
    "MarginCallEnded",
    "LossAllocated",
    "DebtRecorded",
    "DebtPaid",
    "DeficitExtinguished",
    "LossCovered",
    "GainScaled",
)
"""The events that `Flows.apply` counts."""


def day_of(seconds: int) -> int:
    """The UTC day of a time, in days since 1970-01-01."""
    return seconds // DAY


@dataclass(slots=True)
class Volume:
    """Matches of one instrument in one day."""

    matches: int = 0
    size: int = 0
    """Wad of the underlier."""
    turnover_1e36: int = 0
    """Size times trade price; of an option the premium."""
    notional_1e36: int = 0
    """As reported: size times trade price; of an option size times strike."""

    @property
    def turnover(self) -> int:
        """Wad of money, rounded down."""
        return self.turnover_1e36 // WAD

    @property
    def notional(self) -> int:
        """Wad of money, rounded down."""
        return self.notional_1e36 // WAD


@dataclass(slots=True)
class TakeOvers:
    """Positions of one instrument taken over in one day and one way."""

    count: int = 0
    size: int = 0
    """Wad of the underlier."""
    notional_1e36: int = 0
    """Size times mark; of an option size times strike."""
    penalty: int = 0
    """Wad of money, from those in default to the takers."""
    accounts: set[int] = field(default_factory=set)

    @property
    def notional(self) -> int:
        """Wad of money, rounded down."""
        return self.notional_1e36 // WAD


@dataclass(slots=True)
class Calls:
    """Margin calls of one day."""

    issued: int = 0
    ended: int = 0
    """Met, or ended as the account was covered again."""
    shortfall: int = 0
    """Sum over the calls issued of what was lacking, wad."""
    accounts: set[int] = field(default_factory=set)


@dataclass(slots=True)
class Losses:
    """Losses of one day by who bore them, wad of money."""

    deficit: int = 0
    from_member_cash: int = 0
    from_member_share: int = 0
    from_house: int = 0
    from_others: int = 0
    uncovered: int = 0
    extinguished: int = 0
    """Deficits of retail clients that nobody owes any more."""
    debts_recorded: int = 0
    debts_paid: int = 0
    covered_later: int = 0
    """Paid by somebody for a loss that no layer had covered."""
    gains_scaled: int = 0
    """Unpaid gains that were given up for an uncovered loss."""


_LAYERS = (
    "deficit",
    "from_member_cash",
    "from_member_share",
    "from_house",
    "from_others",
    "uncovered",
)
_AMOUNTS = {
    "DebtRecorded": "debts_recorded",
    "DebtPaid": "debts_paid",
    "DeficitExtinguished": "extinguished",
    "LossCovered": "covered_later",
    "GainScaled": "gains_scaled",
}


@dataclass(slots=True)
class Flows:
    """What happened on each day, by instrument where there is one."""

    instruments: InstrumentBook
    volume: dict[tuple[int, int], Volume] = field(default_factory=lambda: defaultdict(Volume))
    """Day and instrument to matches."""
    take_overs: dict[tuple[int, int, int], TakeOvers] = field(
        default_factory=lambda: defaultdict(TakeOvers)
    )
    """Day, instrument and `Execution` to take-overs."""
    calls: dict[int, Calls] = field(default_factory=lambda: defaultdict(Calls))
    losses: dict[int, Losses] = field(default_factory=lambda: defaultdict(Losses))

    def apply(self, event: Event) -> None:
        """Counts one event; others change nothing. The instruments must know it already."""
        day = day_of(event.timestamp)
        if event.name == "TradeReported":
            self._trade(day, event)
        elif event.name == "PositionLiquidated":
            self._take_over(day, event)
        elif event.name in ("MarginCalled", "MarginCallEnded"):
            self._call(self.calls[day], event)
        elif event.name == "LossAllocated":
            losses = self.losses[day]
            for name in _LAYERS:
                setattr(losses, name, getattr(losses, name) + event.number(name))
        elif event.name in _AMOUNTS:
            losses, name = self.losses[day], _AMOUNTS[event.name]
            setattr(losses, name, getattr(losses, name) + event.number("amount"))

    def _trade(self, day: int, event: Event) -> None:
        size = event.number("size")
        mode = unpack_execution(event.number("execution")).mode
        if size <= 0 or mode != Execution.TRADE:
            return
        number, price = event.number("instrument"), event.number("price")
        volume = self.volume[day, number]
        volume.matches += 1
        volume.size += size
        volume.turnover_1e36 += size * price
        volume.notional_1e36 += size * self.instruments.facts[number].reference(price)

    def _take_over(self, day: int, event: Event) -> None:
        number, size, mark = (event.number(name) for name in ("instrument", "size", "mark"))
        found = self.take_overs[day, number, event.number("mode")]
        found.count += 1
        found.size += size
        found.notional_1e36 += size * self.instruments.facts[number].reference(mark)
        found.penalty += event.number("penalty")
        found.accounts.add(event.number("account"))

    @staticmethod
    def _call(calls: Calls, event: Event) -> None:
        if event.name == "MarginCallEnded":
            calls.ended += 1
            return
        calls.issued += 1
        # An account that owes cash may be called although its collateral covers the requirement.
        calls.shortfall += max(0, event.number("initial_margin") - event.number("equity"))
        calls.accounts.add(event.number("account"))
