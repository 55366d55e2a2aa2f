"""Everything that a decoder refuses, in one sentence, whichever way the answer is read."""

from __future__ import annotations

import json
from collections.abc import Callable
from typing import Any

import pytest

from keelmark.columns.decoder import LogDecoder
from keelmark.columns.scan import scan
from keelmark.columns.spec import own_tables
from keelmark.errors import DecodingFailed, RpcRefused
from tests.support.answers import HOUSE, NODES, TRADE, TRANSFER, answer, log_of

DECODER = LogDecoder([*own_tables(), TRANSFER], [HOUSE])
LOGS = [log_of(TRANSFER, {"value": n}).at(n, 3) for n in range(1, 4)]


def spaced(body: bytes) -> bytes:
    """The same JSON with white space, which only the real parser reads."""
    return json.dumps(json.loads(body), indent=1).encode()


def refused(body: bytes, told: str) -> None:
    """The text is refused with these words and white space changes nothing."""
    for text in (body, spaced(body)):
        with pytest.raises(DecodingFailed, match=told) as failure:
            DECODER.decode(text)
        assert "\n" not in str(failure.value)


Change = Callable[[dict[str, Any]], dict[str, Any]]


def with_field(name: str, value: Any) -> Change:
    return lambda row: {**row, name: value}


def second(change: Change) -> bytes:
    """Three logs, the second one changed."""
    return answer(LOGS, changes=lambda row, number: change(row) if number == 1 else row)


@pytest.mark.parametrize("node", list(NODES))
def test_truncated(node: str) -> None:
    """Cut off anywhere, it is refused."""
    body = answer(LOGS[:2], node)
    for length in range(len(body)):
        assert scan(body[:length], DECODER.tables) is None, length
        with pytest.raises(DecodingFailed, match="answer: expected logs as JSON"):
            DECODER.decode(body[:length])


@pytest.mark.parametrize(
    "body",
    [
        b"",
        b"null",
        b"[]",
        b"<html>502 Bad Gateway</html>",
        b'{"jsonrpc":"2.0","id":1,"result":{}}',
        b'{"jsonrpc":"2.0","id":1,"result":[1]}',
        b'{"jsonrpc":"2.0","id":1,"result":[null]}',
        b'{"jsonrpc":"2.0","id":1,"result":["0x"]}',
        b'{"jsonrpc":"2.0","id":1,"result":[]} {}',
        b'{"jsonrpc":"2.0","id":1,"result":[],}',
        b"\xff\xfe",
        b"[" * 100_000,
    ],
)
def test_no_list_of_logs(body: bytes) -> None:
    with pytest.raises(DecodingFailed, match="answer: expected logs as JSON"):
        DECODER.decode(body)


@pytest.mark.parametrize("body", [b"{}", b'{"jsonrpc":"2.0","id":1,"result":null}'])
def test_no_result(body: bytes) -> None:
    with pytest.raises(DecodingFailed, match="answer: it has no result, expected a list of logs"):
        DECODER.decode(body)


def test_bytes_behind_the_answer() -> None:
    for rest in (b"x", b"{}", b",", b"]", b"\0"):
        with pytest.raises(DecodingFailed, match="answer: expected logs as JSON"):
            DECODER.decode(answer(LOGS) + rest)
    assert DECODER.decode(answer(LOGS) + b"\n").rows == 3


@pytest.mark.parametrize(
    ("error", "told", "code", "data"),
    [
        (
            {"code": -32005, "message": "too many", "data": {"from": "0x1", "to": "0x2"}},
            "rpc: the node refused the request, too many",
            -32005,
            {"from": "0x1", "to": "0x2"},
        ),
        ({"code": -32000}, "rpc: the node refused the request, without a reason", -32000, None),
        ({"message": "no"}, "rpc: the node refused the request, no", 0, None),
        ("no logs today", "rpc: the node refused the request, no logs today", 0, None),
    ],
)
def test_an_error_object(error: Any, told: str, code: int, data: Any) -> None:
    body = json.dumps({"jsonrpc": "2.0", "id": 1, "error": error}).encode()
    with pytest.raises(RpcRefused) as failure:
        DECODER.decode(body)
    assert str(failure.value) == told
    assert (failure.value.code, failure.value.data) == (code, data)


@pytest.mark.parametrize(
    "name",
    [name for name in NODES["anvil"] if name not in ("blockTimestamp", "removed")],
)
def test_a_field_that_is_not_there(name: str) -> None:
    def lacking(row: dict[str, Any], number: int = 0) -> dict[str, Any]:
        return {key: value for key, value in row.items() if key != name}

    for body in (second(lacking), answer(LOGS, changes=lacking)):
        refused(body, f"answer: expected logs as JSON, object missing required field `{name}`")


