"""A node over HTTP: what is opened, what is shown of it, and how its answers fail."""

from __future__ import annotations

import asyncio
import json
import socket
import subprocess
import sys
from collections.abc import Awaitable, Callable, Iterator
from itertools import pairwise
from pathlib import Path
from typing import Any, TypeVar

import pytest
from aiohttp import web

from keelmark.errors import InputError, RpcRefused, RpcUnreachable
from keelmark.ingest.endpoint import Endpoint, open_endpoint, secrets_of, shown
from keelmark.ingest.refusals import Measure, Passing, RateLimited, TooMuch, Unsupported
from keelmark.ingest.retries import Retries
from tests.support.bad_provider import (
    BadProvider,
    Gzipped,
    LateHead,
    Malformed,
    RateLimit,
    Reset,
    Slow,
    Status,
    Truncated,
    WrongChain,
    bad_provider,
)
from tests.support.emitter import ADDRESS, rpc

from .conftest import Emitted

T = TypeVar("T")
SOON = Retries(attempts=4, first_pause=0.005, longest_pause=0.02)


@pytest.fixture
def provider(emitted: Emitted) -> Iterator[BadProvider]:
    """A provider in front of the node."""
    with bad_provider(emitted.url) as found:
        yield found


def ask(target: Any, question: Callable[[Endpoint], Awaitable[T]], **options: Any) -> T:
    """Asks an endpoint something."""

    async def run() -> T:
        async with open_endpoint(target, retries=SOON, **options) as endpoint:
            return await question(endpoint)

    return asyncio.run(run())


def query(emitted: Emitted) -> list[Any]:
    """All logs."""
    return [
        {
            "address": "0x" + ADDRESS.hex(),
            "fromBlock": hex(emitted.first),
            "toBlock": hex(emitted.last),
        }
    ]


def test_default_behavior(emitted: Emitted) -> None:
    """The bytes of the whole response; small results parsed."""

    async def question(endpoint: Endpoint) -> tuple[bytes, Any, Any]:
        logs = await endpoint.call("eth_getLogs", query(emitted))
        head = await endpoint.result("eth_getBlockByNumber", ["latest", False])
        return logs, head, await endpoint.result("eth_getBlockByNumber", ["0xffffff", False])

    logs, head, missing = ask(emitted.url, question)
    assert json.loads(logs)["result"] == emitted.logs
    assert int(head["number"], 16) == emitted.last
    assert missing is None


@pytest.mark.parametrize(
    ("url", "name"),
    [
        ("https://mainnet.infura.io/v3/0123456789abcdef", "https://mainnet.infura.io"),
        ("https://user:secret@node.test:8545/path?key=1", "https://node.test:8545"),
        ("wss://node.test/ws/0123456789abcdef", "wss://node.test"),
        ("http://[::1]:8545/x", "http://[::1]:8545"),
    ],
)
def test_a_name_holds_no_key(url: str, name: str) -> None:
    """Neither user, password, path nor query is shown."""
    assert shown(url) == name
    assert open_endpoint(url).name == name


def test_the_parts_that_may_be_keys() -> None:
    """The longest first, so that none is left in part."""
    url = "https://me:pw@node.test/v3/0123456789abcdef?apikey=fedcba98&n=1"
    assert secrets_of(url) == ("0123456789abcdef", "fedcba98", "me", "pw")


def test_a_provider_that_repeats_the_key(provider: BadProvider) -> None:
    """Its words are shown without it."""
    provider.add(
        RateLimit(method=None, code=-32000, text="invalid project id 0123456789abcdef, bye")
    )
    with pytest.raises(RpcRefused) as caught:
        ask(provider.url + "/v3/0123456789abcdef", lambda one: one.call("eth_chainId"))
    assert (
        str(caught.value) == f"rpc: {provider.url} refused eth_chainId, invalid project id …, bye"
    )


@pytest.mark.parametrize(
    "target",
    ["", "node.test", "ftp://node.test", "http://", "ws://:8545", "/nowhere/socket", "http://h:x/"],
)
def test_targets_that_are_none(target: str) -> None:
    """Are refused when they are opened, in one sentence that names the field."""
    with pytest.raises(InputError, match=r"^endpoint: expected "):
        open_endpoint(target)


