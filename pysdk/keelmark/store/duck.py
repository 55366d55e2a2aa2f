"""A store in a DuckDB file: the default, for one machine.

One process writes, and while it does no other process can open the file; many may read it when
nobody writes. In the writer's own process it can be read at the same time. Rows go in from Arrow as
they are, in chain order, and no index is kept over them: row groups know their lowest and highest
block, so that a range of blocks is found without one.
"""

from __future__ import annotations

import os
import threading
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from importlib import import_module
from pathlib import Path
from typing import Any, Final

from keelmark.columns.spec import ColumnKind
from keelmark.errors import InputError, StoreFailed
from keelmark.store.checks import check_description, check_names
from keelmark.store.model import Description
from keelmark.store.sql import SqlStore, quoted

__all__ = ["DuckStore"]

# DuckDB's own types do not cover its errors.
duckdb: Any = import_module("duckdb")

SETTINGS: Final = {
    "memory_limit": "48MB",
    "threads": 2,
    # Fewer and larger moves from the log to the file: a quarter faster, and soon read back.
    "checkpoint_threshold": "32MB",
    # Hashes do not get smaller; to try costs more than all the rest of an insertion.
    "disabled_compression_methods": "fsst,dict_fsst,zstd",
    "autoinstall_known_extensions": False,
    "autoload_known_extensions": False,
    # It passes over row groups by what deleted rows were: in 2.0.1 ORDER BY with LIMIT then gives
    # rows that are not the first ones.
    "disabled_optimizers": "row_group_pruner",
}
"""Modest: a reader's whole process is to stay small, and DuckDB spills to disk beyond this."""

_SMALL_GROUPS: Final = "ROW_GROUP_SIZE 24576"
"""A fifth of DuckDB's own size, for a new file: it holds a few of them while it appends."""

BATCH_ROWS: Final = 8_192
"""Rows of a batch of a scan."""


class DuckStore(SqlStore):
    """A store in a DuckDB file; see `store.base.Store`."""

    bytes_type = "BLOB"

    def __init__(self, location: str, connection: Any, shared: _Shared, read_only: bool) -> None:
        super().__init__(location)
        self._connection = connection
        self._shared = shared
        self._read_only = read_only
        self._ours: set[str] = set()
        """Tables that are known to have no row beyond the newest checkpoint."""

    @classmethod
    def open(cls, location: str, description: Description | None, *, read_only: bool) -> DuckStore:
        """Opens the file, or makes it; see `store.base.open_store`."""
        path = Path(location.removeprefix("duckdb:"))
        if not path.exists():
            if description is None or read_only:
                raise InputError(f"store: there is none at {path}")
            check_names(description)
        shared = _Shared.of(path, location, read_only)
        store = cls(location, shared.session(), shared, read_only)
        try:
            store._begin(description)
        except BaseException:
            store.close()
            raise
        return store

    def _begin(self, description: Description | None) -> None:
        """Makes the tables of a new file, or compares an old one's description."""
        names = {
            row[0]
            for row in self.query(
                "SELECT table_name FROM duckdb_tables() WHERE database_name = 'store'"
            )
        }
        if not names and description is not None and not self._read_only:
            check_names(description)
            with self.transaction():
                self.create(description)
        elif "keelmark_description" not in names:
            raise InputError(f"store: {self.location} is no store of keelmark")
        check_description(self.description, description, self.location)

    def named(self, table: str) -> str:
        """A table's whole name."""
        return f"store.main.{quoted(table)}"

    def query(self, sql: str, values: Sequence[Any] = ()) -> list[Any]:
        """Rows of a query."""
        with self.lock, self._translated():
            return list(self._connection.execute(sql, list(values)).fetchall())

    def change(self, sql: str, values: Sequence[Any] = ()) -> None:
        """Runs a statement."""
        self._connection.execute(sql, list(values))

    def delete(self, table: str, where: str) -> int:
        """Deletes rows."""
        return int(self.query(f"DELETE FROM {self.named(table)} WHERE {where}")[0][0])

    def append(self, table: str, rows: Any, first_block: int) -> int:
        """Adds Arrow rows. As a rule no row of these blocks is there, which the row groups tell at
        once; then the rows keep their order on their way in. From then on nobody else can have
        added any."""
        name = self.named(table)
        there = f"SELECT block_hash, log_index FROM {name} WHERE block_number >= {first_block}"
        self._connection.register("incoming", rows)
        try:
            rest = ""
            if table not in self._ours and self.query(f"{there} LIMIT 1"):
                rest = f"WHERE (block_hash, log_index) NOT IN ({there})"
            added = int(self.query(f"INSERT INTO {name} SELECT * FROM incoming {rest}")[0][0])
            if not rest:
                self._ours.add(table)
            return added
        finally:
            self._connection.unregister("incoming")

    @contextmanager
    def transaction(self) -> Iterator[None]:
        """One transaction of DuckDB, on disk when it ends."""
        if self._read_only:
            raise StoreFailed(f"store: {self.location} was opened to be read only")
        with self.lock, self._translated():
            self._connection.execute("BEGIN TRANSACTION")
            try:
                yield
                self._connection.execute("COMMIT")
            except BaseException:
                self._roll_back()
                raise

    def _roll_back(self) -> None:
        try:
            self._connection.execute("ROLLBACK")
        except duckdb.Error:
            # The failure that led here has ended the transaction already.
            return

    def batches(self, table: str, names: Sequence[str], where: str) -> Iterator[Any]:
        """Batches from one moment of the store, by a session of their own. Rows were added in
        chain order and DuckDB keeps the order of insertion."""
        columns = ", ".join(quoted(name) for name in names)
        with self._translated():
            session = self._shared.session()
            try:
                query = session.sql(f"SELECT {columns} FROM {table} WHERE {where}")
                yield from query.to_arrow_reader(BATCH_ROWS)
            finally:
                session.close()

    def total_of(self, kind: ColumnKind, column: str) -> str:
        """Sums of 38 digits overflow: the parts above and below 10^18 are added apart, as
        integers of 128 bits (a division of decimals would go through floating point)."""
        if kind == ColumnKind.INTEGER:
            return f"0, sum({column})"
        unit = f"{10**18}::HUGEINT"
        return f"sum({column}::HUGEINT // {unit}), sum({column}::HUGEINT % {unit})"

    @contextmanager
    def _translated(self) -> Iterator[None]:
        try:
            yield
        except duckdb.Error as error:
            raise _failed(self.location, error) from None

    def close(self) -> None:
        """Lets go of the file."""
        self._connection.close()
        self._shared.leave()


