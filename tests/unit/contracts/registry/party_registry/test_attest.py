"""`attest`: what a recognised issuer signed lets a party in, or renews it; anyone brings it."""

from __future__ import annotations

from typing import Any

import pytest
from web3.contract import Contract

from tests.support.attested import SignedAttestation, short_v
from tests.support.orders import NOBODY, high_s
from tests.support.parties import Attestation, lei_text, lei_word, read_party
from tests.support.registry import deploy_registry

from .conftest import CONTRACT_ISSUER, ISSUER_LEI, KEY_ISSUER


def test_default_behavior(
    registry: Contract, issuer: Any, attest: Any, logs: Any, reason: Any, claim: SignedAttestation
) -> None:
    receipt = attest(claim)
    word = registry.functions.word_of(claim.wallet).call()
    assert read_party(word) == (
        1,
        claim.identifier,
        "DE",
        2,
        0,
        KEY_ISSUER,
        0,
        claim.expiry,
        claim.screened_at,
        0,
    )
    assert registry.functions.account_count().call() == 1
    (event,) = logs(receipt, registry)
    assert event.event == "PartyAttested"
    assert dict(event.args) == {
        "account": 1,
        "wallet": claim.wallet,
        "word": word,
        "member": 0,
        "nonce": 7,
        "document": b"\x33" * 32,
    }
    assert reason(1) == 0
    assert [registry.functions.is_nonce_used(2, nonce).call() for nonce in (6, 7, 263)] == [
        False,
        True,
        False,
    ]


def test_the_party_brings_it(
    registry: Contract, issuer: Any, send: Any, signed: Any, claim: SignedAttestation
) -> None:
    call = registry.functions.attest(claim, signed(claim))
    assert call.call({"from": claim.wallet}) == 1
    send(call, claim.wallet)


def test_natural_person(
    registry: Contract,
    issuer: Any,
    onboard: Any,
    attest: Any,
    logs: Any,
    firm: Attestation,
    person: Attestation,
) -> None:
    onboard(firm)
    receipt = attest(SignedAttestation(*person, issuer=2, nonce=2**256 - 1))
    (event,) = logs(receipt, registry)
    assert event.args.member == 1
    assert event.args.nonce == 2**256 - 1
    word = registry.functions.word_of(person.wallet).call()
    assert read_party(word) == (
        2,
        2**103 + 9,
        "FR",
        1,
        1,
        2,
        0,
        person.expiry,
        person.screened_at,
        0,
    )


def test_by_a_contract(
    registry: Contract, contract_issuer: Contract, attest: Any, signed: Any, claim: Any
) -> None:
    """ERC-1271; also with a signature of four keys' length."""
    first = claim.but(issuer=CONTRACT_ISSUER)
    attest(first, signed(first, "contract owner"))
    word = read_party(registry.functions.word_of(claim.wallet).call())
    assert word.issuer == CONTRACT_ISSUER
    later = first.but(nonce=8, screened_at=first.screened_at + 1)
    attest(later, signed(later, "contract owner").ljust(260, b"\1"))


@pytest.mark.parametrize("mode", range(1, 9))
def test_contract_did_not_sign(
    contract_issuer: Contract,
    attest: Any,
    send: Any,
    signed: Any,
    reverts: Any,
    claim: SignedAttestation,
    mode: int,
) -> None:
    """Only the one exact word is yes. Mode 3 answers it and a word more, of which nothing is
    read: that is yes as well."""
    send(contract_issuer.functions.set_mode(mode))
    theirs = claim.but(issuer=CONTRACT_ISSUER)
    if mode == 3:
        attest(theirs, signed(theirs, "contract owner"))
        return
    with reverts("parties: contract did not sign"):
        attest(theirs, signed(theirs, "contract owner"))


def test_contract_knows_another_key(
    contract_issuer: Contract, attest: Any, signed: Any, reverts: Any, claim: Any
) -> None:
    theirs = claim.but(issuer=CONTRACT_ISSUER)
    for signature in (signed(theirs, "attester"), b"", b"\1" * 65):
        with reverts("parties: contract did not sign"):
            attest(theirs, signature)


def test_what_a_contract_may_burn(
    contract_issuer: Contract,
    registry: Contract,
    send: Any,
    actors: Any,
    signed: Any,
    reverts: Any,
    w3: Any,
    claim: SignedAttestation,
) -> None:
    """A hundred thousand, however much the caller brings."""
    send(contract_issuer.functions.set_mode(6))
    theirs = claim.but(issuer=CONTRACT_ISSUER)
    call = registry.functions.attest(theirs, signed(theirs, "contract owner"))
    with reverts("parties: contract did not sign"):
        send(call, actors("stranger"), gas=5_000_000)
    assert 100_000 < w3.eth.get_block("latest")["gasUsed"] < 160_000


