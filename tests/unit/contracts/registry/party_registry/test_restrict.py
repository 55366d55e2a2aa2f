"""`restrict`: only closing is left; only an authority, only with a legal basis."""

from __future__ import annotations

from typing import Any

from web3.contract import Contract

from tests.support.parties import Attestation, read_party

from .conftest import BASIS, CASE, DAY, RISKY, SAFE


def test_default_behavior(
    registry: Contract,
    parties: Any,
    supervise: Any,
    logs: Any,
    reason: Any,
    now: Any,
    firm: Attestation,
) -> None:
    review_at = now() + 30 * DAY
    receipt = supervise("restrict")
    word = registry.functions.word_of(firm.wallet).call()
    fields = read_party(word)
    assert (fields.flags, fields.restricting, fields.freezing) == (2, 1, 0)
    (event,) = logs(receipt, registry)
    assert event.event == "PartyRestricted"
    assert dict(event.args) == {
        "account": 1,
        "legal_basis": BASIS,
        "word": word,
        "case_hash": CASE,
        "mandate": 1 | review_at << 64,
    }
    risky, safe = (5, 0)
    assert {reason(action) for action in RISKY} == {risky}
    assert {reason(action) for action in SAFE} == {safe}


def test_no_authority(parties: Any, supervise: Any, reverts: Any) -> None:
    with reverts("supervision: no authority"):
        supervise("restrict", by="registrar")


def test_no_legal_basis(parties: Any, supervise: Any, reverts: Any) -> None:
    with reverts("parties: no legal basis"):
        supervise("restrict", basis=bytes(32))


def test_no_such_party(parties: Any, supervise: Any, actors: Any, reverts: Any) -> None:
    with reverts("parties: no such party"):
        supervise("restrict", actors("stranger"))


def test_already_so(parties: Any, supervise: Any, reverts: Any) -> None:
    supervise("restrict")
    with reverts("parties: already so"):
        supervise("restrict")
