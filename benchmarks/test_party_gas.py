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
from tests.support.market import Market
from tests.support.orders import WAD
from tests.support.parties import Attestation, lei_text, lei_word
from tests.support.registry import BASIS, CASE, DAY, ZERO, Registry, deploy_registry
from tests.support.supervision import ALL_POWERS, FREEZE

YEAR = 365 * DAY
FOREVER = 2**32 - 1
OPEN, WITHDRAW, CRYPTO = 1, 5, 7
INTRINSIC = 21_000


@pytest.fixture
def standing(deploy: Any, w3: Any, send: Any, actors: Any, now: Any) -> Registry:
    """A registry that has an issuer 2."""
    made = deploy_registry(deploy, w3, send, actors, now)
    lei = lei_word(lei_text(900))
    call = made.parties.functions.recognise_issuer(2, actors("attester"), lei, BASIS, CASE)
    send(call, actors("supervisor"))
    return made


@pytest.fixture
def registry(standing: Registry) -> Contract:
    """The registry, with what is delegated to its desk."""
    return standing.parties


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
            0,
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
    standing: Registry,
    registry: Contract,
    send: Any,
    actors: Any,
    claims: list[SignedAttestation],
) -> None:
    """By the registrar's own calls."""
    parties = [Attestation(*claim[:9]) for claim in claims]
    send(registry.functions.onboard(parties[0]), actors("registrar"))
    one = send(registry.functions.onboard(parties[1]), actors("registrar"))["gasUsed"]
    record("onboard by the registrar, chained", one, None, "50k CMTAT allowlist, no rules")
    batch = registry.functions.onboard_many(parties[2:52])
    each = -(-send(batch, actors("registrar"))["gasUsed"] // 50)
    record("onboard by the registrar, each of a batch of 50", each, 28_000, "766k T-REX")
    frozen = send(standing.power("freeze", claims[0].wallet), actors("supervisor"))["gasUsed"]
    record("freeze with basis and case, chained", frozen, 42_000, "61k T-REX, no reason")


@pytest.fixture
def cold(send: Any) -> Callable[[Any], int]:
    """All state cold, without what a transaction pays for itself and its data."""

    def measured(call: Any) -> int:
        data = bytes.fromhex(call._encode_transaction_data()[2:])
        paid = sum(16 if byte else 4 for byte in data)
        return int(send(call)["gasUsed"]) - INTRINSIC - paid

    return measured


def test_screened(
    standing: Registry, send: Any, actors: Any, now: Any, claims: list[SignedAttestation]
) -> None:
    """The list has no oracles; the party is on it."""
    parties = standing.parties.functions
    for claim in claims[:2]:
        send(parties.onboard(Attestation(*claim[:9])), actors("registrar"))
    entry = (claims[0].wallet, b"OFAC-SDN-12345".ljust(32, b"\0"))
    listing = standing.sanctions.functions.update([], [entry], b"\x5b" * 32, now())
    send(listing, actors("sanctions officer"))
    record("screen a party", send(parties.screen(claims[0].wallet))["gasUsed"])


def test_under_an_agreement(
    standing: Registry,
    send: Any,
    actors: Any,
    now: Any,
    set_time: Any,
    claims: list[SignedAttestation],
) -> None:
    """An authority of another jurisdiction freezes by a power that was lent to it."""
    send(standing.parties.functions.onboard(Attestation(*claims[0][:9])), actors("registrar"))
    supervision = standing.supervision.functions
    lei = lei_word(lei_text(990_002))
    granting = supervision.recognise_authority(
        actors("AMF"), lei, b"FR", ALL_POWERS, FOREVER, BASIS
    )
    send(granting, actors("convenor"))
    set_time(now() + DAY + 1)
    send(
        supervision.propose_agreement([1, 2], 15, FREEZE, [], now() + 1, now() + YEAR, CASE),
        actors("supervisor"),
    )
    send(supervision.accept_agreement(1), actors("AMF"))
    set_time(now() + 10)
    freezing = standing.power("freeze", claims[0].wallet, agreement=1)
    record("freeze under an agreement", send(freezing, actors("AMF"))["gasUsed"])


def test_recovered(
    standing: Registry,
    send: Any,
    actors: Any,
    now: Any,
    set_time: Any,
    claims: list[SignedAttestation],
) -> None:
    """The call of the new key, seven days after it was announced."""
    parties = standing.parties.functions
    send(parties.onboard(Attestation(*claims[0][:9])), actors("registrar"))
    lost, found = claims[0].wallet, actors("new key")
    send(parties.announce_recovery(lost, found, CASE), actors("registrar"))
    set_time(now() + 7 * DAY + 1)
    record("recover a key", send(parties.complete_recovery(lost), found)["gasUsed"])


def test_denied(w3: Any, deploy: Any, actors: Any, send: Any, set_time: Any, now: Any) -> None:
    """Both signatures are checked, the gate is asked, and the denial of one side is reported."""
    market = Market(w3, deploy, actors, send, set_time, now)
    market.join("buyer", cash=100_000)
    market.join("seller", cash=100_000)
    market.trade("buyer", "seller", WAD, 8000 * WAD)
    market.supervise("restrict", "buyer")
    buy = market.order("buyer", market.perpetual, WAD, 8000 * WAD)
    sell = market.order("seller", market.perpetual, -WAD, 8000 * WAD)
    chain, matcher = w3.eth.chain_id, market.matcher
    trying = matcher.functions.try_match(
        buy.fields(),
        buy.sign(actors("buyer").key, matcher.address, chain),
        sell.fields(),
        sell.sign(actors("seller").key, matcher.address, chain),
        WAD,
        8000 * WAD,
    )
    assert trying.call() == 5
    record("try_match denied", market.do(trying, actors("venue"))["gasUsed"])


def test_gate_of_a_retail_party(
    standing: Registry, cold: Any, send: Any, actors: Any, claims: list[SignedAttestation]
) -> None:
    """One that has accepted the risk warning that is in force."""
    parties = standing.parties.functions
    send(parties.onboard(Attestation(*claims[0][:9])), actors("registrar"))
    person = Attestation(*claims[1][:9]).but(
        identifier=77, category=1, natural_person=True, member=1
    )
    send(parties.onboard(person), actors("registrar"))
    standing.accept_warning(person.wallet, "DE")
    asking = parties.gate(person.wallet, 2, OPEN, CRYPTO)
    assert asking.call()[0] == 0
    record("gate, one retail party with its warning, cold", cold(asking))


def test_gate_of_a_withdrawal(
    deploy: Any,
    w3: Any,
    send: Any,
    actors: Any,
    now: Any,
    cold: Any,
    claims: list[SignedAttestation],
) -> None:
    """Money that leaves: the list is asked, and the one oracle beside it."""
    oracle = deploy("tests/mocks/SanctionsOracle")
    standing = deploy_registry(deploy, w3, send, actors, now, oracles=(oracle.address, ZERO, ZERO))
    parties = standing.parties.functions
    send(parties.onboard(Attestation(*claims[0][:9])), actors("registrar"))
    asking = parties.gate(claims[0].wallet, 1, WITHDRAW, CRYPTO)
    assert asking.call()[0] == 0
    record("gate, withdrawal with one live oracle, cold", cold(asking))


def test_gate(
    registry: Contract, cold: Any, send: Any, actors: Any, claims: list[SignedAttestation]
) -> None:
    """Parties that are professionals."""
    for claim in claims[:2]:
        send(registry.functions.onboard(Attestation(*claim[:9])), actors("registrar"))
    first, second = claims[0].wallet, claims[1].wallet
    one = cold(registry.functions.gate(first, 1, OPEN, CRYPTO))
    record("gate, one party, cold", one, 12_000, "141k T-REX, 57k ACE")
    both = registry.functions.gate_trade(first, 1, OPEN, second, 2, OPEN, CRYPTO, 9)
    record("gate, both sides of a trade, cold", cold(both), 17_000, "237k Securitize")
    answer = cold(registry.functions.isVerified(first))
    record("isVerified, cold", answer, None, "141k T-REX")
