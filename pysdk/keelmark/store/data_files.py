"""Files of rows: how one is written, what is known of it, and when several become one."""

from __future__ import annotations

import fcntl
import os
from collections.abc import Sequence
from importlib import import_module
from pathlib import Path
from typing import Any, Final

from keelmark.errors import StoreFailed
from keelmark.store.model import RootProof
from keelmark.store.state import LARGE, MANY, DataFile

__all__ = [
    "PROOFS",
    "PROOF_SCHEMA",
    "data_file",
    "file_name",
    "packed",
    "proof_tables",
    "take_lock",
    "write_parquet",
]

# Arrow comes without types.
pa: Any = import_module("pyarrow")
pq: Any = import_module("pyarrow.parquet")

PROOFS: Final = "keelmark_proofs"
"""The table of root proofs."""

PROOF_SCHEMA: Any = pa.schema(
    [
        pa.field("contract", pa.binary(), nullable=False),
        pa.field("block_number", pa.int64(), nullable=False),
        pa.field("block_hash", pa.binary(), nullable=False),
        pa.field("header", pa.binary(), nullable=False),
        pa.field("root", pa.binary(), nullable=False),
        pa.field("account", pa.list_(pa.binary()), nullable=False),
        pa.field("storage", pa.list_(pa.binary()), nullable=False),
    ]
)

_REPEATING: Final = ["block_number", "block_hash", "block_time", "address"]
"""Columns that are worth a dictionary; in the others it costs time and gains nothing."""


def write_parquet(rows: Any, stream: Any) -> None:
    """Writes a table as one Parquet file, the way every file of ours is.

    Args:
        rows: a pyarrow Table.
        stream: open for writing bytes.
    """
    pq.write_table(
        rows,
        stream,
        compression="snappy",
        use_dictionary=[name for name in _REPEATING if name in rows.schema.names],
        row_group_size=LARGE,
        write_statistics=["block_number", "log_index"],
    )


def data_file(table: str, name: str, rows: Any, size: int) -> DataFile:
    """The account of a file of rows in the order of blocks."""
    numbers = rows["block_number"]
    return DataFile(table, name, numbers[0].as_py(), numbers[-1].as_py(), rows.num_rows, size)


def file_name(rows: Any, mark: str) -> str:
    """A name that sorts as the chain does, and that a mark makes unlike any other."""
    numbers = rows["block_number"]
    return f"{numbers[0].as_py():012d}-{numbers[-1].as_py():012d}-{mark}.parquet"


def proof_tables(proofs: Sequence[RootProof]) -> dict[str, Any]:
    """Proofs as their table, in the order of blocks; no table if there are none."""
    if not proofs:
        return {}
    ordered = sorted(proofs, key=lambda proof: (proof.block_number, proof.contract))
    rows = [{field.name: getattr(proof, field.name) for field in PROOF_SCHEMA} for proof in ordered]
    return {PROOFS: pa.Table.from_pylist(rows, schema=PROOF_SCHEMA)}


def packed(files: Sequence[DataFile], finalized: int) -> list[list[DataFile]]:
    """Which files are to become one: neighbours, small together, in finalized blocks; none as long
    as there are not many of them."""
    groups: list[list[DataFile]] = [[]]
    for file in sorted(files, key=lambda one: one.first_block):
        if file.last_block > finalized or file.rows >= LARGE:
            groups.append([])
            continue
        if sum(one.rows for one in groups[-1]) + file.rows > LARGE:
            groups.append([])
        groups[-1].append(file)
    found = [group for group in groups if len(group) > 1]
    return found if sum(len(group) for group in found) >= MANY else []


def take_lock(path: Path, location: str) -> int:
    """Takes the one writer's lock of a folder, for as long as the file descriptor is open.

    Raises:
        StoreFailed: another writer has it.
        OSError: there can be no such file.
    """
    handle = os.open(path, os.O_RDWR | os.O_CREAT, 0o644)
    try:
        fcntl.flock(handle, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except BlockingIOError:
        os.close(handle)
        raise StoreFailed(f"store: {location} is in use by another writer") from None
    return handle