def test_nobody_there() -> None:
    """Who never answered is not asked again and again."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port = probe.getsockname()[1]
    sentence = f"rpc: http://127.0.0.1:{port} does not answer; expected a JSON-RPC node at this"
    with pytest.raises(RpcUnreachable, match=sentence) as caught:
        ask(f"http://127.0.0.1:{port}", lambda one: one.ask("eth_chainId"))
    assert type(caught.value) is RpcUnreachable


def test_a_node_that_was_there(emitted: Emitted) -> None:
    """Who answered before may come back: that passes."""

    async def question() -> None:
        with bad_provider(emitted.url) as provider:
            endpoint = open_endpoint(provider.url, retries=SOON)
            await endpoint.call("eth_chainId")
        try:
            with pytest.raises(Passing):
                await endpoint.call("eth_chainId")
        finally:
            await endpoint.close()

    asyncio.run(question())


@pytest.mark.parametrize(
    ("fault", "kind", "heavy"),
    [
        (Reset(method=None, after=20), Passing, True),
        (Reset(method=None, after=0), Passing, None),
        (Truncated(method=None), Passing, True),
        (Malformed(method=None, body=b"oops"), Passing, True),
        (Status(method=None, status=503), Passing, False),
        (Status(method=None, status=502), Passing, True),
        (RateLimit(method=None), RateLimited, False),
        (Slow(method=None, seconds=5), Passing, True),
    ],
    ids=["reset", "reset at once", "truncated", "no json", "503", "502", "429", "slow"],
)
def test_failures_that_pass(
    provider: BadProvider, fault: Any, kind: type[Passing], heavy: bool | None
) -> None:
    """Each by its type; which may have been too much to ask for is told."""
    provider.add(fault)
    with pytest.raises(Passing) as caught:
        ask(provider.url, lambda one: one.call("eth_chainId"), timeout_seconds=0.3)
    assert type(caught.value) is kind
    assert heavy is None or caught.value.heavy is heavy
    assert "\n" not in str(caught.value)
    fault.times, fault.happened = 2, 0
    assert ask(provider.url, lambda one: one.ask("eth_chainId"), timeout_seconds=0.3)
    assert fault.happened == 2


def test_asking_ends(provider: BadProvider) -> None:
    """After as many attempts as the policy has."""
    provider.add(Status(method=None))
    with pytest.raises(RpcUnreachable, match="gave up after 4 attempts"):
        ask(provider.url, lambda one: one.ask("eth_chainId"))
    assert len(provider.asked) == 4


def test_compressed_answers(provider: BadProvider, emitted: Emitted) -> None:
    """Are taken, and are the same."""
    fault = provider.add(Gzipped())
    body = ask(provider.url, lambda one: one.call("eth_getLogs", query(emitted)))
    assert json.loads(body)["result"] == emitted.logs
    assert fault.happened == 1


@pytest.mark.parametrize("compressed", [False, True])
def test_an_answer_that_is_too_large(
    provider: BadProvider, emitted: Emitted, compressed: bool
) -> None:
    """Is not taken in, nor unpacked: memory is bounded whatever a provider sends."""
    if compressed:
        provider.add(Gzipped())
    with pytest.raises(
        TooMuch, match="with more than the 100000 bytes that are taken in"
    ) as caught:
        ask(
            provider.url,
            lambda one: one.call("eth_getLogs", query(emitted)),
            most_bytes=100_000,
        )
    assert (caught.value.measure, caught.value.limit) == (Measure.BYTES, 100_000)


def test_an_answer_without_end() -> None:
    """Is let go of where the bound is reached, and not waited for."""

    async def handle(request: web.Request) -> web.StreamResponse:
        response = web.StreamResponse()
        await response.prepare(request)
        try:
            while True:
                await response.write(b" " * 100_000)
        except ConnectionError:
            return response

    async def run() -> None:
        application = web.Application()
        application.router.add_post("/", handle)
        runner = web.AppRunner(application, shutdown_timeout=0.1)
        await runner.setup()
        site = web.TCPSite(runner, "127.0.0.1", 0)
        await site.start()
        port = runner.addresses[0][1]
        async with open_endpoint(f"http://127.0.0.1:{port}", most_bytes=1_000_000) as endpoint:
            with pytest.raises(TooMuch, match="more than the 1000000 bytes"):
                await asyncio.wait_for(endpoint.call("eth_getLogs", [{}]), 5)
        await runner.cleanup()

    asyncio.run(run())


def test_no_such_method(emitted: Emitted) -> None:
    """Is told from other refusals."""
    with pytest.raises(Unsupported) as caught:
        ask(emitted.url, lambda one: one.call("eth_nonsense"))
    assert caught.value.method == "eth_nonsense"


def test_one_connection_is_used_again() -> None:
    """Questions one after the other share a connection."""
    peers: set[Any] = set()

    async def handle(request: web.Request) -> web.Response:
        assert request.transport is not None
        peers.add(request.transport.get_extra_info("peername"))
        return web.json_response({"jsonrpc": "2.0", "id": 1, "result": "0x1"})

    async def run() -> None:
        application = web.Application()
        application.router.add_post("/", handle)
        runner = web.AppRunner(application)
        await runner.setup()
        site = web.TCPSite(runner, "127.0.0.1", 0)
        await site.start()
        port = runner.addresses[0][1]
        async with open_endpoint(f"http://127.0.0.1:{port}") as endpoint:
            for _ in range(5):
                await endpoint.call("eth_chainId")
        await runner.cleanup()

    asyncio.run(run())
    assert len(peers) == 1


def test_a_redirection_is_not_followed() -> None:
    """It would carry a customer's key to somewhere else."""
    asked: list[str] = []

    async def handle(request: web.Request) -> web.Response:
        asked.append(request.path)
        return web.Response(status=307, headers={"Location": "/elsewhere"})

    async def run() -> None:
        application = web.Application()
        application.router.add_route("*", "/{any:.*}", handle)
        runner = web.AppRunner(application)
        await runner.setup()
        site = web.TCPSite(runner, "127.0.0.1", 0)
        await site.start()
        port = runner.addresses[0][1]
        async with open_endpoint(f"http://127.0.0.1:{port}/key") as endpoint:
            with pytest.raises(RpcUnreachable, match="HTTP 307; expected a JSON-RPC node"):
                await endpoint.call("eth_chainId")
        await runner.cleanup()

    asyncio.run(run())
    assert asked == ["/key"]


