"""What a reporting event is: fields with unit, sign and CDE number, and its topic.

The tables of this package describe every event of the reporting contracts once. From a
table follow the signature, the topic, the decoding of a log (static words only, so no ABI
library is needed), the tables of the report and those of the documentation. A test compares
them with the contracts' own declarations.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from enum import StrEnum
from functools import cached_property

from eth_utils.crypto import keccak


class Source(StrEnum):
    """Which contract of the kit emits an event."""

    HOUSE = "clearing house"
    FUND = "default fund"
    PARTIES = "party registry"
    INSTRUMENTS = "instrument registry"
    BOARD = "price board"
    SANCTIONS = "sanctions list"
    SUPERVISION = "supervision"
    ROLES = "every contract with roles"


class Unit(StrEnum):
    """What a field's number counts."""

    ID = "id"
    WAD = "wad of money"
    SIZE = "wad of the underlier"
    PRICE = "wad of money a unit"
    PRICE_RATE = "wad of money a unit a second"
    VOLATILITY = "wad, annualised"
    RATIO = "wad"
    TOKEN = "token units"
    SHARES = "shares"
    HUNDRED_MILLIONTHS = "1e-8"
    WHOLE = "whole settlement units"
    SECONDS = "seconds"
    COUNT = "count"
    FLAGS = "bits"
    WORD = "packed word"
    ADDRESS = "address"
    TEXT = "left-aligned ASCII"
    HASH = "hash"


@dataclass(frozen=True, slots=True)
class Field:
    """One field of an event."""

    name: str
    type: str
    """ABI type: `uint256`, `int256`, `address` or `bytes32`."""
    unit: Unit
    cde: str | None = None
    """Number of the critical data element that it carries or determines."""
    note: str = ""
    """What the name does not say: the sign, the moment, the packing."""


@dataclass(frozen=True)
class EventSpec:
    """One event: the first two fields are indexed, the others are words of data."""

    source: Source
    name: str
    fields: tuple[Field, ...]
    meaning: str

    @cached_property
    def signature(self) -> str:
        """Canonical signature, as hashed into the topic."""
        return f"{self.name}({','.join(field.type for field in self.fields)})"

    @cached_property
    def topic(self) -> bytes:
        """First topic of the event's logs."""
        return bytes(keccak(text=self.signature))

    @property
    def indexed(self) -> tuple[Field, ...]:
        """The two fields that are topics."""
        return self.fields[:2]

    @property
    def data(self) -> tuple[Field, ...]:
        """The fields that are words of data, in order."""
        return self.fields[2:]


Value = int | str | bytes
"""A decoded field: a number, an address in checksum form, or 32 bytes."""


@dataclass(frozen=True, slots=True)
class Event:
    """A decoded log of a reporting contract."""

    spec: EventSpec
    address: str
    """Contract that emitted it, checksum form."""
    args: Mapping[str, Value]
    """Every field by name."""
    block_number: int
    log_index: int
    timestamp: int = 0
    """Of its block, Unix seconds; 0 where the reader did not ask for it."""

    @property
    def name(self) -> str:
        """The event's name."""
        return self.spec.name

    def number(self, field: str) -> int:
        """A numeric field.

        Raises:
            TypeError: the field is an address or a hash.
        """
        found = self.args[field]
        if not isinstance(found, int):
            raise TypeError(f"{self.name}.{field} is not a number")
        return found

    def text(self, field: str) -> str:
        """An address field.

        Raises:
            TypeError: the field is not an address.
        """
        found = self.args[field]
        if not isinstance(found, str):
            raise TypeError(f"{self.name}.{field} is not an address")
        return found

    def word(self, field: str) -> bytes:
        """A field of 32 bytes.

        Raises:
            TypeError: the field is a number or an address.
        """
        found = self.args[field]
        if not isinstance(found, bytes):
            raise TypeError(f"{self.name}.{field} is not 32 bytes")
        return found
