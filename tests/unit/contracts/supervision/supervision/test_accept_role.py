"""`accept_role`: the convenor's role changes hands, and never to an authority."""

from __future__ import annotations

from typing import Any

import pytest
from eth_utils.crypto import keccak
from web3.contract import Contract

from tests.support.supervision import ALL_POWERS

from .conftest import BASIS

CONVENOR = keccak(text="convenor")


@pytest.fixture
def offer(act: Any, actors: Any) -> Any:
    """``offer("successor")``: by the convenor."""

    def offered(successor: str, by: str = "convenor") -> Any:
        return act("hand_over_role", CONVENOR, actors(successor), by=by)

    return offered


def test_default_behavior(
    supervision: Contract,
    offer: Any,
    act: Any,
    recognise: Any,
    logs: Any,
    actors: Any,
    reverts: Any,
) -> None:
    offer("successor")
    assert supervision.functions.successor_of(CONVENOR).call() == actors("successor")
    (event,) = logs(act("accept_role", CONVENOR, by="successor"), supervision)
    assert event.event == "RoleAccepted"
    assert dict(event.args) == {
        "role": CONVENOR,
        "holder": actors("successor"),
        "predecessor": actors("convenor"),
    }
    with reverts("roles: not the holder"):
        recognise("AMF", "FR", 2)
    recognise("AMF", "FR", 2, by="successor")
    with reverts("roles: not the successor"):
        act("accept_role", CONVENOR, by="successor")


def test_not_the_holder(offer: Any, reverts: Any) -> None:
    with reverts("roles: not the holder"):
        offer("successor", by="BaFin")


def test_not_the_successor(offer: Any, act: Any, reverts: Any) -> None:
    offer("successor")
    with reverts("roles: not the successor"):
        act("accept_role", CONVENOR, by="nobody")


def test_other_role(offer: Any, act: Any, reverts: Any) -> None:
    offer("successor")
    with reverts("roles: not the successor"):
        act("accept_role", keccak(text="registrar"), by="successor")


def test_authority(offer: Any, act: Any, later: Any, reverts: Any, recognise: Any) -> None:
    offer("BaFin")
    with reverts("supervision: has a mandate"):
        act("accept_role", CONVENOR, by="BaFin")
    recognise("AMF", "FR", 2)
    offer("AMF")
    with reverts("supervision: has a mandate"):
        act("accept_role", CONVENOR, by="AMF")
    act("narrow_mandate", 1, ALL_POWERS, later(10), BASIS, by="convenor")
    offer("BaFin")
    act("accept_role", CONVENOR, by="BaFin")


def test_successor_that_becomes_an_authority(
    offer: Any, act: Any, recognise: Any, reverts: Any
) -> None:
    offer("AMF")
    recognise("AMF", "FR", 2)
    with reverts("supervision: has a mandate"):
        act("accept_role", CONVENOR, by="AMF")


def test_convenor_is_never_its_own_authority(
    offer: Any, act: Any, recognise: Any, reverts: Any
) -> None:
    """Not by way of a second key that is convenor for a moment either."""
    recognise("AMF", "FR", 2)
    offer("second key")
    act("accept_role", CONVENOR, by="second key")
    recognise("convenor", "ES", 3, by="second key")
    offer("convenor", by="second key")
    with reverts("supervision: has a mandate"):
        act("accept_role", CONVENOR, by="convenor")
