"""A node over HTTP: connections kept open, compressed answers taken, bodies bounded."""

from __future__ import annotations

from collections.abc import Sequence
from itertools import count
from typing import Any, Final

from aiohttp import (
    ClientConnectionError,
    ClientConnectorError,
    ClientError,
    ClientPayloadError,
    ClientResponse,
    ClientSession,
    ClientTimeout,
    InvalidURL,
    ServerDisconnectedError,
    TCPConnector,
)

from keelmark.errors import InputError, KeelmarkError, RpcUnreachable
from keelmark.ingest.endpoint import Endpoint, secrets_of, shown
from keelmark.ingest.envelope import check, request
from keelmark.ingest.refusals import Asked, Measure, Passing, TooMuch, refusal_of_status
from keelmark.ingest.retries import Retries

__all__ = ["HttpEndpoint"]

CONNECT_SECONDS: Final = 10.0
MOST_CONNECTIONS: Final = 32
MOST_RANGE_BYTES: Final = 24 * 2**20
"""Largest answer about several blocks: fewer can be asked for."""

_READ_BYTES: Final = 2**20
_WHOLE_SECONDS: Final = 10
"""An answer may take so many times the timeout in all, as long as something keeps coming."""


class HttpEndpoint(Endpoint):
    """JSON-RPC over HTTP POST, one request a time on each connection."""

    def __init__(self, url: str, retries: Retries, timeout_seconds: float, most_bytes: int) -> None:
        self.name = shown(url)
        self.retries = retries
        self.secrets = secrets_of(url)
        self._url = url
        self._timeout = ClientTimeout(
            total=timeout_seconds * _WHOLE_SECONDS,
            sock_connect=CONNECT_SECONDS,
            sock_read=timeout_seconds,
        )
        self._most_bytes = most_bytes
        self._ids = count(1)
        self._session: ClientSession | None = None
        self._answered = False

    async def call(self, method: str, params: Sequence[Any] = ()) -> bytes:
        """Asks once; see `Endpoint.call`."""
        asked = Asked.of(self.name, method, params, self.secrets)
        payload = request(next(self._ids), method, params)
        try:
            try:
                body = await self._post(asked, payload)
            except ServerDisconnectedError:
                # The server let go of an idle connection as it was taken; another is at hand.
                body = await self._post(asked, payload)
        except KeelmarkError:
            # Before the others: some of ours are connection errors, and so are OSErrors.
            raise
        except TimeoutError:
            raise Passing(f"rpc: {self.name} did not answer {method} in time", heavy=True) from None
        except ClientConnectorError:
            raise self._unreachable() from None
        except InvalidURL:
            raise InputError("endpoint: the URL is malformed") from None
        except ClientPayloadError:
            raise Passing(
                f"rpc: {self.name} broke off in the answer to {method}", heavy=True
            ) from None
        except (ClientConnectionError, ClientError, OSError):
            raise Passing(f"rpc: {self.name} let go of the connection during {method}") from None
        check(asked, body)
        self._answered = True
        return body

    async def close(self) -> None:
        """Closes the connections."""
        if self._session is not None:
            await self._session.close()
            self._session = None

    async def _post(self, asked: Asked, payload: bytes) -> bytes:
        """The body of a success.

        Raises:
            KeelmarkError: the typed form of any other status.
        """
        if self._session is None:
            self._session = ClientSession(
                connector=TCPConnector(limit=MOST_CONNECTIONS, keepalive_timeout=60),
                timeout=self._timeout,
                headers={"Content-Type": "application/json"},
                read_bufsize=_READ_BYTES,
            )
        # A redirection would carry the customer's key to somewhere else.
        async with self._session.post(self._url, data=payload, allow_redirects=False) as response:
            body = await self._read(asked, response)
            if response.status != 200:
                refusal = refusal_of_status(asked, response.status, response.headers, body)
                if refusal is not None:
                    raise refusal
            return body

    async def _read(self, asked: Asked, response: ClientResponse) -> bytes:
        """The whole body.

        Raises:
            TooMuch: it is larger than what is taken in; the rest is not waited for.
        """
        most = self._most_bytes if asked.span == 1 else min(self._most_bytes, MOST_RANGE_BYTES)
        chunks: list[bytes] = []
        size = response.content_length or 0
        if size <= most:
            size = 0
            async for chunk in response.content.iter_any():
                chunks.append(chunk)
                size += len(chunk)
                if size > most:
                    break
        if size > most:
            response.close()
            raise TooMuch(
                f"rpc: {self.name} answered {asked.method} with more than the {most} bytes that "
                "are taken in",
                measure=Measure.BYTES,
                limit=most,
            )
        return chunks[0] if len(chunks) == 1 else b"".join(chunks)

    def _unreachable(self) -> RpcUnreachable:
        """Nobody listens: for good, if nobody ever did."""
        if self._answered:
            return Passing(f"rpc: {self.name} does not answer any more")
        return RpcUnreachable(
            f"rpc: {self.name} does not answer; expected a JSON-RPC node at this address"
        )
