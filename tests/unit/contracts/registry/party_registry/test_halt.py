"""`halt` and `resume`: by an authority with that power, for a time, and reported."""

from __future__ import annotations

from typing import Any

import pytest

from tests.support.powers import BASIS, CASE, DAY, Powers

WEEK = 7 * DAY


def ends(powers: Powers) -> int:
    """When the last halt ends."""
    return int(powers.registry.functions.halted_until().call())


def test_default_behavior(powers: Powers, logs: Any) -> None:
    assert ends(powers) == 0
    until = powers.now() + 1000
    (event,) = logs(powers.halt(until, "authority of FR"), powers.registry)
    assert event.event == "TradingHalted"
    assert dict(event.args) == {
        "authority": powers.authorities["authority of FR"],
        "legal_basis": BASIS,
        "until": until,
        "case_hash": CASE,
    }
    assert ends(powers) == until
    assert powers.reason("member", 1) == 13
    time = powers.now() + 10
    powers.set_time(time)
    (event,) = logs(powers.resume("authority of GB"), powers.registry)
    assert event.event == "TradingResumed"
    assert dict(event.args) == {
        "authority": powers.authorities["authority of GB"],
        "legal_basis": BASIS,
        "until": time,
        "case_hash": CASE,
    }
    assert ends(powers) == time
    assert powers.reason("member", 1) == 0


def test_ends_by_itself(powers: Powers, reverts: Any) -> None:
    powers.halt(powers.now() + 1000)
    powers.until(ends(powers))
    assert powers.reason("member", 1) == 0
    with reverts("parties: already so"):
        powers.resume()


def test_lengthened(powers: Powers, reverts: Any) -> None:
    until = powers.now() + 1000
    powers.halt(until)
    for earlier in (until, until - 1):
        with reverts("parties: not later"):
            powers.halt(earlier)
    powers.halt(until + 1)
    assert ends(powers) == until + 1


def test_longest(powers: Powers, reverts: Any) -> None:
    time = powers.now() + 10
    powers.set_time(time)
    with reverts("parties: halt too long"):
        powers.halt(time + WEEK + 1)
    powers.set_time(time + 5)
    powers.halt(time + 5 + WEEK)


def test_past(powers: Powers, reverts: Any) -> None:
    time = powers.now() + 10
    powers.set_time(time)
    with reverts("parties: not later"):
        powers.halt(time)


def test_power_not_held(powers: Powers, reverts: Any) -> None:
    powers.halt(powers.now() + 1000)
    powers.narrow("supervisor", 127 - 8, 2**32 - 1)
    for act in (lambda: powers.halt(powers.now() + 2000), powers.resume):
        with reverts("supervision: power not held"):
            act()


@pytest.mark.parametrize("nobody", ["registrar", "convenor", "stranger"])
def test_no_authority(powers: Powers, reverts: Any, nobody: str) -> None:
    with reverts("supervision: no authority"):
        powers.halt(powers.now() + 1000, nobody)
    powers.halt(powers.now() + 1000)
    with reverts("supervision: no authority"):
        powers.resume(nobody)


def test_no_legal_basis(powers: Powers, reverts: Any) -> None:
    with reverts("parties: no legal basis"):
        powers.halt(powers.now() + 1000, basis=bytes(32))
    powers.halt(powers.now() + 1000)
    with reverts("parties: no legal basis"):
        powers.resume(basis=bytes(32))


def test_nothing_else_in_the_table_moves(powers: Powers) -> None:
    asked = powers.registry.functions
    before = (asked.recognised_issuers().call(), asked.list_time().call())
    powers.halt(powers.now() + WEEK)
    powers.halt(powers.now() + WEEK)
    powers.resume()
    assert (asked.recognised_issuers().call(), asked.list_time().call()) == before
