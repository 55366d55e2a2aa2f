"""Logs fetched from a real node through a provider that does everything providers do.

Every test compares with what the node itself answers to a plain request, log by log.
"""

from __future__ import annotations

import asyncio
import json
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import aclosing
from itertools import pairwise
from typing import Any

import pytest

from keelmark.columns.decoder import Decoded, LogDecoder
from keelmark.errors import DecodingFailed, InputError, RpcRefused, RpcUnreachable
from keelmark.ingest.endpoint import open_endpoint
from keelmark.ingest.fetch import Fetched, fetch_ranges
from keelmark.ingest.ranges import Ranges
from keelmark.ingest.refusals import Passing, TooMuch
from keelmark.ingest.retries import Retries
from tests.support.bad_dialects import RANGE_DIALECTS, ROWS_DIALECTS, SIZE_DIALECTS, Dialect
from tests.support.bad_provider import (
    Altered,
    Asked,
    BadProvider,
    Doubled,
    Empty,
    Fault,
    Gzipped,
    Incomplete,
    Malformed,
    NullAnswer,
    RateLimit,
    Reset,
    Shuffled,
    Slow,
    Status,
    Truncated,
    bad_provider,
)
from tests.support.emitter import ADDRESS, TOPIC

from .conftest import Emitted

SOON = Retries(first_pause=0.005, longest_pause=0.02)
SMALL: dict[str, Any] = {"first_blocks": 8, "most_blocks": 40}
"""Ranges so small that there are many of them."""


@pytest.fixture
def provider(emitted: Emitted) -> Iterator[BadProvider]:
    """A provider in front of the node, that behaves until it is told not to."""
    with bad_provider(emitted.url) as found:
        yield found


def read(
    emitted: Emitted,
    decoder: LogDecoder,
    url: str,
    *,
    most_ahead: int = 2**25,
    small: bool = True,
    **options: Any,
) -> list[Fetched]:
    """Everything that was emitted, as it is fetched."""

    async def run() -> list[Fetched]:
        found = []
        options.setdefault("ranges", Ranges(**SMALL) if small else Ranges())
        options.setdefault("retries", SOON)
        async with open_endpoint(url, timeout_seconds=options.pop("timeout", 5.0)) as endpoint:
            pieces = fetch_ranges(
                endpoint,
                [ADDRESS],
                [TOPIC],
                emitted.first,
                emitted.last,
                decoder,
                most_ahead=most_ahead,
                **options,
            )
            async with aclosing(pieces):
                async for piece in pieces:
                    found.append(piece)
        return found

    return asyncio.run(run())


def keys(found: list[Fetched]) -> list[tuple[str, int]]:
    """Block hash and log index of each row, in the order in which they came."""
    rows: list[tuple[str, int]] = []
    for piece in found:
        table = piece.decoded.tables.get("counted")
        if table is not None:
            hashes = table["block_hash"].to_pylist()
            rows += [
                ("0x" + one.hex(), index)
                for one, index in zip(hashes, table["log_index"].to_pylist(), strict=True)
            ]
    return rows


def assert_whole(emitted: Emitted, found: list[Fetched]) -> None:
    """Every log once, in chain order; ranges without a gap."""
    assert keys(found) == emitted.keys
    assert found[0].first == emitted.first
    assert found[-1].last == emitted.last
    for before, after in pairwise(found):
        assert after.first == before.last + 1


def test_default_behavior(emitted: Emitted, decoder: LogDecoder) -> None:
    """Straight from the node."""
    found = read(emitted, decoder, emitted.url)
    assert_whole(emitted, found)
    assert [piece.decoded.rows for piece in found] == [
        sum(emitted.counts[one.first - emitted.first : one.last - emitted.first + 1])
        for one in found
    ]
    assert all(piece.bytes > 30 and piece.attempts == 1 for piece in found)


@pytest.mark.parametrize("target", ["ws", "ipc"])
def test_over_other_transports(emitted: Emitted, decoder: LogDecoder, target: str) -> None:
    """The same over a websocket and over the IPC socket, with requests in flight together."""
    assert_whole(emitted, read(emitted, decoder, str(getattr(emitted, target))))


