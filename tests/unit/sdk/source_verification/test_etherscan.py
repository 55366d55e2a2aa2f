"""Etherscan's API V2, against a stand-in that compiles what it is sent."""

import json
from dataclasses import replace

import pytest

from keelmark.source_verification import Verdict, VerifierFailed
from keelmark.source_verification.etherscan import Etherscan
from keelmark.source_verification.http import Endpoint
from tests.support.etherscan_service import KEY, EtherscanService
from tests.support.verification_server import Troubles, serving
from tests.unit.sdk.source_verification.conftest import (
    BRIEF,
    CONTRACTS,
    QUICK,
    with_other_source,
)


@pytest.fixture
def service(deployed) -> EtherscanService:
    """The stand-in."""
    return EtherscanService(deployed.facts, deployed.chain_id)


def verify(service, claim, *, key=KEY, patience=QUICK):
    """One verification against the stand-in; its outcome and what was sent."""
    with serving(service) as running:
        client = Etherscan(Endpoint(f"{running.url}/v2/api", key), patience)
        return client.verify(claim), running.received


@pytest.mark.parametrize("name", CONTRACTS)
def test_default_behavior(service, deployed, name):
    outcome, _ = verify(service, deployed.claims[name])
    assert outcome.verdict is Verdict.VERIFIED
    assert deployed.claims[name].address.lower() in service.verified
    assert outcome.reference in service.jobs


def test_what_is_sent(service, deployed):
    claim = deployed.claims["SanctionsList"]
    _, received = verify(service, claim)
    (form,) = service.submitted
    assert form["contractname"] == "contracts/registry/SanctionsList.vy:SanctionsList"
    assert form["constructorArguments"] == claim.constructor_arguments.hex()
    assert form["compilerversion"] == "vyper:0.4.3"
    assert json.loads(form["sourceCode"]) == claim.given.body
    assert "apikey" not in form
    assert {request.query["chainid"] for request in received} == {str(deployed.chain_id)}
    assert [request.method for request in received] == ["POST", "GET"]


def test_it_waits(service, deployed):
    """Not indexed, then busy, then in the queue, then busy again."""
    service.troubles = Troubles(busy=2, unindexed=2, pending=3)
    outcome, received = verify(service, deployed.claims["Rulebook"])
    assert outcome.verdict is Verdict.VERIFIED
    assert len(service.jobs) == 1
    assert len(received) == 2 + 2 + 1 + 3 + 1


def test_already_verified(service, deployed):
    claim = deployed.claims["Rulebook"]
    verify(service, claim)
    outcome, _ = verify(service, claim)
    assert outcome.verdict is Verdict.ALREADY
    assert len(service.jobs) == 1


def test_somebody_was_faster(service, deployed):
    """Verified while ours was in the queue."""
    claim = deployed.claims["Rulebook"]
    service.troubles = Troubles(pending=1)
    status = service._status
    service._status = lambda guid: (service.verified.add(claim.address.lower()), status(guid))[1]
    assert verify(service, claim)[0].verdict is Verdict.ALREADY


def test_other_arguments_are_a_mismatch(service, deployed):
    claim = deployed.claims["SanctionsList"]
    wrong = replace(claim, constructor_arguments=bytes(128))
    outcome, _ = verify(service, wrong)
    assert outcome.verdict is Verdict.REFUSED
    assert "does NOT match" in outcome.words
    assert service.verified == set()


def test_other_source_is_a_mismatch(service, deployed):
    """It is compiled there, not believed."""
    outcome, _ = verify(service, with_other_source(deployed.claims["SanctionsList"]))
    assert outcome.verdict is Verdict.REFUSED


def test_source_that_does_not_compile(service, deployed):
    claim = deployed.claims["Rulebook"]
    body = json.loads(claim.given.text)
    body["sources"][claim.given.target]["content"] += "\nnonsense here\n"
    outcome, _ = verify(service, replace(claim, given=replace(claim.given, body=body)))
    assert outcome.verdict is Verdict.REFUSED
    assert "Exception" in outcome.words
    assert "\n" not in outcome.words
    assert len(outcome.words) <= 200


@pytest.mark.parametrize(
    ("troubles", "word"),
    [
        (Troubles(pending=10**6), "Pending in queue"),
        (Troubles(busy=10**6), "rate limit"),
        (Troubles(unindexed=10**6), "Unable to locate"),
    ],
    ids=["queue", "rate limit", "not indexed"],
)
def test_time_is_over(service, deployed, troubles, word):
    service.troubles = troubles
    outcome, _ = verify(service, deployed.claims["Rulebook"], patience=BRIEF)
    assert outcome.verdict is Verdict.PENDING
    assert word in outcome.words
    assert not outcome.verdict.good


def test_daily_limit_is_not_waited_for(service, deployed):
    words = "Daily limit of 100 source code submissions reached, rate limit"
    service._submit = lambda form: {"status": "0", "message": "NOTOK", "result": words}
    outcome, received = verify(service, deployed.claims["Rulebook"])
    assert (outcome.verdict, outcome.words) == (Verdict.REFUSED, words)
    assert len(received) == 1


def test_wrong_key_is_refused_and_never_shown(service, deployed):
    """Even though the service repeats it."""
    with pytest.raises(VerifierFailed, match="ETHERSCAN_API_KEY is refused") as refusal:
        verify(service, deployed.claims["Rulebook"], key="WRONGKEYWRONGKEY")
    assert "WRONGKEYWRONGKEY" not in str(refusal.value)
    assert service.submitted == []


def test_chain_that_it_has_not(service, deployed):
    claim = replace(deployed.claims["Rulebook"], chain_id=999)
    with pytest.raises(VerifierFailed, match="chain 999 is refused"):
        verify(service, claim)


def test_chain_that_the_key_has_not(service, deployed):
    """The free plan lacks some chains: said once, not once a contract."""
    words = "Free API access is not supported for this chain. Please upgrade your api plan"
    service.answer = lambda request: (200, {"status": "0", "message": "NOTOK", "result": words})
    with pytest.raises(VerifierFailed, match="is refused, Free API access"):
        verify(service, deployed.claims["Rulebook"])


def test_limit_that_speaks_of_keys_is_a_limit(service, deployed):
    """The documented words name the API key; it is not the key that is wrong."""
    words = "Max rate limit reached, please use API Key for higher rate limit"
    service.answer = lambda request: (200, {"status": "0", "message": "NOTOK", "result": words})
    outcome, _ = verify(service, deployed.claims["Rulebook"], patience=BRIEF)
    assert outcome.verdict is Verdict.PENDING


@pytest.mark.parametrize(
    ("status", "body"),
    [(200, b"<html>"), (200, b"[]"), (500, b""), (302, b"{}"), (200, {"status": "1"})],
    ids=["page", "list", "error", "redirect", "no result"],
)
def test_something_else_answers(service, deployed, status, body):
    service.answer = lambda request: (status, body)
    with pytest.raises(VerifierFailed, match="expected"):
        verify(service, deployed.claims["Rulebook"])


def test_nobody_answers(deployed):
    client = Etherscan(Endpoint("http://127.0.0.1:9/v2/api", KEY), QUICK)
    with pytest.raises(VerifierFailed, match=r"127\.0\.0\.1:9 is not reached") as failure:
        client.verify(deployed.claims["Rulebook"])
    assert KEY not in str(failure.value)
    assert failure.value.__cause__ is None
    assert failure.value.__suppress_context__
