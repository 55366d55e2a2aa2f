"""A webhook's receiver that really listens, and answers as it is told."""

from __future__ import annotations

import asyncio
import json
from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Any

from aiohttp import web

from keelmark.monitor.sinks import SIGNATURE_HEADER, verify_signature

__all__ = ["SECRET", "Answer", "Hook"]

SECRET = b"a secret between the two of them"


@dataclass(frozen=True)
class Answer:
    """What is answered to one request."""

    status: int = 200
    headers: dict[str, str] = field(default_factory=dict)
    delay: float = 0.0
    reset: bool = False
    """The connection is cut without an answer."""


@dataclass
class Hook:
    """Answers in turn as in `plan`, then with 200; checks every signature."""

    plan: list[Answer] = field(default_factory=list)
    bodies: list[dict[str, Any]] = field(default_factory=list)
    """Of all requests."""
    taken: list[dict[str, Any]] = field(default_factory=list)
    """Of those that were answered with 200."""
    keys: list[str] = field(default_factory=list)
    times: list[float] = field(default_factory=list)
    forged: int = 0
    url: str = ""
    port: int = 0
    _runner: web.AppRunner | None = None

    async def start(self, port: int = 0) -> Hook:
        """Begins to listen on the loopback address."""
        app = web.Application()
        app.router.add_post("/hook", self._post)
        self._runner = web.AppRunner(app)
        await self._runner.setup()
        site = web.TCPSite(self._runner, "127.0.0.1", port)
        await site.start()
        self.port = self._runner.addresses[0][1]
        self.url = f"http://127.0.0.1:{self.port}/hook"
        return self

    async def stop(self) -> None:
        """Stops listening."""
        if self._runner is not None:
            await self._runner.cleanup()
            self._runner = None

    async def _post(self, request: web.Request) -> web.StreamResponse:
        body = await request.read()
        loop = asyncio.get_running_loop()
        self.times.append(loop.time())
        stamp = request.headers[SIGNATURE_HEADER].split(",")[0].removeprefix("t=")
        if not verify_signature(body, request.headers[SIGNATURE_HEADER], SECRET, int(stamp)):
            self.forged += 1
        self.bodies.append(json.loads(body))
        self.keys.append(request.headers["Idempotency-Key"])
        answer = self.plan.pop(0) if self.plan else Answer()
        await asyncio.sleep(answer.delay)
        if answer.reset:
            assert request.transport is not None
            request.transport.abort()
        elif answer.status == 200:
            self.taken.append(json.loads(body))
        return web.Response(status=answer.status, headers=answer.headers)

    async def until(self, count: int, seconds: float = 20.0) -> Sequence[dict[str, Any]]:
        """Waits until so many notices were taken."""
        async with asyncio.timeout(seconds):
            while len(self.taken) < count:
                await asyncio.sleep(0.005)
        return self.taken
