"""The party registry rebuilt from its events (`PartyBook`) and compared with the contract.

A registry leads from a wallet to its account and not the other way, so the wallets that are asked
about are those that the events name; how many accounts there are, the contract says.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from typing import TypeVar

from keelmark.bindings.party_registry import PartyRegistry
from keelmark.chain.operations import BlockId, Operation
from keelmark.events import Event
from keelmark.ledger.party_book import REGISTRAR, TOMBSTONE, PartyBook
from keelmark.ledger.party_market import Warned
from keelmark.ledger.reconcile import Discrepancy
from keelmark.margin.words import unpack_party

__all__ = [
    "TOMBSTONE",
    "PartyBook",
    "PartyReads",
    "read_parties",
    "rebuild_parties",
    "reconcile_parties",
]

MAX_ISSUER = 127

K = TypeVar("K")


@dataclass(frozen=True, slots=True)
class PartyReads:
    """What the registry says of itself at one block."""

    accounts: int
    """Account ids given out."""
    recognised: int
    words: Mapping[str, int]
    """Wallet to its word, for every wallet that the events name."""
    signers: Mapping[int, str]
    """Issuer to its signer; every issuer that counts or that the events name."""
    nonces: Mapping[tuple[int, int], bool]
    """Whether a nonce that the events name is used up."""
    suitability: Mapping[int, int] = field(default_factory=dict)
    """Account to its suitability word, for every account."""
    further_holds: Mapping[int, int] = field(default_factory=dict)
    """Account to the authorities that hold it as well, for every account."""
    predecessors: Mapping[str, str] = field(default_factory=dict)
    """Wallet to the one before it, where there is one."""
    recoveries: Mapping[str, int] = field(default_factory=dict)
    """Wallet to its announced recovery; 0 if there is none."""
    bars: Mapping[int, int] = field(default_factory=dict)
    """Instrument to the jurisdictions in which it is barred."""
    warnings: Mapping[int, Warned] = field(default_factory=dict)
    """Jurisdiction to its newest risk warning; edition 0 if there is none."""
    list_time: int = 0
    """Seconds."""
    halted_until: int = 0
    """Seconds."""

    @property
    def count(self) -> int:
        """How many values are compared."""
        words = len(self.words) + len(self.suitability) + len(self.further_holds)
        keys = len(self.predecessors) + len(self.recoveries)
        market = len(self.bars) + 3 * len(self.warnings) + 2
        return words + keys + market + len(self.signers) + len(self.nonces) + 2


def rebuild_parties(events: Iterable[Event], registry: str, sanctions: str = "") -> PartyBook:
    """The registry from events, in the order of emission; those of other contracts are passed
    over.

    Args:
        events: from the block on in which the list was created, which comes first.
        registry: its address.
        sanctions: the sanctions list's address, whose time the registry takes over.
    """
    book = PartyBook()
    begun = False
    for event in events:
        if event.address == sanctions:
            if event.name in ("ListUpdated", "ListConfirmed"):
                book.market.as_of = event.number("as_of")
        elif event.address == registry:
            if not begun:
                book.market.list_time = book.market.as_of
                begun = True
            book.apply(event)
    return book


def read_parties(
    registry: PartyRegistry,
    book: PartyBook,
    block: BlockId = "latest",
    instruments: Iterable[int] = (),
) -> Operation[PartyReads]:
    """The operation that reads what a rebuilt registry is compared with.

    Args:
        registry: which.
        book: rebuilt; its wallets, issuers and nonces are asked for, and every account there is.
        block: at which block.
        instruments: whose bars are asked for, beside those that the events name.
    """
    count = yield from registry.account_count(block=block)
    recognised = yield from registry.recognised_issuers(block=block)
    suitability: dict[int, int] = {}
    further: dict[int, int] = {}
    for account in range(1, count + 1):
        suitability[account] = yield from registry.suitability_of(account, block=block)
        further[account] = yield from registry.further_holds(account, block=block)
    words: dict[str, int] = {}
    predecessors: dict[str, str] = {}
    recoveries: dict[str, int] = {}
    for wallet in sorted(book.words):
        words[wallet] = yield from registry.word_of(wallet, block=block)
        predecessors[wallet] = yield from registry.predecessor_of(wallet, block=block)
        recoveries[wallet] = yield from registry.recovery_of(wallet, block=block)
    bars: dict[int, int] = {}
    for instrument in sorted({*instruments, *book.market.bars}):
        bars[instrument] = yield from registry.bars(instrument, block=block)
    letters = {unpack_party(word).jurisdiction for word in words.values()} - {0}
    warnings: dict[int, Warned] = {}
    for code in sorted({*letters, *book.market.warnings}):
        found = yield from registry.warning_of(code.to_bytes(2, "big"), block=block)
        warnings[code] = Warned(*found)
    signers: dict[int, str] = {}
    for issuer in range(REGISTRAR + 1, MAX_ISSUER + 1):
        if recognised >> issuer & 1 or issuer in book.signers:
            signers[issuer] = yield from registry.signer_of(issuer, block=block)
    nonces: dict[tuple[int, int], bool] = {}
    for issuer, nonce in sorted(book.nonces):
        nonces[issuer, nonce] = yield from registry.is_nonce_used(issuer, nonce, block=block)
    return PartyReads(
        accounts=count,
        recognised=recognised,
        words=words,
        signers=signers,
        nonces=nonces,
        suitability=suitability,
        further_holds=further,
        predecessors=predecessors,
        recoveries=recoveries,
        bars=bars,
        warnings=warnings,
        list_time=(yield from registry.list_time(block=block)),
        halted_until=(yield from registry.halted_until(block=block)),
    )


def reconcile_parties(book: PartyBook, reads: PartyReads) -> tuple[Discrepancy, ...]:
    """Every value in which the rebuilt registry and the contract differ."""
    return (*_differences(book, reads), *_market_differences(book, reads))


def _differences(book: PartyBook, reads: PartyReads) -> Iterator[Discrepancy]:
    if len(book.wallets) != reads.accounts:
        yield Discrepancy("parties", "accounts", len(book.wallets), reads.accounts)
    if book.recognised != reads.recognised:
        yield Discrepancy("parties", "recognised issuers", book.recognised, reads.recognised)
    yield from _compared("party", "word", book.words, reads.words)
    yield from _compared("account", "suitability", book.suitability, reads.suitability)
    yield from _compared("account", "further holds", book.further_holds, reads.further_holds)
    yield from _compared("party", "recovery", book.recoveries, reads.recoveries)
    mine, theirs = _numbers(book.predecessors), _numbers(reads.predecessors)
    yield from _compared("party", "predecessor", mine, theirs)
    mine_of, theirs_of = _numbers(book.signers), _numbers(reads.signers)
    yield from _compared("issuer", "signer", mine_of, theirs_of)
    for (issuer, nonce), used in reads.nonces.items():
        if not used:
            yield Discrepancy(f"issuer {issuer}", f"nonce {nonce}", 1, 0)


def _market_differences(book: PartyBook, reads: PartyReads) -> Iterator[Discrepancy]:
    market = book.market
    if market.list_time != reads.list_time:
        yield Discrepancy("parties", "list time", market.list_time, reads.list_time)
    if market.halted_until != reads.halted_until:
        yield Discrepancy("parties", "halted until", market.halted_until, reads.halted_until)
    bars = {number: market.bars_word(number) for number in market.bars}
    yield from _compared("instrument", "bars", bars, reads.bars)
    fields: tuple[tuple[str, Callable[[Warned], int]], ...] = (
        ("edition", lambda one: one.edition),
        ("effective at", lambda one: one.effective_at),
        ("text", lambda one: int.from_bytes(one.text_hash, "big")),
    )
    for name, value in fields:
        mine = {code: value(one) for code, one in market.warnings.items()}
        theirs = {code: value(one) for code, one in reads.warnings.items()}
        yield from _compared("warning", name, mine, theirs)


def _compared(
    place: str, what: str, mine: Mapping[K, int], theirs: Mapping[K, int]
) -> Iterator[Discrepancy]:
    """Values that differ; what is not there counts as zero."""
    for key in sorted({*mine, *theirs}, key=str):
        rebuilt, read = mine.get(key, 0), theirs.get(key, 0)
        if rebuilt != read:
            yield Discrepancy(f"{place} {key}", what, rebuilt, read)


def _numbers(addresses: Mapping[K, str]) -> dict[K, int]:
    """Addresses as numbers."""
    return {key: int(address or "0", 16) for key, address in addresses.items()}
