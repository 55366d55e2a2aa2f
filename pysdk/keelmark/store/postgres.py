"""A store in a PostgreSQL database: for many readers while one process writes.

A location is a libpq URL, with one option more, ``schema=``, that says which schema holds the
store (``keelmark`` if it is not given), so that one database can hold several. Rows go by binary
COPY from Arrow into a temporary table, and from there into the event's table with ON CONFLICT DO
NOTHING on the primary key (block hash, place in the block). The writer holds an advisory lock for
as long as it is connected. The password is best left to ``PGPASSWORD`` or a password file; in a URL
it is never repeated.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from importlib import import_module
from typing import Any, Final
from urllib.parse import parse_qsl, urlencode, urlsplit, urlunsplit

from keelmark.columns.schema import KEY
from keelmark.columns.spec import ColumnKind
from keelmark.errors import InputError, StoreFailed
from keelmark.store.checks import check_description, check_names
from keelmark.store.model import Description
from keelmark.store.sql import SqlStore, quoted

__all__ = ["PostgresStore"]

# Drivers come without types.
adbc: Any = import_module("adbc_driver_manager")
driver: Any = import_module("adbc_driver_postgresql.dbapi")

DEFAULT_SCHEMA: Final = "keelmark"
MOST_NAME_BYTES: Final = 63
"""Longer identifiers are cut by the server."""

CONNECTING: Final = {"connect_timeout": "10", "tcp_user_timeout": "60000"}
"""Unless the URL says otherwise: seconds until a server counts as out of reach, and milliseconds
until a silent one counts as gone."""

BATCH_ROWS: Final = 8_192
"""Rows of a page of a scan."""

PLACE: Final = ("block_number", "log_index")
"""What orders the rows of a table."""


class PostgresStore(SqlStore):
    """A store in a PostgreSQL database; see `store.base.Store`."""

    bytes_type = "BYTEA"

    def __init__(self, location: str, *, read_only: bool) -> None:
        self._url, self._schema, shown = _read_url(location)
        super().__init__(shown)
        self._read_only = read_only
        self._connection = self._connect()

    @classmethod
    def open(
        cls, location: str, description: Description | None, *, read_only: bool
    ) -> PostgresStore:
        """Connects, and makes the schema if it is not there; see `store.base.open_store`."""
        store = cls(location, read_only=read_only)
        try:
            store._begin(description)
        except BaseException:
            store.close()
            raise
        return store

    def _begin(self, description: Description | None) -> None:
        """Takes the writer's lock; makes the tables, or compares an old store's description."""
        if not self._read_only:
            lock = "SELECT pg_try_advisory_lock(hashtextextended($1, 0))"
            if not self.query(lock, [f"keelmark {self._schema}"])[0][0]:
                raise StoreFailed(f"store: {self.location} is in use by another writer")
        names = self.query(
            "SELECT tablename::text FROM pg_catalog.pg_tables WHERE schemaname = $1", [self._schema]
        )
        if ("keelmark_description",) not in names:
            if names:
                raise InputError(
                    f"store: schema {self._schema} of {self.location} has tables of something else"
                )
            if description is None or self._read_only:
                raise InputError(f"store: there is none at {self.location}")
            check_names(description, most_bytes=MOST_NAME_BYTES)
            with self.transaction():
                self.change(f"CREATE SCHEMA IF NOT EXISTS {quoted(self._schema)}")
                self.create(description)
        check_description(self.description, description, self.location)

    def _connect(self) -> Any:
        """A session; one that only reads cannot write even by mistake."""
        with self._translated():
            session = driver.connect(self._url, autocommit=True)
            with session.cursor() as cursor:
                cursor.execute("SET client_min_messages = warning")
                # Until the server has looked at a new table it would sort it for every page.
                cursor.execute("SET enable_sort = off")
                if self._read_only:
                    cursor.execute("SET default_transaction_read_only = on")
            return session

    def table_sql(self, name: str, schema: Any) -> list[str]:
        """An event's table, its key, and an index that finds blocks and gives their order."""
        return [
            *super().table_sql(name, schema),
            f"ALTER TABLE {self.named(name)} ADD PRIMARY KEY ({', '.join(KEY)})",
            f"CREATE INDEX ON {self.named(name)} (block_number, log_index)",
        ]

    def named(self, table: str) -> str:
        """A table's whole name."""
        return f"{quoted(self._schema)}.{quoted(table)}"

    def query(self, sql: str, values: Sequence[Any] = ()) -> list[Any]:
        """Rows of a query."""
        with self.lock, self._translated(), self._connection.cursor() as cursor:
            cursor.execute(sql, list(values) or None)
            return list(cursor.fetchall())

    def change(self, sql: str, values: Sequence[Any] = ()) -> None:
        """Runs statements."""
        with self._connection.cursor() as cursor:
            cursor.execute(sql, list(values) or None)

    def delete(self, table: str, where: str) -> int:
        """Deletes rows."""
        gone = f"DELETE FROM {self.named(table)} WHERE {where} RETURNING 1"
        return int(self.query(f"WITH gone AS ({gone}) SELECT count(*) FROM gone")[0][0])

    def append(self, table: str, rows: Any, first_block: int) -> int:  # noqa: ARG002
        """Adds Arrow rows, by way of a temporary table that the transaction's end empties."""
        staged = quoted(f"incoming_{self._places[table]}")
        name = self.named(table)
        self.change(
            f"CREATE TEMPORARY TABLE IF NOT EXISTS {staged} (LIKE {name}) ON COMMIT DELETE ROWS"
        )
        with self._connection.cursor() as cursor:
            cursor.adbc_ingest(staged.strip('"'), rows, mode="append", temporary=True)
        added = f"INSERT INTO {name} SELECT * FROM {staged} ON CONFLICT DO NOTHING RETURNING 1"
        return int(self.query(f"WITH added AS ({added}) SELECT count(*) FROM added")[0][0])

    @property
    def _places(self) -> dict[str, int]:
        """A number for each table, since two of their names may agree in their first 54 bytes."""
        return {table.name: place for place, table in enumerate(self.description.tables)}

    @contextmanager
    def transaction(self) -> Iterator[None]:
        """One transaction of the server."""
        if self._read_only:
            raise StoreFailed(f"store: {self.location} was opened to be read only")
        with self.lock, self._translated():
            self.change("BEGIN")
            try:
                yield
                self.change("COMMIT")
            except BaseException:
                self._roll_back()
                raise

    def _roll_back(self) -> None:
        try:
            self.change("ROLLBACK")
        except adbc.Error:
            # The session is gone, and the server has rolled back for itself.
            return

    def batches(self, table: str, names: Sequence[str], where: str) -> Iterator[Any]:
        """Batches page by page, each from its own moment: no cursor stays open, however many
        tables are read at once and however slowly."""
        columns = ", ".join(quoted(name) for name in [*names, *PLACE])
        beyond = where
        while True:
            page = self._read_page(
                f"SELECT {columns} FROM {table} WHERE {beyond} "
                f"ORDER BY {', '.join(PLACE)} LIMIT {BATCH_ROWS}"
            )
            if page.num_rows == 0:
                return
            last = [page.column(len(names) + place)[-1].as_py() for place in range(len(PLACE))]
            beyond = f"{where} AND ({', '.join(PLACE)}) > ({last[0]}, {last[1]})"
            yield from page.select(range(len(names))).to_batches()

    def _read_page(self, sql: str) -> Any:
        with self.lock, self._translated(), self._connection.cursor() as cursor:
            cursor.execute(sql)
            return cursor.fetch_arrow_table()

    def total_of(self, kind: ColumnKind, column: str) -> str:  # noqa: ARG002
        """A numeric of the server has as many digits as it needs."""
        return f"0, sum({column})::text"

    @contextmanager
    def _translated(self) -> Iterator[None]:
        try:
            yield
        except adbc.Error as error:
            words = " ".join(str(error).split())
            raise StoreFailed(f"store: {self.location}, {words}") from None

    def close(self) -> None:
        """Disconnects, which gives the writer's lock back."""
        try:
            self._connection.close()
        except adbc.Error:
            # Nothing is left to be closed.
            return


def _read_url(location: str) -> tuple[str, str, str]:
    """A location as a URL for the driver, the schema's name, and the text that may be shown.

    Raises:
        InputError: it is no URL, or names no schema.
    """
    try:
        parts = urlsplit(location)
        options = parse_qsl(parts.query, keep_blank_values=True, strict_parsing=bool(parts.query))
        secret = parts.password
    except ValueError:
        raise InputError("store: expected a URL such as postgresql://user@host/database") from None
    schema = dict(options).get("schema", DEFAULT_SCHEMA)
    if not schema or len(schema.encode()) > MOST_NAME_BYTES:
        raise InputError(f"store: schema is {schema!r}, expected 1 to {MOST_NAME_BYTES} bytes")
    passed = [(name, value) for name, value in options if name != "schema"]
    passed += [one for one in CONNECTING.items() if one[0] not in dict(options)]
    url = urlunsplit(parts._replace(query=urlencode(passed)))
    host = parts.netloc.replace(f":{secret}@", "@") if secret else parts.netloc
    shown = [(name, value) for name, value in options if name != "password"]
    return url, schema, urlunsplit(parts._replace(netloc=host, query=urlencode(shown, safe="/")))
