"""Supervision rebuilt from its events: mandates, agreements, requests, the access log.

Every event carries its word after the act; the word before says what the act may have changed, and
a difference becomes a `Finding`: a mandate that grew at once, a request answered twice, an
agreement accepted by somebody whom nobody invited. The access log is part of the same report chain.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable
from dataclasses import dataclass, field
from typing import ClassVar, Final

from keelmark.events import Event
from keelmark.ledger.cooperation_words import (
    Agreement,
    Mandate,
    Request,
    State,
    members_of,
    read_agreement,
    read_mandate,
    read_request,
)
from keelmark.ledger.state import Finding
from keelmark.regulation import value

__all__ = ["Access", "AgreementBook", "CooperationBook", "RequestBook", "Step", "rebuild"]

NOBODY: Final = "0x" + "00" * 20

_MANDATE: Final = (1 << 104) - 1
_ACCEPTED: Final = (1 << 128) - 1
_STATE: Final = 0xFF << 24
_CHANGED_AT: Final = 0xFFFFFFFF << 192
_ONE_ACCESS: Final = 1 << 224

ANSWERS: Final = {
    "RequestAcknowledged": (State.ACKNOWLEDGED, (State.REQUESTED,)),
    "RequestRefused": (State.REFUSED, (State.REQUESTED, State.ACKNOWLEDGED)),
    "RequestDelivered": (State.DELIVERED, (State.REQUESTED, State.ACKNOWLEDGED)),
    "RequestWithdrawn": (State.WITHDRAWN, (State.REQUESTED, State.ACKNOWLEDGED)),
    "RequestClosed": (State.CLOSED, (State.REFUSED, State.DELIVERED)),
}
"""Event to the state after it, and those that it may follow."""


@dataclass(slots=True)
class AgreementBook:
    """An agreement as its events leave it."""

    terms: int
    invited: int
    instruments: int
    text_hash: bytes

    @property
    def agreement(self) -> Agreement:
        """It, read."""
        return read_agreement(self.terms, self.invited, self.instruments, self.text_hash)


@dataclass(frozen=True, slots=True)
class Access:
    """One opening of a delivered package."""

    authority: int
    digest: bytes
    purpose: bytes
    time: int
    """Seconds."""


@dataclass(frozen=True, slots=True)
class Step:
    """One act on a request."""

    event: str
    time: int
    """Seconds."""
    late: bool
    """After the deadline of that act."""


@dataclass(slots=True)
class RequestBook:
    """A request as its events leave it."""

    word: int
    scope_hash: bytes
    legal_basis: bytes
    package_digest: bytes = bytes(32)
    reason: int = 0
    """Code of a refusal; 0 if it was not refused."""
    reason_hash: bytes = bytes(32)
    outcome: bytes = bytes(32)
    """Commitment to what came of it, once it is closed."""
    steps: list[Step] = field(default_factory=list)
    accesses: list[Access] = field(default_factory=list)

    @property
    def request(self) -> Request:
        """It, read."""
        return read_request(self.word)


@dataclass(slots=True)
class CooperationBook:
    """Supervision as its events leave it."""

    words: dict[str, int] = field(default_factory=dict)
    """Address to the mandate word that it holds."""
    holders: dict[int, str] = field(default_factory=dict)
    """Authority to its address."""
    identifiers: dict[int, int] = field(default_factory=dict)
    """Authority to its LEI in base 36."""
    letters: dict[int, int] = field(default_factory=dict)
    """Authority to its jurisdiction: two ASCII letters, big-endian."""
    offers: dict[int, str] = field(default_factory=dict)
    """Authority to whom its mandate is offered."""
    agreements: dict[int, AgreementBook] = field(default_factory=dict)
    requests: dict[int, RequestBook] = field(default_factory=dict)
    findings: list[Finding] = field(default_factory=list)

    def apply(self, event: Event) -> None:
        """Folds one event; those of roles change nothing here."""
        handler = self.handlers.get(event.name)
        if handler is not None:
            handler(self, event)

    def word_of(self, authority: int) -> int:
        """The mandate word of an authority; zero where its address has a later one since."""
        word = self.words.get(self.holders.get(authority, NOBODY), 0)
        return word if word & 0xFF == authority else 0

    def mandate(self, authority: int) -> Mandate | None:
        """Its mandate; None where `word_of` is zero."""
        word = self.word_of(authority)
        return read_mandate(word) if word else None

    def check(self, event: Event, name: str, reported: int, expected: int) -> None:
        """Notes a finding if a reported value is not the expected one."""
        if reported != expected:
            place = (event.block_number, event.log_index, event.name)
            self.findings.append(Finding(*place, name, reported, expected))

    def _granted(self, event: Event) -> None:
        authority, word = event.number("authority"), event.number("mandate")
        self.check(event, "authority", authority, len(self.holders) + 1)
        self.check(event, "authority of the word", word & 0xFF, authority)
        self.check(event, "widening", word >> 104, 0)
        begins = read_mandate(word).terms.begins
        delay = value("MANDATE_DELAY_SECONDS") if authority > 1 else 0
        self.check(event, "from", begins, event.timestamp + delay)
        self.holders[authority] = event.text("wallet")
        self.identifiers[authority] = event.number("identifier")
        self.letters[authority] = word >> 8 & 0xFFFF
        self.words[event.text("wallet")] = word

    def _narrowed(self, event: Event) -> None:
        before, word = self._changed(event)
        if before:
            old = read_mandate(before).now(event.timestamp)
            new = read_mandate(word)
            self.check(event, "powers added", int(new.terms.powers) & ~int(old.powers), 0)
            self.check(event, "later end", max(new.terms.until - old.until, 0), 0)
            self.check(event, "from", new.terms.begins, old.begins)
            self.check(event, "widening", word >> 104, 0)

    def _widened(self, event: Event) -> None:
        before, word = self._changed(event)
        if before:
            old, new = read_mandate(before).now(event.timestamp), read_mandate(word)
            self.check(event, "powers now", new.terms.powers, old.powers)
            self.check(event, "until now", new.terms.until, old.until)
            begins = new.wider.begins if new.wider else 0
            delay = value("MANDATE_DELAY_SECONDS")
            self.check(event, "counts from", begins, event.timestamp + delay)

    def _changed(self, event: Event) -> tuple[int, int]:
        """The mandate word before an event and after it; id and jurisdiction stay."""
        authority, word = event.number("authority"), event.number("mandate")
        before = self.word_of(authority)
        if before:
            self.check(event, "authority and jurisdiction", word & 0xFFFFFF, before & 0xFFFFFF)
        else:
            self.check(event, "known", 0, 1)
        self.words[self.holders.get(authority, NOBODY)] = word
        return before, word

    def _offered(self, event: Event) -> None:
        authority = event.number("authority")
        holder = self.holders.get(authority, NOBODY)
        self.check(event, "holder", int(event.text("holder"), 16), int(holder, 16))
        self.offers[authority] = event.text("successor")

    def _moved(self, event: Event) -> None:
        authority, holder = event.number("authority"), event.text("holder")
        offered = self.offers.pop(authority, NOBODY)
        self.check(event, "holder", int(holder, 16), int(offered, 16))
        before = self.holders.get(authority, NOBODY)
        self.check(event, "predecessor", int(event.text("predecessor"), 16), int(before, 16))
        self.check(event, "mandate", event.number("mandate"), self.word_of(authority))
        self.words.pop(before, None)
        self.words[holder] = event.number("mandate")
        self.holders[authority] = holder

    def _proposed(self, event: Event) -> None:
        id, terms = event.number("agreement"), event.number("terms")
        self.check(event, "agreement", id, len(self.agreements) + 1)
        book = AgreementBook(
            terms, event.number("invited"), event.number("instruments"), event.word("text_hash")
        )
        proposer = book.agreement.proposer
        self.check(event, "accepted", terms & _ACCEPTED, 1 << proposer)
        self.check(event, "invited", book.invited & 1 << proposer, 1 << proposer)
        self.agreements[id] = book

    def _accepted(self, event: Event) -> None:
        book, bit = self._joined(event)
        self.check(event, "invited", book.invited & bit, bit)
        self.check(event, "terms", event.number("terms"), book.terms ^ bit)
        book.terms = event.number("terms")

    def _left(self, event: Event) -> None:
        book, bit = self._joined(event)
        self.check(event, "invited", book.invited & bit, bit)
        self.check(event, "terms", event.number("terms"), book.terms & ~bit)
        book.terms, book.invited = event.number("terms"), book.invited & ~bit

    def _joined(self, event: Event) -> tuple[AgreementBook, int]:
        """The agreement of an event, and the bit of the authority that acts."""
        id = event.number("agreement")
        if id not in self.agreements:
            self.check(event, "known", 0, 1)
            self.agreements[id] = AgreementBook(0, 0, 0, bytes(32))
        return self.agreements[id], 1 << (event.number("authority") & 0x7F)

    def _made(self, event: Event) -> None:
        id, word = event.number("request"), event.number("word")
        self.check(event, "request", id, len(self.requests) + 1)
        book = RequestBook(word, event.word("scope_hash"), event.word("legal_basis"))
        found = book.request
        self.check(event, "agreement", found.agreement, event.number("agreement"))
        self.check(event, "state", found.state, State.REQUESTED)
        self.check(event, "changed at", found.changed_at, event.timestamp)
        self.check(event, "accesses", found.accesses, 0)
        terms = self.agreements.get(found.agreement)
        if terms is None:
            self.check(event, "agreement known", 0, 1)
        else:
            bits = 1 << found.requester | 1 << found.requested
            self.check(event, "both accepted", terms.terms & bits, bits)
            self.check(event, "in force", int(terms.agreement.in_force(event.timestamp)), 1)
            self.check(
                event, "kind agreed", int(found.kind) & int(terms.agreement.kinds), int(found.kind)
            )
        book.steps.append(Step(event.name, event.timestamp, late=False))
        self.requests[id] = book

    def _answered(self, event: Event) -> None:
        book = self._request(event)
        if book is None:
            return
        before, (state, expected) = book.request, ANSWERS[event.name]
        by = before.requested
        if state in (State.WITHDRAWN, State.CLOSED):
            by = before.requester
        self.check(event, "authority", event.number("authority"), by)
        self.check(event, "may follow", int(before.state in expected), 1)
        kept = book.word & ~(_STATE | _CHANGED_AT)
        after = kept | int(state) << 24 | event.timestamp << 192
        self.check(event, "word", event.number("word"), after)
        late = False
        if state is State.ACKNOWLEDGED:
            late = event.timestamp > before.acknowledge_by
        elif state in (State.REFUSED, State.DELIVERED):
            late = event.timestamp > before.deliver_by
        book.word = event.number("word")
        book.steps.append(Step(event.name, event.timestamp, late))
        if state is State.DELIVERED:
            book.package_digest = event.word("package_digest")
        elif state is State.REFUSED:
            book.reason, book.reason_hash = event.number("reason_code"), event.word("reason_hash")
        elif state is State.CLOSED:
            opened = int(before.state is State.REFUSED or before.accesses > 0)
            self.check(event, "opened before", opened, 1)
            book.outcome = event.word("outcome_hash")

    def _opened(self, event: Event) -> None:
        book = self._request(event)
        if book is None:
            return
        found, authority = book.request, event.number("authority")
        self.check(event, "party to it", int(authority in (found.requester, found.requested)), 1)
        after = book.word + (_ONE_ACCESS if authority == found.requester else 0)
        self.check(event, "word", event.number("word"), after)
        digest = event.word("digest")
        expected = int.from_bytes(book.package_digest, "big")
        self.check(event, "digest", int.from_bytes(digest, "big"), expected)
        book.word = event.number("word")
        book.accesses.append(Access(authority, digest, event.word("purpose"), event.timestamp))

    def _request(self, event: Event) -> RequestBook | None:
        """The request of an event; a finding if there is none."""
        book = self.requests.get(event.number("request"))
        if book is None:
            self.check(event, "known", 0, 1)
        return book

    def lenders(self, agreement: int) -> dict[int, int]:
        """Jurisdiction (two ASCII letters, big-endian) to its members that accepted, one bit
        each."""
        found: dict[int, int] = {}
        for member in members_of(self.agreements[agreement].terms & _ACCEPTED):
            letters = self.letters.get(member, 0)
            found[letters] = found.get(letters, 0) | 1 << member
        return found

    handlers: ClassVar[dict[str, Callable[[CooperationBook, Event], None]]] = {
        "MandateGranted": _granted,
        "MandateNarrowed": _narrowed,
        "MandateWidened": _widened,
        "MandateOffered": _offered,
        "MandateMoved": _moved,
        "AgreementProposed": _proposed,
        "AgreementAccepted": _accepted,
        "AgreementLeft": _left,
        "RequestMade": _made,
        **dict.fromkeys(ANSWERS, _answered),
        "AccessLogged": _opened,
    }


def rebuild(events: Iterable[Event]) -> CooperationBook:
    """Supervision from its events, in the order of emission.

    Args:
        events: of one contract, from its first block on.
    """
    book = CooperationBook()
    for event in events:
        book.apply(event)
    return book
