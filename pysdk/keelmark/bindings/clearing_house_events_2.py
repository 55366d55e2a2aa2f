"""Generated from the contracts: events of ClearingHouse. Do not edit."""

from __future__ import annotations

from dataclasses import dataclass
from typing import ClassVar

from keelmark.bindings.runtime import Event

__all__ = [
    "MarginCallEnded",
    "CollateralSold",
    "DebtPaid",
    "DebtRecorded",
    "DeficitExtinguished",
    "GainCounted",
    "GainScaled",
    "LossAllocated",
    "LossCovered",
]


@dataclass(frozen=True, slots=True)
class MarginCallEnded(Event):
    """The event `MarginCallEnded`."""

    NAME: ClassVar[str] = "MarginCallEnded"
    TOPIC: ClassVar[bytes] = bytes.fromhex(
        "577ca4f35edfb277eb7650127c9cb19794611de98d5ebb94bd03a28aca16a295"
    )
    INDEXED: ClassVar[tuple[str, ...]] = ("uint256", "uint256")
    DATA: ClassVar[tuple[str, ...]] = ("int256", "uint256")

    account: int
    """CDE 2.30."""
    member: int
    """CDE 2.16."""
    equity: int
    """Wad."""
    initial_margin: int
    """Wad; CDE 2.34."""


@dataclass(frozen=True, slots=True)
class CollateralSold(Event):
    """The event `CollateralSold`."""

    NAME: ClassVar[str] = "CollateralSold"
    TOPIC: ClassVar[bytes] = bytes.fromhex(
        "e941266f14f68682c8be4f34f76488cda645542cef165c9f593d5f6795b26698"
    )
    INDEXED: ClassVar[tuple[str, ...]] = ("uint256", "uint256")
    DATA: ClassVar[tuple[str, ...]] = (
        "uint256",
        "uint256",
        "uint256",
        "int256",
        "uint256",
        "int256",
        "uint256",
    )

    account: int
    """CDE 2.30."""
    asset: int
    buyer: int
    """Account id."""
    amount: int
    """Token units."""
    cost: int
    """Wad."""
    cash: int
    """Wad, seller's after."""
    balance: int
    """Token units, seller's after."""
    buyer_cash: int
    """Wad, after."""
    buyer_balance: int
    """Token units, after."""


@dataclass(frozen=True, slots=True)
class LossAllocated(Event):
    """The account's cash goes to zero and the member's falls by `from_member_cash`."""

    NAME: ClassVar[str] = "LossAllocated"
    TOPIC: ClassVar[bytes] = bytes.fromhex(
        "1779d449ca6a0bbcd35265f651d291a3c53d4ffc1f17f6c728b8cc5eaa09c3c2"
    )
    INDEXED: ClassVar[tuple[str, ...]] = ("uint256", "uint256")
    DATA: ClassVar[tuple[str, ...]] = (
        "uint256",
        "uint256",
        "uint256",
        "uint256",
        "uint256",
        "uint256",
    )

    account: int
    member: int
    deficit: int
    """Wad, as all below."""
    from_member_cash: int
    from_member_share: int
    from_house: int
    from_others: int
    uncovered: int


@dataclass(frozen=True, slots=True)
class DebtRecorded(Event):
    """The event `DebtRecorded`."""

    NAME: ClassVar[str] = "DebtRecorded"
    TOPIC: ClassVar[bytes] = bytes.fromhex(
        "2ae4b1c8105f28e27b625f72264b61bced129711dfe7a6b374b507101790c997"
    )
    INDEXED: ClassVar[tuple[str, ...]] = ("uint256", "uint256")
    DATA: ClassVar[tuple[str, ...]] = ("uint256",)

    account: int
    member: int
    amount: int
    """Wad."""


@dataclass(frozen=True, slots=True)
class DebtPaid(Event):
    """The event `DebtPaid`."""

    NAME: ClassVar[str] = "DebtPaid"
    TOPIC: ClassVar[bytes] = bytes.fromhex(
        "52c6347d133059a788ff9858d5cffc76f29f2a9b93eb503bee6ed091b3f98958"
    )
    INDEXED: ClassVar[tuple[str, ...]] = ("uint256", "uint256")
    DATA: ClassVar[tuple[str, ...]] = ("uint256", "uint256")

    account: int
    member: int
    amount: int
    """Wad."""
    remaining: int
    """Wad."""


@dataclass(frozen=True, slots=True)
class DeficitExtinguished(Event):
    """Negative balance protection."""

    NAME: ClassVar[str] = "DeficitExtinguished"
    TOPIC: ClassVar[bytes] = bytes.fromhex(
        "0b67b93fc77c1f47bdf412042fe98c61065583dd7cf8ef9a06e6d9aa3dca8b0c"
    )
    INDEXED: ClassVar[tuple[str, ...]] = ("uint256", "uint256")
    DATA: ClassVar[tuple[str, ...]] = ("uint256",)

    account: int
    member: int
    amount: int
    """Wad."""


@dataclass(frozen=True, slots=True)
class LossCovered(Event):
    """The event `LossCovered`."""

    NAME: ClassVar[str] = "LossCovered"
    TOPIC: ClassVar[bytes] = bytes.fromhex(
        "42a55bd777a4e159cfa82f37ae454ed6ef8f578d2bc41a32f966ec2ddc6d044b"
    )
    INDEXED: ClassVar[tuple[str, ...]] = ("uint256", "address")
    DATA: ClassVar[tuple[str, ...]] = ("uint256", "uint256")

    episode: int
    payer: str
    amount: int
    """Wad."""
    uncovered: int
    """Wad, after."""


@dataclass(frozen=True, slots=True)
class GainCounted(Event):
    """The event `GainCounted`."""

    NAME: ClassVar[str] = "GainCounted"
    TOPIC: ClassVar[bytes] = bytes.fromhex(
        "54724d29d1b63cab60039d3ba0b73f5d86307ecca7592e0bc50518ea3a41a588"
    )
    INDEXED: ClassVar[tuple[str, ...]] = ("uint256", "uint256")
    DATA: ClassVar[tuple[str, ...]] = ("uint256", "uint256")

    account: int
    episode: int
    gain: int
    """Wad."""
    total: int
    """Wad."""


@dataclass(frozen=True, slots=True)
class GainScaled(Event):
    """The event `GainScaled`."""

    NAME: ClassVar[str] = "GainScaled"
    TOPIC: ClassVar[bytes] = bytes.fromhex(
        "2ee56b9c73080e9082b9362999e968d84c8f0596acaaf03c7156981a9341b05e"
    )
    INDEXED: ClassVar[tuple[str, ...]] = ("uint256", "uint256")
    DATA: ClassVar[tuple[str, ...]] = ("uint256", "int256")

    account: int
    episode: int
    amount: int
    """Wad."""
    cash: int
    """Wad, after."""
