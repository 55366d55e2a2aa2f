"""Generated from the contracts: events of ClearingHouse. Do not edit."""

from __future__ import annotations

from dataclasses import dataclass
from typing import ClassVar

from keelmark.bindings.runtime import Event

__all__ = [
    "MemberAdmitted",
    "AccountClosed",
    "AccountOpened",
    "ActDenied",
    "BackstopCommitted",
    "CollateralDeposited",
    "CollateralListed",
    "CollateralWithdrawn",
    "FundingRolled",
    "MarginCallEnded",
    "MarginCalled",
    "PositionLiquidated",
    "TradeReported",
]


@dataclass(frozen=True, slots=True)
class MemberAdmitted(Event):
    """A party became a clearing member. CDE 2.16 (its LEI, by the registry)."""

    NAME: ClassVar[str] = "MemberAdmitted"
    TOPIC: ClassVar[bytes] = bytes.fromhex(
        "c2054fea6fd69b502d2a9068ef1d6f685293e96bd7336698350e048b4311019f"
    )
    INDEXED: ClassVar[tuple[str, ...]] = ("uint256", "address")
    DATA: ClassVar[tuple[str, ...]] = ("uint256",)

    member: int
    wallet: str
    flags: int
    """Account flags."""


@dataclass(frozen=True, slots=True)
class AccountOpened(Event):
    """A client's account was opened by the member that carries it."""

    NAME: ClassVar[str] = "AccountOpened"
    TOPIC: ClassVar[bytes] = bytes.fromhex(
        "c9a1024b4552ea7cec3dd48ade5ac0f555426b942680be1a13f4769f76cd3bf9"
    )
    INDEXED: ClassVar[tuple[str, ...]] = ("uint256", "uint256")
    DATA: ClassVar[tuple[str, ...]] = ("address", "uint256")

    account: int
    """CDE 2.30."""
    member: int
    """CDE 2.16."""
    wallet: str
    flags: int
    """Account flags."""


@dataclass(frozen=True, slots=True)
class AccountClosed(Event):
    """The event `AccountClosed`."""

    NAME: ClassVar[str] = "AccountClosed"
    TOPIC: ClassVar[bytes] = bytes.fromhex(
        "3f2ce5bb0762824b452ca76c329cac8caaf22396ad8c6e68b9704c3bcd1c4489"
    )
    INDEXED: ClassVar[tuple[str, ...]] = ("uint256", "uint256")
    DATA: ClassVar[tuple[str, ...]] = ("address",)

    account: int
    """CDE 2.30."""
    member: int
    """CDE 2.16."""
    wallet: str


@dataclass(frozen=True, slots=True)
class BackstopCommitted(Event):
    """A member promises to take over up to `amount` of notional."""

    NAME: ClassVar[str] = "BackstopCommitted"
    TOPIC: ClassVar[bytes] = bytes.fromhex(
        "cbb78ca7bd656c2d2c5936b0d5cd456c0c291bebd24279bd1de3bfe1984e7f3d"
    )
    INDEXED: ClassVar[tuple[str, ...]] = ("uint256", "address")
    DATA: ClassVar[tuple[str, ...]] = ("uint256",)

    member: int
    wallet: str
    amount: int
    """Wad."""


@dataclass(frozen=True, slots=True)
class CollateralListed(Event):
    """The event `CollateralListed`."""

    NAME: ClassVar[str] = "CollateralListed"
    TOPIC: ClassVar[bytes] = bytes.fromhex(
        "4a76da7c931551c47c8fb24c5a162630e67c4c3ca05a2116cf825aac81faf451"
    )
    INDEXED: ClassVar[tuple[str, ...]] = ("uint256", "uint256")
    DATA: ClassVar[tuple[str, ...]] = ("address", "uint256")

    asset: int
    feed: int
    token: str
    word: int
    """Collateral word."""


@dataclass(frozen=True, slots=True)
class CollateralDeposited(Event):
    """The event `CollateralDeposited`."""

    NAME: ClassVar[str] = "CollateralDeposited"
    TOPIC: ClassVar[bytes] = bytes.fromhex(
        "2469db84a167a07c08e5176265c38c30bd432f755310fe458c11b456cba38533"
    )
    INDEXED: ClassVar[tuple[str, ...]] = ("uint256", "uint256")
    DATA: ClassVar[tuple[str, ...]] = ("uint256", "int256")

    account: int
    """CDE 2.30."""
    asset: int
    """0 = settlement token."""
    amount: int
    """Token units; CDE 2.31."""
    balance: int
    """Asset 0: cash (wad) after; else token units after."""


@dataclass(frozen=True, slots=True)
class CollateralWithdrawn(Event):
    """The event `CollateralWithdrawn`."""

    NAME: ClassVar[str] = "CollateralWithdrawn"
    TOPIC: ClassVar[bytes] = bytes.fromhex(
        "7a14c67f3ddf9792c0db77950a2bf9147a80f215848a9fb97e0c7c8fe45a2ecd"
    )
    INDEXED: ClassVar[tuple[str, ...]] = ("uint256", "uint256")
    DATA: ClassVar[tuple[str, ...]] = ("uint256", "int256")

    account: int
    """CDE 2.30."""
    asset: int
    """0 = settlement token."""
    amount: int
    """Token units."""
    balance: int
    """Asset 0: cash (wad) after; else token units after."""


