"""A provider that misbehaves by script: an HTTP server that stands between a reader and a node.

::

    with bad_provider(anvil.name) as provider:
        provider.limit_rows(10_000, ROWS_DIALECTS[0])
        provider.add(RateLimit(retry_after="1", share=0.08))
        provider.add(Reset(after=500, times=2))
        ...  # read from provider.url
        assert provider.count("eth_getLogs") <= 41

It runs in a thread of its own, so that blocking tests, asynchronous ones and other processes may
read from it, and a script may be changed while it runs (`add`, `clear`). A fault acts on requests
that match it, as often as it says; the first that refuses wins, all that alter do so in order.
What no fault touches is passed on byte by byte.
"""

from __future__ import annotations

import asyncio
import gzip
import json
import random
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from typing import Any

from aiohttp import ClientSession, TCPConnector, web

from tests.support.bad_dialects import Dialect

__all__ = [
    "Altered",
    "Asked",
    "BadProvider",
    "Doubled",
    "Empty",
    "Fault",
    "Gzipped",
    "Incomplete",
    "LateHead",
    "Limit",
    "Malformed",
    "NullAnswer",
    "RateLimit",
    "Reply",
    "Reset",
    "Shuffled",
    "Slow",
    "Status",
    "Truncated",
    "WrongChain",
    "bad_provider",
]


@dataclass(frozen=True)
class Asked:
    """One request that came in."""

    method: str
    params: list[Any]
    id: Any
    at: float
    """Monotonic seconds."""

    @property
    def span(self) -> tuple[int, int] | None:
        """The range of blocks that logs are asked of; None for any other request."""
        if self.method != "eth_getLogs" or "fromBlock" not in self.params[0]:
            return None
        query = self.params[0]
        return int(query["fromBlock"], 16), int(query["toBlock"], 16)


@dataclass
class Reply:
    """What goes back."""

    body: bytes
    status: int = 200
    headers: dict[str, str] = field(default_factory=dict)
    cut: int | None = None
    """Reset the connection after so many bytes of the body."""
    wait: float = 0.0
    """Seconds before it is sent."""


@dataclass
class Fault:
    """Something that goes wrong; a subclass overrides one of the three verbs."""

    method: str | None = "eth_getLogs"
    """Which requests it touches; None touches all."""
    times: int | None = None
    """How often in all; None always."""
    skip: int = 0
    """How many matching requests are left alone first."""
    share: float = 1.0
    """Which part of matching requests it touches, at random (seeded)."""
    when: Callable[[Asked], bool] | None = None
    """A condition of one's own."""
    seed: int = 1
    happened: int = field(default=0, init=False)
    """How often it has happened."""

    def __post_init__(self) -> None:
        self._random = random.Random(self.seed)
        self._seen = 0

    def strikes(self, asked: Asked) -> bool:
        """Whether it happens to this request; counts it."""
        if self.method is not None and asked.method != self.method:
            return False
        if self.when is not None and not self.when(asked):
            return False
        self._seen += 1
        if self._seen <= self.skip or (self.times is not None and self.happened >= self.times):
            return False
        if self.share < 1.0 and self._random.random() >= self.share:
            return False
        self.happened += 1
        return True

    def refuse(self, asked: Asked) -> Reply | None:
        """An answer instead of the node's."""
        return None

    def alter(self, asked: Asked, result: Any) -> Any:
        """The node's result, altered."""
        return result

    def deliver(self, asked: Asked, reply: Reply) -> Reply:
        """The reply's bytes, altered."""
        return reply

    @property
    def alters(self) -> bool:
        """Whether the node's result must be parsed for it."""
        return type(self).alter is not Fault.alter


@dataclass
class RateLimit(Fault):
    """HTTP 429, or a JSON-RPC error with a limit's code."""

    retry_after: str | None = None
    """The header, as it is sent: seconds or an HTTP date."""
    code: int | None = None
    """Answer 200 and this error instead."""
    text: str = "Too Many Requests"

    def refuse(self, asked: Asked) -> Reply | None:
        headers = {} if self.retry_after is None else {"Retry-After": self.retry_after}
        if self.code is None:
            return Reply(self.text.encode(), 429, headers)
        return Reply(_error(asked, self.code, self.text), 200, headers)


