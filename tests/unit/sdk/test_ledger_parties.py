"""The party registry rebuilt from its events equals the contract, and what was altered is found."""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import Any

import pytest

from keelmark.bindings.party_registry import PartyRegistry
from keelmark.chain import Chain
from keelmark.events import BY_NAME, Event
from keelmark.ledger.parties import (
    PartyBook,
    PartyReads,
    read_parties,
    rebuild_parties,
    reconcile_parties,
)
from keelmark.ledger.reader import read_logs, read_roots
from keelmark.proofs import report_chain
from tests.support.attested import Revocation, SignedAttestation
from tests.support.parties import Attestation, lei_text, lei_word

DAY = 86_400
BASIS = b"EU 596/2014 Art. 23".ljust(32, b"\0")
CASE = b"\x11" * 32


@dataclass(frozen=True)
class Evidence:
    """What the SDK's reader finds, and what the contract holds."""

    registry: PartyRegistry
    events: list[Event]
    reads: PartyReads

    def rebuilt(self, events: list[Event] | None = None) -> PartyBook:
        """The book of these events, or of other ones."""
        return rebuild_parties(self.events if events is None else events, self.registry.address)


@pytest.fixture(scope="module")
def evidence(chain: Chain, deploy: Any, actors: Any, send: Any, now: Any, w3: Any) -> Evidence:
    """A registry that lived through each of its acts."""
    first = w3.eth.block_number
    made = deploy("registry/PartyRegistry", actors("registrar"), actors("supervisor"))
    does = made.functions

    def sign(statement: Any) -> bytes:
        signed: bytes = statement.sign(actors("attester").key, made.address, w3.eth.chain_id)
        return signed

    def supervise(name: str, *arguments: Any) -> None:
        send(getattr(does, name)(*arguments, BASIS, CASE), actors("supervisor"))

    firm = Attestation(
        actors("member"), lei_word(lei_text(1)), b"DE", 2, False, 0, now() + 99 * DAY, now() - DAY
    )
    send(does.onboard(firm), actors("registrar"))
    person = firm.but(
        wallet=actors("trader"), identifier=9, category=1, natural_person=True, member=1
    )
    send(does.onboard_many([person]), actors("registrar"))
    send(does.renew(1, 3, firm.expiry + 1, firm.screened_at + 1), actors("registrar"))
    send(
        does.recognise_issuer(2, actors("attester"), lei_word(lei_text(9)), BASIS, CASE),
        actors("supervisor"),
    )
    claims = [
        SignedAttestation(
            *firm.but(wallet=actors(f"firm {number}"), identifier=lei_word(lei_text(number))),
            issuer=2,
            nonce=number,
        )
        for number in (3, 4)
    ]
    send(does.attest(claims[0], sign(claims[0])))
    supervise("freeze", 3)
    later = claims[0].but(nonce=300, screened_at=firm.screened_at + 9, category=1)
    send(does.attest_many([claims[1], later], [sign(claims[1]), sign(later)]))
    supervise("unfreeze", 3)
    supervise("restrict", 4)
    supervise("release", 4)
    supervise("authorise_ccp", 1)
    supervise("withdraw_ccp", 1)
    ending = Revocation(claims[1].wallet, 2, 301)
    send(does.revoke_attested(ending, sign(ending)))
    send(does.void_nonces(2, [7, 2**255]), actors("attester"))
    send(does.revoke(2, CASE), actors("registrar"))
    supervise("set_issuer", 2, False)
    supervise("set_issuer", 1, False)
    supervise("set_issuer", 1, True)
    send(does.hand_over_role(does.REGISTRAR().call(), actors("other")), actors("registrar"))
    registry = PartyRegistry(made.address)
    reading = chain.run(read_logs((registry.address,), first))
    folded = report_chain.fold(reading.chain_logs(registry.address))
    roots = chain.run(read_roots((registry.address,), reading.head.number))
    assert folded == roots[registry.address]
    events = list(reading.events())
    book = rebuild_parties(events, registry.address)
    return Evidence(registry, events, chain.run(read_parties(registry, book)))


def test_default_behavior(evidence: Evidence) -> None:
    """Every kind of event that the registry has was among them."""
    book = evidence.rebuilt()
    assert {event.name for event in evidence.events} >= set(PartyBook.handlers)
    assert not book.findings
    assert not reconcile_parties(book, evidence.reads)
    assert len(book.wallets) == evidence.reads.accounts == 4
    assert book.recognised == 2
    assert book.nonces == {(2, nonce) for nonce in (3, 4, 7, 300, 301, 2**255)}


def test_every_party_event_has_a_handler() -> None:
    named = {name for name, spec in BY_NAME.items() if spec.source == "party registry"}
    assert named == set(PartyBook.handlers)


def test_other_contracts_events_are_passed_over(evidence: Evidence) -> None:
    strangers = [replace(event, address="0x" + "00" * 20) for event in evidence.events]
    book = evidence.rebuilt([*evidence.events, *strangers])
    assert not book.findings
    assert not reconcile_parties(book, evidence.reads)


@pytest.mark.parametrize("name", sorted(set(PartyBook.handlers)))
def test_an_event_that_is_missing(evidence: Evidence, name: str) -> None:
    """One left out leaves a finding or a difference. A nonce that was voided and never used is
    the exception: nobody asks for it, and the report chain alone shows that an event is lost."""
    if name == "NonceVoided":
        return
    for place, event in enumerate(evidence.events):
        if event.name != name:
            continue
        book = evidence.rebuilt([*evidence.events[:place], *evidence.events[place + 1 :]])
        assert book.findings or reconcile_parties(book, evidence.reads), name


@pytest.mark.parametrize("name", sorted(set(PartyBook.handlers)))
def test_an_event_that_is_told_twice(evidence: Evidence, name: str) -> None:
    """A second telling contradicts what is known by then, except of a renewal."""
    if name == "PartyChanged":
        return
    for place, event in enumerate(evidence.events):
        if event.name == name:
            book = evidence.rebuilt([*evidence.events[: place + 1], *evidence.events[place:]])
            assert book.findings, name


@pytest.mark.parametrize("bit", [0, 40, 140, 160, 161, 162, 163, 164])
def test_a_word_that_was_altered(evidence: Evidence, bit: int) -> None:
    """Account, identifier, jurisdiction or a flag of any event that has a word."""
    for place, event in enumerate(evidence.events):
        if "word" not in event.args:
            continue
        other = replace(event, args={**event.args, "word": event.number("word") ^ 1 << bit})
        book = evidence.rebuilt([*evidence.events[:place], other, *evidence.events[place + 1 :]])
        assert book.findings or reconcile_parties(book, evidence.reads), event.name


def test_reads_that_differ(evidence: Evidence) -> None:
    reads, book = evidence.reads, evidence.rebuilt()
    wallet = reads.wallets[1]
    others = {
        "accounts": replace(reads, accounts=5),
        "recognised issuers": replace(reads, recognised=6),
        "wallet": replace(reads, wallets={**reads.wallets, 1: reads.wallets[2]}),
        "word": replace(reads, words={**reads.words, wallet: 1}),
        "signer": replace(reads, signers={**reads.signers, 3: wallet}),
        "nonce 7": replace(reads, nonces={**reads.nonces, (2, 7): False}),
    }
    for field, other in others.items():
        assert [item.field for item in reconcile_parties(book, other)] == [field]