def test_code_put_at_a_key_later_signs_nothing(
    registry: Contract, issuer: Any, backend: Any, deploy: Any, actors: Any, attest: Any, claim: Any
) -> None:
    """What a signer was when it was recognised, it stays: a key here, and no code is asked."""
    yes_sayer = deploy("tests/mocks/ContractIssuer", actors("thief"))
    machine = backend.chain.get_vm()
    code = machine.state.get_code(bytes.fromhex(yes_sayer.address[2:]))
    machine.state.set_code(issuer.canonical, code)
    machine.state.persist()
    backend.chain.header = backend.chain.header.copy(state_root=machine.state.state_root)
    attest(claim)
    assert registry.functions.account_count().call() == 1


@pytest.mark.parametrize("number", [0, 1, 3, 255, 256, 2**255])
def test_no_such_issuer(
    issuer: Any, attest: Any, reverts: Any, claim: SignedAttestation, number: int
) -> None:
    with reverts("parties: no such issuer"):
        attest(claim.but(issuer=number))


def test_issuer_not_recognised(
    issuer: Any, set_issuer: Any, attest: Any, reverts: Any, claim: SignedAttestation
) -> None:
    """What it signed before and nobody has brought is worth nothing either."""
    set_issuer(2, False)
    with reverts("parties: issuer not recognised"):
        attest(claim)


def test_not_the_issuer(
    issuer: Any, attest: Any, signed: Any, reverts: Any, claim: SignedAttestation
) -> None:
    for other in ("stranger", "registrar", "supervisor", "member"):
        with reverts("parties: not the issuer"):
            attest(claim, signed(claim, other))


@pytest.mark.parametrize(
    "changed",
    [
        {"wallet": "0x" + "01" * 20},
        {"identifier": lei_word(lei_text(3))},
        {"jurisdiction": b"FR"},
        {"category": 3},
        {"natural_person": True, "member": 1},
        {"expiry": 2**32 - 1},
        {"status_until": 2**32 - 1},
        {"screened_at": 0},
        {"nonce": 8},
        {"document": bytes(32)},
    ],
    ids=lambda changed: "+".join(changed),
)
def test_every_field_is_signed(
    registry: Contract,
    issuer: Any,
    onboard: Any,
    attest: Any,
    signed: Any,
    reverts: Any,
    actors: Any,
    firm: Attestation,
    claim: SignedAttestation,
    changed: dict[str, Any],
) -> None:
    onboard(firm.but(wallet=actors("carrier")))
    with reverts("parties: not the issuer"):
        attest(claim.but(**changed), signed(claim))


def test_the_issuer_is_signed_too(
    issuer: Any, recognise: Any, contract_issuer: Any, attest: Any, signed: Any, reverts: Any, claim
) -> None:
    with reverts("parties: contract did not sign"):
        attest(claim.but(issuer=CONTRACT_ISSUER), signed(claim))


@pytest.mark.parametrize(
    ("altered", "why"),
    [
        (high_s, "signatures: high s"),
        (short_v, "signatures: bad v"),
        (lambda signature: signature[:64], "signatures: length"),
        (lambda signature: signature + b"\0", "signatures: length"),
        (lambda signature: b"", "signatures: length"),
        (lambda signature: bytes(64) + signature[64:], "signatures: no signer"),
    ],
)
def test_malleable(
    issuer: Any, attest: Any, signed: Any, reverts: Any, claim: Any, altered: Any, why: str
) -> None:
    with reverts(why):
        attest(claim, altered(signed(claim)))


@pytest.mark.parametrize("altered", [lambda signature: signature, high_s, short_v])
def test_brought_twice(
    issuer: Any, attest: Any, signed: Any, reverts: Any, claim: Any, altered: Any
) -> None:
    attest(claim)
    signature = altered(signed(claim))
    with reverts("parties: nonce used" if signature == signed(claim) else None):
        attest(claim, signature)


