"""From columns back to the bytes that the chain has: every row gives its log again, exactly."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from importlib import import_module
from typing import Any

import numpy as np
from eth_utils.address import to_checksum_address
from numpy.typing import NDArray

from keelmark.columns.schema import SYSTEM
from keelmark.columns.spec import ColumnKind, TableSpec
from keelmark.errors import DecodingFailed
from keelmark.events import BY_TOPIC, Event
from keelmark.events.decode import decode_word

__all__ = ["events_of", "fixed_bytes", "integers", "words_of"]

# Arrow comes without types.
pa: Any = import_module("pyarrow")


def fixed_bytes(column: Any) -> NDArray[np.uint8]:
    """A column of fixed-width bytes as an array of shape (rows, width), without a copy."""
    width = column.type.byte_width
    raw = np.frombuffer(column.buffers()[1], np.uint8)
    return raw[column.offset * width : (column.offset + len(column)) * width].reshape(-1, width)


def integers(column: Any) -> list[int]:
    """A column of integers or exact amounts as Python integers."""
    return [int(value) for value in column.to_pylist()]


def _word_array(column: Any, kind: ColumnKind, name: str) -> NDArray[np.uint8]:
    """A column as the 32-byte words of its values, shape (rows, 32).

    Raises:
        DecodingFailed: the event's data was kept whole, so that there are no words.
    """
    words = np.zeros((len(column), 32), np.uint8)
    if kind == ColumnKind.WORD:
        return fixed_bytes(column)
    if kind == ColumnKind.ADDRESS:
        words[:, 12:] = fixed_bytes(column)
    elif kind == ColumnKind.AMOUNT:
        low = fixed_bytes(column)[:, ::-1]
        words[:, 16:] = low
        words[:, :16] = np.where(low[:, :1] >= 0x80, 0xFF, 0)
    elif kind == ColumnKind.INTEGER:
        numbers = np.asarray(column.to_numpy(zero_copy_only=False), ">i8")
        words[:, 24:] = numbers.view(np.uint8).reshape(-1, 8)
        words[:, :24] = np.where(numbers[:, None] < 0, 0xFF, 0)
    elif kind == ColumnKind.FLAG:
        words[:, 31] = column.to_numpy(zero_copy_only=False)
    else:
        raise DecodingFailed(f"{name}: an event with dynamic fields has no words")
    return words


def words_of(batch: Any, table: TableSpec) -> NDArray[np.uint8]:
    """The words of every row, in the order of the event's fields.

    Args:
        batch: a pyarrow RecordBatch of `schema.arrow_schema`, every column.
        table: its table.

    Returns:
        shape (rows, fields, 32), big-endian.

    Raises:
        DecodingFailed: the table's event has dynamic fields.
    """
    start = len(SYSTEM)
    columns = [
        _word_array(batch.column(start + place), column.kind, column.name)
        for place, column in enumerate(table.columns)
    ]
    if not columns:
        return np.zeros((batch.num_rows, 0, 32), np.uint8)
    return np.stack(columns, axis=1)


def events_of(batch: Any, table: TableSpec) -> Iterator[Event]:
    """The rows of one of the kit's tables as events, in their order.

    Args:
        batch: a pyarrow RecordBatch of `schema.arrow_schema`, every column.
        table: its table.

    Raises:
        DecodingFailed: the table is none of the kit's.
    """
    spec = BY_TOPIC.get(table.topic)
    if spec is None:
        raise DecodingFailed(f"{table.event}: not a reporting event")
    words = words_of(batch, table)
    blocks, times, places, addresses = (
        batch.column(name).to_pylist()
        for name in ("block_number", "block_time", "log_index", "address")
    )
    checksummed = {one: str(to_checksum_address(one)) for one in set(addresses)}
    for row in range(batch.num_rows):
        found: Sequence[bytes] = [words[row, place].tobytes() for place in range(len(spec.fields))]
        args = {
            field.name: decode_word(field, word)
            for field, word in zip(spec.fields, found, strict=True)
        }
        yield Event(spec, checksummed[addresses[row]], args, blocks[row], places[row], times[row])
