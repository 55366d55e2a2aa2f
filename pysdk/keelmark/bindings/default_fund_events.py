"""Generated from the contracts: events of DefaultFund. Do not edit."""

from __future__ import annotations

from dataclasses import dataclass
from typing import ClassVar

from keelmark.bindings.runtime import Event

__all__ = [
    "ShareContributed",
    "EpochOpened",
    "LayersRefilled",
    "LossAbsorbed",
    "ResourcesDedicated",
    "ShareClaimed",
    "ShareWithdrawn",
]


@dataclass(frozen=True, slots=True)
class ShareContributed(Event):
    """A member put money into a house's pool."""

    NAME: ClassVar[str] = "ShareContributed"
    TOPIC: ClassVar[bytes] = bytes.fromhex(
        "1874ae5eca99d06e33f17f66a870519748dbf8b861fd925d945327f5e27caa57"
    )
    INDEXED: ClassVar[tuple[str, ...]] = ("address", "uint256")
    DATA: ClassVar[tuple[str, ...]] = ("uint256", "uint256", "uint256")

    house: str
    member: int
    """Account id."""
    amount: int
    """Units of the token."""
    shares: int
    """New shares."""
    pool: int
    """Units, after."""


@dataclass(frozen=True, slots=True)
class ShareWithdrawn(Event):
    """A member that carries no account took money out."""

    NAME: ClassVar[str] = "ShareWithdrawn"
    TOPIC: ClassVar[bytes] = bytes.fromhex(
        "25da0df96588c427b09b8dd1b022874fa9898a10d2fab25a4884ab7e0b8813fa"
    )
    INDEXED: ClassVar[tuple[str, ...]] = ("address", "uint256")
    DATA: ClassVar[tuple[str, ...]] = ("uint256", "uint256", "uint256")

    house: str
    member: int
    amount: int
    """Units."""
    shares: int
    """Shares burnt."""
    pool: int
    """Units, after."""


@dataclass(frozen=True, slots=True)
class ShareClaimed(Event):
    """A member took what was reinstated to a closed epoch."""

    NAME: ClassVar[str] = "ShareClaimed"
    TOPIC: ClassVar[bytes] = bytes.fromhex(
        "24410672777f092962b708d9c265cccf9fa059f31d62e01e20806814c73907fe"
    )
    INDEXED: ClassVar[tuple[str, ...]] = ("address", "uint256")
    DATA: ClassVar[tuple[str, ...]] = ("uint256", "uint256", "uint256", "uint256")

    house: str
    member: int
    epoch: int
    amount: int
    """Units."""
    shares: int
    """Shares burnt, all it had there."""
    pool: int
    """Units of that epoch, after."""


@dataclass(frozen=True, slots=True)
class EpochOpened(Event):
    """A new epoch of shares began, as the last pool was wiped out."""

    NAME: ClassVar[str] = "EpochOpened"
    TOPIC: ClassVar[bytes] = bytes.fromhex(
        "74e9768707f91c6a02dc7e0c6a44074d93edf4a6ed530d7e9c926edae46fad13"
    )
    INDEXED: ClassVar[tuple[str, ...]] = ("address", "uint256")
    DATA: ClassVar[tuple[str, ...]] = ("uint256", "uint256")

    house: str
    epoch: int
    """The new one."""
    pool: int
    """Units left in the one before."""
    shares: int
    """Shares left in the one before."""


@dataclass(frozen=True, slots=True)
class ResourcesDedicated(Event):
    """Somebody gave a house resources to lose before its members do."""

    NAME: ClassVar[str] = "ResourcesDedicated"
    TOPIC: ClassVar[bytes] = bytes.fromhex(
        "a1f2e28f8a3c60d5506fcfba86e8d5201043a1848d269b3f617c14b4c9072a91"
    )
    INDEXED: ClassVar[tuple[str, ...]] = ("address", "address")
    DATA: ClassVar[tuple[str, ...]] = ("uint256", "uint256")

    house: str
    payer: str
    amount: int
    """Units."""
    dedicated: int
    """Units, after."""


@dataclass(frozen=True, slots=True)
class LossAbsorbed(Event):
    """A house drew on its book; the three amounts are paid to it."""

    NAME: ClassVar[str] = "LossAbsorbed"
    TOPIC: ClassVar[bytes] = bytes.fromhex(
        "86dbd04eccc9013754ea9a9c0211fdd498ce37b56d6ec4bc2775350a53d87c4a"
    )
    INDEXED: ClassVar[tuple[str, ...]] = ("address", "uint256")
    DATA: ClassVar[tuple[str, ...]] = ("uint256", "uint256", "uint256", "uint256", "uint256")

    house: str
    member: int
    """Who carried the account that failed."""
    from_member: int
    """Units, from its own share."""
    from_house: int
    """Units, from the dedicated resources."""
    from_others: int
    """Units, from the other members, pro rata."""
    pool: int
    """Units, after."""
    dedicated: int
    """Units, after."""


@dataclass(frozen=True, slots=True)
class LayersRefilled(Event):
    """A debtor paid, and the layers that had paid for it were refilled."""

    NAME: ClassVar[str] = "LayersRefilled"
    TOPIC: ClassVar[bytes] = bytes.fromhex(
        "d9b61986889cf5e925f46c78404f4d8129adaaa1503092912ecaa7d98ce15f25"
    )
    INDEXED: ClassVar[tuple[str, ...]] = ("address", "uint256")
    DATA: ClassVar[tuple[str, ...]] = (
        "uint256",
        "uint256",
        "uint256",
        "uint256",
        "uint256",
        "uint256",
    )

    house: str
    member: int
    from_member: int
    """Units back to the member's share."""
    from_house: int
    """Units back to the dedicated resources."""
    from_others: int
    """Units back to the pool."""
    shares: int
    """New shares of the member."""
    pool: int
    """Units of the open epoch, after."""
    dedicated: int
    """Units, after."""