@pytest.mark.parametrize("dialect", ROWS_DIALECTS, ids=lambda one: one.name)
def test_every_limit_on_logs(
    emitted: Emitted, decoder: LogDecoder, provider: BadProvider, dialect: Dialect
) -> None:
    """Whatever its words."""
    provider.limit_rows(60, dialect)
    found = read(emitted, decoder, provider.url, small=False)
    assert_whole(emitted, found)
    assert sum(piece.attempts for piece in found) == provider.count("eth_getLogs") < 90


@pytest.mark.parametrize("dialect", RANGE_DIALECTS, ids=lambda one: one.name)
def test_every_limit_on_blocks(
    emitted: Emitted, decoder: LogDecoder, provider: BadProvider, dialect: Dialect
) -> None:
    """Whatever its words."""
    provider.limit_blocks(10, dialect)
    assert_whole(emitted, read(emitted, decoder, provider.url, small=False))
    assert provider.count("eth_getLogs") <= 40 + (dialect.name == "an internal error") * 10


@pytest.mark.parametrize("dialect", SIZE_DIALECTS, ids=lambda one: one.name)
def test_every_limit_on_sizes(
    emitted: Emitted, decoder: LogDecoder, provider: BadProvider, dialect: Dialect
) -> None:
    """Whatever its words."""
    provider.limit_size(60_000, dialect)
    assert_whole(emitted, read(emitted, decoder, provider.url, small=False))
    assert provider.count("eth_getLogs") < 60


@pytest.mark.parametrize(
    "fault",
    [
        RateLimit(share=0.3),
        RateLimit(share=0.3, retry_after="0"),
        RateLimit(share=0.3, code=-32005, text="project ID request rate exceeded"),
        RateLimit(times=4, retry_after="Thu, 01 Jan 2026 00:00:00 GMT"),
        Reset(after=400, share=0.2),
        Reset(after=0, share=0.2),
        Truncated(share=0.2),
        Truncated(share=0.2, at=b"},"),
        Truncated(share=0.2, at=b"}"),
        Truncated(share=0.2, keep=0.0),
        Malformed(share=0.2),
        Malformed(share=0.2, body=b"<html>maintenance</html>"),
        Malformed(share=0.2, body=b"[]"),
        Malformed(share=0.2, body=b'{"jsonrpc":"2.0","id":1}'),
        Status(share=0.2),
        Status(share=0.2, status=502, text="<html>Bad Gateway</html>"),
        Status(share=0.2, status=504),
        Status(share=0.2, status=500, text="oops"),
        NullAnswer(method="eth_getLogs", share=0.2),
        Altered(share=0.2, change=lambda result: {"logs": result}),
        Doubled(),
        Shuffled(),
        Gzipped(),
        Slow(seconds=0.03, share=0.3),
    ],
    ids=lambda one: f"{type(one).__name__}-{one.share}",
)
def test_every_fault(
    emitted: Emitted, decoder: LogDecoder, provider: BadProvider, fault: Fault
) -> None:
    """Nothing lost, nothing doubled, and it did happen."""
    provider.add(fault)
    assert_whole(emitted, read(emitted, decoder, provider.url))
    assert fault.happened > 0


def test_everything_at_once(emitted: Emitted, decoder: LogDecoder, provider: BadProvider) -> None:
    """A limit, rate limits, resets, cut answers, doubled and shuffled logs, compressed."""
    provider.limit_rows(60, ROWS_DIALECTS[0])
    for fault in (
        RateLimit(share=0.1),
        Reset(share=0.1, seed=2),
        Truncated(share=0.1, seed=3),
        Doubled(share=0.5, seed=4),
        Shuffled(seed=5),
        Gzipped(seed=6),
        Status(share=0.05, seed=7),
    ):
        provider.add(fault)
    assert_whole(emitted, read(emitted, decoder, provider.url))


def test_retry_after_is_waited_for(
    emitted: Emitted, decoder: LogDecoder, provider: BadProvider
) -> None:
    """Not a request of any kind before the time that the provider names."""
    provider.add(RateLimit(retry_after="0.6", times=1, skip=4))
    assert_whole(emitted, read(emitted, decoder, provider.url))
    times = [asked.at for asked in provider.asked]
    gaps = [after - before for before, after in pairwise(times)]
    assert max(gaps) >= 0.55


