"""Supervision rebuilt from its events and compared with its getters, all of it.

The report chain is folded against storage slot 0, so that no mandate, no request and no access to
a package can be missing.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass

from keelmark.bindings.supervision import Supervision
from keelmark.bindings.supervision_reads import Agreement as AgreementWords
from keelmark.bindings.supervision_reads import Mandate as MandateWords
from keelmark.bindings.supervision_reads import Request as RequestWords
from keelmark.chain.operations import BlockId, Operation
from keelmark.errors import KeelmarkError
from keelmark.ledger.cooperation_state import CooperationBook, rebuild
from keelmark.ledger.reader import Reading, read_logs, read_roots
from keelmark.ledger.reconcile import Discrepancy
from keelmark.proofs import report_chain

__all__ = [
    "SupervisionReading",
    "SupervisionReads",
    "read_getters",
    "read_supervision",
    "reconcile_supervision",
]


@dataclass(frozen=True, slots=True)
class SupervisionReads:
    """What the contract says."""

    mandates: Sequence[MandateWords]
    """By ascending id."""
    agreements: Sequence[AgreementWords]
    lenders: Mapping[tuple[int, int], int]
    """Agreement and jurisdiction to those who lend there, one bit each."""
    requests: Sequence[RequestWords]

    @property
    def count(self) -> int:
        """How many values these are, with the three counts."""
        words = 4 * len(self.mandates) + 4 * len(self.agreements) + 3 * len(self.requests)
        return 3 + words + len(self.lenders)


@dataclass(frozen=True, slots=True)
class SupervisionReading:
    """Supervision, rebuilt and compared."""

    reading: Reading
    book: CooperationBook
    folded: bytes
    """Report chain folded from the logs."""
    stored: bytes
    """Report chain in the contract's storage."""
    discrepancies: tuple[Discrepancy, ...]

    @property
    def holds(self) -> bool:
        """No log is missing, and the events say what the contract says."""
        return self.folded == self.stored and not self.book.findings and not self.discrepancies


def read_supervision(address: str, first_block: int = 0) -> Operation[SupervisionReading]:
    """The operation that reads a Supervision's every log, rebuilds it and compares it.

    Args:
        address: the contract, checksummed.
        first_block: no later than the block in which it was created.

    Raises:
        ReportChainBroken: the logs are none of a Supervision, or not all.
    """
    reading = yield from read_logs([address], first_block)
    block = reading.head.number
    roots = yield from read_roots([address], block)
    try:
        book = rebuild(reading.events())
    except (KeelmarkError, KeyError, ValueError) as error:
        raise report_chain.ReportChainBroken(
            f"supervision: nothing follows from the logs of {address}, {error}"
        ) from error
    reads = yield from read_getters(Supervision(address), book, block)
    folded = report_chain.fold(reading.chain_logs(address))
    differences = reconcile_supervision(book, reads)
    return SupervisionReading(reading, book, folded, roots[address], differences)


def read_getters(
    contract: Supervision, book: CooperationBook, block: BlockId
) -> Operation[SupervisionReads]:
    """What the contract says, all of it; the book names the jurisdictions of lenders."""
    count = yield from contract.mandate_count(block=block)
    mandates: Sequence[MandateWords] = ()
    if count:
        mandates = yield from contract.mandates(1, count, block=block)
    agreements: list[AgreementWords] = []
    lenders: dict[tuple[int, int], int] = {}
    count = yield from contract.agreement_count(block=block)
    for id in range(1, count + 1):
        agreements.append((yield from contract.agreement(id, block=block)))
        for letters in sorted(set(book.letters.values())):
            lent = yield from contract.lenders(id, letters, block=block)
            lenders[id, letters] = lent
    requests: list[RequestWords] = []
    count = yield from contract.request_count(block=block)
    for id in range(1, count + 1):
        requests.append((yield from contract.request_of(id, block=block)))
    return SupervisionReads(mandates, agreements, lenders, requests)


Compared = tuple[str, str, int, int]
"""Where, what, as rebuilt, as read."""


def reconcile_supervision(
    book: CooperationBook, reads: SupervisionReads
) -> tuple[Discrepancy, ...]:
    """Every value in which the rebuilt Supervision and the contract differ."""
    pairs: list[Compared] = [
        ("supervision", "mandates", len(book.holders), len(reads.mandates)),
        ("supervision", "agreements", len(book.agreements), len(reads.agreements)),
        ("supervision", "requests", len(book.requests), len(reads.requests)),
        *_mandates(book, reads),
        *_agreements(book, reads),
        *_requests(book, reads),
    ]
    return tuple(Discrepancy(*pair) for pair in pairs if pair[2] != pair[3])


def _mandates(book: CooperationBook, reads: SupervisionReads) -> Iterable[Compared]:
    for id, read in enumerate(reads.mandates, 1):
        where = f"authority {id}"
        yield where, "address", int(book.holders.get(id, "0"), 16), int(read.authority, 16)
        yield where, "lei", book.identifiers.get(id, 0), read.identifier
        yield where, "mandate", book.word_of(id), read.word
        yield where, "offered to", int(book.offers.get(id, "0"), 16), int(read.successor, 16)


def _agreements(book: CooperationBook, reads: SupervisionReads) -> Iterable[Compared]:
    for id, read in enumerate(reads.agreements, 1):
        where, known = f"agreement {id}", book.agreements.get(id)
        yield where, "terms", known.terms if known else 0, read.terms
        yield where, "invited", known.invited if known else 0, read.invited
        yield where, "instruments", known.instruments if known else 0, read.instruments
        yield where, "text", _number(known.text_hash if known else b""), _number(read.text_hash)
    for (id, letters), read_bits in reads.lenders.items():
        lent = book.lenders(id).get(letters, 0) if id in book.agreements else 0
        yield f"agreement {id}", f"lenders of {letters}", lent, read_bits


def _requests(book: CooperationBook, reads: SupervisionReads) -> Iterable[Compared]:
    for id, read in enumerate(reads.requests, 1):
        where, known = f"request {id}", book.requests.get(id)
        yield where, "word", known.word if known else 0, read.word
        for name in ("scope_hash", "package_digest"):
            rebuilt = getattr(known, name) if known else b""
            yield where, name.replace("_", " "), _number(rebuilt), _number(getattr(read, name))


def _number(word: bytes) -> int:
    """A word as a number, for a comparison that shows it."""
    return int.from_bytes(word, "big")
