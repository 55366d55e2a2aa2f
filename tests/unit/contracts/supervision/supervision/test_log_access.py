"""`log_access`: who opened which package, when and why."""

from __future__ import annotations

from typing import Any

import pytest
from web3.contract import Contract

from tests.support.supervision import ALL_POWERS

from .conftest import BASIS, PACKAGE, PURPOSE


@pytest.fixture
def delivered(agreed: None, ask: Any, act: Any) -> None:
    """Request 1 has its package; request 2 has another one."""
    ask()
    ask()
    act("deliver", 1, PACKAGE, by="AMF")
    act("deliver", 2, b"\x9b" * 32, by="AMF")


@pytest.fixture
def log(act: Any) -> Any:
    """``log()``: BaFin opened the package of request 1."""

    def logged(
        number: int = 1, digest: bytes = PACKAGE, purpose: bytes = PURPOSE, by: str = "BaFin"
    ) -> Any:
        return act("log_access", number, digest, purpose, by=by)

    return logged


def test_default_behavior(
    supervision: Contract, delivered: None, log: Any, logs: Any, request_word: Any
) -> None:
    before = request_word(1)
    (event,) = logs(log(), supervision)
    assert request_word(1) == before._replace(accesses=1)
    assert event.event == "AccessLogged"
    assert dict(event.args) == {
        "request": 1,
        "authority": 1,
        "word": supervision.functions.request_of(1).call()[0],
        "digest": PACKAGE,
        "purpose": PURPOSE,
    }
    log()
    assert request_word(1).accesses == 2
    assert request_word(2).accesses == 0


def test_requested_one_is_logged_and_not_counted(
    supervision: Contract, delivered: None, log: Any, logs: Any, request_word: Any
) -> None:
    before = request_word(1)
    (event,) = logs(log(by="AMF"), supervision)
    assert event.args.authority == 2
    assert request_word(1) == before


def test_after_the_end(delivered: None, log: Any, act: Any, request_word: Any) -> None:
    log()
    act("close", 1, bytes(32), by="BaFin")
    log()
    word = request_word(1)
    assert (word.state, word.accesses) == (5, 2)


def test_another_package(delivered: None, log: Any, reverts: Any) -> None:
    for digest in (b"\x9b" * 32, bytes(32)):
        with reverts("supervision: another package"):
            log(digest=digest)
    with reverts("supervision: another package"):
        log(number=2)


@pytest.mark.parametrize("state", ["requested", "acknowledged", "refused", "withdrawn", "closed"])
def test_nothing_delivered(
    agreed: None, ask: Any, act: Any, log: Any, reverts: Any, state: str
) -> None:
    ask()
    if state == "acknowledged":
        act("acknowledge", 1, by="AMF")
    elif state in ("refused", "closed"):
        act("refuse", 1, 1, bytes(32), by="AMF")
    elif state == "withdrawn":
        act("withdraw_request", 1, by="BaFin")
    if state == "closed":
        act("close", 1, bytes(32), by="BaFin")
    for digest in (PACKAGE, bytes(32)):
        with reverts("supervision: wrong state"):
            log(digest=digest)


def test_request_of_others(delivered: None, log: Any, reverts: Any) -> None:
    with reverts("supervision: request of others"):
        log(by="CNMV")


def test_no_such_request(delivered: None, log: Any, reverts: Any) -> None:
    for number in (0, 3, 2**256 - 1):
        with reverts("supervision: no such request"):
            log(number=number)


def test_no_purpose(delivered: None, log: Any, reverts: Any) -> None:
    with reverts("supervision: no purpose"):
        log(purpose=bytes(32))


def test_mandate_is_over(delivered: None, log: Any, act: Any, later: Any, reverts: Any) -> None:
    act("narrow_mandate", 1, ALL_POWERS, later(10), BASIS, by="convenor")
    with reverts("supervision: mandate over"):
        log()


def test_without_the_power_to_cooperate(
    delivered: None, log: Any, uncooperative: Any, reverts: Any
) -> None:
    uncooperative(1)
    with reverts("supervision: power not held"):
        log()
