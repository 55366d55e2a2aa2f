"""Generated from the contracts: events of PartyRegistry. Do not edit."""

from __future__ import annotations

from dataclasses import dataclass
from typing import ClassVar

from keelmark.bindings.runtime import Event

__all__ = [
    "PartyChanged",
    "AttestationRevoked",
    "CcpAuthorised",
    "CcpWithdrawn",
    "InstrumentBarred",
    "InstrumentCleared",
    "ListSynced",
    "NonceVoided",
    "PartyRevoked",
    "PartyScreened",
    "RecoveryAnnounced",
    "SuitabilityChanged",
    "TradingHalted",
    "TradingResumed",
    "WarningAccepted",
    "WarningPublished",
]


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
class TradingHalted(Event):
    """The event `TradingHalted`."""

    NAME: ClassVar[str] = "TradingHalted"
    TOPIC: ClassVar[bytes] = bytes.fromhex(
        "a6d60d1e18d4725c3384c1374b25018d90bebed347517565d611aca45a3fde91"
    )
    INDEXED: ClassVar[tuple[str, ...]] = ("uint256", "bytes32")
    DATA: ClassVar[tuple[str, ...]] = ("uint256", "bytes32")

    authority: int
    """Who acts."""
    legal_basis: bytes
    """The law or decision, as text or its hash."""
    until: int
    """Seconds; the halt ends by itself."""
    case_hash: bytes
    """Commitment to the case."""


@dataclass(frozen=True, slots=True)
class TradingResumed(Event):
    """The event `TradingResumed`."""

    NAME: ClassVar[str] = "TradingResumed"
    TOPIC: ClassVar[bytes] = bytes.fromhex(
        "3da3a761a2d9fad6911576e4619b677dad9c421202c8f2c0c48bb1f452fd5f02"
    )
    INDEXED: ClassVar[tuple[str, ...]] = ("uint256", "bytes32")
    DATA: ClassVar[tuple[str, ...]] = ("uint256", "bytes32")

    authority: int
    """Who acts."""
    legal_basis: bytes
    """The law or decision, as text or its hash."""
    until: int
    """Seconds; now."""
    case_hash: bytes
    """Commitment to the case."""


@dataclass(frozen=True, slots=True)
class InstrumentBarred(Event):
    """The event `InstrumentBarred`."""

    NAME: ClassVar[str] = "InstrumentBarred"
    TOPIC: ClassVar[bytes] = bytes.fromhex(
        "4a0175cd7390508071a3d07d0bbebefe4920951988ff76f9ec77eae002958b42"
    )
    INDEXED: ClassVar[tuple[str, ...]] = ("uint256", "bytes32")
    DATA: ClassVar[tuple[str, ...]] = ("uint256", "bytes32", "uint256")

    instrument: int
    """Instrument id."""
    legal_basis: bytes
    """The law or decision, as text or its hash."""
    jurisdiction: int
    """Whose parties it reaches: two ASCII letters."""
    case_hash: bytes
    """Commitment to the case."""
    mandate: int
    """Authority uint32 | 0 uint32 | review_at uint64 (seconds)."""


@dataclass(frozen=True, slots=True)
class InstrumentCleared(Event):
    """The event `InstrumentCleared`."""

    NAME: ClassVar[str] = "InstrumentCleared"
    TOPIC: ClassVar[bytes] = bytes.fromhex(
        "4ca39c915ab14b9cb5dfa3834ff3aba0711ec4ea7eec885ddee6baf7363d85c7"
    )
    INDEXED: ClassVar[tuple[str, ...]] = ("uint256", "bytes32")
    DATA: ClassVar[tuple[str, ...]] = ("uint256", "bytes32", "uint256")

    instrument: int
    """Instrument id."""
    legal_basis: bytes
    """The law or decision, as text or its hash."""
    jurisdiction: int
    """Whose parties it reached: two ASCII letters."""
    case_hash: bytes
    """Commitment to the case."""
    mandate: int
    """Authority uint32."""


