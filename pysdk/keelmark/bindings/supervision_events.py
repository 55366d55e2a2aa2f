"""Generated from the contracts: events of Supervision. Do not edit."""

from __future__ import annotations

from dataclasses import dataclass
from typing import ClassVar

from keelmark.bindings.runtime import Event

__all__ = [
    "MandateGranted",
    "AccessLogged",
    "AgreementAccepted",
    "AgreementLeft",
    "AgreementProposed",
    "MandateMoved",
    "MandateNarrowed",
    "MandateOffered",
    "MandateWidened",
    "RequestAcknowledged",
    "RequestClosed",
    "RequestDelivered",
    "RequestMade",
    "RequestRefused",
    "RequestWithdrawn",
]


@dataclass(frozen=True, slots=True)
class MandateGranted(Event):
    """Every event carries the whole word after the change, so that the book can be rebuilt from
    its events alone.
    """

    NAME: ClassVar[str] = "MandateGranted"
    TOPIC: ClassVar[bytes] = bytes.fromhex(
        "69784a9670bbffe906edafdfdf8ca8e7d5b19c481955639ee7453e8c4d9a4c92"
    )
    INDEXED: ClassVar[tuple[str, ...]] = ("uint256", "bytes32")
    DATA: ClassVar[tuple[str, ...]] = ("address", "uint256", "uint256")

    authority: int
    """The new id."""
    legal_basis: bytes
    """The law, as text or its hash; zero for the first."""
    wallet: str
    """Its key."""
    identifier: int
    """LEI, 20 characters in base 36."""
    mandate: int
    """Mandate word: from, until in seconds."""


@dataclass(frozen=True, slots=True)
class MandateNarrowed(Event):
    """The event `MandateNarrowed`."""

    NAME: ClassVar[str] = "MandateNarrowed"
    TOPIC: ClassVar[bytes] = bytes.fromhex(
        "431debe9cd1c558f97421cb24b0d35c7dd43c1004dcb3f4577742cba1484ec0a"
    )
    INDEXED: ClassVar[tuple[str, ...]] = ("uint256", "bytes32")
    DATA: ClassVar[tuple[str, ...]] = ("uint256",)

    authority: int
    """Id."""
    legal_basis: bytes
    """The law or decision, as text or its hash."""
    mandate: int
    """Mandate word after, without a widening."""


@dataclass(frozen=True, slots=True)
class MandateWidened(Event):
    """The event `MandateWidened`."""

    NAME: ClassVar[str] = "MandateWidened"
    TOPIC: ClassVar[bytes] = bytes.fromhex(
        "eec826655ccca01cb98ff1baf3ea1de5789d59ed3143bcacc0548f6b95fa135b"
    )
    INDEXED: ClassVar[tuple[str, ...]] = ("uint256", "bytes32")
    DATA: ClassVar[tuple[str, ...]] = ("uint256",)

    authority: int
    """Id."""
    legal_basis: bytes
    """The law or decision, as text or its hash."""
    mandate: int
    """Mandate word: the widening in bits 128 on, from when it counts."""


@dataclass(frozen=True, slots=True)
class MandateOffered(Event):
    """The event `MandateOffered`."""

    NAME: ClassVar[str] = "MandateOffered"
    TOPIC: ClassVar[bytes] = bytes.fromhex(
        "3754d75c78f29b913de0a799b1a6b73643fe72ba283e6112a19fc6c1d269f90f"
    )
    INDEXED: ClassVar[tuple[str, ...]] = ("uint256", "address")
    DATA: ClassVar[tuple[str, ...]] = ("address",)

    authority: int
    """Id."""
    holder: str
    """Who offers it."""
    successor: str
    """Who may accept it; zero withdraws the offer."""


