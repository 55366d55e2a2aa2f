"""A node whose answers have another form than they must: one sentence each, never a traceback."""

from __future__ import annotations

import asyncio
import contextlib
import json
import threading
from collections.abc import Callable, Iterator
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any

import pytest

from keelmark.chain import AsyncChain, Chain
from keelmark.chain.operations import (
    Call,
    GetBlock,
    GetBody,
    GetChainId,
    GetCode,
    GetLogs,
    GetStorage,
    Operation,
    Request,
)
from keelmark.chain.transactions import (
    EstimateGas,
    GetBalance,
    GetFees,
    GetNonce,
    GetOutcome,
    GetTransaction,
    SendRaw,
    Simulate,
    SimulatedCall,
)
from keelmark.chain.transports import AsyncRpcNode, RpcNode
from keelmark.errors import InputError, KeelmarkError

WHERE = "0x4e59b44847b379578588920cA78FbF26c0B4956C"
HASH = b"\x11" * 32

REQUESTS: tuple[Request, ...] = (
    GetChainId(),
    GetCode(WHERE),
    GetStorage(WHERE, 0),
    GetBlock(),
    GetBody("latest"),
    GetLogs((WHERE,), 0, 1),
    Call(WHERE, b""),
    GetBalance(WHERE),
    GetNonce(WHERE),
    GetFees(),
    EstimateGas(WHERE, WHERE, b""),
    SendRaw(b"\x02"),
    GetTransaction(HASH),
    GetOutcome(HASH),
    Simulate((SimulatedCall(WHERE, WHERE, b""),)),
)

ANSWERS: tuple[dict[str, Any], ...] = (
    {"result": True},
    {"result": 7},
    {"result": "0xzz"},
    {"result": {"number": "0x1"}},
    {"result": [{}]},
    {"error": None},
    {"error": []},
    {"error": {"code": None, "message": None}},
    {"error": {"code": "x", "message": ["y"], "data": {"data": 7}}},
)


class _Server(ThreadingHTTPServer):
    answer: dict[str, Any]


class _Handler(BaseHTTPRequestHandler):
    def do_POST(self) -> None:
        asked = json.loads(self.rfile.read(int(self.headers["Content-Length"])))
        assert isinstance(self.server, _Server)
        text = json.dumps({"jsonrpc": "2.0", "id": asked["id"], **self.server.answer}).encode()
        self.send_response(200)
        self.send_header("Content-Type", "application/json")
        self.send_header("Content-Length", str(len(text)))
        self.end_headers()
        self.wfile.write(text)

    def log_message(self, *_: Any) -> None:
        """Says nothing."""


@pytest.fixture(scope="module")
def server() -> Iterator[_Server]:
    """A server that gives the same answer to whatever it is asked."""
    found = _Server(("127.0.0.1", 0), _Handler)
    threading.Thread(target=found.serve_forever, args=(0.01,), daemon=True).start()
    yield found
    found.shutdown()
    found.server_close()


def _asking(request: Request) -> Operation[Any]:
    return (yield request)


def _blocking(url: str, request: Request) -> Any:
    return Chain(RpcNode(url)).run(_asking(request))


def _awaited(url: str, request: Request) -> Any:
    async def ask() -> Any:
        async with AsyncChain(AsyncRpcNode(url)) as chain:
            return await chain.run(_asking(request))

    return asyncio.run(ask())


@pytest.mark.parametrize("run", [_blocking, _awaited])
@pytest.mark.parametrize("answer", ANSWERS, ids=json.dumps)
def test_whatever_a_node_answers(
    server: _Server, answer: dict[str, Any], run: Callable[[str, Request], Any]
) -> None:
    """An answer, none yet, or an error of ours with one sentence."""
    server.answer = answer
    for request in REQUESTS:
        with contextlib.suppress(KeelmarkError):
            run(f"http://127.0.0.1:{server.server_port}", request)


def test_a_quantity_below_zero(server: _Server) -> None:
    """As hexadecimal it would be one."""
    server.answer = {"result": "-0x1"}
    with pytest.raises(KeelmarkError, match="in another form than a JSON-RPC node"):
        Chain(RpcNode(f"http://127.0.0.1:{server.server_port}")).run(_asking(GetBalance(WHERE)))


@pytest.mark.parametrize("url", ["http://127.0.0.1:99999", "http://[::1", "http://host:port"])
def test_an_address_that_is_none(url: str) -> None:
    with pytest.raises(InputError, match="url: expected http"):
        RpcNode(url)
