"""The party registry rebuilt from its events: words, wallets, issuers, nonces that are used up.

Every event of a party carries its word after the act; the word before says what the act may have
changed, and a difference becomes a `Finding`: an account id given out twice, a freeze that a
renewal lifted, an identity that changed. Comparing with the contract shows what no event told.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from functools import partial
from typing import ClassVar, Final

from keelmark.bindings.party_registry import PartyRegistry
from keelmark.chain.operations import BlockId, Operation
from keelmark.events import Event
from keelmark.ledger.reconcile import Discrepancy
from keelmark.ledger.state import Finding
from keelmark.margin.words import unpack_party
from keelmark.types import PartyFlag

__all__ = ["PartyBook", "PartyReads", "read_parties", "rebuild_parties", "reconcile_parties"]

REGISTRAR: Final = 1
"""The registrar's number as an issuer."""

RENEWED: Final = 0xFF << 152 | 0xFFFF << 168 | (1 << 64) - 1 << 184
"""What a renewal may change of a word: category, issuer, expiry, screening."""

_FLAGS_AT: Final = 160


@dataclass(slots=True)
class PartyBook:
    """The registry as its events leave it."""

    words: dict[str, int] = field(default_factory=dict)
    """Wallet to its party word."""
    wallets: dict[int, str] = field(default_factory=dict)
    """Account to its wallet."""
    recognised: int = 1 << REGISTRAR
    """Issuers that count, one bit each."""
    signers: dict[int, str] = field(default_factory=dict)
    """Issuer to its signer."""
    nonces: set[tuple[int, int]] = field(default_factory=set)
    """Nonces that are used up, each with its issuer."""
    findings: list[Finding] = field(default_factory=list)

    def apply(self, event: Event) -> None:
        """Folds one event; those of roles change nothing here."""
        handler = self.handlers.get(event.name)
        if handler is not None:
            handler(self, event)

    def check(self, event: Event, name: str, reported: int, expected: int) -> None:
        """Notes a finding if a reported value is not the expected one."""
        if reported != expected:
            place = (event.block_number, event.log_index, event.name)
            self.findings.append(Finding(*place, name, reported, expected))

    def _onboarded(self, event: Event) -> None:
        self._enter(event)
        self.check(event, "issuer", unpack_party(event.number("word")).issuer, REGISTRAR)

    def _attested(self, event: Event) -> None:
        issuer = unpack_party(event.number("word")).issuer
        self.check(event, "recognised", self.recognised >> issuer & 1, 1)
        self._use(event, issuer)
        if event.text("wallet") in self.words:
            self._renewed(event)
        else:
            self._enter(event)

    def _enter(self, event: Event) -> None:
        wallet, account = event.text("wallet"), event.number("account")
        party = unpack_party(event.number("word"))
        self.check(event, "account", account, len(self.wallets) + 1)
        self.check(event, "known", int(wallet in self.words), 0)
        self.check(event, "account of the word", party.account, account)
        self.check(event, "flags", party.flags & ~PartyFlag.NATURAL_PERSON, 0)
        self.wallets[account] = wallet
        self.words[wallet] = event.number("word")

    def _renewed(self, event: Event) -> None:
        if not self._known(event):
            return
        wallet, word = self.wallets[event.number("account")], event.number("word")
        before = self.words[wallet]
        self.check(event, "wallet", int(event.text("wallet"), 16), int(wallet, 16))
        self.check(event, "what a renewal keeps", word & ~RENEWED, before & ~RENEWED)
        self.check(event, "revoked", unpack_party(before).flags & PartyFlag.REVOKED, 0)
        self.words[wallet] = word

    def _flagged(self, event: Event, *, flag: PartyFlag, raised: bool) -> None:
        if not self._known(event):
            return
        wallet, word = self.wallets[event.number("account")], event.number("word")
        before = self.words[wallet]
        bit = int(flag) << _FLAGS_AT
        self.check(event, "flag before", before & bit, 0 if raised else bit)
        self.check(event, "word", word, before ^ bit)
        self.words[wallet] = word

    def _taken_back(self, event: Event) -> None:
        self._use(event, unpack_party(event.number("word")).issuer)
        self._flagged(event, flag=PartyFlag.REVOKED, raised=True)

    def _voided(self, event: Event) -> None:
        self._use(event, event.number("issuer"))

    def _issuer_recognised(self, event: Event) -> None:
        issuer = event.number("issuer")
        self.check(event, "known", int(issuer in self.signers), 0)
        self.signers[issuer] = event.text("signer")
        self.recognised |= 1 << issuer

    def _issuer_changed(self, event: Event) -> None:
        issuer, recognised = event.number("issuer"), event.number("recognised")
        self.check(event, "recognised", recognised, ~(self.recognised >> issuer) & 1)
        self.recognised = self.recognised & ~(1 << issuer) | recognised << issuer

    def _use(self, event: Event, issuer: int) -> None:
        nonce = event.number("nonce")
        self.check(event, "nonce used before", int((issuer, nonce) in self.nonces), 0)
        self.nonces.add((issuer, nonce))

    def _known(self, event: Event) -> bool:
        """Whether an event let the party in before; a finding if none did."""
        account = event.number("account")
        known = account in self.wallets
        self.check(event, "account", account, account if known else 0)
        return known

    handlers: ClassVar[Mapping[str, Callable[[PartyBook, Event], None]]] = {
        "PartyOnboarded": _onboarded,
        "PartyAttested": _attested,
        "PartyChanged": _renewed,
        "PartyRevoked": partial(_flagged, flag=PartyFlag.REVOKED, raised=True),
        "AttestationRevoked": _taken_back,
        "NonceVoided": _voided,
        "PartyFrozen": partial(_flagged, flag=PartyFlag.FROZEN, raised=True),
        "PartyUnfrozen": partial(_flagged, flag=PartyFlag.FROZEN, raised=False),
        "PartyRestricted": partial(_flagged, flag=PartyFlag.CLOSE_ONLY, raised=True),
        "PartyReleased": partial(_flagged, flag=PartyFlag.CLOSE_ONLY, raised=False),
        "CcpAuthorised": partial(_flagged, flag=PartyFlag.AUTHORISED_CCP, raised=True),
        "CcpWithdrawn": partial(_flagged, flag=PartyFlag.AUTHORISED_CCP, raised=False),
        "IssuerRecognised": _issuer_recognised,
        "IssuerChanged": _issuer_changed,
    }


