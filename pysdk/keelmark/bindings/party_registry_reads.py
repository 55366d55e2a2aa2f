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

    def word_of(self, key: str, *, block: BlockId = "latest") -> Operation[int]:
        """Wallet to its party word (format: action gate module)."""
        return read(self, "word_of(address key)", (key,), "uint256", lambda out: out[0], block)

    def party_desk(self, *, block: BlockId = "latest") -> Operation[str]:
        """The code that other functions are delegated to. Anyone may ask."""
        return read(self, "party_desk()", (), "address", lambda out: checksum(out[0]), block)

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
        instrument: int,
        *,
        block: BlockId = "latest",
    ) -> Operation[tuple[int, int, int, int]]:
        """The gate for both sides of a trade, in one call. Anyone may ask."""
        return read(
            self,
            "gate_trade(address buyer,uint256 buyer_account,uint256 buyer_action,address seller,"
            "uint256 seller_account,uint256 seller_action,uint256 asset_class,uint256 instrument)",
            (
                buyer,
                buyer_account,
                buyer_action,
                seller,
                seller_account,
                seller_action,
                asset_class,
                instrument,
            ),
            "uint256,uint256,uint256,uint256",
            lambda out: (out[0], out[1], out[2], out[3]),
            block,
        )

    def party_of(self, wallet: str, *, block: BlockId = "latest") -> Operation[int]:
        """A wallet's party word with the category that counts now. Anyone may ask."""
        return read(
            self,
            "party_of(address wallet)",
            (wallet,),
            "uint256",
            lambda out: out[0],
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

    def account_count(self, *, block: BlockId = "latest") -> Operation[int]:
        """How many account ids have been given out. They are dense, from 1, so that statements
        over all accounts have an index.
        """
        return read(self, "account_count()", (), "uint256", lambda out: out[0], block)

    def suitability_of(self, key: int, *, block: BlockId = "latest") -> Operation[int]:
        """Account to its suitability word: status_until uint32 | requested category uint8 | time
        from which the request may be granted uint32 | edition of the risk warning that was
        accepted uint32 | when it was, uint32.
        """
        return read(
            self,
            "suitability_of(uint256 key)",
            (key,),
            "uint256",
            lambda out: out[0],
            block,
        )

    def further_holds(self, key: int, *, block: BlockId = "latest") -> Operation[int]:
        """Account to the authorities that hold it beside the one in its party word, one bit
        each: freezing ones 0 to 127, restricting ones from 128 on.
        """
        return read(
            self,
            "further_holds(uint256 key)",
            (key,),
            "uint256",
            lambda out: out[0],
            block,
        )

    def bars(self, key: int, *, block: BlockId = "latest") -> Operation[int]:
        """Instrument to the jurisdictions in which it is barred: 16 bits each, two ASCII
        letters, none after a gap.
        """
        return read(self, "bars(uint256 key)", (key,), "uint256", lambda out: out[0], block)

    def predecessor_of(self, key: str, *, block: BlockId = "latest") -> Operation[str]:
        """The wallet that a party used before it lost that key; zero if there is none."""
        return read(
            self,
            "predecessor_of(address key)",
            (key,),
            "address",
            lambda out: checksum(out[0]),
            block,
        )

    def listed_by_oracle(self, key: int, *, block: BlockId = "latest") -> Operation[bool]:
        """Accounts whose flag an oracle set."""
        return read(
            self,
            "listed_by_oracle(uint256 key)",
            (key,),
            "bool",
            lambda out: out[0],
            block,
        )

    def warning_of(
        self,
        jurisdiction: bytes,
        *,
        block: BlockId = "latest",
    ) -> Operation[tuple[int, int, bytes]]:
        """The newest risk warning of a jurisdiction. Anyone may ask."""
        return read(
            self,
            "warning_of(bytes2 jurisdiction)",
            (jurisdiction,),
            "uint256,uint256,bytes32",
            lambda out: (out[0], out[1], out[2]),
            block,
        )

    def issuer_of(self, key: str, *, block: BlockId = "latest") -> Operation[int]:
        """Signer to its issuer number; zero if it is none."""
        return read(self, "issuer_of(address key)", (key,), "uint256", lambda out: out[0], block)

    def ended_at(self, key: int, *, block: BlockId = "latest") -> Operation[int]:
        """Issuer to when its recognition was last ended (seconds); zero if it never was."""
        return read(self, "ended_at(uint256 key)", (key,), "uint256", lambda out: out[0], block)

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

    def recovery_of(self, key: str, *, block: BlockId = "latest") -> Operation[int]:
        """Lost wallet to its announced recovery: replacement uint160 | the time from which it
        can be completed uint32 (seconds) | the issuer that announced it uint8, which must still
        count then. Zero if there is none.
        """
        return read(self, "recovery_of(address key)", (key,), "uint256", lambda out: out[0], block)

    def recognised_issuers(self, *, block: BlockId = "latest") -> Operation[int]:
        """The issuers whose attestations open positions. Anyone may ask."""
        return read(self, "recognised_issuers()", (), "uint256", lambda out: out[0], block)

    def list_time(self, *, block: BlockId = "latest") -> Operation[int]:
        """The sanctions list's time as the gate knows it. Anyone may ask."""
        return read(self, "list_time()", (), "uint256", lambda out: out[0], block)

    def halted_until(self, *, block: BlockId = "latest") -> Operation[int]:
        """When the last halt ends, or ended. Anyone may ask."""
        return read(self, "halted_until()", (), "uint256", lambda out: out[0], block)

    def supervision(self, *, block: BlockId = "latest") -> Operation[str]:
        """Who says which authorities there are. Anyone may ask."""
        return read(self, "supervision()", (), "address", lambda out: checksum(out[0]), block)

    def sanctions_list(self, *, block: BlockId = "latest") -> Operation[str]:
        """The list that parties are screened against. Anyone may ask."""
        return read(self, "sanctions_list()", (), "address", lambda out: checksum(out[0]), block)

    def registrar(self, *, block: BlockId = "latest") -> Operation[bytes]:
        """Attests parties."""
        return read(self, "REGISTRAR()", (), "bytes32", lambda out: out[0], block)
