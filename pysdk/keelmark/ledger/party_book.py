"""The party registry as its events leave it: words, wallets, holds, protections, issuers, nonces.

Every event of a party carries its word after the act; the word before says what the act may have
changed, and a difference becomes a `Finding`: an account id given out twice, a freeze that a
renewal lifted, an identity that changed, a hold that was lifted and was not there.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from functools import partial
from typing import ClassVar, Final

from keelmark.events import Event
from keelmark.ledger.party_market import MarketRules
from keelmark.ledger.state import Finding
from keelmark.margin.words import unpack_hold_mandate, unpack_party, unpack_suitability
from keelmark.types import ClientCategory, HoldMandate, PartyFlag, Suitability

__all__ = ["REGISTRAR", "TOMBSTONE", "PartyBook"]

REGISTRAR: Final = 1
"""The registrar's number as an issuer."""

_FLAGS_AT: Final = 160
_FREEZING, _RESTRICTING = 176, 248

RENEWED: Final = 0xFF << 152 | 64 << _FLAGS_AT | 0xFF << 168 | (1 << 64) - 1 << 184
"""What a renewal may change of a word: category, whether it has a date, issuer, expiry,
screening."""

TOMBSTONE: Final = (PartyFlag.REVOKED | PartyFlag.FROZEN) << _FLAGS_AT
"""Word of a wallet whose key was lost: no account, and no act."""

_AT_ENTRY: Final = PartyFlag.NATURAL_PERSON | PartyFlag.STATUS_DATED
_HOLDERS: Final = (1 << 128) - 1


@dataclass(frozen=True, slots=True)
class HoldKind:
    """One of the two ways in which authorities hold a party."""

    flag: PartyFlag
    lane: int
    """Where the first authority stands in the party word."""
    first_bit: int
    """Where the further ones begin in the account's word of holds."""


FREEZE: Final = HoldKind(PartyFlag.FROZEN, _FREEZING, 0)
RESTRICTION: Final = HoldKind(PartyFlag.CLOSE_ONLY, _RESTRICTING, 128)


