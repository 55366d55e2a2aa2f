"""What broke peers' identity layers, tried on ours: each test is named after a weakness."""

from __future__ import annotations

from typing import Any

import pytest

from tests.support.attested import Revocation, SignedAttestation, short_v
from tests.support.parties import lei_text, lei_word
from tests.support.powers import BASIS, CASE, CRYPTO, DAY, Powers
from tests.support.tester import Actor

ISSUER = 2
LEI = lei_word(lei_text(700))
ORDER = 0xFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFEBAAEDCE6AF48A03BBFD25E8CD0364141
"""Order of secp256k1 (SEC 2)."""


@pytest.fixture(autouse=True)
def issuer(powers: Powers) -> Actor:
    """Issuer 2, which signs with a key."""
    powers.recognise_issuer(ISSUER, powers.actors("attester"), LEI)
    return powers.actors("attester")


@pytest.fixture
def claim(powers: Powers) -> SignedAttestation:
    """What issuer 2 says of a party."""
    return powers.statement("party", issuer=ISSUER, nonce=7)


def bring(powers: Powers, claim: SignedAttestation) -> bytes:
    """Brought once, as it should be; the signature."""
    signature = powers.signed(claim, "attester")
    powers.attest(claim, signature)
    powers.ids["party"] = int(powers.registry.functions.account_count().call())
    return signature


def take_back(powers: Powers, claim: SignedAttestation) -> None:
    """The issuer revokes what it attested."""
    call = powers.registry.functions.revoke_attested(Revocation(claim.wallet, ISSUER, 8), b"")
    powers.send(call, powers.actors("attester"))


def other_encodings(signature: bytes) -> dict[str, bytes]:
    """The same signature, as lax verifiers accept it again."""
    s = int.from_bytes(signature[32:64], "big")
    high = (ORDER - s).to_bytes(32, "big")
    flipped = bytes([55 - signature[64]])
    compact = bytes([signature[32] | (signature[64] - 27) << 7]) + signature[33:64]
    return {
        "v less 27": short_v(signature),
        "high s": signature[:32] + high + flipped,
        "high s, v less 27": signature[:32] + high + bytes([28 - signature[64]]),
        "compact (EIP-2098)": signature[:32] + compact,
        "with a byte behind": signature + b"\0",
        "v of a chain (EIP-155)": signature[:64] + bytes([signature[64] + 10]),
    }


# T-REX 4.1.6: a holder whose claim was revoked still transfers out.


@pytest.mark.parametrize("side", ["buyer", "seller"])
def test_sender_not_checked_after_revocation(
    powers: Powers, claim: SignedAttestation, actors: Any, side: str
) -> None:
    bring(powers, claim)
    take_back(powers, claim)
    party = (actors("party"), powers.ids["party"], 1)
    other = (actors("member"), powers.ids["member"], 1)
    sides = (party, other) if side == "buyer" else (other, party)
    answer = powers.registry.functions.gate_trade(*sides[0], *sides[1], CRYPTO, 1).call()
    assert answer[:2] == ([3, 0] if side == "buyer" else [0, 3])
    assert powers.reasons("party") == [3, 3, 0, 0, 0, 3, 0]
    assert not powers.registry.functions.isVerified(actors("party")).call()


# ONCHAINID 2.2.1: a revoked claim is accepted again with `v - 27`.


def test_revoked_claim_added_again(powers: Powers, claim: SignedAttestation, reverts: Any) -> None:
    signature = bring(powers, claim)
    take_back(powers, claim)
    with reverts("parties: nonce used"):
        powers.attest(claim, signature)
    for encoding, altered in other_encodings(signature).items():
        with reverts(None):
            powers.attest(claim, altered)
        assert powers.flags("party") & 8, encoding
    for nonce in (8, 9):
        newer = claim.but(nonce=nonce, screened_at=powers.now())
        with reverts("parties: nonce used" if nonce == 8 else "parties: revoked"):
            powers.attest(newer, powers.signed(newer, "attester"))


def test_altered_signature_of_a_fresh_claim(
    powers: Powers, claim: SignedAttestation, reverts: Any
) -> None:
    for altered in other_encodings(powers.signed(claim, "attester")).values():
        with reverts(None):
            powers.attest(claim, altered)
    assert powers.word("party") == 0


def test_revoked_party_comes_back_by_renewal_or_recovery(
    powers: Powers, claim: SignedAttestation, reverts: Any
) -> None:
    bring(powers, claim)
    take_back(powers, claim)
    with reverts("parties: revoked"):
        powers.renew("party")
    powers.recover("party", "clean wallet")
    powers.sync()
    assert powers.reasons("clean wallet") == [3, 3, 0, 0, 0, 3, 0]


# T-REX #101: an identity contract that names itself as issuer passes.


def test_self_issued_identity_by_the_issuers_wallet(powers: Powers, reverts: Any) -> None:
    stated = powers.statement("attester", issuer=ISSUER, nonce=1)
    with reverts("parties: vouches for itself"):
        powers.attest(stated, powers.signed(stated, "attester"))


