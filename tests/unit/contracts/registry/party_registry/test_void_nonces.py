"""`void_nonces`: an issuer makes worthless what it signed and nobody has brought yet."""

from __future__ import annotations

from typing import Any

import pytest
from web3.contract import Contract

from tests.support.attested import Revocation, SignedAttestation


@pytest.fixture
def void(registry: Contract, send: Any, actors: Any) -> Any:
    def voided(nonces: list[int], number: int = 2, by: str = "attester") -> Any:
        return send(registry.functions.void_nonces(number, nonces), actors(by))

    return voided


def test_default_behavior(
    registry: Contract, issuer: Any, attest: Any, void: Any, logs: Any, reverts: Any, claim: Any
) -> None:
    events = logs(void([claim.nonce, 2**256 - 1]), registry)
    assert [event.event for event in events] == ["NonceVoided"] * 2
    assert [dict(event.args) for event in events] == [
        {"issuer": 2, "nonce": claim.nonce},
        {"issuer": 2, "nonce": 2**256 - 1},
    ]
    assert registry.functions.is_nonce_used(2, 2**256 - 1).call()
    with reverts("parties: nonce used"):
        attest(claim)
    attest(claim.but(nonce=8))


def test_a_revocation_too(
    registry: Contract, issuer: Any, attest: Any, void: Any, send: Any, signed: Any, reverts, claim
) -> None:
    attest(claim)
    ending = Revocation(claim.wallet, 2, 100)
    void([100])
    with reverts("parties: nonce used"):
        send(registry.functions.revoke_attested(ending, signed(ending)))


def test_used_ones_are_passed_over(
    registry: Contract, issuer: Any, attest: Any, void: Any, logs: Any, claim: SignedAttestation
) -> None:
    attest(claim)
    events = logs(void([claim.nonce, 9, 9]), registry)
    assert [event.args.nonce for event in events] == [9]


def test_other_issuers_nonces_stay(
    registry: Contract, issuer: Any, contract_issuer: Any, void: Any
) -> None:
    void([7])
    assert not registry.functions.is_nonce_used(3, 7).call()


def test_recognised_or_not(registry: Contract, issuer: Any, set_issuer: Any, void: Any) -> None:
    set_issuer(2, False)
    void([7])
    assert registry.functions.is_nonce_used(2, 7).call()


@pytest.mark.parametrize("role", ["stranger", "registrar", "supervisor"])
def test_not_the_issuer(issuer: Any, void: Any, reverts: Any, role: str) -> None:
    for number in (0, 1, 2, 9):
        with reverts("parties: not the issuer"):
            void([7], number, role)


def test_more_than_fifty(issuer: Any, void: Any, reverts: Any) -> None:
    with reverts(""):
        void(list(range(51)))
