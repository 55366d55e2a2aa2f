"""What a monitor remembers, in one SQLite file: what it evaluated, its alerts, its outbox.

The blocks that were evaluated and the alerts that came of them are written in one transaction, so
that after a kill at any instruction either both are there or neither is; then the same blocks give
the same alerts, with the same ids. One monitor at a time has the file.
"""

from __future__ import annotations

import fcntl
import json
import os
import sqlite3
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Final

from keelmark.errors import InputError, StoreFailed

__all__ = ["Evaluated", "State"]

VERSION: Final = "1"

_SCHEMA: Final = """
CREATE TABLE IF NOT EXISTS meta (key TEXT PRIMARY KEY, value TEXT NOT NULL) WITHOUT ROWID;
CREATE TABLE IF NOT EXISTS evaluated (
    number INTEGER PRIMARY KEY, hash BLOB NOT NULL, final INTEGER NOT NULL,
    rows INTEGER NOT NULL);
CREATE TABLE IF NOT EXISTS alerts (
    id TEXT PRIMARY KEY, detector TEXT NOT NULL, subject TEXT NOT NULL, severity TEXT NOT NULL,
    status TEXT NOT NULL, sequence INTEGER NOT NULL, suspended INTEGER NOT NULL DEFAULT 0,
    block INTEGER NOT NULL, body TEXT NOT NULL,
    ended_block INTEGER, ended TEXT, end_suspended INTEGER NOT NULL DEFAULT 0) WITHOUT ROWID;
CREATE INDEX IF NOT EXISTS alerts_by_status ON alerts (status);
CREATE INDEX IF NOT EXISTS alerts_by_block ON alerts (block);
CREATE TABLE IF NOT EXISTS notices (
    number INTEGER PRIMARY KEY AUTOINCREMENT, key TEXT NOT NULL UNIQUE, body TEXT NOT NULL,
    made REAL NOT NULL);
CREATE TABLE IF NOT EXISTS deliveries (
    sink TEXT NOT NULL, notice INTEGER NOT NULL REFERENCES notices (number),
    status TEXT NOT NULL, attempts INTEGER NOT NULL DEFAULT 0, due REAL NOT NULL,
    reason TEXT NOT NULL DEFAULT '', PRIMARY KEY (sink, notice)) WITHOUT ROWID;
CREATE INDEX IF NOT EXISTS deliveries_waiting ON deliveries (sink, notice)
    WHERE status = 'waiting';
"""


@dataclass(frozen=True, slots=True)
class Evaluated:
    """A block that was evaluated."""

    number: int
    hash: bytes
    final: bool
    """Whether it was finalized then."""
    rows: bool
    """Whether it had any event."""


def connect(path: Path) -> sqlite3.Connection:
    """A connection to a state file, made if it is not there.

    Raises:
        StoreFailed: it cannot be opened, or is none.
    """
    try:
        # Each connection is used by one thread at a time, not always by the same one.
        connection = sqlite3.connect(
            path, timeout=30, isolation_level=None, check_same_thread=False
        )
        connection.execute("PRAGMA journal_mode = WAL")
        # A power cut may undo the last transactions, whole: the blocks are then evaluated again.
        connection.execute("PRAGMA synchronous = NORMAL")
        connection.executescript(_SCHEMA)
    except sqlite3.Error as error:
        raise StoreFailed(f"state: {path} cannot be opened, {error}") from None
    return connection


