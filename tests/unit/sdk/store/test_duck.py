"""What is particular to a DuckDB file."""

from __future__ import annotations

import multiprocessing
from dataclasses import replace
from decimal import Decimal
from pathlib import Path
from typing import Any

import duckdb
import pytest

from keelmark.errors import StoreFailed
from keelmark.store import Store, open_store
from keelmark.store.duck import SETTINGS, DuckStore
from tests.support.made_rows import (
    DESCRIPTION,
    FIRST,
    MOVED,
    TABLES,
    contents,
    expected_rows,
    header,
    made,
    with_amount,
)


def opened(path: Path, **options: Any) -> Store:
    """A store at a path."""
    return open_store(str(path), DESCRIPTION, **options)


def test_readable_by_duckdb(tmp_path: Path) -> None:
    """Whoever has DuckDB reads the tables by the events' names, amounts as exact decimals."""
    store = opened(tmp_path / "keelmark.duckdb")
    store.commit(made(FIRST, 130))
    store.close()
    rows = expected_rows((number, 0) for number in range(FIRST, 131))[MOVED]
    with duckdb.connect(str(tmp_path / "keelmark.duckdb"), read_only=True) as connection:
        kinds = {row[0]: row[1] for row in connection.execute("DESCRIBE moved").fetchall()}
        assert kinds["amount"] == "DECIMAL(38,0)"
        assert (kinds["order"], kinds["isOpen"], kinds["word"]) == ("BIGINT", "BOOLEAN", "BLOB")
        found = connection.execute('SELECT "order", amount, "isOpen" FROM moved').fetchall()
    assert found == [(row[8], Decimal(row[9]), row[10]) for row in rows]


@pytest.mark.parametrize("read_only", [True, False])
def test_some_other_file(tmp_path: Path, read_only: bool) -> None:
    """A JSON file is no store, though DuckDB would take it for one and keep nothing; nor is a
    folder. Both stay as they were."""
    other = tmp_path / "manifest.json"
    other.write_text('{"chainId": 1}')
    with pytest.raises(StoreFailed, match=r"^store: \S+manifest.json, .*not a valid DuckDB"):
        opened(other, read_only=read_only)
    assert other.read_text() == '{"chainId": 1}'
    with pytest.raises(StoreFailed, match=r"is a folder, expected a DuckDB file; .*parquet:DIR"):
        opened(tmp_path, read_only=read_only)
    assert list(tmp_path.iterdir()) == [other]


def test_newest_after_a_rewind(tmp_path: Path) -> None:
    """The newest checkpoint is the newest: DuckDB 2.0.1 passes over row groups by what deleted
    rows were, so that ORDER BY with LIMIT gives another row, unless that is turned off."""
    store = opened(tmp_path / "store")
    for first in range(FIRST, FIRST + 40, 10):
        store.commit(made(first, first + 9))
    store.close()
    again = opened(tmp_path / "store")
    again.rewind(header(132))
    newest = again.checkpoint()
    assert newest is not None
    assert newest.last_block == 132
    assert isinstance(again, DuckStore)
    sql = "SELECT last_block FROM store.main.keelmark_checkpoints ORDER BY last_block DESC LIMIT 1"
    assert again.query(sql) == [(132,)]
    again.close()


def test_rows_beyond_the_checkpoint(tmp_path: Path) -> None:
    """Rows of the next blocks that were put in by hand are not doubled, and a file that has such
    rows when it is opened is refused."""
    rows = made(111, 130)
    store = opened(tmp_path / "store")
    store.commit(made(FIRST, 110))
    store.close()
    store = opened(tmp_path / "store")
    assert isinstance(store, DuckStore)
    store._connection.register("extra", rows.rows[MOVED].slice(3, 4))
    store.change(f"INSERT INTO {store.named(MOVED)} SELECT * FROM extra")
    assert store.commit(rows) == rows.checkpoint.rows - 4
    assert store.count(MOVED) == made(FIRST, 130).rows[MOVED].num_rows
    assert store.commit(rows) == 0
    store._connection.register("extra", made(131, 140).rows[MOVED])
    store.change(f"INSERT INTO {store.named(MOVED)} SELECT * FROM extra")
    store.close()
    with pytest.raises(StoreFailed, match="has rows in moved beyond block 130"):
        opened(tmp_path / "store")


