"""`check_power` under an agreement: nobody lends more than it holds itself, at that moment."""

from __future__ import annotations

from typing import Any

import pytest
from web3 import Web3
from web3.contract import Contract

from tests.support.supervision import (
    ALL_POWERS,
    BAR,
    COOPERATE,
    FREEZE,
    HALT,
    RESTRICT,
    code,
)

from .conftest import BASIS, DELAY, FOREVER


@pytest.fixture
def narrow(act: Any) -> Any:
    """``narrow(1, powers, until)``: by the convenor."""

    def narrowed(number: int, powers: int, until: int = FOREVER) -> Any:
        return act("narrow_mandate", number, powers, until, BASIS, by="convenor")

    return narrowed


def test_default_behavior(agreed: None, check: Any) -> None:
    assert check("BaFin", FREEZE, "FR", 1) == 1
    assert check("AMF", FREEZE, "DE", 1) == 2


@pytest.mark.parametrize("power", [RESTRICT, FREEZE | RESTRICT, BAR, HALT, COOPERATE])
def test_power_not_lent(agreed: None, check: Any, reverts: Any, power: int) -> None:
    with reverts("supervision: power not lent"):
        check("BaFin", power, "FR", 1)


@pytest.mark.parametrize("jurisdiction", ["ES", "DE", "IT", "EU", ""])
def test_nobody_lends_there(agreed: None, check: Any, reverts: Any, jurisdiction: str) -> None:
    """Nor does an authority lend to itself."""
    with reverts("supervision: out of scope"):
        check("BaFin", FREEZE, jurisdiction, 1)


def test_not_accepted(agreed: None, check: Any, act: Any, reverts: Any) -> None:
    """CNMV is invited: it neither uses nor lends before it accepts."""
    with reverts("supervision: not a member"):
        check("CNMV", FREEZE, "DE", 1)
    act("accept_agreement", 1, by="CNMV")
    assert check("CNMV", FREEZE, "DE", 1) == 3
    assert check("BaFin", FREEZE, "ES", 1) == 1


def test_user_needs_the_power(agreed: None, narrow: Any, check: Any, reverts: Any) -> None:
    """An agreement widens where, never what."""
    narrow(1, ALL_POWERS ^ FREEZE)
    with reverts("supervision: power not held"):
        check("BaFin", FREEZE, "FR", 1)


def test_user_needs_to_cooperate(
    agreed: None, uncooperative: Any, check: Any, reverts: Any
) -> None:
    uncooperative(1)
    assert check("BaFin", FREEZE, "DE") == 1
    with reverts("supervision: power not held"):
        check("BaFin", FREEZE, "FR", 1)


def test_lender_needs_the_power(
    agreed: None, narrow: Any, act: Any, check: Any, later: Any, reverts: Any
) -> None:
    narrow(2, COOPERATE)
    with reverts("supervision: out of scope"):
        check("BaFin", FREEZE, "FR", 1)
    act("widen_mandate", 2, COOPERATE | FREEZE, FOREVER, BASIS, by="convenor")
    later(DELAY - 1)
    with reverts("supervision: out of scope"):
        check("BaFin", FREEZE, "FR", 1)
    later(1)
    assert check("BaFin", FREEZE, "FR", 1) == 1


def test_lender_needs_to_cooperate(
    agreed: None, uncooperative: Any, check: Any, reverts: Any
) -> None:
    uncooperative(2)
    with reverts("supervision: out of scope"):
        check("BaFin", FREEZE, "FR", 1)


def test_lender_is_over(
    agreed: None, narrow: Any, later: Any, check: Any, recognise: Any, reverts: Any
) -> None:
    """A later mandate of the same key has not agreed to anything."""
    end = later(10) + 100
    narrow(2, ALL_POWERS, end)
    later(99)
    assert check("BaFin", FREEZE, "FR", 1) == 1
    later(1)
    with reverts("supervision: out of scope"):
        check("BaFin", FREEZE, "FR", 1)
    recognise("AMF", "FR", 2)
    later(DELAY)
    with reverts("supervision: out of scope"):
        check("BaFin", FREEZE, "FR", 1)
    with reverts("supervision: not a member"):
        check("AMF", FREEZE, "DE", 1)


