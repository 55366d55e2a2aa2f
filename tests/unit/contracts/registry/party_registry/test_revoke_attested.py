"""`revoke_attested`: an issuer takes back what it attested, by a signature or by its own call."""

from __future__ import annotations

from typing import Any

import pytest
from web3.contract import Contract

from tests.support.attested import Revocation, SignedAttestation, short_v
from tests.support.orders import high_s
from tests.support.parties import Attestation, lei_text, lei_word, read_party

from .conftest import CONTRACT_ISSUER, RISKY, SAFE


@pytest.fixture
def end(claim: SignedAttestation) -> Revocation:
    """Issuer 2 takes back what it said of the firm."""
    return Revocation(claim.wallet, 2, 100)


@pytest.fixture
def revoke(registry: Contract, send: Any, actors: Any, signed: Any) -> Any:
    def revoked(ending: Revocation, signature: bytes | None = None, by: str = "stranger") -> Any:
        with_ = signed(ending) if signature is None else signature
        return send(registry.functions.revoke_attested(ending, with_), actors(by))

    return revoked


def test_default_behavior(
    registry: Contract,
    issuer: Any,
    attest: Any,
    revoke: Any,
    logs: Any,
    reason: Any,
    claim: SignedAttestation,
    end: Revocation,
) -> None:
    attest(claim)
    (event,) = logs(revoke(end), registry)
    word = registry.functions.word_of(claim.wallet).call()
    assert read_party(word).flags == 8
    assert event.event == "AttestationRevoked"
    assert dict(event.args) == {
        "account": 1,
        "wallet": claim.wallet,
        "word": word,
        "nonce": 100,
        "reason": b"\x22" * 32,
    }
    assert registry.functions.is_nonce_used(2, 100).call()
    assert {reason(action) for action in RISKY} == {3}
    assert {reason(action) for action in SAFE} == {0}


def test_by_its_own_call(
    issuer: Any, attest: Any, revoke: Any, reason: Any, claim: Any, end: Revocation
) -> None:
    attest(claim)
    revoke(end, b"", "attester")
    assert reason(1) == 3


def test_by_a_contract(
    registry: Contract,
    contract_issuer: Contract,
    attest: Any,
    revoke: Any,
    send: Any,
    signed: Any,
    actors: Any,
    reverts: Any,
    reason: Any,
    claim: SignedAttestation,
    end: Revocation,
) -> None:
    """Signed through it, or called by it."""
    first = claim.but(issuer=CONTRACT_ISSUER)
    second = first.but(wallet=actors("second"), nonce=8)
    for item in (first, second):
        attest(item, signed(item, "contract owner"))
    ending = end._replace(issuer=CONTRACT_ISSUER)
    with reverts("parties: contract did not sign"):
        revoke(ending)
    revoke(ending, signed(ending, "contract owner"))
    other = ending._replace(wallet=actors("second"), nonce=101)
    data = registry.encode_abi("revoke_attested", [other, b""])
    send(contract_issuer.functions.call(registry.address, data))
    assert reason(1) == reason(1, 2, actors("second")) == 3


@pytest.mark.parametrize("role", ["stranger", "registrar", "supervisor", "member"])
def test_not_the_issuer(
    issuer: Any, attest: Any, revoke: Any, signed: Any, reverts: Any, claim: Any, end: Any, role
) -> None:
    attest(claim)
    with reverts("parties: not the issuer"):
        revoke(end, b"", role)
    with reverts("parties: not the issuer"):
        revoke(end, signed(end, role))


@pytest.mark.parametrize(
    "changed", [{"wallet": "0x" + "01" * 20}, {"nonce": 101}, {"reason": bytes(32)}]
)
def test_every_field_is_signed(
    issuer: Any, attest: Any, revoke: Any, signed: Any, reverts: Any, claim: Any, end: Any, changed
) -> None:
    attest(claim)
    with reverts("parties: not the issuer"):
        revoke(end._replace(**changed), signed(end))


def test_an_attestation_is_no_revocation(
    issuer: Any, attest: Any, revoke: Any, signed: Any, reverts: Any, claim: Any, end: Any
) -> None:
    attest(claim)
    with reverts("parties: not the issuer"):
        revoke(end._replace(nonce=claim.nonce), signed(claim))


@pytest.mark.parametrize(
    ("altered", "why"),
    [(high_s, "signatures: high s"), (short_v, "signatures: bad v")],
)
def test_malleable(
    issuer: Any, attest: Any, revoke: Any, signed: Any, reverts: Any, claim: Any, end, altered, why
) -> None:
    attest(claim)
    with reverts(why):
        revoke(end, altered(signed(end)))


def test_another_chain_or_registry(
    registry: Contract,
    issuer: Any,
    attest: Any,
    revoke: Any,
    reverts: Any,
    w3: Any,
    claim: Any,
    end: Revocation,
) -> None:
    attest(claim)
    for address, chain in ((claim.wallet, 0), (registry.address, 1)):
        with reverts("parties: not the issuer"):
            revoke(end, end.sign(issuer.key, address, w3.eth.chain_id + chain))


def test_nonce_used(issuer: Any, attest: Any, revoke: Any, reverts: Any, claim: Any, end) -> None:
    attest(claim)
    with reverts("parties: nonce used"):
        revoke(end._replace(nonce=claim.nonce))


def test_revoked(issuer: Any, attest: Any, revoke: Any, reverts: Any, claim: Any, end) -> None:
    attest(claim)
    revoke(end)
    with reverts("parties: revoked"):
        revoke(end._replace(nonce=101))


def test_no_such_party(issuer: Any, revoke: Any, reverts: Any, end: Revocation) -> None:
    with reverts("parties: no such party"):
        revoke(end)


def test_another_issuer(
    issuer: Any,
    onboard: Any,
    recognise: Any,
    attest: Any,
    revoke: Any,
    signed: Any,
    actors: Any,
    reverts: Any,
    firm: Attestation,
    claim: SignedAttestation,
    end: Revocation,
) -> None:
    """Not what the registrar attested, nor what another did."""
    onboard(firm)
    with reverts("parties: another issuer"):
        revoke(end)
    recognise(4, actors("second attester"), lei_word(lei_text(902)))
    attest(claim.but(wallet=actors("second")))
    ending = end._replace(wallet=actors("second"), issuer=4)
    with reverts("parties: another issuer"):
        revoke(ending, signed(ending, "second attester"))


def test_an_issuer_that_counts_no_more(
    issuer: Any, set_issuer: Any, attest: Any, revoke: Any, reverts: Any, claim: Any, end
) -> None:
    """A stolen key must not shut parties out for good after it was found out."""
    attest(claim)
    set_issuer(2, False)
    with reverts("parties: issuer not recognised"):
        revoke(end)
    with reverts("parties: issuer not recognised"):
        revoke(end, b"", "attester")
