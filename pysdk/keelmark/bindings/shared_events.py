"""Generated from the contracts: events of Shared. Do not edit."""

from __future__ import annotations

from dataclasses import dataclass
from typing import ClassVar

from keelmark.bindings.runtime import Event

__all__ = ["RoleProposed", "RoleAccepted"]


@dataclass(frozen=True, slots=True)
class RoleProposed(Event):
    """The event `RoleProposed`."""

    NAME: ClassVar[str] = "RoleProposed"
    TOPIC: ClassVar[bytes] = bytes.fromhex(
        "331c26a025c14e8ad85eb9ffae1c76127c1f26636f91ce3fb2854af2c498a0d1"
    )
    INDEXED: ClassVar[tuple[str, ...]] = ("bytes32", "address")
    DATA: ClassVar[tuple[str, ...]] = ("address",)

    role: bytes
    """Keccak256 of its name."""
    holder: str
    """Who offers it."""
    successor: str
    """Who may accept it; zero withdraws the offer."""


@dataclass(frozen=True, slots=True)
class RoleAccepted(Event):
    """The event `RoleAccepted`."""

    NAME: ClassVar[str] = "RoleAccepted"
    TOPIC: ClassVar[bytes] = bytes.fromhex(
        "9ed6ba8af1cd88641b8ba8fdbb15b1cc95ff20c920c3e6eb8ecb6b55a95894d2"
    )
    INDEXED: ClassVar[tuple[str, ...]] = ("bytes32", "address")
    DATA: ClassVar[tuple[str, ...]] = ("address",)

    role: bytes
    """Keccak256 of its name."""
    holder: str
    """Who holds it from now on."""
    predecessor: str
    """Who held it; zero for the first."""
