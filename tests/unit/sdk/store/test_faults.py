"""Disks that are full, files that are damaged, servers that go: one sentence, nothing half."""

from __future__ import annotations

import itertools
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import replace
from functools import partial
from pathlib import Path
from typing import Any

import pytest

from keelmark.errors import InputError, StoreFailed
from keelmark.store import Heads, open_store
from keelmark.store.postgres import PostgresStore
from tests.support.full_disk import failing_sync, small_disk
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
from tests.support.postgres import Server

FILES = ("duckdb", "parquet", "delta")


@contextmanager
def one_sentence(words: str) -> Iterator[None]:
    """A `StoreFailed` of one sentence."""
    with pytest.raises(StoreFailed, match=words) as told:
        yield
    assert str(told.value).startswith("store: ")
    assert "\n" not in str(told.value)


def attempt(act: Callable[[], object]) -> str | None:
    """Does something; gives the reason if it fails."""
    try:
        act()
    except StoreFailed as failure:
        return str(failure).rpartition(", ")[2]
    return None


@pytest.mark.parametrize("kind", FILES)
def test_full_disk(kind: str, tmp_path: Path) -> None:
    """A commit that finds no room leaves the store as it was, and passes when there is room."""
    with small_disk(tmp_path / "disk", 3_000_000) as make_room:
        prefix = "" if kind == "duckdb" else f"{kind}:"
        where = f"{prefix}{tmp_path}/disk/store"
        store = open_store(where, DESCRIPTION)
        store.commit(made(FIRST, 110))
        before = contents(store)
        large = made(111, 2_110, most=60)
        with one_sentence("(?i)space|too large|disk"):
            store.commit(large)
        reader = open_store(where, read_only=True)
        assert contents(reader) == before
        reader.close()
        store.close()
        make_room()
        store = open_store(where, DESCRIPTION)
        assert contents(store) == before
        assert store.commit(large) == large.checkpoint.rows > 40_000
        store.close()


