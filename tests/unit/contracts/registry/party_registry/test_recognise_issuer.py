"""`recognise_issuer`: a number, a signer and an LEI, each for good, on a legal basis."""

from __future__ import annotations

from typing import Any

import pytest
from web3.contract import Contract

from tests.support.orders import NOBODY
from tests.support.parties import lei_text, lei_word

from .conftest import BASIS, CASE, ISSUER_LEI


def test_default_behavior(registry: Contract, recognise: Any, actors: Any, logs: Any) -> None:
    (event,) = logs(recognise(2, actors("attester")), registry)
    assert event.event == "IssuerRecognised"
    assert dict(event.args) == {
        "issuer": 2,
        "legal_basis": BASIS,
        "signer": actors("attester"),
        "identifier": ISSUER_LEI,
        "case_hash": CASE,
    }
    assert registry.functions.recognised_issuers().call() == 2**1 + 2**2
    assert registry.functions.signer_of(2).call() == actors("attester")
    assert registry.functions.issuer_of(actors("attester")).call() == 2
    recognise(127, actors("other"))
    assert registry.functions.recognised_issuers().call() == 2**1 + 2**2 + 2**127


def test_unknown_numbers_have_no_signer(registry: Contract) -> None:
    assert {registry.functions.signer_of(number).call() for number in (0, 1, 2)} == {NOBODY}


@pytest.mark.parametrize("role", ["registrar", "attester", "deployer", "convenor"])
def test_no_authority(recognise: Any, actors: Any, reverts: Any, role: str) -> None:
    with reverts("supervision: no authority"):
        recognise(2, actors("attester"), by=role)


@pytest.mark.parametrize("number", [0, 1, 128, 255, 256, 2**255])
def test_no_such_issuer(recognise: Any, actors: Any, reverts: Any, number: int) -> None:
    with reverts("parties: no such issuer"):
        recognise(number, actors("attester"))


def test_a_number_keeps_its_signer(
    recognise: Any, set_issuer: Any, actors: Any, reverts: Any
) -> None:
    """Else what a stolen key attested would open again under the new one."""
    recognise(2, actors("attester"))
    for _ in range(2):
        with reverts("parties: issuer known"):
            recognise(2, actors("other"))
        set_issuer(2, False) if _ == 0 else None


def test_a_signer_keeps_its_number(
    recognise: Any, set_issuer: Any, actors: Any, reverts: Any
) -> None:
    """Else a key that lost one number could go on under another."""
    recognise(2, actors("attester"))
    with reverts("parties: signer known"):
        recognise(3, actors("attester"))
    set_issuer(2, False)
    with reverts("parties: signer known"):
        recognise(3, actors("attester"))


def test_no_signer(recognise: Any, reverts: Any) -> None:
    with reverts("parties: no signer"):
        recognise(2, NOBODY)


def test_the_supervisor_attests_nobody(recognise: Any, actors: Any, reverts: Any) -> None:
    with reverts("parties: one holder, two roles"):
        recognise(2, actors("supervisor"))


@pytest.mark.parametrize("lei", [0, lei_word(lei_text(900)) + 1, 2**256 - 1])
def test_bad_lei(recognise: Any, actors: Any, reverts: Any, lei: int) -> None:
    with reverts("parties: bad lei"):
        recognise(2, actors("attester"), lei)


def test_no_legal_basis(recognise: Any, actors: Any, reverts: Any) -> None:
    with reverts("parties: no legal basis"):
        recognise(2, actors("attester"), basis=bytes(32))
