"""A store in Delta Lake: for shared and large stores, on a disk or in an object store.

Each event is a Delta table, `DIR/<table>`, with any number of readers in any tool. What ties them
together is one table more, `keelmark_checkpoints`: rows count up to its newest checkpoint. A row
set goes to the events' tables first, each in a transaction that bears the store's version as an
application transaction id, and to that table last; a rewind the other way round. A writer that dies
in between leaves rows beyond the newest checkpoint, which the next one takes out when it opens the
store, and which no reader of this package sees meanwhile.

`commit_files` takes files that others have written, as a cluster's workers do.
"""

from __future__ import annotations

import os
from collections.abc import Mapping, Sequence
from dataclasses import replace
from importlib import import_module
from pathlib import Path
from typing import Any, Final

from keelmark.columns.schema import arrow_schema
from keelmark.errors import InputError, StoreFailed
from keelmark.store.checks import check_description, check_names, is_next
from keelmark.store.data_files import PROOF_SCHEMA, PROOFS, proof_tables, take_lock
from keelmark.store.delta_files import (
    addition,
    is_local,
    local_path,
    make_table,
    place_of,
    removal,
    write_rows,
    write_table,
)
from keelmark.store.delta_state import STATE, STATE_SCHEMA, read_state, state_rows
from keelmark.store.files import FileStore
from keelmark.store.model import Description, RowSet
from keelmark.store.ordered import MOST_BLOCK, row_groups
from keelmark.store.state import Change, DataFile, State

__all__ = ["DeltaStore", "write_rows"]

# These come without types.
pa: Any = import_module("pyarrow")
dataset: Any = import_module("pyarrow.dataset")
delta: Any = import_module("deltalake")
exceptions: Any = import_module("deltalake.exceptions")

DESCRIPTION: Final = "keelmark_description"
APPLICATION: Final = "keelmark"
"""Of the application transaction ids."""

STATE_FILES: Final = 64
"""Changes after which files that hold old lists of checkpoints are cleared away."""

_PARQUET: Final = dataset.ParquetFileFormat()


