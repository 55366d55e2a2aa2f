"""`set_issuer`: one bit stops everybody whom an issuer let in from adding risk."""

from __future__ import annotations

from typing import Any

import pytest
from web3.contract import Contract

from tests.support.attested import SignedAttestation

from .conftest import BASIS, CASE, RISKY, SAFE


def test_default_behavior(
    registry: Contract, parties: Any, set_issuer: Any, logs: Any, reason: Any
) -> None:
    assert registry.functions.recognised_issuers().call() == 2
    receipt = set_issuer(1, False)
    (event,) = logs(receipt, registry)
    assert event.event == "IssuerChanged"
    assert dict(event.args) == {
        "issuer": 1,
        "legal_basis": BASIS,
        "recognised": 0,
        "case_hash": CASE,
    }
    assert {reason(action) for action in RISKY} == {10}
    assert {reason(action) for action in SAFE} == {0}
    set_issuer(1, True)
    assert registry.functions.recognised_issuers().call() == 2
    assert {reason(action) for action in RISKY} == {0}


def test_all_that_an_issuer_attested_stops_opening_at_once(
    registry: Contract,
    issuer: Any,
    set_issuer: Any,
    attest: Any,
    onboard: Any,
    actors: Any,
    reason: Any,
    claim: SignedAttestation,
    firm: Any,
) -> None:
    attest(claim)
    attest(claim.but(wallet=actors("second"), nonce=8))
    onboard(firm.but(wallet=actors("third")))
    set_issuer(2, False)
    for account, wallet in enumerate((claim.wallet, actors("second")), 1):
        assert {reason(action, account, wallet) for action in RISKY} == {10}
        assert {reason(action, account, wallet) for action in SAFE} == {0}
    assert reason(1, 3, actors("third")) == 0
    set_issuer(2, True)
    assert reason(1) == 0


def test_registrar_that_is_ended_does_nothing_more(
    registry: Contract,
    parties: Any,
    set_issuer: Any,
    send: Any,
    actors: Any,
    reverts: Any,
    firm: Any,
    now: Any,
) -> None:
    """A stolen registrar's key must not shut parties out for good, or a country's clients."""
    set_issuer(1, False)
    third = firm.but(wallet=actors("third"))
    calls = registry.functions
    for call in (
        calls.onboard(third),
        calls.onboard_many([third]),
        calls.renew(firm.wallet, 2, firm.expiry, 0, firm.screened_at),
        calls.revoke(firm.wallet, CASE),
        calls.publish_warning(b"DE", CASE, now() + 100),
    ):
        with reverts("parties: issuer not recognised"):
            send(call, actors("registrar"))


def test_no_authority(set_issuer: Any, reverts: Any) -> None:
    with reverts("supervision: no authority"):
        set_issuer(1, False, by="registrar")


@pytest.mark.parametrize("number", [0, 2, 127, 128, 255, 256, 2**255])
def test_no_such_issuer(set_issuer: Any, reverts: Any, number: int) -> None:
    """Only the registrar, and who was recognised with a signer."""
    with reverts("parties: no such issuer"):
        set_issuer(number, True)


def test_no_legal_basis(set_issuer: Any, reverts: Any) -> None:
    with reverts("parties: no legal basis"):
        set_issuer(1, False, basis=bytes(32))


def test_already_so(set_issuer: Any, issuer: Any, reverts: Any) -> None:
    for number in (1, 2):
        with reverts("parties: already so"):
            set_issuer(number, True)
        set_issuer(number, False)
        with reverts("parties: already so"):
            set_issuer(number, False)
