"""`check_power` at home: who, which power, where, when."""

from __future__ import annotations

from typing import Any

import pytest
from web3.contract import Contract

from tests.support.supervision import (
    ALL_POWERS,
    BAR,
    CCP,
    COOPERATE,
    FREEZE,
    HALT,
    ISSUERS,
    RESTRICT,
    code,
)

from .conftest import BASIS, DELAY, FOREVER

EACH = (FREEZE, RESTRICT, BAR, HALT, CCP, ISSUERS, COOPERATE)


def test_default_behavior(peers: None, check: Any) -> None:
    for power in EACH:
        assert check("BaFin", power) == 1
        assert check("AMF", power, "FR") == 2


@pytest.mark.parametrize("held", EACH)
def test_power_not_held(recognise: Any, later: Any, check: Any, reverts: Any, held: int) -> None:
    recognise("AMF", "FR", 2, held)
    later(DELAY)
    for power in EACH:
        if power == held:
            assert check("AMF", power, "FR") == 2
        else:
            with reverts("supervision: power not held"):
                check("AMF", power, "FR")


@pytest.mark.parametrize("power", [0, 128, 2**16, 2**24, 2**40 | FREEZE, 2**255 | FREEZE])
def test_no_power(check: Any, reverts: Any, power: int) -> None:
    for jurisdiction in ("DE", ""):
        with reverts("supervision: power not held"):
            check("BaFin", power, jurisdiction)


def test_several_powers(act: Any, check: Any, reverts: Any) -> None:
    assert check("BaFin", FREEZE | RESTRICT) == 1
    act("narrow_mandate", 1, FREEZE, FOREVER, BASIS, by="convenor")
    with reverts("supervision: power not held"):
        check("BaFin", FREEZE | RESTRICT)


@pytest.mark.parametrize("power", EACH)
def test_market_as_a_whole(check: Any, reverts: Any, power: int) -> None:
    if power in (HALT, ISSUERS):
        assert check("BaFin", power, "") == 1
        return
    with reverts("supervision: out of scope"):
        check("BaFin", power, "")
    with reverts("supervision: out of scope"):
        check("BaFin", power | HALT, "")


@pytest.mark.parametrize("jurisdiction", ["FR", "EU", "ED", "\0E", "D\0"])
def test_out_of_scope(check: Any, reverts: Any, jurisdiction: str) -> None:
    with reverts("supervision: out of scope"):
        check("BaFin", FREEZE, jurisdiction)


def test_jurisdiction_is_compared_whole(supervision: Contract, actors: Any, reverts: Any) -> None:
    for place in (16, 24, 255):
        call = supervision.functions.check_power(
            actors("BaFin"), FREEZE, code("DE") | 1 << place, 0
        )
        with reverts("supervision: out of scope"):
            call.call()


@pytest.mark.parametrize("stranger", ["nobody", "convenor", "deployer"])
def test_no_authority(check: Any, reverts: Any, stranger: str) -> None:
    with reverts("supervision: no authority"):
        check(stranger, FREEZE)
    with reverts("supervision: no authority"):
        check(stranger, HALT, "")


def test_ends_to_the_second(
    recognise: Any, later: Any, set_time: Any, check: Any, reverts: Any
) -> None:
    end = later(10) + 2 * DELAY
    recognise("AMF", "FR", 2, until=end)
    set_time(end - 1)
    assert check("AMF", FREEZE, "FR") == 2
    set_time(end)
    with reverts("supervision: mandate over"):
        check("AMF", FREEZE, "FR")


def test_last_second_of_all(set_time: Any, check: Any, reverts: Any) -> None:
    set_time(FOREVER - 1)
    assert check("BaFin", FREEZE) == 1
    for moment in (FOREVER, FOREVER + 1, 2**33):
        set_time(moment)
        with reverts("supervision: mandate over"):
            check("BaFin", FREEZE)


def test_agreement_that_is_not_there(peers: None, check: Any, reverts: Any) -> None:
    for number in (1, 2**32, 2**256 - 1):
        with reverts("supervision: no such agreement"):
            check("AMF", FREEZE, "DE", number)
        with reverts("supervision: no such agreement"):
            check("AMF", FREEZE, "FR", number)
        with reverts("supervision: no such agreement"):
            check("AMF", HALT, "", number)


def test_all_powers_are_seven_bits(supervision: Contract, check: Any) -> None:
    assert sum(EACH) == ALL_POWERS
    assert check("BaFin", ALL_POWERS) == 1
