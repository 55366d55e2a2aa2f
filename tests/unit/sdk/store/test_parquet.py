"""What is particular to a folder of Parquet files."""

from __future__ import annotations

import os
import time
from decimal import Decimal
from pathlib import Path

import duckdb
import pyarrow as pa
import pyarrow.dataset as ds
import pytest

from keelmark.store import Heads, Store, open_store
from keelmark.store.parquet import KEPT_SECONDS, ParquetStore
from tests.support.made_rows import (
    DESCRIPTION,
    FIRST,
    MOVED,
    contents,
    expected_rows,
    header,
    made,
    proof,
)


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    """Where the store is."""
    return tmp_path / "store"


def opened(folder: Path, *, read_only: bool = False) -> Store:
    """The store."""
    return open_store(f"parquet:{folder}", DESCRIPTION, read_only=read_only)


def single_blocks(store: Store, first: int, last: int) -> None:
    """A commit a block, as at the tip of a chain, with the heads as they were."""
    for number in range(first, last + 1):
        store.commit(made(number, number, heads=Heads(number, None, None)))


def test_readable_by_a_glob(folder: Path) -> None:
    """DuckDB and Arrow read a table by its folder's name: exact, no decimal256 anywhere."""
    store = opened(folder)
    store.commit(made(FIRST, 120))
    store.commit(made(121, 130))
    store.rewind(header(125))
    store.close()
    rows = expected_rows((number, 0) for number in range(FIRST, 126))[MOVED]
    glob = f"{folder}/{MOVED}/*.parquet"
    found = duckdb.sql(f"SELECT \"order\", amount FROM '{glob}' ORDER BY ALL").fetchall()
    assert sorted(found) == sorted((row[8], Decimal(row[9])) for row in rows)
    table = ds.dataset(folder / MOVED).to_table()
    assert table.schema.field("amount").type == pa.decimal128(38, 0)
    assert table["amount"].to_pylist() == [Decimal(row[9]) for row in rows]
    assert not any(pa.types.is_decimal256(field.type) for field in table.schema)


def test_compaction(folder: Path) -> None:
    """Hundreds of commits of a block each become few checkpoints and files once they are final,
    and nothing is lost."""
    store = opened(folder)
    single_blocks(store, FIRST, 299)
    before = contents(store)
    assert len(before.checkpoints) == 200
    assert len(list((folder / MOVED).glob("*.parquet"))) > 100
    store.note(Heads(300, 290, 280), [proof(150), proof(299)])
    after = contents(store)
    assert after.rows == before.rows
    ends = [point.last_block for point in after.checkpoints]
    assert ends == [150, 280, *range(281, 300)]
    assert after.checkpoints[0].first_block == FIRST
    assert sum(point.rows for point in after.checkpoints) == sum(map(len, after.rows.values()))
    assert [one.number for one in after.headers] == ends
    assert len(list((folder / MOVED).glob("*.parquet"))) < 22
    store.close()
    again = opened(folder)
    assert contents(again) == after
    single_blocks(again, 300, 302)
    again.close()


def test_no_compaction_of_what_may_go(folder: Path) -> None:
    """What is not final stays as it is, so that a reorganisation finds its blocks apart."""
    store = opened(folder)
    single_blocks(store, FIRST, 249)
    store.note(Heads(250, 200, FIRST + 10))
    assert len(store.checkpoints()) == 150
    store.close()


def test_journal_is_summed_up(folder: Path) -> None:
    """A long life leaves a short journal."""
    store = opened(folder)
    for number in range(300):
        store.note(Heads(number, None, None))
    names = sorted(path.name for path in (folder / "_keelmark" / "journal").iterdir())
    assert len(names) <= 256
    assert names[0] == f"{256:020d}.summary.json"
    reader = opened(folder, read_only=True)
    assert reader.heads() == Heads(299, None, None)
    store.commit(made(FIRST, 110))
    assert contents(reader) == contents(store)
    store.close()
    reader.close()


def test_reader_that_fell_behind(folder: Path) -> None:
    """A reader that has not looked for long finds its way by the summary."""
    store = opened(folder)
    reader = opened(folder, read_only=True)
    assert reader.heads() is None
    for number in range(600):
        store.note(Heads(number, None, None))
    assert reader.heads() == Heads(599, None, None)
    store.close()
    reader.close()


def test_scan_across_compaction(folder: Path) -> None:
    """A scan that began before files were packed ends with the rows that it began with."""
    store = opened(folder)
    single_blocks(store, FIRST, 250)
    reader = opened(folder, read_only=True)
    batches = reader.scan(MOVED)
    first = next(batches)
    store.note(Heads(251, 251, 251))
    assert len(list((folder / MOVED).glob("*.parquet"))) == 1
    count = first.num_rows + sum(batch.num_rows for batch in batches)
    assert count == len(expected_rows((n, 0) for n in range(FIRST, 251))[MOVED])
    store.close()
    reader.close()


def test_leftovers(folder: Path) -> None:
    """Files that do not count are cleared away by the next writer, and no reader minds them."""
    store = opened(folder)
    store.commit(made(FIRST, 120))
    store.rewind(header(110))
    store.close()
    (committed,) = (folder / MOVED).glob("*.parquet")
    stray = folder / MOVED / "000000000121-000000000130-000000000009.parquet"
    stray.write_bytes(committed.read_bytes())
    (folder / "_keelmark" / "aside" / "half").write_bytes(b"PAR1")
    (folder / "_keelmark" / "journal" / ".00000000000000000009.json").write_bytes(b"{")
    (old,) = (
        path for path in (folder / "_keelmark" / "removed").iterdir() if path.name[:5] == MOVED
    )
    reader = opened(folder, read_only=True)
    found = contents(reader)
    reader.close()
    assert stray.exists()
    store = opened(folder)
    assert contents(store) == found
    assert sorted((folder / MOVED).glob("*.parquet")) == [committed]
    assert not list((folder / "_keelmark" / "aside").iterdir())
    assert old.exists()
    store.close()
    long_ago = time.time() - KEPT_SECONDS - 1
    os.utime(old, (long_ago, long_ago))
    opened(folder).close()
    assert not old.exists()


def test_files_are_ours(folder: Path) -> None:
    """File names sort as the chain does."""
    store = opened(folder)
    for first in (FIRST, 121, 141):
        store.commit(made(first, first + 19 + (first == FIRST)))
    assert isinstance(store, ParquetStore)
    names = sorted(path.name for path in (folder / MOVED).iterdir())
    files = sorted(store.data_files(MOVED), key=lambda file: file.first_block)
    assert names == [file.name for file in files]
    assert [file.size for file in files] == [
        (folder / MOVED / file.name).stat().st_size for file in files
    ]
    store.close()