def test_self_issued_identity_by_the_issuers_lei(powers: Powers, reverts: Any) -> None:
    stated = powers.statement("another wallet", issuer=ISSUER, nonce=1, identifier=LEI)
    with reverts("parties: vouches for itself"):
        powers.attest(stated, powers.signed(stated, "attester"))


def test_self_issued_identity_by_a_second_number(powers: Powers, reverts: Any) -> None:
    with reverts("parties: signer known"):
        powers.recognise_issuer(3, powers.actors("attester"), lei_word(lei_text(701)))
    for holder in ("registrar", "supervisor", "authority of FR"):
        with reverts("parties: one holder, two roles"):
            powers.recognise_issuer(3, powers.actors(holder), lei_word(lei_text(701)))


def test_self_issued_identity_by_the_registrar(powers: Powers, reverts: Any) -> None:
    """Neither let in nor renewed by itself, whoever let it in and whenever it got the role."""
    stated = powers.statement("registrar")
    calls = powers.registry.functions
    for call in (calls.onboard(stated[:9]), calls.onboard_many([stated[:9]])):
        with reverts("parties: vouches for itself"):
            powers.send(call, powers.actors("registrar"))
    by_issuer = stated.but(issuer=ISSUER, nonce=1)
    powers.attest(by_issuer, powers.signed(by_issuer, "attester"))
    powers.wait(10)
    with reverts("parties: vouches for itself"):
        powers.renew("registrar")
    with reverts("parties: vouches for itself"):
        powers.announce("member", "registrar")


def test_self_issued_identity_by_a_role_taken_over(powers: Powers, reverts: Any) -> None:
    """A party may become the registrar; it is renewed by others then."""
    role = powers.registry.functions.REGISTRAR().call()
    powers.enter("party")
    offering = powers.registry.functions.hand_over_role
    accepting = powers.registry.functions.accept_role(role)
    powers.send(offering(role, powers.actors("party")), powers.actors("registrar"))
    powers.send(accepting, powers.actors("party"))
    with reverts("parties: vouches for itself"):
        powers.renew("party", by="party")
    for holder in ("attester", "authority of FR"):
        powers.send(offering(role, powers.actors(holder)), powers.actors("party"))
        with reverts("parties: one holder, two roles"):
            powers.send(accepting, powers.actors(holder))


# A forced self-transfer unfreezes (CMTAT #380): what a frozen party does by itself changes nothing.


def test_self_transfer_that_unfreezes(powers: Powers, claim: SignedAttestation) -> None:
    bring(powers, claim)
    powers.freeze("party")
    word = powers.word("party")
    text = b"\x61" * 32
    powers.publish("DE", text, powers.now() + 1)
    powers.accept("party", text)
    powers.request("party", 3)
    powers.wait(DAY)
    renewal = claim.but(nonce=9, category=3, screened_at=powers.now())
    powers.attest(renewal, powers.signed(renewal, "attester"), by="party")
    powers.sync()
    assert powers.reasons("party") == [4] * 7
    assert powers.word("party") >> 160 & 4
    assert powers.word("party") >> 176 & 255 == word >> 176 & 255
    asked = powers.registry.functions.gate_trade
    itself = (powers.actors("party"), powers.ids["party"])
    assert asked(*itself, 4, *itself, 4, CRYPTO, 1).call()[:2] == [4, 4]
    with pytest.raises(Exception, match="wallet known"):
        powers.announce("party", "party")
    powers.recover("party", "clean wallet")
    powers.sync()
    assert powers.reasons("clean wallet") == [4] * 7
    powers.unfreeze("clean wallet")
    assert powers.reasons("clean wallet") == [0] * 7


def test_freeze_lifted_by_revocation(powers: Powers, claim: SignedAttestation) -> None:
    """A revoked party is out and still frozen."""
    bring(powers, claim)
    powers.freeze("party")
    take_back(powers, claim)
    assert powers.reasons("party") == [4] * 7
    powers.unfreeze("party")
    assert powers.reasons("party") == [3, 3, 0, 0, 0, 3, 0]


# Recovery fails with a shared registry, or drops a limit (T-REX PR 220, stellar-contracts #886).


def test_recovery_that_drops_a_hold(powers: Powers, claim: SignedAttestation) -> None:
    """Every lane and flag, the further holds, the suitability word: all move."""
    powers.recognise("second", "DE")
    powers.wait(DAY)
    powers.sync()
    bring(powers, claim.but(screened_at=powers.now(), status_until=powers.now() + 90 * DAY))
    text = b"\x61" * 32
    powers.publish("DE", text, powers.now() + 1)
    powers.accept("party", text)
    powers.request("party", 3)
    for by in ("supervisor", "second"):
        powers.freeze("party", by)
        powers.restrict("party", by)
    powers.send(
        powers.registry.functions.authorise_ccp(powers.actors("party"), BASIS, CASE),
        powers.actors("supervisor"),
    )
    powers.list_wallet(powers.actors("party"))
    powers.screen("party")
    word, account = powers.word("party"), powers.ids["party"]
    asked = powers.registry.functions
    kept = asked.further_holds(account).call(), asked.suitability_of(account).call()
    two = powers.authorities["second"]
    assert kept[0] == 1 << two | 1 << 128 + two
    powers.recover("party", "new key")
    assert powers.word("new key") == word | 128 << 160
    assert (asked.further_holds(account).call(), asked.suitability_of(account).call()) == kept
    for by in ("supervisor", "second"):
        assert powers.reasons("new key") == [4] * 7
        powers.unfreeze("new key", by)
        powers.release("new key", by)
    assert powers.reasons("new key") == [11] * 7


