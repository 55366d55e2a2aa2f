"""Clients: one that reads, one that signs, each blocking or asynchronous.

A reading client holds no key and cannot send. A signing client is made from it with
`Chain.signing`, and runs the same operations.
"""

from __future__ import annotations

import asyncio
from collections.abc import Generator, Iterator
from contextlib import contextmanager
from typing import Any, Protocol, TypeVar, cast, runtime_checkable

from keelmark.chain.embedded import EmbeddedNode
from keelmark.chain.operations import BlockHeader, GetBlock, GetChainId, Operation, Request
from keelmark.chain.pyevm import GENESIS_TIME
from keelmark.chain.signer import TransactionSigner
from keelmark.chain.transports import AsyncRpcNode, RpcNode
from keelmark.errors import InputError

__all__ = [
    "AsyncChain",
    "AsyncSigningChain",
    "Chain",
    "LocalNode",
    "SigningChain",
    "connect",
    "connect_async",
]

T = TypeVar("T")


class Node(Protocol):
    """Answers requests, blocking."""

    name: str

    def answer(self, request: Request, signer: TransactionSigner | None = None) -> Any:
        """The answer to one request."""


class AsyncNode(Protocol):
    """Answers requests, asynchronously."""

    name: str

    async def answer(self, request: Request, signer: TransactionSigner | None = None) -> Any:
        """The answer to one request."""

    async def close(self) -> None:
        """Lets go of connections."""


@runtime_checkable
class LocalNode(Protocol):
    """What only a node of one's own allows; asked for explicitly with `Chain.local`."""

    def set_time(self, timestamp: int) -> None:
        """Sets the next block's time, in seconds; calls before it see it too."""

    def mine(self, count: int = 1) -> None:
        """Mines empty blocks, a second apart."""

    def fund(self, address: str, wei: int = ...) -> None:
        """Sets an account's balance, in wei."""

    def snapshot(self) -> Any:
        """A point to come back to."""

    def revert(self, point: Any) -> None:
        """Goes back to a snapshot."""


class Chain:
    """A chain to read from, blocking."""

    def __init__(self, node: Node, signer: TransactionSigner | None = None) -> None:
        self._node = node
        self._signer = signer

    @property
    def name(self) -> str:
        """``embedded``, or the node's URL without credentials."""
        return self._node.name

    @property
    def node(self) -> Node:
        """What answers."""
        return self._node

    def run(self, operation: Operation[T]) -> T:
        """Runs an operation to its result; raises what it or the chain raises."""
        return _drive(self._node, operation, self._signer)

    def chain_id(self) -> int:
        """The chain's id."""
        return self.run(_ask(GetChainId(), int))

    def block(self, block: int | bytes | str = "latest") -> BlockHeader:
        """A block's header."""
        return self.run(_ask(GetBlock(block), BlockHeader))

    @property
    def local(self) -> LocalNode:
        """The powers of a local node.

        Raises:
            InputError: the chain is neither embedded nor anvil.
        """
        node = self._node
        if isinstance(node, RpcNode) and not is_anvil(node):
            raise InputError(f"chain: {self.name} is no local node; expected embedded or anvil")
        if not isinstance(node, LocalNode):
            raise InputError(f"chain: {self.name} is no local node; expected embedded or anvil")
        return node

    def set_time(self, timestamp: int) -> None:
        """Sets the next block's time, in seconds; local nodes only."""
        self.local.set_time(timestamp)

    @contextmanager
    def undone(self) -> Iterator[None]:
        """A local node forgets what happens inside the ``with`` block."""
        local = self.local
        point = local.snapshot()
        try:
            yield
        finally:
            local.revert(point)

    def signing(self, signer: TransactionSigner) -> SigningChain:
        """A client for the same chain that signs."""
        return SigningChain(self._node, signer)

    def asynchronous(self) -> AsyncChain:
        """A client for the same chain that does not block the event loop."""
        if isinstance(self._node, RpcNode):
            return AsyncChain(AsyncRpcNode(self._node.url))
        return AsyncChain(_Threaded(self._node))


class SigningChain(Chain):
    """A chain to read from and to send to, blocking."""

    def __init__(self, node: Node, signer: TransactionSigner) -> None:
        super().__init__(node, signer)
        self.address = signer.address
        """Checksummed address of the sender."""
        self.signer = signer


