"""A node over a websocket and over its IPC socket: the real one, and ones that misbehave."""

from __future__ import annotations

import asyncio
import json
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import aclosing, asynccontextmanager, suppress
from pathlib import Path
from typing import Any

import pytest
from websockets.asyncio.server import ServerConnection, serve

from keelmark.chain.anvil import running_anvil
from keelmark.errors import RpcRefused, RpcUnreachable
from keelmark.ingest.endpoint import Endpoint, open_endpoint
from keelmark.ingest.refusals import Passing, RateLimited, TooMuch, Unsupported
from keelmark.ingest.retries import Retries
from tests.support.emitter import ADDRESS, rpc

from .conftest import Emitted

SOON = Retries(attempts=6, first_pause=0.005, longest_pause=0.05)
both = pytest.mark.parametrize("target", ["ws", "ipc"])


def query(emitted: Emitted) -> list[Any]:
    """All logs."""
    return [
        {
            "address": "0x" + ADDRESS.hex(),
            "fromBlock": hex(emitted.first),
            "toBlock": hex(emitted.last),
        }
    ]


@both
def test_default_behavior(emitted: Emitted, target: str) -> None:
    """Many questions at once, large and small, each with its own answer."""

    async def run() -> None:
        async with open_endpoint(str(getattr(emitted, target)), retries=SOON) as endpoint:
            numbers = range(emitted.first, emitted.first + 40)
            logs, *blocks = await asyncio.gather(
                endpoint.call("eth_getLogs", query(emitted)),
                *(endpoint.result("eth_getBlockByNumber", [hex(one), False]) for one in numbers),
            )
            assert json.loads(logs)["result"] == emitted.logs
            assert [int(block["number"], 16) for block in blocks] == list(numbers)
            with pytest.raises(Unsupported):
                await endpoint.call("eth_nonsense")
            assert await endpoint.result("eth_getBlockByNumber", ["0xffffff", False]) is None

    asyncio.run(run())


@both
def test_new_heads(tmp_path: Path, target: str) -> None:
    """The newest first, then each as it comes, a reorganisation's too, within a blink."""
    ipc = tmp_path / "anvil.ipc"
    with running_anvil(ipc_path=ipc) as chain:
        url = chain.name.replace("http", "ws", 1) if target == "ws" else str(ipc)

        async def run() -> list[tuple[int, str]]:
            seen = []
            async with open_endpoint(url, retries=SOON) as endpoint:
                heads = endpoint.subscribe_heads()
                async with aclosing(heads):
                    head = await asyncio.wait_for(anext(heads), 5)
                    seen.append((int(head["number"], 16), head["hash"]))
                    for _ in range(3):
                        await asyncio.to_thread(rpc, chain.name, "anvil_mine", "0x1", "0x1")
                        head = await asyncio.wait_for(anext(heads), 5)
                        seen.append((int(head["number"], 16), head["hash"]))
                    await asyncio.to_thread(rpc, chain.name, "anvil_reorg", 2, [])
                    while seen[-1][0] != 3 or len(seen) < 5:
                        head = await asyncio.wait_for(anext(heads), 5)
                        seen.append((int(head["number"], 16), head["hash"]))
            return seen

        seen = asyncio.run(run())
        newest = rpc(chain.name, "eth_getBlockByNumber", "latest", False)["hash"]
    assert [number for number, _ in seen[:4]] == [0, 1, 2, 3]
    assert seen[-1] == (3, newest)
    assert seen[3][1] != newest


def test_nobody_there(tmp_path: Path) -> None:
    """Is said at once, without the whole path of a socket."""

    async def run(target: str) -> str:
        async with open_endpoint(target, retries=SOON) as endpoint:
            with pytest.raises(RpcUnreachable) as caught:
                await endpoint.ask("eth_chainId")
            assert type(caught.value) is RpcUnreachable
            return str(caught.value)

    sentence = "rpc: {} does not answer; expected a JSON-RPC node at this address"
    assert asyncio.run(run("ws://127.0.0.1:9")) == sentence.format("ws://127.0.0.1:9")
    assert asyncio.run(run(str(tmp_path / "no.ipc"))) == sentence.format("ipc:no.ipc")


