"""`renew`: a new expiry, screening and category; freezes and restrictions stay."""

from __future__ import annotations

from typing import Any

import pytest
from web3.contract import Contract

from tests.support.parties import Attestation, read_party

from .conftest import DAY, YEAR


@pytest.fixture
def renew(registry: Contract, send: Any, actors: Any, parties: Any, firm: Attestation) -> Any:
    def renewed(by: str = "registrar", **fields: Any) -> Any:
        given = {
            "wallet": firm.wallet,
            "category": 2,
            "expiry": firm.expiry + YEAR,
            "status_until": 0,
            "screened_at": firm.screened_at + 5,
            **fields,
        }
        return send(registry.functions.renew(*given.values()), actors(by))

    return renewed


@pytest.fixture
def ask(registry: Contract, send: Any, parties: Any, firm: Attestation) -> Any:
    """``ask(3)``: the firm asks for a category."""
    return lambda category: send(registry.functions.request_category(category), firm.wallet)


def test_default_behavior(registry: Contract, renew: Any, logs: Any, firm: Attestation) -> None:
    before = read_party(registry.functions.word_of(firm.wallet).call())
    receipt = renew()
    word = registry.functions.word_of(firm.wallet).call()
    assert read_party(word) == before._replace(
        expiry=firm.expiry + YEAR, screened_at=firm.screened_at + 5
    )
    (event,) = logs(receipt, registry)
    assert event.event == "PartyChanged"
    assert dict(event.args) == {"account": 1, "wallet": firm.wallet, "word": word}


def test_fewer_protections_as_requested(
    registry: Contract,
    renew: Any,
    ask: Any,
    logs: Any,
    now: Any,
    set_time: Any,
    reverts: Any,
    firm: Attestation,
) -> None:
    """Only what the party asked for, and a day later; the request is then used up."""
    with reverts("parties: not requested"):
        renew(category=3)
    ask(3)
    ripe_at = now() + DAY
    lanes = registry.functions.suitability_of(1).call()
    assert lanes == 3 << 32 | ripe_at << 40
    set_time(ripe_at - 1)
    with reverts("parties: cooling off"):
        renew(category=3)
    set_time(ripe_at)
    granted, changed = logs(renew(category=3), registry)
    assert granted.event == "SuitabilityChanged"
    assert dict(granted.args) == {"account": 1, "wallet": firm.wallet, "suitability": 0}
    assert changed.event == "PartyChanged"
    assert read_party(changed.args.word).category == 3
    assert registry.functions.suitability_of(1).call() == 0


def test_more_protections_at_once(registry: Contract, renew: Any, firm: Attestation) -> None:
    renew(category=1)
    assert read_party(registry.functions.word_of(firm.wallet).call()).category == 1


def test_a_request_withdrawn(renew: Any, ask: Any, now: Any, set_time: Any, reverts: Any) -> None:
    ask(3)
    ask(0)
    set_time(now() + 2 * DAY)
    with reverts("parties: not requested"):
        renew(category=3)


def test_a_renewal_lifts_no_freeze(
    registry: Contract, renew: Any, supervise: Any, firm: Attestation
) -> None:
    supervise("freeze")
    supervise("restrict")
    renew()
    fields = read_party(registry.functions.word_of(firm.wallet).call())
    assert (fields.flags, fields.freezing, fields.restricting) == (2 + 4, 1, 1)


def test_not_the_registrar(renew: Any, reverts: Any) -> None:
    with reverts("roles: not the holder"):
        renew(by="supervisor")


def test_no_such_party(renew: Any, actors: Any, reverts: Any) -> None:
    with reverts("parties: no such party"):
        renew(wallet=actors("stranger"))


def test_revoked(
    registry: Contract, renew: Any, send: Any, actors: Any, reverts: Any, firm: Attestation
) -> None:
    send(registry.functions.revoke(firm.wallet, b"\1" * 32), actors("registrar"))
    with reverts("parties: revoked"):
        renew()


def test_older_screening(renew: Any, reverts: Any, firm: Attestation) -> None:
    with reverts("parties: older screening"):
        renew(screened_at=firm.screened_at - 1)


def test_fields_are_checked(renew: Any, reverts: Any, now: Any, person: Attestation) -> None:
    with reverts("parties: bad category"):
        renew(category=4)
    with reverts("parties: bad category"):
        renew(wallet=person.wallet, category=3)
    with reverts("parties: bad expiry"):
        renew(expiry=now())
    with reverts("parties: bad status date"):
        renew(status_until=now())
    with reverts("parties: bad status date"):
        renew(category=1, status_until=now() + 1000)
    with reverts("parties: future screening"):
        renew(screened_at=now() + 1000)
