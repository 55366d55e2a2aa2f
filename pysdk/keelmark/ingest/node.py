"""One endpoint as a reader sees it: blocks, heads, code, words and logs, asked with patience.

What passes by itself (a reset, a rate limit, a cut-off answer) is asked again with growing pauses;
after each such failure the chain id is checked before anything else is believed, for another node
may stand behind the address by then. What an endpoint cannot do is found out once and remembered.
"""

from __future__ import annotations

import asyncio
import math
import time
from collections.abc import AsyncGenerator, Awaitable, Callable, Sequence
from typing import Any, TypeVar, cast

from keelmark.columns.decoder import Decoded, LogDecoder
from keelmark.errors import ChainMismatch, DecodingFailed, NoSuchBlock, RpcRefused
from keelmark.ingest.endpoint import Endpoint
from keelmark.ingest.envelope import result
from keelmark.ingest.failures import EndpointBehind
from keelmark.ingest.fetch import Fetched, fetch_ranges
from keelmark.ingest.links import Block, parse_block
from keelmark.ingest.ranges import Ranges
from keelmark.ingest.refusals import Asked, Passing, TooMuch, Unsupported
from keelmark.store.model import Description, Heads

__all__ = ["Node", "NotThere"]

T = TypeVar("T")

PATIENCE_SECONDS = 60.0
"""How long a reader waits for what should come."""

OPTIONAL_SECONDS = 5.0
"""How long it waits for what it can do without."""

_FIRST_PAUSE, _LONGEST_PAUSE = 0.02, 3.0
_DECODED_APART = 200_000
"""Bytes of an answer that are decoded beside the event loop and not in it."""


class NotThere(NoSuchBlock):
    """The endpoint does not have this block: not yet, or not any more."""


