"""JSON values in a stream without separators, as nodes write them to an IPC socket.

The end of a value is where its braces are balanced outside of strings. Each chunk is looked at
once, when it comes, by NumPy: how large an answer is does not change what a byte of it costs.
"""

from __future__ import annotations

from typing import Any, Final

import numpy as np

from keelmark.errors import DecodingFailed

__all__ = ["Frames"]

_QUOTE, _BACKSLASH = b'"'[0], b"\\"[0]
_STRUCTURE: Final = b'"\\{}[]'
_REST: Final = bytes(one for one in range(256) if one not in _STRUCTURE)
"""What is left out to see the structure."""


def _steps() -> Any:
    """Byte to what it does to the depth, outside of strings."""
    table = np.zeros(256, np.int8)
    table[list(b"{[")] = 1
    table[list(b"}]")] = -1
    return table


_STEPS: Final = _steps()
_PLACES: Final = bytes(one in _STRUCTURE for one in range(256))
"""Byte to whether it is structure."""
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
        """Takes in a chunk, which is not empty.

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
        bare = chunk.translate(None, _REST)
        if self._escaped or _BACKSLASH in bare:
            # What is escaped is no structure; only then is it looked at one by one.
            chunk = self._without_escapes(chunk)
            bare = chunk.translate(None, _REST)
        kinds = np.frombuffer(bare, np.uint8)
        if not len(kinds):
            return []
        quotes = kinds == _QUOTE
        inside = np.logical_xor.accumulate(quotes) ^ self._inside
        steps = _STEPS[kinds]
        steps[inside] = 0
        depths = np.cumsum(steps, dtype=np.int64)
        depths += self._depth
        self._inside = bool(inside[-1])
        self._depth = int(depths[-1])
        if int(depths.min()) < 0:
            raise DecodingFailed("ipc: a brace closes what was never opened")
        ends = np.flatnonzero((depths == 0) & (steps == -1))
        if not len(ends):
            return []
        # Where in the chunk these are matters only now.
        present = np.frombuffer(chunk.translate(_PLACES), np.bool_)
        places: list[int] = (np.flatnonzero(present)[ends] + 1).tolist()
        return places

    def _without_escapes(self, chunk: bytes) -> bytes:
        """The same length with blanks for backslashes and for what stands behind one."""
        whole = bytearray(chunk)
        place = 0
        if self._escaped:
            whole[0:1] = b" "
            place, self._escaped = 1, False
        while (place := whole.find(b"\\", place)) >= 0:
            self._escaped = place + 1 == len(whole)
            whole[place : place + 2] = b"  "[: len(whole) - place]
            place += 2
        return bytes(whole)
