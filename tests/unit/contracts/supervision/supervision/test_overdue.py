"""`overdue`: which deadline has passed without an answer."""

from __future__ import annotations

from typing import Any

import pytest
from web3.contract import Contract

from .conftest import PACKAGE


@pytest.fixture
def overdue(supervision: Contract, set_time: Any) -> Any:
    """``overdue(moment)``: of request 1."""

    def told(moment: int) -> int:
        set_time(moment)
        made: int = supervision.functions.overdue(1).call()
        return made

    return told


@pytest.fixture
def start(agreed: None, ask: Any, later: Any) -> int:
    """When request 1 was made: to acknowledge in 10 seconds, to deliver in 20."""
    moment = int(later(100))
    ask(acknowledge_by=moment + 10, deliver_by=moment + 20)
    return moment


def test_default_behavior(start: int, overdue: Any) -> None:
    told = {seconds: overdue(start + seconds) for seconds in (1, 10, 11, 20, 21, 10**6)}
    assert told == {1: 0, 10: 0, 11: 1, 20: 1, 21: 2, 10**6: 2}


def test_acknowledged(start: int, overdue: Any, act: Any) -> None:
    act("acknowledge", 1, by="AMF")
    assert {seconds: overdue(start + seconds) for seconds in (11, 20, 21)} == {11: 0, 20: 0, 21: 2}


@pytest.mark.parametrize("answer", ["refuse", "deliver", "withdraw"])
def test_answered(start: int, overdue: Any, act: Any, answer: str) -> None:
    if answer == "refuse":
        act("refuse", 1, 1, bytes(32), by="AMF")
    elif answer == "deliver":
        act("deliver", 1, PACKAGE, by="AMF")
    else:
        act("withdraw_request", 1, by="BaFin")
    assert overdue(start + 10**6) == 0


def test_no_such_request(supervision: Contract) -> None:
    assert supervision.functions.overdue(1).call() == 0
