"""Sourcify's API v2, against a stand-in that compiles what it is sent."""

from dataclasses import replace

import pytest

from keelmark.source_verification import Verdict, VerifierFailed
from keelmark.source_verification.http import Endpoint
from keelmark.source_verification.sourcify import Sourcify
from tests.support.sourcify_service import SourcifyService, error
from tests.support.verification_server import Troubles, serving
from tests.unit.sdk.source_verification.conftest import (
    BRIEF,
    CONTRACTS,
    QUICK,
    with_other_source,
)


@pytest.fixture
def service(deployed) -> SourcifyService:
    """The stand-in."""
    return SourcifyService(deployed.facts, deployed.chain_id)


def verify(service, claim, *, patience=QUICK):
    """One verification against the stand-in; its outcome and what was sent."""
    with serving(service) as running:
        return Sourcify(Endpoint(running.url), patience).verify(claim), running.received


@pytest.mark.parametrize("name", CONTRACTS)
def test_default_behavior(service, deployed, name):
    outcome, _ = verify(service, deployed.claims[name])
    assert outcome.verdict is Verdict.VERIFIED
    assert "creation match" in outcome.words


def test_immutables_match_by_the_creation_alone(service, deployed):
    """Without the compiler's trailer Sourcify knows of no immutables; the outcome says what met."""
    plain, _ = verify(service, deployed.claims["Rulebook"])
    assert plain.words == "match: creation match, runtime match"
    outcome, _ = verify(service, deployed.claims["SanctionsList"])
    assert outcome.words == "match: creation match, runtime no match"


@pytest.mark.parametrize(("named", "verdict"), [(True, "verified"), (False, "refused")])
def test_the_creating_transaction_is_named(service, deployed, named, verdict):
    """Where the server finds no creation itself, it is what decides."""
    service.finds_creation = False
    claim = deployed.claims["SanctionsList"]
    outcome, _ = verify(service, claim if named else replace(claim, creation_transaction=""))
    assert outcome.verdict == verdict


def test_what_is_sent(service, deployed):
    claim = deployed.claims["InstrumentRegistry"]
    _, received = verify(service, claim)
    (document,) = service.submitted
    assert document == {
        "stdJsonInput": claim.given.body,
        "compilerVersion": "0.4.3+commit.bff19ea2",
        "contractIdentifier": "contracts/registry/InstrumentRegistry.vy:InstrumentRegistry",
        "creationTransactionHash": claim.creation_transaction,
    }
    assert received[0].path == f"/v2/verify/{deployed.chain_id}/{claim.address}"
    assert all(request.query == {} for request in received), "there is no key to send"


def test_it_waits(service, deployed):
    service.troubles = Troubles(busy=2, pending=3)
    outcome, received = verify(service, deployed.claims["Rulebook"])
    assert outcome.verdict is Verdict.VERIFIED
    assert len(service.jobs) == 1
    assert len(received) == 2 + 1 + 3 + 1


def test_already_verified(service, deployed):
    claim = deployed.claims["Rulebook"]
    verify(service, claim)
    outcome, _ = verify(service, claim)
    assert (outcome.verdict, outcome.words) == (Verdict.ALREADY, "with these sources")


def test_already_verified_from_other_text(service, deployed):
    """The same code has many texts; what is shown there is told."""
    claim = deployed.claims["Rulebook"]
    verify(service, claim)
    (sources,) = service.sources.values()
    sources[claim.given.target]["content"] += "\n# a remark\n"
    outcome, _ = verify(service, claim)
    assert outcome.verdict is Verdict.ALREADY
    assert outcome.words.startswith("with other text than ours in 1 files")


def test_somebody_was_faster(service, deployed):
    service._compare = lambda *_: {"error": error("already_verified", "Contract is verified")}
    assert verify(service, deployed.claims["Rulebook"])[0].verdict is Verdict.ALREADY


def test_other_source_is_a_mismatch(service, deployed):
    outcome, _ = verify(service, with_other_source(deployed.claims["SanctionsList"]))
    assert outcome.verdict is Verdict.REFUSED
    assert "don't match" in outcome.words


def test_field_that_it_does_not_take(service, deployed):
    """As the compiler's own ``solc_json`` has them: a reason to send our own."""
    claim = deployed.claims["Rulebook"]
    body = {**claim.given.body, "integrity": "0" * 64}
    outcome, _ = verify(service, replace(claim, given=replace(claim.given, body=body)))
    assert outcome.verdict is Verdict.REFUSED
    assert "integrity" in outcome.words


def test_no_contract_there(service, deployed):
    claim = replace(deployed.claims["Rulebook"], address="0x" + "77" * 20)
    outcome, _ = verify(service, claim)
    assert (outcome.verdict, outcome.words) == (Verdict.REFUSED, "there is no contract there")


@pytest.mark.parametrize("troubles", [Troubles(pending=10**6), Troubles(busy=10**6)])
def test_time_is_over(service, deployed, troubles):
    service.troubles = troubles
    outcome, _ = verify(service, deployed.claims["Rulebook"], patience=BRIEF)
    assert outcome.verdict is Verdict.PENDING


def test_chain_that_it_has_not(service, deployed):
    claim = replace(deployed.claims["Rulebook"], chain_id=999)
    with pytest.raises(VerifierFailed, match="chain 999 is refused"):
        verify(service, claim)


@pytest.mark.parametrize(
    ("status", "body"),
    [(200, b"<html>"), (404, {"message": "nothing"}), (302, b"{}"), (202, {}), (202, [])],
    ids=["page", "not there", "redirect", "no job", "list"],
)
def test_something_else_answers(service, deployed, status, body):
    service.answer = lambda request: (status, body)
    with pytest.raises(VerifierFailed, match=r"sourcify|expected"):
        verify(service, deployed.claims["Rulebook"])


def test_job_is_gone(service, deployed):
    service._job = lambda identifier: (404, error("job_not_found", "No verification job found"))
    outcome, _ = verify(service, deployed.claims["Rulebook"])
    assert (outcome.verdict, outcome.words) == (Verdict.REFUSED, "No verification job found")


@pytest.mark.parametrize("job", [{}, {"contract": None}, {"contract": {"match": "perfect"}}])
def test_match_that_nobody_knows_is_none(service, deployed, job):
    service._job = lambda identifier: (200, {"isJobCompleted": True, **job})
    outcome, _ = verify(service, deployed.claims["Rulebook"])
    assert (outcome.verdict, outcome.words) == (Verdict.REFUSED, "no reason given")


def test_nobody_answers(deployed):
    with pytest.raises(VerifierFailed, match=r"127\.0\.0\.1:9 is not reached"):
        Sourcify(Endpoint("http://127.0.0.1:9"), QUICK).verify(deployed.claims["Rulebook"])
