"""A store in a database, whichever it is: one table an event, and five tables of its own.

A kind gives the few things that databases do differently: how a transaction is held, how Arrow goes
in and comes out. Statements are of the SQL that both speak, with numbered parameters.
"""

from __future__ import annotations

import threading
from abc import ABC, abstractmethod
from collections.abc import Iterator, Sequence
from contextlib import AbstractContextManager
from importlib import import_module
from typing import Any, Final

from rlp.codec import decode, encode

from keelmark.columns.schema import arrow_schema
from keelmark.columns.spec import ColumnKind
from keelmark.errors import InputError
from keelmark.store.checks import check_rewind, check_rows, is_next, summable, wanted_columns
from keelmark.store.model import Checkpoint, Description, Header, Heads, RootProof, RowSet
from keelmark.store.sql_rows import between, in_types
from keelmark.store.state import MANY, merged, shortened

__all__ = ["OWN_TABLES", "SqlStore", "quoted"]

# Arrow comes without types.
pa: Any = import_module("pyarrow")

OWN_TABLES: Final = {
    "keelmark_description": "description TEXT NOT NULL",
    "keelmark_heads": "latest BIGINT, safe BIGINT, finalized BIGINT",
    "keelmark_headers": (
        "number BIGINT NOT NULL, hash {bytes} NOT NULL, parent_hash {bytes} NOT NULL, "
        "time BIGINT NOT NULL"
    ),
    "keelmark_checkpoints": (
        "first_block BIGINT NOT NULL, last_block BIGINT NOT NULL, last_hash {bytes} NOT NULL, "
        "last_time BIGINT NOT NULL, latest BIGINT NOT NULL, safe BIGINT, finalized BIGINT, "
        "row_count BIGINT NOT NULL, read_at BIGINT NOT NULL"
    ),
    "keelmark_proofs": (
        "contract {bytes} NOT NULL, block_number BIGINT NOT NULL, block_hash {bytes} NOT NULL, "
        "header {bytes} NOT NULL, root {bytes} NOT NULL, account {bytes} NOT NULL, "
        "storage {bytes} NOT NULL"
    ),
}
"""A store's own tables. There is one row of heads, of nulls before they are known. The nodes of a
proof are one RLP list."""


def quoted(name: str) -> str:
    """An identifier as SQL spells it, capitals and all."""
    return '"' + name.replace('"', '""') + '"'


