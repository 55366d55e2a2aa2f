"""The structural scan against the real parser: the same tables, or none at all."""

from __future__ import annotations

import json
import random
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from keelmark.columns import own_tables
from keelmark.columns.decoder import Decoded, LogDecoder
from keelmark.columns.layout import learn
from keelmark.columns.parse import parse
from keelmark.columns.scan import scan
from keelmark.errors import DecodingFailed, RpcRefused
from tests.support.answers import HOUSE, NODES, TRADE, TRANSFER, Log, answer, log_of

TABLES = {table.topic: table for table in (*own_tables(), TRANSFER)}
DECODER = LogDecoder(list(TABLES.values()), [HOUSE])

every_node = pytest.mark.parametrize("node", list(NODES))


def spaced(body: bytes) -> bytes:
    """The same JSON with white space, which only the real parser reads."""
    return json.dumps(json.loads(body), indent=1).encode()


def outcome(body: bytes) -> Decoded | str:
    try:
        return DECODER.decode(body)
    except (DecodingFailed, RpcRefused) as failure:
        return f"{type(failure).__name__}: {failure}"


def parsed(body: bytes) -> Decoded | str:
    """What the real parser alone makes of it."""
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr("keelmark.columns.decoder.scan", lambda body, tables: None)
        return outcome(body)


@st.composite
def logs(draw: st.DrawFn) -> Log:
    """A log of an event of ours; values of every length."""
    table = draw(st.sampled_from(own_tables()))
    words = draw(
        st.lists(
            st.binary(max_size=4).map(lambda raw: raw.rjust(32, b"\0")),
            min_size=len(table.columns),
            max_size=len(table.columns),
        )
    )
    return Log(
        (table.topic, *words[:2]),
        b"".join(words[2:]),
        block=draw(st.sampled_from((0, 1, 15, 16, 255, 256, 2**20, 2**31))),
        place=draw(st.integers(0, 300)),
        transaction=draw(st.integers(0, 300)),
        removed=draw(st.integers(0, 30)) == 0,
    )


@settings(deadline=None)
@given(st.lists(logs(), max_size=8), st.sampled_from(sorted(NODES)))
def test_default_behavior(found: list[Log], node: str) -> None:
    """Any logs in any order by any node: both ways tell the same, tables or refusal."""
    body = answer(found, node)
    assert outcome(body) == parsed(body) == outcome(spaced(body))


@settings(max_examples=300, deadline=None)
@given(st.data())
def test_any_byte_changed(data: st.DataObject) -> None:
    """A byte of an answer altered, left out or put in: both ways tell the same."""
    node = data.draw(st.sampled_from(sorted(NODES)))
    body = answer([log_of(TRANSFER, {"value": n}).at(n, n) for n in range(3)], node)
    place = data.draw(st.integers(0, len(body) - 1))
    new = data.draw(st.sampled_from([b"", *(bytes([n]) for n in b'0aFgx"{}[],: \\\x00\xff')]))
    cut = data.draw(st.integers(0, 1))
    changed = body[:place] + new + body[place + cut :]
    assert outcome(changed) == parsed(changed)


@every_node
def test_uniform_answers_are_scanned(node: str) -> None:
    """The scan reads what nodes write, of several events, with numbers of every length."""
    found = [
        log_of(table).at(16**height, place)
        for height in range(8)
        for place, table in enumerate(own_tables())
    ]
    body = answer(found, node)
    scanned = scan(body, TABLES)
    assert scanned is not None
    assert sum(map(len, scanned[0])) == len(found)
    assert scanned[1] == ("blockTimestamp" in NODES[node])
    assert outcome(body) == parsed(body)


@every_node
@pytest.mark.parametrize("size", [100, 1 << 12, 1 << 22])
def test_slices(node: str, size: int, monkeypatch: pytest.MonkeyPatch) -> None:
    """Row by row the same wherever an answer is cut into slices, also in the middle of a log."""
    monkeypatch.setattr("keelmark.columns.scan.SLICE", size)
    chance = random.Random(size)
    found = [
        log_of(chance.choice((TRADE, TRANSFER)), {"size": number, "value": number}).at(
            number // 40, number % 40
        )
        for number in range(100)
    ]
    body = answer(found, node)
    assert scan(body, TABLES) is not None
    whole = outcome(body)
    assert isinstance(whole, Decoded)
    assert whole.rows == 100
    assert whole == parsed(body)
    for between in (b"}{", b"},,{", b"};{", b"} {"):
        assert scan(body.replace(b"},{", between, 1), TABLES) is None


@pytest.mark.parametrize(
    "head",
    [
        b'{"jsonrpc":"2.0","result":[',
        b'{"jsonrpc":"2.0","id":null,"result":[',
        b'{"jsonrpc":"2.0","id":"a name","result":[',
        b'{"jsonrpc":"2.0","id":12345678901234567890,"result":[',
    ],
)
@pytest.mark.parametrize("tail", [b"]}", b'],"id":3}', b"]}\r\n"])
def test_heads_and_tails(head: bytes, tail: bytes) -> None:
    body = answer([log_of(TRANSFER)])
    inner = body[body.index(b"[{") + 1 : body.rindex(b"]")]
    whole = head + inner + tail
    assert scan(whole, TABLES) is not None
    assert outcome(whole) == outcome(body)


