"""Many questions over one connection: answers find their question by its id, new heads arrive.

What is common to websocket and IPC. A lost connection fails the questions that were open, as
passing, and the next question connects anew; who follows heads hears the newest one again.
"""

from __future__ import annotations

import asyncio
from abc import abstractmethod
from collections.abc import AsyncIterator, Callable, Sequence
from contextlib import suppress
from dataclasses import dataclass
from itertools import count
from typing import Any, Final, Protocol

import msgspec

from keelmark.errors import KeelmarkError, RpcUnreachable
from keelmark.ingest.endpoint import POLL_SECONDS, Endpoint
from keelmark.ingest.envelope import MALFORMED, check, identity, open_envelope, request, result
from keelmark.ingest.refusals import Asked, Measure, Passing, TooMuch, Unsupported
from keelmark.ingest.retries import Retries

__all__ = ["Connection", "FramedEndpoint", "TooLarge"]

QUIET_SECONDS: Final = 15.0
"""After so long without a new head the node is asked, lest a subscription has died in silence."""

MOST_HEADS: Final = 1024
"""Heads that wait for a slow listener; then the oldest is dropped."""

Head = dict[str, Any]


class TooLarge(Exception):
    """A message larger than what is taken in has ended a connection."""


class Connection(Protocol):
    """An open connection; what it raises means that it is lost."""

    async def send(self, message: bytes) -> None:
        """Sends one message."""

    async def receive(self) -> bytes:
        """The next message, whole.

        Raises:
            TooLarge: it is larger than what is taken in.
        """

    async def close(self) -> None:
        """Ends it."""


@dataclass(slots=True)
class _Open:
    """A question that waits for its answer."""

    asked: Asked
    answer: asyncio.Future[bytes]
    heed: Callable[[bytes], None] | None = None
    """Called with the answer before any later message is looked at."""