@dataclass(frozen=True, slots=True)
class MandateMoved(Event):
    """The event `MandateMoved`."""

    NAME: ClassVar[str] = "MandateMoved"
    TOPIC: ClassVar[bytes] = bytes.fromhex(
        "983572953f5d84056136b039b96cd8878d6d1f555df2b983499dd08fa8f4d392"
    )
    INDEXED: ClassVar[tuple[str, ...]] = ("uint256", "address")
    DATA: ClassVar[tuple[str, ...]] = ("address", "uint256")

    authority: int
    """Id."""
    holder: str
    """Who holds it from now on."""
    predecessor: str
    """Who held it."""
    mandate: int
    """Mandate word, unchanged."""


@dataclass(frozen=True, slots=True)
class AgreementProposed(Event):
    """The event `AgreementProposed`."""

    NAME: ClassVar[str] = "AgreementProposed"
    TOPIC: ClassVar[bytes] = bytes.fromhex(
        "2e3b3f68b8e890d8f01ea175e33b832dfe4e5c3861567b98426a8f14310bc820"
    )
    INDEXED: ClassVar[tuple[str, ...]] = ("uint256", "bytes32")
    DATA: ClassVar[tuple[str, ...]] = ("uint256", "uint256", "uint256")

    agreement: int
    """The new id."""
    text_hash: bytes
    """Commitment to the text that was signed."""
    terms: int
    """Terms word: from, until in seconds; accepted by the proposer."""
    invited: int
    """Members, one bit each."""
    instruments: int
    """Eight ids of 32 bits; zero = all."""


@dataclass(frozen=True, slots=True)
class AgreementAccepted(Event):
    """The event `AgreementAccepted`."""

    NAME: ClassVar[str] = "AgreementAccepted"
    TOPIC: ClassVar[bytes] = bytes.fromhex(
        "965890ba1a3eb17dd90d99cabb8aabec5a099fb07b6246fc8ffed84c324475d5"
    )
    INDEXED: ClassVar[tuple[str, ...]] = ("uint256", "uint256")
    DATA: ClassVar[tuple[str, ...]] = ("uint256",)

    agreement: int
    """Id."""
    authority: int
    """Id of the member."""
    terms: int
    """Terms word after."""


@dataclass(frozen=True, slots=True)
class AgreementLeft(Event):
    """The event `AgreementLeft`."""

    NAME: ClassVar[str] = "AgreementLeft"
    TOPIC: ClassVar[bytes] = bytes.fromhex(
        "b5b2f4c7360121de4b38e3df0e3028f4de31672193b677eb2b6089b5ad0c435e"
    )
    INDEXED: ClassVar[tuple[str, ...]] = ("uint256", "uint256")
    DATA: ClassVar[tuple[str, ...]] = ("uint256",)

    agreement: int
    """Id."""
    authority: int
    """Id of the member, which is invited no more."""
    terms: int
    """Terms word after."""


@dataclass(frozen=True, slots=True)
class RequestMade(Event):
    """The event `RequestMade`."""

    NAME: ClassVar[str] = "RequestMade"
    TOPIC: ClassVar[bytes] = bytes.fromhex(
        "31950f308e7f602e377e8a11d4ae549491635663e5b24ffb3e90ac177843f4c6"
    )
    INDEXED: ClassVar[tuple[str, ...]] = ("uint256", "uint256")
    DATA: ClassVar[tuple[str, ...]] = ("uint256", "bytes32", "bytes32")

    request: int
    """The new id."""
    agreement: int
    """Id."""
    word: int
    """Request word: who asks whom, what about, deadlines in seconds."""
    scope_hash: bytes
    """Commitment to what is asked."""
    legal_basis: bytes
    """The law, as text or its hash."""


@dataclass(frozen=True, slots=True)
class RequestAcknowledged(Event):
    """The event `RequestAcknowledged`."""

    NAME: ClassVar[str] = "RequestAcknowledged"
    TOPIC: ClassVar[bytes] = bytes.fromhex(
        "116815332591088986418feb210e454f56147d0dcb91c3a2dd9739daa201d9f4"
    )
    INDEXED: ClassVar[tuple[str, ...]] = ("uint256", "uint256")
    DATA: ClassVar[tuple[str, ...]] = ("uint256",)

    request: int
    """Id."""
    authority: int
    """Id of the requested one."""
    word: int
    """Request word after."""