@pytest.mark.parametrize("kind", ["parquet", "delta"])
@pytest.mark.parametrize("act", ["commit", "rewind", "note"])
def test_failing_at_every_point(
    kind: str, act: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Wherever the disk fails, the store is as it was before or after the act; and goes on."""
    acts: dict[str, Callable[[Any], object]] = {
        "commit": lambda store: store.commit(replace(made(121, 130), proofs=(proof(130),))),
        "rewind": lambda store: store.rewind(header(105)),
        "note": lambda store: store.note(Heads(140, 130, 120), [proof(119)]),
    }
    for point in itertools.count():
        store = open_store(f"{kind}:{tmp_path}/{act}-{point}", DESCRIPTION)
        store.commit(made(FIRST, 110))
        store.commit(made(111, 120))
        before = contents(store)
        with failing_sync(monkeypatch, point) as calls:
            failure = attempt(partial(acts[act], store))
        assert failure in (None, "No space left on device")
        after_failure = contents(store)
        reader = open_store(f"{kind}:{tmp_path}/{act}-{point}", read_only=True)
        assert contents(reader) == after_failure
        reader.close()
        acts[act](store)
        after = contents(store)
        assert after_failure in (before, after)
        assert after != before
        last = {"commit": 130, "rewind": 105, "note": 120}[act]
        assert after.rows == expected_rows((number, 0) for number in range(FIRST, last + 1))
        store.close()
        reader = open_store(f"{kind}:{tmp_path}/{act}-{point}", read_only=True)
        assert contents(reader) == after
        reader.close()
        if len(calls) <= point:
            break
    assert point > (0 if act == "note" else 1)


@pytest.mark.parametrize(
    ("kind", "damaged"),
    [
        ("duckdb", "store"),
        ("parquet", "store/moved/*.parquet"),
        ("parquet", "store/_keelmark/journal/*"),
        ("parquet", "store/_keelmark/description.json"),
        ("delta", "store/moved/*.parquet"),
        ("delta", "store/keelmark_checkpoints/*.parquet"),
        ("delta", "store/keelmark_checkpoints/_delta_log/*1.json"),
        ("delta", "store/keelmark_description/*.parquet"),
    ],
)
def test_truncated_file(kind: str, damaged: str, tmp_path: Path) -> None:
    """A file that was cut in half is told, and never read as less."""
    prefix = "" if kind == "duckdb" else f"{kind}:"
    where = f"{prefix}{tmp_path}/store"
    store = open_store(where, DESCRIPTION)
    store.commit(made(FIRST, 300))
    store.close()
    paths = sorted(tmp_path.glob(damaged))
    assert paths
    for path in paths:
        path.write_bytes(path.read_bytes()[: path.stat().st_size // 2])
    with pytest.raises((StoreFailed, InputError), match="store: ") as told:
        contents(open_store(where, DESCRIPTION, read_only=True))
    assert "\n" not in str(told.value)


@pytest.mark.parametrize("kind", ["parquet", "delta"])
def test_missing_file(kind: str, tmp_path: Path) -> None:
    """A file of rows that somebody has deleted is told."""
    store = open_store(f"{kind}:{tmp_path}/store", DESCRIPTION)
    store.commit(made(FIRST, 300))
    for path in (tmp_path / "store" / MOVED).glob("*.parquet"):
        path.unlink()
    with one_sentence("(?i)no such file|not found|failed to open"):
        list(store.scan(MOVED))
    store.close()


def test_missing_entry(tmp_path: Path) -> None:
    """A journal with a gap is told."""
    where = f"parquet:{tmp_path}/store"
    store = open_store(where, DESCRIPTION)
    store.commit(made(FIRST, 110))
    store.commit(made(111, 120))
    store.close()
    sorted((tmp_path / "store/_keelmark/journal").iterdir())[0].unlink()
    with one_sentence("entry 1 of its journal is not there"):
        open_store(where)


class Going(PostgresStore):
    """A store whose server goes after a commit's first table."""

    go: Callable[[Going], None]

    def append(self, table: str, rows: Any, first_block: int) -> int:
        """Adds rows, then loses the server."""
        added = super().append(table, rows, first_block)
        type(self).go(self)
        return added


def going(postgres: Server, go: Callable[[Going], None]) -> tuple[str, Going]:
    """A store with some rows, whose server goes in the middle of the next commit."""
    kind = type("GoingNow", (Going,), {"go": staticmethod(lambda store: None)})
    where = postgres.url()
    store: Going = kind.open(where, DESCRIPTION, read_only=False)
    store.commit(made(FIRST, 110))
    kind.go = staticmethod(go)  # type: ignore[method-assign]
    return where, store


def check_came_back(where: str, before: object) -> None:
    """The store as it was, able to go on."""
    again = open_store(where, DESCRIPTION)
    assert contents(again) == before
    assert again.commit(made(111, 140)) == made(111, 140).checkpoint.rows
    again.close()


def test_server_ends_the_session(postgres: Server) -> None:
    """A session that is ended in the middle of a commit."""
    killer = PostgresStore(postgres.url(), read_only=True)

    def go(store: Going) -> None:
        pid = store.query("SELECT pg_backend_pid()")[0][0]
        killer.query("SELECT pg_terminate_backend($1::int)", [pid])

    where, store = going(postgres, go)
    before = contents(store)
    with one_sentence("terminating connection|no connection"):
        store.commit(made(111, 140))
    with one_sentence("no connection to the server"):
        store.checkpoint()
    store.close()
    killer.close()
    check_came_back(where, before)


def test_server_crashes(postgres: Server) -> None:
    """A server that crashes in the middle of a commit, and is started again."""
    where, store = going(postgres, lambda store: postgres.stop("immediate"))
    before = contents(store)
    with one_sentence("connection"):
        store.commit(made(111, 140))
    with one_sentence("No such file or directory|Connection refused"):
        open_store(where, DESCRIPTION)
    store.close()
    postgres.start()
    check_came_back(where, before)


def test_server_has_no_room(postgres: Server) -> None:
    """A server that fails at the last statement of a commit, as one with a full disk does."""
    where = postgres.url()
    store = PostgresStore.open(where, DESCRIPTION, read_only=False)
    store.commit(made(FIRST, 110))
    before = contents(store)
    table = store.named("keelmark_heads")
    function = store.named("fail")
    store.change(
        f"CREATE FUNCTION {function}() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN RAISE "
        "EXCEPTION 'could not extend file' USING ERRCODE = 'disk_full'; END $$"
    )
    store.change(f"CREATE TRIGGER fail BEFORE UPDATE ON {table} EXECUTE FUNCTION {function}()")
    with one_sentence("could not extend file"):
        store.commit(made(111, 140))
    assert contents(store) == before
    store.change(f"DROP TRIGGER fail ON {table}")
    assert store.commit(made(111, 140)) == made(111, 140).checkpoint.rows
    store.close()
