"""`revoke`: no new risk, for good, and a way out of the old."""

from __future__ import annotations

from typing import Any

import pytest
from web3.contract import Contract

from tests.support.parties import Attestation, read_party

from .conftest import RISKY, SAFE

WHY = b"documents withdrawn".ljust(32, b"\0")


@pytest.fixture
def revoke(registry: Contract, send: Any, actors: Any, parties: Any, firm: Attestation) -> Any:
    return lambda by="registrar", wallet=firm.wallet: send(
        registry.functions.revoke(wallet, WHY), actors(by)
    )


def test_default_behavior(
    registry: Contract, revoke: Any, logs: Any, reason: Any, firm: Attestation
) -> None:
    receipt = revoke()
    word = registry.functions.word_of(firm.wallet).call()
    assert read_party(word).flags == 8
    (event,) = logs(receipt, registry)
    assert event.event == "PartyRevoked"
    assert dict(event.args) == {"account": 1, "wallet": firm.wallet, "word": word, "reason": WHY}
    assert {reason(action) for action in RISKY} == {3}
    assert {reason(action) for action in SAFE} == {0}


def test_not_the_registrar(revoke: Any, reverts: Any) -> None:
    with reverts("roles: not the holder"):
        revoke(by="supervisor")


def test_no_such_party(revoke: Any, actors: Any, reverts: Any) -> None:
    with reverts("parties: no such party"):
        revoke(wallet=actors("stranger"))


def test_twice(revoke: Any, reverts: Any) -> None:
    revoke()
    with reverts("parties: revoked"):
        revoke()
