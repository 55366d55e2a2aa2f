"""Supervision rebuilt from its events: equal to the contract, and what altered events show."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from typing import Any

import pytest

from keelmark.events import Event
from keelmark.ledger import cooperation
from keelmark.ledger.cooperation_state import rebuild
from keelmark.ledger.cooperation_words import Kind, Overdue, State
from keelmark.ledger.supervision import read_getters, reconcile_supervision
from tests.unit.sdk.cooperation.conftest import BASIS, DELAY, FOREVER, Desk

DIGEST, OUTCOME, REASON = b"\x01" * 32, b"\x02" * 32, b"\x03" * 32
PURPOSE = b"investigation".ljust(32, b"\0")


def lived(desk: Desk) -> None:
    """Mandates change and move; agreements; requests to every end."""
    contract = desk.contract
    desk.recognise("CONSOB", "IT", 3, powers=66)
    desk.run("convenor", contract.narrow_mandate(2, 67, FOREVER - 4, BASIS))
    desk.run("convenor", contract.widen_mandate(2, 127, FOREVER - 1, BASIS))
    desk.agreed(powers=3)
    desk.agreed(members=[1, 2, 3], powers=0, instruments=[4, 9])
    for _ in range(4):
        desk.ask()
    desk.run("BaFin", cooperation.acknowledge(contract, 1))
    desk.later(11 * DELAY)
    desk.run("BaFin", cooperation.deliver(contract, 1, DIGEST))
    desk.run("AMF", cooperation.log_access(contract, 1, DIGEST, PURPOSE))
    desk.run("BaFin", cooperation.log_access(contract, 1, DIGEST, BASIS))
    desk.run("AMF", cooperation.close(contract, 1, OUTCOME))
    desk.run("BaFin", cooperation.refuse(contract, 2, 4, REASON))
    desk.run("AMF", cooperation.withdraw(contract, 3))
    desk.run("convenor", contract.narrow_mandate(2, 67, FOREVER - 9, BASIS))
    desk.run("CONSOB", cooperation.accept(contract, 2))
    desk.run("AMF", cooperation.leave(contract, 2))
    desk.run("BaFin", contract.offer_mandate(desk.signers["deployer"].address))
    desk.run("deployer", contract.accept_mandate(1))


def test_default_behavior(desk: Desk) -> None:
    """Rebuilt to the word, chain folded; the log of accesses with purpose and time."""
    lived(desk)
    found = desk.read()
    assert found.folded == found.stored
    assert found.book.findings == []
    assert found.discrepancies == ()
    assert found.holds
    book = found.book
    assert book.holders[1] == desk.signers["deployer"].address
    mandate = book.mandate(1)
    assert mandate is not None
    assert (mandate.id, mandate.jurisdiction) == (1, "DE")
    assert book.agreements[1].agreement.in_force(desk.now())
    assert not book.agreements[1].agreement.in_force(FOREVER)
    assert book.agreements[2].agreement.accepted == (1, 3)
    assert book.agreements[2].agreement.instruments == (4, 9)
    first, second, third, fourth = (book.requests[id] for id in (1, 2, 3, 4))
    assert [(one.authority, one.purpose) for one in first.accesses] == [(2, PURPOSE), (1, BASIS)]
    assert all(one.digest == DIGEST for one in first.accesses)
    assert first.package_digest == DIGEST
    assert first.outcome == OUTCOME
    assert [step.event for step in first.steps] == [
        "RequestMade", "RequestAcknowledged", "RequestDelivered", "RequestClosed",
    ]  # fmt: skip
    assert [step.late for step in first.steps] == [False, False, True, False]
    assert (second.reason, second.reason_hash) == (4, REASON)
    assert third.request.state is State.WITHDRAWN
    assert fourth.request.overdue(desk.now()) is Overdue.DELIVERY
    assert desk.chain.run(desk.contract.overdue(4)) == 2


def test_overdue_as_the_contract(desk: Desk) -> None:
    """Around each deadline, to the second."""
    desk.agreed()
    desk.ask()
    for seconds, expected in ((5 * DELAY, 0), (1, 1), (5 * DELAY - 1, 1), (1, 2)):
        request = desk.read().book.requests[1].request
        time = {0: request.acknowledge_by, 1: request.acknowledge_by + 1}[min(expected, 1)]
        if seconds == 5 * DELAY - 1:
            time = request.deliver_by
        elif expected == 2:
            time = request.deliver_by + 1
        desk.chain.set_time(time)
        desk.chain.local.mine()
        assert desk.now() == time
        assert desk.chain.run(desk.contract.overdue(1)) == expected
        assert request.overdue(time) == expected
    desk.run("BaFin", cooperation.acknowledge(desk.contract, 1))
    assert desk.read().book.requests[1].steps[-1].late


def test_mandate_given_up(desk: Desk) -> None:
    """An address whose mandate is over gets a later one: the first reads as zero, as on chain."""
    desk.run("convenor", desk.contract.narrow_mandate(2, 127, desk.now() + 9, BASIS))
    desk.later(10)
    desk.recognise("AMF", "FR", 5)
    found = desk.read()
    assert found.holds
    assert found.book.word_of(2) == 0
    assert found.book.mandate(2) is None
    mandate = found.book.mandate(3)
    assert mandate is not None
    assert mandate.jurisdiction == "FR"


def altered(events: list[Event], name: str, change: Callable[[Event], Event]) -> list[Event]:
    """The events with the last one of a name changed."""
    place = max(at for at, event in enumerate(events) if event.name == name)
    return [*events[:place], change(events[place]), *events[place + 1 :]]


def field(name: str, value: Any) -> Callable[[Event], Event]:
    """Another value of a field; a number is added to it."""

    def changed(event: Event) -> Event:
        now = event.args[name]
        other = now + value if isinstance(now, int) else value
        return replace(event, args={**event.args, name: other})

    return changed


OTHER = "0x" + "99" * 20

ALTERATIONS = (
    ("MandateGranted", "authority", 1, "authority"),
    ("MandateGranted", "mandate", 1, "authority of the word"),
    ("MandateGranted", "mandate", 1 << 104, "widening"),
    ("MandateGranted", "mandate", -(1 << 40), "from"),
    ("MandateNarrowed", "mandate", 1 << 31, "powers added"),
    ("MandateNarrowed", "mandate", 9 << 72, "later end"),
    ("MandateNarrowed", "mandate", 1 << 40, "from"),
    ("MandateNarrowed", "mandate", 1 << 144, "widening"),
    ("MandateNarrowed", "mandate", 1 << 8, "authority and jurisdiction"),
    ("MandateWidened", "mandate", 1 << 27, "powers now"),
    ("MandateWidened", "mandate", 1 << 72, "until now"),
    ("MandateWidened", "mandate", -(1 << 144), "counts from"),
    ("MandateWidened", "authority", 9, "known"),
    ("MandateOffered", "holder", OTHER, "holder"),
    ("MandateMoved", "holder", OTHER, "holder"),
    ("MandateMoved", "predecessor", OTHER, "predecessor"),
    ("MandateMoved", "mandate", 1 << 24, "mandate"),
    ("AgreementProposed", "agreement", 1, "agreement"),
    ("AgreementProposed", "terms", 4, "accepted"),
    ("AgreementProposed", "invited", -2, "invited"),
    ("AgreementAccepted", "authority", 8, "invited"),
    ("AgreementAccepted", "terms", 1 << 128, "terms"),
    ("AgreementAccepted", "agreement", 7, "known"),
    ("AgreementLeft", "authority", 8, "invited"),
    ("AgreementLeft", "terms", 1 << 136, "terms"),
    ("RequestMade", "request", 1, "request"),
    ("RequestMade", "agreement", 1, "agreement"),
    ("RequestMade", "word", 1 << 24, "state"),
    ("RequestMade", "word", 1 << 192, "changed at"),
    ("RequestMade", "word", 1 << 224, "accesses"),
    ("RequestMade", "word", 5 << 32, "agreement known"),
    ("RequestMade", "word", 4 << 8, "both accepted"),
    ("RequestMade", "word", 30 << 16, "kind agreed"),
    ("RequestAcknowledged", "authority", 1, "authority"),
    ("RequestAcknowledged", "word", 1 << 64, "word"),
    ("RequestAcknowledged", "request", 8, "known"),
    ("RequestRefused", "word", 1 << 128, "word"),
    ("RequestDelivered", "authority", 1, "authority"),
    ("RequestDelivered", "request", 1, "may follow"),
    ("RequestClosed", "request", 3, "may follow"),
    ("RequestClosed", "authority", -1, "authority"),
    ("RequestWithdrawn", "word", 1 << 160, "word"),
    ("AccessLogged", "authority", 2, "party to it"),
    ("AccessLogged", "word", 1 << 224, "word"),
    ("AccessLogged", "digest", OUTCOME, "digest"),
    ("AccessLogged", "request", 8, "known"),
)


@pytest.fixture(scope="module")
def events(desk: Desk) -> list[Event]:
    """What a contract that has lived reported."""
    with desk.chain.undone():
        lived(desk)
        return list(desk.read().reading.events())


@pytest.mark.parametrize(("name", "where", "value", "finding"), ALTERATIONS)
def test_altered_event(
    events: list[Event], name: str, where: str, value: Any, finding: str
) -> None:
    """Each check finds what it is for."""
    assert rebuild(events).findings == []
    wrong = [item.field for item in rebuild(altered(events, name, field(where, value))).findings]
    assert finding in wrong


def test_dropped_and_late_events(events: list[Event]) -> None:
    """A closure of what nobody opened; a request outside its agreement's time."""
    unopened = [event for event in events if event.name != "AccessLogged"]
    assert "opened before" in [item.field for item in rebuild(unopened).findings]
    late = altered(events, "RequestMade", lambda event: replace(event, timestamp=FOREVER))
    assert "in force" in [item.field for item in rebuild(late).findings]


