"""`leave_agreement`: at once and for good."""

from __future__ import annotations

from typing import Any

import pytest
from web3.contract import Contract

from tests.support.supervision import FREEZE, code, read_agreement

from .conftest import BASIS


@pytest.fixture
def leave(act: Any) -> Any:
    """``leave("AMF")``: agreement 1, or another."""

    def left(by: str, number: int = 1) -> Any:
        return act("leave_agreement", number, by=by)

    return left


def test_default_behavior(
    supervision: Contract, agreed: None, leave: Any, logs: Any, check: Any, reverts: Any
) -> None:
    assert check("BaFin", FREEZE, "FR", 1) == 1
    (event,) = logs(leave("AMF"), supervision)
    terms, invited, _, _ = supervision.functions.agreement(1).call()
    assert read_agreement(terms).accepted == {1}
    assert invited == 0b1010
    assert event.event == "AgreementLeft"
    assert dict(event.args) == {"agreement": 1, "authority": 2, "terms": terms}
    assert supervision.functions.lenders(1, code("FR")).call() == 0
    with reverts("supervision: out of scope"):
        check("BaFin", FREEZE, "FR", 1)
    with reverts("supervision: not a member"):
        check("AMF", FREEZE, "DE", 1)


def test_others_stay(supervision: Contract, agreed: None, leave: Any, act: Any, check: Any) -> None:
    act("accept_agreement", 1, by="CNMV")
    leave("BaFin")
    assert check("AMF", FREEZE, "ES", 1) == 2
    assert check("CNMV", FREEZE, "FR", 1) == 3


def test_declined(supervision: Contract, agreed: None, leave: Any, act: Any, reverts: Any) -> None:
    before = supervision.functions.agreement(1).call()[0]
    leave("CNMV")
    assert supervision.functions.agreement(1).call()[0] == before
    with reverts("supervision: not a member"):
        act("accept_agreement", 1, by="CNMV")


def test_twice(agreed: None, leave: Any, reverts: Any) -> None:
    leave("AMF")
    with reverts("supervision: not a member"):
        leave("AMF")


def test_not_a_member(peers: None, propose: Any, leave: Any, reverts: Any) -> None:
    propose([1, 2])
    with reverts("supervision: not a member"):
        leave("CNMV")
    for number in (0, 2, 2**256 - 1):
        with reverts("supervision: not a member"):
            leave("BaFin", number)


def test_without_the_power_to_cooperate(agreed: None, uncooperative: Any, leave: Any) -> None:
    uncooperative(2)
    leave("AMF")


def test_when_over(agreed: None, act: Any, later: Any, leave: Any, reverts: Any) -> None:
    act("narrow_mandate", 2, 0, later(10), BASIS, by="convenor")
    with reverts("supervision: mandate over"):
        leave("AMF")


def test_no_authority(agreed: None, leave: Any, reverts: Any) -> None:
    with reverts("supervision: no authority"):
        leave("convenor")
