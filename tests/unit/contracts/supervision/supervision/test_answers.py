"""`acknowledge`, `refuse`, `deliver`: the requested authority alone answers, once."""

from __future__ import annotations

from typing import Any

import pytest
from web3.contract import Contract

from tests.support.supervision import ALL_POWERS, RequestFields

from .conftest import BASIS, DELAY, PACKAGE, YEAR

REASONS = b"\x11" * 32
ANSWERS = {
    "acknowledge": (1,),
    "refuse": (1, 4, REASONS),
    "deliver": (1, PACKAGE),
}
STATES = {"acknowledge": 2, "refuse": 3, "deliver": 4}
EVENTS: dict[str, tuple[str, dict[str, Any]]] = {
    "acknowledge": ("RequestAcknowledged", {}),
    "refuse": ("RequestRefused", {"reason_code": 4, "reason_hash": REASONS}),
    "deliver": ("RequestDelivered", {"package_digest": PACKAGE}),
}
every_answer = pytest.mark.parametrize("answer", list(ANSWERS))


@pytest.fixture
def respond(act: Any) -> Any:
    """``respond("deliver")``: to request 1, by AMF."""

    def responded(answer: str, by: str = "AMF") -> Any:
        return act(answer, *ANSWERS[answer], by=by)

    return responded


@pytest.fixture
def asked(agreed: None, ask: Any) -> None:
    """Request 1: BaFin asks AMF for evidence."""
    ask()


@every_answer
def test_default_behavior(
    supervision: Contract,
    asked: None,
    respond: Any,
    logs: Any,
    later: Any,
    request_word: Any,
    answer: str,
) -> None:
    before: RequestFields = request_word(1)
    moment = later(100)
    (event,) = logs(respond(answer), supervision)
    assert request_word(1) == before._replace(state=STATES[answer], changed_at=moment)
    word, _, package = supervision.functions.request_of(1).call()
    assert package == (PACKAGE if answer == "deliver" else bytes(32))
    name, fields = EVENTS[answer]
    assert event.event == name
    assert dict(event.args) == {"request": 1, "authority": 2, "word": word, **fields}


@pytest.mark.parametrize("answer", ["refuse", "deliver"])
def test_after_acknowledging(asked: None, respond: Any, request_word: Any, answer: str) -> None:
    respond("acknowledge")
    respond(answer)
    assert request_word(1).state == STATES[answer]


@every_answer
def test_late(asked: None, respond: Any, later: Any, request_word: Any, answer: str) -> None:
    """An answer late is better than none; its time stands beside the deadline."""
    moment = later(30 * DELAY)
    respond(answer)
    word = request_word(1)
    assert word.state == STATES[answer]
    assert word.changed_at == moment > word.deliver_by


@every_answer
@pytest.mark.parametrize("stranger", ["BaFin", "CNMV"])
def test_request_of_others(
    asked: None, respond: Any, reverts: Any, answer: str, stranger: str
) -> None:
    with reverts("supervision: request of others"):
        respond(answer, by=stranger)


@every_answer
def test_no_such_request(agreed: None, respond: Any, reverts: Any, answer: str) -> None:
    with reverts("supervision: no such request"):
        respond(answer)


@every_answer
@pytest.mark.parametrize("past", ["refuse", "deliver", "withdraw_request"])
def test_wrong_state(
    asked: None, respond: Any, act: Any, reverts: Any, answer: str, past: str
) -> None:
    if past == "withdraw_request":
        act(past, 1, by="BaFin")
    else:
        respond(past)
    with reverts("supervision: wrong state"):
        respond(answer)


def test_acknowledged_once(asked: None, respond: Any, reverts: Any) -> None:
    respond("acknowledge")
    with reverts("supervision: wrong state"):
        respond("acknowledge")


@every_answer
def test_closed(asked: None, respond: Any, act: Any, reverts: Any, answer: str) -> None:
    respond("refuse")
    act("close", 1, bytes(32), by="BaFin")
    with reverts("supervision: wrong state"):
        respond(answer)


@every_answer
def test_mandate_is_over(
    asked: None, respond: Any, act: Any, later: Any, reverts: Any, answer: str
) -> None:
    act("narrow_mandate", 2, ALL_POWERS, later(10), BASIS, by="convenor")
    with reverts("supervision: mandate over"):
        respond(answer)


@every_answer
def test_later_mandate_of_the_same_key(
    asked: None, respond: Any, act: Any, recognise: Any, later: Any, reverts: Any, answer: str
) -> None:
    act("narrow_mandate", 2, ALL_POWERS, later(10), BASIS, by="convenor")
    later(10)
    recognise("AMF", "FR", 2)
    later(DELAY)
    with reverts("supervision: request of others"):
        respond(answer)


@every_answer
def test_without_the_power_to_cooperate(
    asked: None, respond: Any, uncooperative: Any, reverts: Any, answer: str
) -> None:
    uncooperative(2)
    with reverts("supervision: power not held"):
        respond(answer)


@every_answer
def test_moved_authority(
    asked: None, respond: Any, act: Any, actors: Any, reverts: Any, answer: str
) -> None:
    act("offer_mandate", actors("new key"), by="AMF")
    act("accept_mandate", 2, by="new key")
    with reverts("supervision: no authority"):
        respond(answer)
    respond(answer, by="new key")


@every_answer
@pytest.mark.parametrize("end", ["lapses", "requested leaves", "requester leaves"])
def test_request_outlives_its_agreement(
    asked: None, respond: Any, act: Any, later: Any, request_word: Any, answer: str, end: str
) -> None:
    if end == "lapses":
        later(2 * YEAR)
    else:
        act("leave_agreement", 1, by="AMF" if end == "requested leaves" else "BaFin")
    respond(answer)
    assert request_word(1).state == STATES[answer]


@pytest.mark.parametrize("code", [0, 256, 257, 2**256 - 1])
def test_refused_without_a_reason(asked: None, act: Any, reverts: Any, code: int) -> None:
    with reverts("supervision: bad reason"):
        act("refuse", 1, code, REASONS, by="AMF")


def test_highest_reason(asked: None, act: Any, request_word: Any) -> None:
    act("refuse", 1, 255, bytes(32), by="AMF")
    assert request_word(1).state == 3


def test_delivered_nothing(asked: None, act: Any, reverts: Any) -> None:
    with reverts("supervision: no package"):
        act("deliver", 1, bytes(32), by="AMF")


def test_answer_touches_its_request_only(
    asked: None, ask: Any, respond: Any, request_word: Any
) -> None:
    ask()
    before = request_word(2)
    respond("deliver")
    assert request_word(2) == before
