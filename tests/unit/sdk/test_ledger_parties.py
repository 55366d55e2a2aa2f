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
from keelmark.types import PartyFlag
from tests.support.attested import Revocation
from tests.support.parties import lei_text, lei_word
from tests.support.powers import BASIS, CASE, DAY, Powers


@dataclass(frozen=True)
class Evidence:
    """What the SDK's reader finds, and what the contract holds."""

    registry: PartyRegistry
    sanctions: str
    events: list[Event]
    reads: PartyReads

    def rebuilt(self, events: list[Event] | None = None) -> PartyBook:
        """The book of these events, or of other ones."""
        told = self.events if events is None else events
        return rebuild_parties(told, self.registry.address, self.sanctions)


@pytest.fixture(scope="module")
def evidence(
    chain: Chain,
    deploy: Any,
    actors: Any,
    send: Any,
    set_time: Any,
    mine: Any,
    now: Any,
    w3: Any,
) -> Evidence:
    """A registry that lived through each of its acts."""
    first = w3.eth.block_number
    made = Powers(w3, deploy, actors, send, set_time, now, mine)
    _enter(made)
    _attest(made)
    _supervise(made)
    _screen_and_recover(made)
    _protect(made)
    does = made.registry.functions
    made.send(does.void_nonces(2, [7, 2**255]), actors("attester"))
    made.send(does.revoke(actors("trader"), CASE), actors("registrar"))
    made.set_issuer(2, False)
    made.set_issuer(1, False)
    made.set_issuer(1, True)
    made.send(does.hand_over_role(does.REGISTRAR().call(), actors("other")), actors("registrar"))
    registry, sanctions = PartyRegistry(made.registry.address), made.sanctions.address
    reading = chain.run(read_logs((sanctions, registry.address), first))
    folded = report_chain.fold(reading.chain_logs(registry.address))
    roots = chain.run(read_roots((registry.address,), reading.head.number))
    assert folded == roots[registry.address]
    events = list(reading.events())
    book = rebuild_parties(events, registry.address, sanctions)
    return Evidence(registry, sanctions, events, chain.run(read_parties(registry, book)))


def _enter(made: Powers) -> None:
    """Two firms, one of them with a date of its status, and a natural person; a renewal."""
    made.enter("member")
    made.enter("dated", status_until=made.now() + 200 * DAY)
    person = made.statement("trader", category=1)
    made.send(made.registry.functions.onboard_many([person[:9]]), made.actors("registrar"))
    made.request("member", 3)
    made.request("dated", 3)
    made.request("dated", 0)
    made.wait(DAY)
    made.renew("member", 3)
    made.renew("dated", 2, status_until=made.now() + 300 * DAY)


def _attest(made: Powers) -> None:
    """An issuer's attestations, one of them renewed while an authority holds the party."""
    made.recognise_issuer(2, made.actors("attester"), lei_word(lei_text(900)))
    claims = [made.statement(f"firm {number}", issuer=2, nonce=number) for number in (3, 4)]
    made.attest(claims[0], made.signed(claims[0], "attester"))
    made.freeze("firm 3")
    later = claims[0].but(nonce=300, screened_at=claims[0].screened_at + 1, category=1)
    signed = [made.signed(one, "attester") for one in (claims[1], later)]
    made.wait(60)
    made.send(made.registry.functions.attest_many([claims[1], later], signed))
    ending = Revocation(claims[1].wallet, 2, 301)
    made.send(made.registry.functions.revoke_attested(ending, made.signed(ending, "attester")))


def _supervise(made: Powers) -> None:
    """Holds of three authorities; a CCP; a halt; bars."""
    for name in ("second", "third"):
        made.recognise(name, "DE")
    made.wait(DAY)
    for name in ("second", "third"):
        made.freeze("firm 3", name)
        made.restrict("firm 3", name)
    made.unfreeze("firm 3", "third")
    made.unfreeze("firm 3", "supervisor")
    made.release("firm 3", "second")
    made.restrict("firm 4")
    made.release("firm 4")
    does = made.registry.functions
    made.send(does.authorise_ccp(made.actors("member"), BASIS, CASE), made.actors("supervisor"))
    made.send(does.withdraw_ccp(made.actors("member"), BASIS, CASE), made.actors("supervisor"))
    made.halt(made.now() + 2 * DAY)
    made.resume()
    made.recognise("abroad", "FR")
    made.wait(DAY)
    made.bar(1)
    made.bar(1, "abroad")
    made.bar(2)
    made.clear(1)