@dataclass(frozen=True, slots=True)
class RequestRefused(Event):
    """The event `RequestRefused`."""

    NAME: ClassVar[str] = "RequestRefused"
    TOPIC: ClassVar[bytes] = bytes.fromhex(
        "bb284c0d27098abf44482f4b5da735df05f24275de5277f022a89ec44fe3970e"
    )
    INDEXED: ClassVar[tuple[str, ...]] = ("uint256", "uint256")
    DATA: ClassVar[tuple[str, ...]] = ("uint256", "uint256", "bytes32")

    request: int
    """Id."""
    authority: int
    """Id of the requested one."""
    word: int
    """Request word after."""
    reason_code: int
    """1 to 255."""
    reason_hash: bytes
    """Commitment to the reasons."""


@dataclass(frozen=True, slots=True)
class RequestDelivered(Event):
    """The event `RequestDelivered`."""

    NAME: ClassVar[str] = "RequestDelivered"
    TOPIC: ClassVar[bytes] = bytes.fromhex(
        "9d745e8b93adcc933c618235b282258f25ff3f8de7e680f7a2f293d922963e5a"
    )
    INDEXED: ClassVar[tuple[str, ...]] = ("uint256", "uint256")
    DATA: ClassVar[tuple[str, ...]] = ("uint256", "bytes32")

    request: int
    """Id."""
    authority: int
    """Id of the requested one."""
    word: int
    """Request word after."""
    package_digest: bytes
    """Of the package, inside its encryption."""


@dataclass(frozen=True, slots=True)
class RequestClosed(Event):
    """The event `RequestClosed`."""

    NAME: ClassVar[str] = "RequestClosed"
    TOPIC: ClassVar[bytes] = bytes.fromhex(
        "fb7ff9c62f6670dddca60d09f59bacfbed46747b0d76c5db493341b4f0252ceb"
    )
    INDEXED: ClassVar[tuple[str, ...]] = ("uint256", "uint256")
    DATA: ClassVar[tuple[str, ...]] = ("uint256", "bytes32")

    request: int
    """Id."""
    authority: int
    """Id of the requester."""
    word: int
    """Request word after."""
    outcome_hash: bytes
    """Commitment to what came of it."""


@dataclass(frozen=True, slots=True)
class RequestWithdrawn(Event):
    """The event `RequestWithdrawn`."""

    NAME: ClassVar[str] = "RequestWithdrawn"
    TOPIC: ClassVar[bytes] = bytes.fromhex(
        "aee6bb4f951329096f5a2081ce90a19f11a445bd8fc32763a0c87af837624a4a"
    )
    INDEXED: ClassVar[tuple[str, ...]] = ("uint256", "uint256")
    DATA: ClassVar[tuple[str, ...]] = ("uint256",)

    request: int
    """Id."""
    authority: int
    """Id of the requester."""
    word: int
    """Request word after."""


@dataclass(frozen=True, slots=True)
class AccessLogged(Event):
    """The event `AccessLogged`."""

    NAME: ClassVar[str] = "AccessLogged"
    TOPIC: ClassVar[bytes] = bytes.fromhex(
        "39a98a2ddb464bae07b03f76d9ee0cde9f5e9354845c05584c5fbaff44c14f33"
    )
    INDEXED: ClassVar[tuple[str, ...]] = ("uint256", "uint256")
    DATA: ClassVar[tuple[str, ...]] = ("uint256", "bytes32", "bytes32")

    request: int
    """Id."""
    authority: int
    """Id of who opened the package."""
    word: int
    """Request word after; counts the requester's accesses."""
    digest: bytes
    """The package's."""
    purpose: bytes
    """Why, as text or its hash."""