@pytest.mark.parametrize("name", NODES["anvil"])
@pytest.mark.parametrize("value", [7, {}, [7], ["0x", None]])
def test_a_field_of_another_kind(name: str, value: Any) -> None:
    refused(second(with_field(name, value)), "answer: expected logs as JSON, expected `")


QUANTITIES = ("blockNumber", "blockTimestamp", "transactionIndex", "logIndex")


@pytest.mark.parametrize("name", QUANTITIES)
@pytest.mark.parametrize(
    "value", ["", "0x", "7", "0X7", "0xg", "0x-7", "0x 7", "0x7 ", "0x1_0", "0x٣", "latest"]
)
def test_no_quantity(name: str, value: str) -> None:
    refused(second(with_field(name, value)), f": {name}: expected 0x and a number up to ")


@pytest.mark.parametrize(
    ("name", "value"),
    [
        ("blockNumber", 2**63),
        ("blockNumber", 2**64),
        ("blockTimestamp", 2**63),
        ("transactionIndex", 2**31),
        ("transactionIndex", 2**63),
        ("logIndex", 2**31),
    ],
)
def test_a_quantity_too_large(name: str, value: int) -> None:
    told = f": {name}: expected 0x and a number up to [0-9]+, not {hex(value)}"
    refused(second(with_field(name, hex(value))), told)


WIDTHS = {"address": 20, "blockHash": 32, "transactionHash": 32}


@pytest.mark.parametrize("name", list(WIDTHS))
@pytest.mark.parametrize("spoil", ["short", "long", "odd", "no digit", "space", "no prefix"])
def test_hexadecimal_of_another_form(name: str, spoil: str) -> None:
    digits = "ab" * WIDTHS[name]
    text = {
        "short": "0x" + digits[2:],
        "long": "0x" + digits + "ab",
        "odd": "0x" + digits[1:],
        "no digit": "0x" + digits[:-1] + "g",
        "space": "0x" + digits[:-2] + "  ",
        "no prefix": digits + "ab",
    }[spoil]
    told = f"log 0x3 of block 0x2: {name}: expected 0x and {2 * WIDTHS[name]} hexadecimal digits"
    refused(second(with_field(name, text)), told)


def test_lengths_that_make_up_for_each_other() -> None:
    """One hash is a digit short and the next one long, so that all of them together are right."""

    def shifted(row: dict[str, Any], number: int) -> dict[str, Any]:
        text = row["blockHash"]
        return {
            **row,
            "blockHash": text + "0" if number == 0 else text[1:] if number == 1 else text,
        }

    refused(answer(LOGS, changes=shifted), "log 0x3 of block 0x1: blockHash: expected 0x and 64")


@pytest.mark.parametrize("topics", [[], [""], ["0x"]])
def test_no_topic(topics: list[str]) -> None:
    refused(second(with_field("topics", topics)), "log 0x3 of block 0x2: ")


def test_a_topic_that_was_not_asked_for() -> None:
    topics = ["0x" + "ab" * 32, *["0x" + "00" * 32] * 2]
    told = f"log 0x3 of block 0x2: its first topic {topics[0]} was not asked for"
    refused(second(with_field("topics", topics)), told)
    only_trades = LogDecoder([TRADE], [HOUSE])
    with pytest.raises(DecodingFailed, match="was not asked for, expected events asked for only"):
        only_trades.decode(answer(LOGS))


def test_an_address_that_was_not_asked_for() -> None:
    stranger = "0x" + "77" * 20
    told = f"log 3 of block 2: its contract {stranger} was not asked for, expected logs of the"
    refused(second(with_field("address", stranger)), told)


@pytest.mark.parametrize("count", [1, 2, 4])
def test_another_number_of_topics(count: int) -> None:
    def fewer(row: dict[str, Any]) -> dict[str, Any]:
        return {**row, "topics": [*row["topics"], "0x" + "00" * 32][:count]}

    told = f"log 0x3 of block 0x2: Transfer has 3 topics, not {count}"
    refused(second(fewer), told)
    logs = [log_of(TRANSFER)]
    refused(answer(logs, changes=lambda row, _: fewer(row)), f"has 3 topics, not {count}")


@pytest.mark.parametrize("data", ["", "0x", "0x" + "00" * 31, "0x" + "00" * 33, "0x" + "0g" * 32])
def test_data_of_another_width(data: str) -> None:
    refused(second(with_field("data", data)), "log 0x3 of block 0x2: data: expected 0x and 64 hex")


