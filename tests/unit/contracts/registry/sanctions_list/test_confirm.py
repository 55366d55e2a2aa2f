"""`confirm`: the list's time moves, and nothing else."""

from __future__ import annotations

from typing import Any

import pytest
from web3.contract import Contract

from keelmark.sanctions import digest

from .conftest import HOUR, SOURCE, entry


@pytest.fixture
def confirm(sanctions: Contract, send: Any, actors: Any) -> Any:
    """``confirm(as_of)``: by the officer."""

    def confirmed(as_of: int, source: bytes = SOURCE, by: str = "officer") -> Any:
        return send(sanctions.functions.confirm(source, as_of), actors(by))

    return confirmed


def test_default_behavior(
    sanctions: Contract, update: Any, confirm: Any, logs: Any, now: Any, set_time: Any
) -> None:
    first = now()
    update([entry(1)], as_of=first)
    set_time(first + 2 * HOUR)
    assert not sanctions.functions.is_fresh(HOUR).call()
    (event,) = logs(confirm(first + 2 * HOUR), sanctions)
    assert event.event == "ListConfirmed"
    assert dict(event.args) == {
        "source": SOURCE,
        "as_of": first + 2 * HOUR,
        "listed": 1,
        "digest": digest(dict([entry(1)])),
    }
    assert sanctions.functions.is_fresh(HOUR).call()
    assert sanctions.functions.listed_count().call() == 1


def test_not_the_officer(confirm: Any, reverts: Any, now: Any) -> None:
    with reverts("roles: not the holder"):
        confirm(now(), by="deployer")


def test_no_source(confirm: Any, reverts: Any, now: Any) -> None:
    with reverts("sanctions: no source"):
        confirm(now(), source=bytes(32))


def test_future_time(confirm: Any, reverts: Any, now: Any, set_time: Any) -> None:
    moment = now() + 10
    set_time(moment)
    with reverts("sanctions: future time"):
        confirm(moment + 1)


def test_time_goes_back(update: Any, confirm: Any, reverts: Any, now: Any) -> None:
    first = now()
    update([entry(1)], as_of=first)
    with reverts("sanctions: time goes back"):
        confirm(first - 1)
