"""Logs of one table between JSON and Arrow: plain arrays, put in order and freed of doubles.

Both ways of reading JSON end here, so that what is checked about an answer as a whole is checked
in one place: whose logs they are, one hash a block, one log a place.
"""

from __future__ import annotations

from collections.abc import Collection, Sequence
from dataclasses import dataclass
from functools import cache
from importlib import import_module
from typing import Any

import numpy as np
from numpy.typing import NDArray

from keelmark.columns.schema import arrow_schema
from keelmark.columns.spec import ColumnKind, TableSpec
from keelmark.columns.words import columns_of_words, fixed_column
from keelmark.errors import DecodingFailed

__all__ = ["LogRows", "check_addresses", "common_blocks", "table_of", "without_doubles"]

# Arrow comes without types.
pa: Any = import_module("pyarrow")

Numbers = NDArray[np.int64]
Bytes = NDArray[np.uint8]


@dataclass(frozen=True, slots=True)
class LogRows:
    """Logs of one event, a row each."""

    table: TableSpec
    block_number: Numbers
    block_hash: Bytes
    """Shape (rows, 32)."""
    block_time: Numbers
    """Seconds; 0 in every row where the node does not tell it of every log."""
    transaction_index: Numbers
    transaction_hash: Bytes
    """Shape (rows, 32)."""
    log_index: Numbers
    address: Bytes
    """Shape (rows, 20)."""
    words: Bytes
    """Shape (rows, fields, 32), in the event's order; the indexed fields alone if the data is kept
    whole."""
    data: NDArray[np.object_] | None = None
    """The whole data of each log, where it is kept whole."""

    def __len__(self) -> int:
        return len(self.block_number)

    def take(self, rows: NDArray[Any]) -> LogRows:
        """Some of the rows, in the order asked for."""
        return LogRows(
            self.table,
            self.block_number[rows],
            self.block_hash[rows],
            self.block_time[rows],
            self.transaction_index[rows],
            self.transaction_hash[rows],
            self.log_index[rows],
            self.address[rows],
            self.words[rows],
            None if self.data is None else self.data[rows],
        )

    def place(self, row: int) -> str:
        """Where a row stands, for an error's text."""
        return f"log {self.log_index[row]} of block {self.block_number[row]}"

    def whole(self, row: int) -> tuple[Any, ...]:
        """Everything about a row, comparable."""
        return (
            self.table.topic,
            self.block_hash[row].tobytes(),
            int(self.block_time[row]),
            int(self.transaction_index[row]),
            self.transaction_hash[row].tobytes(),
            self.address[row].tobytes(),
            self.words[row].tobytes(),
            None if self.data is None else self.data[row],
        )

    def in_order(self) -> LogRows:
        """The rows by block and place in it."""
        blocks, places = self.block_number, self.log_index
        if len(self) < 2:
            return self
        step = blocks[1:] - blocks[:-1]
        if ((step > 0) | ((step == 0) & (places[1:] >= places[:-1]))).all():
            return self
        return self.take(np.lexsort((places, blocks)))


def check_addresses(rows: LogRows, addresses: Collection[bytes]) -> None:
    """Every log is of a contract that was asked for.

    Raises:
        DecodingFailed: one is not.
    """
    stranger = np.ones(len(rows), np.bool_)
    for address in addresses:
        stranger &= _differ(rows.address, np.frombuffer(address, np.uint8).reshape(1, 20))
        if not stranger.any():
            return
    if len(rows):
        row = int(np.flatnonzero(stranger)[0])
        raise DecodingFailed(
            f"{rows.place(row)}: its contract 0x{rows.address[row].tobytes().hex()} was not asked "
            "for, expected logs of the contracts asked for only"
        )


