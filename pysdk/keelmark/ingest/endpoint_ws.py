"""A node over a websocket."""

from __future__ import annotations

import socket
from contextlib import suppress
from typing import Final

from websockets.asyncio.client import ClientConnection, connect
from websockets.exceptions import ConnectionClosed, InvalidHandshake, InvalidStatus, InvalidURI

from keelmark.errors import InputError, RpcUnreachable
from keelmark.ingest.endpoint import secrets_of, shown
from keelmark.ingest.endpoint_framed import Connection, FramedEndpoint, TooLarge
from keelmark.ingest.refusals import Asked, refusal_of_status
from keelmark.ingest.retries import Retries

__all__ = ["WebSocketEndpoint"]

_MESSAGE_TOO_BIG: Final = 1009
"""RFC 6455, 7.4.1."""

_QUICK_ACK: Final[int | None] = getattr(socket, "TCP_QUICKACK", None)
"""Of Linux."""

CONNECT_SECONDS: Final = 10.0


class _Socket:
    """A websocket as a `Connection`."""

    def __init__(self, connection: ClientConnection) -> None:
        self._socket = connection
        self._raw = connection.transport.get_extra_info("socket")

    async def send(self, message: bytes) -> None:
        await self._socket.send(message.decode())

    async def receive(self) -> bytes:
        self._acknowledge()
        try:
            return await self._socket.recv(decode=False)
        except ConnectionClosed as closed:
            if closed.sent is not None and closed.sent.code == _MESSAGE_TOO_BIG:
                raise TooLarge from None
            raise

    def _acknowledge(self) -> None:
        """Has the next packet acknowledged at once. A node's short messages otherwise wait for a
        delayed acknowledgement of the one before (RFC 896 and RFC 1122, 4.2.3.2): 40 ms a head."""
        if _QUICK_ACK is not None and self._raw is not None:
            with suppress(OSError):
                self._raw.setsockopt(socket.IPPROTO_TCP, _QUICK_ACK, 1)

    async def close(self) -> None:
        await self._socket.close()


class WebSocketEndpoint(FramedEndpoint):
    """JSON-RPC over a websocket, compressed where the server can."""

    def __init__(self, url: str, retries: Retries, timeout_seconds: float, most_bytes: int) -> None:
        super().__init__(shown(url), retries, timeout_seconds, most_bytes)
        self.secrets = secrets_of(url)
        self._url = url

    async def _connect(self) -> Connection:
        try:
            connection = await connect(
                self._url,
                max_size=self._most_bytes,
                open_timeout=CONNECT_SECONDS,
                close_timeout=1.0,
                proxy=None,
            )
        except InvalidURI:
            raise InputError("endpoint: the URL is malformed") from None
        except InvalidStatus as refused:
            answer = refused.response
            asked = Asked(self.name, "a websocket", secrets=self.secrets)
            headers = dict(answer.headers.raw_items())
            refusal = refusal_of_status(
                asked, answer.status_code, headers, bytes(answer.body or b"")
            )
            raise refusal or self._no_socket() from None
        except InvalidHandshake:
            raise self._no_socket() from None
        return _Socket(connection)

    def _no_socket(self) -> RpcUnreachable:
        return RpcUnreachable(
            f"rpc: {self.name} opens no websocket; expected a JSON-RPC node at this address"
        )
