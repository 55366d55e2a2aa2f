"""`attest_many`: the same road as `attest`, all or none."""

from __future__ import annotations

from typing import Any

import pytest
from web3.contract import Contract

from tests.support.attested import SignedAttestation
from tests.support.parties import lei_text, lei_word, read_party

from .conftest import CONTRACT_ISSUER


@pytest.fixture
def fifty(actors: Any, claim: SignedAttestation) -> list[SignedAttestation]:
    """One each of fifty firms."""
    return [
        claim.but(
            wallet=actors(f"firm {number}"), identifier=lei_word(lei_text(number)), nonce=number
        )
        for number in range(1, 51)
    ]


@pytest.fixture
def bring(registry: Contract, send: Any, actors: Any, signed: Any) -> Any:
    def brought(claims: list[SignedAttestation], signatures: list[bytes] | None = None) -> Any:
        with_ = [signed(item) for item in claims] if signatures is None else signatures
        return send(registry.functions.attest_many(claims, with_), actors("stranger"))

    return brought


def test_default_behavior(
    registry: Contract, issuer: Any, bring: Any, logs: Any, fifty: list[SignedAttestation]
) -> None:
    events = logs(bring(fifty), registry)
    assert registry.functions.account_count().call() == 50
    assert [event.args.account for event in events] == list(range(1, 51))
    assert [event.args.nonce for event in events] == list(range(1, 51))
    for claim, event in zip(fifty, events, strict=True):
        assert read_party(event.args.word).identifier == claim.identifier
        assert registry.functions.word_of(claim.wallet).call() == event.args.word


def test_several_issuers(
    registry: Contract, issuer: Any, contract_issuer: Any, bring: Any, signed: Any, fifty: Any
) -> None:
    theirs = fifty[1].but(issuer=CONTRACT_ISSUER)
    bring([fifty[0], theirs], [signed(fifty[0]), signed(theirs, "contract owner")])
    words = [
        read_party(registry.functions.word_of(item.wallet).call()) for item in (fifty[0], theirs)
    ]
    assert [word.issuer for word in words] == [2, 3]


def test_nobody(registry: Contract, issuer: Any, bring: Any) -> None:
    bring([])
    assert registry.functions.account_count().call() == 0


def test_the_same_twice(registry: Contract, issuer: Any, bring: Any, reverts: Any, fifty) -> None:
    with reverts("parties: nonce used"):
        bring([fifty[0], fifty[1], fifty[0]])
    assert registry.functions.account_count().call() == 0
    assert not registry.functions.is_nonce_used(2, 1).call()


def test_one_nonce_for_two(issuer: Any, bring: Any, reverts: Any, fifty: Any) -> None:
    with reverts("parties: nonce used"):
        bring([fifty[0], fifty[1].but(nonce=fifty[0].nonce)])


def test_one_wallet_twice(registry: Contract, issuer: Any, bring: Any, reverts: Any, fifty) -> None:
    with reverts("parties: another party"):
        bring([fifty[0], fifty[1].but(wallet=fifty[0].wallet)])
    with reverts("parties: older screening"):
        bring([fifty[0], fifty[0].but(nonce=99, category=3)])
    assert registry.functions.account_count().call() == 0


def test_signatures_missing(issuer: Any, bring: Any, signed: Any, reverts: Any, fifty: Any) -> None:
    one = signed(fifty[0])
    for signatures in ([], [one], [one, one, one]):
        with reverts("parties: signatures missing"):
            bring(fifty[:2], signatures)


def test_signatures_swapped(issuer: Any, bring: Any, signed: Any, reverts: Any, fifty: Any) -> None:
    with reverts("parties: not the issuer"):
        bring(fifty[:2], [signed(fifty[1]), signed(fifty[0])])


def test_more_than_fifty(issuer: Any, bring: Any, actors: Any, reverts: Any, fifty: Any) -> None:
    extra = fifty[0].but(wallet=actors("firm 51"), identifier=lei_word(lei_text(51)), nonce=51)
    with reverts(""):
        bring([*fifty, extra])