# Nodes that misbehave. A handler is given each question and how to answer.

Say = Callable[[Any], Awaitable[None]]
Handler = Callable[[dict[str, Any], Say, Callable[[], Awaitable[None]]], Awaitable[None]]


@asynccontextmanager
async def misbehaving(target: str, folder: Path, handler: Handler) -> AsyncIterator[Endpoint]:
    """An endpoint whose node answers as a handler says."""
    if target == "ws":

        async def talk(socket: ServerConnection) -> None:
            async def say(what: Any) -> None:
                await socket.send(what if isinstance(what, str) else json.dumps(what))

            async def hang_up() -> None:
                socket.transport.abort()

            async for message in socket:
                await handler(json.loads(message), say, hang_up)

        async with serve(talk, "127.0.0.1", 0) as server:
            port = server.sockets[0].getsockname()[1]
            options = {"timeout_seconds": 0.5, "most_bytes": 50_000}
            async with open_endpoint(f"ws://127.0.0.1:{port}", retries=SOON, **options) as endpoint:
                yield endpoint
        return

    async def talk_plainly(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        async def say(what: Any) -> None:
            writer.write((what if isinstance(what, str) else json.dumps(what)).encode())
            await writer.drain()

        async def hang_up() -> None:
            writer.transport.abort()

        while line := await reader.readline():
            await handler(json.loads(line), say, hang_up)
        writer.close()

    path = folder / "node.ipc"
    server = await asyncio.start_unix_server(talk_plainly, path)
    try:
        async with open_endpoint(
            path, retries=SOON, timeout_seconds=0.5, most_bytes=50_000
        ) as endpoint:
            yield endpoint
    finally:
        server.close()


def answer(question: dict[str, Any], value: Any = "0x1") -> dict[str, Any]:
    """A result."""
    return {"jsonrpc": "2.0", "id": question["id"], "result": value}


def run_with(
    target: str, folder: Path, handler: Handler, test: Callable[[Endpoint], Awaitable[None]]
) -> None:
    """Runs a test against a node that misbehaves."""

    async def run() -> None:
        async with misbehaving(target, folder, handler) as endpoint:
            await asyncio.wait_for(test(endpoint), 20)

    asyncio.run(run())


@both
def test_a_lost_connection(tmp_path: Path, target: str) -> None:
    """Fails what was open, as passing; the next question connects anew."""
    asked = 0

    async def handler(question: dict[str, Any], say: Say, hang_up: Any) -> None:
        nonlocal asked
        asked += 1
        if question["method"] == "hang_up":
            await hang_up()
        elif question["method"] == "eth_chainId":
            await say(answer(question))

    async def test(endpoint: Endpoint) -> None:
        await endpoint.call("eth_chainId")
        silent = asyncio.create_task(endpoint.call("eth_silent"))
        await asyncio.sleep(0.05)
        with pytest.raises(Passing, match="let go of the connection during hang_up"):
            await endpoint.call("hang_up")
        with pytest.raises(Passing, match="let go of the connection during eth_silent"):
            await silent
        assert await endpoint.result("eth_chainId") == "0x1"

    run_with(target, tmp_path, handler, test)
    assert asked == 4


@both
def test_silence(tmp_path: Path, target: str) -> None:
    """Is a timeout, and the connection is good for other questions; the late answer is nobody's."""
    kept: list[dict[str, Any]] = []

    async def handler(question: dict[str, Any], say: Say, hang_up: Any) -> None:
        if question["method"] == "eth_late":
            kept.append(question)
            return
        for late in kept:
            await say(answer(late, "0xbad"))
        await say(answer(question))

    async def test(endpoint: Endpoint) -> None:
        with pytest.raises(Passing, match="did not answer eth_late in time") as caught:
            await endpoint.call("eth_late")
        assert caught.value.heavy
        assert await endpoint.result("eth_chainId") == "0x1"

    run_with(target, tmp_path, handler, test)


@both
def test_answers_in_another_order(tmp_path: Path, target: str) -> None:
    """Find their questions; what nobody asked for is left alone."""
    waiting: list[dict[str, Any]] = []

    async def handler(question: dict[str, Any], say: Say, hang_up: Any) -> None:
        waiting.append(question)
        if len(waiting) == 3:
            await say({"jsonrpc": "2.0", "id": 10_000, "result": "nobody's"})
            await say({"jsonrpc": "2.0", "method": "eth_subscription", "params": {"result": {}}})
            for one in reversed(waiting):
                await say(answer(one, one["params"][0]))

    async def test(endpoint: Endpoint) -> None:
        found = await asyncio.gather(*(endpoint.result("eth_echo", [one]) for one in "abc"))
        assert found == ["a", "b", "c"]

    run_with(target, tmp_path, handler, test)


@both
def test_what_is_no_json(tmp_path: Path, target: str) -> None:
    """Ends nothing but the question."""

    async def handler(question: dict[str, Any], say: Say, hang_up: Any) -> None:
        await say("gibberish" if question["method"] == "eth_odd" else answer(question))

    async def test(endpoint: Endpoint) -> None:
        with pytest.raises(Passing):
            await endpoint.call("eth_odd")
        assert await endpoint.result("eth_chainId") == "0x1"

    run_with(target, tmp_path, handler, test)


@both
def test_an_answer_that_is_too_large(tmp_path: Path, target: str) -> None:
    """Is not taken in. Alone it is certain whose it was; a bystander is asked for again."""

    async def handler(question: dict[str, Any], say: Say, hang_up: Any) -> None:
        if question["method"] == "eth_getLogs":
            await say(answer(question, ["x" * 100_000]))
        elif question["method"] == "eth_chainId":
            await say(answer(question))

    logs = [{"fromBlock": "0x1", "toBlock": "0x5"}]

    async def test(endpoint: Endpoint) -> None:
        with pytest.raises(TooMuch, match="more than the 50000 bytes") as alone:
            await endpoint.call("eth_getLogs", logs)
        assert alone.value.certain
        bystander = asyncio.create_task(endpoint.call("eth_silent"))
        await asyncio.sleep(0.05)
        with pytest.raises(TooMuch) as caught:
            await endpoint.call("eth_getLogs", logs)
        assert not caught.value.certain
        with pytest.raises(Passing, match="let go of the connection during eth_silent"):
            await bystander
        assert await endpoint.result("eth_chainId") == "0x1"

    run_with(target, tmp_path, handler, test)


def node_with_heads(
    subscribed: list[str], *, dies_after: int = 10**9, silent: bool = False
) -> Handler:
    """A node that tells of a new head whenever it is asked for ``next``."""
    height = 0

    def head() -> dict[str, Any]:
        return {"number": hex(height), "hash": f"0x{height:064x}", "parentHash": "0x"}

    async def handler(question: dict[str, Any], say: Say, hang_up: Any) -> None:
        nonlocal height
        method = question["method"]
        if method == "eth_subscribe":
            subscribed.append(f"0x{len(subscribed):x}")
            await say(answer(question, subscribed[-1]))
        elif method == "eth_getBlockByNumber":
            await say(answer(question, head()))
        elif method == "next":
            height += 1
            if height % dies_after == 0:
                await hang_up()
                return
            await say(answer(question))
            if not silent:
                note = {"subscription": subscribed[-1], "result": head()}
                await say({"jsonrpc": "2.0", "method": "eth_subscription", "params": note})
        else:
            await say(answer(question, True))

    return handler


@both
def test_heads_after_a_lost_connection(tmp_path: Path, target: str) -> None:
    """The subscription is made again, and the head of the time between is there at once."""
    subscribed: list[str] = []

    async def test(endpoint: Endpoint) -> None:
        heads = endpoint.subscribe_heads()
        seen = [int((await anext(heads))["number"], 16)]
        for _ in range(5):
            with suppress(Passing):
                await endpoint.call("next")
            seen.append(int((await asyncio.wait_for(anext(heads), 5))["number"], 16))
        await heads.aclose()
        assert seen == [0, 1, 2, 3, 4, 5]

    run_with(target, tmp_path, node_with_heads(subscribed, dies_after=3), test)
    assert len(subscribed) == 2


@both
def test_a_subscription_that_dies_in_silence(
    tmp_path: Path, target: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Is noticed by asking, and made again."""
    monkeypatch.setattr("keelmark.ingest.endpoint_framed.QUIET_SECONDS", 0.05)
    subscribed: list[str] = []

    async def test(endpoint: Endpoint) -> None:
        heads = endpoint.subscribe_heads()
        seen = [int((await anext(heads))["number"], 16)]
        for _ in range(3):
            await endpoint.call("next")
            seen.append(int((await asyncio.wait_for(anext(heads), 5))["number"], 16))
        await heads.aclose()
        assert seen == [0, 1, 2, 3]

    run_with(target, tmp_path, node_with_heads(subscribed, silent=True), test)
    assert len(subscribed) == 2


@both
def test_a_node_without_subscriptions(tmp_path: Path, target: str) -> None:
    """Is asked instead."""
    height = 0

    async def handler(question: dict[str, Any], say: Say, hang_up: Any) -> None:
        nonlocal height
        if question["method"] == "eth_subscribe":
            error = {"code": -32601, "message": "Method not found"}
            await say({"jsonrpc": "2.0", "id": question["id"], "error": error})
            return
        height += 1
        await say(answer(question, {"number": hex(height), "hash": hex(height)}))

    async def test(endpoint: Endpoint) -> None:
        heads = endpoint.subscribe_heads(0.005)
        numbers = [int((await anext(heads))["number"], 16) for _ in range(4)]
        assert numbers == [1, 2, 3, 4]
        await heads.aclose()

    run_with(target, tmp_path, handler, test)


@pytest.mark.parametrize(
    ("status", "headers", "kind"),
    [
        (429, {"Retry-After": "2"}, RateLimited),
        (401, {}, RpcRefused),
        (503, {}, Passing),
        (404, {}, RpcUnreachable),
    ],
)
def test_a_refused_handshake(status: int, headers: dict[str, str], kind: type[Exception]) -> None:
    """Means what the same status means over HTTP; no key is shown."""

    async def run() -> None:
        async def never(_: ServerConnection) -> None:
            raise AssertionError("no websocket was to be opened")

        def refuse(connection: ServerConnection, _: Any) -> Any:
            response = connection.respond(status, "no 0123456789abcdef")
            for name, value in headers.items():
                response.headers[name] = value
            return response

        async with serve(never, "127.0.0.1", 0, process_request=refuse) as server:
            port = server.sockets[0].getsockname()[1]
            url = f"ws://127.0.0.1:{port}/v3/0123456789abcdef"
            async with open_endpoint(url, retries=SOON) as endpoint:
                with pytest.raises(kind) as caught:
                    await endpoint.call("eth_chainId")
        assert type(caught.value) is kind
        assert "0123456789abcdef" not in str(caught.value)
        if isinstance(caught.value, RateLimited):
            assert caught.value.retry_after == 2.0

    asyncio.run(run())


def test_what_is_no_websocket(emitted: Emitted, tmp_path: Path) -> None:
    """A plain server that answers 200."""

    async def talk(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        await reader.read(100)
        writer.write(b"HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\nhi")
        await writer.drain()
        writer.close()

    async def run() -> None:
        server = await asyncio.start_server(talk, "127.0.0.1", 0)
        port = server.sockets[0].getsockname()[1]
        async with open_endpoint(f"ws://127.0.0.1:{port}", retries=SOON) as endpoint:
            with pytest.raises(RpcUnreachable, match="expected a JSON-RPC node at this address"):
                await endpoint.call("eth_chainId")
        server.close()

    asyncio.run(run())