class SqlStore(ABC):
    """A store in a database; see `store.base.Store`."""

    location: str
    bytes_type: str
    """The database's name for bytes."""

    def __init__(self, location: str) -> None:
        self.location = location
        self.lock = threading.RLock()
        """Held by whoever uses the session."""
        self._description: Description | None = None
        self._newest: Checkpoint | None = None
        """The newest checkpoint, for the writer, who makes them all; None if it has to be asked."""
        self._untidy = MANY
        """How many checkpoints have been made since the last tidying, or were there before."""

    @abstractmethod
    def named(self, table: str) -> str:
        """A table's whole name, quoted."""

    @abstractmethod
    def query(self, sql: str, values: Sequence[Any] = ()) -> list[Any]:
        """Rows of a query, read at once, as tuples."""

    @abstractmethod
    def change(self, sql: str, values: Sequence[Any] = ()) -> None:
        """Runs a statement inside `transaction`."""

    @abstractmethod
    def delete(self, table: str, where: str) -> int:
        """Deletes rows inside `transaction`; gives how many."""

    @abstractmethod
    def append(self, table: str, rows: Any, first_block: int) -> int:
        """Adds Arrow rows inside `transaction`, except those that are there by their key, which
        can only be in blocks from the first one on; gives how many it added."""

    @abstractmethod
    def transaction(self) -> AbstractContextManager[None]:
        """Everything inside it happens or nothing. Raises `StoreFailed` for the database's own
        errors, and where the store was opened to read only."""

    @abstractmethod
    def batches(self, table: str, names: Sequence[str], where: str) -> Iterator[Any]:
        """Rows of a table in chain order as RecordBatches of bounded size, their types as the
        database gives them.

        Args:
            table: quoted, whole.
            names: columns wanted.
            where: a condition on blocks.
        """

    @abstractmethod
    def close(self) -> None:
        """Lets go of files and connections."""

    @abstractmethod
    def total_of(self, kind: ColumnKind, column: str) -> str:
        """SQL that adds a column up to one or two numbers: a count of 10^18s, and the rest."""

    # --- description ---

    def create(self, description: Description) -> None:
        """Makes every table inside `transaction`, and writes down what the store is about."""
        for name, columns in OWN_TABLES.items():
            text = columns.format(bytes=self.bytes_type)
            self.change(f"CREATE TABLE {self.named(name)} ({text})")
        for table in description.tables:
            for statement in self.table_sql(table.name, arrow_schema(table)):
                self.change(statement)
        self._insert("keelmark_heads", [None, None, None])
        self._insert("keelmark_description", [description.to_text()])

    def table_sql(self, name: str, schema: Any) -> list[str]:
        """The statements that make an event's table, the first of them without its key."""
        columns = ", ".join(
            f"{quoted(field.name)} {self.type_of(field.type)} NOT NULL" for field in schema
        )
        return [f"CREATE TABLE {self.named(name)} ({columns})"]

    def type_of(self, kind: Any) -> str:
        """The database's type for an Arrow type."""
        if pa.types.is_decimal(kind):
            return "DECIMAL(38, 0)"
        if pa.types.is_boolean(kind):
            return "BOOLEAN"
        if pa.types.is_integer(kind):
            return "INTEGER" if kind.bit_width == 32 else "BIGINT"
        return self.bytes_type

    @property
    def description(self) -> Description:
        """What the store is about."""
        if self._description is None:
            rows = self.query(f"SELECT description FROM {self.named('keelmark_description')}")
            if len(rows) != 1:
                raise InputError(f"store: {self.location} is no store of keelmark")
            self._description = Description.from_text(rows[0][0], self.location)
        return self._description

    # --- how far ---

    def checkpoint(self) -> Checkpoint | None:
        """The newest checkpoint."""
        newest = f"SELECT max(last_block) FROM {self.named('keelmark_checkpoints')}"
        found = self._checkpoints(f"WHERE last_block = ({newest})")
        return found[0] if found else None

    def checkpoints(self) -> tuple[Checkpoint, ...]:
        """Every checkpoint, by height."""
        return self._checkpoints("ORDER BY last_block")

    def _checkpoints(self, rest: str, values: Sequence[Any] = ()) -> tuple[Checkpoint, ...]:
        rows = self.query(f"SELECT * FROM {self.named('keelmark_checkpoints')} {rest}", values)
        return tuple(
            Checkpoint(first, last, last_hash, time, Heads(*heads), count, read_at)
            for first, last, last_hash, time, *heads, count, read_at in rows
        )

    def heads(self) -> Heads | None:
        """The chain's heads as last noted."""
        rows = self.query(f"SELECT * FROM {self.named('keelmark_heads')}")
        return None if rows[0][0] is None else Heads(*rows[0])

    def headers(self, first: int, last: int) -> tuple[Header, ...]:
        """Headers that are remembered, by height."""
        rows = self.query(
            f"SELECT * FROM {self.named('keelmark_headers')} "
            "WHERE number BETWEEN $1 AND $2 ORDER BY number",
            [first, last],
        )
        return tuple(Header(*row) for row in rows)

    # --- what is written ---

    def commit(self, rows: RowSet) -> int:
        """Adds a row set whole."""
        with self.lock:
            point, newest = rows.checkpoint, self._newest or self.checkpoint()
            if not is_next(point, newest, self.description.first_block):
                return 0
            full = check_rows(rows, self.description)
            self._newest = None
            with self.transaction():
                added = sum(
                    self.append(name, table, point.first_block) for name, table in full.items()
                )
                self._add_headers(rows.headers)
                self._add_checkpoint(point)
                self._set_heads(point.heads)
                self._add_proofs(rows.proofs)
            self._newest = point
            self._untidy += 1
            self._tidy(point.heads.finalized)
        return added

    def rewind(self, last: Header) -> int:
        """Removes everything above a block, whole."""
        with self.lock:
            newest = self.checkpoint()
            if newest is None or newest.last_block <= last.number:
                return 0
            check_rewind(last, self.headers(last.number, last.number))
            ends = f"SELECT last_block FROM {self.named('keelmark_checkpoints')}"
            across = f"WHERE first_block <= $1 AND last_block > $1 AND $1 NOT IN ({ends})"
            cut = self._checkpoints(across, [last.number])
            self._newest = None
            with self.transaction():
                above = int(last.number)
                removed = sum(
                    self.delete(table.name, f"block_number > {above}")
                    for table in self.description.tables
                )
                self.delete("keelmark_proofs", f"block_number > {above}")
                self.delete("keelmark_headers", f"number > {above}")
                self.delete("keelmark_checkpoints", f"last_block > {above}")
                for point in cut:
                    self._add_checkpoint(self._shortened(point, last))
                    self.delete("keelmark_headers", f"number = {above}")
                    self._add_headers([last])
        return removed

    def _shortened(self, point: Checkpoint, last: Header) -> Checkpoint:
        """A checkpoint that ends at an earlier block."""
        kept = sum(self._count(table.name, point.first_block) for table in self.description.tables)
        return shortened(point, last, kept)

    def note(self, heads: Heads, proofs: Sequence[RootProof] = ()) -> None:
        """Notes how final the chain has become, and proofs."""
        with self.lock, self.transaction():
            self._set_heads(heads)
            self._add_proofs(proofs)
            if heads.finalized is not None:
                ends = f"SELECT last_block FROM {self.named('keelmark_checkpoints')}"
                self.delete(
                    "keelmark_headers",
                    f"number <= {int(heads.finalized)} AND number NOT IN ({ends})",
                )
        self._tidy(heads.finalized)

    def _tidy(self, finalized: int | None) -> None:
        """Now and then, makes few large checkpoints of many small ones that are finalized."""
        with self.lock:
            if finalized is None or self._untidy < MANY:
                return
            proved = self.query(f"SELECT block_number FROM {self.named('keelmark_proofs')}")
            groups = merged(self.checkpoints(), finalized, {row[0] for row in proved})
            if groups:
                self._newest = None
                with self.transaction():
                    for _, point in groups:
                        first, last = int(point.first_block), int(point.last_block)
                        self.delete(
                            "keelmark_checkpoints", f"last_block BETWEEN {first} AND {last}"
                        )
                        self.delete("keelmark_headers", f"number BETWEEN {first} AND {last - 1}")
                        self._add_checkpoint(point)
            self._untidy = 0

    def _set_heads(self, heads: Heads) -> None:
        self.change(
            f"UPDATE {self.named('keelmark_heads')} SET latest = $1, safe = $2, finalized = $3",
            [heads.latest, heads.safe, heads.finalized],
        )

    def _add_headers(self, headers: Sequence[Header]) -> None:
        """Headers of blocks that none is remembered of."""
        for one in headers:
            self._insert("keelmark_headers", [one.number, one.hash, one.parent_hash, one.time])

    def _add_checkpoint(self, point: Checkpoint) -> None:
        heads = point.heads
        self._insert(
            "keelmark_checkpoints",
            [
                point.first_block,
                point.last_block,
                point.last_hash,
                point.last_time,
                heads.latest,
                heads.safe,
                heads.finalized,
                point.rows,
                point.read_at,
            ],
        )

    def _add_proofs(self, proofs: Sequence[RootProof]) -> None:
        for one in proofs:
            self.change(
                f"DELETE FROM {self.named('keelmark_proofs')} "
                "WHERE contract = $1 AND block_number = $2",
                [one.contract, one.block_number],
            )
            nodes = [encode(list(one.account)), encode(list(one.storage))]
            self._insert(
                "keelmark_proofs",
                [one.contract, one.block_number, one.block_hash, one.header, one.root, *nodes],
            )

    def _insert(self, table: str, values: Sequence[Any]) -> None:
        places = ", ".join(f"${place}" for place in range(1, len(values) + 1))
        self.change(f"INSERT INTO {self.named(table)} VALUES ({places})", values)

    # --- what is read ---

    def proofs(self, contract: bytes | None = None) -> tuple[RootProof, ...]:
        """Proofs of report chains' roots, by height."""
        rows = self.query(
            f"SELECT * FROM {self.named('keelmark_proofs')} ORDER BY block_number, contract"
        )
        return tuple(
            RootProof(
                row[0],
                row[1],
                row[2],
                row[3],
                row[4],
                tuple(decode(row[5])),
                tuple(decode(row[6])),
            )
            for row in rows
            if contract is None or row[0] == contract
        )

    def count(self, table: str) -> int:
        """Rows of a table."""
        return self._count(self.description.table(table).name, None)

    def _count(self, table: str, first_block: int | None) -> int:
        where = between(first_block, None)
        return int(self.query(f"SELECT count(*) FROM {self.named(table)} WHERE {where}")[0][0])

    def table_beyond(self, last: int) -> str | None:
        """A table that has rows above a block; None if none has."""
        rows = self.query(
            " UNION ALL ".join(
                f"SELECT {place} WHERE EXISTS "
                f"(SELECT 1 FROM {self.named(table.name)} WHERE block_number > {int(last)})"
                for place, table in enumerate(self.description.tables)
            )
        )
        return self.description.tables[rows[0][0]].name if rows else None

    def scan(
        self,
        table: str,
        *,
        columns: Sequence[str] | None = None,
        first_block: int | None = None,
        last_block: int | None = None,
    ) -> Iterator[Any]:
        """Rows of a table as RecordBatches, in chain order."""
        schema = wanted_columns(self.description.table(table), columns)
        where = between(first_block, last_block)
        return in_types(self.batches(self.named(table), schema.names, where), schema)

    def total(
        self,
        table: str,
        column: str,
        *,
        first_block: int | None = None,
        last_block: int | None = None,
    ) -> int:
        """The exact sum of a column."""
        kind = summable(self.description.table(table), column)
        where = between(first_block, last_block)
        sql = f"SELECT {self.total_of(kind, quoted(column))} FROM {self.named(table)} WHERE {where}"
        high, low = (int(part or 0) for part in self.query(sql)[0])
        return high * 10**18 + low
