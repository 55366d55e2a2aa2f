"""`widen_mandate`: more power or a later end, after the delay."""

from __future__ import annotations

from typing import Any

import pytest
from web3.contract import Contract

from tests.support.supervision import (
    ALL_POWERS,
    FREEZE,
    HALT,
    RESTRICT,
    MandateFields,
    read_mandate,
)

from .conftest import BASIS, DELAY, FOREVER, YEAR


@pytest.fixture
def widen(act: Any) -> Any:
    """``widen(2, FREEZE | HALT, until)``: by the convenor."""

    def widened(
        number: int, powers: int, until: int, basis: bytes = BASIS, by: str = "convenor"
    ) -> Any:
        return act("widen_mandate", number, powers, until, basis, by=by)

    return widened


@pytest.fixture
def end(recognise: Any, later: Any) -> int:
    """When the mandate of AMF (id 2, freezes only) is over; it has begun."""
    until = int(later(10)) + YEAR
    recognise("AMF", "FR", 2, FREEZE, until)
    later(DELAY)
    return until


def test_default_behavior(
    supervision: Contract,
    widen: Any,
    end: int,
    logs: Any,
    word: Any,
    check: Any,
    later: Any,
    reverts: Any,
) -> None:
    begun = read_mandate(word("AMF")).begins
    moment = later(100)
    (event,) = logs(widen(2, FREEZE | HALT, end + 7), supervision)
    assert read_mandate(word("AMF")) == MandateFields(
        2, "FR", FREEZE, begun, end, FREEZE | HALT, moment + DELAY, end + 7
    )
    assert event.event == "MandateWidened"
    assert dict(event.args) == {"authority": 2, "legal_basis": BASIS, "mandate": word("AMF")}
    later(DELAY - 1)
    assert check("AMF", FREEZE, "FR") == 2
    with reverts("supervision: power not held"):
        check("AMF", HALT, "FR")
    later(1)
    assert check("AMF", HALT, "FR") == check("AMF", HALT, "") == check("AMF", FREEZE, "FR") == 2


def test_later_end(
    widen: Any, end: int, check: Any, set_time: Any, reverts: Any, later: Any
) -> None:
    set_time(end - DELAY - 1)
    widen(2, FREEZE, end + 10)
    set_time(end + 9)
    assert check("AMF", FREEZE, "FR") == 2
    set_time(end + 10)
    with reverts("supervision: mandate over"):
        check("AMF", FREEZE, "FR")


def test_over_by_then(widen: Any, end: int, set_time: Any, reverts: Any) -> None:
    """What is over stays over: nothing brings it back after a gap."""
    set_time(end - DELAY)
    with reverts("supervision: over by then"):
        widen(2, FREEZE, end + 10)


def test_takes_the_place_of_another(
    widen: Any, end: int, check: Any, later: Any, reverts: Any
) -> None:
    """The delay begins again, and what was announced first never counts."""
    widen(2, FREEZE | HALT, end)
    later(DELAY - 10)
    widen(2, FREEZE | RESTRICT, end)
    later(DELAY - 1)
    with reverts("supervision: power not held"):
        check("AMF", HALT, "FR")
    with reverts("supervision: power not held"):
        check("AMF", RESTRICT, "FR")
    later(1)
    assert check("AMF", RESTRICT, "FR") == 2
    with reverts("supervision: power not held"):
        check("AMF", HALT, "FR")


def test_one_in_force_is_kept(
    widen: Any, end: int, check: Any, later: Any, word: Any, reverts: Any
) -> None:
    first = later(10) + DELAY
    widen(2, FREEZE | HALT, end + 5)
    later(DELAY)
    with reverts("supervision: not wider"):
        widen(2, FREEZE | RESTRICT, end + 5)
    with reverts("supervision: not wider"):
        widen(2, ALL_POWERS, end)
    second = later(10) + DELAY
    widen(2, ALL_POWERS, end + 5)
    assert read_mandate(word("AMF")) == MandateFields(
        2, "FR", FREEZE | HALT, first, end + 5, ALL_POWERS, second, end + 5
    )
    assert check("AMF", HALT, "FR") == 2


def test_before_it_begins(recognise: Any, widen: Any, later: Any, check: Any, reverts: Any) -> None:
    recognise("AMF", "FR", 2, FREEZE)
    later(10)
    widen(2, FREEZE | HALT, FOREVER)
    later(DELAY - 1)
    with reverts("supervision: power not held"):
        check("AMF", HALT, "FR")
    later(1)
    assert check("AMF", HALT, "FR") == 2


@pytest.mark.parametrize(
    ("powers", "change"),
    [(HALT, 0), (0, 5), (128 | FREEZE, 0), (2**16 | FREEZE, 0), (FREEZE | HALT, -1)],
)
def test_not_wider(widen: Any, end: int, reverts: Any, powers: int, change: int) -> None:
    with reverts("supervision: not wider"):
        widen(2, powers, end + change)


def test_end_out_of_range(widen: Any, end: int, reverts: Any, word: Any) -> None:
    for until in (FOREVER + 1, 2**256 - 1):
        with reverts("supervision: not wider"):
            widen(2, FREEZE, until)
    widen(2, FREEZE, FOREVER)
    assert read_mandate(word("AMF")).wider_until == FOREVER


def test_nothing_changes(widen: Any, end: int, reverts: Any) -> None:
    with reverts("supervision: nothing changes"):
        widen(2, FREEZE, end)


def test_what_is_over(widen: Any, end: int, reverts: Any, set_time: Any) -> None:
    set_time(end)
    with reverts("supervision: mandate over"):
        widen(2, ALL_POWERS, FOREVER)


@pytest.mark.parametrize("number", [0, 2, 256, 257, 2**256 - 1])
def test_no_authority(widen: Any, reverts: Any, number: int) -> None:
    with reverts("supervision: no authority"):
        widen(number, ALL_POWERS, FOREVER)


def test_not_the_convenor(widen: Any, end: int, reverts: Any) -> None:
    with reverts("roles: not the holder"):
        widen(2, ALL_POWERS, FOREVER, by="AMF")


def test_no_legal_basis(widen: Any, end: int, reverts: Any) -> None:
    with reverts("supervision: no legal basis"):
        widen(2, ALL_POWERS, FOREVER, basis=bytes(32))
