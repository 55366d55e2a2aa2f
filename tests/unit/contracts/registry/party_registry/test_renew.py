"""`renew`: a new expiry, screening and category; freezes and restrictions stay."""

from __future__ import annotations

from typing import Any

import pytest
from web3.contract import Contract

from tests.support.parties import Attestation, read_party

from .conftest import YEAR


@pytest.fixture
def renew(registry: Contract, send: Any, actors: Any, parties: Any, firm: Attestation) -> Any:
    def renewed(by: str = "registrar", **fields: int) -> Any:
        given = {
            "account": 1,
            "category": 3,
            "expiry": firm.expiry + YEAR,
            "screened_at": firm.screened_at + 5,
            **fields,
        }
        return send(registry.functions.renew(*given.values()), actors(by))

    return renewed


def test_default_behavior(registry: Contract, renew: Any, logs: Any, firm: Attestation) -> None:
    before = read_party(registry.functions.word_of(firm.wallet).call())
    receipt = renew()
    word = registry.functions.word_of(firm.wallet).call()
    assert read_party(word) == before._replace(
        category=3, expiry=firm.expiry + YEAR, screened_at=firm.screened_at + 5
    )
    (event,) = logs(receipt, registry)
    assert event.event == "PartyChanged"
    assert dict(event.args) == {"account": 1, "wallet": firm.wallet, "word": word}


def test_a_renewal_lifts_no_freeze(
    registry: Contract, renew: Any, supervise: Any, firm: Attestation
) -> None:
    supervise("freeze", 1)
    supervise("restrict", 1)
    renew()
    assert read_party(registry.functions.word_of(firm.wallet).call()).flags == 2 + 4


def test_not_the_registrar(renew: Any, reverts: Any) -> None:
    with reverts("roles: not the holder"):
        renew(by="supervisor")


def test_no_such_account(renew: Any, reverts: Any) -> None:
    with reverts("parties: no such account"):
        renew(account=3)


def test_revoked(registry: Contract, renew: Any, send: Any, actors: Any, reverts: Any) -> None:
    send(registry.functions.revoke(1, b"\1" * 32), actors("registrar"))
    with reverts("parties: revoked"):
        renew()


def test_older_screening(renew: Any, reverts: Any, firm: Attestation) -> None:
    with reverts("parties: older screening"):
        renew(screened_at=firm.screened_at - 1)


def test_fields_are_checked(renew: Any, reverts: Any, now: Any) -> None:
    with reverts("parties: bad category"):
        renew(category=4)
    with reverts("parties: bad category"):
        renew(account=2, category=3)
    with reverts("parties: bad expiry"):
        renew(expiry=now())
    with reverts("parties: future screening"):
        renew(screened_at=now() + 1000)
