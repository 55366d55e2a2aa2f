"""The Arrow schema of a table: where a row stands on the chain, then the event's own fields."""

from __future__ import annotations

from importlib import import_module
from typing import Any, Final

from keelmark.columns.spec import ColumnKind, TableSpec

__all__ = ["HEADER_SCHEMA", "KEY", "SYSTEM", "arrow_schema", "arrow_type"]

# Arrow comes without types.
pa: Any = import_module("pyarrow")

SYSTEM: Final = (
    ("block_number", pa.int64()),
    ("block_hash", pa.binary(32)),
    ("block_time", pa.int64()),
    ("transaction_index", pa.int32()),
    ("transaction_hash", pa.binary(32)),
    ("log_index", pa.int32()),
    ("address", pa.binary(20)),
)
"""Columns that every table begins with: the block's height, hash and time (seconds), the
transaction, the log's place in the block, and the contract that emitted it."""

KEY: Final = ("block_hash", "log_index")
"""What tells a row from every other of its table."""

HEADER_SCHEMA: Any = pa.schema(
    [
        ("number", pa.int64()),
        ("hash", pa.binary(32)),
        ("parent_hash", pa.binary(32)),
        ("time", pa.int64()),
    ]
)
"""Of the blocks whose headers a store remembers."""

_TYPES: Final = {
    ColumnKind.INTEGER: pa.int64(),
    ColumnKind.AMOUNT: pa.decimal128(38, 0),
    ColumnKind.WORD: pa.binary(32),
    ColumnKind.ADDRESS: pa.binary(20),
    ColumnKind.FLAG: pa.bool_(),
    ColumnKind.RAW: pa.binary(),
}


def arrow_type(kind: ColumnKind) -> Any:
    """The Arrow type of a column."""
    return _TYPES[kind]


def arrow_schema(table: TableSpec) -> Any:
    """The schema of a table's rows; no column is ever null.

    A field whose name is that of a system column gets an underscore behind it.
    """
    taken = {name for name, _ in SYSTEM}
    fields = [pa.field(name, kind, nullable=False) for name, kind in SYSTEM]
    fields += [
        pa.field(
            f"{column.name}_" if column.name in taken else column.name,
            arrow_type(column.kind),
            nullable=False,
        )
        for column in table.columns
    ]
    return pa.schema(fields)
