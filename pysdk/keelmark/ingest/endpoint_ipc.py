"""A node over its IPC socket, on the same machine."""

from __future__ import annotations

import asyncio
from collections import deque
from pathlib import Path
from typing import Final

from keelmark.ingest.endpoint_framed import Connection, FramedEndpoint, TooLarge
from keelmark.ingest.frames import Frames
from keelmark.ingest.retries import Retries

__all__ = ["IpcEndpoint"]

_CHUNK: Final = 2**20


class _Socket:
    """A Unix socket as a `Connection`."""

    def __init__(
        self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter, most_bytes: int
    ) -> None:
        self._reader = reader
        self._writer = writer
        self._most_bytes = most_bytes
        self._frames = Frames()
        self._ready: deque[bytes] = deque()

    async def send(self, message: bytes) -> None:
        self._writer.write(message + b"\n")
        await self._writer.drain()

    async def receive(self) -> bytes:
        while not self._ready:
            chunk = await self._reader.read(_CHUNK)
            if not chunk:
                raise ConnectionResetError("the node has closed the socket")
            frames = self._frames.feed(chunk)
            if max(map(len, frames), default=self._frames.size) > self._most_bytes:
                raise TooLarge
            self._ready.extend(frames)
        return self._ready.popleft()

    async def close(self) -> None:
        self._writer.close()
        await self._writer.wait_closed()


class IpcEndpoint(FramedEndpoint):
    """JSON-RPC over a Unix domain socket."""

    def __init__(
        self, path: str, retries: Retries, timeout_seconds: float, most_bytes: int
    ) -> None:
        super().__init__(f"ipc:{Path(path).name}", retries, timeout_seconds, most_bytes)
        self._path = path

    async def _connect(self) -> Connection:
        reader, writer = await asyncio.open_unix_connection(self._path, limit=_CHUNK)
        return _Socket(reader, writer, self._most_bytes)
