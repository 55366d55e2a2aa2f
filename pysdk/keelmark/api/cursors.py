"""Cursors and event ids: where a reader of rows stopped, so that it goes on from there.

A cursor is opaque: height, place in the block, the block's hash and a digest of the query that it
belongs to. New rows behind it do not move it. If its block was replaced it is refused, since what
came before it may be gone as well.

An event id of the live tail reads ``block:log index:block hash:final block``. Its last part says up
to where the chain was final when the event was sent: nothing up to there can have been replaced.
"""

from __future__ import annotations

import base64
import hashlib
import re
import struct
from dataclasses import dataclass
from http import HTTPStatus

from keelmark.api.problems import Refused
from keelmark.api.rows import END, Place

__all__ = ["Cursor", "EventId"]

_LAYOUT = struct.Struct(">BQI32s8s")
_VERSION = 1
_ID = re.compile(r"(\d{1,18}):(\d{1,9}|end):0x([0-9a-f]{64})(?::(\d{1,18}|none))?")


@dataclass(frozen=True, slots=True)
class Cursor:
    """The last row that was given out."""

    place: Place
    block_hash: bytes

    def to_text(self, query: str) -> str:
        """The cursor as text for a query."""
        digest = hashlib.sha256(query.encode()).digest()[:8]
        packed = _LAYOUT.pack(_VERSION, self.place.block, self.place.log, self.block_hash, digest)
        return base64.urlsafe_b64encode(packed).decode().rstrip("=")

    @classmethod
    def from_text(cls, text: str, query: str) -> Cursor:
        """What `to_text` gave.

        Raises:
            Refused: it is no cursor, or one of another query.
        """
        try:
            packed = base64.b64decode(text + "=" * (-len(text) % 4), b"-_", validate=True)
            version, block, log, found, digest = _LAYOUT.unpack(packed)
        except (ValueError, struct.error):
            version = 0
        if version != _VERSION:
            raise Refused(
                HTTPStatus.UNPROCESSABLE_ENTITY, "cursor: expected what `next` of a page said"
            )
        if digest != hashlib.sha256(query.encode()).digest()[:8]:
            raise Refused(
                HTTPStatus.UNPROCESSABLE_ENTITY,
                "cursor: it belongs to another query, expected the filters that it came from",
            )
        return cls(Place(block, log), found)


@dataclass(frozen=True, slots=True)
class EventId:
    """Where a reader of the live tail stands."""

    place: Place
    block_hash: bytes
    finalized: int | None = None
    """The last final block when it was sent; None if none was."""
    says_final: bool = True
    """Whether it says so; an id put together from a row does not."""

    def __str__(self) -> str:
        log = "end" if self.place.log == END else str(self.place.log)
        final = "none" if self.finalized is None else str(self.finalized)
        return f"{self.place.block}:{log}:0x{self.block_hash.hex()}:{final}"

    @classmethod
    def from_text(cls, text: str) -> EventId:
        """An event's id.

        Raises:
            Refused: it is none.
        """
        found = _ID.fullmatch(text.strip())
        if found is None:
            raise Refused(
                HTTPStatus.UNPROCESSABLE_ENTITY,
                "Last-Event-ID: expected block:log index:block hash, as the stream's ids",
            )
        block, log, digits, final = found.groups()
        place = Place(int(block), END if log == "end" else int(log))
        finalized = None if final in (None, "none") else int(final)
        return cls(place, bytes.fromhex(digits), finalized, final is not None)
