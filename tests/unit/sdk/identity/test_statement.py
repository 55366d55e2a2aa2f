"""Attestations of the SDK: refused before they are signed, verified offline, taken by the chain."""

from __future__ import annotations

import json
from dataclasses import replace
from typing import Any

import pytest

from keelmark.bindings.party_registry import PartyRegistry, Revocation, SignedAttestation
from keelmark.chain import Chain
from keelmark.chain.signer import Signer
from keelmark.errors import InputError, Reverted
from keelmark.identity import (
    Statement,
    read_statement,
    recover,
    relay,
    revoke,
    sign,
    verify,
    write_statement,
)
from keelmark.margin.words import unpack_party
from tests.support.attested import SignedAttestation as Independent
from tests.support.attested import short_v
from tests.support.orders import high_s
from tests.support.parties import lei_text, lei_word


@pytest.fixture
def relayer(chain: Chain, actors: Any) -> Any:
    """Somebody who brings what others signed."""
    assert chain.local is not None
    chain.local.fund(actors("relayer"), 10**24)
    return chain.signing(Signer.from_key(actors("relayer").key))


@pytest.fixture
def make(chain: Chain, registry: PartyRegistry, signer: Signer, content: Any) -> Any:
    """``make(nonce=…, …)``: a signed attestation."""

    def made(**changed: Any) -> Statement:
        return sign(
            signer, content(**changed), chain_id=chain.chain_id(), registry=registry.address
        )

    return made


def test_default_behavior(
    chain: Chain, registry: PartyRegistry, signer: Signer, relayer: Any, make: Any
) -> None:
    signed = make(document=b"\x44" * 32)
    verify(signed, signer.address, chain_id=chain.chain_id(), registry=registry.address)
    relayer.run(relay(registry, [signed]))
    wallet = signed.content.wallet
    party = unpack_party(chain.run(registry.word_of(wallet)))
    assert (party.account, party.identifier, party.issuer) == (1, lei_word(lei_text(1)), 2)
    assert chain.run(registry.is_verified(wallet))


def test_signature_is_that_of_the_type_written_by_hand(
    chain: Chain, registry: PartyRegistry, actors: Any, make: Any
) -> None:
    signed = make()
    fields = [getattr(signed.content, name) for name in Independent._fields]
    by_hand = Independent(*fields).sign(actors("attester").key, registry.address, chain.chain_id())
    assert signed.signature == by_hand


def test_many(chain: Chain, registry: PartyRegistry, relayer: Any, actors: Any, make: Any) -> None:
    signed = [
        make(nonce=number, wallet=str(actors(f"firm {number}")), lei=lei_text(number))
        for number in range(1, 4)
    ]
    relayer.run(relay(registry, signed))
    assert chain.run(registry.account_count()) == 3


def test_revoke(
    chain: Chain, registry: PartyRegistry, signer: Signer, relayer: Any, make: Any
) -> None:
    signed = make()
    relayer.run(relay(registry, [signed]))
    ending = sign(
        signer,
        Revocation(signed.content.wallet, 2, 9, b"\1" * 32),
        chain_id=chain.chain_id(),
        registry=registry.address,
    )
    verify(ending, signer.address)
    relayer.run(revoke(registry, ending))
    assert not chain.run(registry.is_verified(signed.content.wallet))
    with pytest.raises(Reverted, match="nonce used"):
        relayer.run(relay(registry, [signed]))


@pytest.mark.parametrize(
    ("changed", "why"),
    [
        ({"lei": lei_text(1)[:-1] + "0"}, "check digits"),
        ({"lei": "short"}, "18 letters"),
        ({"lei": None}, "lei, client_code: expected one"),
        ({"client_code": 5}, "lei, client_code: expected one"),
        ({"lei": None, "client_code": 0, "member": 1}, "client_code"),
        ({"lei": None, "client_code": 2**104, "member": 1}, "client_code"),
        ({"lei": None, "client_code": 5}, "member"),
        ({"lei": None, "client_code": 5, "member": 1, "category": 3}, "no eligible counterparty"),
        ({"member": 1}, "member"),
        ({"wallet": "0x" + "ab" * 20}, "wallet: expected a checksummed"),
        ({"jurisdiction": "de"}, "jurisdiction"),
        ({"jurisdiction": "DEU"}, "jurisdiction"),
        ({"jurisdiction": "UK"}, "jurisdiction"),
        ({"jurisdiction": "ZZ"}, "jurisdiction"),
        ({"jurisdiction": ""}, "jurisdiction"),
        ({"jurisdiction": "É1"}, "jurisdiction"),
        ({"category": 0}, "category"),
        ({"category": 4}, "category"),
        ({"expiry": 1}, "expiry"),
        ({"expiry": 2**32}, "expiry"),
        ({"screened_at": 2**32 - 1}, "screened_at"),
        ({"screened_at": 0}, "screened_at"),
        ({"issuer": 1}, "issuer"),
        ({"issuer": 128}, "issuer"),
        ({"status_until": 1}, "status_until"),
        ({"status_until": 2**32}, "status_until"),
        ({"status_until": 2**32 - 1, "category": 1}, "status_until"),
        ({"nonce": -1}, "nonce"),
        ({"document": b""}, "document"),
    ],
)
def test_bad_input(content: Any, changed: dict[str, Any], why: str) -> None:
    with pytest.raises(InputError, match=why):
        content(**changed)


