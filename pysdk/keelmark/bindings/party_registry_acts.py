"""Generated from the contracts: PartyRegistry. Do not edit."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from keelmark.bindings.party_registry_reads import PartyRegistryReads
from keelmark.bindings.runtime import send
from keelmark.chain.operations import Operation, Receipt

__all__ = ["PartyRegistryActs", "Attestation", "Revocation", "SignedAttestation"]


@dataclass(frozen=True, slots=True)
class SignedAttestation:
    """The contract's struct `SignedAttestation`."""

    wallet: str
    """The party's key; one wallet, one account."""
    identifier: int
    """LEI in base 36, or the salted client code (104 bits)."""
    jurisdiction: bytes
    """ISO 3166-1 alpha-2, assigned, or "EU"."""
    category: int
    """1 retail, 2 professional, 3 eligible counterparty."""
    natural_person: bool
    """True: `identifier` is a client code."""
    member: int
    """Natural person: account of the carrying member; else 0."""
    expiry: int
    """Seconds; the attestation holds before it."""
    status_until: int
    """Seconds; from then on the category is retail; 0 = never."""
    screened_at: int
    """Seconds; when sanctions lists were last consulted."""
    issuer: int
    """Number of the issuer, 2 to 127."""
    nonce: int
    """Any number that the issuer has not used up."""
    document: bytes
    """Salted commitment to the IVMS101 document; zero if none."""


@dataclass(frozen=True, slots=True)
class Attestation:
    """The contract's struct `Attestation`."""

    wallet: str
    """The party's key; one wallet, one account."""
    identifier: int
    """LEI in base 36, or the salted client code (104 bits)."""
    jurisdiction: bytes
    """ISO 3166-1 alpha-2, assigned, or "EU"."""
    category: int
    """1 retail, 2 professional, 3 eligible counterparty."""
    natural_person: bool
    """True: `identifier` is a client code."""
    member: int
    """Natural person: account of the carrying member; else 0."""
    expiry: int
    """Seconds; the attestation holds before it."""
    status_until: int
    """Seconds; from then on the category is retail; 0 = never."""
    screened_at: int
    """Seconds; when sanctions lists were last consulted."""


@dataclass(frozen=True, slots=True)
class Revocation:
    """The contract's struct `Revocation`."""

    wallet: str
    """The party."""
    issuer: int
    """Number of the issuer, 2 to 127."""
    nonce: int
    """Any number that the issuer has not used up."""
    reason: bytes
    """A reason code or a commitment to the reason."""


