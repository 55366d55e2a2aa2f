"""`withdraw_ccp`: the flag of `authorise_ccp` is gone; authority and legal basis needed."""

from __future__ import annotations

from typing import Any

from web3.contract import Contract

from tests.support.parties import Attestation, read_party

from .conftest import BASIS, CASE, RISKY, SAFE


def test_default_behavior(
    registry: Contract, parties: Any, supervise: Any, logs: Any, reason: Any, firm: Attestation
) -> None:
    supervise("authorise_ccp")
    receipt = supervise("withdraw_ccp")
    word = registry.functions.word_of(firm.wallet).call()
    assert read_party(word).flags == 0
    (event,) = logs(receipt, registry)
    assert event.event == "CcpWithdrawn"
    assert dict(event.args) == {"account": 1, "legal_basis": BASIS, "word": word, "case_hash": CASE}
    risky, safe = (0, 0)
    assert {reason(action) for action in RISKY} == {risky}
    assert {reason(action) for action in SAFE} == {safe}


def test_no_authority(parties: Any, supervise: Any, reverts: Any) -> None:
    supervise("authorise_ccp")
    with reverts("supervision: no authority"):
        supervise("withdraw_ccp", by="registrar")


def test_no_legal_basis(parties: Any, supervise: Any, reverts: Any) -> None:
    supervise("authorise_ccp")
    with reverts("parties: no legal basis"):
        supervise("withdraw_ccp", basis=bytes(32))


def test_no_such_party(parties: Any, supervise: Any, actors: Any, reverts: Any) -> None:
    with reverts("parties: no such party"):
        supervise("withdraw_ccp", actors("stranger"))


def test_already_so(parties: Any, supervise: Any, reverts: Any) -> None:
    supervise("authorise_ccp")
    supervise("withdraw_ccp")
    with reverts("parties: already so"):
        supervise("withdraw_ccp")
