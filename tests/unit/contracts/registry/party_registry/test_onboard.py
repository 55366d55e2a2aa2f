"""`onboard`: one packed word a wallet, a dense id, a report; every field checked."""

from __future__ import annotations

from typing import Any

import pytest
from web3.contract import Contract

from tests.support.parties import Attestation, lei_text, lei_word, read_party
from tests.support.storage import write_slot

from .conftest import YEAR


def test_default_behavior(registry: Contract, onboard: Any, logs: Any, firm: Attestation) -> None:
    receipt = onboard(firm)
    word = registry.functions.word_of(firm.wallet).call()
    assert read_party(word) == (
        1,
        firm.identifier,
        "DE",
        2,
        0,
        1,
        0,
        firm.expiry,
        firm.screened_at,
        0,
    )
    assert registry.functions.account_count().call() == 1
    (event,) = logs(receipt, registry)
    assert event.event == "PartyOnboarded"
    assert dict(event.args) == {"account": 1, "wallet": firm.wallet, "word": word, "member": 0}


def test_natural_person(registry: Contract, parties: Any, logs: Any, person: Attestation) -> None:
    word = registry.functions.word_of(person.wallet).call()
    assert read_party(word) == (
        2,
        2**103 + 9,
        "FR",
        1,
        1,
        1,
        0,
        person.expiry,
        person.screened_at,
        0,
    )
    (event,) = logs(parties[1], registry)
    assert event.args.member == 1


def test_ids_are_dense(registry: Contract, onboard: Any, actors: Any, firm: Attestation) -> None:
    for number in range(1, 5):
        onboard(firm.but(wallet=actors(f"firm {number}"), identifier=lei_word(lei_text(number))))
        word = registry.functions.word_of(actors(f"firm {number}")).call()
        assert read_party(word).account == number
    assert registry.functions.account_count().call() == 4


@pytest.mark.parametrize("role", ["supervisor", "stranger", "deployer"])
def test_not_the_registrar(
    registry: Contract, send: Any, actors: Any, reverts: Any, firm: Attestation, role: str
) -> None:
    with reverts("roles: not the holder"):
        send(registry.functions.onboard(firm), actors(role))


def test_no_wallet(onboard: Any, reverts: Any, firm: Attestation) -> None:
    with reverts("parties: no wallet"):
        onboard(firm.but(wallet="0x" + "00" * 20))


def test_the_registrar_vouches_for_itself(
    onboard: Any, reverts: Any, actors: Any, firm: Attestation
) -> None:
    with reverts("parties: vouches for itself"):
        onboard(firm.but(wallet=actors("registrar")))


def test_wallet_known(onboard: Any, reverts: Any, firm: Attestation) -> None:
    onboard(firm)
    with reverts("parties: wallet known"):
        onboard(firm.but(identifier=lei_word(lei_text(2))))


@pytest.mark.parametrize(
    "code", [b"de", b"D1", b"1E", b"\0\0", b"D\0", b"@A", b"A[", b"[A", b"UK", b"ZZ"]
)
def test_bad_jurisdiction(onboard: Any, reverts: Any, firm: Attestation, code: bytes) -> None:
    with reverts("parties: bad jurisdiction"):
        onboard(firm.but(jurisdiction=code))


@pytest.mark.parametrize("category", [0, 4, 256, 2**255])
def test_bad_category(onboard: Any, reverts: Any, firm: Attestation, category: int) -> None:
    with reverts("parties: bad category"):
        onboard(firm.but(category=category))


def test_a_person_is_no_eligible_counterparty(
    onboard: Any, reverts: Any, firm: Attestation, person: Attestation
) -> None:
    onboard(firm)
    with reverts("parties: bad category"):
        onboard(person.but(category=3))


def test_bad_expiry(onboard: Any, reverts: Any, firm: Attestation, set_time: Any, now: Any) -> None:
    moment = now() + 100
    for expiry in (moment, moment - 1, 2**32):
        set_time(moment)
        with reverts("parties: bad expiry"):
            onboard(firm.but(expiry=expiry))
        moment += 100


def test_future_screening(
    onboard: Any, reverts: Any, firm: Attestation, set_time: Any, now: Any
) -> None:
    moment = now() + 100
    set_time(moment)
    with reverts("parties: future screening"):
        onboard(firm.but(screened_at=moment + 1))
    set_time(moment + 10)
    onboard(firm.but(screened_at=moment + 10))


def test_stale_screening(
    onboard: Any, reverts: Any, firm: Attestation, set_time: Any, now: Any
) -> None:
    moment = now() + 100
    set_time(moment)
    with reverts("parties: stale screening"):
        onboard(firm.but(screened_at=moment - YEAR - 1))
    set_time(moment + 1)
    onboard(firm.but(screened_at=moment + 1 - YEAR))


def test_bad_lei(onboard: Any, reverts: Any, firm: Attestation) -> None:
    for identifier in (0, firm.identifier + 1, firm.identifier + 36**20, 2**256 - 1):
        with reverts("parties: bad lei"):
            onboard(firm.but(identifier=identifier))


def test_bad_client_code(
    onboard: Any, reverts: Any, firm: Attestation, person: Attestation
) -> None:
    onboard(firm)
    for code in (0, 2**104):
        with reverts("parties: bad client code"):
            onboard(person.but(identifier=code))


def test_person_without_member(onboard: Any, reverts: Any, person: Attestation) -> None:
    for member in (0, 1):
        with reverts("parties: bad member"):
            onboard(person.but(member=member))


def test_whether_it_is_a_member_the_house_sees(
    onboard: Any, parties: Any, logs: Any, registry: Contract, actors: Any, person: Attestation
) -> None:
    """Any account that there is: the registry knows no members, and the house opens an account
    for its own members alone."""
    receipt = onboard(person.but(wallet=actors("other"), member=2))
    (event,) = logs(receipt, registry)
    assert event.args.member == 2


@pytest.mark.parametrize("status_until", [1, 2**32])
def test_bad_status_date(onboard: Any, reverts: Any, firm: Attestation, status_until: int) -> None:
    with reverts("parties: bad status date"):
        onboard(firm.but(status_until=status_until))
    with reverts("parties: bad status date"):
        onboard(firm.but(category=1, status_until=firm.expiry))


def test_firm_with_member(
    onboard: Any, parties: Any, reverts: Any, actors: Any, firm: Attestation
) -> None:
    with reverts("parties: member of a firm"):
        onboard(firm.but(wallet=actors("other"), member=1))


def test_full(
    registry: Contract, onboard: Any, backend: Any, reverts: Any, firm: Attestation
) -> None:
    """Account ids have 32 bits; the counter is slot 4 of the compiler's layout."""
    onboard(firm.but(wallet="0x" + "01" * 20))
    write_slot(backend, registry, 4, 2**32 - 2)
    onboard(firm)
    assert read_party(registry.functions.word_of(firm.wallet).call()).account == 2**32 - 1
    with reverts("parties: full"):
        onboard(firm.but(wallet="0x" + "02" * 20))
