"""What is particular to PostgreSQL."""

from __future__ import annotations

import pytest

from keelmark.errors import InputError, StoreFailed
from keelmark.store import open_store
from keelmark.store.postgres import PostgresStore
from tests.support.made_rows import DESCRIPTION, FIRST, MOVED, contents, made
from tests.support.postgres import Server


def opened(where: str) -> PostgresStore:
    """A store to write to."""
    return PostgresStore.open(where, DESCRIPTION, read_only=False)


def test_default_behavior(postgres: Server) -> None:
    """Amounts are numeric(38, 0), keys are the primary key."""
    store = opened(postgres.url("looked_at"))
    store.commit(made(FIRST, 120))
    columns = store.query(
        "SELECT column_name::text, data_type::text, numeric_precision::int, numeric_scale::int "
        "FROM information_schema.columns WHERE table_schema = 'looked_at' AND table_name = $1",
        [MOVED],
    )
    kinds = {name: rest for name, *rest in columns}
    assert kinds["amount"] == ["numeric", 38, 0]
    assert kinds["order"][0] == "bigint"
    assert kinds["word"][0] == "bytea"
    assert kinds["isOpen"][0] == "boolean"
    key = store.query(
        "SELECT pg_get_constraintdef(oid)::text FROM pg_constraint "
        "WHERE conrelid = 'looked_at.moved'::regclass AND contype = 'p'"
    )
    assert key == [("PRIMARY KEY (block_hash, log_index)",)]
    store.close()


def test_rows_that_are_there(postgres: Server) -> None:
    """Rows of the next blocks that somebody has put in by hand are not doubled, by the key."""
    store = opened(postgres.url())
    store.commit(made(FIRST, 110))
    rows = made(111, 130)
    with store.transaction():
        assert store.append(MOVED, rows.rows[MOVED].slice(3, 4), 111) == 4
    assert store.commit(rows) == rows.checkpoint.rows - 4
    assert store.count(MOVED) == made(FIRST, 130).rows[MOVED].num_rows
    store.close()


def test_two_stores_in_a_database(postgres: Server) -> None:
    """A schema each, a writer each."""
    one, other = opened(postgres.url()), opened(postgres.url())
    one.commit(made(FIRST, 120))
    other.commit(made(FIRST, 110, 3))
    assert contents(one).checkpoints == (made(FIRST, 120).checkpoint,)
    assert contents(other).checkpoints == (made(FIRST, 110, 3).checkpoint,)
    one.close()
    other.close()


def test_schema_of_something_else(postgres: Server) -> None:
    """A schema with other tables is left alone."""
    where = postgres.url("letters")
    helper = PostgresStore(where, read_only=False)
    helper.change("CREATE SCHEMA letters")
    helper.change("CREATE TABLE letters.letter (text TEXT)")
    with pytest.raises(InputError, match=r"schema letters of .* has tables of something else"):
        opened(where)
    assert helper.query("SELECT count(*) FROM letters.letter") == [(0,)]
    helper.close()


def test_read_only_by_the_server(postgres: Server) -> None:
    """A reader's session cannot write, whatever is asked of it."""
    where = postgres.url()
    opened(where).close()
    reader = PostgresStore.open(where, None, read_only=True)
    with pytest.raises(StoreFailed, match="read-only transaction"), reader._translated():
        reader.change(f"DELETE FROM {reader.named(MOVED)}")
    reader.close()


@pytest.mark.parametrize(
    ("location", "shown"),
    [
        ("postgresql://user:geheim@{host}/postgres", "postgresql://user@{host}/postgres"),
        (
            "postgresql://user@{host}/postgres?password=geheim&schema=a",
            "postgresql://user@{host}/postgres?schema=a",
        ),
    ],
)
def test_password(location: str, shown: str) -> None:
    """A password is neither in the location nor in a refusal."""
    host = "127.0.0.1:1"
    with pytest.raises(StoreFailed, match="Connection refused") as told:
        open_store(location.format(host=host), DESCRIPTION)
    assert shown.format(host=host) in str(told.value)
    assert "geheim" not in str(told.value)


@pytest.mark.parametrize(
    ("location", "words"),
    [
        ("postgresql://host/database?schema=", "schema is '', expected 1 to 63 bytes"),
        (f"postgresql://host/database?schema={'a' * 64}", "expected 1 to 63 bytes"),
        ("postgresql://host/database?schema", "expected a URL such as"),
        ("postgresql://[host/database", "expected a URL such as"),
    ],
)
def test_bad_location(location: str, words: str) -> None:
    """A location that is no URL is told."""
    with pytest.raises(InputError, match=words):
        open_store(location, DESCRIPTION)


def test_pages(postgres: Server) -> None:
    """A table is read in pages, in chain order, each small."""
    store = opened(postgres.url())
    store.commit(made(FIRST, 1_300, most=60))
    batches = list(store.scan(MOVED, columns=["block_number", "log_index"]))
    assert len(batches) > 1
    assert max(batch.num_rows for batch in batches) <= 8_192
    places = [
        (row["block_number"], row["log_index"]) for batch in batches for row in batch.to_pylist()
    ]
    assert places == sorted(set(places))
    assert len(places) == store.count(MOVED)
    store.close()
