"""`is_fresh`: to the second, never for an age of zero, never before the list has had a time."""

from __future__ import annotations

from typing import Any

from web3.contract import Contract

from .conftest import HOUR, entry


def test_default_behavior(sanctions: Contract, update: Any, now: Any, set_time: Any) -> None:
    first = now()
    update([entry(1)], as_of=first)
    set_time(first + HOUR)
    assert sanctions.functions.is_fresh(HOUR).call()
    set_time(first + HOUR + 1)
    assert not sanctions.functions.is_fresh(HOUR).call()
    assert sanctions.functions.is_fresh(2**256 - 1).call()


def test_never_updated(sanctions: Contract) -> None:
    assert not sanctions.functions.is_fresh(2**256 - 1).call()


def test_no_age(sanctions: Contract, update: Any, reverts: Any) -> None:
    update([entry(1)])
    with reverts("sanctions: no age"):
        sanctions.functions.is_fresh(0).call()
