"""Generated from the contracts: events of TestToken. Do not edit."""

from __future__ import annotations

from dataclasses import dataclass
from typing import ClassVar

from keelmark.bindings.runtime import Event

__all__ = ["Transfer", "Approval"]


@dataclass(frozen=True, slots=True)
class Transfer(Event):
    """Tokens moved; the zero address sends what is minted."""

    NAME: ClassVar[str] = "Transfer"
    TOPIC: ClassVar[bytes] = bytes.fromhex(
        "ddf252ad1be2c89b69c2b068fc378daa952ba7f163c4a11628f55a4df523b3ef"
    )
    INDEXED: ClassVar[tuple[str, ...]] = ("address", "address")
    DATA: ClassVar[tuple[str, ...]] = ("uint256",)

    sender: str
    receiver: str
    amount: int
    """Units."""


@dataclass(frozen=True, slots=True)
class Approval(Event):
    """An allowance was set."""

    NAME: ClassVar[str] = "Approval"
    TOPIC: ClassVar[bytes] = bytes.fromhex(
        "8c5be1e5ebec7d5bd14f71427d1e84f3dd0314c0f7b2291e5b200ac8c7c3b925"
    )
    INDEXED: ClassVar[tuple[str, ...]] = ("address", "address")
    DATA: ClassVar[tuple[str, ...]] = ("uint256",)

    owner: str
    spender: str
    amount: int
    """Units."""
