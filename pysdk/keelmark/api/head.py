"""HEAD for whatever answers GET: the same headers, no body."""

from __future__ import annotations

from starlette.types import ASGIApp, Message, Receive, Scope, Send

__all__ = ["HeadRequests", "is_head"]

_MARK = "keelmark.head"


def is_head(scope: Scope) -> bool:
    """Whether a request was a HEAD, so that an answer without end must have one."""
    return bool(scope.get(_MARK))


class HeadRequests:
    """Answers HEAD as GET and leaves the body out."""

    def __init__(self, app: ASGIApp) -> None:
        self.app = app

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Passes a request on."""
        if scope["type"] != "http" or scope["method"] != "HEAD":
            await self.app(scope, receive, send)
            return

        async def headers_only(message: Message) -> None:
            if message["type"] == "http.response.body":
                message = {**message, "body": b""}
            await send(message)

        await self.app({**scope, "method": "GET", _MARK: True}, receive, headers_only)
