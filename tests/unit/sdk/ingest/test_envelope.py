"""Answers that are spoilt inside: a sentence, never a parser's own exception."""

from __future__ import annotations

import random
from contextlib import suppress

import pytest

from keelmark.errors import KeelmarkError
from keelmark.ingest.endpoint_ws import WebSocketEndpoint
from keelmark.ingest.envelope import check, identity, is_array, open_envelope, result
from keelmark.ingest.links import parse_block
from keelmark.ingest.refusals import Asked, Passing
from keelmark.ingest.retries import Retries

ASKED = Asked("node", "eth_getBlockByNumber")
HEAD = b'{"jsonrpc":"2.0","id":1,"result":'

SPOILT = {
    "no UTF-8": HEAD + b'"\xff"}',
    "half a surrogate": HEAD + b'"\\ud800"}',
    "no escape": HEAD + b'"\\q"}',
    "no number": HEAD + b"1e999}",
    "nested without end": HEAD + b"[" * 100_000 + b"]" * 100_000 + b"}",
}
ERRORS = {
    "no UTF-8": b'{"error":{"code":-32005,"message":"\xe9"}}',
    "half a surrogate": b'{"error":"\\ud800"}',
    "no number": b'{"error":{"code":1e999}}',
    "nested without end": b'{"error":' + b"[" * 100_000 + b"]" * 100_000 + b"}",
}


@pytest.mark.parametrize("body", SPOILT.values(), ids=SPOILT)
def test_spoilt_results(body: bytes) -> None:
    """They pass by: they are asked for again."""
    with pytest.raises(Passing, match="rpc: node answered eth_getBlockByNumber with"):
        result(ASKED, body)


@pytest.mark.parametrize("body", ERRORS.values(), ids=ERRORS)
def test_spoilt_errors(body: bytes) -> None:
    """So do errors that cannot be read."""
    with pytest.raises(Passing, match="rpc: node answered eth_getBlockByNumber with"):
        check(ASKED, body)


def test_a_name_that_is_no_text() -> None:
    """A member's name that is no UTF-8 is nothing to be read either."""
    body = b'{"jsonrpc":"2.0","\xff":1,"id":"\xff","result":1}'
    assert open_envelope(body) is None
    assert identity(body) is None


def test_any_bytes_changed() -> None:
    """Whatever is altered in a block or in an error, what comes is an answer or a sentence."""
    chance = random.Random(5)
    bodies = (
        HEAD + b'{"number":"0x1","hash":"0x' + b"ab" * 32 + b'","parentHash":"0x' + b"cd" * 32
        + b'","timestamp":"0x5","logsBloom":"0x00","extra":["\\u00e9",{"y":1.5}]}}',
        b'{"jsonrpc":"2.0","id":7,"error":{"code":-32005,"message":"query returned more than '
        b'10000 results","data":{"from":"0x1","to":"0x2"}}}',
    )  # fmt: skip
    pieces = (b"\\ud800", b"\\", b'"', b"9" * 30, b"-", b"1e999", b"null", b"\xff", b"[", b"{")
    for _ in range(3_000):
        body = bytearray(chance.choice(bodies))
        for _ in range(chance.randint(1, 3)):
            place = chance.randrange(len(body))
            body[place : place + chance.randrange(3)] = chance.choice((b"", *pieces))
        is_array(bytes(body))
        identity(bytes(body))
        with suppress(KeelmarkError):
            check(ASKED, bytes(body))
            parse_block(result(ASKED, bytes(body)))


@pytest.mark.parametrize("params", [b"[1]", b'"x"', b'{"subscription":"\xff"}', b"1e999"])
def test_spoilt_notices(params: bytes) -> None:
    """A notice of a new head that cannot be read is passed over; the connection stays."""
    endpoint = WebSocketEndpoint("ws://node", Retries(), 1, 1_000)
    endpoint._hand_out(b'{"jsonrpc":"2.0","method":"eth_subscription","params":' + params + b"}")
