"""Events as columns: which table an event's rows stand in, and how bytes become its columns.

Pure, as everything in this layer: bytes in, Arrow out.
"""

from keelmark.columns.schema import KEY, SYSTEM, arrow_schema
from keelmark.columns.spec import ColumnKind, ColumnSpec, TableSpec, own_tables, table_name

__all__ = [
    "KEY",
    "SYSTEM",
    "ColumnKind",
    "ColumnSpec",
    "TableSpec",
    "arrow_schema",
    "own_tables",
    "table_name",
]