@dataclass(slots=True)
class PartyBook:
    """The registry as its events leave it."""

    words: dict[str, int] = field(default_factory=dict)
    """Wallet to its party word; of a lost key, `TOMBSTONE`."""
    wallets: dict[int, str] = field(default_factory=dict)
    """Account to the wallet that acts for it now."""
    suitability: dict[int, int] = field(default_factory=dict)
    """Account to its suitability word."""
    further_holds: dict[int, int] = field(default_factory=dict)
    """Account to the authorities that hold it beside those in its word."""
    holds: dict[tuple[int, PartyFlag], dict[int, HoldMandate]] = field(default_factory=dict)
    """Account and flag (frozen or close-only) to each authority that holds it: on what mandate,
    and by when the hold is reviewed."""
    predecessors: dict[str, str] = field(default_factory=dict)
    """Wallet to the one whose key its party lost."""
    recoveries: dict[str, int] = field(default_factory=dict)
    """Wallet to its announced recovery: replacement uint160, ripe from uint32 (seconds)."""
    market: MarketRules = field(default_factory=MarketRules)
    """Halts, bars, risk warnings, and the time of the sanctions list."""
    recognised: int = 1 << REGISTRAR
    """Issuers that count, one bit each."""
    signers: dict[int, str] = field(default_factory=dict)
    """Issuer to its signer."""
    nonces: set[tuple[int, int]] = field(default_factory=set)
    """Nonces that are used up, each with its issuer."""
    findings: list[Finding] = field(default_factory=list)
    changed: dict[int, tuple[Suitability, int, int]] = field(default_factory=dict)
    """Account to what protected it before the last change of that, with the change's block and
    log: one right before the event of a renewal is part of it."""

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

    def suitability_of(self, account: int) -> Suitability:
        """What protects a party."""
        return unpack_suitability(self.suitability.get(account, 0))

    # Entering and renewing

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
        self.check(event, "flags", party.flags & ~_AT_ENTRY, 0)
        self.check(event, "holds", party.freezing_authority | party.restricting_authority, 0)
        self._check_date(event, party.flags)
        self.wallets[account] = wallet
        self.words[wallet] = event.number("word")

    def _renewed(self, event: Event) -> None:
        if not self._known(event):
            return
        account, word = event.number("account"), event.number("word")
        wallet = self.wallets[account]
        before, after = unpack_party(self.words[wallet]), unpack_party(word)
        self.check(event, "wallet", int(event.text("wallet"), 16), int(wallet, 16))
        kept = self.words[wallet] & ~RENEWED
        self.check(event, "what a renewal keeps", word & ~RENEWED, kept)
        self.check(event, "revoked", before.flags & PartyFlag.REVOKED, 0)
        now = self.suitability_of(account)
        earlier, block, index = self.changed.get(account, (now, 0, 0))
        if (block, index + 1) != (event.block_number, event.log_index):
            earlier = now
        granted = 0 if now.requested else earlier.requested
        lapsed = earlier.status_until and event.timestamp >= earlier.status_until
        counted = ClientCategory.RETAIL if lapsed else before.category
        due = after.category if after.category > counted else 0
        self.check(event, "granted", granted, due)
        self._check_date(event, after.flags)
        self.words[wallet] = word

    def _check_date(self, event: Event, flags: int) -> None:
        """Whether a word's flag says of a status date what the suitability word says."""
        dated = bool(self.suitability_of(event.number("account")).status_until)
        self.check(event, "status date", int(bool(flags & PartyFlag.STATUS_DATED)), int(dated))

    def _suitability(self, event: Event) -> None:
        """Comes before the event of the entry or the renewal that changes it."""
        account, word = event.number("account"), event.number("suitability")
        known = self.wallets.get(account)
        if known is None:
            self.check(event, "account", account, len(self.wallets) + 1)
        else:
            self.check(event, "wallet", int(event.text("wallet"), 16), int(known, 16))
        before, after = self.suitability_of(account), unpack_suitability(word)
        self.check(event, "unchanged", int(word == self.suitability.get(account, 0)), 0)
        self.check(event, "edition", after.edition, before.edition)
        self.check(event, "accepted", after.accepted_at, before.accepted_at)
        self.changed[account] = before, event.block_number, event.log_index
        self.suitability[account] = word

    def _accepted(self, event: Event) -> None:
        if not self._known(event):
            return
        account, word = event.number("account"), event.number("suitability")
        letters = unpack_party(self.words[self.wallets[account]]).jurisdiction
        warning = self.market.warnings.get(letters)
        before, after = self.suitability_of(account), unpack_suitability(word)
        self.check(event, "edition", after.edition, warning.edition if warning else 0)
        self.check(event, "accepted before", int(after.edition == before.edition), 0)
        text = warning.text_hash if warning else b""
        text_hash = int.from_bytes(event.word("text_hash"), "big")
        self.check(event, "text", text_hash, int.from_bytes(text, "big"))
        kept = (1 << 72) - 1
        self.check(event, "what it keeps", word & kept, self.suitability.get(account, 0) & kept)
        self.suitability[account] = word

    # Flags

    def _flagged(self, event: Event, *, flag: PartyFlag, raised: bool) -> None:
        if not self._known(event):
            return
        wallet, word = self.wallets[event.number("account")], event.number("word")
        before = self.words[wallet]
        bit = int(flag) << _FLAGS_AT
        self.check(event, "flag before", before & bit, 0 if raised else bit)
        self.check(event, "word", word, before ^ bit)
        self.words[wallet] = word

    def _screened(self, event: Event) -> None:
        self._flagged(event, flag=PartyFlag.SANCTIONED, raised=event.number("answer") != 0)

    def _taken_back(self, event: Event) -> None:
        self._use(event, unpack_party(event.number("word")).issuer)
        self._flagged(event, flag=PartyFlag.REVOKED, raised=True)

    # Holds of authorities

    def _held(self, event: Event, *, kind: HoldKind) -> None:
        if not self._known(event):
            return
        account, wallet = event.number("account"), self.wallets[event.number("account")]
        before, further = self.words[wallet], self.further_holds.get(account, 0)
        mandate = unpack_hold_mandate(event.number("mandate"))
        holds = self.holds.setdefault((account, kind.flag), {})
        self.check(event, "holds already", int(mandate.authority in holds), 0)
        expected = before
        if before & int(kind.flag) << _FLAGS_AT:
            self.further_holds[account] = further | 1 << mandate.authority + kind.first_bit
        else:
            expected |= int(kind.flag) << _FLAGS_AT | mandate.authority << kind.lane
        self.check(event, "word", event.number("word"), expected)
        holds[mandate.authority] = mandate
        self.words[wallet] = event.number("word")

    def _lifted(self, event: Event, *, kind: HoldKind) -> None:
        if not self._known(event):
            return
        account, wallet = event.number("account"), self.wallets[event.number("account")]
        before, further = self.words[wallet], self.further_holds.get(account, 0)
        holder = unpack_hold_mandate(event.number("mandate")).review_at
        holds = self.holds.setdefault((account, kind.flag), {})
        self.check(event, "hold", int(holder in holds), 1)
        others = further >> kind.first_bit & _HOLDERS
        lane, leaving = 0xFF << kind.lane, holder
        expected = before
        if not others:
            expected &= ~(int(kind.flag) << _FLAGS_AT | lane)
        else:
            if not others >> holder & 1:
                # The first one leaves, and the lowest of the further ones moves up.
                leaving = (others & -others).bit_length() - 1
                expected = before & ~lane | leaving << kind.lane
            self.further_holds[account] = further & ~(1 << leaving + kind.first_bit)
        self.check(event, "word", event.number("word"), expected)
        holds.pop(holder, None)
        self.words[wallet] = event.number("word")

    # A key that was lost

    def _announced(self, event: Event) -> None:
        if not self._known(event):
            return
        lost, replacement = event.text("lost"), event.text("replacement")
        self._check_lost(event, lost)
        self.check(event, "announced before", int(lost in self.recoveries), 0)
        self.check(event, "replacement known", int(replacement in self.words), 0)
        self.recoveries[lost] = (
            int(replacement, 16) | event.number("ripe_at") << 160 | event.number("issuer") << 192
        )

    def _contested(self, event: Event) -> None:
        if not self._known(event):
            return
        self._check_lost(event, event.text("lost"))
        announced = self.recoveries.pop(event.text("lost"), 0)
        self.check(event, "announced", int(announced != 0), 1)

    def _recovered(self, event: Event) -> None:
        if not self._known(event):
            return
        lost, replacement = event.text("lost"), event.text("replacement")
        word = event.number("word")
        self._check_lost(event, lost)
        announced = self.recoveries.pop(lost, 0) & (1 << 160) - 1
        self.check(event, "replacement", int(replacement, 16), announced)
        self.check(event, "replacement known", int(replacement in self.words), 0)
        before = self.words.get(lost, 0)
        self.check(event, "word", word, before | PartyFlag.RECOVERED << _FLAGS_AT)
        self.words[lost], self.words[replacement] = TOMBSTONE, word
        self.wallets[event.number("account")] = replacement
        self.predecessors[replacement] = lost

    def _check_lost(self, event: Event, lost: str) -> None:
        known = self.wallets[event.number("account")]
        self.check(event, "lost", int(lost, 16), int(known, 16))

    # Issuers

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

    def _of_market(self, event: Event) -> None:
        for name, reported, expected in self.market.apply(event):
            self.check(event, name, reported, expected)

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
        "PartyFrozen": partial(_held, kind=FREEZE),
        "PartyUnfrozen": partial(_lifted, kind=FREEZE),
        "PartyRestricted": partial(_held, kind=RESTRICTION),
        "PartyReleased": partial(_lifted, kind=RESTRICTION),
        "CcpAuthorised": partial(_flagged, flag=PartyFlag.AUTHORISED_CCP, raised=True),
        "CcpWithdrawn": partial(_flagged, flag=PartyFlag.AUTHORISED_CCP, raised=False),
        "PartyScreened": _screened,
        "SuitabilityChanged": _suitability,
        "WarningAccepted": _accepted,
        "RecoveryAnnounced": _announced,
        "RecoveryContested": _contested,
        "PartyRecovered": _recovered,
        "IssuerRecognised": _issuer_recognised,
        "IssuerChanged": _issuer_changed,
        **dict.fromkeys(MarketRules.names, _of_market),
    }
