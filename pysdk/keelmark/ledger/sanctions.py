"""A sanctions list rebuilt from its events, and compared with the contract.

The report chain is folded against storage slot 0, so that no entry can be missing; the digest of
the rebuilt list must be the one that every batch reported and the one that the contract has.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field

from keelmark.bindings.sanctions_list import SanctionsList
from keelmark.chain.operations import BlockId, Operation
from keelmark.events import Event
from keelmark.ledger.reader import Reading, read_logs, read_roots
from keelmark.ledger.reconcile import Discrepancy
from keelmark.ledger.state import Finding
from keelmark.proofs import report_chain
from keelmark.sanctions.digest import EMPTY, Point, add, digest_word, negative, point_of

__all__ = [
    "ListBook",
    "ListReading",
    "ListReads",
    "read_list",
    "list_reads",
    "rebuild_list",
    "reconcile_list",
]


@dataclass(slots=True)
class ListBook:
    """The list as its events leave it."""

    references: dict[str, bytes] = field(default_factory=dict)
    """Address to reference."""
    as_of: int = 0
    """Seconds for which it was last said to equal its source; 0 if never."""
    source: bytes = bytes(32)
    """SHA-256 of the file that the last batch or confirmation named."""
    point: Point = EMPTY
    """Sum of the entries' points."""
    findings: list[Finding] = field(default_factory=list)
    added: int = 0
    """Entries since the last batch was over."""
    removed: int = 0
    """Likewise, taken off."""

    @property
    def digest(self) -> bytes:
        """Digest of the list."""
        return digest_word(self.point)

    def check(self, event: Event, name: str, reported: int, expected: int) -> None:
        """Notes a finding if a value is not the expected one."""
        if reported != expected:
            place = (event.block_number, event.log_index, event.name)
            self.findings.append(Finding(*place, name, reported, expected))

    def apply(self, event: Event) -> None:
        """Folds one event; those of roles change nothing here."""
        if event.name == "EntryListed":
            self._listed(event)
        elif event.name == "EntryDelisted":
            self._delisted(event)
        elif event.name in ("ListUpdated", "ListConfirmed"):
            self._summed_up(event)

    def _listed(self, event: Event) -> None:
        wallet, reference = event.text("wallet"), event.word("reference")
        self.check(event, "listed before", int(wallet in self.references), 0)
        self.references[wallet] = reference
        self.point = add(self.point, point_of(wallet, reference))
        self.added += 1

    def _delisted(self, event: Event) -> None:
        wallet, reference = event.text("wallet"), event.word("reference")
        known = self.references.pop(wallet, bytes(32))
        self.check(event, "reference", _number(reference), _number(known))
        self.point = add(self.point, negative(point_of(wallet, reference)))
        self.removed += 1

    def _summed_up(self, event: Event) -> None:
        if event.name == "ListUpdated":
            self.check(event, "added", event.number("added"), self.added)
            self.check(event, "removed", event.number("removed"), self.removed)
            self.added = self.removed = 0
        self.check(event, "listed", event.number("listed"), len(self.references))
        self.check(event, "digest", _number(event.word("digest")), _number(self.digest))
        self.source, self.as_of = event.word("source"), event.number("as_of")


@dataclass(frozen=True, slots=True)
class ListReads:
    """What the contract says of itself at one block."""

    listed: int
    as_of: int
    digest: bytes
    references: Mapping[str, bytes] = field(default_factory=dict)
    """Of the rebuilt list's wallets; read only where the digests differ."""


@dataclass(frozen=True, slots=True)
class ListReading:
    """A list, rebuilt and compared."""

    reading: Reading
    book: ListBook
    folded: bytes
    """Root that the logs fold to."""
    stored: bytes
    """Root in storage slot 0."""
    discrepancies: tuple[Discrepancy, ...]

    @property
    def holds(self) -> bool:
        """Whether the logs are all there, follow from one another, and agree with the contract."""
        return self.folded == self.stored and not self.book.findings and not self.discrepancies


def rebuild_list(events: Iterable[Event]) -> ListBook:
    """The list from its events, in the order of emission.

    Args:
        events: of one list, from its first block on.
    """
    book = ListBook()
    for event in events:
        book.apply(event)
    return book


def reconcile_list(book: ListBook, reads: ListReads) -> tuple[Discrepancy, ...]:
    """Every value in which the rebuilt list and the contract differ."""
    pairs = [
        ("list", "listed", len(book.references), reads.listed),
        ("list", "as_of", book.as_of, reads.as_of),
        ("list", "digest", _number(book.digest), _number(reads.digest)),
        *(
            (wallet, "reference", _number(book.references.get(wallet, b"")), _number(word))
            for wallet, word in reads.references.items()
        ),
    ]
    return tuple(Discrepancy(*pair) for pair in pairs if pair[2] != pair[3])


def read_list(address: str, first_block: int = 0) -> Operation[ListReading]:
    """The operation that reads a list's every log, rebuilds it and compares it.

    Args:
        address: the contract, checksummed.
        first_block: no later than the block in which it was created.
    """
    reading = yield from read_logs([address], first_block)
    block = reading.head.number
    roots = yield from read_roots([address], block)
    book = rebuild_list(reading.events())
    reads = yield from list_reads(SanctionsList(address), book, block)
    folded = report_chain.fold(reading.chain_logs(address))
    return ListReading(reading, book, folded, roots[address], reconcile_list(book, reads))


def list_reads(contract: SanctionsList, book: ListBook, block: BlockId) -> Operation[ListReads]:
    """The operation that reads what a rebuilt list is compared with; entry by entry only if the
    whole does not agree."""
    listed = yield from contract.listed_count(block=block)
    as_of = yield from contract.updated_at(block=block)
    digest = yield from contract.digest(block=block)
    references: dict[str, bytes] = {}
    if digest != book.digest:
        for wallet in book.references:
            references[wallet] = yield from contract.reference_of(wallet, block=block)
    return ListReads(listed, as_of, digest, references)


def _number(word: bytes) -> int:
    """A word as a number, for a comparison that shows it."""
    return int.from_bytes(word, "big")
