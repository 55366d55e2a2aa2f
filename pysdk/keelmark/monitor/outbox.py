"""The notices that wait to be sent, for whoever sends them: a second hand on the state file."""

from __future__ import annotations

import sqlite3
import threading
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from keelmark.errors import StoreFailed
from keelmark.monitor.state import connect

__all__ = ["Notice", "Outbox"]


@dataclass(frozen=True, slots=True)
class Notice:
    """One notice for one receiver."""

    number: int
    """In the order in which notices were made."""
    key: str
    """Alert's id and the notice's place among those of the alert; the same at every attempt."""
    body: str
    """JSON."""
    made: float
    """Unix seconds."""
    attempts: int
    """That failed so far."""
    due: float
    """Not to be tried before this; Unix seconds."""


class Outbox:
    """Deliveries and how they went. Blocking, while an evaluation is being written; for any
    thread."""

    def __init__(self, path: Path) -> None:
        self._path = path
        self._connection = connect(path)
        self._guard = threading.Lock()

    def _run(self, sql: str, values: tuple[Any, ...] = ()) -> list[tuple[Any, ...]]:
        try:
            with self._guard:
                return self._connection.execute(sql, values).fetchall()
        except sqlite3.Error as error:
            raise StoreFailed(f"state: {self._path} cannot be written, {error}") from None

    def next(self, sink: str) -> Notice | None:
        """A receiver's oldest notice that waits; None if none does."""
        rows = self._run(
            "SELECT n.number, n.key, n.body, n.made, d.attempts, d.due FROM deliveries d "
            "JOIN notices n ON n.number = d.notice "
            "WHERE d.sink = ? AND d.status = 'waiting' ORDER BY d.notice LIMIT 1",
            (sink,),
        )
        return Notice(*rows[0]) if rows else None

    def delivered(self, sink: str, notice: Notice) -> None:
        """It has arrived."""
        self._run(
            "UPDATE deliveries SET status = 'delivered', attempts = ?, reason = '' "
            "WHERE sink = ? AND notice = ?",
            (notice.attempts + 1, sink, notice.number),
        )

    def failed(self, sink: str, notice: Notice, due: float, reason: str) -> None:
        """It has not; it is due again."""
        self._run(
            "UPDATE deliveries SET attempts = attempts + 1, due = ?, reason = ? "
            "WHERE sink = ? AND notice = ?",
            (due, reason, sink, notice.number),
        )

    def give_up(self, sink: str, notice: Notice, reason: str) -> None:
        """It will not be tried again; it stays in the file."""
        self._run(
            "UPDATE deliveries SET status = 'dead', reason = ? WHERE sink = ? AND notice = ?",
            (reason, sink, notice.number),
        )

    def shorten(self, sink: str, most: int) -> int:
        """Gives up a receiver's oldest notices beyond a number.

        Returns:
            how many.
        """
        waiting = self.waiting(sink)
        if waiting <= most:
            return 0
        self._run(
            "UPDATE deliveries SET status = 'dead', reason = 'the queue was full' "
            "WHERE sink = ? AND notice IN (SELECT notice FROM deliveries "
            "WHERE sink = ? AND status = 'waiting' ORDER BY notice LIMIT ?)",
            (sink, sink, waiting - most),
        )
        return waiting - most

    def waiting(self, sink: str) -> int:
        """How many notices wait for a receiver."""
        rows = self._run(
            "SELECT count(*) FROM deliveries WHERE sink = ? AND status = 'waiting'", (sink,)
        )
        return int(rows[0][0])

    def strangers(self, sinks: tuple[str, ...]) -> dict[str, int]:
        """Receivers that are not among the given ones, and how many notices wait for each."""
        rows = self._run(
            "SELECT sink, count(*) FROM deliveries WHERE status = 'waiting' GROUP BY sink"
        )
        return {sink: count for sink, count in rows if sink not in sinks}

    def close(self) -> None:
        """Lets go of the file."""
        self._connection.close()
