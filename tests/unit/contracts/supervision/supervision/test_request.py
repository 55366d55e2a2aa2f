"""`request`: under an agreement that covers it, with deadlines."""

from __future__ import annotations

from typing import Any

import pytest
from web3.contract import Contract

from tests.support.supervision import ALL_POWERS, RequestFields

from .conftest import BASIS, FOREVER, SCOPE


def test_default_behavior(
    supervision: Contract, agreed: None, ask: Any, logs: Any, later: Any, request_word: Any
) -> None:
    moment = later(50)
    receipt = ask(instrument=9, acknowledge_by=moment + 5, deliver_by=moment + 8)
    assert request_word(1) == RequestFields(1, 2, 2, 1, 1, 7, 9, moment + 5, moment + 8, moment, 0)
    word, scope, package = supervision.functions.request_of(1).call()
    assert (scope, package) == (SCOPE, bytes(32))
    (event,) = logs(receipt, supervision)
    assert event.event == "RequestMade"
    assert dict(event.args) == {
        "request": 1,
        "agreement": 1,
        "word": word,
        "scope_hash": SCOPE,
        "legal_basis": BASIS,
    }
    assert supervision.functions.request_count().call() == 1


def test_ids_never_repeat(supervision: Contract, agreed: None, ask: Any, request_word: Any) -> None:
    for _ in range(3):
        ask()
    ask(requested=1, by="AMF")
    assert supervision.functions.request_count().call() == 4
    assert [request_word(number).requester for number in (1, 2, 3, 4)] == [1, 1, 1, 2]
    assert supervision.functions.request_of(5).call() == (0, bytes(32), bytes(32))


def test_gives_no_power(agreed: None, ask: Any, check: Any, reverts: Any) -> None:
    ask(kind=8)
    with reverts("supervision: power not lent"):
        check("BaFin", 2, "FR", 1)


@pytest.mark.parametrize("kind", [1, 2, 4, 8])
def test_each_kind(
    peers: None, propose: Any, act: Any, ask: Any, reverts: Any, request_word: Any, kind: int
) -> None:
    propose([1, 2], kinds=kind)
    act("accept_agreement", 1, by="AMF")
    ask(kind=kind)
    assert request_word(1).kind == kind
    for other in {1, 2, 4, 8} - {kind}:
        with reverts("supervision: kind not agreed"):
            ask(kind=other)


@pytest.mark.parametrize("kind", [0, 3, 6, 12, 15, 16, 256, 257, 2**255])
def test_no_kind(agreed: None, ask: Any, reverts: Any, kind: int) -> None:
    with reverts("supervision: kind not agreed"):
        ask(kind=kind)


@pytest.mark.parametrize(
    ("kind", "subject", "fine"),
    [
        (1, 0, True),
        (2, 0, True),
        (4, 0, False),
        (8, 0, False),
        (4, 1, True),
        (8, 2**32 - 1, True),
        (1, 2**32, False),
        (2, 2**256 - 1, False),
    ],
)
def test_subject(
    agreed: None, ask: Any, reverts: Any, request_word: Any, kind: int, subject: int, fine: bool
) -> None:
    if fine:
        ask(kind=kind, subject=subject)
        assert request_word(1).subject == subject
        return
    with reverts("supervision: bad subject"):
        ask(kind=kind, subject=subject)


@pytest.mark.parametrize("instrument", [0, 1, 2**32 - 1])
def test_instrument_where_all_are_agreed(
    agreed: None, ask: Any, request_word: Any, instrument: int
) -> None:
    ask(instrument=instrument)
    assert request_word(1).instrument == instrument


def test_instrument_out_of_range(agreed: None, ask: Any, reverts: Any) -> None:
    for instrument in (2**32, 2**256 - 1):
        with reverts("supervision: instrument outside"):
            ask(instrument=instrument)


def test_instrument_where_some_are_agreed(
    peers: None, propose: Any, act: Any, ask: Any, reverts: Any
) -> None:
    listed = [11, 22, 33, 44, 55, 66, 77, 88]
    propose([1, 2], instruments=listed)
    act("accept_agreement", 1, by="AMF")
    for instrument in (0, *listed):
        ask(instrument=instrument)
    for instrument in (1, 12, 2**32 - 1, 11 + 2**32, 11 | 22 << 32):
        with reverts("supervision: instrument outside"):
            ask(instrument=instrument)


