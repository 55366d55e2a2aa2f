"""Every regulatory report of a period, from the events since the house's first.

A period's reports rest on all that came before it: who holds what, under which identifier, with how
many reports made. So events are folded from the first on, and rows are kept of the period alone.
"""

from __future__ import annotations

from bisect import bisect_right
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field

from keelmark.errors import InputError
from keelmark.events import Event
from keelmark.ledger.end_of_day import DayClock
from keelmark.reports.regulatory.life import LifeCycle, OpenPosition, Reported
from keelmark.reports.regulatory.liquidation import Liquidations
from keelmark.reports.regulatory.margin import margins
from keelmark.reports.regulatory.period import Scope
from keelmark.reports.regulatory.valuation import DAY_SECONDS, valuations

__all__ = ["Folded", "check_same", "fold_period"]

OF_TROUBLE = (
    "MarginCalled",
    "MarginCallEnded",
    "LossAllocated",
    "DebtRecorded",
    "DebtPaid",
    "DeficitExtinguished",
)
"""Events that the liquidation report's further tables are made of."""


@dataclass(slots=True)
class Folded:
    """What a period calls for, in chronological order."""

    life: LifeCycle
    clock: DayClock
    liquidations: Liquidations
    trades: list[Reported] = field(default_factory=list)
    """Of the period."""
    history: list[Reported] = field(default_factory=list)
    """Trade reports before it; only if they were asked for."""
    valuations: list[Reported] = field(default_factory=list)
    margins: list[Reported] = field(default_factory=list)
    matured: list[tuple[Event, OpenPosition]] = field(default_factory=list)
    trouble: list[Event] = field(default_factory=list)
    days: list[int] = field(default_factory=list)
    """That were valued: days since 1970-01-01."""


def fold_period(
    events: Iterable[Event],
    folded: Folded,
    scope: Scope,
    known: Sequence[tuple[int, int]],
    *,
    value_unfinished: bool,
    keep_history: bool = False,
) -> Folded:
    """Folds events into the reports of a period.

    Args:
        events: every reporting event up to the period's last block, in chain order, with times.
        folded: parts that have taken no event yet.
        scope: blocks of the period.
        known: height and time of every block whose time is known, by height.
        value_unfinished: whether a day that is not over at the last block is valued there; what
            is valued may then be other than at the day's end.
        keep_history: whether trade reports before the period are kept, to correct them.

    Raises:
        InputError: an event speaks of somebody or something that no event made known.
        UnknownAccount: an event speaks of an account that was never opened.
    """
    day: int | None = None
    for event in events:
        now = event.timestamp // DAY_SECONDS
        if day is not None and now > day:
            _close(folded, scope, known, range(day, now))
        day = now
        _apply(folded, event, scope, keep_history)
    if day is None:
        return folded
    _close(folded, scope, known, range(day, scope.last_day + 1))
    if scope.unfinished is not None and value_unfinished:
        days = range(scope.unfinished, scope.unfinished + 1)
        _close(folded, scope, known, days, complete=False)
    return folded


def _apply(folded: Folded, event: Event, scope: Scope, keep_history: bool) -> None:
    before = len(folded.life.matured)
    try:
        reports = list(folded.life.apply(event))
        folded.clock.apply(event)
        folded.liquidations.apply(event, reports)
    except KeyError as error:
        raise InputError(
            f"store: {event.name} in block {event.block_number} speaks of what no event before it "
            f"made known ({error.args[0]}), expected all rows from the house's first event on"
        ) from None
    if event.block_number < scope.first_block:
        if keep_history:
            folded.history += reports
        return
    folded.trades += reports
    folded.matured += folded.life.matured[before:]
    if event.name in OF_TROUBLE:
        folded.trouble.append(event)


def _close(
    folded: Folded,
    scope: Scope,
    known: Sequence[tuple[int, int]],
    days: Iterable[int],
    *,
    complete: bool = True,
) -> None:
    """Values the market at the end of days that belong to the period."""
    for day in days:
        if day < scope.first_time // DAY_SECONDS:
            continue
        after = (day + 1) * DAY_SECONDS
        place = bisect_right(known, after - 1, key=lambda block: block[1])
        if not place:
            continue
        block, time = known[place - 1]
        if time < day * DAY_SECONDS:
            # No block of the day is known: nothing happened on it, and it ended all the same.
            time = after - 1
        end = folded.clock.end(day, block, time, complete=complete)
        registers, positions = folded.life.registers, folded.life.positions
        folded.valuations += valuations(end, registers, positions)
        folded.margins += margins(end, registers)
        folded.days.append(day)


def check_same(folded: Folded) -> None:
    """Whether the ledger and the reports hold the same positions.

    Raises:
        InputError: they do not: the rows are not those of one house from its first event on.
    """
    ledger = {
        (number, instrument): held.size
        for number, book in folded.clock.market.ledger.accounts.items()
        for instrument, held in book.positions.items()
    }
    reported = {key: held.size for key, held in folded.life.positions.items()}
    if ledger != reported:
        raise InputError(
            "store: its rows do not add up to one house's positions, expected all of them from "
            "the house's first event on"
        )
