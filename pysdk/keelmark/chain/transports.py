"""The only place that talks to a node: JSON-RPC over HTTP, blocking and asynchronous.

Both nodes run the same exchanges of `rpc`. A local node (anvil) also lets its clock be set and
its state be put back; a node that cannot is asked for neither.
"""

from __future__ import annotations

import asyncio
import time
from typing import Any
from urllib.parse import urlsplit

from aiohttp import ClientError
from requests.exceptions import RequestException
from web3 import AsyncHTTPProvider, HTTPProvider
from web3.types import RPCEndpoint

from keelmark.chain.operations import Request, Transact
from keelmark.chain.rpc import RpcCall, Wait, exchange
from keelmark.chain.rpc_calls import Exchange, Signing
from keelmark.chain.signer import TransactionSigner
from keelmark.chain.transactions import SendRaw
from keelmark.errors import (
    InputError,
    KeelmarkError,
    RpcRefused,
    RpcUnreachable,
    translate_revert,
)

__all__ = ["AsyncRpcNode", "RpcNode"]

TIMEOUT_SECONDS = 30.0
HTTP_TOO_LARGE = 413


def shown(url: str) -> str:
    """A URL without the parts in which providers put their customers' keys.

    Raises:
        InputError: it is no http or https URL.
    """
    try:
        parts = urlsplit(url)
        scheme, host, port = parts.scheme, parts.hostname, parts.port
    except ValueError:  # a port out of range, half an IPv6 address
        scheme, host, port = "", None, None
    if scheme not in ("http", "https") or not host:
        raise InputError("url: expected http:// or https:// and a host, or the word embedded")
    return f"{scheme}://{host}" + (f":{port}" if port else "")


def _result(where: str, call: RpcCall, response: Any) -> Any:
    """The result in a JSON-RPC response.

    Raises:
        RpcUnreachable: what answered does not speak JSON-RPC.
        KeelmarkError: the typed form of the node's error.
    """
    if not isinstance(response, dict) or not ("result" in response or "error" in response):
        raise RpcUnreachable(f"rpc: {where} does not speak JSON-RPC")
    error = response.get("error")
    if error is None:
        return response.get("result")
    if not isinstance(error, dict):
        error = {"message": str(error)}
    message, code = str(error.get("message", "no message")), error.get("code")
    code = code if isinstance(code, int) else 0
    if call.method in ("eth_call", "eth_estimateGas"):
        raise translate_revert({"code": code, "message": message, "data": error.get("data")})
    raise RpcRefused(f"rpc: {call.method} refused, {message}", code)


_MISSHAPEN = (AttributeError, LookupError, TypeError, ValueError)
"""What an exchange raises over an answer that has not the form which it must have."""


def _next(steps: Exchange[Any], outcome: Any, failure: Exception | None, where: str) -> Any:
    """The next step of an exchange, given what came of the last.

    Raises:
        StopIteration: it is over.
        RpcUnreachable: what came is no answer to what was asked.
        KeelmarkError: what the exchange makes of it, or the failure itself.
    """
    try:
        return steps.throw(failure) if failure else steps.send(outcome)
    except _MISSHAPEN as error:
        if error is failure or isinstance(error, KeelmarkError):
            raise
        raise RpcUnreachable(
            f"rpc: {where} answers in another form than a JSON-RPC node does"
        ) from None


def _unreachable(where: str, error: Exception) -> KeelmarkError:
    """One sentence for every way in which a node fails to answer; too large an answer is a
    refusal, after which one may ask for less."""
    status = getattr(getattr(error, "response", None), "status_code", None) or getattr(
        error, "status", None
    )
    if status == HTTP_TOO_LARGE:
        return RpcRefused(f"rpc: {where} refused, the answer is too large", HTTP_TOO_LARGE)
    said = f"answered HTTP {status}" if status else "does not answer"
    return RpcUnreachable(f"rpc: {where} {said}; expected a JSON-RPC node at this address")