def test_deadlines(agreed: None, ask: Any, later: Any, reverts: Any, request_word: Any) -> None:
    for before, until in ((0, 10), (-1, 10), (5, 4), (5, -5)):
        moment = later(100)
        with reverts("supervision: bad deadline"):
            ask(acknowledge_by=moment + before, deliver_by=moment + until)
    with reverts("supervision: bad deadline"):
        ask(deliver_by=FOREVER + 1)
    with reverts("supervision: bad deadline"):
        ask(acknowledge_by=2**256 - 2, deliver_by=2**256 - 1)
    moment = later(100)
    ask(acknowledge_by=moment + 1, deliver_by=moment + 1)
    ask(acknowledge_by=FOREVER, deliver_by=FOREVER)
    assert request_word(1).deliver_by == moment + 1
    assert request_word(2).acknowledge_by == FOREVER


def test_itself(agreed: None, ask: Any, reverts: Any) -> None:
    with reverts("supervision: asks itself"):
        ask(requested=1)


@pytest.mark.parametrize("requested", [0, 3, 4, 127, 128, 256, 258, 2**256 - 1])
def test_other_not_a_member(agreed: None, ask: Any, reverts: Any, requested: int) -> None:
    """CNMV, 3, is invited and has not accepted."""
    with reverts("supervision: other not a member"):
        ask(requested=requested)


def test_other_cannot_answer(
    agreed: None, act: Any, uncooperative: Any, ask: Any, later: Any, reverts: Any
) -> None:
    act("accept_agreement", 1, by="CNMV")
    uncooperative(2)
    with reverts("supervision: other cannot answer"):
        ask()
    act("narrow_mandate", 3, ALL_POWERS, later(10), BASIS, by="convenor")
    with reverts("supervision: other cannot answer"):
        ask(requested=3)


def test_not_a_member(agreed: None, ask: Any, act: Any, reverts: Any) -> None:
    with reverts("supervision: not a member"):
        ask(by="CNMV")
    act("leave_agreement", 1, by="BaFin")
    with reverts("supervision: not a member"):
        ask()


def test_other_left(agreed: None, ask: Any, act: Any, reverts: Any) -> None:
    act("leave_agreement", 1, by="AMF")
    with reverts("supervision: other not a member"):
        ask()


def test_no_such_agreement(agreed: None, ask: Any, reverts: Any) -> None:
    for number in (0, 2, 2**32 + 1, 2**256 - 1):
        with reverts("supervision: no such agreement"):
            ask(agreement=number)


def test_from_when_to_when(
    peers: None, propose: Any, act: Any, ask: Any, now: Any, set_time: Any, reverts: Any
) -> None:
    begins = now() + 1_000
    propose([1, 2], begins=begins, until=begins + 500)
    act("accept_agreement", 1, by="AMF")
    set_time(begins - 1)
    with reverts("supervision: agreement not begun"):
        ask()
    set_time(begins)
    ask()
    set_time(begins + 499)
    ask()
    set_time(begins + 500)
    with reverts("supervision: agreement lapsed"):
        ask()


def test_nothing_asked(agreed: None, ask: Any, reverts: Any) -> None:
    with reverts("supervision: no scope"):
        ask(scope=bytes(32))


def test_no_legal_basis(agreed: None, ask: Any, reverts: Any) -> None:
    with reverts("supervision: no legal basis"):
        ask(basis=bytes(32))


def test_who_may_not(
    agreed: None, ask: Any, uncooperative: Any, act: Any, later: Any, reverts: Any
) -> None:
    with reverts("supervision: no authority"):
        ask(by="convenor")
    uncooperative(1)
    with reverts("supervision: power not held"):
        ask()
    act("narrow_mandate", 2, ALL_POWERS, later(10), BASIS, by="convenor")
    with reverts("supervision: mandate over"):
        ask(requested=1, by="AMF")
