"""How blocks hang together: headers as a node gives them, and where two chains part.

Every header names its parent's hash, so a chain of remembered headers vouches for one block more
than it has headers. Where the node's chain parts from the remembered one is found by asking for
some heights: below the parting all hashes agree and above it none does.
"""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from keelmark.errors import DecodingFailed
from keelmark.store.model import Header

__all__ = ["Block", "first_break", "known_hashes", "last_common", "parse_block"]


@dataclass(frozen=True, slots=True)
class Block:
    """A block as a node describes it, without its transactions."""

    header: Header
    bloom: bytes
    """Of 256 bytes; empty where the node gives none."""
    row: Mapping[str, Any]
    """All fields, as the node gave them."""

    @property
    def number(self) -> int:
        """Its height."""
        return self.header.number

    @property
    def hash(self) -> bytes:
        """Its hash."""
        return self.header.hash


def parse_block(row: Mapping[str, Any]) -> Block:
    """A block from JSON, as ``eth_getBlockByNumber`` and new heads give it.

    Raises:
        DecodingFailed: a field is missing or malformed.
    """
    try:
        header = Header(
            int(row["number"], 16),
            _word(row["hash"]),
            _word(row["parentHash"]),
            int(row["timestamp"], 16),
        )
        bloom = bytes.fromhex((row.get("logsBloom") or "0x")[2:])
    except (KeyError, TypeError, ValueError):
        raise DecodingFailed(
            "block: expected number, hash, parentHash, timestamp and logsBloom in hexadecimal"
        ) from None
    return Block(header, bloom, row)


def _word(text: str) -> bytes:
    """32 bytes of hexadecimal text."""
    found = bytes.fromhex(text[2:])
    if len(found) != 32:
        raise ValueError("not 32 bytes")
    return found


def first_break(last: Header | None, blocks: Sequence[Block]) -> int | None:
    """Height of the first block that does not continue the one before it; None if all do.

    Args:
        last: the block before them, if it is known.
        blocks: by height, without a gap.
    """
    before = last
    for block in blocks:
        if before is not None and (
            block.number != before.number + 1 or block.header.parent_hash != before.hash
        ):
            return block.number
        before = block.header
    return None


def known_hashes(headers: Iterable[Header]) -> dict[int, bytes]:
    """Height to hash, of headers and of their parents."""
    known: dict[int, bytes] = {}
    for header in headers:
        if header.number:
            known.setdefault(header.number - 1, header.parent_hash)
        known[header.number] = header.hash
    return known


async def last_common(
    known: Mapping[int, bytes], ask: Callable[[int], Awaitable[Block | None]]
) -> tuple[Block | None, int | None]:
    """Where the node's chain parts from the known one.

    Steps back by doubling strides and halves the last of them, so that a parting 64 blocks deep
    costs about a dozen questions.

    Args:
        known: height to hash.
        ask: the node's block at a height; None if it has none.

    Returns:
        the node's newest block whose hash is known (None if there is none), and the lowest known
        height at which the node has another block, or none (None if all agree).
    """
    heights = sorted(known)
    common: Block | None = None

    async def agrees(place: int) -> bool:
        nonlocal common
        block = await ask(heights[place])
        if block is None or block.hash != known[heights[place]]:
            return False
        if common is None or block.number > common.number:
            common = block
        return True

    bad, stride = len(heights), 1
    good = -1
    while bad > 0:
        place = max(bad - stride, 0)
        if await agrees(place):
            good = place
            break
        bad, stride = place, stride * 2
    while bad - good > 1:
        middle = (good + bad) // 2
        if await agrees(middle):
            good = middle
        else:
            bad = middle
    return common, heights[bad] if bad < len(heights) else None