@dataclass
class Status(Fault):
    """Another HTTP status, with plain text."""

    status: int = 503
    text: str = "Service Unavailable"
    headers: dict[str, str] = field(default_factory=dict)

    def refuse(self, asked: Asked) -> Reply | None:
        return Reply(self.text.encode(), self.status, dict(self.headers))


@dataclass
class Reset(Fault):
    """The connection is reset in the middle of the body."""

    after: int = 200

    def deliver(self, asked: Asked, reply: Reply) -> Reply:
        reply.cut = min(self.after, max(len(reply.body) - 1, 0))
        return reply


@dataclass
class Truncated(Fault):
    """The body ends early, and HTTP says that it is whole."""

    keep: float = 0.6
    """Which part of the body is sent."""
    at: bytes | None = None
    """Cut behind the last of these bytes before that point."""

    def deliver(self, asked: Asked, reply: Reply) -> Reply:
        kept = reply.body[: int(len(reply.body) * self.keep)]
        if self.at is not None:
            kept = kept[: kept.rfind(self.at) + len(self.at)]
        reply.body = kept
        return reply


@dataclass
class Malformed(Fault):
    """A body that is no JSON."""

    body: bytes | None = None
    """Sent instead; without it a brace in the middle is lost."""

    def deliver(self, asked: Asked, reply: Reply) -> Reply:
        if self.body is not None:
            reply.body = self.body
            return reply
        middle = reply.body.find(b"}", len(reply.body) // 2)
        reply.body = reply.body[:middle] + reply.body[middle + 1 :]
        return reply


@dataclass
class Gzipped(Fault):
    """A compressed body."""

    def deliver(self, asked: Asked, reply: Reply) -> Reply:
        reply.body = gzip.compress(reply.body, 1)
        reply.headers["Content-Encoding"] = "gzip"
        return reply


@dataclass
class Slow(Fault):
    """The answer comes late."""

    seconds: float = 1.0

    def deliver(self, asked: Asked, reply: Reply) -> Reply:
        reply.wait += self.seconds
        return reply


@dataclass
class Incomplete(Fault):
    """A log is missing from the answer."""

    place: int = 0

    def alter(self, asked: Asked, result: Any) -> Any:
        return [log for place, log in enumerate(result) if place != self.place % len(result)]


@dataclass
class Doubled(Fault):
    """Logs that come twice."""

    def alter(self, asked: Asked, result: Any) -> Any:
        return result + result[: max(1, len(result) // 3)] if result else result


@dataclass
class Shuffled(Fault):
    """Logs out of order."""

    def alter(self, asked: Asked, result: Any) -> Any:
        result = list(result)
        self._random.shuffle(result)
        return result


@dataclass
class Altered(Fault):
    """The result through a function of one's own."""

    change: Callable[[Any], Any] = lambda result: result

    def alter(self, asked: Asked, result: Any) -> Any:
        return self.change(result)


@dataclass
class NullAnswer(Fault):
    """``null`` for a result: for a block that has not arrived yet, or for logs."""

    method: str | None = "eth_getBlockByNumber"

    def alter(self, asked: Asked, result: Any) -> Any:
        return None


@dataclass
class Empty(Fault):
    """No logs, where there are some."""

    def alter(self, asked: Asked, result: Any) -> Any:
        return []


@dataclass
class WrongChain(Fault):
    """Another chain's id."""

    method: str | None = "eth_chainId"
    chain_id: int = 1

    def alter(self, asked: Asked, result: Any) -> Any:
        return hex(self.chain_id)


@dataclass
class LateHead(Fault):
    """A balancer over nodes of which some lag: the head goes back and forth."""

    method: str | None = None
    by: int = 2
    """Blocks behind."""
    share: float = 0.5

    def strikes(self, asked: Asked) -> bool:
        head = asked.method == "eth_blockNumber" or (
            asked.method == "eth_getBlockByNumber" and asked.params[0] == "latest"
        )
        return head and super().strikes(asked)


@dataclass
class Limit(Fault):
    """A limit on blocks, logs or bytes, in some dialect."""

    dialect: Dialect | None = None
    blocks: int | None = None
    rows: int | None = None
    size: int | None = None

    def strikes(self, asked: Asked) -> bool:
        return asked.span is not None and super().strikes(asked)

    def too_many_blocks(self, asked: Asked) -> Reply | None:
        """The refusal of a range, before the node is asked."""
        first, last = asked.span or (0, 0)
        if self.blocks is None or last - first + 1 <= self.blocks:
            return None
        return self._reply(asked, self.blocks, first, first + self.blocks - 1)

    def too_much(self, asked: Asked, body: bytes) -> Reply | None:
        """The refusal of an answer."""
        first, last = asked.span or (0, 0)
        if self.size is not None and len(body) > self.size:
            return self._reply(asked, self.size, first, (first + last) // 2)
        if self.rows is None or body.count(b'"logIndex"') <= self.rows:
            return None
        logs = json.loads(body)["result"]
        beyond = int(logs[self.rows]["blockNumber"], 16)
        return self._reply(asked, self.rows, first, max(first, beyond - 1))

    def _reply(self, asked: Asked, limit: int, first: int, last: int) -> Reply:
        assert self.dialect is not None
        begun, ended = asked.span or (0, 0)
        text = self.dialect.text.format(limit=limit, first=first, last=last, span=ended - begun + 1)
        if self.dialect.code is None:
            return Reply(text.encode(), self.dialect.status, {"Content-Type": "text/plain"})
        data = {"from": hex(first), "to": hex(last), "limit": limit} if self.dialect.data else None
        return Reply(_error(asked, self.dialect.code, text, data), self.dialect.status)


class BadProvider:
    """A server that passes requests on to a node, and does what its faults say."""

    def __init__(self, node: str) -> None:
        self.node = node
        self.url = ""
        self.asked: list[Asked] = []
        """Every request, in the order in which they came."""
        self.faults: list[Fault] = []
        self.in_flight = 0
        self.most_in_flight = 0
        self._session: ClientSession | None = None

    # The script

    def add(self, fault: Fault) -> Fault:
        """Adds a fault; answers it, so that ``happened`` can be looked at."""
        self.faults = [*self.faults, fault]
        return fault

    def limit_blocks(self, blocks: int, dialect: Dialect) -> Fault:
        """Refuses longer ranges."""
        return self.add(Limit(dialect=dialect, blocks=blocks))

    def limit_rows(self, rows: int, dialect: Dialect) -> Fault:
        """Refuses answers with more logs."""
        return self.add(Limit(dialect=dialect, rows=rows))

    def limit_size(self, size: int, dialect: Dialect) -> Fault:
        """Refuses larger answers, in bytes."""
        return self.add(Limit(dialect=dialect, size=size))

    def clear(self) -> None:
        """Behaves from now on."""
        self.faults = []

    def count(self, method: str) -> int:
        """How many requests of a method came in."""
        return sum(asked.method == method for asked in self.asked)

    # The server

    async def handle(self, request: web.Request) -> web.StreamResponse:
        """Answers one request."""
        raw = await request.read()
        call = json.loads(raw)
        asked = Asked(call["method"], call.get("params", []), call.get("id"), time.monotonic())
        self.asked.append(asked)
        self.in_flight += 1
        self.most_in_flight = max(self.most_in_flight, self.in_flight)
        try:
            reply = await self._reply(asked, raw)
            if reply.wait:
                await asyncio.sleep(reply.wait)
            return await _send(request, reply)
        finally:
            self.in_flight -= 1

    async def _reply(self, asked: Asked, raw: bytes) -> Reply:
        striking = [fault for fault in self.faults if fault.strikes(asked)]
        limits = [fault for fault in striking if isinstance(fault, Limit)]
        refusals = [fault.refuse(asked) for fault in striking]
        refusals += [limit.too_many_blocks(asked) for limit in limits]
        refused = next((reply for reply in refusals if reply is not None), None)
        if refused is not None:
            return refused
        late = next((fault for fault in striking if isinstance(fault, LateHead)), None)
        body = await (self._forward(raw) if late is None else self._older(asked, late.by))
        tooks = (limit.too_much(asked, body) for limit in limits)
        refused = next((reply for reply in tooks if reply is not None), None)
        if refused is not None:
            return refused
        altering = [fault for fault in striking if fault.alters]
        if altering:
            answer = json.loads(body)
            for fault in altering:
                if "result" in answer:
                    answer["result"] = fault.alter(asked, answer["result"])
            body = json.dumps(answer).encode()
        reply = Reply(body)
        for fault in striking:
            reply = fault.deliver(asked, reply)
        return reply

    async def _older(self, asked: Asked, by: int) -> bytes:
        """The head as a node has it that lags some blocks behind."""
        number = json.loads(await self._forward(_call("eth_blockNumber", [], 0)))["result"]
        older = hex(max(0, int(number, 16) - by))
        if asked.method == "eth_blockNumber":
            return json.dumps({"jsonrpc": "2.0", "id": asked.id, "result": older}).encode()
        return await self._forward(_call(asked.method, [older, *asked.params[1:]], asked.id))

    async def _forward(self, raw: bytes) -> bytes:
        assert self._session is not None
        async with self._session.post(
            self.node, data=raw, headers={"Content-Type": "application/json"}
        ) as response:
            return await response.read()

    async def serve(self, started: threading.Event, stop: asyncio.Event) -> None:
        """Runs until it is told to stop."""
        application = web.Application(client_max_size=2**24)
        application.router.add_post("/{key:.*}", self.handle)
        runner = web.AppRunner(application, access_log=None, shutdown_timeout=0.1)
        await runner.setup()
        async with ClientSession(connector=TCPConnector(limit=64)) as self._session:
            site = web.TCPSite(runner, "127.0.0.1", 0)
            await site.start()
            port = runner.addresses[0][1]
            self.url = f"http://127.0.0.1:{port}"
            started.set()
            await stop.wait()
            await runner.cleanup()


def _call(method: str, params: list[Any], identity: Any) -> bytes:
    """A JSON-RPC request."""
    return json.dumps(
        {"jsonrpc": "2.0", "id": identity, "method": method, "params": params}
    ).encode()


def _error(asked: Asked, code: int, text: str, data: Any = None) -> bytes:
    """A JSON-RPC error."""
    error: dict[str, Any] = {"code": code, "message": text}
    if data is not None:
        error["data"] = data
    return json.dumps({"jsonrpc": "2.0", "id": asked.id, "error": error}).encode()


async def _send(request: web.Request, reply: Reply) -> web.StreamResponse:
    """Sends a reply, whole or cut."""
    headers = {"Content-Type": "application/json", **reply.headers}
    if reply.cut is None:
        return web.Response(body=reply.body, status=reply.status, headers=headers)
    response = web.StreamResponse(status=reply.status, headers=headers)
    response.content_length = len(reply.body)
    await response.prepare(request)
    await response.write(reply.body[: reply.cut])
    assert request.transport is not None
    request.transport.abort()
    return response


@contextmanager
def bad_provider(node: str) -> Iterator[BadProvider]:
    """A provider in front of a node, for as long as the block lasts.

    Args:
        node: the node's http URL.
    """
    provider = BadProvider(node)
    started = threading.Event()
    loop = asyncio.new_event_loop()
    stop = asyncio.Event()

    def run() -> None:
        asyncio.set_event_loop(loop)
        loop.run_until_complete(provider.serve(started, stop))

    thread = threading.Thread(target=run, daemon=True)
    thread.start()
    assert started.wait(10)
    try:
        yield provider
    finally:
        loop.call_soon_threadsafe(stop.set)
        thread.join(10)
        loop.close()
