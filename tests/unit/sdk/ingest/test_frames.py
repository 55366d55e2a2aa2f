"""JSON values cut out of a stream, wherever the stream is cut into chunks."""

from __future__ import annotations

import json
from typing import Any

import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st

from keelmark.errors import DecodingFailed
from keelmark.ingest.envelope import check, identity, is_array, open_envelope, request, result
from keelmark.ingest.frames import Frames
from keelmark.ingest.refusals import Asked, Passing, RpcRefused, TooMuch

HEAD = Asked("node", "eth_getBlockByNumber")
LOGS = Asked("node", "eth_getLogs", (1, 5))

TEXT = st.text(st.sampled_from('ab"\\{}[]\n é𝄞'), max_size=8)
VALUE = st.dictionaries(TEXT, TEXT | st.lists(TEXT, max_size=3), max_size=3) | st.lists(TEXT)


@settings(max_examples=100, deadline=None)
@given(
    values=st.lists(VALUE, max_size=4),
    separator=st.sampled_from(["", "\n", " \r\n\t"]),
    cuts=st.lists(st.integers(1, 30), min_size=1, max_size=20),
    ascii_only=st.booleans(),
)
@example(values=[{"a": "\\"}], separator="", cuts=[1], ascii_only=True)
@example(values=[["}"], ['"{'], ["\\\\"]], separator="", cuts=[1], ascii_only=False)
def test_wherever_it_is_cut(
    values: list[Any], separator: str, cuts: list[int], ascii_only: bool
) -> None:
    """Braces in strings, escapes at the end of a chunk, blanks between: the values come out whole
    and as soon as they end."""
    texts = [json.dumps(value, ensure_ascii=ascii_only) for value in values]
    stream = separator.join(texts).encode()
    frames, found, place, turn = Frames(), [], 0, 0
    while place < len(stream):
        size = cuts[turn % len(cuts)]
        found += frames.feed(stream[place : place + size])
        place, turn = place + size, turn + 1
    assert found == [text.encode() for text in texts]
    assert frames.size == 0


def test_a_value_is_there_with_its_last_byte() -> None:
    """It does not wait for what comes next."""
    frames = Frames()
    assert frames.feed(b'{"id":1,"result":[{}') == []
    assert frames.size == 20
    assert frames.feed(b"]}") == [b'{"id":1,"result":[{}]}']


@pytest.mark.parametrize(
    "stream", [b"no json", b"}", b"{}}", b'"text"', b"{} 7 {}", b"]", b"1", b" x{}"]
)
def test_what_is_no_object(stream: bytes) -> None:
    """Is refused rather than waited for."""
    with pytest.raises(DecodingFailed):
        Frames().feed(stream)


LONG = b'"x",' * 2_000 + b'"x"'


@pytest.mark.parametrize(
    "body",
    [
        b'{"jsonrpc":"2.0","id":7,"result":[' + LONG + b"]}",
        b'{"id":7,"jsonrpc":"2.0","result":[' + LONG + b"]}\n",
        b'{"jsonrpc":"2.0","result":[' + LONG + b'],"id":7}',
        b'{"result":[' + LONG + b'],"id":7,"jsonrpc":"2.0"}',
        b' { "jsonrpc" : "2.0" , "id" : 7 , "result" : [ ' + LONG + b" ] } ",
        b'{"jsonrpc":"2.0","id":7,"result":[]}',
    ],
    ids=["usual", "id first", "id last", "odd order", "blanks", "short"],
)
def test_envelopes(body: bytes) -> None:
    """In every order of members."""
    check(LOGS, body)
    assert is_array(body)
    assert identity(body) == 7
    assert isinstance(result(LOGS, body), list)


@pytest.mark.parametrize(
    ("body", "kind"),
    [
        (b"", Passing),
        (b"null", Passing),
        (b"<html>", Passing),
        (b'{"jsonrpc":"2.0","id":1}', Passing),
        (b'{"jsonrpc":"2.0","id":1,"result":[' + LONG, Passing),
        (b'{"jsonrpc":"2.0","id":1,"result":[' + LONG[:-1] + b"x", Passing),
        (b'{"jsonrpc":"2.0","id":1,"error":null}', Passing),
        (b"[" * 100_000, Passing),
        (b'{"id":1,"error":{"code":-32000,"message":"unauthorized"}}', RpcRefused),
        (b'{"id":1,"result":null,"error":{"code":3,"message":"more than 9 results"}}', TooMuch),
        (b'{"error":"query returned more than 9 results","id":1}', TooMuch),
    ],
)
def test_envelopes_without_a_result(body: bytes, kind: type[Exception]) -> None:
    """Each is refused by its type."""
    with pytest.raises(kind):
        check(LOGS, body)


def test_a_null_result_is_a_result_and_no_array() -> None:
    """A block that is not there is null; logs never are."""
    body = b'{"jsonrpc":"2.0","id":1,"result":null}'
    check(HEAD, body)
    assert result(HEAD, body) is None
    assert not is_array(body)
    assert not is_array(b'{"jsonrpc":"2.0","id":1,"result":"0x"}')
    assert not is_array(b'{"error":1}')


def test_the_id_inside_a_result_is_not_the_answers() -> None:
    """A member named id deeper inside is none of the envelope's."""
    inner = b'{"jsonrpc":"2.0","result":{"id":3,"list":[' + LONG + b'],"id":4},"id":9}'
    assert identity(inner) == 9
    notice = b'{"jsonrpc":"2.0","method":"eth_subscription","params":{"id":3}}'
    assert identity(notice) is None
    assert identity(b"[1]") is None


def test_a_request() -> None:
    """As JSON-RPC 2.0 has it."""
    body = request(4, "eth_getBlockByNumber", ("latest", False))
    assert json.loads(body) == {
        "jsonrpc": "2.0",
        "id": 4,
        "method": "eth_getBlockByNumber",
        "params": ["latest", False],
    }
    found = open_envelope(body)
    assert found is not None
    assert found.method == "eth_getBlockByNumber"
