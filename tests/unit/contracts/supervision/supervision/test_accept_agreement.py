"""`accept_agreement`: in force between those that accepted."""

from __future__ import annotations

from typing import Any

import pytest
from web3.contract import Contract

from tests.support.supervision import COOPERATE, FREEZE, RESTRICT, code, read_agreement

from .conftest import BASIS, DELAY, FOREVER


@pytest.fixture
def accept(act: Any) -> Any:
    """``accept("AMF")``: agreement 1, or another."""

    def accepted(by: str, number: int = 1) -> Any:
        return act("accept_agreement", number, by=by)

    return accepted


def test_default_behavior(
    supervision: Contract, peers: None, propose: Any, accept: Any, logs: Any
) -> None:
    propose([1, 2, 3])
    (event,) = logs(accept("AMF"), supervision)
    terms, invited, _, _ = supervision.functions.agreement(1).call()
    assert read_agreement(terms).accepted == {1, 2}
    assert invited == 0b1110
    assert event.event == "AgreementAccepted"
    assert dict(event.args) == {"agreement": 1, "authority": 2, "terms": terms}
    assert supervision.functions.lenders(1, code("FR")).call() == 0b100


def test_several_of_a_jurisdiction(
    supervision: Contract, peers: None, recognise: Any, later: Any, propose: Any, accept: Any
) -> None:
    recognise("ACPR", "FR", 4)
    later(DELAY)
    propose([1, 2, 4])
    accept("AMF")
    accept("ACPR")
    assert supervision.functions.lenders(1, code("FR")).call() == 0b10100
    assert read_agreement(supervision.functions.agreement(1).call()[0]).accepted == {1, 2, 4}


def test_no_such_agreement(peers: None, accept: Any, reverts: Any) -> None:
    for number in (0, 1, 2**256 - 1):
        with reverts("supervision: no such agreement"):
            accept("AMF", number)


def test_not_a_member(peers: None, propose: Any, accept: Any, reverts: Any) -> None:
    propose([1, 2])
    with reverts("supervision: not a member"):
        accept("CNMV")


def test_already_accepted(agreed: None, accept: Any, reverts: Any) -> None:
    for member in ("BaFin", "AMF"):
        with reverts("supervision: already accepted"):
            accept(member)


def test_lapsed(
    peers: None, propose: Any, accept: Any, set_time: Any, now: Any, reverts: Any
) -> None:
    end = now() + 1_000
    propose([1, 2, 3], until=end)
    set_time(end - 1)
    accept("AMF")
    set_time(end)
    with reverts("supervision: agreement lapsed"):
        accept("CNMV")


def test_before_it_begins(peers: None, propose: Any, accept: Any, now: Any) -> None:
    propose([1, 2], begins=now() + 1_000, until=FOREVER)
    accept("AMF")


def test_lends_only_what_it_holds(
    act: Any, peers: None, propose: Any, accept: Any, reverts: Any
) -> None:
    act("narrow_mandate", 2, COOPERATE | FREEZE, FOREVER, BASIS, by="convenor")
    propose([1, 2], powers=FREEZE | RESTRICT)
    with reverts("supervision: power not held"):
        accept("AMF")
    propose([1, 2], powers=FREEZE)
    accept("AMF", 2)


def test_lends_nothing_that_is_to_come(
    act: Any, peers: None, propose: Any, accept: Any, later: Any, reverts: Any
) -> None:
    act("narrow_mandate", 2, COOPERATE, FOREVER, BASIS, by="convenor")
    act("widen_mandate", 2, COOPERATE | FREEZE, FOREVER, BASIS, by="convenor")
    propose([1, 2], powers=FREEZE)
    with reverts("supervision: power not held"):
        accept("AMF")
    later(DELAY)
    accept("AMF")


def test_without_the_power_to_cooperate(
    peers: None, uncooperative: Any, propose: Any, accept: Any, reverts: Any
) -> None:
    propose([1, 2])
    uncooperative(2)
    with reverts("supervision: power not held"):
        accept("AMF")


def test_after_leaving(agreed: None, act: Any, accept: Any, reverts: Any) -> None:
    act("leave_agreement", 1, by="AMF")
    with reverts("supervision: not a member"):
        accept("AMF")


def test_later_mandate_of_a_member(
    act: Any, peers: None, recognise: Any, propose: Any, accept: Any, later: Any, reverts: Any
) -> None:
    """An invitation is of a mandate, not of an address."""
    propose([1, 2], until=FOREVER)
    act("narrow_mandate", 2, 0, later(10), BASIS, by="convenor")
    later(10)
    recognise("AMF", "FR", 2)
    later(DELAY)
    with reverts("supervision: not a member"):
        accept("AMF")