class DeltaStore(FileStore):
    """A store in Delta Lake; see `store.base.Store`."""

    failures = (*FileStore.failures, exceptions.DeltaError)

    def __init__(
        self, location: str, root: str, description: Description, lock_file: int, read_only: bool
    ) -> None:
        super().__init__(location, description, read_only=read_only)
        self.root = root
        """Where the tables are: a folder, or a URL in an object store."""
        self._lock_file = lock_file
        self._tables: dict[str, Any] = {}
        self._stale: set[str] = set()
        """Tables that were opened before the newest change."""
        self._seen = -1
        """Delta version of the table of checkpoints that `state` was read from; below 0 if what is
        there has to be read anew."""

    @classmethod
    def open(cls, location: str, description: Description | None, *, read_only: bool) -> DeltaStore:
        """Opens the tables, or makes them; see `store.base.open_store`."""
        root = location.removeprefix("delta:").rstrip("/")
        handle = -1
        try:
            text = _read_description(root)
            if text is None and (description is None or read_only):
                raise InputError(f"store: there is none at {root}")
            if not read_only and is_local(root):
                _make_folder(Path(local_path(root)))
                handle = take_lock(Path(local_path(root)) / ".keelmark-lock", location)
                text = _read_description(root)
            if text is None and description is not None:
                check_names(description)
                _make(root, description)
                text = description.to_text()
            found = Description.from_text(text or "", location)
            check_description(found, description, location)
            store = cls(location, root, found, handle, read_only)
            with store.translated():
                store.refresh()
        except BaseException as error:
            if handle >= 0:
                os.close(handle)
            if isinstance(error, cls.failures):
                words = str(error).partition("\n")[0]
                raise StoreFailed(f"store: {location}, {words}") from None
            raise
        return store

    # --- Delta tables ---

    def _table(self, name: str) -> Any:
        """A table as it is now; None if it does not exist yet."""
        found = self._tables.get(name)
        if found is None:
            uri = f"{self.root}/{name}"
            found = delta.DeltaTable(uri) if delta.DeltaTable.is_deltatable(uri) else None
            self._tables[name] = found
        elif name in self._stale:
            found.update_incremental()
        self._stale.discard(name)
        return found

    def _made_table(self, name: str) -> Any:
        """A table, made if it does not exist."""
        if self._table(name) is None:
            schema = PROOF_SCHEMA if name == PROOFS else arrow_schema(self.description.table(name))
            self._tables[name] = make_table(self.root, name, schema)
        return self._tables[name]

    def refresh(self) -> None:
        """Reads how far the store goes; a writer that opens it, or has failed, takes out what is
        beyond."""
        if self._seen >= 0 and not self.read_only:
            return
        self._stale.update(self._tables)
        table = self._table(STATE)
        if table.version() != self._seen:
            self.state = read_state(self._read(STATE))
        if not self.read_only:
            self._recover()
        self._seen = table.version()

    def _read(self, name: str) -> Any:
        parts = self.fragments(self.data_files(name))
        return pa.concat_tables(part.to_table() for part in parts) if parts else None

    def _recover(self) -> None:
        added, removed, _ = self.cut(self.state.newest.last_block if self.state.newest else -1)
        known = [self._table(name) for name in self.tables()]
        versions = [one.transaction_version(APPLICATION) or 0 for one in known if one is not None]
        # A version that a failed operation has used means rows that are gone: it is not used again.
        self.state.version = max(self.state.version, *versions, 0)
        self._exchange(self._write_all(added), removed, data_change=True)

    def data_files(self, table: str) -> Sequence[DataFile]:
        """As the Delta table's log says."""
        found = self._table(table)
        actions = pa.table(found.get_add_actions(flatten=True)).to_pylist() if found else []
        return [self._data_file(table, one) for one in actions]

    def _data_file(self, table: str, action: Mapping[str, Any]) -> DataFile:
        """The account of a file; another tool may have left the statistics to the file itself."""
        low, high, rows = (
            action.get(name) for name in ("min.block_number", "max.block_number", "num_records")
        )
        file = DataFile(table, action["path"], low or 0, high or 0, rows or 0, action["size_bytes"])
        if table == STATE or None not in (low, high, rows):
            return file
        groups = row_groups(self.fragments([file]), 0, MOST_BLOCK)
        return replace(
            file,
            first_block=min((low for low, _, _ in groups), default=0),
            last_block=max((high for _, high, _ in groups), default=0),
            rows=sum(group.count_rows() for _, _, group in groups),
        )

    def fragments(self, files: Sequence[DataFile]) -> list[Any]:
        """Files as their table's folder has them."""
        return [
            _PARQUET.make_fragment(*place_of(self.root, file.table, file.name)) for file in files
        ]

    # --- what is written ---

    def save(
        self, change: Change, added: Mapping[str, Any], removed: Sequence[DataFile] = ()
    ) -> None:
        """Row sets: rows first, then how far they go. Where rows go: the other way round."""
        self._claim()
        files = self._write_all(added)
        if removed:
            self._save_state(change)
            self._exchange(files, removed, data_change=bool(change.without_checkpoints))
        else:
            self._append(files, change.version)
            self._save_state(change)

    def _write_all(self, rows: Mapping[str, Any]) -> dict[str, list[DataFile]]:
        return {table: [write_rows(found, self.root, table)] for table, found in rows.items()}

    def commit_files(self, rows: RowSet, files: Mapping[str, Sequence[DataFile]]) -> int:
        """Adds a row set whose rows others have written to files, with `write_rows`, in the folder
        of each table. A row set that is there already is a no-op.

        Args:
            rows: without rows of its own; its checkpoint counts those of the files.
            files: by table.

        Returns:
            how many rows were added.

        Raises:
            InputError: it is not the next row set, or a file has rows of other blocks.
            StoreFailed: it could not be written; the store is as it was.
        """
        point = rows.checkpoint
        with self.writing() as state:
            if not is_next(point, state.newest, self.description.first_block):
                return 0
            every = [file for several in files.values() for file in several]
            for file in every:
                self.description.table(file.table)
                if file.first_block < point.first_block or file.last_block > point.last_block:
                    raise InputError(f"{file.table}: a file has rows outside its row set's blocks")
            if sum(file.rows for file in every) != point.rows:
                raise InputError(f"rows: not as many as the checkpoint's {point.rows}")
            self._claim()
            change = self.next_change(rows)
            proofs = self._write_all(proof_tables(rows.proofs))
            self._append({**files, **proofs}, change.version)
            self._save_state(change)
            self._tidy(self.state, point.heads.finalized)
        return point.rows

    def _claim(self) -> None:
        """Sees that nobody else has written meanwhile. On a disk the writer's lock sees to that;
        an object store has none.

        Raises:
            StoreFailed: somebody has.
        """
        table, seen = self._table(STATE), self._seen
        self._seen = -1
        table.update_incremental()
        if table.version() != seen:
            raise StoreFailed(f"store: {self.location} is in use by another writer")

    def _append(self, files: Mapping[str, Sequence[DataFile]], version: int) -> None:
        for name, several in files.items():
            table = self._made_table(name)
            if several and (table.transaction_version(APPLICATION) or 0) < version:
                mark = delta.Transaction(APPLICATION, version)
                self._commit(name, [addition(file) for file in several], [mark])

    def _exchange(
        self,
        files: Mapping[str, Sequence[DataFile]],
        removed: Sequence[DataFile],
        *,
        data_change: bool,
    ) -> None:
        """Puts files of each table in the place of others, in one transaction a table."""
        for table in dict.fromkeys(file.table for file in removed):
            gone = [removal(file, data_change) for file in removed if file.table == table]
            come = [addition(file, data_change) for file in files.get(table, ())]
            self._commit(table, [*gone, *come])
            if not data_change:
                self._table(table).vacuum(dry_run=False)

    def _commit(self, table: str, actions: list[Any], marks: Sequence[Any] = ()) -> None:
        found = self._table(table)
        found.create_write_transaction(
            actions,
            "append",
            found.schema(),
            commit_properties=delta.CommitProperties(app_transactions=list(marks)),
        )
        found.update_incremental()

    def _save_state(self, change: Change) -> None:
        """Puts a new list of checkpoints in the place of the old one."""
        state = State()
        state.apply(self.state.whole())
        state.apply(change)
        rows = state_rows(state)
        name = f"{change.version:020d}.parquet"
        new = DataFile(STATE, name, 0, 0, rows.num_rows, write_table(rows, self.root, STATE, name))
        old = [removal(file, True) for file in self.data_files(STATE)]
        self._commit(STATE, [*old, addition(new)])
        self.state.apply(change)
        self._seen = self._table(STATE).version()
        if self._seen % STATE_FILES == 0:
            self._table(STATE).vacuum(dry_run=False)

    def close(self) -> None:
        """Gives the writer's lock back."""
        if self._lock_file >= 0:
            os.close(self._lock_file)
            self._lock_file = -1


def _read_description(root: str) -> str | None:
    """The description's text; None if there is no store."""
    if not all(delta.DeltaTable.is_deltatable(f"{root}/{name}") for name in (DESCRIPTION, STATE)):
        return None
    rows = delta.DeltaTable(f"{root}/{DESCRIPTION}").to_pyarrow_table().to_pylist()
    return str(rows[0]["description"]) if rows else None


def _make(root: str, description: Description) -> None:
    """Lays a store down; the table of checkpoints, which makes it one, comes last."""
    schema = pa.schema([pa.field("description", pa.string(), nullable=False)])
    rows = pa.Table.from_pylist([{"description": description.to_text()}], schema=schema)
    delta.write_deltalake(f"{root}/{DESCRIPTION}", rows, mode="overwrite")
    make_table(root, STATE, STATE_SCHEMA)


def _make_folder(root: Path) -> None:
    """The store's folder.

    Raises:
        InputError: it has something else in it.
    """
    if root.exists():
        others = [one for one in root.iterdir() if not one.name.startswith((".", "keelmark_"))]
        if others and not (root / STATE).exists():
            raise InputError(f"store: {root} has something else in it, expected an empty folder")
    root.mkdir(parents=True, exist_ok=True)