def test_fewer_in_flight_after_rate_limits(
    emitted: Emitted, decoder: LogDecoder, provider: BadProvider
) -> None:
    """Four at a time, and one where the provider bears no more."""
    provider.add(Slow(seconds=0.02))
    read(emitted, decoder, provider.url)
    assert provider.most_in_flight == 4

    provider.clear()
    provider.most_in_flight = 0
    crowded = RateLimit(when=lambda _: provider.in_flight > 1)
    provider.add(crowded)
    provider.add(Slow(seconds=0.02))
    provider.asked.clear()
    assert_whole(emitted, read(emitted, decoder, provider.url))
    assert 0 < crowded.happened < provider.count("eth_getLogs") / 2


def test_one_request_at_a_time(
    emitted: Emitted, decoder: LogDecoder, provider: BadProvider
) -> None:
    """Where the caller wants no more."""
    provider.add(Slow(seconds=0.005))
    assert_whole(emitted, read(emitted, decoder, provider.url, in_flight=1))
    assert provider.most_in_flight == 1


def test_answers_overtake_each_other(
    emitted: Emitted, decoder: LogDecoder, provider: BadProvider
) -> None:
    """What is asked for first may come last: the order of blocks is kept."""
    provider.add(Slow(seconds=0.15, when=lambda asked: len(provider.asked) % 4 == 0))
    assert_whole(emitted, read(emitted, decoder, provider.url))


def test_a_node_that_lags(emitted: Emitted, decoder: LogDecoder, provider: BadProvider) -> None:
    """Ranges that end beyond its head are asked for again as they are: it is no limit."""
    expected = read(emitted, decoder, provider.url, in_flight=1)
    text = "block range extends beyond current head block"
    third = expected[2].first

    def ahead(asked: Asked) -> bool:
        return asked.span is not None and asked.span[0] == third

    fault = provider.add(RateLimit(code=-32602, text=text, when=ahead, times=5))
    found = read(emitted, decoder, provider.url, in_flight=1)
    assert_whole(emitted, found)
    assert [(one.first, one.last) for one in found] == [(one.first, one.last) for one in expected]
    assert fault.happened == 5


def test_late_answers_shorten_the_range(
    emitted: Emitted, decoder: LogDecoder, provider: BadProvider
) -> None:
    """A provider that only ever times out on long ranges is a limit too."""

    def long(asked: Asked) -> bool:
        first, last = asked.span or (0, 0)
        return last - first + 1 > 12

    slow = provider.add(Slow(seconds=30, when=long))
    found = read(emitted, decoder, provider.url, timeout=0.1, small=False)
    assert_whole(emitted, found)
    assert 0 < slow.happened < 12


def test_a_single_block_that_is_too_much(
    emitted: Emitted, decoder: LogDecoder, provider: BadProvider
) -> None:
    """There is no less to ask for: one sentence that names the block, after what came before."""
    provider.limit_rows(20, ROWS_DIALECTS[2])
    with pytest.raises(TooMuch) as caught:
        read(emitted, decoder, provider.url, in_flight=1)
    block = emitted.first + 120 + 20
    assert str(caught.value) == (
        f"rpc: {provider.url} refused the logs of block {block}, "
        "query returned more than 20 results"
    )


@pytest.mark.parametrize("words", ["computer says no", "account suspended"])
def test_a_refusal_of_everything(
    emitted: Emitted, decoder: LogDecoder, provider: BadProvider, words: str
) -> None:
    """In words never seen before: a few smaller ranges, a single block, and the end."""
    provider.add(RateLimit(code=-31999, text=words))
    with pytest.raises(RpcRefused, match=f"refused the logs of block {emitted.first}, {words}"):
        read(emitted, decoder, provider.url, small=False)
    assert provider.count("eth_getLogs") <= 6


def test_no_access(emitted: Emitted, decoder: LogDecoder, provider: BadProvider) -> None:
    """Is said at once."""
    provider.add(Status(status=401, text="invalid api key"))
    with pytest.raises(RpcRefused, match="HTTP 401, invalid api key, expected access to it"):
        read(emitted, decoder, provider.url)
    assert provider.count("eth_getLogs") == 1


def test_a_provider_that_has_gone(
    emitted: Emitted, decoder: LogDecoder, provider: BadProvider
) -> None:
    """It is asked as often as the policy allows, and then one sentence says so."""
    provider.add(Status(status=503, skip=3))
    with pytest.raises(RpcUnreachable, match=r"HTTP 503.*; gave up after (10 att|61 fail)"):
        read(emitted, decoder, provider.url)