class AsyncChain:
    """A chain to read from, asynchronous; a context manager that closes its connections."""

    def __init__(self, node: AsyncNode, signer: TransactionSigner | None = None) -> None:
        self._node = node
        self._signer = signer

    @property
    def name(self) -> str:
        """``embedded``, or the node's URL without credentials."""
        return self._node.name

    @property
    def node(self) -> AsyncNode:
        """What answers."""
        return self._node

    async def run(self, operation: Operation[T]) -> T:
        """Runs an operation to its result; raises what it or the chain raises."""
        return await _drive_async(self._node, operation, self._signer)

    async def chain_id(self) -> int:
        """The chain's id."""
        return await self.run(_ask(GetChainId(), int))

    async def block(self, block: int | bytes | str = "latest") -> BlockHeader:
        """A block's header."""
        return await self.run(_ask(GetBlock(block), BlockHeader))

    def signing(self, signer: TransactionSigner) -> AsyncSigningChain:
        """A client for the same chain that signs."""
        return AsyncSigningChain(self._node, signer)

    async def close(self) -> None:
        """Lets go of connections."""
        await self._node.close()

    async def __aenter__(self) -> AsyncChain:
        return self

    async def __aexit__(self, *_: object) -> None:
        await self.close()


class AsyncSigningChain(AsyncChain):
    """A chain to read from and to send to, asynchronous."""

    def __init__(self, node: AsyncNode, signer: TransactionSigner) -> None:
        super().__init__(node, signer)
        self.address = signer.address
        """Checksummed address of the sender."""
        self.signer = signer


class _Threaded:
    """A blocking node off the event loop, one request at a time."""

    def __init__(self, node: Node) -> None:
        self._node = node
        self._lock = asyncio.Lock()
        self.name = node.name

    async def answer(self, request: Request, signer: TransactionSigner | None = None) -> Any:
        async with self._lock:
            return await asyncio.to_thread(self._node.answer, request, signer)

    async def close(self) -> None:
        """There is nothing to close."""


def connect(target: str = "embedded", *, genesis_time: int = GENESIS_TIME) -> Chain:
    """A chain to read from.

    Args:
        target: ``embedded`` for a new chain in this process, or a node's http(s) URL.
        genesis_time: the embedded chain's first block's time, in seconds.

    Raises:
        InputError: the target is neither.
        RpcUnreachable: no node answers there.
    """
    if target == "embedded":
        return Chain(EmbeddedNode(genesis_time=genesis_time))
    chain = Chain(RpcNode(target))
    chain.chain_id()
    return chain


async def connect_async(
    target: str = "embedded", *, genesis_time: int = GENESIS_TIME
) -> AsyncChain:
    """As `connect`, for asynchronous callers."""
    if target == "embedded":
        return Chain(EmbeddedNode(genesis_time=genesis_time)).asynchronous()
    chain = AsyncChain(AsyncRpcNode(target))
    try:
        await chain.chain_id()
    except BaseException:
        await chain.close()
        raise
    return chain


def is_anvil(node: RpcNode) -> bool:
    """Whether a node says that it is anvil."""
    from keelmark.chain.rpc import RpcCall

    return str(node.call(RpcCall("web3_clientVersion"))).lower().startswith("anvil")


def _ask(request: Request, kind: type[T]) -> Operation[T]:
    """The operation of a single request."""
    del kind
    return cast(T, (yield request))


def _drive(
    node: Node, operation: Generator[Request, Any, T], signer: TransactionSigner | None
) -> T:
    """Runs an operation; a failed request is thrown into it, so that it may handle it."""
    outcome: Any = None
    failure: Exception | None = None
    try:
        while True:
            request = operation.throw(failure) if failure else operation.send(outcome)
            outcome, failure = None, None
            try:
                outcome = node.answer(request, signer)
            except Exception as error:
                failure = error
    except StopIteration as stop:
        return cast(T, stop.value)


async def _drive_async(
    node: AsyncNode, operation: Generator[Request, Any, T], signer: TransactionSigner | None
) -> T:
    """`_drive`, awaiting each answer."""
    outcome: Any = None
    failure: Exception | None = None
    try:
        while True:
            request = operation.throw(failure) if failure else operation.send(outcome)
            outcome, failure = None, None
            try:
                outcome = await node.answer(request, signer)
            except Exception as error:
                failure = error
    except StopIteration as stop:
        return cast(T, stop.value)
