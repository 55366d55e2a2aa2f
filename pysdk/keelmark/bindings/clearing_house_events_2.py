"""Generated from the contracts: events of ClearingHouse. Do not edit."""

from __future__ import annotations

from dataclasses import dataclass
from typing import ClassVar

from keelmark.bindings.runtime import Event

__all__ = [
    "CollateralSold",
    "DebtPaid",
    "DebtRecorded",
    "DeficitExtinguished",
    "EngineChosen",
    "GainCounted",
    "GainScaled",
    "InstrumentListed",
    "InstrumentSettled",
    "LossAllocated",
    "LossCovered",
    "OptionExercised",
    "OptionListed",
    "PositionSettled",
    "RiskArrayRefreshed",
]


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


@dataclass(frozen=True, slots=True)
class InstrumentListed(Event):
    """The event `InstrumentListed`."""

    NAME: ClassVar[str] = "InstrumentListed"
    TOPIC: ClassVar[bytes] = bytes.fromhex(
        "2322a76812fd981c2dcadfd8ba978b5139efb32481a403ef21686c627526d140"
    )
    INDEXED: ClassVar[tuple[str, ...]] = ("uint256", "uint256")
    DATA: ClassVar[tuple[str, ...]] = ("uint256",)

    instrument: int
    feed: int
    word: int
    """Instrument word."""


@dataclass(frozen=True, slots=True)
class OptionListed(Event):
    """Follows InstrumentListed where the instrument is an option."""

    NAME: ClassVar[str] = "OptionListed"
    TOPIC: ClassVar[bytes] = bytes.fromhex(
        "bd9ea62d3c6a2132ce216bde89be557b3e8a0543163f354759ab261228950abb"
    )
    INDEXED: ClassVar[tuple[str, ...]] = ("uint256", "uint256")
    DATA: ClassVar[tuple[str, ...]] = ("uint256",)

    instrument: int
    feed: int
    word: int
    """Option word: strike in 88 bits (wad; CDE 2.60), 1 << 88 if a call."""


@dataclass(frozen=True, slots=True)
class RiskArrayRefreshed(Event):
    """An option's valuation, CDE 2.28 mark-to-model."""

    NAME: ClassVar[str] = "RiskArrayRefreshed"
    TOPIC: ClassVar[bytes] = bytes.fromhex(
        "8f4380140cc47206402a60ef99bf62de9d272395335423ce751a709e5764d084"
    )
    INDEXED: ClassVar[tuple[str, ...]] = ("uint256", "uint256")
    DATA: ClassVar[tuple[str, ...]] = (
        "uint256",
        "uint256",
        "uint256",
        "uint256",
        "int256",
        "uint256",
        "bytes32",
    )

    instrument: int
    feed: int
    lanes: int
    """Array word."""
    word: int
    """Instrument word after; the mark is in bits 104 to 191 (CDE 2.25)."""
    forward: int
    """Wad, of the option's expiry."""
    volatility: int
    """Wad, annualised."""
    delta: int
    """Wad, forward delta of one unit long (CDE 2.71)."""
    surface: int
    """Board's surface word: epoch in 16 bits, its time in the next 32."""
    model: bytes
    """Digest of convention, instrument, option, forward, volatility, surface."""


@dataclass(frozen=True, slots=True)
class InstrumentSettled(Event):
    """The event `InstrumentSettled`."""

    NAME: ClassVar[str] = "InstrumentSettled"
    TOPIC: ClassVar[bytes] = bytes.fromhex(
        "95f650e0ae77e59cccf44a13974d352c48657401e210b37972ccc603b24887b5"
    )
    INDEXED: ClassVar[tuple[str, ...]] = ("uint256", "uint256")
    DATA: ClassVar[tuple[str, ...]] = ("uint256", "uint256")

    instrument: int
    feed: int
    price: int
    """Wad."""
    expiry: int
    """Seconds; CDE 2.19."""


@dataclass(frozen=True, slots=True)
class OptionExercised(Event):
    """European exercise of every position at once, in cash."""

    NAME: ClassVar[str] = "OptionExercised"
    TOPIC: ClassVar[bytes] = bytes.fromhex(
        "692855fe600b813b060828bb9e848686c69fd0ccb112658ed47f8e2ccd3befdf"
    )
    INDEXED: ClassVar[tuple[str, ...]] = ("uint256", "uint256")
    DATA: ClassVar[tuple[str, ...]] = ("uint256", "uint256", "uint256", "uint256")

    instrument: int
    feed: int
    price: int
    """Wad, settlement price of the underlier."""
    strike: int
    """Wad; CDE 2.60."""
    payoff: int
    """Wad, what one unit pays."""
    expiry: int
    """Seconds; CDE 2.19, and first exercise date 2.67."""


@dataclass(frozen=True, slots=True)
class PositionSettled(Event):
    """The event `PositionSettled`."""

    NAME: ClassVar[str] = "PositionSettled"
    TOPIC: ClassVar[bytes] = bytes.fromhex(
        "98ba575de0b326cbcbaa8352624d077d5909eae5a0d7042f2b513405dc85fbd1"
    )
    INDEXED: ClassVar[tuple[str, ...]] = ("uint256", "uint256")
    DATA: ClassVar[tuple[str, ...]] = ("int256", "int256", "int256")

    account: int
    """CDE 2.30."""
    instrument: int
    size: int
    """Wad, before."""
    cash_flow: int
    """Wad."""
    cash: int
    """Wad, after."""


@dataclass(frozen=True, slots=True)
class EngineChosen(Event):
    """The event `EngineChosen`."""

    NAME: ClassVar[str] = "EngineChosen"
    TOPIC: ClassVar[bytes] = bytes.fromhex(
        "ddeafbb176e506a095b8997fc84d93634897c0af39e6e3604d6c2c31fe603c2e"
    )
    INDEXED: ClassVar[tuple[str, ...]] = ("uint256", "uint256")
    DATA: ClassVar[tuple[str, ...]] = ("uint256",)

    account: int
    """CDE 2.30."""
    member: int
    """CDE 2.16."""
    engine: int
    """0 schedule, 1 scenarios."""
