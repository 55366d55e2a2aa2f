"""Row sets that are not what they say: each is refused before anything is written."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from typing import Any

import pyarrow as pa
import pytest
from hypothesis import given
from hypothesis import strategies as st

from keelmark.columns import arrow_schema
from keelmark.errors import InputError
from keelmark.store import Header, RowSet, open_store
from keelmark.store.checks import check_rows
from tests.support.made_rows import (
    DESCRIPTION,
    FIRST,
    MOVED,
    NOTED,
    TABLES,
    contents,
    header,
    made,
    with_amount,
)

ROWS = made(FIRST, 140)
MOVED_SCHEMA = arrow_schema(TABLES[0])


def with_column(name: str, values: Any, rows: RowSet = ROWS, table: str = MOVED) -> RowSet:
    """The rows with one column changed."""
    old = rows.rows[table]
    place = old.schema.get_field_index(name)
    column = pa.array(values, old.schema.field(place).type)
    changed = old.set_column(place, old.schema.field(place), column)
    return replace(rows, rows={**rows.rows, table: changed})


def changed(name: str, row: int, value: Any, table: str = MOVED) -> RowSet:
    """The rows with one value changed."""
    values = ROWS.rows[table][name].to_pylist()
    values[row] = value
    return with_column(name, values, table=table)


def only(table: Any) -> RowSet:
    """One table of `MOVED` instead of the rows."""
    point = replace(ROWS.checkpoint, rows=table.num_rows)
    return replace(ROWS, rows={MOVED: table}, checkpoint=point)


def of_bytes(amount: int) -> RowSet:
    """Rows with an amount that no decimal of 38 digits may have, put in as bytes."""
    table = ROWS.rows[MOVED]
    raw = amount.to_bytes(16, "little", signed=True) * table.num_rows
    kind = pa.decimal128(38, 0)
    column = pa.Array.from_buffers(kind, table.num_rows, [None, pa.py_buffer(raw)])
    place = table.schema.get_field_index("amount")
    return only(table.set_column(place, table.schema.field(place), column))


def mixed_hash() -> RowSet:
    """Rows with the second of two rows of one block under another hash."""
    numbers = ROWS.rows[MOVED]["block_number"].to_pylist()
    row = next(place for place in range(1, len(numbers)) if numbers[place] == numbers[place - 1])
    return changed("block_hash", row, b"\x01" * 32)


def hash_of_other_table() -> RowSet:
    """Rows of two tables that give a block two hashes."""
    common = set(ROWS.rows[MOVED]["block_number"].to_pylist()) & set(
        ROWS.rows[NOTED]["block_number"].to_pylist()
    )
    table = ROWS.rows[NOTED]
    values = [
        b"\x02" * 32 if number == min(common) else value
        for number, value in zip(
            table["block_number"].to_pylist(), table["block_hash"].to_pylist(), strict=True
        )
    ]
    return with_column("block_hash", values, table=NOTED)


def hash_twice() -> RowSet:
    """Rows with all rows of one block under the hash of the block before."""
    table = ROWS.rows[MOVED]
    numbers, hashes = table["block_number"].to_pylist(), table["block_hash"].to_pylist()
    second = sorted(set(numbers))[1]
    first_hash = hashes[0]
    values = [
        first_hash if number == second else value
        for number, value in zip(numbers, hashes, strict=True)
    ]
    rows = with_column("block_hash", values)
    return only(rows.rows[MOVED])


def hash_again() -> RowSet:
    """Rows with the third block under the hash of the first."""
    table = ROWS.rows[MOVED]
    numbers, hashes = table["block_number"].to_pylist(), table["block_hash"].to_pylist()
    third = sorted(set(numbers))[2]
    values = [
        hashes[0] if number == third else value
        for number, value in zip(numbers, hashes, strict=True)
    ]
    return only(with_column("block_hash", values).rows[MOVED])


def test_default_behavior() -> None:
    """Rows that are what they say pass, and so do the largest amounts there are."""
    assert check_rows(ROWS, DESCRIPTION) == {
        name: table for name, table in ROWS.rows.items() if table.num_rows
    }
    for amount in (10**38 - 1, 1 - 10**38, 10**38 - 2**64, 0, -1):
        assert check_rows(with_amount(ROWS, amount), DESCRIPTION)
        assert check_rows(of_bytes(amount), DESCRIPTION)


TABLE = ROWS.rows[MOVED]
COUNT = TABLE.num_rows

CASES: dict[str, tuple[Callable[[], RowSet], str]] = {
    "no header of the last block": (lambda: replace(ROWS, headers=()), "that of block 140, the"),
    "another hash in the last header": (
        lambda: replace(ROWS, headers=(header(140, 3),)),
        "that of block 140, the last",
    ),
    "a header twice": (
        lambda: replace(ROWS, headers=(*ROWS.headers, *ROWS.headers)),
        "two of one block",
    ),
    "a header outside": (
        lambda: replace(ROWS, headers=(header(140), header(141))),
        "outside the blocks of the row set",
    ),
    "a header of another hash": (
        lambda: replace(ROWS, headers=(*ROWS.headers, Header(_busy(), b"\x03" * 32, b"", 0))),
        "two hashes for one block",
    ),
    "an unknown table": (
        lambda: replace(ROWS, rows={**ROWS.rows, "strange": TABLE}),
        "strange is not in this store",
    ),
    "another type": (
        lambda: only(
            TABLE.set_column(8, pa.field("order", pa.int32(), False), pa.array([1] * COUNT, "i4"))
        ),
        "moved: another schema",
    ),
    "columns in another order": (
        lambda: only(TABLE.select([1, 0, *range(2, TABLE.num_columns)])),
        "moved: another schema",
    ),
    "a null": (lambda: changed("isOpen", 2, None), "moved: a null"),
    "a row below": (lambda: changed("block_number", 0, FIRST - 1), "outside blocks 100 to 140"),
    "a row above": (lambda: changed("block_number", COUNT - 1, 141), "outside blocks 100 to 140"),
    "rows out of order": (lambda: only(TABLE.take([*range(5), 6, 5])), "out of order or doubled"),
    "a row twice": (lambda: only(TABLE.take([0, 1, 1, 2])), "out of order or doubled"),
    "an amount of 10^38": (lambda: of_bytes(10**38), "an amount of 10\\^38 or more"),
    "an amount of -10^38": (lambda: of_bytes(-(10**38)), "an amount of 10\\^38 or more"),
    "the largest bytes": (lambda: of_bytes(2**127 - 1), "an amount of 10\\^38 or more"),
    "two hashes in a block": (mixed_hash, "two hashes for one block"),
    "two hashes in two tables": (hash_of_other_table, "two hashes for one block"),
    "one hash in neighbours": (hash_twice, "two hashes for one block"),
    "one hash for two blocks": (hash_again, "one hash for two blocks"),
    "fewer rows than said": (
        lambda: replace(ROWS, rows={MOVED: TABLE}),
        "in all, expected the checkpoint's",
    ),
}


def _busy() -> int:
    """A block that has rows."""
    return int(TABLE["block_number"][0].as_py())


@pytest.mark.parametrize("case", CASES, ids=lambda name: name.replace(" ", "_"))
def test_refused(case: str) -> None:
    """Each says what is wrong."""
    rows, words = CASES[case]
    with pytest.raises(InputError, match=words):
        check_rows(rows(), DESCRIPTION)


def test_ends_before_it_begins(place: Callable[[], str]) -> None:
    """A row set has at least a block."""
    store = open_store(place(), DESCRIPTION)
    store.commit(made(FIRST, 110))
    rows = made(111, 112)
    point = replace(rows.checkpoint, first_block=115, last_block=112)
    with pytest.raises(InputError, match="first block 115, expected 111"):
        store.commit(replace(rows, checkpoint=point))
    store.close()


def test_store_as_it_was(place: Callable[[], str]) -> None:
    """What is refused leaves nothing."""
    store = open_store(place(), DESCRIPTION)
    store.commit(made(FIRST, 110))
    before = contents(store)
    rows = made(111, 140)
    with pytest.raises(InputError, match="out of order"):
        store.commit(
            replace(rows, rows={**rows.rows, MOVED: rows.rows[MOVED].take([*range(5), 4])})
        )
    assert contents(store) == before
    assert store.commit(rows) == rows.checkpoint.rows
    store.close()


@given(st.integers(-(2**127), 2**127 - 1))
def test_amounts(amount: int) -> None:
    """Accepted exactly if below 10^38."""
    if abs(amount) < 10**38:
        assert check_rows(of_bytes(amount), DESCRIPTION)
    else:
        with pytest.raises(InputError, match="10\\^38"):
            check_rows(of_bytes(amount), DESCRIPTION)
