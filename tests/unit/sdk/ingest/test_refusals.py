"""Refusals of providers, as they word them, and what each means."""

from __future__ import annotations

import json
from datetime import UTC, datetime
from typing import Any

import pytest

from keelmark.errors import RpcRefused, RpcUnreachable
from keelmark.ingest.refusals import (
    Asked,
    Measure,
    Passing,
    RateLimited,
    TooMuch,
    Unsupported,
    refusal_of_error,
    refusal_of_status,
)
from keelmark.ingest.wording import limit_in, plain, retry_seconds, suggested_range
from tests.support.bad_dialects import RANGE_DIALECTS, ROWS_DIALECTS, SIZE_DIALECTS, Dialect

RANGE = Asked("https://node.test", "eth_getLogs", (1000, 1999))
SINGLE = Asked("https://node.test", "eth_getLogs", (1000, 1000))
HEAD = Asked("https://node.test", "eth_getBlockByNumber")


def answer(dialect: Dialect, asked: Asked = RANGE) -> Any:
    """What a dialect says of a limit of 100 that blocks 1000 to 1099 would keep."""
    text = dialect.text.format(limit=100, first=1000, last=1099, span=asked.span)
    if dialect.code is None:
        return refusal_of_status(asked, dialect.status, {}, text.encode())
    error: dict[str, Any] = {"code": dialect.code, "message": text}
    if dialect.data:
        error["data"] = {"from": "0x3e8", "to": "0x44b", "limit": 100}
    if dialect.status == 200:
        return refusal_of_error(asked, error)
    body = json.dumps({"jsonrpc": "2.0", "id": 1, "error": error}).encode()
    return refusal_of_status(asked, dialect.status, {}, body)


NO_NUMBER = {"ankr", "chainstack", "plain text", "alchemy", "http 413", "optimism"}
UNSAID = {"an internal error", "internal error", "words never seen before", "timeout"}


@pytest.mark.parametrize("dialect", RANGE_DIALECTS, ids=lambda one: one.name)
def test_limits_on_blocks(dialect: Dialect) -> None:
    """Each is a limit on blocks, with its number where it says one."""
    found = answer(dialect)
    if dialect.name == "an internal error":
        assert type(found) is Passing
        assert found.heavy
        return
    assert isinstance(found, TooMuch)
    if dialect.name in UNSAID:
        assert (found.measure, found.certain) == (Measure.UNKNOWN, False)
        return
    assert (found.measure, found.certain) == (Measure.BLOCKS, True)
    assert found.limit == (None if dialect.name in NO_NUMBER else 100)
    assert found.suggested == ((1000, 1099) if "{first" in dialect.text else None)


@pytest.mark.parametrize("dialect", ROWS_DIALECTS, ids=lambda one: one.name)
def test_limits_on_logs(dialect: Dialect) -> None:
    """Each is a limit on logs, with the number and the range that it names."""
    found = answer(dialect)
    assert isinstance(found, TooMuch)
    if dialect.name in UNSAID - {"internal error"}:
        assert not found.certain
        return
    assert (found.measure, found.certain) == (Measure.ROWS, True)
    assert found.limit == (100 if "{limit}" in dialect.text else None)
    assert found.suggested == ((1000, 1099) if "{first" in dialect.text else None)


@pytest.mark.parametrize("dialect", SIZE_DIALECTS, ids=lambda one: one.name)
def test_limits_on_sizes(dialect: Dialect) -> None:
    """Each is a limit on bytes; one that counts megabytes is not taken for a number of bytes."""
    found = answer(dialect)
    assert isinstance(found, TooMuch)
    assert found.measure is Measure.BYTES
    assert found.limit == (100 if "{limit}" in dialect.text else None)