def test_failures_in_a_row_are_bounded(
    emitted: Emitted, decoder: LogDecoder, provider: BadProvider
) -> None:
    """Whichever piece they fall on."""
    provider.add(Reset(after=0))
    policy = Retries(attempts=100, first_pause=0.001, longest_pause=0.002, failures_in_row=20)
    with pytest.raises(RpcUnreachable, match="gave up after 21 failures in a row"):
        read(emitted, decoder, provider.url, retries=policy)
    assert provider.count("eth_getLogs") <= 24


@pytest.mark.parametrize(
    "fault",
    [
        NullAnswer(method="eth_getLogs", when=lambda asked: (asked.span or (0, 0))[0] > 100),
        Altered(change=lambda result: "0x", when=lambda asked: (asked.span or (0, 0))[0] > 100),
    ],
    ids=["null", "text"],
)
def test_no_array_is_never_no_logs(
    emitted: Emitted, decoder: LogDecoder, provider: BadProvider, fault: Fault
) -> None:
    """An answer that is no array of logs is not taken for an empty one, however often it comes."""
    provider.add(fault)
    with pytest.raises(RpcUnreachable, match="no array of logs for block"):
        read(emitted, decoder, provider.url)


def test_answers_that_stay_malformed(
    emitted: Emitted, decoder: LogDecoder, provider: BadProvider
) -> None:
    """Are asked for again, then in smaller parts; the end is one sentence."""
    provider.add(Malformed(when=lambda asked: (asked.span or (0, 0))[1] >= emitted.first + 3))
    with pytest.raises((DecodingFailed, RpcUnreachable)) as caught:
        read(emitted, decoder, provider.url)
    assert "\n" not in str(caught.value)


def test_logs_of_other_blocks(emitted: Emitted, decoder: LogDecoder, provider: BadProvider) -> None:
    """An answer to another question (a cache gone wrong) is no answer to this one."""

    def shifted(result: Any) -> Any:
        return [{**log, "blockNumber": hex(int(log["blockNumber"], 16) + 9_000)} for log in result]

    fault = provider.add(Altered(times=2, change=shifted))
    assert_whole(emitted, read(emitted, decoder, provider.url))
    assert fault.happened == 2
    provider.add(Altered(change=shifted))
    with pytest.raises(DecodingFailed, match=r"answered with logs of block 9\d+, expected blocks"):
        read(emitted, decoder, provider.url)


@pytest.mark.parametrize("fault", [Incomplete(times=2), Empty(times=2, skip=1)])
def test_a_check_has_an_answer_asked_for_again(
    emitted: Emitted, decoder: LogDecoder, provider: BadProvider, fault: Fault
) -> None:
    """What a check finds incomplete does not count."""
    provider.add(fault)
    seen: list[tuple[int, int]] = []

    async def check(first: int, last: int, decoded: Decoded) -> None:
        seen.append((first, last))
        place = first - emitted.first
        if decoded.rows != sum(emitted.counts[place : place + last - first + 1]):
            raise Passing("a log is missing")

    assert_whole(emitted, read(emitted, decoder, provider.url, check=check))
    assert fault.happened == 2
    assert len(seen) == provider.count("eth_getLogs")


class Watched:
    """A decoder that says how it is used."""

    def __init__(self, inner: LogDecoder, wait: float = 0.0) -> None:
        self.inner, self.wait = inner, wait
        self.threads: set[str] = set()

    def decode(self, body: bytes) -> Decoded:
        self.threads.add(threading.current_thread().name)
        time.sleep(self.wait)
        return self.inner.decode(body)


def test_decoding_is_beside_the_event_loop(emitted: Emitted, decoder: LogDecoder) -> None:
    """In a thread of its own."""
    watched = Watched(decoder)
    assert_whole(emitted, read(emitted, watched, emitted.url))  # type: ignore[arg-type]
    assert watched.threads
    assert all(name.startswith("keelmark-decode") for name in watched.threads)


