"""Files in Delta tables: written where nobody sees them, then named by an action in the log."""

from __future__ import annotations

import json
import os
import time
from importlib import import_module
from pathlib import Path
from typing import Any, Final
from uuid import uuid4

from keelmark.store.data_files import data_file, file_name, write_parquet
from keelmark.store.delta_state import STATE
from keelmark.store.state import DataFile

__all__ = [
    "addition",
    "is_local",
    "local_path",
    "make_table",
    "place_of",
    "removal",
    "write_rows",
    "write_table",
]

# These come without types.
pa: Any = import_module("pyarrow")
arrow_files: Any = import_module("pyarrow.fs")
delta: Any = import_module("deltalake")
storage: Any = import_module("deltalake.fs")
transaction: Any = import_module("deltalake.transaction")

_SETTINGS: Final = {
    "delta.deletedFileRetentionDuration": "interval 1 days",
    "delta.logRetentionDuration": "interval 1 days",
}


def write_rows(rows: Any, root: str, table: str) -> DataFile:
    """Writes rows to a new file in a table's folder, where nobody sees them until they are
    committed.

    Args:
        rows: a pyarrow Table of the table's schema, in chain order, not empty.
        root: of the store, without ``delta:``.
        table: the table's name.

    Returns:
        what `DeltaStore.commit_files` needs of it.

    Raises:
        OSError: it cannot be written.
    """
    name = file_name(rows, uuid4().hex)
    return data_file(table, name, rows, write_table(rows, root, table, name))


def place_of(root: str, table: str, name: str) -> tuple[str, Any]:
    """A file's path, and the pyarrow file system that has it."""
    if is_local(root):
        return f"{local_path(root)}/{table}/{name}", arrow_files.LocalFileSystem()
    return name, arrow_files.PyFileSystem(storage.DeltaStorageHandler(f"{root}/{table}"))


def make_table(root: str, name: str, schema: Any) -> Any:
    """A new Delta table."""
    return delta.DeltaTable.create(
        f"{root}/{name}", _plain_schema(schema), mode="ignore", configuration=_SETTINGS
    )


def is_local(root: str) -> bool:
    """Whether a store is on a disk, and in no object store."""
    return "://" not in root or root.startswith("file://")


def local_path(root: str) -> str:
    """The folder of a store on a disk."""
    return root.removeprefix("file://")


def _plain_schema(schema: Any) -> Any:
    """A schema with bytes of no fixed width, since Delta Lake has no other."""
    return pa.schema(
        [
            field.with_type(pa.binary()) if pa.types.is_fixed_size_binary(field.type) else field
            for field in schema
        ]
    )


def write_table(rows: Any, root: str, table: str, name: str) -> int:
    """Writes a Parquet file, lasting; gives its size."""
    path, system = place_of(root, table, name)
    plain = rows.cast(_plain_schema(rows.schema))
    if not is_local(root):
        with system.open_output_stream(path) as stream:
            write_parquet(plain, stream)
        return int(system.get_file_info(path).size)
    Path(path).parent.mkdir(parents=True, exist_ok=True)
    with Path(path).open("wb") as file:
        write_parquet(plain, file)
        file.flush()
        os.fsync(file.fileno())
        return file.tell()


def addition(file: DataFile, data_change: bool = True) -> Any:
    """The action that adds a file, with the statistics that readers pass files over by."""
    stats = {
        "numRecords": file.rows,
        "minValues": {"block_number": file.first_block},
        "maxValues": {"block_number": file.last_block},
        "nullCount": {"block_number": 0},
    }
    if file.table == STATE:
        stats = {"numRecords": file.rows}
    return transaction.AddAction(file.name, file.size, {}, _now(), data_change, json.dumps(stats))


def removal(file: DataFile, data_change: bool) -> Any:
    """The action that takes a file out; whether rows go with it, or are in another file now."""
    return transaction.RemoveAction(file.name, data_change, _now(), file.size)


def _now() -> int:
    """Milliseconds, as Delta Lake counts."""
    return time.time_ns() // 1_000_000
