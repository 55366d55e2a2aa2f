"""Generated from the contracts: events of PriceBoard. Do not edit."""

from __future__ import annotations

from dataclasses import dataclass
from typing import ClassVar

from keelmark.bindings.runtime import Event

__all__ = [
    "PriceUpdated",
    "FeedChangeAnnounced",
    "FeedChanged",
    "ReporterAdded",
    "SettlementObserved",
    "SurfaceExpiryAdded",
    "SurfaceListed",
    "SurfaceUpdated",
]


@dataclass(frozen=True, slots=True)
class PriceUpdated(Event):
    """The event `PriceUpdated`."""

    NAME: ClassVar[str] = "PriceUpdated"
    TOPIC: ClassVar[bytes] = bytes.fromhex(
        "938b397ecc16f709a41986a29f0b952bcc37effa2377385ad5677cf180f4aa5b"
    )
    INDEXED: ClassVar[tuple[str, ...]] = ("uint256", "uint256")
    DATA: ClassVar[tuple[str, ...]] = ("uint256", "uint256", "uint256", "uint256")

    feed: int
    """Underlier id, or a collateral's feed."""
    round: int
    """Seconds; newest source time used."""
    price: int
    """Wad, settlement currency per unit."""
    valid_until: int
    """Seconds; stale after it."""
    flags: int
    """1 jump against the price before, 2 the price before was stale."""
    grace_until: int
    """Seconds; liquidations wait until then; 0 = no change."""


@dataclass(frozen=True, slots=True)
class SettlementObserved(Event):
    """The event `SettlementObserved`."""

    NAME: ClassVar[str] = "SettlementObserved"
    TOPIC: ClassVar[bytes] = bytes.fromhex(
        "3203969b3f699ff353ae1d2d3397527fc8313c6b9554d658efd49fb5de0a6c20"
    )
    INDEXED: ClassVar[tuple[str, ...]] = ("uint256", "uint256")
    DATA: ClassVar[tuple[str, ...]] = ("uint256", "uint256", "uint256", "uint256")

    feed: int
    expiry: int
    """Seconds, 08:00 UTC (CDE 2.2)."""
    minute: int
    """1 to 30 before expiry, more after it."""
    price: int
    """Wad, the observation."""
    count: int
    """Observations so far."""
    sum: int
    """Wad, their sum; settlement price = sum / count, rounded down."""


@dataclass(frozen=True, slots=True)
class FeedChanged(Event):
    """The event `FeedChanged`."""

    NAME: ClassVar[str] = "FeedChanged"
    TOPIC: ClassVar[bytes] = bytes.fromhex(
        "acdc7aceab829f8de237493068fedb4872a2339a6c2ed175b5ea6f987933686c"
    )
    INDEXED: ClassVar[tuple[str, ...]] = ("uint256", "uint256")
    DATA: ClassVar[tuple[str, ...]] = ("uint256",)

    feed: int
    """Dense id."""
    slot: int
    """0 limits, 1 to 3 source."""
    word: int
    """The new word, packed (feed book and price sources modules)."""


@dataclass(frozen=True, slots=True)
class FeedChangeAnnounced(Event):
    """The event `FeedChangeAnnounced`."""

    NAME: ClassVar[str] = "FeedChangeAnnounced"
    TOPIC: ClassVar[bytes] = bytes.fromhex(
        "1baeb58703262a06dc68f00cdcee95289091ecf94b95160294ed7b1b8bf2ab75"
    )
    INDEXED: ClassVar[tuple[str, ...]] = ("uint256", "uint256")
    DATA: ClassVar[tuple[str, ...]] = ("uint256", "uint256")

    feed: int
    """Dense id."""
    slot: int
    """0 limits, 1 to 3 source."""
    word: int
    """The word to come, packed; zero empties a slot."""
    due: int
    """Seconds; it can be applied from then on."""


@dataclass(frozen=True, slots=True)
class ReporterAdded(Event):
    """The event `ReporterAdded`."""

    NAME: ClassVar[str] = "ReporterAdded"
    TOPIC: ClassVar[bytes] = bytes.fromhex(
        "445cc0dd2db3aa8170ae913b6fc295ba5b9f40d13c9ef24f4cbab31402884430"
    )
    INDEXED: ClassVar[tuple[str, ...]] = ("uint256", "address")
    DATA: ClassVar[tuple[str, ...]] = ("uint256",)

    reporter_set: int
    """As named in a source word."""
    reporter: str
    """Who may sign reports."""
    feed: int
    """The feed whose slot 3 names the set, once it is applied."""


@dataclass(frozen=True, slots=True)
class SurfaceListed(Event):
    """The event `SurfaceListed`."""

    NAME: ClassVar[str] = "SurfaceListed"
    TOPIC: ClassVar[bytes] = bytes.fromhex(
        "c803bed22a463c61b8c6f48eb2ce706e9bc6b73ee6c8b993118e6b2406a0c08c"
    )
    INDEXED: ClassVar[tuple[str, ...]] = ("uint256", "uint256")
    DATA: ClassVar[tuple[str, ...]] = ("uint256",)

    underlier: int
    """Whose surface."""
    epoch: int
    """Its first, 1."""
    word: int
    """The surface word, packed (surface book module)."""


@dataclass(frozen=True, slots=True)
class SurfaceExpiryAdded(Event):
    """The event `SurfaceExpiryAdded`."""

    NAME: ClassVar[str] = "SurfaceExpiryAdded"
    TOPIC: ClassVar[bytes] = bytes.fromhex(
        "2761c05b2902031c1aabfde8a90573cf2216733939793f1bb2b58aa4af25d582"
    )
    INDEXED: ClassVar[tuple[str, ...]] = ("uint256", "uint256")
    DATA: ClassVar[tuple[str, ...]] = ("uint256",)

    underlier: int
    """Whose surface."""
    expiry: int
    """Seconds, 08:00 UTC (CDE 2.2)."""
    feed: int
    """Of the expiry's forward."""


@dataclass(frozen=True, slots=True)
class SurfaceUpdated(Event):
    """The event `SurfaceUpdated`."""

    NAME: ClassVar[str] = "SurfaceUpdated"
    TOPIC: ClassVar[bytes] = bytes.fromhex(
        "0fcdc087889bf70977a3f8c431e17ef13ab588857c51ded60fb26aadc5242e08"
    )
    INDEXED: ClassVar[tuple[str, ...]] = ("uint256", "uint256")
    DATA: ClassVar[tuple[str, ...]] = ("uint256",)

    underlier: int
    """Whose surface."""
    epoch: int
    """The new one; after 65535 comes 1."""
    time: int
    """Seconds; time to expiry counts from it until the next epoch."""
