"""Generated from the contracts: events of OrderMatcher. Do not edit."""

from __future__ import annotations

from dataclasses import dataclass
from typing import ClassVar

from keelmark.bindings.runtime import Event

__all__ = ["OrderCancelled", "OrderPartlyFilled"]


@dataclass(frozen=True, slots=True)
class OrderCancelled(Event):
    """An owner withdrew a nonce, and with it every order that carries it."""

    NAME: ClassVar[str] = "OrderCancelled"
    TOPIC: ClassVar[bytes] = bytes.fromhex(
        "dd003742fb214507783ce004fe55f5ac14f89c6de4a7cd7487e47eb091c62265"
    )
    INDEXED: ClassVar[tuple[str, ...]] = ("address", "uint256")
    DATA: ClassVar[tuple[str, ...]] = ()

    owner: str
    nonce: int


@dataclass(frozen=True, slots=True)
class OrderPartlyFilled(Event):
    """An order was filled in part and stays open."""

    NAME: ClassVar[str] = "OrderPartlyFilled"
    TOPIC: ClassVar[bytes] = bytes.fromhex(
        "461b65d3dbbd4f7a2730de88e0624ac75b63adc0b8f8d23e07dcdf7475341c0b"
    )
    INDEXED: ClassVar[tuple[str, ...]] = ("bytes32", "address")
    DATA: ClassVar[tuple[str, ...]] = ("uint256", "uint256")

    digest: bytes
    """The order's EIP-712 digest."""
    owner: str
    filled: int
    """Wad filled so far, this match included."""
    size: int
    """Wad of the whole order, without sign."""
