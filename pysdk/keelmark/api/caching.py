"""What may be kept and for how long: tags, and 304 where nothing changed.

A range of blocks that is final answers the same for ever. Everything else is tagged by the newest
checkpoint and the chain's heads, and is asked for again after a second.
"""

from __future__ import annotations

import hashlib
from typing import Any

import msgspec
from fastapi import Request, Response

from keelmark import __version__
from keelmark.api.watch import Seen

__all__ = ["Answer"]

FOR_EVER = "public, max-age=31536000, immutable"
AT_THE_HEAD = "public, max-age=1, must-revalidate"


class Answer:
    """One request's tag, and the response that carries it."""

    def __init__(
        self, request: Request, query: str, seen: Seen, *, immutable: bool = False
    ) -> None:
        self._asked = request.headers.get("if-none-match", "")
        self._immutable = immutable
        known = f"{__version__}|{request.app.state.identity}|{query}"
        point = seen.checkpoint
        if not immutable and point is not None:
            known += f"|{point.last_block}|{point.last_hash.hex()}|{seen.heads}|{seen.sequence}"
        self.tag = '"' + hashlib.sha256(known.encode()).hexdigest()[:32] + '"'

    @property
    def headers(self) -> dict[str, str]:
        """Of the response."""
        return {
            "ETag": self.tag,
            "Cache-Control": FOR_EVER if self._immutable else AT_THE_HEAD,
        }

    @property
    def unchanged(self) -> bool:
        """Whether the asker has this answer already."""
        asked = [one.strip().removeprefix("W/") for one in self._asked.split(",")]
        return "*" in asked or self.tag in asked

    def not_modified(self) -> Response:
        """The answer to who has it."""
        return Response(status_code=304, headers=self.headers)

    def of(self, body: Any) -> Response:
        """The answer's body as JSON."""
        return Response(
            msgspec.json.encode(body), media_type="application/json", headers=self.headers
        )
