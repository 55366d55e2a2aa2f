"""Generated from the contracts: events of PartyRegistry. Do not edit."""

from __future__ import annotations

from dataclasses import dataclass
from typing import ClassVar

from keelmark.bindings.runtime import Event

__all__ = [
    "PartyOnboarded",
    "AttestationRevoked",
    "CcpAuthorised",
    "CcpWithdrawn",
    "IssuerChanged",
    "IssuerRecognised",
    "NonceVoided",
    "PartyAttested",
    "PartyChanged",
    "PartyFrozen",
    "PartyReleased",
    "PartyRestricted",
    "PartyRevoked",
    "PartyUnfrozen",
]


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
class PartyChanged(Event):
    """The event `PartyChanged`."""

    NAME: ClassVar[str] = "PartyChanged"
    TOPIC: ClassVar[bytes] = bytes.fromhex(
        "a2ecd3465df618b77ee2d2a65e5c1ec5cbf9a76fb6cb2b2383b2c134a64a4699"
    )
    INDEXED: ClassVar[tuple[str, ...]] = ("uint256", "address")
    DATA: ClassVar[tuple[str, ...]] = ("uint256",)

    account: int
    """Dense account id."""
    wallet: str
    """The party's key."""
    word: int
    """Party word with its new category, expiry, screening, issuer."""


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
class PartyRevoked(Event):
    """The event `PartyRevoked`."""

    NAME: ClassVar[str] = "PartyRevoked"
    TOPIC: ClassVar[bytes] = bytes.fromhex(
        "51718acc8dc69f8c787baf66d229be3ebbbc44db2bba3fa8d405747216b5ccfc"
    )
    INDEXED: ClassVar[tuple[str, ...]] = ("uint256", "address")
    DATA: ClassVar[tuple[str, ...]] = ("uint256", "bytes32")

    account: int
    """Dense account id."""
    wallet: str
    """The party's key."""
    word: int
    """Revoked flag set."""
    reason: bytes
    """Registrar's reason code or a commitment to it."""


@dataclass(frozen=True, slots=True)
class AttestationRevoked(Event):
    """The event `AttestationRevoked`."""

    NAME: ClassVar[str] = "AttestationRevoked"
    TOPIC: ClassVar[bytes] = bytes.fromhex(
        "c28f02e7b99db83b1d6c0fe1a59a023208c3fff4632c023bc039f4b44c56e642"
    )
    INDEXED: ClassVar[tuple[str, ...]] = ("uint256", "address")
    DATA: ClassVar[tuple[str, ...]] = ("uint256", "uint256", "bytes32")

    account: int
    """Dense account id."""
    wallet: str
    """The party's key."""
    word: int
    """Revoked flag set."""
    nonce: int
    """The issuer's, used up."""
    reason: bytes
    """The issuer's reason code or a commitment to it."""


@dataclass(frozen=True, slots=True)
class NonceVoided(Event):
    """The event `NonceVoided`."""

    NAME: ClassVar[str] = "NonceVoided"
    TOPIC: ClassVar[bytes] = bytes.fromhex(
        "db762ce4db36485784e7e4a13d8c250bb63fbb6297314625c5a65777ad8f814f"
    )
    INDEXED: ClassVar[tuple[str, ...]] = ("uint256", "uint256")
    DATA: ClassVar[tuple[str, ...]] = ()

    issuer: int
    """Whose."""
    nonce: int
    """What carries it can never be brought."""


@dataclass(frozen=True, slots=True)
class PartyFrozen(Event):
    """The event `PartyFrozen`."""

    NAME: ClassVar[str] = "PartyFrozen"
    TOPIC: ClassVar[bytes] = bytes.fromhex(
        "aca15caa58854e6f7273a6da0c53e25ce74e93f7acddeca87cac72c34b7e365e"
    )
    INDEXED: ClassVar[tuple[str, ...]] = ("uint256", "bytes32")
    DATA: ClassVar[tuple[str, ...]] = ("uint256", "bytes32")

    account: int
    """Dense account id."""
    legal_basis: bytes
    """The law or decision, as text or its hash."""
    word: int
    """Frozen flag set."""
    case_hash: bytes
    """Commitment to the case."""


