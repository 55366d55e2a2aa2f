"""Opening a store that is not there, not ours, another's, or of another version."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from pathlib import Path

import pytest

from keelmark.columns import ColumnKind, ColumnSpec, TableSpec
from keelmark.errors import InputError, StoreFailed
from keelmark.store import Description, Watched, open_store
from keelmark.store.base import kind_of
from keelmark.store.checks import check_names
from tests.support.made_rows import DESCRIPTION, FIRST, TABLES, contents, made

Place = Callable[[], str]
OTHER = Watched("Made", b"\x12" * 20, bytes(32), FIRST, True)


@pytest.mark.parametrize("read_only", [True, False])
def test_nothing_there(place: Place, read_only: bool) -> None:
    """A store is made only by a writer that says what it is about."""
    where = place()
    with pytest.raises(InputError, match="store: there is none at"):
        open_store(where, read_only=read_only)
    with pytest.raises(InputError, match="store: there is none at"):
        open_store(where, DESCRIPTION, read_only=True)


@pytest.mark.parametrize(
    ("wanted", "words"),
    [
        (replace(DESCRIPTION, chain_id=5), "has chain 1, expected 5"),
        (replace(DESCRIPTION, venue="other"), "has venue made, expected other"),
        (replace(DESCRIPTION, first_block=7), "has first block 100, expected 7"),
        (
            replace(DESCRIPTION, contracts=(OTHER,)),
            "is about another deployment, expected Made at 0x1212",
        ),
        (
            replace(DESCRIPTION, contracts=(OTHER,), first_block=7),
            "is about another deployment, expected Made at 0x1212",
        ),
        (replace(DESCRIPTION, contracts=()), "another deployment, expected fewer contracts"),
        (replace(DESCRIPTION, tables=TABLES[:2]), "has other events or columns"),
        (
            replace(DESCRIPTION, tables=(replace(TABLES[0], topic=bytes(32)), *TABLES[1:])),
            "has other events or columns",
        ),
    ],
)
def test_about_something_else(place: Place, wanted: Description, words: str) -> None:
    """A store is about one deployment on one chain, and its text is not a part of that."""
    where = place()
    open_store(where, DESCRIPTION).close()
    for read_only in (True, False):
        with pytest.raises(InputError, match=f"store: .* {words}"):
            open_store(where, wanted, read_only=read_only)
    same = replace(DESCRIPTION, manifest="otherwise spaced", software="0.0.1")
    again = open_store(where, same)
    assert again.description == DESCRIPTION
    again.close()


def test_another_version(place: Place) -> None:
    """A store written by another version of the format is told by its number."""
    where = place()
    words = r"written by version 2 of the format \(keelmark 9.9\), expected version 1"
    with pytest.raises(InputError, match=words):
        open_store(where, replace(DESCRIPTION, schema_version=2, software="9.9"))
    for read_only in (True, False):
        with pytest.raises(InputError, match=words):
            open_store(where, DESCRIPTION, read_only=read_only)


def test_second_writer(place: Place) -> None:
    """One writer at a time; when it has left the next may come."""
    where = place()
    first = open_store(where, DESCRIPTION)
    with pytest.raises(StoreFailed, match="in use by another writer"):
        open_store(where, DESCRIPTION)
    first.commit(made(FIRST, 110))
    first.close()
    second = open_store(where, DESCRIPTION)
    assert contents(second).checkpoints == (made(FIRST, 110).checkpoint,)
    second.close()


def column(name: str) -> ColumnSpec:
    """A column that only has a name."""
    return ColumnSpec(name, "uint256", ColumnKind.WORD, False)


@pytest.mark.parametrize(
    ("tables", "words"),
    [
        ((TableSpec("keelmark_heads", "KeelmarkHeads", bytes(32), ()),), "are kept for the store"),
        ((TABLES[0], replace(TABLES[1], name="Moved")), "the tables has Moved twice"),
        ((TableSpec("a", "A", bytes(32), (column("x"), column("X"))),), "A has X twice"),
        (
            (TableSpec("a", "A", bytes(32), (column("address"), column("address_"))),),
            "A has address_ twice",
        ),
    ],
)
def test_names_that_clash(
    place: Place, tables: tuple[TableSpec, ...], words: str, tmp_path: Path
) -> None:
    """An ABI whose names a database cannot tell apart is refused, and no store is made."""
    where = place()
    with pytest.raises(InputError, match=f"abi: .*{words}"):
        open_store(where, replace(DESCRIPTION, tables=tables))
    with pytest.raises(InputError, match="there is none at"):
        open_store(where)


def test_names_that_are_too_long() -> None:
    """A server cuts a name that is longer than it knows, so such a name is refused."""
    tables = (TableSpec("a", "A", bytes(32), (column("ä" * 32),)),)
    description = replace(DESCRIPTION, tables=tables)
    check_names(description)
    with pytest.raises(InputError, match="has over 63 bytes"):
        check_names(description, most_bytes=63)


@pytest.mark.parametrize(
    ("location", "kind"),
    [
        ("market.duckdb", "duckdb"),
        ("duckdb:market", "duckdb"),
        ("parquet:folder", "parquet"),
        ("delta:s3://bucket/folder", "delta"),
        ("postgresql://host/database", "postgres"),
        ("POSTGRES://host/database", "postgres"),
    ],
)
def test_kind_of(location: str, kind: str) -> None:
    """A location tells the kind."""
    assert kind_of(location) == kind


def test_something_else_is_there(tmp_path: Path) -> None:
    """A file or folder of something else is left alone."""
    (tmp_path / "letter").write_text("Dear Sir,")
    (tmp_path / "folder").mkdir()
    (tmp_path / "folder" / "letter").write_text("Dear Madam,")
    for location, words in (
        (f"{tmp_path}/letter", "not a valid DuckDB database"),
        (f"parquet:{tmp_path}/folder", "has something else in it"),
        (f"delta:{tmp_path}/folder", "has something else in it"),
        (f"parquet:{tmp_path}/letter", "store: "),
        (f"delta:{tmp_path}/letter", "store: "),
        (f"{tmp_path}/no/such/folder.duckdb", "store: "),
        ("parquet:/dev/null/folder", "store: "),
        ("delta:/dev/null/folder", "store: "),
    ):
        with pytest.raises((InputError, StoreFailed), match=words) as told:
            open_store(location, DESCRIPTION)
        assert "\n" not in str(told.value)
    assert (tmp_path / "letter").read_text() == "Dear Sir,"
    assert [path.name for path in (tmp_path / "folder").iterdir()] == ["letter"]


def test_a_database_of_something_else(tmp_path: Path) -> None:
    """A DuckDB file with other tables is no store, and stays as it is."""
    import duckdb

    path = tmp_path / "other.duckdb"
    with duckdb.connect(str(path)) as other:
        other.execute("CREATE TABLE letters (text VARCHAR)")
    for read_only in (True, False):
        with pytest.raises(InputError, match="is no store of keelmark"):
            open_store(str(path), DESCRIPTION, read_only=read_only)
    with duckdb.connect(str(path)) as other:
        assert other.execute("SELECT table_name FROM duckdb_tables()").fetchall() == [("letters",)]


@pytest.mark.parametrize("location", ["csv:foo", "parqet:rows", "mysql://user@host/market"])
def test_a_kind_that_is_none(location: str) -> None:
    """A mistyped kind is no name of a DuckDB file."""
    with pytest.raises(InputError, match="is no kind of store, expected a file, parquet:DIR"):
        open_store(location)
