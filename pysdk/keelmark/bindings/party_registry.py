"""Generated from the contracts: PartyRegistry. Do not edit."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from keelmark.bindings.runtime import checksum, create, read, send
from keelmark.chain.operations import BlockId, Operation, Receipt

__all__ = ["PartyRegistry", "Attestation"]


@dataclass(frozen=True, slots=True)
class Attestation:
    """The contract's struct `Attestation`."""

    wallet: str
    """The party's key; one wallet, one account."""
    identifier: int
    """LEI in base 36, or the salted client code (104 bits)."""
    jurisdiction: bytes
    """ISO 3166-1 alpha-2 in capitals, or "EU"."""
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
class PartyRegistry:
    """Who may trade: one packed word a wallet, with the account id by which every other contract
    keys its state. Anyone may read and ask the gate. The registrar attests: `onboard`,
    `onboard_many`, `renew`, `revoke`. The supervisor, and not the registrar, may `freeze`,
    `restrict` to closing, mark a house as an authorised CCP and end the recognition of an issuer
    of attestations, and undo each; every such act names its legal basis. Both roles are handed
    over in two steps. The deployer holds no role, and no role can move anybody's funds.
    """

    address: str
    """Where it is, checksummed."""

    @staticmethod
    def create(
        init_code: bytes,
        *,
        registrar: str,
        supervisor: str,
        gas: int | None = None,
    ) -> Operation[Receipt]:
        """Deploys the contract; the receipt names its address."""
        return create(
            "PartyRegistry",
            init_code,
            "(address registrar,address supervisor)",
            (registrar, supervisor),
            gas,
        )

    def root(self, *, block: BlockId = "latest") -> Operation[bytes]:
        """The chain's head. Slot 0."""
        return read(self, "root()", (), "bytes32", lambda out: out[0], block)

    def holder_of(self, key: bytes, *, block: BlockId = "latest") -> Operation[str]:
        """Role to its holder; the zero address means that nobody holds it, for good."""
        return read(
            self,
            "holder_of(bytes32 key)",
            (key,),
            "address",
            lambda out: checksum(out[0]),
            block,
        )

    def successor_of(self, key: bytes, *, block: BlockId = "latest") -> Operation[str]:
        """Role to whom it is offered."""
        return read(
            self,
            "successor_of(bytes32 key)",
            (key,),
            "address",
            lambda out: checksum(out[0]),
            block,
        )

    def word_of(self, key: str, *, block: BlockId = "latest") -> Operation[int]:
        """Wallet to its party word (format: action gate module). One slot, so that the gate
        reads one slot a side.
        """
        return read(self, "word_of(address key)", (key,), "uint256", lambda out: out[0], block)

    def wallet_of(self, key: int, *, block: BlockId = "latest") -> Operation[str]:
        """Account id to its wallet. Ids are dense, from 1, so that statements over all accounts
        have an index.
        """
        return read(
            self,
            "wallet_of(uint256 key)",
            (key,),
            "address",
            lambda out: checksum(out[0]),
            block,
        )

    def account_count(self, *, block: BlockId = "latest") -> Operation[int]:
        """How many account ids have been given out."""
        return read(self, "account_count()", (), "uint256", lambda out: out[0], block)

    def recognised_issuers(self, *, block: BlockId = "latest") -> Operation[int]:
        """The issuers whose attestations open positions, one bit each. Clearing a bit stops, at
        once, every party that a compromised issuer let in.
        """
        return read(self, "recognised_issuers()", (), "uint256", lambda out: out[0], block)

    def gate(
        self,
        wallet: str,
        account: int,
        action: int,
        asset_class: int,
        *,
        block: BlockId = "latest",
    ) -> Operation[tuple[int, int]]:
        """May a wallet, for an account, do this? Anyone may ask."""
        return read(
            self,
            "gate(address wallet,uint256 account,uint256 action,uint256 asset_class)",
            (wallet, account, action, asset_class),
            "uint256,uint256",
            lambda out: (out[0], out[1]),
            block,
        )

    def gate_trade(
        self,
        buyer: str,
        buyer_account: int,
        buyer_action: int,
        seller: str,
        seller_account: int,
        seller_action: int,
        asset_class: int,
        *,
        block: BlockId = "latest",
    ) -> Operation[tuple[int, int, int, int]]:
        """The gate for both sides of a trade, in one call. Anyone may ask."""
        return read(
            self,
            "gate_trade(address buyer,uint256 buyer_account,uint256 buyer_action,address seller,"
            "uint256 seller_account,uint256 seller_action,uint256 asset_class)",
            (
                buyer,
                buyer_account,
                buyer_action,
                seller,
                seller_account,
                seller_action,
                asset_class,
            ),
            "uint256,uint256,uint256,uint256",
            lambda out: (out[0], out[1], out[2], out[3]),
            block,
        )

    def registrar(self, *, block: BlockId = "latest") -> Operation[bytes]:
        """Attests parties."""
        return read(self, "REGISTRAR()", (), "bytes32", lambda out: out[0], block)

    def supervisor(self, *, block: BlockId = "latest") -> Operation[bytes]:
        """Freezes, restricts, authorises, withdraws recognition."""
        return read(self, "SUPERVISOR()", (), "bytes32", lambda out: out[0], block)

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

    def set_issuer(
        self,
        issuer: int,
        recognised: bool,
        legal_basis: bytes,
        case_hash: bytes,
        *,
        gas: int | None = None,
    ) -> Operation[Receipt]:
        """Recognises an issuer of attestations, or no longer. Who was let in by one that is not
        recognised may reduce and close. Only the supervisor.
        """
        return send(
            self,
            "set_issuer(uint256 issuer,bool recognised,bytes32 legal_basis,bytes32 case_hash)",
            (issuer, recognised, legal_basis, case_hash),
            gas,
        )

    def onboard(self, attestation: Attestation, *, gas: int | None = None) -> Operation[Receipt]:
        """Attests one party. Only the registrar."""
        return send(
            self,
            "onboard((address,uint256,bytes2,uint256,bool,uint256,uint256,uint256) attestation)",
            (attestation,),
            gas,
        )

    def onboard_many(
        self,
        attestations: Sequence[Attestation],
        *,
        gas: int | None = None,
    ) -> Operation[Receipt]:
        """Attests up to fifty parties; one that is refused refuses all. Only the registrar."""
        return send(
            self,
            "onboard_many((address,uint256,bytes2,uint256,bool,uint256,uint256,"
            "uint256)[] attestations)",
            (attestations,),
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