def test_what_is_ahead_is_bounded(
    emitted: Emitted, decoder: LogDecoder, provider: BadProvider
) -> None:
    """Who takes nothing is not buried: requests stop until something is taken."""

    async def run() -> tuple[int, int]:
        async with open_endpoint(provider.url) as endpoint:
            pieces = fetch_ranges(
                endpoint,
                [ADDRESS],
                [TOPIC],
                emitted.first,
                emitted.last,
                decoder,
                ranges=Ranges(first_blocks=2, most_blocks=4),
                most_ahead=60_000,
            )
            async with aclosing(pieces):
                await anext(pieces)
                await asyncio.sleep(0.5)
                before = provider.count("eth_getLogs")
                await asyncio.sleep(0.3)
                assert provider.count("eth_getLogs") == before
                rest = [piece async for piece in pieces]
        return before, len(rest) + 1

    before, all_pieces = asyncio.run(run())
    # A block with five logs is about 3,400 bytes: sixty thousand are some five pieces of four.
    assert before <= 12
    assert all_pieces >= 60


def test_whoever_stops_taking_stops_everything(
    emitted: Emitted, decoder: LogDecoder, provider: BadProvider
) -> None:
    """No request is left in flight."""
    provider.add(Slow(seconds=0.1))

    async def run() -> None:
        async with open_endpoint(provider.url) as endpoint:
            pieces = fetch_ranges(
                endpoint,
                [ADDRESS],
                [TOPIC],
                emitted.first,
                emitted.last,
                decoder,
                ranges=Ranges(**SMALL),
            )
            async with aclosing(pieces):
                await anext(pieces)
                begun = provider.count("eth_getLogs")
            await asyncio.sleep(0.3)
            count = provider.count("eth_getLogs")
            assert count <= begun + 4
            left = [one for one in asyncio.all_tasks() if one is not asyncio.current_task()]
            await asyncio.sleep(0.3)
            assert provider.count("eth_getLogs") == count
            assert not [one for one in left if "_fetch" in repr(one)]

    asyncio.run(run())


def test_pieces_before_a_failure_are_given_out(
    emitted: Emitted, decoder: LogDecoder, provider: BadProvider
) -> None:
    """What was read in order is not thrown away for what comes later."""
    provider.limit_rows(20, ROWS_DIALECTS[2])
    taken: list[Fetched] = []

    async def run() -> None:
        async with open_endpoint(provider.url) as endpoint:
            pieces = fetch_ranges(
                endpoint,
                [ADDRESS],
                [TOPIC],
                emitted.first,
                emitted.last,
                decoder,
                ranges=Ranges(**SMALL),
                retries=SOON,
                in_flight=1,
            )
            async with aclosing(pieces):
                async for piece in pieces:
                    taken.append(piece)

    with pytest.raises(TooMuch):
        asyncio.run(run())
    assert taken[-1].last == emitted.first + 120 + 19
    assert keys(taken) == emitted.keys[: sum(emitted.counts[:140])]


def test_nothing_to_read(emitted: Emitted, decoder: LogDecoder) -> None:
    """A range without blocks is no request; no requests in flight is no reading."""

    async def run(first: int, last: int, in_flight: int) -> list[Fetched]:
        async with open_endpoint("http://127.0.0.1:9") as endpoint:
            pieces = fetch_ranges(
                endpoint, [ADDRESS], [], first, last, decoder, in_flight=in_flight
            )
            return [piece async for piece in pieces]

    assert asyncio.run(run(5, 4, 4)) == []
    with pytest.raises(InputError, match="in flight: 0, expected 1 or more"):
        asyncio.run(run(5, 6, 0))


def test_the_query(emitted: Emitted, decoder: LogDecoder, provider: BadProvider) -> None:
    """Addresses, first topics and bounds, as JSON-RPC has them."""
    read(emitted, decoder, provider.url)
    query = provider.asked[0].params[0]
    assert query == {
        "address": ["0x" + ADDRESS.hex()],
        "topics": [["0x" + TOPIC.hex()]],
        "fromBlock": hex(emitted.first),
        "toBlock": hex(emitted.first + 7),
    }
    assert json.loads(json.dumps(query)) == query


def test_an_error_beside_a_result(
    emitted: Emitted, decoder: LogDecoder, provider: BadProvider
) -> None:
    """Means what it means alone: the decoder finds what the envelope hides."""
    error = b'{"jsonrpc":"2.0","id":1,"result":[],"error":{"code":-32005,"message":'
    error += b'"query returned more than 60 results"}}'
    hidden: Callable[[Asked], bool] = lambda asked: (  # noqa: E731
        asked.span is not None and asked.span[1] - asked.span[0] + 1 > 10
    )
    fault = provider.add(Malformed(body=error, when=hidden))
    assert_whole(emitted, read(emitted, decoder, provider.url))
    assert fault.happened > 0
