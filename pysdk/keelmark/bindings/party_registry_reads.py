"""Generated from the contracts: PartyRegistry. Do not edit."""

from __future__ import annotations

from dataclasses import dataclass

from keelmark.bindings.runtime import checksum, read
from keelmark.chain.operations import BlockId, Operation

__all__ = ["PartyRegistryReads"]


@dataclass(frozen=True, slots=True)
class PartyRegistryReads:
    """What PartyRegistry answers."""

    address: str
    """Where it is, checksummed."""

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

    def issuer_of(self, key: str, *, block: BlockId = "latest") -> Operation[int]:
        """Signer to its issuer number; zero if it is none."""
        return read(self, "issuer_of(address key)", (key,), "uint256", lambda out: out[0], block)

    def signer_of(self, issuer: int, *, block: BlockId = "latest") -> Operation[str]:
        """Who signs for an issuer. Anyone may ask."""
        return read(
            self,
            "signer_of(uint256 issuer)",
            (issuer,),
            "address",
            lambda out: checksum(out[0]),
            block,
        )

    def is_nonce_used(
        self,
        issuer: int,
        nonce: int,
        *,
        block: BlockId = "latest",
    ) -> Operation[bool]:
        """Whether a nonce is used up: brought, or voided. Anyone may ask."""
        return read(
            self,
            "is_nonce_used(uint256 issuer,uint256 nonce)",
            (issuer, nonce),
            "bool",
            lambda out: out[0],
            block,
        )

    def domain_separator(self, *, block: BlockId = "latest") -> Operation[bytes]:
        """The EIP-712 domain of this registry on this chain."""
        return read(self, "domain_separator()", (), "bytes32", lambda out: out[0], block)

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

    def is_verified(self, wallet: str, *, block: BlockId = "latest") -> Operation[bool]:
        """Whether a wallet may open positions, whatever the product, as identity registries of
        ERC-3643 answer it. Anyone may ask.
        """
        return read(
            self,
            "isVerified(address wallet)",
            (wallet,),
            "bool",
            lambda out: out[0],
            block,
        )

    def registrar(self, *, block: BlockId = "latest") -> Operation[bytes]:
        """Attests parties."""
        return read(self, "REGISTRAR()", (), "bytes32", lambda out: out[0], block)

    def supervisor(self, *, block: BlockId = "latest") -> Operation[bytes]:
        """Freezes, restricts, authorises, withdraws recognition."""
        return read(self, "SUPERVISOR()", (), "bytes32", lambda out: out[0], block)