def test_reconciliation(desk: Desk) -> None:
    """Every value that the contract tells is compared: each altered one is named."""
    lived(desk)
    found = desk.read()
    reads = desk.chain.run(read_getters(desk.contract, found.book, "latest"))
    assert reconcile_supervision(found.book, reads) == ()

    def differing(**changed: Any) -> set[tuple[str, str]]:
        wrong = reconcile_supervision(found.book, replace(reads, **changed))
        return {(item.place, item.field) for item in wrong}

    for place, (name, what) in enumerate(
        (("authority", "address"), ("identifier", "lei"), ("word", "mandate"),
         ("successor", "offered to"))
    ):  # fmt: skip
        value: Any = OTHER if name in ("authority", "successor") else place + 1
        mandates = [replace(reads.mandates[0], **{name: value}), *reads.mandates[1:]]
        assert differing(mandates=mandates) == {("authority 1", what)}
    for name, what in (
        ("terms", "terms"), ("invited", "invited"), ("instruments", "instruments"),
        ("text_hash", "text"),
    ):  # fmt: skip
        value = DIGEST if name == "text_hash" else 77
        agreements = [replace(reads.agreements[0], **{name: value}), *reads.agreements[1:]]
        assert differing(agreements=agreements) == {("agreement 1", what)}
    for name in ("word", "scope_hash", "package_digest"):
        value = 77 if name == "word" else OUTCOME
        requests = [replace(reads.requests[0], **{name: value}), *reads.requests[1:]]
        assert differing(requests=requests) == {("request 1", name.replace("_", " "))}
    letters = int.from_bytes(b"DE", "big")
    lent = {**reads.lenders, (1, letters): 0}
    assert differing(lenders=lent) == {("agreement 1", f"lenders of {letters}")}
    assert ("supervision", "requests") in differing(requests=reads.requests[:-1])
    more = [*reads.requests, reads.requests[0]]
    assert ("request 5", "word") in differing(requests=more)


def test_kinds() -> None:
    """The names of what may be asked."""
    assert [kind.name for kind in Kind] == ["INFORMATION", "EVIDENCE", "FREEZE", "RESTRICTION"]
