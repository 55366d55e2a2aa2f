"""Generated from the contracts: events of InstrumentRegistry. Do not edit."""

from __future__ import annotations

from dataclasses import dataclass
from typing import ClassVar

from keelmark.bindings.runtime import Event

__all__ = ["UnderlierRegistered", "InstrumentRegistered", "UpiAssigned"]


@dataclass(frozen=True, slots=True)
class UnderlierRegistered(Event):
    """The event `UnderlierRegistered`."""

    NAME: ClassVar[str] = "UnderlierRegistered"
    TOPIC: ClassVar[bytes] = bytes.fromhex(
        "a3efee9df5ced9f9276be9eb5e0be9f41d87f6841632d1d27212b6617a980595"
    )
    INDEXED: ClassVar[tuple[str, ...]] = ("uint256", "bytes32")
    DATA: ClassVar[tuple[str, ...]] = ("uint256", "bytes32")

    underlier: int
    """Dense id, also the feed on the price board."""
    dti: bytes
    """Nine ASCII characters, left-aligned; zero if no token (CDE 2.14 EMIR)."""
    asset_class: int
    """1 credit .. 6 other, 7 crypto (crypto indicator, CDE 2.106)."""
    symbol: bytes
    """Up to eight ASCII characters, left-aligned."""


@dataclass(frozen=True, slots=True)
class InstrumentRegistered(Event):
    """The event `InstrumentRegistered`."""

    NAME: ClassVar[str] = "InstrumentRegistered"
    TOPIC: ClassVar[bytes] = bytes.fromhex(
        "47629897896c5e27b37047d6f2876691bb176d57efa7eaf683263f5239656995"
    )
    INDEXED: ClassVar[tuple[str, ...]] = ("uint256", "uint256")
    DATA: ClassVar[tuple[str, ...]] = (
        "uint256",
        "uint256",
        "uint256",
        "bytes32",
        "bytes32",
        "bytes32",
        "uint256",
    )

    instrument: int
    """Dense id."""
    underlier: int
    """Dense id."""
    kind: int
    """1 perpetual future, 2 dated future, 3 option."""
    expiry: int
    """Seconds; 0 for a perpetual (CDE 2.2)."""
    lot_exp: int
    """The lot is 10^lot_exp wad of the underlier."""
    cfi: bytes
    """Six ASCII letters, left-aligned; says call or put (EMIR 2.9)."""
    upi: bytes
    """Twelve ASCII characters, left-aligned, or zero (EMIR 2.8)."""
    settlement_currency: bytes
    """ISO 4217 or DTI, left-aligned (CDE 2.20)."""
    strike: int
    """Wad, settlement currency per unit; 0 if no option (CDE 2.60)."""


@dataclass(frozen=True, slots=True)
class UpiAssigned(Event):
    """The event `UpiAssigned`."""

    NAME: ClassVar[str] = "UpiAssigned"
    TOPIC: ClassVar[bytes] = bytes.fromhex(
        "4b16a2dbfc49e6b75605cbabde6227cf8f6e2a34a92172dfdd4acfd46e807277"
    )
    INDEXED: ClassVar[tuple[str, ...]] = ("uint256", "bytes32")
    DATA: ClassVar[tuple[str, ...]] = ()

    instrument: int
    """Dense id."""
    upi: bytes
    """Twelve ASCII characters, left-aligned (EMIR 2.8)."""