class State:
    """The file, for the one that evaluates."""

    def __init__(self, path: Path, subject: str) -> None:
        """Opens the file, or makes it.

        Args:
            path: of the file.
            subject: what is watched; a file of something else is refused.

        Raises:
            InputError: it is about something else, or of another version.
            StoreFailed: another monitor has it, or it cannot be opened.
        """
        self.path = path
        self._lock = _locked(path)
        self._connection = connect(path)
        known = self._meta("subject")
        if known is None:
            with self.transaction():
                self.note("version", VERSION)
                self.note("subject", subject)
        elif self._meta("version") != VERSION:
            self.close()
            raise InputError(f"state: {path} is of another version, expected {VERSION}")
        elif known != subject:
            self.close()
            raise InputError(f"state: {path} is about {known}, expected {subject}")

    @contextmanager
    def transaction(self) -> Iterator[None]:
        """All that is written inside, or nothing.

        Raises:
            StoreFailed: the disk is full, say; then nothing was written.
        """
        try:
            self._connection.execute("BEGIN IMMEDIATE")
            try:
                yield
                self._connection.execute("COMMIT")
            except BaseException:
                if self._connection.in_transaction:
                    self._connection.execute("ROLLBACK")
                raise
        except sqlite3.Error as error:
            raise StoreFailed(f"state: {self.path} cannot be written, {error}") from None

    def query(self, sql: str, values: tuple[Any, ...] = ()) -> list[tuple[Any, ...]]:
        """Rows of a query.

        Raises:
            StoreFailed: the file cannot be read.
        """
        try:
            return self._connection.execute(sql, values).fetchall()
        except sqlite3.Error as error:
            raise StoreFailed(f"state: {self.path} cannot be read, {error}") from None

    def run(self, sql: str, values: tuple[Any, ...] = ()) -> None:
        """Runs a statement inside a `transaction`."""
        self._connection.execute(sql, values)

    def _meta(self, key: str) -> str | None:
        rows = self.query("SELECT value FROM meta WHERE key = ?", (key,))
        return str(rows[0][0]) if rows else None

    def note(self, key: str, value: str) -> None:
        """Notes a value; inside a `transaction`."""
        self.run("INSERT OR REPLACE INTO meta VALUES (?, ?)", (key, value))

    # Blocks

    @property
    def first_block(self) -> int | None:
        """The first block that is to be evaluated; None in a new file."""
        found = self._meta("first_block")
        return None if found is None else int(found)

    def evaluated(self) -> list[Evaluated]:
        """Blocks that are remembered as evaluated, the newest first."""
        rows = self.query("SELECT number, hash, final, rows FROM evaluated ORDER BY number DESC")
        return [Evaluated(row[0], row[1], bool(row[2]), bool(row[3])) for row in rows]

    def evaluate(self, block: Evaluated, keep_above: int) -> None:
        """Remembers a block as evaluated; of those up to `keep_above`, the newest alone stays."""
        self.run(
            "INSERT OR REPLACE INTO evaluated VALUES (?, ?, ?, ?)",
            (block.number, block.hash, block.final, block.rows),
        )
        self.run(
            "DELETE FROM evaluated WHERE number < "
            "(SELECT max(number) FROM evaluated WHERE number <= ?)",
            (keep_above,),
        )

    def forget_above(self, number: int) -> None:
        """Forgets that blocks above a height were evaluated."""
        self.run("DELETE FROM evaluated WHERE number > ?", (number,))

    # Outbox

    def send(self, key: str, body: dict[str, Any], sinks: tuple[str, ...], now: float) -> None:
        """Puts a notice into the outbox, for every receiver; inside a `transaction`."""
        text = json.dumps(body, separators=(",", ":"), ensure_ascii=False)
        self.run("INSERT INTO notices (key, body, made) VALUES (?, ?, ?)", (key, text, now))
        for sink in sinks:
            self.run(
                "INSERT INTO deliveries (sink, notice, status, due) "
                "SELECT ?, max(number), 'waiting', ? FROM notices",
                (sink, now),
            )

    def close(self) -> None:
        """Lets go of the file."""
        self._connection.close()
        os.close(self._lock)


def _locked(path: Path) -> int:
    """The file's lock, held until it is closed or the process ends."""
    try:
        path.parent.mkdir(parents=True, exist_ok=True)
        handle = os.open(f"{path}.lock", os.O_RDWR | os.O_CREAT | os.O_CLOEXEC, 0o600)
    except OSError as error:
        raise StoreFailed(f"state: {path} cannot be made, {error.strerror}") from None
    try:
        fcntl.flock(handle, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except OSError:
        os.close(handle)
        raise StoreFailed(f"state: {path} is in use by another monitor") from None
    return handle