def test_one_of_two_lenders_is_enough(
    agreed: None,
    recognise: Any,
    propose: Any,
    act: Any,
    later: Any,
    narrow: Any,
    check: Any,
    reverts: Any,
) -> None:
    recognise("ACPR", "FR", 4)
    later(DELAY)
    propose([1, 2, 4], powers=FREEZE)
    act("accept_agreement", 2, by="AMF")
    act("accept_agreement", 2, by="ACPR")
    narrow(2, COOPERATE)
    assert check("BaFin", FREEZE, "FR", 2) == 1
    with reverts("supervision: out of scope"):
        check("BaFin", FREEZE, "FR", 1)
    narrow(4, COOPERATE)
    with reverts("supervision: out of scope"):
        check("BaFin", FREEZE, "FR", 2)


def test_lent_is_not_lent_on(
    agreed: None, propose: Any, act: Any, check: Any, reverts: Any
) -> None:
    """AMF uses freezes in DE, and CNMV has an agreement with AMF: that does not reach DE."""
    propose([2, 3], powers=FREEZE, by="AMF")
    act("accept_agreement", 2, by="CNMV")
    assert check("AMF", FREEZE, "DE", 1) == 2
    assert check("CNMV", FREEZE, "FR", 2) == 3
    with reverts("supervision: out of scope"):
        check("CNMV", FREEZE, "DE", 2)
    with reverts("supervision: not a member"):
        check("CNMV", FREEZE, "DE", 1)


def test_agreement_with_a_second_id_of_its_own(
    peers: None, recognise: Any, later: Any, propose: Any, act: Any, check: Any, reverts: Any
) -> None:
    """Two mandates in one hand reach where each of them reaches, and no further."""
    recognise("BaFin, second key", "DE", 4, COOPERATE | FREEZE)
    later(DELAY)
    propose([1, 4], powers=FREEZE)
    act("accept_agreement", 1, by="BaFin, second key")
    for jurisdiction in ("FR", "ES", "EU"):
        for name in ("BaFin", "BaFin, second key"):
            with reverts("supervision: out of scope"):
                check(name, FREEZE, jurisdiction, 1)
    assert check("BaFin, second key", FREEZE, "DE", 1) == 4
    for power in (RESTRICT, BAR, HALT):
        with reverts("supervision: power not held"):
            check("BaFin, second key", power, "DE", 1)


def test_from_when_to_when(
    peers: None, propose: Any, act: Any, now: Any, set_time: Any, check: Any, reverts: Any
) -> None:
    begins = now() + 1_000
    propose([1, 2], powers=FREEZE, begins=begins, until=begins + 500)
    act("accept_agreement", 1, by="AMF")
    set_time(begins - 1)
    with reverts("supervision: agreement not begun"):
        check("BaFin", FREEZE, "FR", 1)
    set_time(begins)
    assert check("BaFin", FREEZE, "FR", 1) == 1
    set_time(begins + 499)
    assert check("BaFin", FREEZE, "FR", 1) == 1
    set_time(begins + 500)
    with reverts("supervision: agreement lapsed"):
        check("BaFin", FREEZE, "FR", 1)


def test_moved_member(agreed: None, act: Any, actors: Any, check: Any, reverts: Any) -> None:
    act("offer_mandate", actors("new key"), by="AMF")
    act("accept_mandate", 2, by="new key")
    assert check("new key", FREEZE, "DE", 1) == 2
    assert check("BaFin", FREEZE, "FR", 1) == 1
    with reverts("supervision: no authority"):
        check("AMF", FREEZE, "DE", 1)


def test_highest_id_lends(recognise: Any, later: Any, propose: Any, act: Any, check: Any) -> None:
    for number in range(2, 128):
        recognise(f"authority {number}", "FR", number)
    later(DELAY)
    propose([1, 127], powers=FREEZE)
    act("accept_agreement", 1, by="authority 127")
    assert check("BaFin", FREEZE, "FR", 1) == 1
    assert check("authority 127", FREEZE, "DE", 1) == 127


def test_gas(w3: Web3, supervision: Contract, agreed: None, send: Any, actors: Any) -> None:
    """Five slots, cold: mandate, terms, lenders, and the address and mandate of the lender."""
    call = supervision.functions.check_power(actors("BaFin"), FREEZE, code("FR"), 1)
    receipt = send(call)
    data = bytes(w3.eth.get_transaction(receipt["transactionHash"])["input"])
    gas = receipt["gasUsed"] - 21_000 - sum(16 if byte else 4 for byte in data)
    assert 5 * 2_100 < gas <= 13_100
