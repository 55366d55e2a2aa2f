"""A local HTTP server for stand-ins of verification services, and what they know of a chain.

A stand-in speaks a service's documented API, refuses what the service refuses, compiles what it is
sent and compares it with the chain's code. How long it takes and what fails on the way is set by
the test.
"""

from __future__ import annotations

import json
import threading
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any, Protocol
from urllib.parse import parse_qsl, urlsplit

from vyper.exceptions import VyperException

from keelmark.chain.operations import BlockBody, GetBody, GetCode, Operation
from keelmark.chain.standard_json import StandardInput, rebuild
from keelmark.deploy.factory import FACTORY

__all__ = ["ChainFacts", "Created", "Service", "Troubles", "compiled", "created_by", "serving"]


@dataclass(frozen=True, slots=True)
class Created:
    """A contract as a service finds it on its own node."""

    transaction: str
    creation: bytes
    """Init code with its arguments, as the transaction or the factory's trace has it."""
    runtime: bytes
    """Deployed code."""


ChainFacts = Mapping[str, Created]
"""Contracts by their address in lower case."""


def created_by(address: str, transaction: str, block: int) -> Operation[Created]:
    """The operation that reads how a contract was created."""
    body: BlockBody = yield GetBody(block)
    (found,) = [one for one in body.transactions if "0x" + one.hash.hex() == transaction]
    code: bytes = yield GetCode(address)
    return Created(transaction, found.data[32:] if found.to == FACTORY else found.data, code)


@dataclass
class Troubles:
    """What goes wrong before it goes well, counted down."""

    busy: int = 0
    """Requests answered with the service's rate limit."""
    unindexed: int = 0
    """Submissions of a contract that the service has not seen on the chain yet."""
    pending: int = 0
    """Questions answered with: not decided yet."""

    def take(self, name: str) -> bool:
        """Whether it happens now."""
        left = getattr(self, name)
        if left:
            setattr(self, name, left - 1)
        return bool(left)


@dataclass(frozen=True, slots=True)
class Received:
    """A request."""

    method: str
    path: str
    query: dict[str, str]
    content_type: str
    content: bytes


class Service(Protocol):
    """A stand-in: answers requests with a status and a JSON document, or with raw bytes."""

    def answer(self, request: Received) -> tuple[int, Any]:
        """Status and body."""


@dataclass
class Running:
    """A stand-in that is served."""

    url: str
    received: list[Received] = field(default_factory=list)


@contextmanager
def serving(service: Service) -> Iterator[Running]:
    """Serves a stand-in on a free port of this machine."""

    class Handler(BaseHTTPRequestHandler):
        def _do(self) -> None:
            parts = urlsplit(self.path)
            length = int(self.headers.get("Content-Length") or 0)
            request = Received(
                self.command,
                parts.path,
                dict(parse_qsl(parts.query, keep_blank_values=True)),
                self.headers.get("Content-Type", ""),
                self.rfile.read(length),
            )
            running.received.append(request)
            status, body = service.answer(request)
            raw = body if isinstance(body, bytes) else json.dumps(body).encode()
            self.send_response(status)
            if 300 <= status < 400:
                self.send_header("Location", "http://127.0.0.1:9/elsewhere")
            self.send_header("Content-Type", "application/json")
            self.send_header("Content-Length", str(len(raw)))
            self.end_headers()
            self.wfile.write(raw)

        do_GET = do_POST = _do  # noqa: N815

        def log_message(self, format: str, *args: Any) -> None:
            """Silent."""

    server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    running = Running(f"http://127.0.0.1:{server.server_address[1]}")
    thread = threading.Thread(target=server.serve_forever, args=(0.01,), daemon=True)
    thread.start()
    try:
        yield running
    finally:
        server.shutdown()
        server.server_close()
        thread.join()


def compiled(body: dict[str, Any], identifier: str) -> tuple[bytes, bytes, str]:
    """What the compiler makes of an input: init code, runtime code, and why it does not."""
    target, _, name = identifier.rpartition(":")
    if target not in body.get("sources", {}):
        return b"", b"", f"no source named {target}"
    try:
        output = rebuild(StandardInput(name, target, body))
    except (VyperException, ValueError, KeyError) as error:
        return b"", b"", f"{type(error).__name__}: {error}"
    return bytes.fromhex(output["bytecode"][2:]), bytes.fromhex(output["bytecode_runtime"][2:]), ""