@dataclass(frozen=True, slots=True)
class ActDenied(Event):
    """The gate denied an act, and nothing else happened."""

    NAME: ClassVar[str] = "ActDenied"
    TOPIC: ClassVar[bytes] = bytes.fromhex(
        "a992242d3aa7eb0d1adad8f7edb99baf22f2043a8f6489f01a50234ed1560f21"
    )
    INDEXED: ClassVar[tuple[str, ...]] = ("uint256", "address")
    DATA: ClassVar[tuple[str, ...]] = ("uint256", "uint256", "uint256", "int256", "bytes32")

    account: int
    """CDE 2.30."""
    wallet: str
    """Who wanted to act."""
    action: int
    """1 open .. 7 deposit (action gate module)."""
    reason: int
    """The gate's reason (action gate module)."""
    subject: int
    """Instrument id, or asset of a payment."""
    amount: int
    """Signed size (wad), or token units of a payment."""
    reference: bytes
    """Names the match; zero for a payment."""


@dataclass(frozen=True, slots=True)
class TradeReported(Event):
    """One leg of a fill, with the position after it (perpetuals report at position level). CDE
    2.112 PSTN for perpetuals, else TCTN.
    """

    NAME: ClassVar[str] = "TradeReported"
    TOPIC: ClassVar[bytes] = bytes.fromhex(
        "c9e59ddd9cb28d251a8cb11ace854ac8a20a5e70fb79ad349ba45655cac0006a"
    )
    INDEXED: ClassVar[tuple[str, ...]] = ("uint256", "uint256")
    DATA: ClassVar[tuple[str, ...]] = (
        "bytes32",
        "bytes32",
        "uint256",
        "int256",
        "uint256",
        "uint256",
        "int256",
        "int256",
        "int256",
        "int256",
        "uint256",
    )

    account: int
    """CDE 2.30; parties 2.6 and 2.7 by the registry."""
    instrument: int
    """CDE 2.102 by the registry."""
    uti: bytes
    """LEI in 104 bits, then 128 bits."""
    prior_uti: bytes
    """CDE 2.96, names the match."""
    execution: int
    """CDE 2.107, 2.108: way | action << 8 | account flags << 16."""
    size: int
    """Wad, + bought; CDE 2.13 its sign, 2.79 its amount."""
    price: int
    """Wad; CDE 2.50."""
    index: int
    """Wad; CDE 2.105 the price board."""
    position_size: int
    """Wad, after."""
    position_quote: int
    """Wad, after, as if funding had begun at zero."""
    cash: int
    """Wad, after."""
    equity: int
    """Wad, after."""
    initial_margin: int
    """Wad, after; CDE 2.34."""


@dataclass(frozen=True, slots=True)
class FundingRolled(Event):
    """The event `FundingRolled`."""

    NAME: ClassVar[str] = "FundingRolled"
    TOPIC: ClassVar[bytes] = bytes.fromhex(
        "966613da69e93e1d5701fb090952b4d5ed5c22b34754891e036f9cb711401247"
    )
    INDEXED: ClassVar[tuple[str, ...]] = ("uint256", "uint256")
    DATA: ClassVar[tuple[str, ...]] = ("int256", "int256", "uint256", "int256", "uint256")

    instrument: int
    feed: int
    funding_index: int
    """Wad per unit of size since listing."""
    funding_rate: int
    """Wad per unit of size per second, + longs pay."""
    index: int
    """Wad."""
    premium: int
    """1e-8, after the clamp."""
    weight: int
    """Whole settlement units of notional that were averaged."""


@dataclass(frozen=True, slots=True)
class PositionLiquidated(Event):
    """CDE 2.108 ETRM. Its two legs were reported just before as TradeReported."""

    NAME: ClassVar[str] = "PositionLiquidated"
    TOPIC: ClassVar[bytes] = bytes.fromhex(
        "7e81d75b54d214dbbec69a02576a6784eceeaf731c7dacfb9c1019425fc7d6d1"
    )
    INDEXED: ClassVar[tuple[str, ...]] = ("uint256", "uint256")
    DATA: ClassVar[tuple[str, ...]] = (
        "uint256",
        "uint256",
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
    instrument: int
    taker: int
    """Account id."""
    mode: int
    """2 liquidation, 3 backstop, 4 compulsory close."""
    size: int
    """Wad."""
    mark: int
    """Wad."""
    penalty: int
    """Wad, to the taker."""
    equity_before: int
    """Wad."""
    margin_before: int
    """Wad."""
    equity_after: int
    """Wad."""
    margin_after: int
    """Wad."""


@dataclass(frozen=True, slots=True)
class MarginCalled(Event):
    """A margin call; for retail it is information, close-out has its own trigger."""

    NAME: ClassVar[str] = "MarginCalled"
    TOPIC: ClassVar[bytes] = bytes.fromhex(
        "d1cf359132934ec387e04aa4678d4211ed6901ceae5ab324f2d43ba817f9a3c7"
    )
    INDEXED: ClassVar[tuple[str, ...]] = ("uint256", "uint256")
    DATA: ClassVar[tuple[str, ...]] = ("int256", "uint256", "uint256")

    account: int
    """CDE 2.30."""
    member: int
    """CDE 2.16."""
    equity: int
    """Wad."""
    initial_margin: int
    """Wad; CDE 2.34."""
    deadline: int
    """Seconds."""


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