@dataclass(frozen=True, slots=True)
class PartyRegistryActs(PartyRegistryReads):
    """What PartyRegistry does."""

    def freeze(
        self,
        wallet: str,
        agreement: int,
        legal_basis: bytes,
        case_hash: bytes,
        review_at: int,
        *,
        gas: int | None = None,
    ) -> Operation[Receipt]:
        """Stops every act of a party; its positions can still be liquidated or closed
        compulsorily, and what that leaves stays its own, locked. Only an authority in scope.
        """
        return send(
            self,
            "freeze(address wallet,uint256 agreement,bytes32 legal_basis,bytes32 case_hash,"
            "uint256 review_at)",
            (wallet, agreement, legal_basis, case_hash, review_at),
            gas,
        )

    def unfreeze(
        self,
        wallet: str,
        agreement: int,
        legal_basis: bytes,
        case_hash: bytes,
        *,
        gas: int | None = None,
    ) -> Operation[Receipt]:
        """Ends an authority's freeze. Only itself, or one in scope where its mandate is over."""
        return send(
            self,
            "unfreeze(address wallet,uint256 agreement,bytes32 legal_basis,bytes32 case_hash)",
            (wallet, agreement, legal_basis, case_hash),
            gas,
        )

    def restrict(
        self,
        wallet: str,
        agreement: int,
        legal_basis: bytes,
        case_hash: bytes,
        review_at: int,
        *,
        gas: int | None = None,
    ) -> Operation[Receipt]:
        """Makes a party close-only. Only an authority in scope."""
        return send(
            self,
            "restrict(address wallet,uint256 agreement,bytes32 legal_basis,bytes32 case_hash,"
            "uint256 review_at)",
            (wallet, agreement, legal_basis, case_hash, review_at),
            gas,
        )

    def release(
        self,
        wallet: str,
        agreement: int,
        legal_basis: bytes,
        case_hash: bytes,
        *,
        gas: int | None = None,
    ) -> Operation[Receipt]:
        """Ends an authority's close-only. Only itself, or one in scope where its mandate is
        over.
        """
        return send(
            self,
            "release(address wallet,uint256 agreement,bytes32 legal_basis,bytes32 case_hash)",
            (wallet, agreement, legal_basis, case_hash),
            gas,
        )

    def attest(
        self,
        attestation: SignedAttestation,
        signature: bytes,
        *,
        gas: int | None = None,
    ) -> Operation[Receipt]:
        """Lets a party in, or renews it, on what a recognised issuer signed. Anyone may bring
        it.
        """
        return send(
            self,
            "attest((address,uint256,bytes2,uint256,bool,uint256,uint256,uint256,uint256,uint256,"
            "uint256,bytes32) attestation,bytes signature)",
            (attestation, signature),
            gas,
        )

    def attest_many(
        self,
        attestations: Sequence[SignedAttestation],
        signed: Sequence[bytes],
        *,
        gas: int | None = None,
    ) -> Operation[Receipt]:
        """Brings up to fifty attestations, of one issuer or of several; one that is refused
        refuses all. Anyone may bring them.
        """
        return send(
            self,
            "attest_many((address,uint256,bytes2,uint256,bool,uint256,uint256,uint256,uint256,"
            "uint256,uint256,bytes32)[] attestations,bytes[] signed)",
            (attestations, signed),
            gas,
        )

    def onboard(self, attestation: Attestation, *, gas: int | None = None) -> Operation[Receipt]:
        """Attests one party, not itself. Only the registrar."""
        return send(
            self,
            "onboard((address,uint256,bytes2,uint256,bool,uint256,uint256,uint256,"
            "uint256) attestation)",
            (attestation,),
            gas,
        )

    def onboard_many(
        self,
        parties: Sequence[Attestation],
        *,
        gas: int | None = None,
    ) -> Operation[Receipt]:
        """Attests up to fifty parties, not itself; one that is refused refuses all. Only the
        registrar.
        """
        return send(
            self,
            "onboard_many((address,uint256,bytes2,uint256,bool,uint256,uint256,uint256,"
            "uint256)[] parties)",
            (parties,),
            gas,
        )

    def hand_over_role(
        self,
        role: bytes,
        successor: str,
        *,
        gas: int | None = None,
    ) -> Operation[Receipt]:
        """Offers a role. Only its holder; the zero address withdraws an offer."""
        return send(self, "hand_over_role(bytes32 role,address successor)", (role, successor), gas)

    def authorise_ccp(
        self,
        wallet: str,
        legal_basis: bytes,
        case_hash: bytes,
        *,
        gas: int | None = None,
    ) -> Operation[Receipt]:
        """Marks a house's party as an authorised CCP (EMIR Art. 14); reports of that house may
        then say "cleared". Only an authority in scope.
        """
        return send(
            self,
            "authorise_ccp(address wallet,bytes32 legal_basis,bytes32 case_hash)",
            (wallet, legal_basis, case_hash),
            gas,
        )

    def withdraw_ccp(
        self,
        wallet: str,
        legal_basis: bytes,
        case_hash: bytes,
        *,
        gas: int | None = None,
    ) -> Operation[Receipt]:
        """Withdraws a CCP's authorisation (EMIR Art. 20). Only an authority in scope."""
        return send(
            self,
            "withdraw_ccp(address wallet,bytes32 legal_basis,bytes32 case_hash)",
            (wallet, legal_basis, case_hash),
            gas,
        )

    def halt(
        self,
        until: int,
        legal_basis: bytes,
        case_hash: bytes,
        *,
        gas: int | None = None,
    ) -> Operation[Receipt]:
        """Halts all that adds risk, or lengthens a halt. Only an authority with that power."""
        return send(
            self,
            "halt(uint256 until,bytes32 legal_basis,bytes32 case_hash)",
            (until, legal_basis, case_hash),
            gas,
        )

    def resume(
        self,
        legal_basis: bytes,
        case_hash: bytes,
        *,
        gas: int | None = None,
    ) -> Operation[Receipt]:
        """Ends a halt; take-overs still wait. Only an authority with that power."""
        return send(
            self,
            "resume(bytes32 legal_basis,bytes32 case_hash)",
            (legal_basis, case_hash),
            gas,
        )

    def bar_instrument(
        self,
        instrument: int,
        legal_basis: bytes,
        case_hash: bytes,
        review_at: int,
        *,
        gas: int | None = None,
    ) -> Operation[Receipt]:
        """Stops the parties of the authority's jurisdiction from opening or increasing positions
        in an instrument. Only an authority with that power.
        """
        return send(
            self,
            "bar_instrument(uint256 instrument,bytes32 legal_basis,bytes32 case_hash,"
            "uint256 review_at)",
            (instrument, legal_basis, case_hash, review_at),
            gas,
        )

    def clear_instrument(
        self,
        instrument: int,
        legal_basis: bytes,
        case_hash: bytes,
        *,
        gas: int | None = None,
    ) -> Operation[Receipt]:
        """Ends the bar of the authority's jurisdiction. Only an authority with that power."""
        return send(
            self,
            "clear_instrument(uint256 instrument,bytes32 legal_basis,bytes32 case_hash)",
            (instrument, legal_basis, case_hash),
            gas,
        )

    def screen(self, wallet: str, *, gas: int | None = None) -> Operation[Receipt]:
        """Asks the sanctions list about a party and sets its flag accordingly. Anyone. To clear
        a flag the list must be fresh. An oracle that does not answer keeps the flags that
        oracles set, and no others: whom the list has taken off is not locked in for good by a
        contract that died.
        """
        return send(self, "screen(address wallet)", (wallet,), gas)

    def sync_list(self, *, gas: int | None = None) -> Operation[Receipt]:
        """Copies the time for which the sanctions list was last said to equal its source.
        Anyone.
        """
        return send(self, "sync_list()", (), gas)

    def publish_warning(
        self,
        jurisdiction: bytes,
        text_hash: bytes,
        effective_at: int,
        *,
        gas: int | None = None,
    ) -> Operation[Receipt]:
        """Publishes a new edition of a jurisdiction's risk warning. Only the registrar."""
        return send(
            self,
            "publish_warning(bytes2 jurisdiction,bytes32 text_hash,uint256 effective_at)",
            (jurisdiction, text_hash, effective_at),
            gas,
        )

    def accept_warning(self, text_hash: bytes, *, gas: int | None = None) -> Operation[Receipt]:
        """Accepts the newest risk warning of the party's jurisdiction. Only the party's own
        wallet.
        """
        return send(self, "accept_warning(bytes32 text_hash)", (text_hash,), gas)

    def request_category(self, category: int, *, gas: int | None = None) -> Operation[Receipt]:
        """Asks for a category with fewer protections, or withdraws the request. Only the party's
        own wallet. The request can be granted after the cooling-off time, by whoever attests the
        party.
        """
        return send(self, "request_category(uint256 category)", (category,), gas)

    def recognise_issuer(
        self,
        issuer: int,
        signer: str,
        identifier: int,
        legal_basis: bytes,
        case_hash: bytes,
        *,
        gas: int | None = None,
    ) -> Operation[Receipt]:
        """Recognises a new issuer of attestations under a number that nobody has had. Only an
        authority with that power.
        """
        return send(
            self,
            "recognise_issuer(uint256 issuer,address signer,uint256 identifier,"
            "bytes32 legal_basis,bytes32 case_hash)",
            (issuer, signer, identifier, legal_basis, case_hash),
            gas,
        )

    def set_issuer(
        self,
        issuer: int,
        recognised: bool,
        legal_basis: bytes,
        case_hash: bytes,
        *,
        gas: int | None = None,
    ) -> Operation[Receipt]:
        """Ends the recognition of an issuer of attestations, or restores it. Who was let in by
        one that is not recognised may reduce and close. Only an authority with that power.
        """
        return send(
            self,
            "set_issuer(uint256 issuer,bool recognised,bytes32 legal_basis,bytes32 case_hash)",
            (issuer, recognised, legal_basis, case_hash),
            gas,
        )

    def revoke_attested(
        self,
        revocation: Revocation,
        signature: bytes,
        *,
        gas: int | None = None,
    ) -> Operation[Receipt]:
        """Takes back, for good, what an issuer attested of a party; it can still reduce, close,
        pay in and be paid out. Anyone may bring what the issuer signed; without a signature it
        is for the issuer itself.
        """
        return send(
            self,
            "revoke_attested((address,uint256,uint256,bytes32) revocation,bytes signature)",
            (revocation, signature),
            gas,
        )

    def void_nonces(
        self,
        issuer: int,
        nonces: Sequence[int],
        *,
        gas: int | None = None,
    ) -> Operation[Receipt]:
        """Makes worthless what an issuer signed and nobody has brought yet. Only the issuer,
        recognised or not.
        """
        return send(self, "void_nonces(uint256 issuer,uint256[] nonces)", (issuer, nonces), gas)

    def announce_recovery(
        self,
        lost: str,
        replacement: str,
        evidence: bytes,
        *,
        gas: int | None = None,
    ) -> Operation[Receipt]:
        """Announces that a party's key is lost. Only the registrar, or the issuer that attests
        the party.
        """
        return send(
            self,
            "announce_recovery(address lost,address replacement,bytes32 evidence)",
            (lost, replacement, evidence),
            gas,
        )

    def contest_recovery(self, lost: str, *, gas: int | None = None) -> Operation[Receipt]:
        """Ends an announced recovery. Only the wallet itself, whoever attests the party, or an
        authority that could freeze it.
        """
        return send(self, "contest_recovery(address lost)", (lost,), gas)

    def complete_recovery(self, lost: str, *, gas: int | None = None) -> Operation[Receipt]:
        """Takes over a party whose key was lost. Only the announced replacement, after the delay
        and before the announcement is too old. A freeze, a restriction and a sanctions flag move
        along.
        """
        return send(self, "complete_recovery(address lost)", (lost,), gas)

    def accept_role(self, role: bytes, *, gas: int | None = None) -> Operation[Receipt]:
        """Takes over a role. Only the one to whom it is offered."""
        return send(self, "accept_role(bytes32 role)", (role,), gas)

    def renew(
        self,
        wallet: str,
        category: int,
        expiry: int,
        status_until: int,
        screened_at: int,
        *,
        gas: int | None = None,
    ) -> Operation[Receipt]:
        """Renews a party's attestation and screening, and its category, which may change: to one
        with fewer protections only as the party asked and after the cooling-off time. Only the
        registrar. A restriction or freeze stays.
        """
        return send(
            self,
            "renew(address wallet,uint256 category,uint256 expiry,uint256 status_until,"
            "uint256 screened_at)",
            (wallet, category, expiry, status_until, screened_at),
            gas,
        )

    def revoke(self, wallet: str, reason: bytes, *, gas: int | None = None) -> Operation[Receipt]:
        """Withdraws a party's attestation, for good. It can still reduce, close, pay in and be
        paid out. Only the registrar.
        """
        return send(self, "revoke(address wallet,bytes32 reason)", (wallet, reason), gas)
