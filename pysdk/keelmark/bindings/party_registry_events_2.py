"""Generated from the contracts: events of PartyRegistry. Do not edit."""

from __future__ import annotations

from dataclasses import dataclass
from typing import ClassVar

from keelmark.bindings.runtime import Event

__all__ = [
    "RecoveryContested",
    "IssuerChanged",
    "IssuerRecognised",
    "PartyAttested",
    "PartyFrozen",
    "PartyOnboarded",
    "PartyRecovered",
    "PartyReleased",
    "PartyRestricted",
    "PartyUnfrozen",
]


@dataclass(frozen=True, slots=True)
class RecoveryContested(Event):
    """The event `RecoveryContested`."""

    NAME: ClassVar[str] = "RecoveryContested"
    TOPIC: ClassVar[bytes] = bytes.fromhex(
        "5ba7cdefa6259005d158ec0eb79364fab09ed8835688b0817487641db491dfd9"
    )
    INDEXED: ClassVar[tuple[str, ...]] = ("uint256", "address")
    DATA: ClassVar[tuple[str, ...]] = ("address",)

    account: int
    """Dense account id."""
    lost: str
    """The key that is not lost."""
    contester: str
    """Who ended it."""


@dataclass(frozen=True, slots=True)
class PartyRecovered(Event):
    """The event `PartyRecovered`."""

    NAME: ClassVar[str] = "PartyRecovered"
    TOPIC: ClassVar[bytes] = bytes.fromhex(
        "e2c9c0dba8720c2b02a78f495c230a0541ded6c43063d44c1fefd4c5899e55c0"
    )
    INDEXED: ClassVar[tuple[str, ...]] = ("uint256", "address")
    DATA: ClassVar[tuple[str, ...]] = ("address", "uint256")

    account: int
    """Dense account id."""
    lost: str
    """Left without an account, for good."""
    replacement: str
    """The party's key from now on."""
    word: int
    """Party word, now the replacement's."""


@dataclass(frozen=True, slots=True)
class IssuerRecognised(Event):
    """The event `IssuerRecognised`."""

    NAME: ClassVar[str] = "IssuerRecognised"
    TOPIC: ClassVar[bytes] = bytes.fromhex(
        "97567aa9af73e699ec278211192d61ce69b57a7da6844895ef1bca9da36b43ec"
    )
    INDEXED: ClassVar[tuple[str, ...]] = ("uint256", "bytes32")
    DATA: ClassVar[tuple[str, ...]] = ("address", "uint256", "bytes32")

    issuer: int
    """Its number, 2 to 127, for good."""
    legal_basis: bytes
    """The law or decision, as text or its hash."""
    signer: str
    """Its key, or the contract that signs for it."""
    identifier: int
    """Its LEI in base 36."""
    case_hash: bytes
    """Commitment to the case."""


@dataclass(frozen=True, slots=True)
class IssuerChanged(Event):
    """The event `IssuerChanged`."""

    NAME: ClassVar[str] = "IssuerChanged"
    TOPIC: ClassVar[bytes] = bytes.fromhex(
        "84ac95e2907a495f54568425465b8d4727bf1c307c29fab3a7cadefb262173ae"
    )
    INDEXED: ClassVar[tuple[str, ...]] = ("uint256", "bytes32")
    DATA: ClassVar[tuple[str, ...]] = ("uint256", "bytes32")

    issuer: int
    """1 is the registrar."""
    legal_basis: bytes
    """The law or decision, as text or its hash."""
    recognised: int
    """1 recognised, 0 not."""
    case_hash: bytes
    """Commitment to the case."""


@dataclass(frozen=True, slots=True)
class PartyOnboarded(Event):
    """Every party event carries the whole word after the change, so that the registry can be
    rebuilt from its events alone. Where a field is `legal_basis` it names the law, and
    `case_hash` commits to the file without showing it.
    """

    NAME: ClassVar[str] = "PartyOnboarded"
    TOPIC: ClassVar[bytes] = bytes.fromhex(
        "c028d4ec6c25fb5a20d73af75bf850bdb85df10cdb5918aedc4675b270e94680"
    )
    INDEXED: ClassVar[tuple[str, ...]] = ("uint256", "address")
    DATA: ClassVar[tuple[str, ...]] = ("uint256", "uint256")

    account: int
    """The new account id."""
    wallet: str
    """The party's key."""
    word: int
    """Party word: LEI or client code (CDE 2.6, 2.7; its type 2.8)."""
    member: int
    """Account of the carrying member; 0 for a legal person."""


