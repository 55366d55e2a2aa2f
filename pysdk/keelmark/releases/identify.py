"""Deployed code recognised, and its immutables read.

Vyper appends immutables to the runtime code, so that a contract's code hash differs from one
deployment to the next; what does not differ is the code before them, and its length.
"""

from __future__ import annotations

from dataclasses import dataclass
from functools import lru_cache

from eth_abi.abi import decode
from eth_abi.exceptions import DecodingError
from eth_utils.address import to_checksum_address
from eth_utils.crypto import keccak

from keelmark.releases.release import Immutable, ReleasedContract, releases

__all__ = ["DecodedImmutable", "Match", "identify"]


@dataclass(frozen=True, slots=True)
class DecodedImmutable:
    """An immutable of a deployed contract."""

    name: str
    type: str
    """Its ABI type."""
    interface: str
    """Interface of the contract at that address, if the source names one; else empty."""
    value: str | int | bytes | bool
    """A checksummed address, a number, 32 bytes or a truth value."""


@dataclass(frozen=True, slots=True)
class Match:
    """What deployed code is."""

    contract: str
    """Name of the contract."""
    release: str
    """The newest release with this code."""
    released: ReleasedContract
    immutables: tuple[DecodedImmutable, ...]
    """In the order in which they lie."""

    def value(self, name: str) -> str | int | bytes | bool:
        """An immutable's value by name.

        Raises:
            KeyError: the contract has no such immutable.
        """
        for item in self.immutables:
            if item.name == name:
                return item.value
        raise KeyError(name)


def identify(code: bytes) -> Match | None:
    """Which contract of which release deployed code is.

    Args:
        code: what ``eth_getCode`` answers.

    Returns:
        the match; None if no release has a contract with exactly this code, or a word at its end is
        no value of the immutable that should be there.
    """
    for length, known in _known():
        if length > len(code):
            continue
        found = known.get("0x" + keccak(code[:length]).hex())
        if found is None:
            continue
        release, contract = found
        if len(code) != contract.code_length:
            continue
        try:
            immutables = tuple(_decoded(item, code, length) for item in contract.immutables)
        except DecodingError:
            continue
        return Match(contract.name, release, contract, immutables)
    return None


@lru_cache(maxsize=1)
def _known() -> tuple[tuple[int, dict[str, tuple[str, ReleasedContract]]], ...]:
    """Contracts of every release by the length and the hash of their runtime code."""
    found: dict[int, dict[str, tuple[str, ReleasedContract]]] = {}
    for release in releases():
        for contract in release.contracts:
            same = found.setdefault(contract.runtime_length, {})
            same.setdefault(contract.runtime_hash, (release.version, contract))
    return tuple(found.items())


def _decoded(item: Immutable, code: bytes, length: int) -> DecodedImmutable:
    """An immutable from the word in which it lies; strict, as the ABI is."""
    start = length + item.offset
    (value,) = decode([item.type], code[start : start + 32])
    if item.type == "address":
        value = to_checksum_address(value)
    return DecodedImmutable(item.name, item.type, item.interface, value)
