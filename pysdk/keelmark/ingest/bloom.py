"""The header's bloom filter: which contracts and topics a block may hold, and which it does not.

Yellow paper, 4.4.1: of the hash of every log's address and of each of its topics, three numbers of
11 bits set three of 2,048 bits. A filter never denies what is there, so a block whose filter holds
an address and an answer that holds no row of it are worth a second question; the other way round,
rows that the filter denies show that the chain does not fill its filters.
"""

from __future__ import annotations

from collections.abc import Iterable
from functools import cache

from eth_utils.crypto import keccak

__all__ = ["bits_of", "may_hold", "may_hold_any"]

BLOOM_BYTES = 256
"""Length of a filter."""


@cache
def bits_of(item: bytes) -> int:
    """The three bits of an address or topic, as an integer of 2,048 bits, big-endian."""
    digest = keccak(item)
    found = 0
    for place in (0, 2, 4):
        found |= 1 << (int.from_bytes(digest[place : place + 2], "big") & 2047)
    return found


def may_hold(bloom: bytes, *items: bytes) -> bool:
    """Whether a filter may hold all of these addresses and topics; True where it is no filter.

    Args:
        bloom: 256 bytes.
        items: addresses of 20 bytes, topics of 32.
    """
    if len(bloom) != BLOOM_BYTES:
        return True
    filled = int.from_bytes(bloom, "big")
    return all(filled & bits == bits for bits in map(bits_of, items))


def may_hold_any(bloom: bytes, addresses: Iterable[bytes], topics: Iterable[bytes]) -> set[bytes]:
    """The addresses that may have logs of one of the topics in the block."""
    found = list(addresses)
    if len(bloom) != BLOOM_BYTES:
        return set(found)
    filled = int.from_bytes(bloom, "big")
    seen = [one for one in found if filled & bits_of(one) == bits_of(one)]
    if not seen or not any(filled & bits_of(topic) == bits_of(topic) for topic in topics):
        return set()
    return set(seen)