@pytest.mark.parametrize(
    "head",
    [
        b'{"jsonrpc":"2.0","id":01,"result":[',
        b'{"jsonrpc":"2.0","id":"\xff","result":[',
        b'{"jsonrpc":"2.0","id":"\n","result":[',
        b'{"jsonrpc":"2.0","id":,"result":[',
        b'{"jsonrpc":"2.0""result":[',
    ],
)
def test_bad_heads(head: bytes) -> None:
    body = answer([log_of(TRANSFER)])
    assert scan(head + body[body.index(b"[{") + 1 :], TABLES) is None


IRREGULAR: dict[str, Any] = {
    "another order": lambda row: dict(reversed(row.items())),
    "a field more": lambda row: {**row, "logType": "0x0"},
    "a field less": lambda row: {name: row[name] for name in row if name != "removed"},
    "removed": lambda row: {**row, "removed": True},
    "no time": lambda row: {**row, "blockTimestamp": None},
    "capitals": lambda row: {**row, "topics": [text.upper() for text in row["topics"]]},
}


@pytest.mark.parametrize("kind", sorted(IRREGULAR))
@pytest.mark.parametrize("place", [0, 1, 2])
def test_irregular_answers_are_parsed(kind: str, place: int) -> None:
    """A log unlike the others is left to the parser, which may know better."""
    change = IRREGULAR[kind]
    body = answer(
        [log_of(TRANSFER, place=n) for n in range(3)],
        changes=lambda row, number: change(row) if number == place else row,
    )
    assert scan(body, TABLES) is None
    assert outcome(body) == parsed(body)


def test_a_field_that_is_there_twice() -> None:
    text = answer([log_of(TRANSFER)]).replace(b'"logIndex"', b'"logIndex":"0x0","logIndex"')
    assert scan(text, TABLES) is None


def test_braces_and_quotes_inside_data() -> None:
    body = answer([log_of(TRANSFER), log_of(TRANSFER, place=1)])
    for strange in (b"{", b'"', b"}", b",{"):
        spoilt = body.replace(b'"data":"0x00', b'"data":"0x' + strange.ljust(2, b"0"))
        assert scan(spoilt, TABLES) is None
        assert outcome(spoilt) == parsed(spoilt)


@every_node
def test_learn(node: str) -> None:
    """The layout's pieces put together have the length of the text but for what varies."""
    body = answer([log_of(TRADE)], node)
    text = body[body.index(b"[{") + 1 : body.rindex(b"]")]
    layout = learn(text)
    assert layout is not None
    fields = json.loads(text)
    varying = [segment.then for segment in layout.segments if segment.then]
    assert sorted(varying) == sorted(
        name
        for name in ("blockNumber", "transactionIndex", "logIndex", "blockTimestamp", "data")
        if name in fields
    )
    assert sum(segment.length for segment in layout.segments) == len(text) - sum(
        len(fields[name]) - 2 for name in varying
    )
    assert layout.topics == 3
    assert layout.timed == ("blockTimestamp" in fields)
    assert layout.topics_first == (node in ("anvil", "geth", "erigon"))


@pytest.mark.parametrize("text", [b"", b"{", b"{}", b"x", b'{"address":"0x"}', b"{,}"])
def test_learn_nothing(text: bytes) -> None:
    assert learn(text) is None


@every_node
def test_learn_nothing_of_what_is_no_log(node: str) -> None:
    """A field that lacks, one of another width, or another end."""
    body = answer([log_of(TRADE)], node)
    text = body[body.index(b"[{") + 1 : body.rindex(b"]")]
    fields = json.loads(text)
    for name in fields:
        less = {key: value for key, value in fields.items() if key != name}
        found = learn(json.dumps(less, separators=(",", ":")).encode())
        assert (found is not None) == (name in ("blockTimestamp", "removed")), name
    for name in ("address", "blockHash", "transactionHash"):
        for other in (fields[name][:-2], fields[name] + "00", fields[name][2:]):
            changed = {**fields, name: other}
            assert learn(json.dumps(changed, separators=(",", ":")).encode()) is None
    assert learn(text[:-1] + b"]") is None


def test_both_ways_tell_the_columns() -> None:
    """The pieces themselves, before anything is sorted or dropped."""
    body = answer([log_of(TRADE).at(5, 1), log_of(TRANSFER).at(4, 0), log_of(TRADE).at(3, 2)])
    scanned = scan(body, TABLES)
    assert scanned is not None
    for one, other in zip(scanned[0], parse(body, TABLES)[0], strict=True):
        assert one.table is other.table
        assert [one.whole(row) for row in range(len(one))] == [
            other.whole(row) for row in range(len(other))
        ]
