"""Where a chain is read from: one interface over http, websocket, IPC and the embedded chain.

Answers come as the bytes of the whole JSON-RPC response, since a decoder makes columns of them;
refusals come as the types of `refusals`. `Endpoint.call` and `Endpoint.result` ask once,
`Endpoint.ask` asks again where that may help.
"""

from __future__ import annotations

import asyncio
from abc import ABC, abstractmethod
from collections.abc import AsyncIterator, Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any, Final
from urllib.parse import parse_qsl, urlsplit

from keelmark.errors import InputError
from keelmark.ingest.envelope import result
from keelmark.ingest.refusals import Asked, Passing
from keelmark.ingest.retries import Retries

if TYPE_CHECKING:
    from keelmark.chain.client import Chain
    from keelmark.chain.embedded import EmbeddedNode

__all__ = ["MOST_BYTES", "Endpoint", "open_endpoint", "secrets_of", "shown"]

MOST_BYTES: Final = 96 * 2**20
"""Largest answer that is taken in, in bytes after decompression."""

TIMEOUT_SECONDS: Final = 30.0
POLL_SECONDS: Final = 1.0
SHORTEST_SECRET: Final = 8
"""Shorter parts of an address are words like ``v3``, and no keys."""


class Endpoint(ABC):
    """A node to ask. It belongs to the event loop in which it is first asked."""

    name: str
    """Where it is, without credentials."""
    retries: Retries
    """How `ask` asks again."""
    secrets: tuple[str, ...] = ()
    """Parts of its address that are repeated to nobody."""

    @abstractmethod
    async def call(self, method: str, params: Sequence[Any] = ()) -> bytes:
        """Asks once.

        Returns:
            the whole JSON-RPC response; it holds a result.

        Raises:
            TooMuch: a limit on ranges, logs or sizes.
            RateLimited: too many requests.
            Unsupported: no such method.
            Passing: a reset, a timeout, a fault of the node: it may answer next time.
            RpcRefused: a refusal that stays.
            RpcUnreachable: nobody has ever answered there.
        """

    @abstractmethod
    async def close(self) -> None:
        """Lets go of connections."""

    async def ask(self, method: str, params: Sequence[Any] = ()) -> bytes:
        """As `call`, asking again after refusals that pass.

        Raises:
            RpcUnreachable: it was asked as often as `retries` allows.
            KeelmarkError: as `call`, except `Passing` and `RateLimited`.
        """
        attempt = 0
        while True:
            attempt += 1
            try:
                return await self.call(method, params)
            except Passing as refusal:
                await asyncio.sleep(self.retries.pause(attempt, refusal))

    async def result(self, method: str, params: Sequence[Any] = ()) -> Any:
        """The result of `call`, parsed; for small answers."""
        return self._parsed(method, params, await self.call(method, params))

    def _parsed(self, method: str, params: Sequence[Any], body: bytes) -> Any:
        return result(Asked.of(self.name, method, params, self.secrets), body)

    async def _newest(self) -> dict[str, Any] | None:
        """The newest head, asked for patiently; None if the node has none just now."""
        params = ("latest", False)
        row = self._parsed("", params, await self.ask("eth_getBlockByNumber", params))
        return row if isinstance(row, dict) else None

    async def subscribe_heads(
        self, poll_seconds: float = POLL_SECONDS
    ) -> AsyncIterator[dict[str, Any]]:
        """New heads of the chain, as JSON blocks without transactions; the newest one first.

        What is between two heads may be left out, and heads may go back: who follows a chain by
        them looks at the parent hashes. It survives the loss of a connection.

        Args:
            poll_seconds: how often a node is asked that does not tell by itself.
        """
        seen = None
        while True:
            row = await self._newest()
            if row is not None and row.get("hash") != seen:
                seen = row.get("hash")
                yield row
            await asyncio.sleep(poll_seconds)

    async def __aenter__(self) -> Endpoint:
        return self

    async def __aexit__(self, *_: object) -> None:
        await self.close()


def shown(url: str) -> str:
    """A URL without the parts in which providers put their customers' keys."""
    parts = urlsplit(url)
    host = f"[{parts.hostname}]" if parts.hostname and ":" in parts.hostname else parts.hostname
    return f"{parts.scheme}://{host}" + (f":{parts.port}" if parts.port else "")


def secrets_of(url: str) -> tuple[str, ...]:
    """The parts of a URL that may be keys: user, password, path and query."""
    parts = urlsplit(url)
    found = [parts.username or "", parts.password or ""]
    found += [segment for segment in parts.path.split("/") if len(segment) >= SHORTEST_SECRET]
    found += [value for _, value in parse_qsl(parts.query) if len(value) >= SHORTEST_SECRET]
    return tuple(sorted((one for one in found if one), key=len, reverse=True))


def open_endpoint(
    target: str | Path | Chain | EmbeddedNode,
    *,
    retries: Retries | None = None,
    timeout_seconds: float = TIMEOUT_SECONDS,
    most_bytes: int = MOST_BYTES,
) -> Endpoint:
    """An endpoint; nothing is connected to before it is first asked.

    Args:
        target: an http(s) or ws(s) URL; the path of a node's IPC socket; ``embedded`` for a new
            chain in this process; an embedded chain that is there already; or a `Chain` over http.
        retries: how it asks again.
        timeout_seconds: how long it waits for a sign of an answer.
        most_bytes: the largest answer that is taken in.

    Raises:
        InputError: the target is none of these.
    """
    policy = retries or Retries()
    if isinstance(target, str | Path):
        address = str(target)
        scheme = address.partition("://")[0].lower() if "://" in address else ""
        if scheme in ("http", "https", "ws", "wss"):
            try:
                host, _port = urlsplit(address).hostname, urlsplit(address).port
            except ValueError:
                host = None
            if not host:
                raise InputError(f"endpoint: expected a host behind {scheme}://")
        if scheme in ("http", "https"):
            from keelmark.ingest.endpoint_http import HttpEndpoint

            return HttpEndpoint(address, policy, timeout_seconds, most_bytes)
        if scheme in ("ws", "wss"):
            from keelmark.ingest.endpoint_ws import WebSocketEndpoint

            return WebSocketEndpoint(address, policy, timeout_seconds, most_bytes)
        if not scheme and (address.endswith(".ipc") or Path(address).is_socket()):
            from keelmark.ingest.endpoint_ipc import IpcEndpoint

            return IpcEndpoint(address, policy, timeout_seconds, most_bytes)
        if address != "embedded":
            raise InputError(
                "endpoint: expected an http(s):// or ws(s):// URL, the path of an IPC socket, or "
                "the word embedded"
            )
    # The embedded chain brings its machine with it: only who asks for it pays for it.
    from keelmark.ingest.endpoint_embedded import chain_endpoint

    return chain_endpoint(target, policy, timeout_seconds, most_bytes)