@pytest.mark.parametrize(
    ("code", "text", "kind"),
    [
        (429, "Your app has exceeded its compute units per second capacity.", RateLimited),
        (-32005, "daily request count exceeded, request rate limited", RateLimited),
        (-32005, "project ID request rate exceeded", RateLimited),
        (-32007, "50/second request limit reached - reduce calls per second", RateLimited),
        (-32000, "You've exceeded the RPS limit available on the current plan", RateLimited),
        (-32000, "Too many concurrent requests.", RateLimited),
        (-32602, "block range extends beyond current head block", Passing),
        (-32000, "One of the blocks specified in filter cannot be found.", Passing),
        (-32000, "header not found", Passing),
        (19, "Temporary internal error. Please retry, trace-id: 12", Passing),
        (-32011, "no backends available for method", Passing),
        (-32603, "Internal error", Passing),
        (-32601, "the method eth_getBlockReceipts does not exist/is not available", Unsupported),
        (-32000, "finalized block not found", Unsupported),
        (-32004, "Method not supported", Unsupported),
        (4444, "pruned history unavailable", RpcRefused),
        (-32000, "missing trie node 5a2f", RpcRefused),
        (-32000, "Unauthorized: You must authenticate your request with an API key.", RpcRefused),
        (-32000, "Query timeout exceeded. Consider reducing your block range.", TooMuch),
        (30, "Request timeout on the free tier, please upgrade to the paid one", TooMuch),
        (-32005, "limit exceeded", TooMuch),
        (-32602, "eth_getLogs range is too large, max is 1k blocks", TooMuch),
        (-32614, "eth_getLogs is limited to 0 - 50 blocks range", TooMuch),
    ],
)
def test_json_errors(code: int, text: str, kind: type[Exception]) -> None:
    """Words first, codes after."""
    assert type(refusal_of_error(RANGE, {"code": code, "message": text})) is kind


def test_a_lagging_node_is_no_limit() -> None:
    """A range that ends beyond a lagging node's head is asked for again, and not cut."""
    found = refusal_of_error(
        RANGE, {"code": -32602, "message": "block range extends beyond current head block"}
    )
    assert isinstance(found, Passing)
    assert (found.behind, found.heavy) == (True, False)


def test_unknown_words_about_a_single_block_are_final() -> None:
    """Of a range they are a limit, of one block a refusal in one sentence that names the block."""
    error = {"code": -31999, "message": "computer says no."}
    assert type(refusal_of_error(RANGE, error)) is TooMuch
    final = refusal_of_error(SINGLE, error)
    assert type(final) is RpcRefused
    assert str(final) == ("rpc: https://node.test refused the logs of block 1000, computer says no")
    assert type(refusal_of_error(HEAD, error)) is RpcRefused


def test_a_limit_reached_by_one_block_keeps_its_type() -> None:
    """So that whoever asked knows that there is no less to ask for."""
    found = refusal_of_error(
        SINGLE, {"code": -32005, "message": "query returned more than 9 results"}
    )
    assert isinstance(found, TooMuch)
    assert "block 1000" in str(found)
    assert type(refusal_of_error(SINGLE, {"code": -32000, "message": "timed out"})) is Passing


@pytest.mark.parametrize(
    ("status", "body", "kind"),
    [
        (429, b"", RateLimited),
        (429, b'{"jsonrpc":"2.0","error":{"code":-32603,"message":"Internal"}}', RateLimited),
        (
            429,
            b'{"error":{"code":-32005,"message":"query returned more than 10 results"}}',
            TooMuch,
        ),
        (413, b"<html>nginx</html>", TooMuch),
        (400, b"block range is too wide", TooMuch),
        (400, b'{"error":{"code":-32600,"message":"up to a 10 block range"}}', TooMuch),
        (503, b"Service Unavailable", Passing),
        (502, b"<html><body>502 Bad Gateway</body></html>", Passing),
        (504, b"", Passing),
        (524, b"", Passing),
        (401, b"", RpcRefused),
        (403, b"forbidden", RpcRefused),
        (403, b'{"error":{"code":-32701,"message":"exceed maximum block range: 50"}}', TooMuch),
        (404, b"<html>not here</html>", RpcUnreachable),
        (301, b"", RpcUnreachable),
    ],
)
def test_http_statuses(status: int, body: bytes, kind: type[Exception]) -> None:
    """A JSON-RPC error in the body says more than the status; markup is not repeated."""
    found = refusal_of_status(RANGE, status, {}, body)
    assert type(found) is kind
    assert "<" not in str(found)


