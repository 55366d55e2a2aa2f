"""The interface of every store, and how one is named."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from importlib import import_module
from typing import Any, Protocol, cast

from keelmark.errors import InputError
from keelmark.store.joints import settle
from keelmark.store.model import Checkpoint, Description, Header, Heads, RootProof, RowSet

__all__ = ["Store", "open_store"]


class Store(Protocol):
    """Rows of one deployment on one chain, exactly once each.

    Blocking. One writer at a time; a second one is refused. Every method raises `StoreFailed`, one
    sentence, where the disk is full or the database has gone, and then nothing of what it was
    about to write is there.
    """

    location: str
    """As given to `open_store`, without a password."""

    @property
    def description(self) -> Description:
        """What the store is about."""

    def checkpoint(self) -> Checkpoint | None:
        """The newest checkpoint; None if nothing has been committed yet. Blocks up to its last
        one are read, without a gap, from the description's first block on."""

    def checkpoints(self) -> tuple[Checkpoint, ...]:
        """Every checkpoint, in the order of blocks."""

    def heads(self) -> Heads | None:
        """The chain's heads as last noted, by `commit` or `note`."""

    def headers(self, first: int, last: int) -> tuple[Header, ...]:
        """The headers that are remembered of a range of blocks, both ends included, by height."""

    def commit(self, rows: RowSet) -> int:
        """Adds a row set whole. Rows that are there already (by `columns.KEY`) are not added
        again, and a row set whose last block is not beyond the newest checkpoint is a no-op.

        Returns:
            how many rows were added.

        Raises:
            InputError: its first block is not the one after the newest checkpoint's last.
            StoreFailed: it could not be written; the store is as it was.
        """

    def rewind(self, last: Header) -> int:
        """Removes every row, header, proof and checkpoint above a block, whole; a checkpoint that
        reaches beyond it ends there afterwards.

        Args:
            last: the newest block that stays; one that is below the description's first block
                removes everything.

        Returns:
            how many rows were removed.
        """

    def note(self, heads: Heads, proofs: Sequence[RootProof] = ()) -> None:
        """Notes how final the chain has become, and proofs made meanwhile; forgets headers of
        finalized blocks that are the last of no checkpoint."""

    def proofs(self, contract: bytes | None = None) -> tuple[RootProof, ...]:
        """Proofs of report chains' roots, by height."""

    def count(self, table: str) -> int:
        """Rows of a table."""

    def scan(
        self,
        table: str,
        *,
        columns: Sequence[str] | None = None,
        first_block: int | None = None,
        last_block: int | None = None,
    ) -> Iterator[Any]:
        """Rows of a table as pyarrow RecordBatches of `columns.arrow_schema`, in chain order (block
        number, then log index), of bounded size each.

        Raises:
            InputError: no such table or column.
        """

    def total(
        self,
        table: str,
        column: str,
        *,
        first_block: int | None = None,
        last_block: int | None = None,
    ) -> int:
        """The exact sum of an amount or integer column, however many digits it has.

        Raises:
            InputError: no such table or column, or one that does not add up.
        """

    def close(self) -> None:
        """Lets go of files and connections."""


_KINDS = {
    "duckdb": ("keelmark.store.duck", "DuckStore"),
    "parquet": ("keelmark.store.parquet", "ParquetStore"),
    "postgres": ("keelmark.store.postgres", "PostgresStore"),
    "delta": ("keelmark.store.delta", "DeltaStore"),
}

_SCHEME = re.compile(r"([A-Za-z][\w+.-]+):")
"""A word of two letters or more: a single one is a drive."""


def kind_of(location: str) -> str:
    """Which kind of store a location names.

    ``postgresql://…`` is a PostgreSQL database, ``delta:DIR`` (or an object store's URL behind it)
    Delta Lake, ``parquet:DIR`` a Parquet dataset, anything else a DuckDB file.

    Raises:
        InputError: a word and a colon in front, and none of these.
    """
    found = _SCHEME.match(location)
    scheme = found[1].lower() if found else "duckdb"
    if scheme in ("postgres", "postgresql"):
        return "postgres"
    if scheme not in _KINDS:
        raise InputError(
            f"store: {scheme}: is no kind of store, expected a file, parquet:DIR, delta:DIR or "
            "postgresql://USER@HOST/DATABASE"
        )
    return scheme


def open_store(
    location: str, description: Description | None = None, *, read_only: bool = False
) -> Store:
    """Opens a store, or makes it.

    Args:
        location: see `kind_of`.
        description: what it must be about; a new store is made only if this is given.
        read_only: readers may be many, and change nothing.

    Raises:
        InputError: there is no store and none may be made; it is about something else; it was
            written by another version.
        StoreFailed: it cannot be opened: in use by another writer, or out of reach; or its
            checkpoints do not join (see `joints`).
    """
    module, name = _KINDS[kind_of(location)]
    try:
        kind = getattr(import_module(module), name)
    except ModuleNotFoundError as error:
        raise InputError(
            f"store: {kind_of(location)} needs the package {error.name}, which is not installed"
        ) from None
    store = cast(Store, kind.open(location, description, read_only=read_only))
    try:
        settle(store, read_only=read_only)
    except BaseException:
        store.close()
        raise
    return store
