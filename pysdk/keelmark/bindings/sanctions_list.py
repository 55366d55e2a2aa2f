"""Generated from the contracts: SanctionsList. Do not edit."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from keelmark.bindings.runtime import checksum, create, read, send
from keelmark.chain.operations import BlockId, Operation, Receipt

__all__ = ["SanctionsList", "Entry"]


@dataclass(frozen=True, slots=True)
class Entry:
    """The contract's struct `Entry`."""

    wallet: str
    """Whom, not zero."""
    reference: bytes
    """Entry of the published list, as in "OFAC-SDN-12345"; not zero."""


@dataclass(frozen=True, slots=True)
class SanctionsList:
    """Which wallets are barred, under which entry of a published list, and for which moment the
    list was last said to equal its source. Anyone may read. The sanctions officer updates the
    list in batches and confirms it where the source has not changed; the role is handed over in
    two steps, and the deployer holds none. The officer can move no funds, and nothing here acts
    on an account: gates ask. Beside the list stand up to three oracles with
    `isSanctioned(address)`, named at deployment for good. An oracle can only add: `screen` asks
    each with bounded gas and takes an answer of exactly one word, 0 or 1. One that reverts or
    answers in another shape does not unlist anybody; it counts as not answering, and who asks
    decides what that stops.
    """

    address: str
    """Where it is, checksummed."""

    @staticmethod
    def create(
        init_code: bytes,
        *,
        officer: str,
        oracle_1: str,
        oracle_2: str,
        oracle_3: str,
        gas: int | None = None,
    ) -> Operation[Receipt]:
        """Deploys the contract; the receipt names its address."""
        return create(
            "SanctionsList",
            init_code,
            "(address officer,address oracle_1,address oracle_2,address oracle_3)",
            (officer, oracle_1, oracle_2, oracle_3),
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

    def is_sanctioned(self, addr: str, *, block: BlockId = "latest") -> Operation[bool]:
        """Whether a wallet is on this list. Anyone may ask; no oracle is asked."""
        return read(self, "isSanctioned(address addr)", (addr,), "bool", lambda out: out[0], block)

    def status(
        self,
        wallet: str,
        *,
        block: BlockId = "latest",
    ) -> Operation[tuple[bool, bytes, int]]:
        """A wallet's entry. Anyone may ask."""
        return read(
            self,
            "status(address wallet)",
            (wallet,),
            "bool,bytes32,uint256",
            lambda out: (out[0], out[1], out[2]),
            block,
        )

    def updated_at(self, *, block: BlockId = "latest") -> Operation[int]:
        """For which moment the list was last said to equal its source. Anyone may ask."""
        return read(self, "updated_at()", (), "uint256", lambda out: out[0], block)

    def listed_count(self, *, block: BlockId = "latest") -> Operation[int]:
        """How many wallets are listed. Anyone may ask."""
        return read(self, "listed_count()", (), "uint256", lambda out: out[0], block)

    def digest(self, *, block: BlockId = "latest") -> Operation[bytes]:
        """The digest of the whole list, in any order of its entries. Anyone may ask; whoever has
        the list can compute it (set digest module).
        """
        return read(self, "digest()", (), "bytes32", lambda out: out[0], block)

    def is_fresh(self, max_age: int, *, block: BlockId = "latest") -> Operation[bool]:
        """Whether the list is young enough. Anyone may ask."""
        return read(
            self,
            "is_fresh(uint256 max_age)",
            (max_age,),
            "bool",
            lambda out: out[0],
            block,
        )

    def screen(self, wallet: str, max_age: int, *, block: BlockId = "latest") -> Operation[int]:
        """The list and the oracles as one answer, the gravest first. Anyone may ask; reverts if
        too little gas is left to ask an oracle properly, as who pays the gas must not choose the
        answer.
        """
        return read(
            self,
            "screen(address wallet,uint256 max_age)",
            (wallet, max_age),
            "uint256",
            lambda out: out[0],
            block,
        )

    def sanctions_officer(self, *, block: BlockId = "latest") -> Operation[bytes]:
        """Updates and confirms the list."""
        return read(self, "SANCTIONS_OFFICER()", (), "bytes32", lambda out: out[0], block)

    def max_batch(self, *, block: BlockId = "latest") -> Operation[int]:
        """Most entries added, and most taken off, in one call."""
        return read(self, "MAX_BATCH()", (), "uint256", lambda out: out[0], block)

    def oracle_gas(self, *, block: BlockId = "latest") -> Operation[int]:
        """Gas that each oracle gets."""
        return read(self, "ORACLE_GAS()", (), "uint256", lambda out: out[0], block)

    def oracle_1(self, *, block: BlockId = "latest") -> Operation[str]:
        """The oracles asked beside the list; zero where there is none. Immutable, as an oracle
        that could be dropped would unlist whom it lists.
        """
        return read(self, "ORACLE_1()", (), "address", lambda out: checksum(out[0]), block)

    def oracle_2(self, *, block: BlockId = "latest") -> Operation[str]:
        """The contract's `ORACLE_2`."""
        return read(self, "ORACLE_2()", (), "address", lambda out: checksum(out[0]), block)

    def oracle_3(self, *, block: BlockId = "latest") -> Operation[str]:
        """The contract's `ORACLE_3`."""
        return read(self, "ORACLE_3()", (), "address", lambda out: checksum(out[0]), block)

    def reference_of(self, key: str, *, block: BlockId = "latest") -> Operation[bytes]:
        """Wallet to its entry's reference; zero if it is not listed."""
        return read(self, "reference_of(address key)", (key,), "bytes32", lambda out: out[0], block)

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

    def update(
        self,
        removals: Sequence[str],
        additions: Sequence[Entry],
        source: bytes,
        as_of: int,
        *,
        gas: int | None = None,
    ) -> Operation[Receipt]:
        """Takes wallets off the list, then adds others; all or nothing. Only the sanctions
        officer. An entry under another reference is taken off and added in one call.
        """
        return send(
            self,
            "update(address[] removals,(address,bytes32)[] additions,bytes32 source,uint256 as_of)",
            (removals, additions, source, as_of),
            gas,
        )

    def confirm(self, source: bytes, as_of: int, *, gas: int | None = None) -> Operation[Receipt]:
        """Says that the list equals its source, which had no change. Only the sanctions officer."""
        return send(self, "confirm(bytes32 source,uint256 as_of)", (source, as_of), gas)