def test_a_result_under_another_success() -> None:
    """201 and a result is a result."""
    assert refusal_of_status(HEAD, 201, {}, b'{"id":1,"result":"0x1"}') is None


NOW = datetime(2026, 3, 12, 11, 0, 0, tzinfo=UTC)


@pytest.mark.parametrize(
    ("value", "seconds"),
    [
        (None, None),
        ("7", 7.0),
        ("0", 0.0),
        ("-3", 0.0),
        ("1.5", 1.5),
        ("Thu, 12 Mar 2026 11:02:00 GMT", 120.0),
        ("Thu, 12 Mar 2026 10:00:00 GMT", 0.0),
        ("soon", None),
        ("", None),
    ],
)
def test_retry_after(value: str | None, seconds: float | None) -> None:
    """Seconds or a date, as RFC 9110 has it."""
    assert retry_seconds(value, NOW) == seconds


@pytest.mark.parametrize("value", ["nan", "inf", "1e999"])
def test_retry_after_without_end(value: str) -> None:
    """What is no time is none."""
    assert retry_seconds(value, NOW) is None


def test_retry_after_goes_with_the_refusal() -> None:
    """From the header, for a rate limit and for a pause of the server."""
    limited = refusal_of_status(RANGE, 429, {"Retry-After": "3"}, b"")
    paused = refusal_of_status(RANGE, 503, {"Retry-After": "4"}, b"")
    assert isinstance(limited, RateLimited)
    assert isinstance(paused, Passing)
    assert (limited.retry_after, paused.retry_after) == (3.0, 4.0)


@pytest.mark.parametrize(
    ("text", "limit"),
    [
        ("range 1000000 exceeds limit of 10000", 10000),
        ("eth_getLogs is limited to a 10,000 range", 10000),
        ("eth_getLogs is limited to 0 - 50 blocks range", 50),
        ("exceeds the range allowed for your plan (20000 > 10000)", 10000),
        ("max is 10k blocks", 10000),
        ("requested too many blocks from 1 to 9000, maximum is set to 2048", 2048),
        ("GetLogs query must be smaller than size 1024", 1024),
        ("query block range exceeds server limit, narrow your filter: 5", 5),
        ("please limit the query to at most 1,000 blocks", 1000),
        ("block range is too wide", None),
        ("limit of 0", None),
    ],
)
def test_numbers_in_words(text: str, limit: int | None) -> None:
    """The number that is the limit, and not the one that was asked for."""
    assert limit_in(text) == limit


def test_only_a_proposal_that_helps_is_taken() -> None:
    """It begins where the range does and is shorter; a hostile or a stale one is not heeded."""
    text = "this block range should work: [0x{:x}, 0x{:x}]"
    assert suggested_range(text.format(1000, 1500), None, 1000, 1999) == (1000, 1500)
    for first, last in ((999, 1500), (1000, 1999), (1000, 5000), (1000, 999), (0, 2**300)):
        assert suggested_range(text.format(first, last), None, 1000, 1999) is None
    assert suggested_range("", {"from": "x", "to": None}, 1000, 1999) is None
    assert suggested_range("", {"from": "0x3e8", "to": "0x3e9"}, 1000, 1999) == (1000, 1001)


def test_strange_error_objects() -> None:
    """Whatever stands where an error should be, it is a refusal."""
    for error in ("too many results", ["x"], 7, {"code": "x"}, {"message": None}, {"code": 1.5}):
        assert isinstance(refusal_of_error(RANGE, error), RpcRefused | RpcUnreachable)


def test_words_are_short_and_hold_no_key() -> None:
    """One line, without markup and without the customer's key."""
    text = "<b>project\n 0123456789abcdef</b> exceeded" + " x" * 500
    found = plain(text, ("0123456789abcdef",))
    assert found.startswith("project … exceeded")
    assert "\n" not in found
    assert len(found) == 200
