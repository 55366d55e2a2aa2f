"""Blockscout's API v2, against a stand-in that compiles what it is sent."""

import json

import pytest

from keelmark.source_verification import Verdict, VerifierFailed
from keelmark.source_verification.blockscout import Blockscout
from keelmark.source_verification.http import Endpoint
from tests.support.blockscout_service import BlockscoutService
from tests.support.verification_server import Troubles, serving
from tests.unit.sdk.source_verification.conftest import (
    BRIEF,
    CONTRACTS,
    QUICK,
    with_other_source,
)


@pytest.fixture
def service(deployed) -> BlockscoutService:
    """The stand-in."""
    return BlockscoutService(deployed.facts)


def verify(service, claim, *, key="", patience=QUICK):
    """One verification against the stand-in; its outcome and what was sent."""
    with serving(service) as running:
        return Blockscout(Endpoint(running.url, key), patience).verify(claim), running.received


@pytest.mark.parametrize("name", CONTRACTS)
def test_default_behavior(service, deployed, name):
    outcome, _ = verify(service, deployed.claims[name])
    assert outcome.verdict is Verdict.VERIFIED
    assert deployed.claims[name].address.lower() in service.verified


def test_what_is_sent(service, deployed):
    claim = deployed.claims["SanctionsList"]
    verify(service, claim)
    (parts,) = service.submitted
    assert parts["compiler_version"] == "v0.4.3+commit.bff19ea2", "as the server names it"
    assert parts["license_type"] == "apache_2_0"
    assert json.loads(parts["files[0]"]) == claim.given.body


def test_it_waits(service, deployed):
    service.troubles = Troubles(busy=1, unindexed=2, pending=3)
    outcome, _ = verify(service, deployed.claims["Rulebook"])
    assert outcome.verdict is Verdict.VERIFIED
    assert len(service.submitted) == 1


def test_already_verified(service, deployed):
    claim = deployed.claims["Rulebook"]
    verify(service, claim)
    outcome, received = verify(service, claim)
    assert (outcome.verdict, outcome.words) == (Verdict.ALREADY, "with these sources")
    assert [request.method for request in received] == ["GET"]


def test_already_verified_from_other_text(service, deployed):
    claim = deployed.claims["Rulebook"]
    verify(service, claim)
    service.sources[claim.address.lower()].pop("contracts/modules/rule_table.vy")
    outcome, _ = verify(service, claim)
    assert outcome.verdict is Verdict.ALREADY
    assert outcome.words.startswith("with other text than ours in 1 files")


def test_somebody_was_faster(service, deployed):
    service._submit = lambda *_: (200, {"message": "Already verified"})
    assert verify(service, deployed.claims["Rulebook"])[0].verdict is Verdict.ALREADY


def test_twin_is_not_ours(service, deployed):
    """A source shown for a contract with the same code does not count as verified."""
    claim = deployed.claims["Rulebook"]
    outcome, _ = verify(service, claim)
    assert outcome.verdict is Verdict.VERIFIED
    assert service.submitted, "it was submitted although a twin's source was shown"


def test_mismatch_is_never_verified(service, deployed):
    """The service tells nobody; the wait ends, and nothing is claimed."""
    wrong = with_other_source(deployed.claims["SanctionsList"])
    outcome, _ = verify(service, wrong, patience=BRIEF)
    assert outcome.verdict is Verdict.PENDING
    assert "no reason" in outcome.words
    assert service.verified == set()


def test_refused_at_once(service, deployed):
    service._submit = lambda *_: (422, {"message": "Invalid parameter(s)"})
    outcome, _ = verify(service, deployed.claims["Rulebook"])
    assert (outcome.verdict, outcome.words) == (Verdict.REFUSED, "Invalid parameter(s)")


@pytest.mark.parametrize("troubles", [Troubles(busy=10**6), Troubles(unindexed=10**6)])
def test_time_is_over(service, deployed, troubles):
    service.troubles = troubles
    outcome, _ = verify(service, deployed.claims["Rulebook"], patience=BRIEF)
    assert outcome.verdict is Verdict.PENDING
    assert "not taken on yet" in outcome.words


def test_key(service, deployed):
    service.key = "blockscout-key"
    with pytest.raises(VerifierFailed, match="refuses, Wrong API key"):
        verify(service, deployed.claims["Rulebook"], key="another-key")
    assert verify(service, deployed.claims["Rulebook"], key=service.key)[0].verdict.good


@pytest.mark.parametrize(
    ("versions", "options", "word"),
    [
        (("v0.4.2+commit.c216787f", "v0.4.30+commit.1"), ("vyper-standard-input",), "no Vyper"),
        (("v0.4.3+commit.bff19ea2",), ("vyper-code",), "no Vyper standard input"),
    ],
    ids=["version", "method"],
)
def test_server_that_cannot(service, deployed, versions, options, word):
    service.versions, service.options = versions, options
    with pytest.raises(VerifierFailed, match=word):
        verify(service, deployed.claims["Rulebook"])


@pytest.mark.parametrize(("status", "body"), [(200, b"<html>"), (200, {}), (404, {}), (302, b"{}")])
def test_something_else_answers(service, deployed, status, body):
    service.answer = lambda request: (status, body)
    with pytest.raises(VerifierFailed, match="expected"):
        verify(service, deployed.claims["Rulebook"])


def test_nobody_answers(deployed):
    with pytest.raises(VerifierFailed, match=r"127\.0\.0\.1:9 is not reached"):
        Blockscout(Endpoint("http://127.0.0.1:9"), QUICK).verify(deployed.claims["Rulebook"])
