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
    screened_at: int
    """Seconds; when sanctions lists were last consulted."""
    issuer: int
    """Number of the issuer, 2 to 255."""
    nonce: int
    """Any number that the issuer has not used up."""
    document: bytes
    """Salted commitment to the IVMS101 document; zero if none."""


@dataclass(frozen=True, slots=True)
class Revocation:
    """The contract's struct `Revocation`."""

    wallet: str
    """The party."""
    issuer: int
    """Number of the issuer, 2 to 255."""
    nonce: int
    """Any number that the issuer has not used up."""
    reason: bytes
    """A reason code or a commitment to the reason."""


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
    screened_at: int
    """Seconds; when sanctions lists were last consulted."""


@dataclass(frozen=True, slots=True)
class PartyRegistryActs(PartyRegistryReads):
    """What PartyRegistry does."""

    def hand_over_role(
        self,
        role: bytes,
        successor: str,
        *,
        gas: int | None = None,
    ) -> Operation[Receipt]:
        """Offers a role. Only its holder; the zero address withdraws an offer."""
        return send(self, "hand_over_role(bytes32 role,address successor)", (role, successor), gas)

    def accept_role(self, role: bytes, *, gas: int | None = None) -> Operation[Receipt]:
        """Takes over a role. Only the one to whom it is offered."""
        return send(self, "accept_role(bytes32 role)", (role,), gas)

    def freeze(
        self,
        account: int,
        legal_basis: bytes,
        case_hash: bytes,
        *,
        gas: int | None = None,
    ) -> Operation[Receipt]:
        """Stops every act of a party; its positions can still be liquidated or closed
        compulsorily. Only the supervisor.
        """
        return send(
            self,
            "freeze(uint256 account,bytes32 legal_basis,bytes32 case_hash)",
            (account, legal_basis, case_hash),
            gas,
        )

    def unfreeze(
        self,
        account: int,
        legal_basis: bytes,
        case_hash: bytes,
        *,
        gas: int | None = None,
    ) -> Operation[Receipt]:
        """Ends a freeze. Only the supervisor."""
        return send(
            self,
            "unfreeze(uint256 account,bytes32 legal_basis,bytes32 case_hash)",
            (account, legal_basis, case_hash),
            gas,
        )

    def restrict(
        self,
        account: int,
        legal_basis: bytes,
        case_hash: bytes,
        *,
        gas: int | None = None,
    ) -> Operation[Receipt]:
        """Makes a party close-only. Only the supervisor."""
        return send(
            self,
            "restrict(uint256 account,bytes32 legal_basis,bytes32 case_hash)",
            (account, legal_basis, case_hash),
            gas,
        )

    def release(
        self,
        account: int,
        legal_basis: bytes,
        case_hash: bytes,
        *,
        gas: int | None = None,
    ) -> Operation[Receipt]:
        """Ends close-only. Only the supervisor."""
        return send(
            self,
            "release(uint256 account,bytes32 legal_basis,bytes32 case_hash)",
            (account, legal_basis, case_hash),
            gas,
        )

    def authorise_ccp(
        self,
        account: int,
        legal_basis: bytes,
        case_hash: bytes,
        *,
        gas: int | None = None,
    ) -> Operation[Receipt]:
        """Marks a house's party as an authorised CCP (EMIR Art. 14); reports of that house may
        then say "cleared". Only the supervisor.
        """
        return send(
            self,
            "authorise_ccp(uint256 account,bytes32 legal_basis,bytes32 case_hash)",
            (account, legal_basis, case_hash),
            gas,
        )

    def withdraw_ccp(
        self,
        account: int,
        legal_basis: bytes,
        case_hash: bytes,
        *,
        gas: int | None = None,
    ) -> Operation[Receipt]:
        """Withdraws a CCP's authorisation (EMIR Art. 20). Only the supervisor."""
        return send(
            self,
            "withdraw_ccp(uint256 account,bytes32 legal_basis,bytes32 case_hash)",
            (account, legal_basis, case_hash),
            gas,
        )

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
        """Recognises a new issuer of attestations under a number that nobody has had. Only the
        supervisor.
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
        one that is not recognised may reduce and close. Only the supervisor.
        """
        return send(
            self,
            "set_issuer(uint256 issuer,bool recognised,bytes32 legal_basis,bytes32 case_hash)",
            (issuer, recognised, legal_basis, case_hash),
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
            "bytes32) attestation,bytes signature)",
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
            "uint256,bytes32)[] attestations,bytes[] signed)",
            (attestations, signed),
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

    def onboard(self, attestation: Attestation, *, gas: int | None = None) -> Operation[Receipt]:
        """Attests one party, not itself. Only the registrar."""
        return send(
            self,
            "onboard((address,uint256,bytes2,uint256,bool,uint256,uint256,uint256) attestation)",
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
            "onboard_many((address,uint256,bytes2,uint256,bool,uint256,uint256,uint256)[] parties)",
            (parties,),
            gas,
        )

    def renew(
        self,
        account: int,
        category: int,
        expiry: int,
        screened_at: int,
        *,
        gas: int | None = None,
    ) -> Operation[Receipt]:
        """Renews a party's attestation and screening, and its category, which may change. Only
        the registrar. A restriction or freeze stays.
        """
        return send(
            self,
            "renew(uint256 account,uint256 category,uint256 expiry,uint256 screened_at)",
            (account, category, expiry, screened_at),
            gas,
        )

    def revoke(self, account: int, reason: bytes, *, gas: int | None = None) -> Operation[Receipt]:
        """Withdraws a party's attestation, for good. It can still reduce, close, pay in and be
        paid out. Only the registrar.
        """
        return send(self, "revoke(uint256 account,bytes32 reason)", (account, reason), gas)