def test_natural_person(content: Any) -> None:
    made = content(lei=None, client_code=2**104 - 1, member=1, category=1)
    assert made.natural_person
    assert made.identifier == 2**104 - 1


def test_nobody_vouches_for_itself(signer: Signer, content: Any, registry: PartyRegistry) -> None:
    own = content(wallet=signer.address)
    with pytest.raises(InputError, match="vouches for itself"):
        sign(signer, own, chain_id=1, registry=registry.address)


@pytest.mark.parametrize(
    ("altered", "why"),
    [
        (high_s, "upper half"),
        (short_v, "v to be 27 or 28"),
        (lambda signature: signature[:64], "65 bytes"),
        (lambda signature: signature + b"\0", "65 bytes"),
        (lambda signature: bytes(64) + b"\x1b", "that a key made"),
    ],
)
def test_malleable(make: Any, signer: Signer, altered: Any, why: str) -> None:
    signed = make()
    changed = replace(signed, signature=altered(signed.signature))
    with pytest.raises(InputError, match=why):
        verify(changed, signer.address)


@pytest.mark.parametrize(
    "changed", [{"category": 1}, {"nonce": 2}, {"expiry": 2**32 - 1}, {"document": b"\1" * 32}]
)
def test_another_text(make: Any, signer: Signer, changed: dict[str, Any]) -> None:
    signed = make()
    with pytest.raises(InputError, match="another text"):
        verify(replace(signed, content=replace(signed.content, **changed)), signer.address)


def test_verify_refuses(make: Any, signer: Signer, actors: Any) -> None:
    signed = make()
    with pytest.raises(InputError, match="another text was; expected"):
        verify(signed, actors("stranger"))
    with pytest.raises(InputError, match="chain: "):
        verify(signed, signer.address, chain_id=signed.chain_id + 1)
    with pytest.raises(InputError, match="registry: "):
        verify(signed, signer.address, registry=actors("stranger"))
    verify(signed, signer.address, now=signed.content.expiry - 1)
    with pytest.raises(InputError, match="expiry: "):
        verify(signed, signer.address, now=signed.content.expiry)
    assert recover(replace(signed, chain_id=99)) != signer.address


def test_relay_refuses(
    registry: PartyRegistry, signer: Signer, make: Any, actors: Any, content: Any
) -> None:
    signed = make()
    place = {"chain_id": signed.chain_id, "registry": registry.address}
    ending = sign(signer, Revocation(signed.content.wallet, 2, 9, bytes(32)), **place)
    elsewhere = replace(signed, registry=str(actors("stranger")))
    for statements, why in (
        ([], "1 to 50"),
        ([signed] * 51, "1 to 50"),
        ([signed, signed], "same nonce"),
        ([ending], "a revocation is among them"),
        ([elsewhere], "registry: "),
    ):
        with pytest.raises(InputError, match=why):
            relay(registry, statements)
    with pytest.raises(InputError, match="expected a revocation"):
        revoke(registry, signed)
    with pytest.raises(InputError, match="registry: "):
        revoke(registry, replace(ending, registry=str(actors("stranger"))))


def test_file(make: Any, signer: Signer) -> None:
    signed = make(document=b"\x55" * 32)
    text = write_statement(signed)
    assert read_statement(text) == signed
    ending = sign(
        signer,
        Revocation(signed.content.wallet, 2, 9, b"\1" * 32),
        chain_id=1,
        registry=signed.registry,
    )
    assert read_statement(write_statement(ending)) == ending
    assert isinstance(read_statement(text).content, SignedAttestation)


@pytest.mark.parametrize(
    ("place", "value"),
    [
        (("primaryType",), "Order"),
        (("domain", "name"), "Keelmark OrderMatcher"),
        (("domain", "version"), "2"),
        (("domain", "chainId"), "1"),
        (("domain", "chainId"), True),
        (("domain", "salt"), "0x00"),
        (("domain", "verifyingContract"), "0x" + "ab" * 20),
        (("types", "Attestation"), []),
        (("types",), None),
        (("message", "wallet"), "0x" + "ab" * 20),
        (("message", "wallet"), 5),
        (("message", "category"), "2"),
        (("message", "category"), True),
        (("message", "category"), -1),
        (("message", "nonce"), 2**256),
        (("message", "natural_person"), 1),
        (("message", "jurisdiction"), "0x4445ff"),
        (("message", "jurisdiction"), "DE"),
        (("message", "document"), 5),
        (("message", "more"), 1),
        (("signature",), "zz"),
        (("signature",), None),
    ],
)
def test_no_statement(make: Any, place: tuple[str, ...], value: Any) -> None:
    document = json.loads(write_statement(make()))
    target = document
    for part in place[:-1]:
        target = target[part]
    target[place[-1]] = value
    with pytest.raises(InputError, match=r"statement: |registry: |wallet: "):
        read_statement(json.dumps(document))


@pytest.mark.parametrize("text", ["", "[]", "{}", "1", "null", "[" * 100_000])
def test_unreadable(text: str) -> None:
    with pytest.raises(InputError, match="statement: expected"):
        read_statement(text)