@dataclass(frozen=True, slots=True)
class PartyReads:
    """What the registry says of itself at one block."""

    accounts: int
    """Account ids given out."""
    recognised: int
    wallets: Mapping[int, str]
    """Account to its wallet, for every account."""
    words: Mapping[str, int]
    """Wallet to its word, for every account's wallet."""
    signers: Mapping[int, str]
    """Issuer to its signer; every issuer that counts or that the events name."""
    nonces: Mapping[tuple[int, int], bool]
    """Whether a nonce that the events name is used up."""


def rebuild_parties(events: Iterable[Event], registry: str) -> PartyBook:
    """The registry from events, in the order of emission; those of other contracts are passed
    over."""
    book = PartyBook()
    for event in events:
        if event.address == registry:
            book.apply(event)
    return book


def read_parties(
    registry: PartyRegistry, book: PartyBook, block: BlockId = "latest"
) -> Operation[PartyReads]:
    """The operation that reads what a rebuilt registry is compared with.

    Args:
        registry: which.
        book: rebuilt; its issuers and nonces are asked for, and every account that there is.
        block: at which block.
    """
    count = yield from registry.account_count(block=block)
    recognised = yield from registry.recognised_issuers(block=block)
    wallets: dict[int, str] = {}
    words: dict[str, int] = {}
    for account in range(1, count + 1):
        wallet = yield from registry.wallet_of(account, block=block)
        wallets[account] = wallet
        words[wallet] = yield from registry.word_of(wallet, block=block)
    signers: dict[int, str] = {}
    for issuer in range(REGISTRAR + 1, 256):
        if recognised >> issuer & 1 or issuer in book.signers:
            signers[issuer] = yield from registry.signer_of(issuer, block=block)
    nonces: dict[tuple[int, int], bool] = {}
    for issuer, nonce in sorted(book.nonces):
        nonces[issuer, nonce] = yield from registry.is_nonce_used(issuer, nonce, block=block)
    return PartyReads(count, recognised, wallets, words, signers, nonces)


def reconcile_parties(book: PartyBook, reads: PartyReads) -> tuple[Discrepancy, ...]:
    """Every value in which the rebuilt registry and the contract differ."""
    return tuple(_differences(book, reads))


def _differences(book: PartyBook, reads: PartyReads) -> Iterator[Discrepancy]:
    if len(book.wallets) != reads.accounts:
        yield Discrepancy("parties", "accounts", len(book.wallets), reads.accounts)
    if book.recognised != reads.recognised:
        yield Discrepancy("parties", "recognised issuers", book.recognised, reads.recognised)
    for account in sorted({*book.wallets, *reads.wallets}):
        mine, theirs = book.wallets.get(account, ""), reads.wallets.get(account, "")
        if mine != theirs:
            yield Discrepancy(f"account {account}", "wallet", _number(mine), _number(theirs))
    for wallet in sorted({*book.words, *reads.words}):
        word, read = book.words.get(wallet, 0), reads.words.get(wallet, 0)
        if word != read:
            yield Discrepancy(f"party {wallet}", "word", word, read)
    for issuer in sorted({*book.signers, *reads.signers}):
        mine, theirs = book.signers.get(issuer, ""), reads.signers.get(issuer, "")
        if mine != theirs:
            yield Discrepancy(f"issuer {issuer}", "signer", _number(mine), _number(theirs))
    for (issuer, nonce), used in reads.nonces.items():
        if not used:
            yield Discrepancy(f"issuer {issuer}", f"nonce {nonce}", 1, 0)


def _number(address: str) -> int:
    return int(address or "0", 16)
