"""What databases are asked for, and what they give, in the words that stores have for it."""

from __future__ import annotations

from collections.abc import Iterator
from importlib import import_module
from typing import Any

__all__ = ["between", "in_types"]

# Arrow comes without types.
pa: Any = import_module("pyarrow")


def in_types(batches: Iterator[Any], schema: Any) -> Iterator[Any]:
    """Batches in the types of a schema."""
    for batch in batches:
        if batch.num_rows:
            arrays = [
                _as_type(column, field.type)
                for column, field in zip(batch.columns, schema, strict=True)
            ]
            yield pa.RecordBatch.from_arrays(arrays, schema=schema)


def _as_type(column: Any, kind: Any) -> Any:
    """A column as the database gives it (bytes of any length, digits as text) in the type that the
    store's schema has; exact, or refused by Arrow."""
    if isinstance(column, pa.ExtensionArray):
        column = column.storage
    return column if column.type == kind else column.cast(kind)


def between(first_block: int | None, last_block: int | None) -> str:
    """A condition for a range of blocks; the numbers are integers, so they are written out."""
    terms = ["TRUE"]
    if first_block is not None:
        terms.append(f"block_number >= {int(first_block)}")
    if last_block is not None:
        terms.append(f"block_number <= {int(last_block)}")
    return " AND ".join(terms)
