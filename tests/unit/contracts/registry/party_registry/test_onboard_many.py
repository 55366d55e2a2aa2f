"""`onboard_many`: the same road as `onboard`, all or none."""

from __future__ import annotations

from typing import Any

import pytest
from web3.contract import Contract

from tests.support.parties import Attestation, lei_text, lei_word, read_party


@pytest.fixture
def fifty(actors: Any, firm: Attestation) -> list[Attestation]:
    return [
        firm.but(wallet=actors(f"firm {number}"), identifier=lei_word(lei_text(number)))
        for number in range(1, 51)
    ]


def test_default_behavior(
    registry: Contract, send: Any, actors: Any, logs: Any, fifty: list[Attestation]
) -> None:
    receipt = send(registry.functions.onboard_many(fifty), actors("registrar"))
    assert registry.functions.account_count().call() == 50
    events = logs(receipt, registry)
    assert [event.args.account for event in events] == list(range(1, 51))
    for attestation, event in zip(fifty, events, strict=True):
        assert read_party(event.args.word).identifier == attestation.identifier
        assert registry.functions.word_of(attestation.wallet).call() == event.args.word


def test_not_the_registrar(
    registry: Contract, send: Any, actors: Any, reverts: Any, fifty: list[Attestation]
) -> None:
    with reverts("roles: not the holder"):
        send(registry.functions.onboard_many(fifty[:1]), actors("supervisor"))


def test_the_registrar_vouches_for_itself(
    registry: Contract, send: Any, actors: Any, reverts: Any, fifty: list[Attestation]
) -> None:
    own = fifty[1].but(wallet=actors("registrar"))
    with reverts("parties: vouches for itself"):
        send(registry.functions.onboard_many([fifty[0], own]), actors("registrar"))


def test_one_refused_refuses_all(
    registry: Contract, send: Any, actors: Any, reverts: Any, fifty: list[Attestation]
) -> None:
    with reverts("parties: wallet known"):
        send(registry.functions.onboard_many([fifty[0], fifty[1], fifty[0]]), actors("registrar"))
    assert registry.functions.account_count().call() == 0


def test_more_than_fifty(
    registry: Contract, send: Any, actors: Any, reverts: Any, fifty: list[Attestation]
) -> None:
    extra = fifty[0].but(wallet=actors("firm 51"), identifier=lei_word(lei_text(51)))
    with reverts(""):
        send(registry.functions.onboard_many([*fifty, extra]), actors("registrar"))