class FramedEndpoint(Endpoint):
    """JSON-RPC over messages; a subclass says how to connect."""

    def __init__(
        self, name: str, retries: Retries, timeout_seconds: float, most_bytes: int
    ) -> None:
        self.name = name
        self.retries = retries
        self._timeout = timeout_seconds
        self._most_bytes = most_bytes
        self._ids = count(1)
        self._open: dict[int, _Open] = {}
        self._heads: dict[str, asyncio.Queue[Head | None]] = {}
        self._connection: Connection | None = None
        self._reader: asyncio.Task[None] | None = None
        self._connecting = asyncio.Lock()
        self._answered = False

    @abstractmethod
    async def _connect(self) -> Connection:
        """A new connection.

        Raises:
            OSError: nobody listens.
            TimeoutError: nobody answers.
            KeelmarkError: the typed form of a refusal to connect.
        """

    async def call(self, method: str, params: Sequence[Any] = ()) -> bytes:
        """Asks once; see `Endpoint.call`."""
        return await self._call(Asked.of(self.name, method, params, self.secrets), params)

    async def _call(
        self, asked: Asked, params: Sequence[Any], heed: Callable[[bytes], None] | None = None
    ) -> bytes:
        connection = await self._connected()
        number = next(self._ids)
        question = _Open(asked, asyncio.get_running_loop().create_future(), heed)
        self._open[number] = question
        try:
            await connection.send(request(number, asked.method, params))
            body = await asyncio.wait_for(question.answer, self._timeout)
        except TimeoutError:
            raise Passing(
                f"rpc: {self.name} did not answer {asked.method} in time", heavy=True
            ) from None
        except KeelmarkError:
            raise
        except Exception:
            # Whatever a transport raises when it is lost.
            raise self._lost(asked) from None
        finally:
            self._open.pop(number, None)
        check(asked, body)
        self._answered = True
        return body

    async def close(self) -> None:
        """Ends the connection; questions that are open fail."""
        if self._reader is not None:
            self._reader.cancel()
            with suppress(asyncio.CancelledError):
                await self._reader
            self._reader = None

    async def subscribe_heads(self, poll_seconds: float = POLL_SECONDS) -> AsyncIterator[Head]:
        """As `Endpoint.subscribe_heads`; the node tells by itself where it can."""
        seen = None
        while True:
            heads: asyncio.Queue[Head | None] = asyncio.Queue(MOST_HEADS)
            try:
                number = await self._subscribe(heads)
            except Unsupported:
                async for row in super().subscribe_heads(poll_seconds):
                    yield row
                return
            try:
                head: Head | None = await self._newest()
                while head is not None:
                    if head.get("hash") != seen:
                        seen = head.get("hash")
                        yield head
                    try:
                        head = await asyncio.wait_for(heads.get(), QUIET_SECONDS)
                    except TimeoutError:
                        head = await self._newest()
                        if head is not None and head.get("hash") != seen:
                            seen = head.get("hash")
                            yield head
                            # It did not tell of this one: it tells no more.
                            break
            finally:
                await self._unsubscribe(number)

    async def _subscribe(self, heads: asyncio.Queue[Head | None]) -> str:
        """Has new heads put into a queue; None is put there when the connection is lost."""
        params = ("newHeads",)
        asked = Asked.of(self.name, "eth_subscribe", params, self.secrets)

        def heed(body: bytes) -> None:
            # A notice may be the very next message: by then it must be known whose it is.
            with suppress(KeelmarkError):
                check(asked, body)
                self._heads[str(result(asked, body))] = heads

        attempt = 0
        while True:
            attempt += 1
            try:
                return str(result(asked, await self._call(asked, params, heed)))
            except Passing as refusal:
                await asyncio.sleep(self.retries.pause(attempt, refusal))

    async def _unsubscribe(self, number: str) -> None:
        """Lets go of a subscription; a node that does not answer forgets it with the connection."""
        if self._heads.pop(number, None) is not None and self._connection is not None:
            with suppress(KeelmarkError):
                await self.call("eth_unsubscribe", [number])

    # The connection

    async def _connected(self) -> Connection:
        async with self._connecting:
            if self._connection is None:
                try:
                    self._connection = await self._connect()
                except KeelmarkError:
                    # Before the others: some of ours are connection errors, and so are OSErrors.
                    raise
                except OSError:
                    raise self._absent() from None
                self._reader = asyncio.create_task(self._read(self._connection))
            return self._connection

    def _absent(self) -> RpcUnreachable:
        """Nobody listens: for good, if nobody ever did."""
        if self._answered:
            return Passing(f"rpc: {self.name} does not answer any more")
        return RpcUnreachable(
            f"rpc: {self.name} does not answer; expected a JSON-RPC node at this address"
        )

    def _lost(self, asked: Asked) -> Passing:
        return Passing(f"rpc: {self.name} let go of the connection during {asked.method}")

    async def _read(self, connection: Connection) -> None:
        """Hands out what comes, until the connection is lost."""
        large = False
        try:
            while True:
                self._hand_out(await connection.receive())
        except TooLarge:
            large = True
        except Exception:
            # Whatever a transport raises when it is lost; the open questions say so.
            pass
        finally:
            self._connection = None
            for question in self._open.values():
                if not question.answer.done():
                    question.answer.set_exception(self._failure(question.asked, large))
            for heads in self._heads.values():
                _put(heads, None)
            self._heads.clear()
            with suppress(Exception):
                await connection.close()

    def _failure(self, asked: Asked, large: bool) -> KeelmarkError:
        """Why an open question has no answer. Which one was answered too largely cannot be known
        where several were open; only those about logs can have been."""
        if large and asked.blocks is not None:
            return TooMuch(
                f"rpc: {self.name} answered with more than the {self._most_bytes} bytes that are "
                "taken in",
                measure=Measure.BYTES,
                limit=self._most_bytes,
                certain=len(self._open) == 1,
            )
        return self._lost(asked)

    def _hand_out(self, frame: bytes) -> None:
        number = identity(frame)
        if number is not None:
            question = self._open.get(number)
            if question is not None and not question.answer.done():
                if question.heed is not None:
                    question.heed(frame)
                question.answer.set_result(frame)
            return
        members = open_envelope(frame)
        if members is None or members.method != "eth_subscription":
            return
        if members.params is not msgspec.UNSET:
            try:
                notice = msgspec.json.decode(members.params)
            except MALFORMED:
                return
            if not isinstance(notice, dict):
                return
            heads = self._heads.get(str(notice.get("subscription")))
            if heads is not None and isinstance(notice.get("result"), dict):
                _put(heads, notice["result"])


def _put(heads: asyncio.Queue[Head | None], head: Head | None) -> None:
    """Puts a head into a queue, in place of the oldest if it is full."""
    if heads.full():
        heads.get_nowait()
    heads.put_nowait(head)
