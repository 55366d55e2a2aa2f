"""`request_category` and what grants it: fewer protections only as asked, and not in haste."""

from __future__ import annotations

from typing import Any

import pytest

from tests.support.parties import lei_text, lei_word
from tests.support.powers import DAY, Powers

RETAIL, PROFESSIONAL, ELIGIBLE = 1, 2, 3


@pytest.fixture(autouse=True)
def parties(powers: Powers) -> None:
    """A retail natural person and a professional firm."""
    powers.enter("person", "FR", RETAIL)
    powers.enter("firm")


def suitability(powers: Powers, name: str) -> int:
    """A suitability word."""
    return int(powers.registry.functions.suitability_of(powers.ids[name]).call())


def category(powers: Powers, name: str) -> int:
    """The category in a party word."""
    return powers.word(name) >> 152 & 255


def test_default_behavior(powers: Powers, logs: Any, reverts: Any) -> None:
    time = powers.now() + 10
    powers.set_time(time)
    (event,) = logs(powers.request("person", PROFESSIONAL), powers.registry)
    word = PROFESSIONAL << 32 | (time + DAY) << 40
    assert event.event == "SuitabilityChanged"
    assert dict(event.args) == {
        "account": powers.ids["person"],
        "wallet": powers.actors("person"),
        "suitability": word,
    }
    assert suitability(powers, "person") == word
    powers.set_time(time + DAY - 1)
    with reverts("parties: cooling off"):
        powers.renew("person", PROFESSIONAL)
    assert category(powers, "person") == RETAIL
    powers.set_time(time + DAY)
    events = logs(powers.renew("person", PROFESSIONAL), powers.registry)
    assert [event.event for event in events] == ["SuitabilityChanged", "PartyChanged"]
    assert suitability(powers, "person") == 0
    assert category(powers, "person") == PROFESSIONAL


def test_not_requested(powers: Powers, reverts: Any) -> None:
    with reverts("parties: not requested"):
        powers.renew("person", PROFESSIONAL)
    powers.request("firm", ELIGIBLE)
    powers.request("firm", 0)
    powers.wait(2 * DAY)
    with reverts("parties: not requested"):
        powers.renew("firm", ELIGIBLE)


def test_another_than_requested(powers: Powers, reverts: Any) -> None:
    powers.renew("firm", RETAIL)
    powers.request("firm", ELIGIBLE)
    powers.wait(DAY)
    with reverts("parties: not requested"):
        powers.renew("firm", PROFESSIONAL)
    powers.renew("firm", ELIGIBLE)


def test_a_second_request_cools_off_again(powers: Powers, reverts: Any) -> None:
    powers.request("person", PROFESSIONAL)
    powers.wait(DAY - 100)
    powers.request("person", PROFESSIONAL)
    powers.wait(200)
    with reverts("parties: cooling off"):
        powers.renew("person", PROFESSIONAL)


def test_granted_once(powers: Powers, reverts: Any) -> None:
    powers.request("person", PROFESSIONAL)
    powers.wait(DAY)
    powers.renew("person", PROFESSIONAL)
    powers.renew("person", RETAIL)
    with reverts("parties: not requested"):
        powers.renew("person", PROFESSIONAL)


def test_more_protections_at_once(powers: Powers) -> None:
    powers.renew("firm", RETAIL)
    assert category(powers, "firm") == RETAIL
    assert suitability(powers, "firm") == 0


def test_the_same_category(powers: Powers) -> None:
    powers.renew("firm", PROFESSIONAL)
    assert category(powers, "firm") == PROFESSIONAL


@pytest.mark.parametrize(
    ("name", "asked"),
    [
        *(("person", RETAIL), ("person", ELIGIBLE), ("person", 4), ("person", 2**200)),
        *(("firm", RETAIL), ("firm", PROFESSIONAL), ("firm", 4)),
    ],
)
def test_bad_category(powers: Powers, reverts: Any, name: str, asked: int) -> None:
    with reverts("parties: bad category"):
        powers.request(name, asked)


def test_no_natural_person_is_an_eligible_counterparty(powers: Powers, reverts: Any) -> None:
    with reverts("parties: bad category"):
        powers.renew("person", ELIGIBLE)


def test_nothing_to_withdraw(powers: Powers, reverts: Any) -> None:
    with reverts("parties: already so"):
        powers.request("person", 0)


def test_not_a_party(powers: Powers, reverts: Any) -> None:
    for nobody in ("stranger", "registrar"):
        with reverts("parties: no such party"):
            powers.request(nobody, PROFESSIONAL)


def test_by_a_signed_attestation(powers: Powers, reverts: Any) -> None:
    """What issuers sign obeys the same rule."""
    powers.recognise_issuer(2, powers.actors("attester"), lei_word(lei_text(700)))
    stated = powers.statement("client", "FR", RETAIL, issuer=2, nonce=1)
    powers.attest(stated, powers.signed(stated, "attester"))
    powers.ids["client"] = int(powers.registry.functions.account_count().call())
    powers.wait(10)
    better = stated.but(category=PROFESSIONAL, nonce=2, screened_at=powers.now())
    with reverts("parties: not requested"):
        powers.attest(better, powers.signed(better, "attester"))
    powers.request("client", PROFESSIONAL)
    with reverts("parties: cooling off"):
        powers.attest(better, powers.signed(better, "attester"))
    powers.wait(DAY)
    powers.attest(better, powers.signed(better, "attester"))
    assert category(powers, "client") == PROFESSIONAL


def test_a_warning_stays(powers: Powers) -> None:
    text = b"\x61" * 32
    powers.publish("FR", text, powers.now() + 1)
    powers.accept("person", text)
    warning = suitability(powers, "person")
    powers.request("person", PROFESSIONAL)
    powers.request("person", 0)
    assert suitability(powers, "person") == warning


def test_more_protection_ends_a_request(powers: Powers, reverts: Any) -> None:
    """What a professional asked for, a retail client has not asked for."""
    powers.request("firm", ELIGIBLE)
    powers.renew("firm", RETAIL)
    assert suitability(powers, "firm") == 0
    powers.wait(2 * DAY)
    with reverts("parties: not requested"):
        powers.renew("firm", ELIGIBLE)