def common_blocks(tables: Sequence[LogRows]) -> dict[int, bytes]:
    """The blocks that have rows, by height; each has one hash and one time.

    Args:
        tables: rows in chain order.

    Raises:
        DecodingFailed: a height has two hashes, or a block two times.
    """
    blocks: dict[int, bytes] = {}
    times: dict[int, int] = {}
    for rows in tables:
        same = rows.block_number[1:] == rows.block_number[:-1]
        other = _differ(rows.block_hash[1:], rows.block_hash[:-1])
        other |= rows.block_time[1:] != rows.block_time[:-1]
        other &= same
        if other.any():
            _refuse_block(rows, int(np.flatnonzero(other)[0]) + 1)
        first = np.concatenate([[0], np.flatnonzero(~same) + 1])
        heights = rows.block_number[first].tolist()
        hashes = [one.tobytes() for one in rows.block_hash[first]]
        seconds = rows.block_time[first].tolist()
        for row, height, found, time in zip(first, heights, hashes, seconds, strict=True):
            if blocks.setdefault(height, found) != found or times.setdefault(height, time) != time:
                _refuse_block(rows, int(row))
    return dict(sorted(blocks.items()))


def _differ(one: Bytes, other: Bytes) -> NDArray[np.bool_]:
    """Which rows of bytes, of a width that is a multiple of four, differ from another's."""
    step = np.uint64 if one.shape[1] % 8 == 0 else np.uint32
    left, right = one.view(step), other.view(step)
    found: NDArray[np.bool_] = left[:, 0] != right[:, 0]
    for column in range(1, left.shape[1]):
        found |= left[:, column] != right[:, column]
    return found


def _refuse_block(rows: LogRows, row: int) -> None:
    raise DecodingFailed(
        f"{rows.place(row)}: other logs of that height are of another block, expected one hash "
        "and one time a height in one answer"
    )


def without_doubles(tables: Sequence[LogRows]) -> list[LogRows]:
    """The rows without those that are there twice, alike in everything.

    Args:
        tables: rows in chain order, each block of one hash.

    Raises:
        DecodingFailed: two different logs stand in one place.
    """
    if not tables:
        return []
    base = min(int(rows.block_number[0]) for rows in tables)
    span = max(int(rows.block_number[-1]) for rows in tables) - base
    if span >= 1 << 32:
        raise DecodingFailed(
            f"block {base + span}: it is more than 2^32 blocks from block {base}, expected logs "
            "of one range"
        )
    keys = [((rows.block_number - base) << 31) | rows.log_index for rows in tables]
    every = np.sort(np.concatenate(keys))
    doubled = every[1:][every[1:] == every[:-1]]
    if not len(doubled):
        return list(tables)
    seen: dict[int, tuple[Any, ...]] = {}
    kept = []
    for rows, key in zip(tables, keys, strict=True):
        keep = np.ones(len(rows), np.bool_)
        for row in np.flatnonzero(np.isin(key, doubled)).tolist():
            one = rows.whole(row)
            known = seen.setdefault(int(key[row]), one)
            if known is one:
                continue
            if known != one:
                raise DecodingFailed(
                    f"{rows.place(row)}: two different logs stand there, expected one"
                )
            keep[row] = False
        kept.append(rows.take(np.flatnonzero(keep)))
    return [rows for rows in kept if len(rows)]


def table_of(rows: LogRows) -> Any:
    """The rows as a pyarrow Table of `schema.arrow_schema`.

    Raises:
        DecodingFailed: a value does not fit its column.
    """
    typed = iter(columns_of_words(rows.words, rows.table, rows.place))
    fields = [
        pa.array(rows.data, pa.binary()) if column.kind == ColumnKind.RAW else next(typed)
        for column in rows.table.columns
    ]
    columns = [
        _numbers(rows.block_number, pa.int64()),
        fixed_column(rows.block_hash),
        _numbers(rows.block_time, pa.int64()),
        _numbers(rows.transaction_index.astype(np.int32), pa.int32()),
        fixed_column(rows.transaction_hash),
        _numbers(rows.log_index.astype(np.int32), pa.int32()),
        fixed_column(rows.address),
        *fields,
    ]
    return pa.Table.from_arrays(columns, schema=_schema(rows.table))


_schema = cache(arrow_schema)


def _numbers(values: NDArray[Any], kind: Any) -> Any:
    buffer = pa.py_buffer(np.ascontiguousarray(values))
    return pa.Array.from_buffers(kind, len(values), [None, buffer])