class RpcNode:
    """A node over HTTP, blocking."""

    def __init__(self, url: str, timeout_seconds: float = TIMEOUT_SECONDS) -> None:
        self.url = url
        self.name = shown(url)
        """The URL without credentials."""
        self.time_set = False
        self._provider = HTTPProvider(
            url,
            request_kwargs={"timeout": timeout_seconds},
            exception_retry_configuration=None,
        )

    def call(self, call: RpcCall) -> Any:
        """One JSON-RPC call.

        Raises:
            RpcUnreachable: nobody answers.
            KeelmarkError: the node's error, typed.
        """
        try:
            response = self._provider.make_request(RPCEndpoint(call.method), list(call.params))
        except (RequestException, OSError, ValueError) as error:
            raise _unreachable(self.name, error) from None
        return _result(self.name, call, response)

    def answer(self, request: Request, signer: TransactionSigner | None = None) -> Any:
        """The answer to one request; see `rpc.exchange` for what it raises."""
        steps = exchange(request, signer, "pending" if self.time_set else "latest")
        outcome: Any = None
        failure: Exception | None = None
        try:
            while True:
                step = _next(steps, outcome, failure, self.name)
                outcome, failure = None, None
                if isinstance(step, Wait):
                    time.sleep(step.seconds)
                    continue
                try:
                    if isinstance(step, Signing):
                        outcome = step.signer.sign_transaction(step.fields)
                    else:
                        outcome = self.call(step)
                except Exception as error:
                    failure = error
        except StopIteration as stop:
            return stop.value
        finally:
            if isinstance(request, Transact | SendRaw):
                self.time_set = False

    # Powers of a local node

    def set_time(self, timestamp: int) -> None:
        """Sets the next block's time, in seconds."""
        self.call(RpcCall("evm_setNextBlockTimestamp", (timestamp,)))
        self.time_set = True

    def mine(self, count: int = 1) -> None:
        """Mines empty blocks, a second apart."""
        self.call(RpcCall("anvil_mine", (hex(count), hex(1))))
        self.time_set = False

    def fund(self, address: str, wei: int = 10**24) -> None:
        """Sets an account's balance, in wei."""
        self.call(RpcCall("anvil_setBalance", (address, hex(wei))))

    def snapshot(self) -> str:
        """A point to come back to, once."""
        return str(self.call(RpcCall("evm_snapshot")))

    def revert(self, point: str) -> None:
        """Goes back to a snapshot."""
        if self.call(RpcCall("evm_revert", (point,))) is not True:
            raise RpcRefused("rpc: the node does not know this snapshot any more")
        self.time_set = False


class AsyncRpcNode:
    """A node over HTTP, asynchronous."""

    def __init__(self, url: str) -> None:
        self.url = url
        self.name = shown(url)
        """The URL without credentials."""
        self._provider = AsyncHTTPProvider(
            url,
            request_kwargs={"timeout": TIMEOUT_SECONDS},
            exception_retry_configuration=None,
        )

    async def call(self, call: RpcCall) -> Any:
        """One JSON-RPC call; raises what `RpcNode.call` raises."""
        try:
            response = await self._provider.make_request(
                RPCEndpoint(call.method), list(call.params)
            )
        except (ClientError, TimeoutError, OSError, ValueError) as error:
            raise _unreachable(self.name, error) from None
        return _result(self.name, call, response)

    async def answer(self, request: Request, signer: TransactionSigner | None = None) -> Any:
        """The answer to one request; see `rpc.exchange` for what it raises."""
        steps = exchange(request, signer)
        outcome: Any = None
        failure: Exception | None = None
        try:
            while True:
                step = _next(steps, outcome, failure, self.name)
                outcome, failure = None, None
                if isinstance(step, Wait):
                    await asyncio.sleep(step.seconds)
                    continue
                try:
                    if isinstance(step, Signing):
                        signing = step.signer.sign_transaction
                        outcome = await asyncio.to_thread(signing, step.fields)
                    else:
                        outcome = await self.call(step)
                except Exception as error:
                    failure = error
        except StopIteration as stop:
            return stop.value

    async def close(self) -> None:
        """Closes the connections."""
        await self._provider.disconnect()
