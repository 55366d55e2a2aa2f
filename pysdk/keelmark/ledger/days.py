"""A disclosure from a store's events: the market folded from its first event, closed day by day.

The close of a UTC day is the state after its last block. Blocks without a row or a remembered
header are not known to a store, and so the last block that it knows of the day stands for the last
one: positions are the same, since nothing was reported in between, and equity is that of its time.
"""

from __future__ import annotations

from bisect import bisect_left
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field

from keelmark.errors import InputError
from keelmark.events import Event
from keelmark.ledger.running import RunningMarket
from keelmark.reports.disclosure.flows import DAY, Flows, day_of
from keelmark.reports.disclosure.model import Basis, Disclosure
from keelmark.reports.disclosure.tables import Rows, day_text
from keelmark.reports.disclosure.words import notes

__all__ = ["disclose"]


@dataclass(slots=True)
class _Days:
    """Closes each day once, when the first event of a later one comes."""

    market: RunningMarket
    rows: Rows
    known: Sequence[tuple[int, int]]
    """Height and time of blocks besides those of events, by height."""
    over_before: int
    """Time of the last block: days that end by then are over."""
    final: int
    """The last day that is closed."""
    next_day: int | None
    """The day to close next; None before the first trade."""
    newest: tuple[int, int] = field(default=(0, 0))
    """Height and time of the last event's block."""

    def close_before(self, day: int) -> None:
        """Closes what is open of the days before one; days before the first block have no row."""
        while self.next_day is not None and self.next_day < min(day, self.final + 1):
            end = (self.next_day + 1) * DAY
            place = bisect_left(self.known, end, key=lambda block: block[1])
            block, time = max(self.newest, self.known[place - 1]) if place else self.newest
            if time:
                complete = self.over_before >= end
                self.rows.close(self.market.close(self.next_day, block, time, complete=complete))
            self.next_day += 1


def disclose(
    events: Iterable[Event],
    market: RunningMarket,
    basis: Basis,
    *,
    known_blocks: Sequence[tuple[int, int]] = (),
    first_day: int | None = None,
    last_day: int | None = None,
) -> Disclosure:
    """The public disclosure of a period.

    Args:
        events: every reporting event up to the basis's last block, in chain order, with times.
        market: a market that has taken no event yet.
        basis: what the figures stand on.
        known_blocks: height and time of blocks that are known besides those of the events, by
            height; those beyond the basis's last block are left out.
        first_day: days since 1970-01-01; that of the first trade if None.
        last_day: included; the last known one if None.

    Raises:
        InputError: no block of the period is known at the basis's finality.
        UnknownAccount: an event speaks of an account that was never opened.
        KeyError: an event speaks of an instrument that was never listed.
    """
    newest = day_of(basis.last_time)
    final = newest if last_day is None else min(last_day, newest)
    if first_day is not None and first_day > final:
        raise InputError(
            f"from: {day_text(first_day)}, expected a day not after {day_text(final)}, the last "
            f"one with a {basis.finality} block"
        )
    flows, rows = Flows(market.instruments), Rows(market.instruments)
    known = [block for block in known_blocks if block[0] <= basis.last_block]
    days = _Days(market, rows, known, basis.last_time, final, first_day)
    first = first_day
    for event in events:
        day = day_of(event.timestamp)
        if first is None and event.name == "TradeReported":
            days.next_day = first = min(day, final)
        days.close_before(day)
        market.apply(event)
        flows.apply(event)
        days.newest = (event.block_number, event.timestamp)
    if first is None:
        days.next_day = first = final
    days.close_before(final + 1)
    return Disclosure(basis, first, final, rows.tables(flows, first, final), notes(basis))
