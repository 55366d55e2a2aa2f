"""The application: every endpoint, its words in the OpenAPI document, and how it refuses."""

from __future__ import annotations

import asyncio
import hashlib
from collections.abc import AsyncIterator, Callable, Coroutine
from contextlib import asynccontextmanager
from http import HTTPStatus
from typing import Any

from fastapi import FastAPI, Request
from fastapi.exceptions import RequestValidationError
from fastapi.responses import JSONResponse
from starlette.exceptions import HTTPException

from keelmark import __version__
from keelmark.api.head import HeadRequests
from keelmark.api.problems import MEDIA_TYPE, Refused, problem
from keelmark.api.routes_about import about_routes
from keelmark.api.routes_market import market_routes
from keelmark.api.routes_rows import row_routes
from keelmark.api.service import Service
from keelmark.api.stream import HEARTBEAT_SECONDS, Tail

__all__ = ["create_app"]

Background = Callable[[], Coroutine[Any, Any, None]]

DESCRIPTION = """A venue's ledger, read from its chain's events, and the market folded from them.

Every amount is a string of digits: a whole number of the unit that the answer names. Times are UTC.
Every row carries the block that it stands in and how final that block is. Pages go on from `next`;
a cursor whose block was replaced by a reorganisation is refused with 410. A range whose `to_block`
is final is answered for good and may be kept for ever; everything else carries a tag
(`If-None-Match`) and is fresh for a second. Nothing here changes anything.
"""


def create_app(
    service: Service,
    *,
    background: Background | None = None,
    allow_origin: str | None = None,
    heartbeat: float = HEARTBEAT_SECONDS,
) -> FastAPI:
    """The application.

    Args:
        service: what is served; it is closed when the application ends, its store is not.
        background: runs beside it for ever, such as a reader that fills the store; by default the
            store is asked at short intervals.
        allow_origin: a web origin whose pages may read this; none by default.
        heartbeat: seconds of silence after which the live tail sends a comment.
    """
    watch = service.watch

    @asynccontextmanager
    async def life(_app: FastAPI) -> AsyncIterator[None]:
        await watch.refresh()
        task = asyncio.ensure_future((background or watch.poll)())
        try:
            yield
        finally:
            task.cancel()
            await asyncio.gather(task, return_exceptions=True)
            watch.close()

    app = FastAPI(
        title="Keelmark ledger",
        version=__version__,
        description=DESCRIPTION,
        docs_url=None,
        redoc_url=None,
        lifespan=life,
        license_info={"name": "Apache-2.0", "identifier": "Apache-2.0"},
    )
    app.state.identity = hashlib.sha256(service.store.description.to_text().encode()).hexdigest()
    tail = Tail(service, heartbeat)
    for router in (about_routes(service), market_routes(service), row_routes(service, tail)):
        app.include_router(router, prefix="/v1")
    app.add_exception_handler(Refused, _refused)
    app.add_exception_handler(RequestValidationError, _invalid)
    app.add_exception_handler(HTTPException, _http)
    app.add_exception_handler(Exception, _unexpected)
    if allow_origin is not None:
        from fastapi.middleware.cors import CORSMiddleware

        app.add_middleware(
            CORSMiddleware,
            allow_origins=[allow_origin],
            allow_methods=["GET", "HEAD"],
            expose_headers=["ETag"],
        )
    app.add_middleware(HeadRequests)
    return app


def _answer(status: int, sentence: str) -> JSONResponse:
    return JSONResponse(
        problem(status, sentence),
        status,
        media_type=MEDIA_TYPE,
        headers={"Cache-Control": "no-store"},
    )


async def _refused(_request: Request, error: Exception) -> JSONResponse:
    assert isinstance(error, Refused)
    return _answer(error.status, str(error))


async def _http(_request: Request, error: Exception) -> JSONResponse:
    """What the framework refuses: no such path, no such method."""
    assert isinstance(error, HTTPException)
    words = str(error.detail)
    if error.status_code == HTTPStatus.NOT_FOUND:
        words = "there is no such path, expected one of those in /openapi.json"
    found = _answer(error.status_code, f"request: {words}")
    found.headers.update(error.headers or {})
    if "allow" in found.headers:
        found.headers["allow"] = "GET, HEAD"
    return found


async def _unexpected(_request: Request, _error: Exception) -> JSONResponse:
    """A fault of this software; the log has what it was, the asker only that it was."""
    return _answer(500, "request: this server failed, its log says why")


async def _invalid(_request: Request, error: Exception) -> JSONResponse:
    """The first parameter that is out of bounds, by its name."""
    assert isinstance(error, RequestValidationError)
    first = error.errors()[0]
    name = str(first["loc"][-1])
    given = str(first.get("input"))[:80]
    words = str(first["msg"]).removeprefix("Value error, ")
    words = words[:1].lower() + words[1:]
    if first["type"] == "extra_forbidden":
        return _answer(422, f"{name}: there is no such parameter")
    return _answer(422, f"{name}: {given}, {words}")
