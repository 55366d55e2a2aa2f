"""All detectors of the market together, and which of them are on."""

from __future__ import annotations

from typing import Final

from keelmark.errors import KeelmarkError
from keelmark.events import Event
from keelmark.monitor.accounts import account_signals, overdue_calls
from keelmark.monitor.books import Books
from keelmark.monitor.holds import held_signals
from keelmark.monitor.loosening import loosened_signals
from keelmark.monitor.market import market_signals, thresholds
from keelmark.monitor.moment import Moment
from keelmark.monitor.prices import overdue_reviews, stale_list, stale_prices
from keelmark.monitor.rules import Rules
from keelmark.monitor.signals import Place, Signal

__all__ = ["LEVELS", "TIMED", "NotFollowing", "conditions", "occurrences"]

TIMED: Final = frozenset(("stale_price", "stale_sanctions_list", "review_overdue", "call_overdue"))
"""Detectors that time alone sets off."""

LEVELS: Final = TIMED | {
    "near_close_out",
    "below_close_out",
    "margin_shortfall",
    "retail_leverage",
    "concentration",
    "backstop_exhausted",
    "loss_uncovered",
    "threshold",
}
"""Detectors of conditions, looked at at every price and at every block's end."""


def conditions(moment: Moment, rules: Rules, *, by_time: bool) -> list[Signal]:
    """What is the matter at a moment, by every detector that is on.

    Args:
        moment: the market.
        rules: levels and severities.
        by_time: only the detectors of `TIMED`; else all of `LEVELS`.
    """
    said: list[Signal] = [
        *stale_prices(moment, rules),
        *stale_list(moment, rules),
        *overdue_reviews(moment, rules),
        *overdue_calls(moment, rules),
    ]
    if not by_time:
        said += account_signals(moment, rules)
        said += market_signals(moment, rules)
    on = [one for one in said if rules.section(one.detector).enabled]
    if not by_time:
        on += thresholds(moment, rules)
    return on


def occurrences(event: Event, books: Books, rules: Rules) -> list[Signal]:
    """What an event itself tells, by every detector that is on.

    Args:
        event: the next one.
        books: before it.
        rules: severities.
    """
    said = (*held_signals(event, books, rules), *loosened_signals(event, books, rules))
    return [one for one in said if rules.section(one.detector).enabled]


class NotFollowing(KeelmarkError):
    """No market follows from the rows: some of them are missing."""

    def __init__(self, event: str, place: Place, cause: Exception) -> None:
        """
        Args:
            event: name of the first one that does not fit.
            place: where it stands.
            cause: what was raised.
        """
        self.event = event
        self.place = place
        super().__init__(
            f"monitor: no market follows from the rows up to {event}, log {place.log_index} of "
            f"block {place.block_number} ({cause}), expected the store to have every one"
        )

    def signals(self, rules: Rules) -> list[Signal]:
        """The alert that goes out before the monitor stops."""
        if not rules.broken_sequence.enabled:
            return []
        return [
            Signal(
                detector="broken_sequence",
                subject=self.event,
                sentence=str(self).removeprefix("monitor: "),
                severity=rules.broken_sequence.severity,
                once=True,
            )
        ]