def _screen_and_recover(made: Powers) -> None:
    """A party is listed, taken off and listed again; one key is lost, of another it was said."""
    made.confirm()
    for act in (made.list_wallet, made.delist_wallet, made.list_wallet):
        act(made.actors("firm 4"))
        made.screen("firm 4")
    made.announce("member", "nobody yet")
    made.contest("member", "member")
    made.announce("dated", "another key")
    made.wait(7 * DAY)
    made.sync()
    made.complete("dated", "another key")
    made.announce("member", "new key")


def _protect(made: Powers) -> None:
    """Risk warnings."""
    made.publish("DE", b"\x41" * 32, made.now() + 60)
    made.wait(DAY)
    made.publish("DE", b"\x42" * 32, made.now() + DAY)
    made.publish("FR", b"\x43" * 32, made.now() + DAY)
    made.accept("trader", b"\x42" * 32)


def test_default_behavior(evidence: Evidence) -> None:
    """Every kind of event that the registry has was among them."""
    book = evidence.rebuilt()
    assert {event.name for event in evidence.events} >= set(PartyBook.handlers)
    assert not book.findings
    assert not reconcile_parties(book, evidence.reads)
    assert len(book.wallets) == evidence.reads.accounts == 5
    assert book.recognised == 2
    assert book.nonces == {(2, nonce) for nonce in (3, 4, 7, 300, 301, 2**255)}


def test_who_holds_whom_and_until_when(evidence: Evidence, actors: Any) -> None:
    book = evidence.rebuilt()
    assert set(book.holds[4, PartyFlag.FROZEN]) == {2}
    assert set(book.holds[4, PartyFlag.CLOSE_ONLY]) == {3}
    (frozen,) = (
        event.timestamp
        for event in evidence.events
        if event.name == "PartyFrozen" and event.number("mandate") & 0xFF == 2
    )
    hold = book.holds[4, PartyFlag.FROZEN][2]
    assert frozen < hold.review_at <= frozen + 365 * DAY
    assert hold.agreement == 0
    assert not book.holds[5, PartyFlag.CLOSE_ONLY]
    wallet, lost = actors("another key").address, actors("dated").address
    assert book.wallets[2] == wallet
    assert book.predecessors == {wallet: lost}
    assert book.words[lost] == 12 << 160
    assert set(book.recoveries) == {actors("member").address}
    assert book.market.bars == {1: (0x4652,), 2: (0x4445,)}
    assert book.market.warnings[0x4445].edition == 2
    assert book.suitability_of(3).edition == 2
    assert book.suitability_of(1).requested == 0


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


@pytest.mark.parametrize("bit", [0, 40, 140, *range(160, 168), 176, 248])
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
    wallet = book.wallets[1]
    warned = reads.warnings[0x4445]
    others = {
        "accounts": replace(reads, accounts=6),
        "recognised issuers": replace(reads, recognised=6),
        "suitability": replace(reads, suitability={**reads.suitability, 1: 1}),
        "further holds": replace(reads, further_holds={**reads.further_holds, 1: 1}),
        "predecessor": replace(reads, predecessors={}),
        "recovery": replace(reads, recoveries={**reads.recoveries, wallet: 0}),
        "bars": replace(reads, bars={**reads.bars, 3: 0x4445}),
        "edition": replace(reads, warnings={**reads.warnings, 0x4445: replace(warned, edition=1)}),
        "effective at": replace(
            reads, warnings={**reads.warnings, 0x4445: replace(warned, effective_at=1)}
        ),
        "text": replace(
            reads, warnings={**reads.warnings, 0x4445: replace(warned, text_hash=CASE)}
        ),
        "list time": replace(reads, list_time=1),
        "halted until": replace(reads, halted_until=1),
        "word": replace(reads, words={**reads.words, wallet: 1}),
        "signer": replace(reads, signers={**reads.signers, 3: wallet}),
        "nonce 7": replace(reads, nonces={**reads.nonces, (2, 7): False}),
    }
    for field, other in others.items():
        assert [item.field for item in reconcile_parties(book, other)] == [field]