def test_data_where_there_is_none() -> None:
    bare = next(table for table in own_tables() if table.words == 0)
    body = answer([log_of(bare)], changes=lambda row, _: {**row, "data": "0x" + "00" * 32})
    refused(body, "data: expected 0x and 0 hexadecimal digits")


def test_a_value_that_does_not_fit() -> None:
    """With the event, the field, the word and the place."""
    word = (10**38).to_bytes(32, "big")
    logs = [log_of(TRADE).at(n, 2) for n in range(3)]
    logs[1] = log_of(TRADE, {"price": word}).at(1, 2)
    told = (
        r"TradeReported\.price: expected an amount below 10\^38 \(uint256\), "
        f"not 0x{word.hex()}, in log 2 of block 1$"
    )
    refused(answer(logs), told)


def test_upper_bits_of_an_address() -> None:
    dirty = b"\x01" + bytes(31)
    body = answer(
        [log_of(TRANSFER)],
        changes=lambda row, _: {
            **row,
            "topics": [row["topics"][0], "0x" + dirty.hex(), row["topics"][2]],
        },
    )
    refused(body, r"Transfer\.from: expected an address \(address\), not 0x01")


@pytest.mark.parametrize(
    "change",
    [
        with_field("data", "0x" + "00" * 31 + "09"),
        with_field("transactionHash", "0x" + "09" * 32),
        with_field("transactionIndex", "0x9"),
        with_field(
            "topics", ["0x" + TRANSFER.topic.hex(), "0x" + "00" * 32, "0x" + "00" * 31 + "9" * 2]
        ),
    ],
)
def test_two_different_logs_in_one_place(change: Change) -> None:
    same = [log_of(TRANSFER), log_of(TRANSFER)]
    body = answer(same, changes=lambda row, number: change(row) if number else row)
    refused(body, "log 0 of block 7: two different logs stand there, expected one")


def test_two_different_contracts_in_one_place() -> None:
    other = b"\x77" * 20
    decoder = LogDecoder([TRANSFER], [HOUSE, other])
    with pytest.raises(DecodingFailed, match="two different logs stand there"):
        decoder.decode(answer([log_of(TRANSFER), log_of(TRANSFER, address=other)]))


def test_two_events_in_one_place() -> None:
    refused(answer([log_of(TRANSFER), log_of(TRADE)]), "two different logs stand there")


@pytest.mark.parametrize("tables", [(TRANSFER, TRANSFER), (TRANSFER, TRADE)])
@pytest.mark.parametrize("name", ["blockHash", "blockTimestamp"])
def test_two_blocks_of_one_height(tables: Any, name: str) -> None:
    """Of one event or of two; by hash or by time."""
    logs = [log_of(table, place=place) for place, table in enumerate(tables)]
    value = {"blockHash": "0x" + "09" * 32, "blockTimestamp": "0x9"}[name]
    body = answer(logs, changes=lambda row, number: {**row, name: value} if number else row)
    refused(body, "other logs of that height are of another block, expected one hash and one time")


def test_heights_too_far_apart() -> None:
    refused(answer([log_of(TRANSFER).at(0, 0), log_of(TRANSFER).at(2**32, 0)]), "2\\^32 blocks")
    assert DECODER.decode(answer([log_of(TRANSFER).at(n, 0) for n in (0, 2**32 - 1)])).rows == 2


@pytest.mark.parametrize(
    "name", ["logIndex", "blockNumber", "data", "blockHash", "removed", "topic"]
)
def test_what_a_node_sends_stays_on_one_line(name: str) -> None:
    """A hostile text is shown in part and on one line, in the place of a row and as its value."""
    spoilt = "0x\n" + "\u00e9\n" * 100_000
    body = answer(
        LOGS,
        changes=lambda row, _: (
            {**row, "topics": [spoilt]} if name == "topic" else {**row, name: spoilt}
        ),
    )
    with pytest.raises(DecodingFailed) as failure:
        DECODER.decode(body)
    assert "\n" not in str(failure.value)
    assert len(str(failure.value)) < 400


@pytest.mark.parametrize(
    "error", ["a\nb" * 9_999, {"code": 1, "message": "a\nb" * 9_999}, [1, "a"]]
)
def test_what_a_node_complains_of_stays_on_one_line(error: object) -> None:
    """So is the reason of a refusal."""
    with pytest.raises(RpcRefused, match="rpc: the node refused the request, ") as failure:
        DECODER.decode(json.dumps({"error": error}).encode())
    assert "\n" not in str(failure.value)
    assert len(str(failure.value)) < 600
