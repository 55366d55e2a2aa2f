"""Generated from the contracts: events of SanctionsList. Do not edit."""

from __future__ import annotations

from dataclasses import dataclass
from typing import ClassVar

from keelmark.bindings.runtime import Event

__all__ = ["EntryListed", "EntryDelisted", "ListConfirmed", "ListUpdated"]


@dataclass(frozen=True, slots=True)
class EntryListed(Event):
    """The event `EntryListed`."""

    NAME: ClassVar[str] = "EntryListed"
    TOPIC: ClassVar[bytes] = bytes.fromhex(
        "41f753d32c13c554da21556aba2264a38dd0537dc6bb9723f284f2aa29e9e2f6"
    )
    INDEXED: ClassVar[tuple[str, ...]] = ("address", "bytes32")
    DATA: ClassVar[tuple[str, ...]] = ()

    wallet: str
    """Who is barred from now on."""
    reference: bytes
    """Entry of the published list, left-aligned ASCII."""


@dataclass(frozen=True, slots=True)
class EntryDelisted(Event):
    """The event `EntryDelisted`."""

    NAME: ClassVar[str] = "EntryDelisted"
    TOPIC: ClassVar[bytes] = bytes.fromhex(
        "cf10a0d3d4926fb1ca41a3095510993f0e1524e9f03f84b9d6ecccc8aab12725"
    )
    INDEXED: ClassVar[tuple[str, ...]] = ("address", "bytes32")
    DATA: ClassVar[tuple[str, ...]] = ()

    wallet: str
    """Who is barred no more."""
    reference: bytes
    """Entry under which it was listed, left-aligned ASCII."""


@dataclass(frozen=True, slots=True)
class ListUpdated(Event):
    """The event `ListUpdated`."""

    NAME: ClassVar[str] = "ListUpdated"
    TOPIC: ClassVar[bytes] = bytes.fromhex(
        "a8f83865c6cc490ed7a4476e95dfd2ccd6470e128b72aec80085c00fbab13a82"
    )
    INDEXED: ClassVar[tuple[str, ...]] = ("bytes32", "uint256")
    DATA: ClassVar[tuple[str, ...]] = ("uint256", "uint256", "uint256", "bytes32")

    source: bytes
    """SHA-256 of the published file."""
    as_of: int
    """Seconds: when the list was last said to equal its source."""
    added: int
    """Entries added by this batch."""
    removed: int
    """Entries taken off by this batch."""
    listed: int
    """Entries on the list after it."""
    digest: bytes
    """Of all entries after it (set digest module)."""


@dataclass(frozen=True, slots=True)
class ListConfirmed(Event):
    """The event `ListConfirmed`."""

    NAME: ClassVar[str] = "ListConfirmed"
    TOPIC: ClassVar[bytes] = bytes.fromhex(
        "186141bb24ede70f6e2bc921a8e4d7651c6f06357fdd3aa65db9bb6c20e62d8f"
    )
    INDEXED: ClassVar[tuple[str, ...]] = ("bytes32", "uint256")
    DATA: ClassVar[tuple[str, ...]] = ("uint256", "bytes32")

    source: bytes
    """SHA-256 of the published file."""
    as_of: int
    """Seconds: when the list was seen to equal it."""
    listed: int
    """Entries on the list."""
    digest: bytes
    """Of all entries (set digest module)."""
