"""Attestations of parties that are known already: renewal."""

from __future__ import annotations

from typing import Any

import pytest
from web3.contract import Contract

from tests.support.attested import SignedAttestation
from tests.support.parties import Attestation, lei_text, lei_word, read_party

from .conftest import DAY, YEAR


def test_renewal_without_a_gap(
    registry: Contract,
    issuer: Any,
    attest: Any,
    send: Any,
    logs: Any,
    wait: Any,
    reason: Any,
    claim: Any,
) -> None:
    """Account and identity stay; category, expiry and screening are the new ones."""
    claim = claim.but(expiry=claim.expiry - 60 * DAY)
    attest(claim)
    send(registry.functions.request_category(3), claim.wallet)
    wait(claim.expiry - 1)
    assert reason(1) == 0
    later = claim.but(
        nonce=8, category=3, expiry=claim.expiry + YEAR, screened_at=claim.expiry - DAY
    )
    granted, event = logs(attest(later), registry)
    assert granted.event == "SuitabilityChanged"
    assert granted.args.suitability == 0
    assert event.event == "PartyAttested"
    assert event.args.account == 1
    word = read_party(registry.functions.word_of(claim.wallet).call())
    assert word == (1, claim.identifier, "DE", 3, 0, 2, 0, later.expiry, later.screened_at, 0)
    assert registry.functions.account_count().call() == 1
    wait(claim.expiry)
    assert reason(1) == 0


@pytest.mark.parametrize("power", ["freeze", "restrict", "authorise_ccp"])
def test_renewal_keeps_flags(
    registry: Contract, issuer: Any, attest: Any, supervise: Any, claim: Any, power: str
) -> None:
    attest(claim)
    supervise(power)
    before = read_party(registry.functions.word_of(claim.wallet).call()).flags
    assert before != 0
    attest(claim.but(nonce=8, screened_at=claim.screened_at + 1))
    assert read_party(registry.functions.word_of(claim.wallet).call()).flags == before


@pytest.mark.parametrize(
    "changed",
    [
        {"identifier": lei_word(lei_text(2))},
        {"jurisdiction": b"FR"},
        {"natural_person": True, "member": 1},
    ],
)
def test_renewal_of_another_party(
    issuer: Any, attest: Any, reverts: Any, claim: Any, changed: dict[str, Any]
) -> None:
    attest(claim)
    with reverts("parties: another party"):
        attest(claim.but(nonce=8, screened_at=claim.screened_at + 1, **changed))


def test_an_older_attestation_undoes_no_newer_one(
    issuer: Any, attest: Any, reverts: Any, claim: SignedAttestation
) -> None:
    """A professional that was made retail keeps no way back in its drawer."""
    attest(claim.but(category=1))
    for screened_at in (claim.screened_at - 1, claim.screened_at):
        with reverts("parties: older screening"):
            attest(claim.but(nonce=8, screened_at=screened_at))


def test_another_issuer(
    registry: Contract,
    issuer: Any,
    recognise: Any,
    set_issuer: Any,
    attest: Any,
    signed: Any,
    actors: Any,
    reverts: Any,
    wait: Any,
    claim: SignedAttestation,
) -> None:
    """While an issuer counts and its word holds, nobody else renews its party; then anyone
    recognised does, if the party brings it: who attests a party can announce its key as lost."""
    recognise(4, actors("second attester"), lei_word(lei_text(902)))
    attest(claim)
    theirs = claim.but(issuer=4, screened_at=claim.screened_at + 1, expiry=claim.expiry + YEAR)
    with reverts("parties: another issuer"):
        attest(theirs, signed(theirs, "second attester"))
    set_issuer(2, False)
    with reverts("parties: another issuer"):
        attest(theirs, signed(theirs, "second attester"))
    attest(theirs, signed(theirs, "second attester"), relayer="member")
    assert read_party(registry.functions.word_of(claim.wallet).call()).issuer == 4
    assert registry.functions.isVerified(claim.wallet).call()


def test_another_issuer_after_expiry(
    registry: Contract,
    issuer: Any,
    onboard: Any,
    attest: Any,
    reverts: Any,
    wait: Any,
    firm: Attestation,
    claim: SignedAttestation,
) -> None:
    onboard(firm)
    theirs = claim.but(screened_at=firm.expiry - 1, expiry=firm.expiry + YEAR)
    wait(firm.expiry - 1)
    with reverts("parties: another issuer"):
        attest(theirs)
    wait(firm.expiry)
    with reverts("parties: another issuer"):
        attest(theirs)
    attest(theirs, relayer="member")
    assert read_party(registry.functions.word_of(firm.wallet).call()).issuer == 2


def test_registrar_renews_what_was_attested(
    registry: Contract, issuer: Any, attest: Any, send: Any, actors: Any, claim: Any
) -> None:
    attest(claim)
    call = registry.functions.renew(claim.wallet, 2, claim.expiry + 1, 0, claim.screened_at)
    send(call, actors("registrar"))
    assert read_party(registry.functions.word_of(claim.wallet).call()).issuer == 1