def test_sum_of_both_signs(tmp_path: Path) -> None:
    """The parts of a sum carry their signs."""
    store = opened(tmp_path / "store")
    store.commit(with_amount(made(FIRST, 110), 1 - 10**38))
    store.commit(with_amount(made(111, 160), 10**38 - 1))
    low = store.total(MOVED, "amount", last_block=110)
    high = store.total(MOVED, "amount", first_block=111)
    assert low < -(10**38)
    assert high > 10**39
    assert store.total(MOVED, "amount") == low + high
    store.close()


def _write(path: Path, go: Any, stay: Any) -> None:
    store = opened(path)
    store.commit(made(FIRST, 110))
    go.set()
    stay.wait(20)
    store.close()


def test_in_use_by_another_process(tmp_path: Path) -> None:
    """Whoever comes while another process writes is told what to do."""
    context = multiprocessing.get_context("forkserver")
    go, stay = context.Event(), context.Event()
    writer = context.Process(target=_write, args=(tmp_path / "store", go, stay))
    writer.start()
    assert go.wait(20)
    for read_only in (True, False):
        with pytest.raises(StoreFailed, match="in use by another process; a writer is alone"):
            opened(tmp_path / "store", read_only=read_only)
    stay.set()
    writer.join()
    reader = opened(tmp_path / "store", read_only=True)
    assert contents(reader).checkpoints == (made(FIRST, 110).checkpoint,)
    reader.close()


def test_readers_of_other_processes(tmp_path: Path) -> None:
    """Many processes may read at once, and then nobody writes."""
    opened(tmp_path / "store").close()
    context = multiprocessing.get_context("forkserver")
    go, stay = context.Event(), context.Event()
    other = context.Process(target=_read, args=(tmp_path / "store", go, stay))
    other.start()
    assert go.wait(20)
    opened(tmp_path / "store", read_only=True).close()
    with pytest.raises(StoreFailed, match="in use"):
        opened(tmp_path / "store")
    stay.set()
    other.join()


def _read(path: Path, go: Any, stay: Any) -> None:
    store = opened(path, read_only=True)
    go.set()
    stay.wait(20)
    store.close()


def test_writer_where_a_reader_is(tmp_path: Path) -> None:
    """In one process too, a reader that came first keeps the writer out."""
    opened(tmp_path / "store").close()
    reader = opened(tmp_path / "store", read_only=True)
    with pytest.raises(StoreFailed, match="in use by"):
        opened(tmp_path / "store")
    reader.close()
    opened(tmp_path / "store").close()


def test_a_scan_sees_one_moment(tmp_path: Path) -> None:
    """What is committed or taken away while a table is scanned does not show in the scan."""
    store = opened(tmp_path / "store")
    store.commit(made(FIRST, 900, most=60))
    count = store.count(MOVED)
    batches = store.scan(MOVED)
    first = next(batches)
    assert first.num_rows < count
    store.commit(made(901, 910))
    store.rewind(header(500))
    assert first.num_rows + sum(batch.num_rows for batch in batches) == count
    store.close()


def test_bounded(tmp_path: Path) -> None:
    """Batches are small, whatever the table; the engine's memory is limited."""
    store = opened(tmp_path / "store")
    store.commit(made(FIRST, 1_300, most=60))
    batches = list(store.scan(TABLES[0].name))
    assert len(batches) > 1
    assert max(batch.num_rows for batch in batches) <= 8_192
    assert isinstance(store, DuckStore)
    limit = store.query("SELECT current_setting('memory_limit')")[0][0]
    assert limit == "45.7 MiB"
    assert SETTINGS["memory_limit"] == "48MB"
    store.close()


def test_killed_file_is_read(tmp_path: Path) -> None:
    """A reader of a file whose writer died reads the log beside it, and changes nothing."""
    context = multiprocessing.get_context("forkserver")
    go, stay = context.Event(), context.Event()
    writer = context.Process(target=_write, args=(tmp_path / "store", go, stay))
    writer.start()
    assert go.wait(20)
    writer.kill()
    writer.join()
    before = {path.name: path.read_bytes() for path in tmp_path.iterdir()}
    assert "store.wal" in before
    reader = opened(tmp_path / "store", read_only=True)
    assert contents(reader).checkpoints == (made(FIRST, 110).checkpoint,)
    reader.close()
    assert {path.name: path.read_bytes() for path in tmp_path.iterdir()} == before


def test_description_with_two_rows(tmp_path: Path) -> None:
    """A file whose description is not one is no store."""
    opened(tmp_path / "store").close()
    with duckdb.connect(str(tmp_path / "store")) as connection:
        connection.execute("DELETE FROM keelmark_description")
    with pytest.raises(ValueError, match="is no store of keelmark"):
        open_store(str(tmp_path / "store"), replace(DESCRIPTION))
