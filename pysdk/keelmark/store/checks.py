"""What every kind of store asks before it takes rows: is this my store, are these its next rows.

A row's key is its block's hash and its place in the block. A row set that passes has each key once,
in chain order, in blocks that no earlier row set has: so no kind needs an index over all its rows
to keep every row exactly once.
"""

from __future__ import annotations

from collections.abc import Sequence
from importlib import import_module
from typing import Any, Final

import numpy as np
from numpy.typing import NDArray

from keelmark.columns.restore import fixed_bytes
from keelmark.columns.schema import arrow_schema
from keelmark.columns.spec import ColumnKind, TableSpec
from keelmark.errors import InputError
from keelmark.store.model import Checkpoint, Description, Header, RowSet

__all__ = [
    "check_description",
    "check_names",
    "check_rewind",
    "check_rows",
    "is_next",
    "summable",
    "wanted_columns",
]

# Arrow comes without types.
pa: Any = import_module("pyarrow")

OWN_PREFIX: Final = "keelmark_"
"""Of the names of a store's own tables."""

_LIMIT: Final = 10**38
_LIMIT_HIGH: Final = _LIMIT >> 64


def check_description(found: Description, wanted: Description | None, where: str) -> None:
    """Compares what a store is about with what it must be about.

    Args:
        found: in the store.
        wanted: by whoever opens it; anything goes if None.
        where: the store's location, for the error's text.

    Raises:
        InputError: it is about another chain, deployment, set of events or first block.
    """
    if wanted is None:
        return
    for name, is_there, expected in (
        ("chain", found.chain_id, wanted.chain_id),
        ("venue", found.venue, wanted.venue),
    ):
        if is_there != expected:
            raise InputError(f"store: {where} has {name} {is_there}, expected {expected}")
    if found.contracts != wanted.contracts:
        mine = {one.name: one for one in found.contracts}
        other = next((one for one in wanted.contracts if mine.get(one.name) != one), None)
        told = f"{other.name} at 0x{other.address.hex()}" if other else "fewer contracts"
        raise InputError(f"store: {where} is about another deployment, expected {told}")
    if found.first_block != wanted.first_block:
        raise InputError(
            f"store: {where} has first block {found.first_block}, expected {wanted.first_block}"
        )
    if found.tables != wanted.tables:
        raise InputError(f"store: {where} has other events or columns than those asked for")


def check_names(description: Description, *, most_bytes: int = 0) -> None:
    """Sees that a description's names can stand beside each other in a database.

    Args:
        description: of a store that is to be made.
        most_bytes: longest name that the kind of store knows; any if 0.

    Raises:
        InputError: two names that differ in nothing or only in capitals, one that is kept for the
            store itself, or one that is too long.
    """
    if any(table.name.startswith(OWN_PREFIX) for table in description.tables):
        raise InputError(f"abi: names that begin with {OWN_PREFIX} are kept for the store itself")
    scopes = {"the tables": [table.name for table in description.tables]}
    scopes |= {table.event: arrow_schema(table).names for table in description.tables}
    for scope, names in scopes.items():
        seen: set[str] = set()
        for name in names:
            if name.lower() in seen:
                raise InputError(f"abi: {scope} has {name} twice, capitals aside")
            if most_bytes and len(name.encode()) > most_bytes:
                raise InputError(f"abi: {name} in {scope} has over {most_bytes} bytes")
            seen.add(name.lower())


def check_rewind(last: Header, remembered: Sequence[Header]) -> None:
    """Sees that the block to go back to is not known under another hash.

    Raises:
        InputError: it is.
    """
    for header in remembered:
        if header.number == last.number and header.hash != last.hash:
            raise InputError(
                f"last: block {last.number} is 0x{last.hash.hex()}, expected the hash that the "
                f"store remembers, 0x{header.hash.hex()}"
            )


def is_next(point: Checkpoint, newest: Checkpoint | None, first_block: int) -> bool:
    """Whether a row set is the next one; False if the store has its blocks already.

    Args:
        point: of the row set.
        newest: in the store.
        first_block: of the store's description.

    Raises:
        InputError: it leaves a gap, overlaps, or ends before it begins.
    """
    if newest is not None and point.last_block <= newest.last_block:
        return False
    expected = first_block if newest is None else newest.last_block + 1
    if point.first_block != expected:
        raise InputError(
            f"rows: first block {point.first_block}, expected {expected}, the next of the store"
        )
    if point.last_block < point.first_block:
        raise InputError(
            f"rows: last block {point.last_block}, expected at least {point.first_block}"
        )
    return True


