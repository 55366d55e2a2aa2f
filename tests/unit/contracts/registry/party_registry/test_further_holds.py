"""Several authorities hold one party: each lifts its own, and the last one frees it."""

from __future__ import annotations

from typing import Any

import pytest

from tests.support.powers import DAY, Powers

NAMES = ("supervisor", "second", "third")
HOLDS = [("freeze", "unfreeze", 4, 176, 0), ("restrict", "release", 2, 248, 128)]


@pytest.fixture(autouse=True)
def parties(powers: Powers) -> None:
    """Three authorities of DE and a party there."""
    for name in NAMES[1:]:
        powers.recognise(name, "DE")
    powers.wait(DAY)
    powers.sync()
    powers.enter("party")


def held(powers: Powers, lane: int, bits: int) -> tuple[int, set[int]]:
    """Who stands in the word, and who holds beside it."""
    others = powers.registry.functions.further_holds(powers.ids["party"]).call() >> bits
    first = powers.word("party") >> lane & 255
    return first, {number for number in range(128) if others >> number & 1}


@pytest.mark.parametrize(("on", "off", "flag", "lane", "bits"), HOLDS)
def test_default_behavior(
    powers: Powers, logs: Any, on: str, off: str, flag: int, lane: int, bits: int
) -> None:
    one, two, three = (powers.authorities[name] for name in NAMES)
    for name in NAMES:
        powers.hold(on, "party", name)
    assert held(powers, lane, bits) == (one, {two, three})
    (event,) = logs(powers.lift(off, "party"), powers.registry)
    assert event.args.word == powers.word("party")
    assert event.args.mandate == one | one << 64
    assert held(powers, lane, bits) == (two, {three})
    assert powers.flags("party") == flag
    powers.lift(off, "party", "third")
    assert held(powers, lane, bits) == (two, set())
    assert powers.flags("party") == flag
    powers.lift(off, "party", "second")
    assert held(powers, lane, bits) == (0, set())
    assert powers.flags("party") == 0


@pytest.mark.parametrize(("on", "off", "flag", "lane", "bits"), HOLDS)
def test_twice(
    powers: Powers, reverts: Any, on: str, off: str, flag: int, lane: int, bits: int
) -> None:
    powers.hold(on, "party")
    with reverts("parties: already so"):
        powers.hold(on, "party")
    powers.hold(on, "party", "second")
    for name in ("supervisor", "second"):
        with reverts("parties: already so"):
            powers.hold(on, "party", name)
    powers.lift(off, "party")
    with reverts("parties: already so"):
        powers.hold(on, "party", "second")


@pytest.mark.parametrize(("on", "off", "flag", "lane", "bits"), HOLDS)
def test_hold_of_another(
    powers: Powers, reverts: Any, on: str, off: str, flag: int, lane: int, bits: int
) -> None:
    powers.hold(on, "party")
    with reverts("supervision: hold of another"):
        powers.lift(off, "party", "second")
    powers.hold(on, "party", "second")
    powers.lift(off, "party", "second")
    with reverts("supervision: hold of another"):
        powers.lift(off, "party", "second")
    assert powers.flags("party") == flag


@pytest.mark.parametrize(("on", "off", "flag", "lane", "bits"), HOLDS)
def test_mandate_over(
    powers: Powers, logs: Any, reverts: Any, on: str, off: str, flag: int, lane: int, bits: int
) -> None:
    """Another in scope lifts the hold of one that no longer can."""
    powers.hold(on, "party", "second")
    powers.hold(on, "party", "third")
    powers.end("second")
    for name in ("authority of FR", "authority of EU"):
        with reverts("supervision: out of scope"):
            powers.lift(off, "party", name)
    with reverts("supervision: mandate over"):
        powers.lift(off, "party", "second")
    (event,) = logs(powers.lift(off, "party"), powers.registry)
    assert event.args.mandate == 1 | powers.authorities["second"] << 64
    assert held(powers, lane, bits) == (powers.authorities["third"], set())
    with reverts("supervision: hold of another"):
        powers.lift(off, "party")


@pytest.mark.parametrize(("on", "off", "flag", "lane", "bits"), HOLDS)
def test_power_lost(powers: Powers, on: str, off: str, flag: int, lane: int, bits: int) -> None:
    """Who has lost the power lifts its own; so does another that has it."""
    for lifter in ("second", "third"):
        powers.hold(on, "party", lifter)
        powers.narrow(lifter, 4, 2**32 - 1)
        powers.lift(off, "party", "second" if lifter == "second" else "supervisor")
        assert powers.flags("party") == 0


def test_lowest_moves_up(powers: Powers) -> None:
    for name in ("supervisor", "third", "second"):
        powers.freeze("party", name)
    powers.unfreeze("party")
    assert held(powers, 176, 0) == (powers.authorities["second"], {powers.authorities["third"]})


def test_both_kinds_apart(powers: Powers) -> None:
    for name in NAMES:
        powers.freeze("party", name)
        powers.restrict("party", name)
    for name in NAMES:
        powers.unfreeze("party", name)
    assert powers.flags("party") == 2
    assert held(powers, 176, 0) == (0, set())
    two, three = powers.authorities["second"], powers.authorities["third"]
    assert held(powers, 248, 128) == (1, {two, three})
    for name in NAMES:
        powers.release("party", name)
    assert powers.registry.functions.further_holds(powers.ids["party"]).call() == 0
    assert powers.flags("party") == 0


def test_a_key_that_moves_keeps_its_hold(powers: Powers, send: Any, actors: Any) -> None:
    powers.freeze("party", "second")
    calls = powers.supervision.functions
    send(calls.offer_mandate(actors("heir")), actors("second"))
    send(calls.accept_mandate(powers.authorities["second"]), actors("heir"))
    powers.unfreeze("party", "heir")
    assert powers.flags("party") == 0
