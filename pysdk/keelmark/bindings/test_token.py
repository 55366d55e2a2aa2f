"""Generated from the contracts: TestToken. Do not edit."""

from __future__ import annotations

from dataclasses import dataclass

from keelmark.bindings.runtime import checksum, create, read, send
from keelmark.chain.operations import BlockId, Operation, Receipt

__all__ = ["TestToken"]


@dataclass(frozen=True, slots=True)
class TestToken:
    """A plain ERC-20 of any name and number of decimals, for testnets and the embedded chain. It
    is worth nothing and must never be collateral on a chain that holds money: its minter makes
    as much of it as they like. Who may call what: `mint` is for the holder of the role "minter"
    alone; the rest is for each holder's own tokens. The role is handed over in two steps; the
    deployer is given nothing.
    """

    address: str
    """Where it is, checksummed."""

    @staticmethod
    def create(
        init_code: bytes,
        *,
        long_name: str,
        short_name: str,
        digits: int,
        minter: str,
        gas: int | None = None,
    ) -> Operation[Receipt]:
        """Deploys the contract; the receipt names its address."""
        return create(
            "TestToken",
            init_code,
            "(string long_name,string short_name,uint8 digits,address minter)",
            (long_name, short_name, digits, minter),
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

    def decimals(self, *, block: BlockId = "latest") -> Operation[int]:
        """How many decimal digits of a unit a wallet shows."""
        return read(self, "decimals()", (), "uint8", lambda out: out[0], block)

    def name(self, *, block: BlockId = "latest") -> Operation[str]:
        """The token's long and short name."""
        return read(self, "name()", (), "string", lambda out: out[0], block)

    def symbol(self, *, block: BlockId = "latest") -> Operation[str]:
        """The contract's `symbol`."""
        return read(self, "symbol()", (), "string", lambda out: out[0], block)

    def total_supply(self, *, block: BlockId = "latest") -> Operation[int]:
        """Units in existence, of a holder, and left of what a holder granted a spender."""
        return read(self, "totalSupply()", (), "uint256", lambda out: out[0], block)

    def balance_of(self, key: str, *, block: BlockId = "latest") -> Operation[int]:
        """The contract's `balanceOf`."""
        return read(self, "balanceOf(address key)", (key,), "uint256", lambda out: out[0], block)

    def allowance(self, key0: str, key1: str, *, block: BlockId = "latest") -> Operation[int]:
        """The contract's `allowance`."""
        return read(
            self,
            "allowance(address key0,address key1)",
            (key0, key1),
            "uint256",
            lambda out: out[0],
            block,
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

    def accept_role(self, role: bytes, *, gas: int | None = None) -> Operation[Receipt]:
        """Takes over a role. Only the one to whom it is offered."""
        return send(self, "accept_role(bytes32 role)", (role,), gas)

    def mint(self, receiver: str, amount: int, *, gas: int | None = None) -> Operation[Receipt]:
        """Makes new tokens. Only the minter."""
        return send(self, "mint(address receiver,uint256 amount)", (receiver, amount), gas)

    def transfer(self, receiver: str, amount: int, *, gas: int | None = None) -> Operation[Receipt]:
        """Moves tokens of the caller's."""
        return send(self, "transfer(address receiver,uint256 amount)", (receiver, amount), gas)

    def transfer_from(
        self,
        owner: str,
        receiver: str,
        amount: int,
        *,
        gas: int | None = None,
    ) -> Operation[Receipt]:
        """Moves tokens of somebody who granted the caller an allowance."""
        return send(
            self,
            "transferFrom(address owner,address receiver,uint256 amount)",
            (owner, receiver, amount),
            gas,
        )

    def approve(self, spender: str, amount: int, *, gas: int | None = None) -> Operation[Receipt]:
        """Lets somebody move tokens of the caller's."""
        return send(self, "approve(address spender,uint256 amount)", (spender, amount), gas)
