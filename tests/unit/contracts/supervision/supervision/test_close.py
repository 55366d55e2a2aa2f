"""`close` and `withdraw_request`: the requester ends what it began."""

from __future__ import annotations

from typing import Any

import pytest
from web3.contract import Contract

from tests.support.supervision import ALL_POWERS

from .conftest import BASIS, PACKAGE, PURPOSE

OUTCOME = b"\x22" * 32
ENDS: dict[str, tuple[Any, ...]] = {"close": (1, OUTCOME), "withdraw_request": (1,)}
every_end = pytest.mark.parametrize("end", list(ENDS))


@pytest.fixture
def asked(agreed: None, ask: Any) -> None:
    """Request 1: BaFin asks AMF for evidence."""
    ask()


@pytest.fixture
def delivered(asked: None, act: Any) -> None:
    """Request 1 has its package."""
    act("deliver", 1, PACKAGE, by="AMF")


def test_default_behavior(
    supervision: Contract, delivered: None, act: Any, logs: Any, later: Any, request_word: Any
) -> None:
    act("log_access", 1, PACKAGE, PURPOSE, by="BaFin")
    before = request_word(1)
    moment = later(100)
    (event,) = logs(act("close", 1, OUTCOME, by="BaFin"), supervision)
    assert request_word(1) == before._replace(state=5, changed_at=moment)
    word, _, package = supervision.functions.request_of(1).call()
    assert package == PACKAGE
    assert event.event == "RequestClosed"
    assert dict(event.args) == {
        "request": 1,
        "authority": 1,
        "word": word,
        "outcome_hash": OUTCOME,
    }


def test_refused_one_closes(asked: None, act: Any, request_word: Any) -> None:
    act("refuse", 1, 1, bytes(32), by="AMF")
    act("close", 1, bytes(32), by="BaFin")
    assert request_word(1).state == 5


def test_never_opened(delivered: None, act: Any, reverts: Any) -> None:
    """What the requested one opened itself does not count."""
    act("log_access", 1, PACKAGE, PURPOSE, by="AMF")
    with reverts("supervision: never opened"):
        act("close", 1, OUTCOME, by="BaFin")


def test_close_without_an_answer(asked: None, act: Any, reverts: Any) -> None:
    with reverts("supervision: wrong state"):
        act("close", 1, OUTCOME, by="BaFin")
    act("acknowledge", 1, by="AMF")
    with reverts("supervision: wrong state"):
        act("close", 1, OUTCOME, by="BaFin")


def test_close_twice(asked: None, act: Any, reverts: Any) -> None:
    act("refuse", 1, 1, bytes(32), by="AMF")
    act("close", 1, OUTCOME, by="BaFin")
    with reverts("supervision: wrong state"):
        act("close", 1, OUTCOME, by="BaFin")


@pytest.mark.parametrize("acknowledged", [False, True])
def test_withdraw(
    supervision: Contract,
    asked: None,
    act: Any,
    logs: Any,
    later: Any,
    request_word: Any,
    acknowledged: bool,
) -> None:
    if acknowledged:
        act("acknowledge", 1, by="AMF")
    before = request_word(1)
    moment = later(100)
    (event,) = logs(act("withdraw_request", 1, by="BaFin"), supervision)
    assert request_word(1) == before._replace(state=6, changed_at=moment)
    assert event.event == "RequestWithdrawn"
    word = supervision.functions.request_of(1).call()[0]
    assert dict(event.args) == {"request": 1, "authority": 1, "word": word}


@pytest.mark.parametrize("answer", ["refuse", "deliver", "withdraw", "close"])
def test_withdraw_after_an_answer(asked: None, act: Any, reverts: Any, answer: str) -> None:
    if answer == "withdraw":
        act("withdraw_request", 1, by="BaFin")
    elif answer == "deliver":
        act("deliver", 1, PACKAGE, by="AMF")
    else:
        act("refuse", 1, 1, bytes(32), by="AMF")
        if answer == "close":
            act("close", 1, OUTCOME, by="BaFin")
    with reverts("supervision: wrong state"):
        act("withdraw_request", 1, by="BaFin")


@every_end
@pytest.mark.parametrize("stranger", ["AMF", "CNMV"])
def test_request_of_others(asked: None, act: Any, reverts: Any, end: str, stranger: str) -> None:
    with reverts("supervision: request of others"):
        act(end, *ENDS[end], by=stranger)


@every_end
def test_no_such_request(agreed: None, act: Any, reverts: Any, end: str) -> None:
    with reverts("supervision: no such request"):
        act(end, *ENDS[end], by="BaFin")


@every_end
def test_mandate_is_over(asked: None, act: Any, later: Any, reverts: Any, end: str) -> None:
    act("narrow_mandate", 1, ALL_POWERS, later(10), BASIS, by="convenor")
    with reverts("supervision: mandate over"):
        act(end, *ENDS[end], by="BaFin")


@every_end
def test_without_the_power_to_cooperate(
    asked: None, act: Any, uncooperative: Any, reverts: Any, end: str
) -> None:
    uncooperative(1)
    with reverts("supervision: power not held"):
        act(end, *ENDS[end], by="BaFin")