@pytest.mark.parametrize("altered", [lambda signature: signature, high_s, short_v])
def test_revoked_and_brought_again(
    registry: Contract,
    issuer: Any,
    attest: Any,
    send: Any,
    signed: Any,
    actors: Any,
    reverts: Any,
    reason: Any,
    claim: SignedAttestation,
    altered: Any,
) -> None:
    """Not the old one in any encoding, and not a new one either."""
    attest(claim)
    send(registry.functions.revoke(claim.wallet, b"\1" * 32), actors("registrar"))
    with reverts(None):
        attest(claim, altered(signed(claim)))
    with reverts("parties: revoked"):
        attest(claim.but(nonce=8, screened_at=claim.screened_at + 1))
    assert reason(1) == 3


def test_another_registry(
    registry: Contract,
    issuer: Any,
    deploy: Any,
    send: Any,
    actors: Any,
    attest: Any,
    reverts: Any,
    w3: Any,
    now: Any,
    claim: SignedAttestation,
) -> None:
    twin = deploy_registry(deploy, w3, send, actors, now).parties
    with reverts("parties: not the issuer"):
        attest(claim, claim.sign(issuer.key, twin.address, w3.eth.chain_id))


def test_another_chain(
    registry: Contract, issuer: Any, attest: Any, reverts: Any, w3: Any, claim: SignedAttestation
) -> None:
    with reverts("parties: not the issuer"):
        attest(claim, claim.sign(issuer.key, registry.address, w3.eth.chain_id + 1))


def test_vouches_for_its_own_wallet(
    issuer: Any,
    contract_issuer: Contract,
    attest: Any,
    signed: Any,
    reverts: Any,
    claim: SignedAttestation,
) -> None:
    with reverts("parties: vouches for itself"):
        attest(claim.but(wallet=issuer))
    theirs = claim.but(issuer=CONTRACT_ISSUER, wallet=contract_issuer.address)
    with reverts("parties: vouches for itself"):
        attest(theirs, signed(theirs, "contract owner"))


def test_vouches_for_its_own_party(
    issuer: Any, attest: Any, actors: Any, reverts: Any, claim: SignedAttestation
) -> None:
    """The party with its LEI, whatever wallet it uses; another LEI passes."""
    with reverts("parties: vouches for itself"):
        attest(claim.but(identifier=ISSUER_LEI))
    attest(claim)


def test_another_issuer_attests_an_issuer(
    registry: Contract, issuer: Any, recognise: Any, actors: Any, attest: Any, claim: Any
) -> None:
    recognise(4, actors("second attester"), lei_word(lei_text(902)))
    attest(claim.but(wallet=actors("second attester"), identifier=lei_word(lei_text(902))))
    assert registry.functions.isVerified(actors("second attester")).call()


def test_no_wallet(issuer: Any, attest: Any, reverts: Any, claim: SignedAttestation) -> None:
    with reverts("parties: no wallet"):
        attest(claim.but(wallet=NOBODY))


@pytest.mark.parametrize(
    ("changed", "why"),
    [
        ({"jurisdiction": b"d1"}, "parties: bad jurisdiction"),
        ({"jurisdiction": b"\0\0"}, "parties: bad jurisdiction"),
        ({"jurisdiction": b"UK"}, "parties: bad jurisdiction"),
        ({"jurisdiction": b"ZZ"}, "parties: bad jurisdiction"),
        ({"category": 0}, "parties: bad category"),
        ({"category": 4}, "parties: bad category"),
        ({"expiry": 0}, "parties: bad expiry"),
        ({"expiry": 2**32}, "parties: bad expiry"),
        ({"status_until": 1}, "parties: bad status date"),
        ({"status_until": 2**32}, "parties: bad status date"),
        ({"category": 1, "status_until": 2**32 - 1}, "parties: bad status date"),
        ({"screened_at": 2**32 - 1}, "parties: future screening"),
        ({"screened_at": 1}, "parties: stale screening"),
        ({"identifier": lei_word(lei_text(1)) + 1}, "parties: bad lei"),
        ({"identifier": 0}, "parties: bad lei"),
        ({"member": 1}, "parties: member of a firm"),
        ({"natural_person": True, "identifier": 2**104}, "parties: bad client code"),
        ({"natural_person": True, "identifier": 5, "member": 9}, "parties: bad member"),
    ],
)
def test_bad_input(
    issuer: Any, attest: Any, reverts: Any, claim: Any, changed: dict[str, Any], why: str
) -> None:
    with reverts(why):
        attest(claim.but(**changed))


def test_expired(issuer: Any, attest: Any, reverts: Any, set_time: Any, claim: Any) -> None:
    """Signed in time, brought too late."""
    set_time(claim.expiry)
    with reverts("parties: bad expiry"):
        attest(claim)