def check_rows(rows: RowSet, description: Description) -> dict[str, Any]:
    """Sees that a row set is what it says: exact, whole, in order, each key once.

    Args:
        rows: to be committed.
        description: of the store.

    Returns:
        its tables that have rows.

    Raises:
        InputError: a table is unknown or has another schema, a null or an amount of 10^38 or more;
            rows are out of order, outside the blocks of the checkpoint, doubled, or of another
            block than the headers say; their number is not the checkpoint's.
    """
    point = rows.checkpoint
    hashes = {header.number: header.hash for header in rows.headers}
    if hashes.get(point.last_block) != point.last_hash:
        raise InputError(f"headers: expected that of block {point.last_block}, the last")
    if len(hashes) < len(rows.headers):
        raise InputError("headers: two of one block, expected one of each")
    if any(not point.first_block <= number <= point.last_block for number in hashes):
        raise InputError("headers: one stands outside the blocks of the row set")
    full = {name: table for name, table in rows.rows.items() if table.num_rows}
    blocks, names = [], []
    for name, table in full.items():
        block, block_hash = _check_table(table, description.table(name), point)
        blocks.append(block)
        names.append(block_hash)
    if hashes:
        order = sorted(hashes)
        blocks.append(np.array(order, np.int64))
        stacked = b"".join(hashes[number] for number in order)
        names.append(np.frombuffer(stacked, np.uint8).reshape(-1, 32))
    _check_hashes(np.concatenate(blocks), np.concatenate(names))
    count = sum(table.num_rows for table in full.values())
    if count != point.rows:
        raise InputError(f"rows: {count} in all, expected the checkpoint's {point.rows}")
    return full


def _check_table(
    table: Any, spec: TableSpec, point: Checkpoint
) -> tuple[NDArray[np.int64], NDArray[np.uint8]]:
    """One table of a row set; gives the height and hash of each block in it."""
    if not table.schema.equals(arrow_schema(spec)):
        raise InputError(f"{spec.name}: another schema, expected that of the store's description")
    if any(column.null_count for column in table.columns):
        raise InputError(f"{spec.name}: a null, expected none")
    numbers = table["block_number"].to_numpy()
    places = table["log_index"].to_numpy()
    if numbers.min() < point.first_block or numbers.max() > point.last_block:
        raise InputError(
            f"{spec.name}: a row stands outside blocks {point.first_block} to {point.last_block}"
        )
    step = np.diff(numbers)
    if not np.all((step > 0) | ((step == 0) & (np.diff(places) > 0))):
        raise InputError(f"{spec.name}: rows out of order or doubled, expected chain order")
    for column in table.columns:
        if pa.types.is_decimal(column.type):
            _check_amounts(column, spec)
    found = [fixed_bytes(chunk) for chunk in table["block_hash"].chunks if len(chunk)]
    hashes = np.concatenate(found)
    same = np.all(hashes[1:] == hashes[:-1], axis=1)
    if not np.array_equal(same, step == 0):
        raise InputError(f"{spec.name}: two hashes for one block, expected one")
    begins = np.concatenate(([True], ~same))
    return numbers[begins], hashes[begins]


def _check_amounts(column: Any, spec: TableSpec) -> None:
    """The 16 bytes of a decimal of 38 digits have room for more: nothing above may be there."""
    for chunk in column.chunks:
        words = fixed_bytes(chunk).view("<i8").reshape(-1, 2)[:, 1]
        near = np.flatnonzero((words >= _LIMIT_HIGH) | (words < -_LIMIT_HIGH))
        for row in near:
            raw = fixed_bytes(chunk)[row].tobytes()
            if abs(int.from_bytes(raw, "little", signed=True)) >= _LIMIT:
                raise InputError(f"{spec.name}: an amount of 10^38 or more, expected below")


def _check_hashes(numbers: NDArray[np.int64], hashes: NDArray[np.uint8]) -> None:
    """One hash for a height and one height for a hash, over all tables and headers."""
    order = np.argsort(numbers, kind="stable")
    numbers, hashes = numbers[order], hashes[order]
    same = np.all(hashes[1:] == hashes[:-1], axis=1)
    if not np.all(same | (np.diff(numbers) > 0)):
        raise InputError("rows: two hashes for one block, expected one")
    distinct = np.ascontiguousarray(hashes[np.concatenate(([True], np.diff(numbers) > 0))])
    if len(np.unique(distinct.view("V32"))) < len(distinct):
        raise InputError("rows: one hash for two blocks, expected one each")


def summable(table: TableSpec, column: str) -> ColumnKind:
    """The kind of a column that adds up.

    Raises:
        InputError: no such column, or one that is no number.
    """
    kind = wanted_columns(table, [column]).field(0).type
    if pa.types.is_decimal(kind):
        return ColumnKind.AMOUNT
    if pa.types.is_integer(kind):
        return ColumnKind.INTEGER
    raise InputError(f"column: {column} of {table.name} does not add up, expected an amount")


def wanted_columns(table: TableSpec, columns: Sequence[str] | None) -> Any:
    """The schema of the columns that a scan is asked for, in the order asked.

    Raises:
        InputError: one that the table does not have, or none.
    """
    schema = arrow_schema(table)
    if columns is None:
        return schema
    for name in columns:
        if name not in schema.names:
            raise InputError(f"column: {table.name} has no {name}")
    if not columns:
        raise InputError("columns: none, expected at least one")
    return pa.schema([schema.field(name) for name in columns])
