"""Generated from the contracts: OrderMatcher. Do not edit."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from keelmark.bindings.runtime import create, read, send
from keelmark.chain.operations import BlockId, Operation, Receipt

__all__ = ["OrderMatcher", "Order"]


@dataclass(frozen=True, slots=True)
class Order:
    """The contract's struct `Order`."""

    house: str
    """The clearing house that novates it."""
    owner: str
    """The wallet that signed it."""
    account: int
    """The owner's account id at the house."""
    instrument: int
    """Instrument id."""
    size: int
    """Wad of the underlier; positive buys, negative sells."""
    limit: int
    """Wad; the highest price of a buy, the lowest of a sale."""
    nonce: int
    """Any number that the owner has not used up."""
    expiry: int
    """Seconds; the last second at which it may be filled."""
    venue: str
    """Who may match it; zero = anyone."""
    kind: int
    """How it is signed; 0 = the owner's own ECDSA signature."""


@dataclass(frozen=True, slots=True)
class OrderMatcher:
    """Checks two orders that their owners signed off chain (EIP-712) and hands the match to the
    clearing house that both name. Who may call what: `match` and `try_match` are for anyone,
    unless an order names a venue, and then for that venue only; `cancel` and `cancel_many` are
    for each owner's own nonces. There is no role, no owner and nothing to configure; the
    contract holds no money and whoever deploys it has no power.
    """

    address: str
    """Where it is, checksummed."""

    @staticmethod
    def create(init_code: bytes, *, gas: int | None = None) -> Operation[Receipt]:
        """Deploys the contract; the receipt names its address."""
        return create("OrderMatcher", init_code, "()", (), gas)

    def root(self, *, block: BlockId = "latest") -> Operation[bytes]:
        """The chain's head. Slot 0."""
        return read(self, "root()", (), "bytes32", lambda out: out[0], block)

    def is_used(self, owner: str, nonce: int, *, block: BlockId = "latest") -> Operation[bool]:
        """Whether a nonce is used up: an order of it filled whole, or cancelled."""
        return read(
            self,
            "is_used(address owner,uint256 nonce)",
            (owner, nonce),
            "bool",
            lambda out: out[0],
            block,
        )

    def digest_of(self, order: Order, *, block: BlockId = "latest") -> Operation[bytes]:
        """What the owner of an order signs."""
        return read(
            self,
            "digest_of((address,address,uint256,uint256,int256,uint256,uint256,uint256,address,"
            "uint256) order)",
            (order,),
            "bytes32",
            lambda out: out[0],
            block,
        )

    def domain_separator(self, *, block: BlockId = "latest") -> Operation[bytes]:
        """The EIP-712 domain of this matcher on this chain."""
        return read(self, "domain_separator()", (), "bytes32", lambda out: out[0], block)

    def filled(self, key: bytes, *, block: BlockId = "latest") -> Operation[int]:
        """Digest to the wad filled so far; zero for fresh and for finished orders. Without it,
        an order could be filled over and over by a part of its size.
        """
        return read(self, "filled(bytes32 key)", (key,), "uint256", lambda out: out[0], block)

    def match(
        self,
        buy: Order,
        buy_signature: bytes,
        sell: Order,
        sell_signature: bytes,
        size: int,
        price: int,
        *,
        gas: int | None = None,
    ) -> Operation[Receipt]:
        """Fills two orders against one another and has their house novate the trade. Anyone may
        call it, or the venue that an order names.
        """
        return send(
            self,
            "match((address,address,uint256,uint256,int256,uint256,uint256,uint256,address,"
            "uint256) buy,bytes buy_signature,(address,address,uint256,uint256,int256,uint256,"
            "uint256,uint256,address,uint256) sell,bytes sell_signature,uint256 size,"
            "uint256 price)",
            (buy, buy_signature, sell, sell_signature, size, price),
            gas,
        )

    def try_match(
        self,
        buy: Order,
        buy_signature: bytes,
        sell: Order,
        sell_signature: bytes,
        size: int,
        price: int,
        *,
        gas: int | None = None,
    ) -> Operation[Receipt]:
        """As `match`, but where the gate denies a side nothing is filled and nothing reverts:
        the house reports it. All else reverts as it does there.
        """
        return send(
            self,
            "try_match((address,address,uint256,uint256,int256,uint256,uint256,uint256,address,"
            "uint256) buy,bytes buy_signature,(address,address,uint256,uint256,int256,uint256,"
            "uint256,uint256,address,uint256) sell,bytes sell_signature,uint256 size,"
            "uint256 price)",
            (buy, buy_signature, sell, sell_signature, size, price),
            gas,
        )

    def cancel(self, nonce: int, *, gas: int | None = None) -> Operation[Receipt]:
        """Ends every order of the caller's that carries a nonce. Reverts if the nonce is used
        up, so that nobody takes a filled order for cancelled.
        """
        return send(self, "cancel(uint256 nonce)", (nonce,), gas)

    def cancel_many(self, nonces: Sequence[int], *, gas: int | None = None) -> Operation[Receipt]:
        """Ends every order of the caller's that carries one of these nonces."""
        return send(self, "cancel_many(uint256[] nonces)", (nonces,), gas)
