"""The period of a report: named by days, times or blocks, and what of it is final enough."""

from __future__ import annotations

from bisect import bisect_left, bisect_right
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, datetime

from keelmark.errors import InputError
from keelmark.reports.regulatory.fields import stamp_text

__all__ = ["Bound", "Period", "Scope", "parse_bound", "scope"]

_DAY_SECONDS = 86_400


@dataclass(frozen=True, slots=True)
class Bound:
    """One end of a period: a block or a second, both included."""

    text: str
    """As it was given."""
    block: int | None = None
    time: int | None = None
    """Unix seconds."""


@dataclass(frozen=True, slots=True)
class Period:
    """A period as it was asked for."""

    first: Bound
    last: Bound


@dataclass(frozen=True, slots=True)
class Scope:
    """The blocks of a period that a report is about."""

    first_block: int
    last_block: int
    """Both included."""
    first_time: int
    """Seconds: no event of the period is earlier."""
    last_time: int
    """Seconds: of the newest block that is known up to the last one."""
    cut: bool
    """Whether the period goes on beyond the last block that is final enough."""
    last_day: int
    """Days since 1970-01-01: the last day whose end is in the period and certain."""
    unfinished: int | None = None
    """The day after it, if the period goes on to its end and the blocks do not yet."""


def parse_bound(text: str, field: str) -> Bound:
    """An end of a period.

    Args:
        text: ``2020-03-12`` (a whole UTC day), ``2020-03-12T16:00:00Z`` or a block's height.
        field: ``from`` or ``to``; a day ends a period with its last second.

    Raises:
        InputError: it is none of these.
    """
    if text.isascii() and text.isdecimal():
        return Bound(text, block=int(text))
    shapes = (("%Y-%m-%d", 10), ("%Y-%m-%dT%H:%M:%SZ", 20))
    for shape, length in shapes:
        try:
            found = datetime.strptime(text, shape).replace(tzinfo=UTC)
        except ValueError:
            continue
        if len(text) != length:
            continue
        time = int(found.timestamp())
        if field == "to" and length == 10:
            time += _DAY_SECONDS - 1
        return Bound(text, time=time)
    raise InputError(
        f"{field}: expected a day such as 2020-03-12, a time such as 2020-03-12T16:00:00Z or a "
        f"block's height, not {text!r}"
    )


def scope(
    period: Period,
    known: Sequence[tuple[int, int]],
    *,
    first_block: int,
    final_block: int,
    finality: str,
) -> Scope:
    """The blocks of a period, as far as they are final enough.

    Args:
        period: as it was asked for.
        known: height and time of every block whose time is known, by height; none beyond the
            last one that is final enough.
        first_block: at which the readings began.
        final_block: the last block that was read and is final enough.
        finality: what the caller asks for, for the error's text.

    Raises:
        InputError: the period is turned round, or no block of it is final enough.
    """
    heights, times = [one[0] for one in known], [one[1] for one in known]
    first = _first(period.first, heights, times, first_block)
    if period.last.block is not None:
        last, wanted = period.last.block, True
    else:
        assert period.last.time is not None
        place = bisect_right(times, period.last.time)
        # Blocks between two known ones have no event; up to the later one none is of the period.
        last = heights[place - 1] if place else first_block - 1
        wanted = place < len(times)
    bounds = period.first, period.last
    if _turned(*bounds):
        raise InputError(f"to: {bounds[1].text} is before {bounds[0].text}, expected a later end")
    cut = last > final_block or not wanted
    last = min(last, final_block)
    if first > final_block or (last < first and not wanted):
        newest = bisect_right(heights, final_block) - 1
        when = f", of {stamp_text(times[newest])}" if newest >= 0 else ""
        raise InputError(
            f"period: it has no {finality} block from {bounds[0].text} to {bounds[1].text}, the "
            f"newest {finality} block that was read is {final_block}{when}"
        )
    if last < first and None in (period.first.time, period.last.time):
        raise InputError(f"to: {bounds[1].text} is before {bounds[0].text}, expected a later end")
    place = bisect_right(heights, last)
    last_time = times[place - 1] if place else 0
    next_time = times[place] if place < len(times) else None
    return Scope(
        first,
        last,
        _first_time(period.first, heights, times, first),
        last_time,
        cut,
        *_days(period.last, last_time, next_time, cut),
    )


def _days(bound: Bound, last_time: int, next_time: int | None, cut: bool) -> tuple[int, int | None]:
    """The last day whose end is in a period and certain, and the one that goes on."""
    today = last_time // _DAY_SECONDS
    wanted = today if bound.time is None else (bound.time + 1) // _DAY_SECONDS - 1
    if next_time is not None:
        # A day is over where a later block is of another one.
        return min(wanted, next_time // _DAY_SECONDS - 1), None
    return min(wanted, today - 1), today if cut and wanted >= today else None


def _first(bound: Bound, heights: Sequence[int], times: Sequence[int], earliest: int) -> int:
    if bound.block is not None:
        return max(bound.block, earliest)
    assert bound.time is not None
    place = bisect_left(times, bound.time)
    return max(heights[place - 1] + 1 if place else earliest, earliest)


def _first_time(bound: Bound, heights: Sequence[int], times: Sequence[int], first: int) -> int:
    if bound.time is not None:
        return bound.time
    place = bisect_left(heights, first)
    return times[place] if place < len(times) else 0


def _turned(first: Bound, last: Bound) -> bool:
    """Whether both ends are of one sort and the last is before the first."""
    if first.block is not None and last.block is not None:
        return last.block < first.block
    if first.time is not None and last.time is not None:
        return last.time < first.time
    return False