def test_listed_party_recovers_to_a_clean_wallet(powers: Powers, reverts: Any) -> None:
    powers.enter("party")
    powers.announce("party", "clean wallet")
    powers.list_wallet(powers.actors("party"))
    powers.wait(7 * DAY)
    powers.complete("party", "clean wallet")
    powers.ids["clean wallet"] = powers.ids["party"]
    powers.confirm()
    assert powers.reason("clean wallet", 5) == 11, "money does not leave before the flag"
    powers.screen("clean wallet", "stranger")
    powers.sync()
    assert powers.reasons("clean wallet") == [11] * 7
    with reverts("parties: already so"):
        powers.screen("clean wallet")


def test_recovery_by_an_issuer_of_others(powers: Powers, reverts: Any) -> None:
    powers.enter("party")
    with reverts("parties: not its issuer"):
        powers.announce("party", "clean wallet", "attester")


# Duplicate ids in a batch bypass checks (ERCs #1814).


def test_duplicate_ids_in_a_batch(powers: Powers, claim: SignedAttestation, reverts: Any) -> None:
    calls = powers.registry.functions
    count = calls.account_count().call()
    stated = powers.statement("twice")
    with reverts("parties: wallet known"):
        powers.send(calls.onboard_many([stated[:9]] * 2), powers.actors("registrar"))
    signature = powers.signed(claim, "attester")
    with reverts("parties: nonce used"):
        powers.send(calls.attest_many([claim] * 2, [signature] * 2))
    again = claim.but(nonce=8)
    with reverts("parties: older screening"):
        powers.send(
            calls.attest_many([claim, again], [signature, powers.signed(again, "attester")])
        )
    assert calls.account_count().call() == count
    with reverts("supervision: member twice"):
        powers.agree("supervisor", "authority of FR", "authority of FR")


def test_duplicate_holds_count_once(powers: Powers, reverts: Any) -> None:
    powers.enter("party")
    powers.freeze("party")
    with reverts("parties: already so"):
        powers.freeze("party")
    powers.unfreeze("party")
    assert powers.flags("party") == 0


# Claims without a chain id replay across chains.


def test_replay_across_chains_and_registries(
    powers: Powers, claim: SignedAttestation, reverts: Any
) -> None:
    other = powers.another_registry().address
    chain = powers.w3.eth.chain_id
    for registry, chain_id in ((other, chain), ("", chain + 1), (other, chain + 1)):
        with reverts("parties: not the issuer"):
            powers.attest(claim, powers.signed(claim, "attester", registry, chain_id))
        statement = Revocation(powers.actors("member").address, ISSUER, 9)
        foreign = powers.signed(statement, "attester", registry, chain_id)
        with reverts("parties: not the issuer"):
            powers.send(powers.registry.functions.revoke_attested(statement, foreign))
    bring(powers, claim)


def test_replay_of_one_statement_as_another(
    powers: Powers, claim: SignedAttestation, reverts: Any
) -> None:
    """Any other field under the same signature."""
    signature = powers.signed(claim, "attester")
    for changed in (
        *({"wallet": powers.actors("thief").address}, {"category": 3}, {"issuer": 3}),
        *({"jurisdiction": b"FR"}, {"expiry": claim.expiry + 1}, {"nonce": 8}),
        *({"status_until": claim.expiry}, {"screened_at": claim.screened_at - 1}),
        *({"document": b"\x01" * 32}, {"identifier": lei_word(lei_text(650))}),
    ):
        with reverts(
            "parties: no such issuer" if "issuer" in changed else "parties: not the issuer"
        ):
            powers.attest(claim.but(**changed), signature)


# The common oracle gives no freshness; one policy takes an age of zero for "off".


def test_stale_sanctions(powers: Powers) -> None:
    powers.enter("party")
    powers.wait(3 * DAY + 1)
    assert powers.reasons("party") == [12, 12, 0, 0, 0, 0, 0]
    powers.confirm()
    assert powers.reason("party", 1) == 12, "a copied time is never newer than what was copied"
    powers.send(powers.registry.functions.sync_list())
    assert powers.reason("party", 1) == 0


def test_withdrawals_between_list_and_flag(powers: Powers) -> None:
    powers.enter("party")
    powers.list_wallet(powers.actors("party"))
    assert powers.flags("party") == 0
    assert powers.reason("party", 5) == 11
    powers.wait(30 * DAY)
    assert powers.reason("party", 5) == 11, "also by a list that is old"
