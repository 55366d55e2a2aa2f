"""A store's rows as the records of report chains: every contract's, merged in chain order.

Rows are read window by window of blocks, so that memory does not grow with the range: a window
that holds too many is halved, and one that holds few is followed by a wider one. A row gives back
the bytes that its log had, and nothing of it is believed beyond that.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from importlib import import_module
from typing import Any, Final

import numpy as np
from numpy.typing import NDArray

from keelmark.columns.restore import fixed_bytes, words_of
from keelmark.columns.schema import arrow_schema
from keelmark.columns.spec import TableSpec
from keelmark.errors import DecodingFailed
from keelmark.store.model import Description
from keelmark.verification.source import Source

__all__ = ["Window", "filled", "first_row", "windows"]

pa: Any = import_module("pyarrow")

MOST_ROWS: Final = 25_000
"""Rows of a window; one block may hold more."""

START_BLOCKS: Final = 2_000
"""Blocks of the first window."""


@dataclass(frozen=True, slots=True)
class Window:
    """Rows of a range of blocks, in chain order; every array has one entry a row."""

    first_block: int
    last_block: int
    block: NDArray[np.int64]
    log_index: NDArray[np.int64]
    time: NDArray[np.int64]
    """Of the block, seconds, as the row says."""
    block_hash: NDArray[np.uint8]
    """Shape (rows, 32), as the row says."""
    contract: NDArray[np.int64]
    """Place of the contract in the description; -1 for one that is not watched."""
    preimages: Sequence[bytes]
    """What the report chain takes the hash of: block number, topics, data. Empty for a contract
    that keeps none."""


@dataclass(slots=True)
class _Part:
    """One batch of one table."""

    keys: NDArray[np.int64]
    """Shape (rows, 4): block, log index, time, contract."""
    block_hash: NDArray[np.uint8]
    preimages: list[bytes]


def windows(
    source: Source,
    first_block: int,
    last_block: int,
    *,
    tables: Sequence[TableSpec] | None = None,
    most_rows: int = MOST_ROWS,
    blocks: int = START_BLOCKS,
) -> Iterator[Window]:
    """The rows of a range of blocks, a window at a time.

    Args:
        source: the store.
        first_block: where to begin.
        last_block: where to end, included.
        tables: those that have rows; asked of the store if None.
        most_rows: rows of a window; one block may hold more.
        blocks: blocks of the first window.

    Raises:
        DecodingFailed: a row is not of its table's schema, or cannot be a record.
    """
    asked = filled(source) if tables is None else tables
    place, span = first_block, blocks
    while place <= last_block:
        end = min(place + span - 1, last_block)
        parts = _read(source, asked, place, end, None if end == place else 2 * most_rows)
        if parts is None:
            span = max((end - place + 1) // 2, 1)
            continue
        rows = sum(len(part.preimages) for part in parts)
        if rows:
            yield _merge(parts, place, end)
        place = end + 1
        if rows <= most_rows // 2:
            span *= 2
        elif rows > most_rows:
            span = max(span // 2, 1)


def filled(source: Source) -> list[TableSpec]:
    """The tables that have rows."""
    return [one for one in source.description.tables if source.count(one.name)]


def first_row(
    source: Source,
    tables: Sequence[TableSpec],
    *,
    first_block: int | None = None,
    last_block: int | None = None,
) -> tuple[str, int] | None:
    """Table and block of some row of a range of blocks; None if there is none."""
    for table in tables:
        for batch in source.scan(
            table.name, columns=["block_number"], first_block=first_block, last_block=last_block
        ):
            if batch.num_rows:
                return table.name, int(batch.column("block_number")[0].as_py())
    return None


def _read(
    source: Source, tables: Sequence[TableSpec], first: int, last: int, most: int | None
) -> list[_Part] | None:
    """The rows of a range by table; None if there are more than ``most``."""
    parts: list[_Part] = []
    rows = 0
    for table in tables:
        for batch in source.scan(table.name, first_block=first, last_block=last):
            rows += batch.num_rows
            if most is not None and rows > most:
                return None
            if batch.num_rows:
                parts.append(_part(batch, table, source.description))
    return parts


def _part(batch: Any, table: TableSpec, description: Description) -> _Part:
    """A batch's keys and preimages.

    Raises:
        DecodingFailed: it has not the table's schema, a column holds no value somewhere, or the
            contract is chained and the table keeps its data whole.
    """
    if not batch.schema.equals(arrow_schema(table)) or any(
        column.null_count for column in batch.columns
    ):
        raise DecodingFailed(f"{table.name}: its rows have not the columns of the table")
    addresses = batch.column("address")
    known = {one.address: place for place, one in enumerate(description.contracts)}
    contract = np.array([known.get(one, -1) for one in addresses.to_pylist()], np.int64)
    blocks = _numbers(batch, "block_number")
    keys = np.stack(
        [blocks, _numbers(batch, "log_index"), _numbers(batch, "block_time"), contract], axis=1
    )
    chained = np.array([one.chained for one in description.contracts] + [False])
    folded = chained[contract]
    preimages = [b""] * batch.num_rows
    if folded.any():
        kept = batch if folded.all() else batch.filter(pa.array(folded))
        found = _preimages(kept, table, blocks[folded])
        for row, preimage in zip(np.flatnonzero(folded), found, strict=True):
            preimages[row] = preimage
    return _Part(keys, fixed_bytes(batch.column("block_hash")), preimages)


def _numbers(batch: Any, name: str) -> NDArray[np.int64]:
    """A column of integers."""
    return np.asarray(batch.column(name).to_numpy(zero_copy_only=False), np.int64)


def _preimages(batch: Any, table: TableSpec, blocks: NDArray[np.int64]) -> list[bytes]:
    """The bytes whose hash is each row's record: block number, topics, then the data."""
    words = words_of(batch, table)
    order = sorted(range(len(table.columns)), key=lambda place: not table.columns[place].indexed)
    whole = np.zeros((batch.num_rows, 2 + len(order), 32), np.uint8)
    whole[:, 0, 24:] = blocks.astype(">i8").view(np.uint8).reshape(-1, 8)
    whole[:, 1] = np.frombuffer(table.topic, np.uint8)
    whole[:, 2:] = words[:, order]
    raw, width = whole.tobytes(), 32 * whole.shape[1]
    return [raw[start : start + width] for start in range(0, len(raw), width)]


def _merge(parts: Sequence[_Part], first: int, last: int) -> Window:
    """The parts' rows in chain order."""
    keys = np.concatenate([part.keys for part in parts])
    hashes = np.concatenate([part.block_hash for part in parts])
    preimages = [preimage for part in parts for preimage in part.preimages]
    order = np.lexsort((keys[:, 1], keys[:, 0]))
    keys, hashes = keys[order], hashes[order]
    return Window(
        first_block=first,
        last_block=last,
        block=keys[:, 0],
        log_index=keys[:, 1],
        time=keys[:, 2],
        block_hash=hashes,
        contract=keys[:, 3],
        preimages=[preimages[row] for row in order],
    )
