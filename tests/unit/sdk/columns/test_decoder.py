"""What a response decodes to, against eth_abi; order, doubles, removed logs and times."""

from __future__ import annotations

import json
from typing import Any

import pytest
from eth_abi.abi import encode as abi_encode
from eth_utils.crypto import keccak
from hypothesis import given, settings
from hypothesis import strategies as st

from keelmark.columns import arrow_schema, own_tables
from keelmark.columns.decoder import Decoded, LogDecoder
from keelmark.columns.restore import events_of
from keelmark.columns.scan import scan
from keelmark.columns.spec import TableSpec, from_abi
from keelmark.errors import DecodingFailed, InputError
from keelmark.events import BY_NAME, decode
from tests.support.answers import (
    HOUSE,
    NODES,
    TRADE,
    TRANSFER,
    Log,
    answer,
    hash_of,
    log_of,
)

KINDS = own_tables()[:3]

DECODER = LogDecoder(own_tables(), [HOUSE])
TOKENS = LogDecoder([TRANSFER], [HOUSE])

every_node = pytest.mark.parametrize("node", list(NODES))


def column(decoded: Decoded, table: str, name: str) -> list[Any]:
    return list(decoded.tables[table][name].to_pylist())


@every_node
def test_default_behavior(node: str) -> None:
    """A trade report encoded by eth_abi is there field by field, whatever node wrote it."""
    values = {
        "account": 5,
        "instrument": 2**63 - 1,
        "uti": b"\x11" * 32,
        "prior_uti": b"\x22" * 32,
        "execution": 2**255 + 1,
        "size": -(10**38) + 1,
        "price": 10**38 - 1,
        "index": 1,
        "position_size": -1,
        "position_quote": 2**64,
        "cash": -(2**64),
        "equity": 0,
        "initial_margin": 10**18,
    }
    types = [entry.abi_type for entry in TRADE.columns]
    # The signature and the encoding come from eth_utils and eth_abi, not from our tables.
    topic = keccak(text=f"TradeReported({','.join(types)})")
    raw = abi_encode(types, list(values.values()))
    topics = (topic, raw[:32], raw[32:64])
    one = Log(topics, raw[64:], block=0xABC, place=0x3E8, transaction=17)
    found = DECODER.decode(answer([one, log_of(TRADE).at(0xABC, 0x3E9)], node))
    table = found.tables["trade_reported"]
    assert table.schema == arrow_schema(TRADE)
    table.validate(full=True)
    row = table.to_pylist()[0]
    for name, value in values.items():
        kind = type(row[name])
        expected = value.to_bytes(32, "big") if name == "execution" else value
        assert (row[name] if kind is bytes else int(row[name])) == expected, name
    assert row["block_number"] == 0xABC
    assert row["block_hash"] == hash_of(0xABC)
    assert row["block_time"] == (1_700_000_000 + 0xABC if "blockTimestamp" in NODES[node] else 0)
    assert row["transaction_index"] == 17
    assert row["transaction_hash"] == hash_of(100 * 0xABC + 17)
    assert row["log_index"] == 0x3E8
    assert row["address"] == HOUSE
    assert found.rows == 2
    assert found.blocks == {0xABC: hash_of(0xABC)}
    assert found.needs_times == ("blockTimestamp" not in NODES[node])


def test_own_events_of_every_kind_come_back() -> None:
    """Every event of the kit, decoded to columns and restored, is what `events.decode` says."""
    logs = [
        Log(
            (table.topic, (3 * number).to_bytes(32, "big"), (number + 1).to_bytes(32, "big")),
            b"".join((number * n).to_bytes(32, "big") for n in range(table.words or 0)),
            place=number,
        )
        for number, table in enumerate(own_tables())
    ]
    found = DECODER.decode(answer(logs))
    assert found.rows == len(logs) == len(found.tables)
    for log, table in zip(logs, own_tables(), strict=True):
        (batch,) = found.tables[table.name].to_batches()
        (event,) = events_of(batch, table)
        outside = decode(
            log.topics,
            log.data,
            address="0x" + HOUSE.hex(),
            block_number=log.block,
            log_index=log.place,
            timestamp=1_700_000_000 + log.block,
        )
        assert event == outside
        assert event.spec is BY_NAME[table.event]


