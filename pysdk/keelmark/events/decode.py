"""From a raw log to an event, by the tables alone."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Final

from eth_utils.address import to_checksum_address

from keelmark.errors import DecodingFailed
from keelmark.events.cooperation import COOPERATION_EVENTS
from keelmark.events.house import HOUSE_EVENTS
from keelmark.events.model import Event, EventSpec, Field, Value
from keelmark.events.parties import PARTY_EVENTS
from keelmark.events.sanctions import SANCTIONS_EVENTS
from keelmark.events.supervision import SUPERVISION_EVENTS
from keelmark.events.system import BOARD_EVENTS, FUND_EVENTS, INSTRUMENT_EVENTS, ROLE_EVENTS

ALL_EVENTS: Final = (
    *HOUSE_EVENTS,
    *FUND_EVENTS,
    *PARTY_EVENTS,
    *INSTRUMENT_EVENTS,
    *BOARD_EVENTS,
    *SANCTIONS_EVENTS,
    *SUPERVISION_EVENTS,
    *COOPERATION_EVENTS,
    *ROLE_EVENTS,
)
"""Every reporting event of the kit."""

BY_TOPIC: Final = {spec.topic: spec for spec in ALL_EVENTS}
BY_NAME: Final = {spec.name: spec for spec in ALL_EVENTS}


def decode_word(field: Field, word: bytes) -> Value:
    """One 32-byte word as its field's type.

    Raises:
        DecodingFailed: an address has bits above its 160.
    """
    if field.type == "bytes32":
        return bytes(word)
    if field.type == "address":
        if any(word[:12]):
            raise DecodingFailed(f"{field.name}: expected an address, not 0x{word.hex()}")
        return str(to_checksum_address(word[12:]))
    return int.from_bytes(word, "big", signed=field.type == "int256")


def encode_word(field: Field, value: Value) -> bytes:
    """One value as its field's 32-byte word.

    Raises:
        DecodingFailed: the value is not of the field's type.
    """
    if field.type == "bytes32" and isinstance(value, bytes) and len(value) == 32:
        return value
    if field.type == "address" and isinstance(value, str):
        return bytes.fromhex(value.removeprefix("0x")).rjust(32, b"\0")
    if field.type in ("uint256", "int256") and isinstance(value, int):
        return value.to_bytes(32, "big", signed=field.type == "int256")
    raise DecodingFailed(f"{field.name}: expected {field.type}, not {value!r}")


def encode(spec: EventSpec, args: dict[str, Value]) -> tuple[tuple[bytes, ...], bytes]:
    """Topics and data of an event, as a contract would emit it."""
    words = [encode_word(field, args[field.name]) for field in spec.fields]
    return (spec.topic, *words[:2]), b"".join(words[2:])


def decode(
    topics: Sequence[bytes],
    data: bytes,
    *,
    address: str,
    block_number: int,
    log_index: int,
    timestamp: int = 0,
) -> Event:
    """A log of a reporting contract as an event.

    Args:
        topics: three topics, 32 bytes each.
        data: the other words.
        address: contract that emitted the log.
        block_number: of its block.
        log_index: its place in the block.
        timestamp: of its block, Unix seconds.

    Raises:
        DecodingFailed: the topic is none of the kit's, or the shape is another.
    """
    spec = BY_TOPIC.get(bytes(topics[0])) if topics else None
    if spec is None:
        raise DecodingFailed(f"log {log_index} of block {block_number}: not a reporting event")
    if len(topics) != 3 or len(data) != 32 * len(spec.data):
        raise DecodingFailed(
            f"{spec.name}: expected 3 topics and {len(spec.data)} words, "
            f"not {len(topics)} and {len(data)} bytes"
        )
    words = [*topics[1:], *(data[place : place + 32] for place in range(0, len(data), 32))]
    args = {
        field.name: decode_word(field, bytes(word))
        for field, word in zip(spec.fields, words, strict=True)
    }
    checksummed = str(to_checksum_address(address))
    return Event(spec, checksummed, args, block_number, log_index, timestamp)