@dataclass(frozen=True, slots=True)
class PartyScreened(Event):
    """The event `PartyScreened`."""

    NAME: ClassVar[str] = "PartyScreened"
    TOPIC: ClassVar[bytes] = bytes.fromhex(
        "18cebf6a5abe242bd615efb5cc893cbfc7f95b22643843e7ca596fae2238e968"
    )
    INDEXED: ClassVar[tuple[str, ...]] = ("uint256", "address")
    DATA: ClassVar[tuple[str, ...]] = ("uint256", "uint256")

    account: int
    """Dense account id."""
    wallet: str
    """The party's key."""
    word: int
    """Sanctioned flag set or cleared."""
    answer: int
    """0 clear, 1 listed, 2 listed by an oracle, 4 an oracle is silent."""


@dataclass(frozen=True, slots=True)
class ListSynced(Event):
    """The event `ListSynced`."""

    NAME: ClassVar[str] = "ListSynced"
    TOPIC: ClassVar[bytes] = bytes.fromhex(
        "6bd94cefa68ad4b8b38b82b813638059f2b5038e1ca9ff26af298e44d3891070"
    )
    INDEXED: ClassVar[tuple[str, ...]] = ("address", "uint256")
    DATA: ClassVar[tuple[str, ...]] = ()

    list: str
    """The sanctions list."""
    as_of: int
    """Seconds: when it was last said to equal its source."""


@dataclass(frozen=True, slots=True)
class WarningPublished(Event):
    """The event `WarningPublished`."""

    NAME: ClassVar[str] = "WarningPublished"
    TOPIC: ClassVar[bytes] = bytes.fromhex(
        "904cc5445d207890fb5c9734a20203db21a6ebfa9f7666be36f8ae0e7576a664"
    )
    INDEXED: ClassVar[tuple[str, ...]] = ("uint256", "bytes32")
    DATA: ClassVar[tuple[str, ...]] = ("uint256", "uint256")

    jurisdiction: int
    """Whose retail clients it is for: two ASCII letters."""
    text_hash: bytes
    """Keccak256 of the text in UTF-8."""
    edition: int
    """1 and up."""
    effective_at: int
    """Seconds; from then on no earlier edition counts."""


@dataclass(frozen=True, slots=True)
class WarningAccepted(Event):
    """The event `WarningAccepted`."""

    NAME: ClassVar[str] = "WarningAccepted"
    TOPIC: ClassVar[bytes] = bytes.fromhex(
        "baec0799bc88f891e069af31c805ffe18fbccc723956a0d983bb641c6d0495c9"
    )
    INDEXED: ClassVar[tuple[str, ...]] = ("uint256", "bytes32")
    DATA: ClassVar[tuple[str, ...]] = ("uint256",)

    account: int
    """Dense account id."""
    text_hash: bytes
    """Keccak256 of the text in UTF-8."""
    suitability: int
    """Suitability word with the edition and the time."""


@dataclass(frozen=True, slots=True)
class SuitabilityChanged(Event):
    """The event `SuitabilityChanged`."""

    NAME: ClassVar[str] = "SuitabilityChanged"
    TOPIC: ClassVar[bytes] = bytes.fromhex(
        "20d784b84743e92bb032a95cd26336cb9a8544295cb771886c63061a3ecbdfff"
    )
    INDEXED: ClassVar[tuple[str, ...]] = ("uint256", "address")
    DATA: ClassVar[tuple[str, ...]] = ("uint256",)

    account: int
    """Dense account id."""
    wallet: str
    """The party's key."""
    suitability: int
    """Suitability word: status_until, request, warning."""


@dataclass(frozen=True, slots=True)
class RecoveryAnnounced(Event):
    """The event `RecoveryAnnounced`."""

    NAME: ClassVar[str] = "RecoveryAnnounced"
    TOPIC: ClassVar[bytes] = bytes.fromhex(
        "b0d46bf42962c5238699d7de3b5cea420e00ac4fe3a58e612327c1fbee615acb"
    )
    INDEXED: ClassVar[tuple[str, ...]] = ("uint256", "address")
    DATA: ClassVar[tuple[str, ...]] = ("address", "uint256", "bytes32", "uint256")

    account: int
    """Dense account id."""
    lost: str
    """The key that is lost."""
    replacement: str
    """The key that is to replace it."""
    ripe_at: int
    """Seconds; from then on it can."""
    evidence: bytes
    """Commitment to what was examined."""
    issuer: int
    """Who announced it; 1 is the registrar."""
