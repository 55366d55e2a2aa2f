"""Gas of the party registry, from receipts: onboarding, renewal, revocation, powers, the gate.

Beside peers: T-REX verifies the signature of a claim again at every call; here it is verified
once, when it is brought, and what was written is trusted until its issuer's bit is cleared, the
party is revoked or its time is over.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest
from web3.contract import Contract

from benchmarks.gas_table import record
from tests.support.attested import Revocation, SignedAttestation
from tests.support.parties import Attestation, lei_text, lei_word

DAY = 86_400
YEAR = 365 * DAY
BASIS = b"EU 596/2014 Art. 23".ljust(32, b"\0")
CASE = b"\x11" * 32
OPEN, CRYPTO = 1, 7
INTRINSIC = 21_000


@pytest.fixture
def registry(deploy: Any, actors: Any, send: Any) -> Contract:
    """A registry that has an issuer 2."""
    made: Contract = deploy("registry/PartyRegistry", actors("registrar"), actors("supervisor"))
    lei = lei_word(lei_text(900))
    call = made.functions.recognise_issuer(2, actors("attester"), lei, BASIS, CASE)
    send(call, actors("supervisor"))
    return made


@pytest.fixture
def claims(actors: Any, now: Callable[[], int]) -> list[SignedAttestation]:
    """What issuer 2 says of sixty firms, each with a document."""
    return [
        SignedAttestation(
            actors(f"firm {number}"),
            lei_word(lei_text(number)),
            b"DE",
            2,
            False,
            0,
            now() + YEAR,
            now() - DAY,
            issuer=2,
            nonce=number,
            document=bytes([number]) * 32,
        )
        for number in range(1, 61)
    ]


@pytest.fixture
def signed(registry: Contract, actors: Any, w3: Any) -> Callable[[Any], bytes]:
    """A signature of issuer 2's."""

    def sign(statement: Any) -> bytes:
        made: bytes = statement.sign(actors("attester").key, registry.address, w3.eth.chain_id)
        return made

    return sign


def test_attested(
    registry: Contract, send: Any, actors: Any, signed: Any, claims: list[SignedAttestation]
) -> None:
    """By a relayer; the issuer's nonce word is in use, but for the first row."""
    attest = registry.functions.attest
    first = send(attest(claims[0], signed(claims[0])))["gasUsed"]
    record("onboard attested, an issuer's first of 256 nonces", first)
    second = send(attest(claims[1], signed(claims[1])))["gasUsed"]
    record("onboard attested, chained", second, 84_000, "766k T-REX, 255k ACE")
    later = claims[1].but(nonce=200, screened_at=claims[1].screened_at + 1)
    record("renew attested, chained", send(attest(later, signed(later)))["gasUsed"])
    many = claims[2:52]
    batch = registry.functions.attest_many(many, [signed(claim) for claim in many])
    each = -(-send(batch)["gasUsed"] // 50)
    record("onboard attested, each of a batch of 50", each, 28_000, "766k T-REX, 255k ACE")
    end = Revocation(claims[1].wallet, 2, 201)
    call = registry.functions.revoke_attested(end, signed(end))
    record("revoke attested, chained", send(call)["gasUsed"])
    lei = lei_word(lei_text(901))
    other = registry.functions.recognise_issuer(3, actors("second attester"), lei, BASIS, CASE)
    record("recognise an issuer", send(other, actors("supervisor"))["gasUsed"])
    off = registry.functions.set_issuer(2, False, BASIS, CASE)
    record("end an issuer's recognition", send(off, actors("supervisor"))["gasUsed"])


def test_registrar(
    registry: Contract, send: Any, actors: Any, claims: list[SignedAttestation]
) -> None:
    """By the registrar's own calls."""
    parties = [Attestation(*claim[:8]) for claim in claims]
    send(registry.functions.onboard(parties[0]), actors("registrar"))
    one = send(registry.functions.onboard(parties[1]), actors("registrar"))["gasUsed"]
    record("onboard by the registrar, chained", one, None, "50k CMTAT allowlist, no rules")
    batch = registry.functions.onboard_many(parties[2:52])
    each = -(-send(batch, actors("registrar"))["gasUsed"] // 50)
    record("onboard by the registrar, each of a batch of 50", each, 28_000, "766k T-REX")
    freeze = registry.functions.freeze(1, BASIS, CASE)
    frozen = send(freeze, actors("supervisor"))["gasUsed"]
    record("freeze with basis and case, chained", frozen, 42_000, "61k T-REX, no reason")


def test_gate(registry: Contract, send: Any, actors: Any, claims: list[SignedAttestation]) -> None:
    """All state cold, without what a transaction pays for itself and its data."""
    for claim in claims[:2]:
        send(registry.functions.onboard(Attestation(*claim[:8])), actors("registrar"))

    def cold(call: Any) -> int:
        data = bytes.fromhex(call._encode_transaction_data()[2:])
        paid = sum(16 if byte else 4 for byte in data)
        return int(send(call)["gasUsed"]) - INTRINSIC - paid

    first, second = claims[0].wallet, claims[1].wallet
    one = cold(registry.functions.gate(first, 1, OPEN, CRYPTO))
    record("gate, one party, cold", one, 12_000, "141k T-REX, 57k ACE")
    both = registry.functions.gate_trade(first, 1, OPEN, second, 2, OPEN, CRYPTO)
    record("gate, both sides of a trade, cold", cold(both), 17_000, "237k Securitize")
    answer = cold(registry.functions.isVerified(first))
    record("isVerified, cold", answer, None, "141k T-REX")
