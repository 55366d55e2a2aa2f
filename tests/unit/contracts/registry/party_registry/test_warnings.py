"""`publish_warning` and `accept_warning`: editions of a jurisdiction's risk warning."""

from __future__ import annotations

from typing import Any

import pytest

from tests.support.powers import DAY, Powers
from tests.support.supervision import code

FIRST, SECOND, THIRD = (bytes([number]) * 32 for number in (0x61, 0x62, 0x63))


@pytest.fixture(autouse=True)
def client(powers: Powers) -> None:
    """A retail client in FR."""
    powers.enter("client", "FR", 1)


def suitability(powers: Powers) -> int:
    """The client's suitability word."""
    return int(powers.registry.functions.suitability_of(powers.ids["client"]).call())


def test_default_behavior(powers: Powers, logs: Any) -> None:
    time = powers.now() + 10
    powers.set_time(time)
    (event,) = logs(powers.publish("FR", FIRST, time), powers.registry)
    assert event.event == "WarningPublished"
    assert dict(event.args) == {
        "jurisdiction": code("FR"),
        "text_hash": FIRST,
        "edition": 1,
        "effective_at": time,
    }
    asked = powers.registry.functions.warning_of(b"FR").call()
    assert asked == [1, time, FIRST]
    assert powers.registry.functions.warning_of(b"DE").call() == [0, 0, bytes(32)]
    accepted = time + 100
    powers.set_time(accepted)
    (event,) = logs(powers.accept("client", FIRST), powers.registry)
    assert event.event == "WarningAccepted"
    assert dict(event.args) == {
        "account": powers.ids["client"],
        "text_hash": FIRST,
        "suitability": 1 << 72 | accepted << 104,
    }
    assert suitability(powers) == 1 << 72 | accepted << 104
    assert powers.reason("client", 1) == 0


def test_none_published(powers: Powers, reverts: Any) -> None:
    assert powers.reason("client", 1) == 14
    with reverts("parties: no warning"):
        powers.accept("client", FIRST)


def test_another_jurisdiction(powers: Powers, reverts: Any) -> None:
    """ "EU" is for the parties whose state is kept off the chain, and for nobody else."""
    powers.publish("EU", FIRST, powers.now() + 1)
    with reverts("parties: no warning"):
        powers.accept("client", FIRST)
    powers.publish("FR", SECOND, powers.now() + 1)
    with reverts("parties: another text"):
        powers.accept("client", FIRST)
    powers.accept("client", SECOND)
    powers.enter("european", "EU", 1)
    assert powers.reason("european", 1) == 14
    powers.accept("european", FIRST)
    assert powers.reason("european", 1) == 0


def test_editions(powers: Powers, reverts: Any) -> None:
    powers.publish("FR", FIRST, powers.now() + 1)
    powers.accept("client", FIRST)
    with reverts("parties: already so"):
        powers.accept("client", FIRST)
    effective = powers.now() + DAY
    powers.publish("FR", SECOND, effective)
    with reverts("parties: edition pending"):
        powers.publish("FR", THIRD, effective + 1)
    with reverts("parties: another text"):
        powers.accept("client", FIRST)
    powers.until(effective - 1)
    assert powers.reason("client", 1) == 0
    powers.until(effective)
    assert powers.reasons("client") == [14, 14, 0, 0, 0, 0, 0]
    powers.accept("client", SECOND)
    assert powers.reason("client", 1) == 0
    powers.publish("FR", THIRD, powers.now() + 100)
    assert powers.registry.functions.warning_of(b"FR").call()[0] == 3


def test_two_editions_behind(powers: Powers) -> None:
    """The time before an edition takes effect is for the one before it, not for older ones."""
    powers.publish("FR", FIRST, powers.now() + 1)
    powers.accept("client", FIRST)
    powers.publish("FR", SECOND, powers.now() + 1)
    powers.wait(10)
    powers.publish("FR", THIRD, powers.now() + DAY)
    assert powers.reason("client", 1) == 14


def test_first_edition_before_it_takes_effect(powers: Powers) -> None:
    powers.publish("FR", FIRST, powers.now() + DAY)
    assert powers.reason("client", 1) == 14
    powers.accept("client", FIRST)
    assert powers.reason("client", 1) == 0


def test_effective_date(powers: Powers, reverts: Any) -> None:
    time = powers.now() + 10
    for off in (-1, 30 * DAY + 1):
        powers.set_time(time)
        with reverts("parties: bad effective date"):
            powers.publish("FR", FIRST, time + off)
        time += 10
    powers.set_time(time)
    powers.publish("FR", FIRST, time + 30 * DAY)


def test_not_the_registrar(powers: Powers, reverts: Any) -> None:
    for by in ("supervisor", "stranger", "client"):
        with reverts("roles: not the holder"):
            powers.publish("FR", FIRST, powers.now() + 1, by)


@pytest.mark.parametrize("country", ["ZZ", "fr", "F1", "\0\0"])
def test_bad_jurisdiction(powers: Powers, reverts: Any, country: str) -> None:
    with reverts("parties: bad jurisdiction"):
        powers.publish(country, FIRST, powers.now() + 1)


def test_no_text(powers: Powers, reverts: Any) -> None:
    with reverts("parties: no text"):
        powers.publish("FR", bytes(32), powers.now() + 1)


def test_not_a_party(powers: Powers, reverts: Any) -> None:
    powers.publish("FR", FIRST, powers.now() + 1)
    with reverts("parties: no such party"):
        powers.accept("stranger", FIRST)
    powers.recover("client", "replacement")
    with reverts("parties: no such party"):
        powers.accept("client", FIRST)


def test_a_request_stays(powers: Powers) -> None:
    powers.publish("FR", FIRST, powers.now() + 1)
    powers.request("client", 2)
    request = suitability(powers)
    powers.accept("client", FIRST)
    assert suitability(powers) % 2**72 == request
