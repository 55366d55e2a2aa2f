"""What a published list says of digital currency addresses, whatever file it came in.

An address is one of an EVM chain by its shape, 0x and forty hexadecimal digits, and not by the
currency it is filed under: the same key is the same address on every such chain, and labels such
as USDT or USDC name no chain. Where capitals are mixed they are a checksum (EIP-55) and must be
right; an address in one case carries none.
"""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date
from types import MappingProxyType

from eth_utils.address import is_checksum_address, to_checksum_address

from keelmark.errors import InputError

__all__ = ["Collector", "Entry", "Publication", "Rejected", "reference_text", "reference_word"]

EVM_CURRENCIES = frozenset({"ETH", "ETC", "ARB", "BSC"})
"""Labels under which every address must be one of an EVM chain; another shape is an error there."""

PREFIX = "OFAC-SDN-"
"""What a reference on the chain begins with; the entry's uid follows."""

_SHAPE = re.compile(r"0[xX][0-9a-fA-F]{40}")
_LONGEST_UID = 20
_SHOWN = 80


def reference_word(uid: int) -> bytes:
    """The 32 bytes that stand for an entry of the list on the chain: left-aligned ASCII."""
    return f"{PREFIX}{uid}".encode("ascii").ljust(32, b"\0")


def reference_text(word: bytes) -> str:
    """A reference as people read it; hexadecimal if it is no text."""
    bare = word.rstrip(b"\0")
    text = bare.decode("ascii", "replace")
    return text if bare.isascii() and text and text.isprintable() else f"0x{word.hex()}"


@dataclass(frozen=True, slots=True)
class Entry:
    """One address of an EVM chain, barred."""

    address: str
    """Checksummed."""
    uid: int
    """The list's unique id of the entry; the lowest, if several entries have the address."""
    currencies: tuple[str, ...]
    """Labels under which the list has the address, sorted."""
    others: tuple[int, ...] = ()
    """Further entries with the same address."""

    @property
    def reference(self) -> bytes:
        """What stands for the entry on the chain."""
        return reference_word(self.uid)


@dataclass(frozen=True, slots=True)
class Rejected:
    """An address that the list has and that cannot be taken over as it stands."""

    uid: int
    currency: str
    text: str
    """As in the file, cut to eighty characters."""
    expected: str
    """What was expected instead."""

    def __str__(self) -> str:
        label = self.currency or "remarks"
        return f"entry {self.uid}, {label} {self.text!r}: expected {self.expected}"


@dataclass(frozen=True, slots=True)
class Publication:
    """What one published file says."""

    published: date | None
    """Day on which the list was published; None where the format does not say."""
    source: bytes
    """SHA-256 of the file."""
    entries: Mapping[str, Entry]
    """By checksummed address."""
    skipped: Mapping[str, int]
    """Addresses of other chains, by currency."""
    rejected: tuple[Rejected, ...]

    def references(self) -> Mapping[str, bytes]:
        """The list as the chain should have it: address to reference."""
        return {address: entry.reference for address, entry in self.entries.items()}


@dataclass(slots=True)
class Collector:
    """Gathers addresses while a file is read."""

    where: str
    """The file's name, for errors."""
    found: dict[str, tuple[set[int], set[str]]] = field(default_factory=dict)
    skipped: Counter[str] = field(default_factory=Counter)
    rejected: list[Rejected] = field(default_factory=list)

    def uid(self, text: str) -> int:
        """An entry's unique id.

        Raises:
            InputError: it is no number.
        """
        bare = text.strip()
        if not (bare.isascii() and bare.isdigit() and len(bare) <= _LONGEST_UID):
            raise InputError(f"{self.where}: uid {bare[:_SHOWN]!r}, expected a whole number")
        return int(bare)

    def add(self, uid: int, currency: str, text: str) -> None:
        """One address as the list has it: taken, skipped as another chain's, or rejected."""
        bare = text.strip()
        if not _SHAPE.fullmatch(bare):
            if currency in EVM_CURRENCIES or not bare:
                self.reject(uid, currency, bare, "0x and 40 hexadecimal digits")
            else:
                self.skipped[currency] += 1
            return
        digits = bare[2:]
        mixed = digits not in (digits.lower(), digits.upper())
        if mixed and not is_checksum_address("0x" + digits):
            self.reject(uid, currency, bare, "the capitals of its checksum (EIP-55)")
            return
        uids, currencies = self.found.setdefault(to_checksum_address("0x" + digits), (set(), set()))
        uids.add(uid)
        currencies.add(currency)

    def reject(self, uid: int, currency: str, text: str, expected: str) -> None:
        """Notes what cannot be taken over."""
        self.rejected.append(Rejected(uid, currency, text[:_SHOWN], expected))

    def publication(self, published: date | None, source: bytes) -> Publication:
        """All that was gathered.

        Raises:
            InputError: there is no digital currency address at all, which no list of today lacks.
        """
        if not (self.found or self.skipped or self.rejected):
            raise InputError(
                f"{self.where}: no digital currency address in it, expected an OFAC SDN list"
            )
        entries: dict[str, Entry] = {}
        for address, (uids, currencies) in sorted(self.found.items()):
            first, *others = sorted(uids)
            entries[address] = Entry(address, first, tuple(sorted(currencies)), tuple(others))
        counted = MappingProxyType(dict(sorted(self.skipped.items())))
        return Publication(
            published, source, MappingProxyType(entries), counted, tuple(self.rejected)
        )
