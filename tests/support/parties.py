"""Parties for tests: codes and words made and read without the code under test."""

from __future__ import annotations

from typing import Any, NamedTuple

__all__ = ["Attestation", "PartyFields", "lei_text", "lei_word", "read_party"]


def lei_text(number: int) -> str:
    """A well-formed LEI: 18 characters from a number, then the ISO 7064 MOD 97-10 digits."""
    body = f"5299KEELMARK{number:06d}"
    digits = "".join(str(int(character, 36)) for character in body)
    return f"{body}{98 - int(digits + '00') % 97:02d}"


def lei_word(text: str) -> int:
    """The base-36 number of an LEI."""
    return int(text, 36)


class Attestation(NamedTuple):
    """The registry's struct, field by field."""

    wallet: str
    identifier: int
    jurisdiction: bytes
    category: int
    natural_person: bool
    member: int
    expiry: int
    status_until: int
    screened_at: int

    def but(self, **fields: Any) -> Attestation:
        """A copy with other fields."""
        return self._replace(**fields)


class PartyFields(NamedTuple):
    """A party word, taken apart."""

    account: int
    identifier: int
    jurisdiction: str
    category: int
    flags: int
    issuer: int
    freezing: int
    """Authority whose freeze came first; 0 if none."""
    expiry: int
    screened_at: int
    restricting: int
    """Authority whose restriction came first; 0 if none."""


def read_party(word: int) -> PartyFields:
    """Cuts a party word from its least significant bit: 32, 104, 16, 8, 8, 8, 8, 32, 32, 8."""
    lanes = []
    for width in (32, 104, 16, 8, 8, 8, 8, 32, 32, 8):
        lanes.append(word % 2**width)
        word //= 2**width
    assert word == 0
    letters = lanes[2].to_bytes(2, "big").decode()
    return PartyFields(lanes[0], lanes[1], letters, *lanes[3:])
