"""New heads as they come, the newest only: a reader that is busy is not told of each."""

from __future__ import annotations

import asyncio
from contextlib import suppress

from keelmark.errors import DecodingFailed
from keelmark.ingest.links import Block, parse_block
from keelmark.ingest.node import Node

__all__ = ["NewHeads"]


class NewHeads:
    """An asynchronous context manager and iterator over the newest head of a node.

    Raises, from the iteration, whatever ends the subscription.
    """

    def __init__(self, node: Node, poll_seconds: float) -> None:
        """
        Args:
            node: to listen to.
            poll_seconds: how often it is asked, if it does not tell by itself.
        """
        self._node = node
        self._poll_seconds = poll_seconds
        self._head: Block | None = None
        self._failure: BaseException | None = None
        self._news = asyncio.Event()
        self._pump: asyncio.Task[None] | None = None

    async def __aenter__(self) -> NewHeads:
        self._pump = asyncio.create_task(self._listen())
        return self

    async def __aexit__(self, *_: object) -> None:
        if self._pump is not None:
            self._pump.cancel()
            with suppress(asyncio.CancelledError):
                await self._pump

    def __aiter__(self) -> NewHeads:
        return self

    async def __anext__(self) -> Block:
        await self._news.wait()
        self._news.clear()
        if self._failure is not None:
            raise self._failure
        assert self._head is not None
        return self._head

    async def _listen(self) -> None:
        try:
            async for row in self._node.endpoint.subscribe_heads(self._poll_seconds):
                try:
                    self._head = parse_block(row)
                except DecodingFailed:
                    # A head that is no block tells that there is one: it is asked for.
                    self._head = await self._node.block("latest")
                self._news.set()
        except asyncio.CancelledError:
            raise
        except Exception as failure:
            self._failure = failure
            self._news.set()
