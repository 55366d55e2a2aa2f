"""What a user trusts: hashes of blocks, and the blocks that those vouch for.

A header is known by its hash, and it names its parent's. So one trusted hash vouches for every
ancestor whose header is at hand, wherever the headers come from. A header that no trusted hash
leads to vouches for nothing, however well it looks.
"""

from __future__ import annotations

import re
from collections.abc import Iterable
from dataclasses import dataclass
from typing import Final

from keelmark.chain import Chain
from keelmark.chain.operations import GetHeader, Operation
from keelmark.errors import InputError, KeelmarkError, NoSuchBlock, RpcRefused
from keelmark.proofs.blocks import Header, read_header
from keelmark.proofs.merkle import ProofBroken
from keelmark.verification.source import Source

__all__ = ["MOST_LINKED", "Anchors", "Trust", "gathered", "read_trust"]

MOST_LINKED: Final = 20_000
"""Headers that are asked for to lead from a trusted block down to another."""

_TRUST: Final = re.compile(r"(?:(\d{1,18}):)?(?:0x)?([0-9a-fA-F]{64})")


@dataclass(frozen=True, slots=True)
class Trust:
    """A block's hash that the user has from a source of their own."""

    hash: bytes
    number: int | None = None
    """Height that the block must have; None if the user did not say."""


def read_trust(text: str) -> Trust:
    """A trusted block from ``HASH`` or ``NUMBER:HASH``.

    Raises:
        InputError: it is neither.
    """
    found = _TRUST.fullmatch(text.strip())
    if found is None:
        raise InputError("trust: expected a block's hash, 0x and 64 digits, or NUMBER:HASH")
    number, digits = found.groups()
    return Trust(bytes.fromhex(digits), int(number) if number else None)


class Anchors:
    """Headers at hand, and those among them that trusted hashes vouch for."""

    def __init__(self, trusted: Iterable[Trust]) -> None:
        self.trusted = tuple(trusted)
        self._numbers = {one.hash: one.number for one in self.trusted}
        self._known: dict[bytes, Header] = {}
        self._vouched: dict[int, Header] = {}

    def offer(self, encoded: bytes) -> Header:
        """Takes a header, RLP, from anywhere.

        Raises:
            ProofBroken: it is none.
            InputError: it has a trusted hash, but another height than the user says; or trusted
                hashes lead to two blocks of one height.
        """
        header = read_header(encoded)
        if header.hash not in self._known:
            number = self._numbers.get(header.hash)
            if number is not None and number != header.number:
                raise InputError(
                    f"trust: 0x{header.hash.hex()} is the hash of block {header.number}, "
                    f"not of block {number}"
                )
            self._known[header.hash] = header
            child = self._vouched.get(header.number + 1)
            if header.hash in self._numbers or (child and child.parent_hash == header.hash):
                self._vouch(header)
        return header

    def _vouch(self, header: Header) -> None:
        """Vouches for a header and its ancestors at hand; see `offer`."""
        found: Header | None = header
        while found is not None:
            other = self._vouched.get(found.number)
            if other is not None and other.hash != found.hash:
                raise InputError(
                    f"trust: the trusted hashes are of two chains, which differ in block "
                    f"{found.number}"
                )
            if other is not None:
                return
            self._vouched[found.number] = found
            parent = self._known.get(found.parent_hash)
            # A parent's height is its child's less one; a header that says otherwise is none.
            found = parent if parent and parent.number == found.number - 1 else None

    def at(self, number: int) -> Header | None:
        """The header of a height that is vouched for; None if there is none."""
        return self._vouched.get(number)

    def vouches(self, header: Header) -> bool:
        """Whether a trusted hash leads to a header."""
        found = self._vouched.get(header.number)
        return found is not None and found.hash == header.hash

    def above(self, number: int) -> Header | None:
        """The lowest header at or above a height that is vouched for."""
        heights = [one for one in self._vouched if one >= number]
        return self._vouched[min(heights)] if heights else None

    @property
    def highest(self) -> Header | None:
        """The highest header that is vouched for."""
        return self._vouched[max(self._vouched)] if self._vouched else None

    @property
    def unknown(self) -> tuple[Trust, ...]:
        """Trusted hashes whose header is not at hand."""
        return tuple(one for one in self.trusted if one.hash not in self._known)

    def fetch(self, chain: Chain) -> None:
        """Asks a node for the headers of trusted hashes; one that it does not have stays unknown.

        Raises:
            InputError: as `offer`.
        """
        for one in self.unknown:
            try:
                encoded = chain.run(_header(one.hash))
            except (NoSuchBlock, RpcRefused):
                continue
            self.offer(encoded)

    def link(self, chain: Chain, low: int, most: int = MOST_LINKED) -> bool:
        """Asks a node for the headers from the lowest one above that is vouched for down to a
        block, so that this is vouched for too.

        Returns:
            whether it now is; False if nothing above is vouched for, it is too far, or the node has
            other blocks.
        """
        child = self.above(low)
        if child is None or child.number - low > most:
            return False
        while child.number > low:
            try:
                header = self.offer(chain.run(_header(child.number - 1)))
            except KeelmarkError:
                return False
            if header.hash != child.parent_hash or not self.vouches(header):
                return False
            child = header
        return True


def _header(block: int | bytes) -> Operation[bytes]:
    """The operation that reads a block's header, RLP."""
    encoded: bytes = yield GetHeader(block)
    return encoded


def gathered(source: Source, trusted: Iterable[Trust], chain: Chain | None) -> Anchors:
    """Anchors with every header that a store, a package and a node have for trusted hashes.

    Raises:
        InputError: as `Anchors.offer`.
    """
    anchors = Anchors(trusted)
    for encoded in [*getattr(source, "headers_rlp", ()), *(one.header for one in source.proofs())]:
        try:
            anchors.offer(encoded)
        except ProofBroken:
            # `Work` says so; here it vouches for nothing.
            continue
    if chain is not None:
        anchors.fetch(chain)
    return anchors
