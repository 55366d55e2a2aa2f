"""Periods: how they are named, which blocks they are, and what of them is final."""

from __future__ import annotations

import pytest

from keelmark.errors import InputError
from keelmark.reports.regulatory.period import Bound, Period, Scope, parse_bound, scope

MIDNIGHT = 1_583_971_200
"""12 March 2020."""
KNOWN = [
    (100, MIDNIGHT - 3600),
    (110, MIDNIGHT + 60),
    (120, MIDNIGHT + 43_200),
    (130, MIDNIGHT + 86_399),
    (140, MIDNIGHT + 86_400 + 5),
]
"""Blocks with events; those between have none."""


def made(first: str, last: str, final: int = 140, finality: str = "finalized") -> Scope:
    """The scope of a period in these blocks."""
    period = Period(parse_bound(first, "from"), parse_bound(last, "to"))
    known = [block for block in KNOWN if block[0] <= final]
    return scope(period, known, first_block=90, final_block=final, finality=finality)


@pytest.mark.parametrize(
    ("text", "field", "block", "time"),
    [
        ("2020-03-12", "from", None, MIDNIGHT),
        ("2020-03-12", "to", None, MIDNIGHT + 86_399),
        ("2020-03-12T16:00:00Z", "to", None, MIDNIGHT + 57_600),
        ("0", "from", 0, None),
        ("19500000", "to", 19_500_000, None),
    ],
)
def test_default_behavior(text: str, field: str, block: int | None, time: int | None) -> None:
    """A day ends with its last second; a time and a block are what they say."""
    assert parse_bound(text, field) == Bound(text, block, time)


@pytest.mark.parametrize(
    "text",
    [
        "",
        "yesterday",
        "2020-3-2",
        "2020-03-12T16:00",
        "2020-02-30",
        "-5",
        "12.5",
        "١٢",
        "2020-03-12 ",
    ],
)
def test_bound_that_is_none(text: str) -> None:
    """One sentence with the field and what was expected."""
    with pytest.raises(InputError, match=r"^from: expected a day such as 2020-03-12, a time"):
        parse_bound(text, "from")


def test_day() -> None:
    """From after the last block before it to the last known of the day; the next day has begun."""
    found = made("2020-03-12", "2020-03-12")
    assert (found.first_block, found.last_block, found.cut) == (101, 130, False)
    assert (found.first_time, found.last_time) == (MIDNIGHT, MIDNIGHT + 86_399)
    assert (found.last_day, found.unfinished) == (MIDNIGHT // 86_400, None)


def test_blocks() -> None:
    """Blocks that are named are taken, with what is known of their times."""
    found = made("105", "125")
    assert (found.first_block, found.last_block, found.cut) == (105, 125, False)
    assert (found.first_time, found.last_time) == (MIDNIGHT + 60, MIDNIGHT + 43_200)


def test_before_the_first_reading() -> None:
    """It begins where the store does."""
    assert made("0", "125").first_block == made("2019-01-01", "125").first_block == 90


@pytest.mark.parametrize("last", ["2020-03-12", "2020-12-31", "139"])
def test_cut_at_the_last_final_block(last: str) -> None:
    """What is not final enough yet is left out, and that is told."""
    found = made("2020-03-12", last, final=125)
    assert (found.last_block, found.cut) == (120 if "-" in last else 125, True)
    assert (found.last_day, found.unfinished) == (MIDNIGHT // 86_400 - 1, MIDNIGHT // 86_400)


@pytest.mark.parametrize(
    ("last", "day"),
    [
        ("2020-03-11", -1),
        ("2020-03-12T12:00:00Z", -1),
        ("2020-03-12T23:59:59Z", 0),
        ("2020-03-13T12:00:00Z", 0),
        ("125", -1),
        ("130", 0),
        ("135", 0),
    ],
)
def test_last_day_that_ends(last: str, day: int) -> None:
    """A day ends in a period if the period goes on to its end and a later block is of another."""
    assert made("95", last).last_day == MIDNIGHT // 86_400 + day


def test_day_without_a_known_block() -> None:
    """Its blocks have no event; that is no reason to refuse it."""
    period = Period(parse_bound("2020-03-11", "from"), parse_bound("2020-03-11", "to"))
    known = [(1, MIDNIGHT - 2 * 86_400), (9, MIDNIGHT + 5)]
    found = scope(period, known, first_block=1, final_block=9, finality="finalized")
    assert (found.first_block, found.last_block, found.cut) == (2, 1, False)
    assert found.last_day == MIDNIGHT // 86_400 - 1


def test_no_final_block() -> None:
    """One sentence with the newest block that there is."""
    with pytest.raises(InputError) as caught:
        made("2020-03-20", "2020-03-21")
    assert str(caught.value) == (
        "period: it has no finalized block from 2020-03-20 to 2020-03-21, the newest finalized "
        "block that was read is 140, of 2020-03-13T00:00:05Z"
    )
    with pytest.raises(InputError, match="it has no safe block from 200 to 300"):
        made("200", "300", finality="safe")


@pytest.mark.parametrize(
    ("first", "last"),
    [("2020-03-13", "2020-03-12"), ("120", "119"), ("135", "2020-03-12"), ("2020-03-13", "105")],
)
def test_turned_round(first: str, last: str) -> None:
    """The end is after the beginning."""
    with pytest.raises(InputError, match=f"^to: {last} is before {first}, expected a later end$"):
        made(first, last)
