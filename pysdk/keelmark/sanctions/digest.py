"""The digest of a list, as `contracts/modules/set_digest.vy` keeps it.

Each entry (wallet, reference) becomes a point of the curve alt_bn128 and the digest is their sum,
so that the order of the entries and of the changes does not matter; why no cheaper sum will do is
said in the contract's module. This is the plain integer twin, without a library for curves.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Final

from eth_utils.crypto import keccak

__all__ = ["EMPTY", "Point", "add", "digest", "digest_word", "negative", "point_of"]

Point = tuple[int, int]
"""x and y; (0, 0) is the point at infinity."""

P: Final = 21888242871839275222246405745257275088696311157297823662689037894645226208583
"""Prime of the field (EIP-196)."""

EMPTY: Final[Point] = (0, 0)
"""Digest of an empty list."""


def point_of(address: str, reference: bytes) -> Point:
    """An entry's point; its y is even.

    Args:
        address: the wallet, hexadecimal.
        reference: 32 bytes.
    """
    head = bytes.fromhex(address[2:]).rjust(32, b"\0") + reference
    attempt = 0
    while True:
        x = int.from_bytes(keccak(head + attempt.to_bytes(32, "big")), "big") % P
        square = (x * x * x + 3) % P
        y = pow(square, (P + 1) // 4, P)
        if y * y % P == square:
            return x, y if y % 2 == 0 else P - y
        attempt += 1


def negative(point: Point) -> Point:
    """The point that takes an entry away."""
    return point if point == EMPTY else (point[0], P - point[1])


def add(left: Point, right: Point) -> Point:
    """The sum of two points of the curve."""
    if left == EMPTY:
        return right
    if right == EMPTY:
        return left
    (x1, y1), (x2, y2) = left, right
    if x1 == x2:
        if (y1 + y2) % P == 0:
            return EMPTY
        slope = 3 * x1 * x1 * pow(2 * y1, -1, P) % P
    else:
        slope = (y2 - y1) * pow(x2 - x1, -1, P) % P
    x3 = (slope * slope - x1 - x2) % P
    return x3, (slope * (x1 - x3) - y1) % P


def digest_word(point: Point) -> bytes:
    """A digest as the contract shows it: keccak256 of the point's two words."""
    return bytes(keccak(point[0].to_bytes(32, "big") + point[1].to_bytes(32, "big")))


def digest(references: Mapping[str, bytes]) -> bytes:
    """The digest of a list.

    Args:
        references: address to reference.
    """
    total = EMPTY
    for address, reference in references.items():
        total = add(total, point_of(address, reference))
    return digest_word(total)