def test_tables_without_rows_are_left_out() -> None:
    found = DECODER.decode(b'{"jsonrpc":"2.0","id":1,"result":[]}')
    assert found == Decoded({}, {})
    assert found.rows == 0


def test_removed_logs_are_left_out() -> None:
    """Also when they are of the block that was there before, at the same height."""
    gone = log_of(TRANSFER, block=7, removed=True, fork=1)
    found = TOKENS.decode(answer([gone, log_of(TRANSFER, block=7)]))
    assert column(found, "transfer", "block_hash") == [hash_of(7)]


def test_doubles_are_dropped() -> None:
    logs = [log_of(TRANSFER, {"value": n}).at(n // 3, n % 3) for n in range(9)]
    twice = TOKENS.decode(answer([*logs, *logs]))
    assert twice == TOKENS.decode(answer(logs))
    assert column(twice, "transfer", "value") == [n.to_bytes(32, "big") for n in range(9)]


def test_out_of_order_is_sorted() -> None:
    """By height, then by place in the block."""
    logs = [log_of(TRANSFER).at(n // 3, n % 3) for n in range(9)]
    found = TOKENS.decode(answer([logs[n] for n in (4, 8, 0, 2, 1, 7, 3, 6, 5)]))
    assert found == TOKENS.decode(answer(logs))
    assert column(found, "transfer", "block_number") == [0, 0, 0, 1, 1, 1, 2, 2, 2]
    assert column(found, "transfer", "log_index") == [0, 1, 2] * 3
    assert list(found.blocks) == [0, 1, 2]


def without_time(row: dict[str, Any], number: int) -> dict[str, Any]:
    return {name: value for name, value in row.items() if name != "blockTimestamp" or number == 1}


@pytest.mark.parametrize("node", ["geth", "erigon"])
def test_times_come_later(node: str) -> None:
    """One log that lacks its time is enough to ask for them all."""
    logs = [log_of(TRANSFER).at(5, 0), log_of(TRANSFER).at(9, 0), log_of(TRANSFER).at(9, 1)]
    found = TOKENS.decode(answer(logs, node, changes=without_time if node == "geth" else None))
    assert found.needs_times
    assert column(found, "transfer", "block_time") == [0, 0, 0]
    timed = found.with_times({4: 1, 5: 50, 9: 90})
    assert not timed.needs_times
    assert column(timed, "transfer", "block_time") == [50, 90, 90]
    assert timed.tables["transfer"].schema == arrow_schema(TRANSFER)
    with pytest.raises(DecodingFailed, match="block 9: its time is not known"):
        found.with_times({5: 50})


def test_null_is_no_time() -> None:
    changed = answer([log_of(TRANSFER)], changes=lambda row, _: {**row, "blockTimestamp": None})
    assert TOKENS.decode(changed).needs_times


def test_dynamic_data_is_kept_whole() -> None:
    table = from_abi(
        {
            "type": "event",
            "name": "Said",
            "inputs": [
                {"name": "words", "type": "string"},
                {"name": "who", "type": "address", "indexed": True},
                {"name": "title", "type": "string", "indexed": True},
            ],
        }
    )
    who, title = b"\x05" * 20, keccak(text="title")
    said = [abi_encode(["string"], [text]) for text in ("", "Keelmark" * 9)]
    logs = [
        Log((table.topic, bytes(12) + who, title), data, place=place)
        for place, data in enumerate(said)
    ]
    found = LogDecoder([table], [HOUSE]).decode(answer(logs))
    assert column(found, "said", "who") == [who, who]
    assert column(found, "said", "title") == [title, title]
    assert column(found, "said", "data") == said
    with pytest.raises(DecodingFailed, match="two different logs stand there"):
        LogDecoder([table], [HOUSE]).decode(answer([logs[0], logs[1].at(7, 0)]))


def test_indexed_fields_may_stand_anywhere() -> None:
    """Topics and words of data find their fields by the ABI's order, on both ways."""
    names = ("first", "second", "third", "fourth")
    table = from_abi(
        {
            "type": "event",
            "name": "Mixed",
            "inputs": [
                {"name": name, "type": "uint32", "indexed": name in ("second", "fourth")}
                for name in names
            ],
        }
    )
    mixed = Log(
        (table.topic, (2).to_bytes(32, "big"), (4).to_bytes(32, "big")),
        (1).to_bytes(32, "big") + (3).to_bytes(32, "big"),
    )
    body = answer([mixed])
    assert scan(body, {table.topic: table}) is not None
    for text in (body, json.dumps(json.loads(body), indent=1).encode()):
        found = LogDecoder([table], [HOUSE]).decode(text)
        assert [column(found, "mixed", name) for name in names] == [[1], [2], [3], [4]]


def test_topics_of_several_counts() -> None:
    """Events of one contract that differ in how many fields are indexed."""
    counted = from_abi({"type": "event", "name": "Counted", "inputs": []})
    found = LogDecoder([TRANSFER, counted], [HOUSE]).decode(
        answer([log_of(TRANSFER), log_of(counted, place=1), log_of(TRANSFER, place=2)])
    )
    assert {name: table.num_rows for name, table in found.tables.items()} == {
        "transfer": 2,
        "counted": 1,
    }


def test_several_contracts() -> None:
    other = b"\x77" * 20
    decoder = LogDecoder([TRANSFER], [HOUSE, other])
    found = decoder.decode(
        answer([log_of(TRANSFER, address=other), log_of(TRANSFER, place=1, address=HOUSE)])
    )
    assert column(found, "transfer", "address") == [other, HOUSE]


def test_heights_and_places_at_their_bounds() -> None:
    top = log_of(TRANSFER).at(2**63 - 1, 2**31 - 1)

    def timeless(row: dict[str, Any], _: int) -> dict[str, Any]:
        return {**row, "blockTimestamp": hex(2**63 - 1), "transactionIndex": hex(2**31 - 1)}

    found = TOKENS.decode(answer([top], changes=timeless))
    row = found.tables["transfer"].to_pylist()[0]
    assert (row["block_number"], row["log_index"]) == (2**63 - 1, 2**31 - 1)
    assert (row["block_time"], row["transaction_index"]) == (2**63 - 1, 2**31 - 1)


@pytest.mark.parametrize("address", [b"", b"\x01" * 19, b"\x01" * 32])
def test_addresses_are_of_twenty_bytes(address: bytes) -> None:
    with pytest.raises(InputError, match=f"address: expected 20 bytes, not {len(address)}"):
        LogDecoder([TRADE], [address])


def test_topics_differ() -> None:
    with pytest.raises(InputError, match="two of one first topic"):
        LogDecoder([TRADE, TRADE], [HOUSE])


@settings(deadline=None)
@given(st.lists(st.tuples(st.integers(0, 3), st.integers(0, 5)), max_size=12))
def test_each_log_once_and_in_order(places: list[tuple[int, int]]) -> None:
    """Whatever is repeated and however it is ordered, the rows are the set of places, sorted."""

    def kind(block: int, place: int) -> TableSpec:
        return KINDS[(block + place) % 3]

    logs = [log_of(kind(block, place)).at(block, place) for block, place in places]
    found = DECODER.decode(answer(logs))
    rows = sorted(
        (row["block_number"], row["log_index"], name)
        for name, table in found.tables.items()
        for row in table.select(["block_number", "log_index"]).to_pylist()
    )
    assert rows == [(*where, kind(*where).name) for where in sorted(set(places))]
    assert list(found.blocks) == sorted({block for block, _ in places})
    for table in found.tables.values():
        own = list(
            zip(table["block_number"].to_pylist(), table["log_index"].to_pylist(), strict=True)
        )
        assert own == sorted(own)