class Node:
    """An endpoint and what is known of it."""

    def __init__(
        self,
        endpoint: Endpoint,
        description: Description,
        *,
        patience: float = PATIENCE_SECONDS,
    ) -> None:
        """
        Args:
            endpoint: where to ask.
            description: what is read.
            patience: seconds to wait for what should come.
        """
        self.endpoint = endpoint
        self.patience = patience
        self.addresses = tuple(one.address for one in description.contracts)
        self.topics = tuple(table.topic for table in description.tables)
        self.decoder = LogDecoder(description.tables, self.addresses)
        self.state_depth: float = math.inf
        """How many blocks behind the head a block is of which it no longer has the state, as far
        as that is known."""
        self.lacks: set[str] = set()
        """Methods that it was found not to have."""
        self.notes: list[str] = []
        """What it cannot do, in sentences, each once."""
        self._ranges = Ranges()
        self._chain_id = description.chain_id
        self._query = {
            "address": ["0x" + one.hex() for one in self.addresses],
            "topics": [["0x" + one.hex() for one in self.topics]],
        }

    @property
    def name(self) -> str:
        """Where it is, without credentials."""
        return self.endpoint.name

    def note(self, words: str) -> None:
        """Remembers a sentence about what it cannot do."""
        if words not in self.notes:
            self.notes.append(words)

    # Asking

    async def patiently(self, ask: Callable[[], Awaitable[T]], patience: float | None = None) -> T:
        """Asks until there is an answer or patience ends.

        Args:
            ask: the question.
            patience: seconds; the node's if None.

        Raises:
            Passing, DecodingFailed, NotThere: the last failure, when patience ended.
            ChainMismatch: another chain answers by now.
            RpcRefused: the node refused for good.
        """
        deadline = time.monotonic() + (self.patience if patience is None else patience)
        pause, malformed = _FIRST_PAUSE, 0
        while True:
            try:
                return await ask()
            except Passing as failure:
                wait = failure.retry_after
                if time.monotonic() + (wait or 0.0) > deadline:
                    raise
                await asyncio.sleep(pause if wait is None else wait)
                await self._same_chain()
            except NotThere:
                if time.monotonic() > deadline:
                    raise
                await asyncio.sleep(pause)
            except DecodingFailed:
                malformed += 1
                if malformed > 3 or time.monotonic() > deadline:
                    raise
                await asyncio.sleep(pause)
            pause = min(pause * 1.7, _LONGEST_PAUSE)

    async def result(self, method: str, *params: Any) -> Any:
        """The result of a call, asked patiently."""
        return await self.patiently(lambda: self._once(method, params))

    async def _once(self, method: str, params: Sequence[Any]) -> Any:
        """The result of a call, asked once."""
        body = await self.endpoint.call(method, params)
        return result(Asked.of(self.name, method, params), body)

    async def optional(self, method: str, *params: Any) -> Any:
        """The result of a call that can be done without; None if there is none."""
        if method in self.lacks:
            return None
        try:
            return await self.patiently(
                lambda: self._once(method, params),
                min(OPTIONAL_SECONDS, self.patience),
            )
        except Unsupported:
            self.lacks.add(method)
        except (RpcRefused, NoSuchBlock, Passing, DecodingFailed):
            pass
        return None

    async def _same_chain(self) -> None:
        """Checks the chain id, if anybody answers.

        Raises:
            ChainMismatch: it is another chain.
        """
        try:
            found = int(await self._once("eth_chainId", ()), 16)
        except Passing:
            return
        self._check_id(found)

    def _check_id(self, found: int) -> None:
        if found != self._chain_id:
            raise ChainMismatch(
                f"endpoint: {self.name} is on chain {found}, expected chain {self._chain_id}"
            )

    async def check_chain(self) -> None:
        """Checks the chain id.

        Raises:
            ChainMismatch: it is another chain.
        """
        self._check_id(int(await self.result("eth_chainId"), 16))

    # Blocks

    async def block(self, which: int | str | bytes) -> Block | None:
        """A block by height, tag or hash; None if there is none, or no such notion.

        Raises:
            Passing: nobody answers.
            DecodingFailed: what came is no block.
        """
        if isinstance(which, bytes):
            method, key = "eth_getBlockByHash", "0x" + which.hex()
        else:
            method, key = "eth_getBlockByNumber", hex(which) if isinstance(which, int) else which

        async def ask() -> Block | None:
            try:
                row = await self._once(method, (key, False))
            except (RpcRefused, Unsupported, NoSuchBlock):
                if which == "latest":
                    raise
                return None
            return None if row is None else parse_block(row)

        found = await self.patiently(ask)
        if found is not None and isinstance(which, int) and found.number != which:
            raise DecodingFailed(
                f"endpoint: {self.name} answered with block {found.number}, expected block {which}"
            )
        return found

    async def block_when_there(self, number: int) -> Block:
        """A block by height, waited for.

        Raises:
            EndpointBehind: it did not come.
        """

        async def ask() -> Block:
            found = await self.block(number)
            if found is None:
                raise NotThere(f"block {number}: not there yet")
            return found

        try:
            return await self.patiently(ask)
        except NotThere:
            raise EndpointBehind(
                f"endpoint: {self.name} did not have block {number} within "
                f"{self.patience:.0f} seconds, expected it to be there"
            ) from None

    async def heads(self, latest: int | None = None) -> Heads:
        """How far the chain is final now.

        Args:
            latest: height of the newest block, if it is known already.
        """
        tags = ["safe", "finalized"] if latest is not None else ["latest", "safe", "finalized"]
        found = await asyncio.gather(*(self._height(tag) for tag in tags))
        if latest is None:
            newest, safe, finalized = found
            assert newest is not None
        else:
            newest, (safe, finalized) = latest, found
        # A node behind a balancer may answer one question from an older view than another.
        return Heads(max(newest, safe or 0, finalized or 0), safe, finalized)

    async def _height(self, tag: str) -> int | None:
        """Height of a tagged block; None where the chain has no such notion."""
        if tag in self.lacks:
            return None
        block = await self.block(tag)
        if block is None:
            self.lacks.add(tag)
            self.note(f"endpoint: {self.name} does not say which block is {tag}")
            return None
        return block.number

    # Contracts

    async def code(self, address: bytes) -> bytes:
        """Deployed code; empty if there is none."""
        return bytes.fromhex((await self.result("eth_getCode", "0x" + address.hex(), "latest"))[2:])

    async def word(self, address: bytes, slot: int, block: Block) -> bytes | None:
        """A storage word after a block; None where the node does not serve it."""
        where = ["0x" + address.hex(), f"0x{slot:064x}"]
        text = None
        if "words by hash" not in self.lacks:
            named = {"blockHash": "0x" + block.hash.hex()}
            text = await self.optional("eth_getStorageAt", *where, named)
        if text is None:
            text = await self.optional("eth_getStorageAt", *where, hex(block.number))
            if text is not None:
                self.lacks.add("words by hash")
        if not isinstance(text, str):
            return None
        return bytes.fromhex(text[2:]).rjust(32, b"\0")

    # Logs

    def ranged(self, first: int, last: int) -> AsyncGenerator[Fetched, None]:
        """Every wanted log of a range of blocks, in parts; see `fetch.fetch_ranges`."""
        return cast(
            AsyncGenerator[Fetched, None],
            fetch_ranges(
                self.endpoint,
                self.addresses,
                self.topics,
                first,
                last,
                self.decoder,
                ranges=self._ranges,
            ),
        )

    async def logs_of(self, block: Block) -> Decoded:
        """Every wanted log of one block: by its hash, or by its height where the node cannot.

        Raises:
            NotThere: the endpoint does not have the block any more, or not yet; or what it
                answered belongs to another block at that height.
        """
        return await self.patiently(lambda: self._logs_of(block))

    async def _logs_of(self, block: Block) -> Decoded:
        if "logs by hash" not in self.lacks:
            try:
                query = {**self._query, "blockHash": "0x" + block.hash.hex()}
                found = await self._decoded(query)
            except (RpcRefused, Unsupported, TooMuch, NoSuchBlock):
                if await self.block(block.hash) is None:
                    raise NotThere(f"block {block.number}: not there") from None
                self.lacks.add("logs by hash")
                self.note(
                    f"endpoint: {self.name} gives no logs by block hash, so they are asked by "
                    "height and compared with the block's hash"
                )
                return await self._logs_of(block)
        else:
            query = {**self._query, "fromBlock": hex(block.number), "toBlock": hex(block.number)}
            found = await self._decoded(query)
            again = await self.block(block.number)
            if again is None or again.hash != block.hash:
                raise NotThere(f"block {block.number}: replaced while it was read")
        for number, hash_ in found.blocks.items():
            if (number, hash_) != (block.number, block.hash):
                raise NotThere(f"block {block.number}: its logs are those of another block")
        return found.with_times({block.number: block.header.time}) if found.needs_times else found

    async def _decoded(self, query: dict[str, Any]) -> Decoded:
        body = await self.endpoint.call("eth_getLogs", [query])
        if len(body) < _DECODED_APART:
            return self.decoder.decode(body)
        return await asyncio.to_thread(self.decoder.decode, body)

    async def log_places(self, block: Block) -> set[tuple[bytes, int]] | None:
        """Contract and place in a block of every wanted log, from its receipts; None where the
        node does not serve them."""
        rows = await self.optional("eth_getBlockReceipts", "0x" + block.hash.hex())
        if rows is None:
            return None
        return {
            (bytes.fromhex(log["address"][2:]), int(log["logIndex"], 16))
            for row in rows
            for log in row["logs"]
            if log["blockHash"] == "0x" + block.hash.hex() and self._wanted(log)
        }

    def _wanted(self, log: Any) -> bool:
        """Whether a log of a receipt is one of those that are read."""
        topics: Sequence[str] = log["topics"]
        return (
            bool(topics)
            and bytes.fromhex(log["address"][2:]) in self.addresses
            and bytes.fromhex(topics[0][2:]) in self.topics
        )