def test_heads_are_asked_for(emitted: Emitted, provider: BadProvider) -> None:
    """Each change once, and through failures; a head that goes back is a change too."""
    provider.add(LateHead(share=0.5, seed=3))
    provider.add(Reset(method=None, share=0.2, after=0))

    async def question(endpoint: Endpoint) -> list[int]:
        heads = endpoint.subscribe_heads(0.005)
        return [int((await anext(heads))["number"], 16) for _ in range(6)]

    numbers = ask(provider.url, question)
    assert set(numbers) == {emitted.last, emitted.last - 2}
    assert all(before != after for before, after in pairwise(numbers))


def test_importing_it_is_light() -> None:
    """Neither web3 nor the embedded chain's machine comes along: the reader has 250 MB.

    The peak is the kernel's for this address space: `ru_maxrss` begins at the parent's peak.
    """
    script = (
        "import re, sys; import keelmark.ingest.fetch, keelmark.ingest.endpoint_http; "
        "import keelmark.ingest.endpoint_ws, keelmark.ingest.endpoint_ipc; "
        "from keelmark.ingest.endpoint import open_endpoint; "
        "open_endpoint('http://h'); open_endpoint('ws://h'); open_endpoint('/x.ipc'); "
        "print([name for name in ('web3', 'eth', 'eth_tester', 'vyper', 'matplotlib') "
        "if name in sys.modules], int(re.search(r'VmHWM:\\s+(\\d+)', "
        "open('/proc/self/status').read())[1]) // 1024)"
    )
    package = Path(__file__).resolve().parents[4] / "pysdk"
    done = subprocess.run(
        [sys.executable, "-c", script],
        capture_output=True,
        text=True,
        check=True,
        env={"PYTHONPATH": str(package)},
    )
    loaded, megabytes = done.stdout.rsplit(" ", 1)
    assert loaded == "[]"
    assert int(megabytes) < 150


def test_a_wrong_chain_is_not_noticed_here(provider: BadProvider) -> None:
    """An endpoint says what the node says; who reads compares."""
    provider.add(WrongChain(chain_id=5))
    assert ask(provider.url, lambda one: one.result("eth_chainId")) == "0x5"
    assert rpc(provider.node, "eth_chainId") != "0x5"