@dataclass(frozen=True, slots=True)
class PartyAttested(Event):
    """The event `PartyAttested`."""

    NAME: ClassVar[str] = "PartyAttested"
    TOPIC: ClassVar[bytes] = bytes.fromhex(
        "bc4e1a98ca68f792ceac56c3694e3092eaf08aa7aea05a6f870aa55da8860b8a"
    )
    INDEXED: ClassVar[tuple[str, ...]] = ("uint256", "address")
    DATA: ClassVar[tuple[str, ...]] = ("uint256", "uint256", "uint256", "bytes32")

    account: int
    """The new account id, or the one that is renewed."""
    wallet: str
    """The party's key."""
    word: int
    """Party word after: LEI or client code, issuer, expiry, screening."""
    member: int
    """Account of the carrying member; 0 for a legal person."""
    nonce: int
    """The issuer's, used up."""
    document: bytes
    """Salted commitment to an IVMS101 document; zero if none."""


@dataclass(frozen=True, slots=True)
class PartyFrozen(Event):
    """The event `PartyFrozen`."""

    NAME: ClassVar[str] = "PartyFrozen"
    TOPIC: ClassVar[bytes] = bytes.fromhex(
        "0ca47f0d92806f8d3e754a82c01975b2d8be55564ab7efa2157969597425c172"
    )
    INDEXED: ClassVar[tuple[str, ...]] = ("uint256", "bytes32")
    DATA: ClassVar[tuple[str, ...]] = ("uint256", "bytes32", "uint256")

    account: int
    """Dense account id."""
    legal_basis: bytes
    """The law or decision, as text or its hash."""
    word: int
    """Frozen flag set; another authority may have set it before."""
    case_hash: bytes
    """Commitment to the case."""
    mandate: int
    """Authority uint32 | agreement uint32 | review_at uint64 (seconds)."""


@dataclass(frozen=True, slots=True)
class PartyUnfrozen(Event):
    """The event `PartyUnfrozen`."""

    NAME: ClassVar[str] = "PartyUnfrozen"
    TOPIC: ClassVar[bytes] = bytes.fromhex(
        "8df3fc991b61f7f705d940e1d3624b26c22017ec1b3ce2f4baa6902b3d3445ad"
    )
    INDEXED: ClassVar[tuple[str, ...]] = ("uint256", "bytes32")
    DATA: ClassVar[tuple[str, ...]] = ("uint256", "bytes32", "uint256")

    account: int
    """Dense account id."""
    legal_basis: bytes
    """The law or decision, as text or its hash."""
    word: int
    """Frozen flag cleared, unless another authority holds the party."""
    case_hash: bytes
    """Commitment to the case."""
    mandate: int
    """Authority uint32 | agreement uint32 | whose hold uint64."""


@dataclass(frozen=True, slots=True)
class PartyRestricted(Event):
    """The event `PartyRestricted`."""

    NAME: ClassVar[str] = "PartyRestricted"
    TOPIC: ClassVar[bytes] = bytes.fromhex(
        "e3900830d92e155c6d4d3da527520a8a78ec771fa805f84922a53fcb175724b2"
    )
    INDEXED: ClassVar[tuple[str, ...]] = ("uint256", "bytes32")
    DATA: ClassVar[tuple[str, ...]] = ("uint256", "bytes32", "uint256")

    account: int
    """Dense account id."""
    legal_basis: bytes
    """The law or decision, as text or its hash."""
    word: int
    """Close-only flag set; another authority may have set it before."""
    case_hash: bytes
    """Commitment to the case."""
    mandate: int
    """Authority uint32 | agreement uint32 | review_at uint64 (seconds)."""


@dataclass(frozen=True, slots=True)
class PartyReleased(Event):
    """The event `PartyReleased`."""

    NAME: ClassVar[str] = "PartyReleased"
    TOPIC: ClassVar[bytes] = bytes.fromhex(
        "a6d732c691676da963534a6fc38c300606edfb71cc108a56f8bb82842823f8b7"
    )
    INDEXED: ClassVar[tuple[str, ...]] = ("uint256", "bytes32")
    DATA: ClassVar[tuple[str, ...]] = ("uint256", "bytes32", "uint256")

    account: int
    """Dense account id."""
    legal_basis: bytes
    """The law or decision, as text or its hash."""
    word: int
    """Close-only flag cleared, unless another authority holds the party."""
    case_hash: bytes
    """Commitment to the case."""
    mandate: int
    """Authority uint32 | agreement uint32 | whose hold uint64."""
