"""Rows as records: the same whatever the window, and never many at once."""

from __future__ import annotations

from collections.abc import Sequence

import pyarrow as pa
import pytest

from keelmark.columns import arrow_schema
from keelmark.columns.spec import from_abi, of_event
from keelmark.errors import DecodingFailed
from keelmark.events import BY_NAME
from keelmark.store import Checkpoint, Description, Heads, Watched
from keelmark.verification.rows import filled, first_row, windows
from tests.support.verified import Memory
from tests.unit.sdk.verification.conftest import Lived

TABLE = of_event(BY_NAME["PriceUpdated"])
DESCRIPTION = Description(
    1, "test", (Watched("House", b"\x01" * 20, bytes(32), 1, True),), (TABLE,), 1
)


def records(store: Memory, **options: int) -> list[tuple[int, int, int, bytes]]:
    """Every record of a store, in order."""
    last = store.points[-1].last_block
    return [
        (block, place, contract, preimage)
        for window in windows(store, 1, last, **options)
        for block, place, contract, preimage in zip(
            window.block.tolist(),
            window.log_index.tolist(),
            window.contract.tolist(),
            window.preimages,
            strict=True,
        )
    ]


def test_default_behavior(lived: Lived) -> None:
    """The preimages are the bytes of the logs that the plain reader has read."""
    expected = [
        row.log.block_number.to_bytes(32, "big") + b"".join(row.log.topics) + row.log.data
        for row in lived.reading.rows
    ]
    assert [one[3] for one in records(lived.store)] == expected
    places = [(row.log.block_number, row.log.log_index) for row in lived.reading.rows]
    assert [one[:2] for one in records(lived.store)] == places


@pytest.mark.parametrize(("most_rows", "blocks"), [(1, 1), (1, 1_000), (3, 7), (5, 64), (1_000, 2)])
def test_any_window(lived: Lived, most_rows: int, blocks: int) -> None:
    assert records(lived.store, most_rows=most_rows, blocks=blocks) == records(lived.store)


def priced(blocks: Sequence[int]) -> Memory:
    """A store of as many price rows as there are blocks named."""
    schema = arrow_schema(TABLE)
    rows = []
    for place, block in enumerate(blocks):
        row = {field.name: _value(field.type) for field in schema}
        rows.append(row | {"block_number": block, "log_index": place, "address": b"\x01" * 20})
    table = pa.Table.from_pylist(rows, schema=schema)
    top = max(blocks)
    point = Checkpoint(1, top, bytes(32), 0, Heads(top, None, None), len(blocks), 0)
    return Memory(DESCRIPTION, {TABLE.name: table}, [point], [])


def _value(kind: pa.DataType) -> object:
    if pa.types.is_fixed_size_binary(kind):
        return bytes(kind.byte_width)
    return 0


def test_windows_stay_small() -> None:
    """Many rows a block or few: a window holds twice the limit at most, but for one block."""
    blocks = [*range(1, 200), *[300] * 500, *range(400, 420), *[430] * 30]
    store = priced(blocks)
    found = list(windows(store, 1, 430, most_rows=20, blocks=5_000))
    sizes = {(one.first_block, one.last_block): len(one.block) for one in found}
    assert sum(sizes.values()) == len(blocks)
    assert all(size <= 40 or first == last for (first, last), size in sizes.items())
    assert len(found) < 60


def test_quiet_stretch_is_passed_quickly() -> None:
    """A million blocks without a row: few questions, not a thousand."""
    store = priced([1, 1_000_000])
    assert len(records(store)) == 2
    assert len(store.scans) < 30


def test_empty() -> None:
    store = priced([5])
    assert list(windows(store, 6, 9)) == []
    assert list(windows(store, 9, 6)) == []
    assert filled(store) == [TABLE]
    assert first_row(store, [TABLE], first_block=6) is None
    assert first_row(store, [TABLE], last_block=5) == (TABLE.name, 5)


def test_dynamic_event_of_a_chained_contract() -> None:
    """An event whose data is kept whole cannot be in a report chain of words."""
    entry = {
        "type": "event",
        "name": "Said",
        "inputs": [{"name": "text", "type": "string", "indexed": False}],
    }
    table = from_abi(entry)
    store = priced([3])
    row = {
        "block_number": 3,
        "block_hash": bytes(32),
        "block_time": 0,
        "transaction_index": 0,
        "transaction_hash": bytes(32),
        "log_index": 9,
        "address": b"\x01" * 20,
        "data": b"abc",
    }
    store.description = Description(1, "test", DESCRIPTION.contracts, (TABLE, table), 1)
    store.tables[table.name] = pa.Table.from_pylist([row], schema=arrow_schema(table))
    with pytest.raises(DecodingFailed, match="no words"):
        records(store)


def test_topics_stand_before_data() -> None:
    """As in a log, wherever the event names its indexed fields."""
    entry = {
        "type": "event",
        "name": "Moved",
        "inputs": [
            {"name": "amount", "type": "uint96", "indexed": False},
            {"name": "who", "type": "address", "indexed": True},
            {"name": "tag", "type": "bytes32", "indexed": True},
        ],
    }
    table = from_abi(entry)
    store = priced([3])
    row = {field.name: _value(field.type) for field in arrow_schema(table)} | {
        "block_number": 3,
        "address": b"\x01" * 20,
        "amount": 7,
        "who": b"\x02" * 20,
        "tag": b"\x03" * 32,
    }
    store.description = Description(1, "test", DESCRIPTION.contracts, (table,), 1)
    store.tables = {table.name: pa.Table.from_pylist([row], schema=arrow_schema(table))}
    words = (3).to_bytes(32, "big"), table.topic, bytes(12) + b"\x02" * 20, b"\x03" * 32
    assert records(store)[0][3] == b"".join(words) + (7).to_bytes(32, "big")
