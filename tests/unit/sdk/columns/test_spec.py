"""Tables of events: ours field by field, foreign ones from an ABI, their schema and back."""

from __future__ import annotations

from typing import Any

import numpy as np
import pyarrow as pa
import pytest
from eth_utils.abi import event_abi_to_log_topic
from hypothesis import given, settings
from hypothesis import strategies as st

from keelmark.columns import KEY, SYSTEM, ColumnKind, TableSpec, arrow_schema, own_tables
from keelmark.columns import table_name as name_of
from keelmark.columns.decoder import LogDecoder
from keelmark.columns.restore import events_of, words_of
from keelmark.columns.spec import ColumnSpec, from_abi
from keelmark.columns.words import columns_of_words
from keelmark.errors import DecodingFailed, InputError
from keelmark.events import ALL_EVENTS, BY_NAME, Unit
from tests.support.answers import HOUSE, TRADE, TRANSFER, answer, log_of

by_table = pytest.mark.parametrize("table", own_tables(), ids=lambda table: table.name)


def entry(*inputs: tuple[str, str, bool], **more: Any) -> dict[str, Any]:
    """An ABI entry of an event named Happened."""
    fields = [{"name": name, "type": kind, "indexed": mark} for name, kind, mark in inputs]
    return {"type": "event", "name": "Happened", "inputs": fields, **more}


def test_default_behavior() -> None:
    """Every event of the kit has a table of its own, with its fields in order."""
    tables = own_tables()
    assert [table.event for table in tables] == [spec.name for spec in ALL_EVENTS]
    assert len({table.name for table in tables}) == len({t.topic for t in tables}) == len(tables)
    for table, spec in zip(tables, ALL_EVENTS, strict=True):
        assert table.topic == spec.topic
        assert [(c.name, c.abi_type) for c in table.columns] == [
            (f.name, f.type) for f in spec.fields
        ]
        assert table.topics == 3
        assert table.words == len(spec.fields) - 2


@by_table
def test_kinds_follow_units(table: TableSpec) -> None:
    """What is counted decides: what is bounded is an integer, money an exact amount, and words stay
    words."""
    fields = {field.name: field for field in BY_NAME[table.event].fields}
    for column in table.columns:
        unit = fields[column.name].unit
        if column.abi_type in ("address", "bytes32"):
            expected = ColumnKind.ADDRESS if column.abi_type == "address" else ColumnKind.WORD
        elif unit in (Unit.ID, Unit.COUNT, Unit.SECONDS, Unit.FLAGS):
            expected = ColumnKind.INTEGER
        elif unit in (Unit.WORD, Unit.HASH, Unit.TEXT):
            expected = ColumnKind.WORD
        else:
            expected = ColumnKind.AMOUNT
        assert column.kind == expected, column.name


@by_table
def test_as_json_and_back(table: TableSpec) -> None:
    assert TableSpec.from_json(table.as_json()) == table


@pytest.mark.parametrize(
    ("event", "name"),
    [
        ("TradeReported", "trade_reported"),
        ("CCPAuthorised", "ccp_authorised"),
        ("Transfer", "transfer"),
        ("UPIAssigned2", "upi_assigned2"),
        ("already_snake", "already_snake"),
    ],
)
def test_table_name(event: str, name: str) -> None:
    assert name_of(event) == name


@pytest.mark.parametrize(
    ("kind", "expected"),
    [
        ("uint8", ColumnKind.INTEGER),
        ("uint56", ColumnKind.INTEGER),
        ("int56", ColumnKind.INTEGER),
        ("uint64", ColumnKind.AMOUNT),
        ("uint120", ColumnKind.AMOUNT),
        ("int120", ColumnKind.AMOUNT),
        ("uint128", ColumnKind.WORD),
        ("uint256", ColumnKind.WORD),
        ("int256", ColumnKind.WORD),
        ("address", ColumnKind.ADDRESS),
        ("bool", ColumnKind.FLAG),
        ("bytes4", ColumnKind.WORD),
        ("bytes32", ColumnKind.WORD),
    ],
)
@pytest.mark.parametrize("indexed", [True, False])
def test_foreign_kinds(kind: str, expected: ColumnKind, indexed: bool) -> None:
    """A foreign integer is narrow only where its type is; nothing is assumed about its size."""
    table = from_abi(entry(("x", kind, indexed)))
    assert table.columns == (ColumnSpec("x", kind, expected, indexed),)
    assert (table.topics, table.words) == (1 + indexed, 1 - indexed)


@pytest.mark.parametrize("kind", ["string", "bytes", "uint256[]", "uint8[3]"])
def test_foreign_dynamic(kind: str) -> None:
    """Whole data where a field is not one word; a hash where such a field is indexed."""
    table = from_abi(entry(("x", kind, False), ("y", "address", True), ("z", "bool", False)))
    assert [(c.name, c.kind) for c in table.columns] == [
        ("y", ColumnKind.ADDRESS),
        ("data", ColumnKind.RAW),
    ]
    assert table.words is None
    hashed = from_abi(entry(("x", kind, True)))
    assert hashed.columns == (ColumnSpec("x", "bytes32", ColumnKind.WORD, True),)


