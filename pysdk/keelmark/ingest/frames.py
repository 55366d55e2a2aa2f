"""JSON values in a stream without separators, as nodes write them to an IPC socket.

The end of a value is where its braces are balanced outside of strings. Each chunk is looked at
once, when it comes, by NumPy: how large an answer is does not change what a byte of it costs.
"""

from __future__ import annotations

from typing import Any, Final

import numpy as np

from keelmark.errors import DecodingFailed

__all__ = ["Frames"]

_OTHER, _QUOTE, _BACKSLASH, _OPEN, _CLOSE = range(5)


def _kinds() -> Any:
    """Byte to what it means for the structure."""
    table = np.zeros(256, np.int8)
    table[list(b'"')] = _QUOTE
    table[list(b"\\")] = _BACKSLASH
    table[list(b"{[")] = _OPEN
    table[list(b"}]")] = _CLOSE
    return table


_KINDS: Final = _kinds()
_BLANKS: Final = b" \t\r\n"


class Frames:
    """Cuts a stream into JSON objects and arrays."""

    def __init__(self) -> None:
        self._parts: list[bytes] = []
        self._depth = 0
        self._inside = False
        self._escaped = False
        self.size = 0
        """Bytes of the value that has begun and not ended."""

    def feed(self, chunk: bytes) -> list[bytes]:
        """Takes in a chunk.

        Returns:
            the values that end in it, without blanks around them.

        Raises:
            DecodingFailed: what comes is no object and no array.
        """
        done: list[bytes] = []
        begun = 0
        for end in self._ends(chunk):
            self._parts.append(chunk[begun:end])
            frame = b"".join(self._parts).strip(_BLANKS)
            self._parts = []
            if not frame.startswith((b"{", b"[")):
                raise DecodingFailed("ipc: expected JSON objects, one after the other")
            done.append(frame)
            begun = end
        rest = chunk[begun:]
        if not self._parts:
            rest = rest.lstrip(_BLANKS)
            if rest and not rest.startswith((b"{", b"[")):
                raise DecodingFailed("ipc: expected JSON objects, one after the other")
        if rest:
            self._parts.append(rest)
        self.size = sum(map(len, self._parts)) if done else self.size + len(rest)
        return done

    def _ends(self, chunk: bytes) -> list[int]:
        """Behind which bytes of a chunk a value ends; remembers the state at the chunk's end."""
        kinds = _KINDS[np.frombuffer(chunk, np.uint8)]
        places = np.flatnonzero(kinds)
        kinds = kinds[places]
        if self._escaped or (kinds == _BACKSLASH).any():
            places, kinds = self._without_escapes(chunk, places, kinds)
        quotes = kinds == _QUOTE
        inside = (np.cumsum(quotes) + self._inside) & 1
        steps = np.where(inside == 1, 0, (kinds == _OPEN) * 1 - (kinds == _CLOSE) * 1)
        steps[quotes] = 0
        depths = self._depth + np.cumsum(steps)
        if len(depths):
            self._inside = bool(inside[-1])
            self._depth = int(depths[-1])
            if int(depths.min()) < 0:
                raise DecodingFailed("ipc: a brace closes what was never opened")
        ends: list[int] = (places[(depths == 0) & (steps == -1)] + 1).tolist()
        return ends

    def _without_escapes(self, chunk: bytes, places: Any, kinds: Any) -> tuple[Any, Any]:
        """The same without backslashes and without what stands behind one."""
        kept = np.ones(len(places), bool)
        skip = 0 if self._escaped else -1
        self._escaped = False
        for index, (place, kind) in enumerate(zip(places.tolist(), kinds.tolist(), strict=True)):
            if place == skip:
                kept[index] = False
            elif kind == _BACKSLASH:
                kept[index] = False
                skip = place + 1
        self._escaped = skip == len(chunk)
        return places[kept], kinds[kept]
