"""What is particular to Delta Lake."""

from __future__ import annotations

import itertools
from collections.abc import Mapping
from dataclasses import replace
from decimal import Decimal
from pathlib import Path
from typing import Any

import duckdb
import pyarrow as pa
import pytest
from deltalake import DeltaTable

from keelmark.errors import InputError, StoreFailed
from keelmark.store import Heads, RowSet
from keelmark.store.delta import DeltaStore, write_rows
from keelmark.store.state import DataFile
from tests.support.full_disk import failing_sync
from tests.support.made_rows import (
    DESCRIPTION,
    FIRST,
    MOVED,
    NOTED,
    contents,
    expected_rows,
    header,
    made,
    proof,
)


@pytest.fixture
def root(tmp_path: Path) -> str:
    """Where the store is."""
    return f"{tmp_path}/store"


def opened(root: str, *, read_only: bool = False) -> DeltaStore:
    """The store."""
    return DeltaStore.open(f"delta:{root}", DESCRIPTION, read_only=read_only)


def written(root: str, rows: RowSet, parts: int = 2) -> tuple[RowSet, Mapping[str, list[DataFile]]]:
    """A row set whose rows a worker has written to files, several a table."""
    files: dict[str, list[DataFile]] = {}
    for table, content in rows.rows.items():
        step = -(-content.num_rows // parts)
        files[table] = [
            write_rows(content.slice(begin, step), root, table)
            for begin in range(0, content.num_rows, step)
        ]
    return replace(rows, rows={}), files


def test_readable_by_others(root: str) -> None:
    """Each event is a Delta table for any tool: exact amounts, no rows twice."""
    store = opened(root)
    store.commit(made(FIRST, 120))
    store.commit(made(121, 130))
    store.rewind(header(125))
    store.close()
    rows = expected_rows((number, 0) for number in range(FIRST, 126))[MOVED]
    table = DeltaTable(f"{root}/{MOVED}").to_pyarrow_table()
    assert table.schema.field("amount").type == pa.decimal128(38, 0)
    amounts = table.sort_by([("block_number", "ascending"), ("log_index", "ascending")])["amount"]
    assert amounts.to_pylist() == [Decimal(row[9]) for row in rows]
    files = DeltaTable(f"{root}/{MOVED}").file_uris()
    assert duckdb.read_parquet(files).aggregate("count(*)").fetchall() == [(len(rows),)]
    points = DeltaTable(f"{root}/keelmark_checkpoints").to_pyarrow_table().to_pylist()
    assert [one["last_block"] for one in points if one["kind"] == "checkpoint"] == [120, 125]


def test_commit_files(root: str) -> None:
    """What workers have written is committed whole, once, and read as what it is."""
    store = opened(root)
    first, second = made(FIRST, 140), replace(made(141, 170), proofs=(proof(170),))
    for rows in (first, second):
        bare, files = written(root, rows)
        assert store.commit_files(bare, files) == rows.checkpoint.rows
        before = contents(store)
        assert store.commit_files(bare, files) == 0
        assert contents(store) == before
    assert before.rows == expected_rows((number, 0) for number in range(FIRST, 171))
    assert before.checkpoints == (first.checkpoint, second.checkpoint)
    assert before.proofs == (proof(170),)
    store.close()


def test_files_that_do_not_count(root: str) -> None:
    """What a worker that was killed has left is no part of the store."""
    store = opened(root)
    bare, files = written(root, made(FIRST, 140))
    written(root, made(FIRST, 120), parts=5)
    assert not any(contents(store).rows.values())
    bare, files = written(root, made(FIRST, 140), parts=3)
    store.commit_files(bare, files)
    assert contents(store).rows == expected_rows((n, 0) for n in range(FIRST, 141))
    store.close()


def test_refused_files(root: str) -> None:
    """Files that are not those of the row set are refused."""
    store = opened(root)
    rows = made(FIRST, 140)
    bare, files = written(root, rows)
    point = rows.checkpoint
    for wrong, named, words in (
        (replace(bare, checkpoint=replace(point, rows=point.rows + 1)), files, "not as many"),
        (bare, {MOVED: files[MOVED]}, "not as many"),
        (bare, {**files, NOTED: files[MOVED]}, "not as many"),
        (made(101, 140), files, "first block 101, expected 100"),
        (bare, {"x": [replace(files[MOVED][0], table="x")]}, "x is not in this store"),
        (
            bare,
            {**files, MOVED: [replace(file, last_block=141) for file in files[MOVED]]},
            "a file has rows outside",
        ),
    ):
        with pytest.raises(InputError, match=words):
            store.commit_files(replace(wrong, rows={}), named)
    assert store.checkpoint() is None
    assert store.commit_files(bare, files) == point.rows
    store.close()


def test_failing_commit_of_files(root: str, monkeypatch: pytest.MonkeyPatch) -> None:
    """A commit of files that fails can be tried again with the same files."""
    store = opened(root)
    bare, files = written(root, replace(made(FIRST, 140), proofs=(proof(140),)))
    for point in itertools.count():
        with failing_sync(monkeypatch, point) as calls:
            try:
                added = store.commit_files(bare, files)
                break
            except StoreFailed:
                assert not any(contents(store).rows.values())
    assert added == bare.checkpoint.rows
    assert len(calls) == point > 1
    assert contents(store).rows == expected_rows((n, 0) for n in range(FIRST, 141))
    store.close()


def test_application_transactions(root: str) -> None:
    """Each commit of rows bears the store's version, and one that is there is not made again."""
    store = opened(root)
    rows = made(FIRST, 120)
    store.commit(rows)
    table = DeltaTable(f"{root}/{MOVED}")
    assert table.transaction_version("keelmark") == store.state.version == 1
    _, files = written(root, made(121, 130))
    store._append(files, 1)
    assert DeltaTable(f"{root}/{MOVED}").version() == table.version()
    store.commit(made(121, 130))
    assert DeltaTable(f"{root}/{MOVED}").transaction_version("keelmark") == 2
    store.close()


def test_rows_beyond_the_checkpoint(root: str) -> None:
    """Rows of a writer that died before its last commit are not seen, and the next writer takes
    them out, also where a file has some that count."""
    store = opened(root)
    store.commit(made(FIRST, 120))
    before = contents(store)
    _, files = written(root, made(121, 130))
    store._append(files, 2)
    reader = opened(root, read_only=True)
    assert contents(reader) == before
    assert contents(store) == before
    store.close()
    again = opened(root)
    assert contents(again) == before == contents(reader)
    rows = DeltaTable(f"{root}/{MOVED}").to_pyarrow_table()
    assert rows.num_rows == len(before.rows[MOVED])
    assert again.commit(made(121, 135, 4)) == made(121, 135, 4).checkpoint.rows
    forked = [*((n, 0) for n in range(FIRST, 121)), *((n, 4) for n in range(121, 136))]
    assert contents(again).rows == contents(reader).rows == expected_rows(forked)
    again.close()
    reader.close()


def test_packed_by_another_tool(root: str) -> None:
    """Files that another tool packed together, in whatever order, are read in chain order."""
    store = opened(root)
    for first in range(FIRST, 200, 10):
        store.commit(made(first, first + 9))
    before = contents(store)
    table = DeltaTable(f"{root}/{MOVED}")
    assert table.optimize.z_order(["word"])["numFilesRemoved"] == 10
    store.close()
    again = opened(root)
    assert contents(again) == before
    assert again.total(MOVED, "amount") == sum(row[9] for row in before.rows[MOVED])
    again.rewind(header(144))
    assert contents(again).rows == expected_rows((n, 0) for n in range(FIRST, 145))
    again.close()


def test_compaction(root: str) -> None:
    """Many small commits become few files once they are final."""
    store = opened(root)
    for number in range(FIRST, 250):
        store.commit(made(number, number, heads=Heads(number, None, None)))
    before = contents(store)
    reader = opened(root, read_only=True)
    count = len(DeltaTable(f"{root}/{MOVED}").file_uris())
    store.note(Heads(250, 245, 240))
    after = contents(store)
    assert after.rows == before.rows
    assert [point.last_block for point in after.checkpoints] == [240, *range(241, 250)]
    assert len(DeltaTable(f"{root}/{MOVED}").file_uris()) < count // 4
    assert contents(reader) == after
    store.close()
    reader.close()


def test_two_writers_at_once(root: str) -> None:
    """Where no lock keeps a second writer out, as in an object store, its commit is refused and
    the first one's stands."""
    store = opened(root)
    store.commit(made(FIRST, 110))
    second = DeltaStore(f"delta:{root}", root, DESCRIPTION, -1, False)
    assert second.checkpoint() == store.checkpoint()
    store.commit(made(111, 120))
    with pytest.raises(StoreFailed, match="in use by another writer"):
        second.commit(made(111, 125, 5))
    assert contents(store).rows == expected_rows((n, 0) for n in range(FIRST, 121))
    assert second.commit(made(111, 120)) == 0
    second.close()
    store.close()


@pytest.mark.parametrize("act", ["commit", "rewind"])
def test_failing_transactions(root: str, act: str, monkeypatch: pytest.MonkeyPatch) -> None:
    """Whichever Delta transaction of an act fails, readers see the store as before or as after."""
    acts = {
        "commit": lambda store: store.commit(made(121, 130)),
        "rewind": lambda store: store.rewind(header(105)),
    }
    real = DeltaStore._commit
    for point in itertools.count():
        store = opened(f"{root}-{point}")
        store.commit(made(FIRST, 110))
        store.commit(made(111, 120))
        before, calls = contents(store), itertools.count()

        def failing(self: DeltaStore, *given: Any, last: int = point, made: Any = calls) -> None:
            if next(made) == last:
                raise OSError("the object store is out of reach")
            real(self, *given)

        with monkeypatch.context() as patched:
            patched.setattr(DeltaStore, "_commit", failing)
            failed = False
            try:
                acts[act](store)
            except StoreFailed as failure:
                failed = "out of reach" in str(failure)
        reader = opened(f"{root}-{point}", read_only=True)
        seen = contents(reader)
        acts[act](store)
        after = contents(store)
        assert seen in (before, after)
        assert contents(reader) == after
        last = 130 if act == "commit" else 105
        assert after.rows == expected_rows((n, 0) for n in range(FIRST, last + 1))
        reader.close()
        store.close()
        if not failed:
            break
    assert point == 3