@dataclass(frozen=True, slots=True)
class PartyUnfrozen(Event):
    """The event `PartyUnfrozen`."""

    NAME: ClassVar[str] = "PartyUnfrozen"
    TOPIC: ClassVar[bytes] = bytes.fromhex(
        "ea449210a73b3d0096f7256365c4f5e9a06e2c58a7d8f42911eec86f8125972a"
    )
    INDEXED: ClassVar[tuple[str, ...]] = ("uint256", "bytes32")
    DATA: ClassVar[tuple[str, ...]] = ("uint256", "bytes32")

    account: int
    """Dense account id."""
    legal_basis: bytes
    """The law or decision, as text or its hash."""
    word: int
    """Frozen flag cleared."""
    case_hash: bytes
    """Commitment to the case."""


@dataclass(frozen=True, slots=True)
class PartyRestricted(Event):
    """The event `PartyRestricted`."""

    NAME: ClassVar[str] = "PartyRestricted"
    TOPIC: ClassVar[bytes] = bytes.fromhex(
        "c51ba2c2a92865df923efe93c389bd4e512862b7699bd764caefa5fb76f809e5"
    )
    INDEXED: ClassVar[tuple[str, ...]] = ("uint256", "bytes32")
    DATA: ClassVar[tuple[str, ...]] = ("uint256", "bytes32")

    account: int
    """Dense account id."""
    legal_basis: bytes
    """The law or decision, as text or its hash."""
    word: int
    """Close-only flag set."""
    case_hash: bytes
    """Commitment to the case."""


@dataclass(frozen=True, slots=True)
class PartyReleased(Event):
    """The event `PartyReleased`."""

    NAME: ClassVar[str] = "PartyReleased"
    TOPIC: ClassVar[bytes] = bytes.fromhex(
        "cbabd90580164228577b16a49503b03cb012f5aba3dd40450fcbcaba2b46b74e"
    )
    INDEXED: ClassVar[tuple[str, ...]] = ("uint256", "bytes32")
    DATA: ClassVar[tuple[str, ...]] = ("uint256", "bytes32")

    account: int
    """Dense account id."""
    legal_basis: bytes
    """The law or decision, as text or its hash."""
    word: int
    """Close-only flag cleared."""
    case_hash: bytes
    """Commitment to the case."""


@dataclass(frozen=True, slots=True)
class CcpAuthorised(Event):
    """The event `CcpAuthorised`."""

    NAME: ClassVar[str] = "CcpAuthorised"
    TOPIC: ClassVar[bytes] = bytes.fromhex(
        "60141d61a5e48bec347472d0541fe500ba4cd99d81dc9deb3b2429da17596e34"
    )
    INDEXED: ClassVar[tuple[str, ...]] = ("uint256", "bytes32")
    DATA: ClassVar[tuple[str, ...]] = ("uint256", "bytes32")

    account: int
    """Dense account id."""
    legal_basis: bytes
    """The law or decision, as text or its hash."""
    word: int
    """Authorised-CCP flag set; Cleared (CDE 2.14) may be Y."""
    case_hash: bytes
    """Commitment to the case."""


@dataclass(frozen=True, slots=True)
class CcpWithdrawn(Event):
    """The event `CcpWithdrawn`."""

    NAME: ClassVar[str] = "CcpWithdrawn"
    TOPIC: ClassVar[bytes] = bytes.fromhex(
        "4a3f2b0a012a375617b918fa6aa23711de71e31be9546b367de5ac730e93c14e"
    )
    INDEXED: ClassVar[tuple[str, ...]] = ("uint256", "bytes32")
    DATA: ClassVar[tuple[str, ...]] = ("uint256", "bytes32")

    account: int
    """Dense account id."""
    legal_basis: bytes
    """The law or decision, as text or its hash."""
    word: int
    """Authorised-CCP flag cleared."""
    case_hash: bytes
    """Commitment to the case."""


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
    """Its number, 2 to 255, for good."""
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
