"""`set_issuer`: one bit stops everybody whom an issuer let in from adding risk."""

from __future__ import annotations

from typing import Any

import pytest
from web3.contract import Contract

from .conftest import BASIS, CASE, RISKY, SAFE


@pytest.fixture
def set_issuer(registry: Contract, send: Any, actors: Any) -> Any:
    def set_(issuer: int, recognised: bool, basis: bytes = BASIS, by: str = "supervisor") -> Any:
        call = registry.functions.set_issuer(issuer, recognised, basis, CASE)
        return send(call, actors(by))

    return set_


def test_default_behavior(
    registry: Contract, parties: Any, set_issuer: Any, logs: Any, reason: Any
) -> None:
    assert registry.functions.recognised_issuers().call() == 2
    receipt = set_issuer(1, False)
    (event,) = logs(receipt, registry)
    assert event.event == "IssuerChanged"
    assert dict(event.args) == {
        "issuer": 1,
        "legal_basis": BASIS,
        "recognised": 0,
        "case_hash": CASE,
    }
    assert {reason(action) for action in RISKY} == {10}
    assert {reason(action) for action in SAFE} == {0}
    set_issuer(1, True)
    set_issuer(255, True)
    assert registry.functions.recognised_issuers().call() == 2 + 2**255
    assert {reason(action) for action in RISKY} == {0}


def test_not_the_supervisor(set_issuer: Any, reverts: Any) -> None:
    with reverts("roles: not the holder"):
        set_issuer(1, False, by="registrar")


@pytest.mark.parametrize("issuer", [0, 256])
def test_no_such_issuer(set_issuer: Any, reverts: Any, issuer: int) -> None:
    with reverts("parties: no such issuer"):
        set_issuer(issuer, True)


def test_no_legal_basis(set_issuer: Any, reverts: Any) -> None:
    with reverts("parties: no legal basis"):
        set_issuer(2, True, basis=bytes(32))


def test_already_so(set_issuer: Any, reverts: Any) -> None:
    with reverts("parties: already so"):
        set_issuer(1, True)
    with reverts("parties: already so"):
        set_issuer(2, False)