@pytest.mark.parametrize(
    "one",
    [
        entry(),
        entry(("a", "uint256", True), ("b", "string", False)),
        {
            "type": "event",
            "name": "Filled",
            "inputs": [
                {
                    "name": "orders",
                    "type": "tuple[2]",
                    "components": [
                        {"name": "maker", "type": "address"},
                        {"name": "legs", "type": "tuple", "components": [{"type": "int24"}]},
                    ],
                }
            ],
        },
    ],
)
def test_foreign_topics(one: Any) -> None:
    """The first topic is what eth_utils makes of the entry."""
    assert from_abi(one).topic == event_abi_to_log_topic(one)


@pytest.mark.parametrize(
    "bad",
    [{}, {"type": "function", "name": "f"}, {"type": "event"}, entry(anonymous=True)],
)
def test_no_event(bad: Any) -> None:
    with pytest.raises(InputError, match="abi: expected an event with a name that is not"):
        from_abi(bad)


@pytest.mark.parametrize(
    "fields",
    [
        (("x", "bool", False), ("x", "uint8", False)),
        (("X", "bool", False), ("x", "uint8", False)),
        (("data", "address", True), ("x", "string", False)),
        (("address", "bool", False), ("address_", "bool", False)),
    ],
)
def test_two_columns_of_one_name(fields: tuple[tuple[str, str, bool], ...]) -> None:
    """Also where the names differ by case alone, which databases do not tell apart."""
    with pytest.raises(InputError, match="abi: Happened has two fields that would be one column"):
        from_abi(entry(*fields))


def test_schema() -> None:
    """The chain's columns come first, none is ever null, amounts have 38 digits."""
    schema = arrow_schema(TRADE)
    assert schema.names[: len(SYSTEM)] == [name for name, _ in SYSTEM]
    assert not any(field.nullable for field in schema)
    assert set(KEY) <= set(schema.names)
    assert schema.field("price").type == pa.decimal128(38, 0)
    assert schema.field("account").type == pa.int64()
    assert schema.field("uti").type == pa.binary(32)


def test_a_field_named_as_a_system_column() -> None:
    table = from_abi(entry(("address", "address", False), ("block_time", "uint32", False)))
    assert arrow_schema(table).names[len(SYSTEM) :] == ["address_", "block_time_"]
    found = LogDecoder([table], [HOUSE]).decode(answer([log_of(table, {"block_time": 9})]))
    row = found.tables["happened"].to_pylist()[0]
    assert (row["address"], row["address_"], row["block_time_"]) == (HOUSE, bytes(20), 9)


@settings(deadline=None)
@given(st.data())
def test_words_come_back(data: st.DataObject) -> None:
    """A log's words are restored byte by byte from its columns."""
    table = data.draw(st.sampled_from([*own_tables(), TRANSFER]))
    values = {}
    for column in table.columns:
        if column.kind == ColumnKind.WORD:
            values[column.name] = data.draw(st.binary(min_size=32, max_size=32))
        elif column.kind == ColumnKind.ADDRESS:
            values[column.name] = data.draw(st.binary(min_size=20, max_size=20))
        else:
            most = 2**63 if column.kind == ColumnKind.INTEGER else 10**38
            least = 1 - most if column.signed else 0
            values[column.name] = data.draw(st.integers(least, most - 1))
    log = log_of(table, values)
    found = LogDecoder([table], [HOUSE]).decode(answer([log])).tables[table.name]
    (batch,) = found.to_batches()
    words = words_of(batch, table)
    assert words[0].tobytes() == b"".join(log.topics[1:]) + log.data
    typed = [column.chunk(0) for column in found.columns[len(SYSTEM) :]]
    assert columns_of_words(words, table) == typed


def test_slices_come_back() -> None:
    """A batch that begins in the middle of another gives its own rows."""
    logs = [log_of(TRADE, {"size": -n, "price": n, "account": n}, place=n) for n in range(9)]
    found = LogDecoder([TRADE], [HOUSE]).decode(answer(logs)).tables["trade_reported"]
    (batch,) = found.slice(4, 3).to_batches()
    assert words_of(batch, TRADE).tobytes() == b"".join(
        b"".join(log.topics[1:]) + log.data for log in logs[4:7]
    )
    assert [event.number("size") for event in events_of(batch, TRADE)] == [-4, -5, -6]


def test_no_words_of_whole_data() -> None:
    table = from_abi(entry(("x", "string", False)))
    found = LogDecoder([table], [HOUSE]).decode(answer([log_of(table)])).tables["happened"]
    (batch,) = found.to_batches()
    with pytest.raises(DecodingFailed, match="data: an event with dynamic fields has no words"):
        words_of(batch, table)


def test_no_event_of_a_foreign_table() -> None:
    found = LogDecoder([TRANSFER], [HOUSE]).decode(answer([log_of(TRANSFER)]))
    (batch,) = found.tables["transfer"].to_batches()
    with pytest.raises(DecodingFailed, match="Transfer: not a reporting event"):
        next(events_of(batch, TRANSFER))


def test_no_fields() -> None:
    table = from_abi(entry())
    found = LogDecoder([table], [HOUSE]).decode(answer([log_of(table)])).tables["happened"]
    (batch,) = found.to_batches()
    assert words_of(batch, table).shape == (1, 0, 32)
    assert columns_of_words(np.zeros((1, 0, 32), np.uint8), table) == []
