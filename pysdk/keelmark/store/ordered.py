"""Rows of many Parquet files in chain order, with little of them in memory.

Files may come in any order and overlap: partitions that a cluster finished as it liked, or files
that another tool packed together. Row groups are read by their lowest block; rows below the lowest
block of the next one can go out, the others wait for it. Files of our own do not overlap, so that
no more than a row group and the rest of one is held.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Sequence
from importlib import import_module
from typing import Any, Final

import numpy as np

from keelmark.errors import StoreFailed

__all__ = ["MOST_BLOCK", "PLACE", "in_chain_order", "row_groups"]

# Arrow comes without types.
pa: Any = import_module("pyarrow")

BATCH_ROWS: Final = 8_192
"""Rows of a batch of a scan."""

MOST_BLOCK: Final = 2**62
"""Above every height."""

PLACE: Final = ("block_number", "log_index")
"""What orders the rows of a table."""


def in_chain_order(
    fragments: Iterable[Any],
    schema: Any,
    read: Callable[[Any, Sequence[str]], Any],
    low: int,
    high: int,
) -> Iterator[Any]:
    """Rows of a table as RecordBatches, by block number, then log index.

    Args:
        fragments: pyarrow Parquet fragments of files.
        schema: columns wanted, with their types.
        read: gives columns of a row group, a fragment itself, as a pyarrow Table.
        low: block to begin at.
        high: block to end at, included.

    Raises:
        StoreFailed: a row is there twice.
        OSError, pyarrow.ArrowException: a file is not there or damaged.
    """
    groups = sorted(row_groups(fragments, low, high), key=lambda one: one[0])
    names = list(dict.fromkeys([*schema.names, *PLACE]))
    waiting: list[Any] = []
    newest = (low - 1, 0)
    for place, (_, _, group) in enumerate(groups):
        table = _sorted(pa.concat_tables([*waiting, read(group, names)]))
        numbers = table["block_number"].to_numpy()
        limit = groups[place + 1][0] if place + 1 < len(groups) else MOST_BLOCK
        begin = int(np.searchsorted(numbers, low))
        end = max(begin, int(np.searchsorted(numbers, min(limit, high + 1))))
        waiting = [table.slice(end)]
        ready = table.slice(begin, end - begin)
        newest = _beyond(ready, newest)
        yield from _batches(ready, schema)


def row_groups(fragments: Iterable[Any], low: int, high: int) -> list[tuple[int, int, Any]]:
    """The row groups of files that have rows between two blocks, both included, each with its
    lowest and highest block."""
    found = []
    for fragment in fragments:
        for group in fragment.split_by_row_group():
            lowest, highest = _bounds(group)
            if lowest <= high and highest >= low:
                found.append((lowest, highest, group))
    return found


def _bounds(group: Any) -> tuple[int, int]:
    """Lowest and highest block of a row group."""
    found = group.row_groups[0].statistics
    if found and "block_number" in found:
        return found["block_number"]["min"], found["block_number"]["max"]
    numbers = group.to_table(columns=["block_number"])["block_number"].to_numpy()
    return (int(numbers.min()), int(numbers.max())) if len(numbers) else (MOST_BLOCK, -1)


def _steps(table: Any) -> Any:
    """By how much each row's place is beyond that of the row before: above 0, at 0, below."""
    numbers = np.diff(table["block_number"].to_numpy())
    places = np.diff(table["log_index"].to_numpy().astype(np.int64))
    return np.where(numbers == 0, places, numbers)


def _sorted(table: Any) -> Any:
    """A table in chain order; ours is as it comes."""
    if table.num_rows > 1 and _steps(table).min() < 0:
        return table.sort_by([(name, "ascending") for name in PLACE])
    return table


def _beyond(table: Any, newest: tuple[int, int]) -> tuple[int, int]:
    """The place of the last row, if the rows come after `newest` and none is there twice."""
    if table.num_rows == 0:
        return newest
    first = (table["block_number"][0].as_py(), table["log_index"][0].as_py())
    if first <= newest or (table.num_rows > 1 and _steps(table).min() == 0):
        raise StoreFailed(f"store: a row of block {first[0]} or after is there twice")
    return table["block_number"][-1].as_py(), table["log_index"][-1].as_py()


def _batches(table: Any, schema: Any) -> Iterator[Any]:
    """A table's columns in a schema's types, as batches."""
    if table.num_rows:
        wanted = table.select(schema.names)
        if wanted.schema != schema:
            wanted = pa.Table.from_arrays(
                [
                    column if column.type == field.type else column.cast(field.type)
                    for column, field in zip(wanted.columns, schema, strict=True)
                ],
                schema=schema,
            )
        yield from wanted.combine_chunks().to_batches(max_chunksize=BATCH_ROWS)