class _Shared:
    """A file that this process has open, with one writer or none, and any number of readers."""

    _open: Final[dict[str, _Shared]] = {}
    _guard: Final = threading.Lock()

    def __init__(self, key: str, connection: Any, read_only: bool) -> None:
        self.key = key
        self.connection = connection
        self.read_only = read_only
        self.users = 0
        self.process = os.getpid()

    @classmethod
    def of(cls, path: Path, location: str, read_only: bool) -> _Shared:
        """The file, opened if it is not.

        Raises:
            StoreFailed: it is in use, or no file of DuckDB.
        """
        key = str(path.resolve())
        with cls._guard:
            found = cls._open.get(key)
            if found is not None and found.process == os.getpid():
                if not read_only:
                    raise StoreFailed(f"store: {location} is in use by another writer")
            else:
                found = cls(key, _attached(path, location, read_only), read_only)
                cls._open[key] = found
            found.users += 1
        return found

    def session(self) -> Any:
        """A connection of its own to the open file."""
        return self.connection.cursor()

    def leave(self) -> None:
        """One user less; the last one closes the file."""
        with self._guard:
            self.users -= 1
            if self.users == 0:
                self._open.pop(self.key, None)
                self.connection.close()


def _attached(path: Path, location: str, read_only: bool) -> Any:
    """A connection with the file attached as ``store``.

    The type is named: without it DuckDB goes by the file's content, takes a JSON file for a view in
    memory and everything written into it is gone at the end.
    """
    if path.is_dir():
        raise StoreFailed(
            f"store: {location or path} is a folder, expected a DuckDB file; a folder of others is "
            "named parquet:DIR or delta:DIR"
        )
    try:
        connection = duckdb.connect(":memory:", config=SETTINGS)
        name = str(path).replace("'", "''")
        mode = " (TYPE duckdb, READ_ONLY)" if read_only else f" (TYPE duckdb, {_SMALL_GROUPS})"
        connection.execute(f"ATTACH '{name}' AS store{mode}")
    except duckdb.Error as error:
        raise _failed(location, error) from None
    return connection


def _failed(location: str, error: Exception) -> StoreFailed:
    """DuckDB's words as one sentence."""
    words = str(error).splitlines()[0] if str(error) else type(error).__name__
    if "Could not set lock" in words or "Conflicting lock" in words:
        return StoreFailed(
            f"store: {location} is in use by another process; a writer is alone with it: end the "
            "other, ask it (keelmark serve), or keep a store of another kind, which many can open"
        )
    return StoreFailed(f"store: {location}, {words}")
