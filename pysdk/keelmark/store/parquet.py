"""A store in a folder of Parquet files, for whatever reads Parquet: `DIR/<table>/*.parquet`.

Beside the tables' folders stands `_keelmark`, which other tools pass over: the description, and a
journal of numbered entries, of which every `SUMMARY_EVERY` are summed up. A file of rows counts
only if the journal says so, and a journal entry is there whole or not at all, so that a writer that
dies leaves nothing but files that the next one clears away. Files that compaction or a rewind took
out go to `_keelmark/removed` for an hour, where readers who still want them find them.

A tool that globs while a writer is at work may see rows a moment before they count, or twice while
files are being packed; where that matters Delta Lake is the kind of store to take.
"""

from __future__ import annotations

import json
import os
import time
from collections.abc import Mapping, Sequence
from contextlib import suppress
from dataclasses import replace
from importlib import import_module
from pathlib import Path
from typing import Any, Final

from keelmark.errors import InputError, StoreFailed
from keelmark.store.checks import check_description, check_names
from keelmark.store.data_files import data_file, file_name, take_lock, write_parquet
from keelmark.store.files import FileStore
from keelmark.store.model import Description
from keelmark.store.state import Change, DataFile, State

__all__ = ["ParquetStore"]

# Arrow comes without types.
dataset: Any = import_module("pyarrow.dataset")
arrow_files: Any = import_module("pyarrow.fs")

OWN: Final = "_keelmark"
SUMMARY_EVERY: Final = 256
KEPT_SECONDS: Final = 3_600
"""How long a file that was taken out can still be read."""


class ParquetStore(FileStore):
    """A store in a folder of Parquet files; see `store.base.Store`."""

    def __init__(
        self, location: str, folder: Path, description: Description, lock_file: int
    ) -> None:
        super().__init__(location, description, read_only=lock_file < 0)
        self._folder = folder
        self._journal = folder / OWN / "journal"
        self._lock_file = lock_file
        self._current = False

    @classmethod
    def open(
        cls, location: str, description: Description | None, *, read_only: bool
    ) -> ParquetStore:
        """Opens the folder, or makes it; see `store.base.open_store`."""
        folder = Path(location.removeprefix("parquet:"))
        there = folder / OWN / "description.json"
        handle = -1
        try:
            if not there.exists() and (description is None or read_only):
                raise InputError(f"store: there is none at {folder}")
            if not read_only:
                _make_folders(folder)
                handle = take_lock(folder / OWN / "lock", location)
            if not there.exists() and description is not None:
                check_names(description)
                replace_file(there, description.to_text().encode())
            found = Description.from_text(there.read_text("utf-8"), location)
            check_description(found, description, location)
            store = cls(location, folder, found, handle)
            with store.translated():
                store.refresh()
        except BaseException as error:
            if handle >= 0:
                os.close(handle)
            if isinstance(error, OSError):
                raise StoreFailed(f"store: {location}, {error.strerror}") from None
            raise
        return store

    # --- the journal ---

    def refresh(self) -> None:
        """Reads the journal's entries that are new. A writer has made them all itself, unless it
        failed in the middle of one."""
        if self._current:
            return
        for _ in range(_ATTEMPTS):
            try:
                self._read_journal()
                break
            except FileNotFoundError:
                # It was summed up between being listed and being read.
                continue
        else:
            raise StoreFailed(f"store: {self.location}, its journal changes faster than it is read")
        if not self.read_only:
            self._clear_away()
            self._current = True

    def _read_journal(self) -> None:
        names = sorted(entry.name for entry in os.scandir(self._journal) if entry.name[0] != ".")
        summaries = [name for name in names if name.endswith(".summary.json")]
        state = self.state
        if summaries and int(summaries[-1].partition(".")[0]) > state.version:
            state = State()
            state.apply(self._entry(summaries[-1]))
        for name in names:
            version = int(name.partition(".")[0])
            if version > state.version and name not in summaries:
                if version != state.version + 1:
                    raise StoreFailed(
                        f"store: {self.location}, entry {state.version + 1} of its journal is "
                        "not there"
                    )
                state.apply(self._entry(name))
        self.state = state

    def _entry(self, name: str) -> Change:
        try:
            return Change.from_json(json.loads((self._journal / name).read_text("utf-8")))
        except (KeyError, TypeError, ValueError):
            raise StoreFailed(
                f"store: {self.location}, entry {name} of its journal is damaged"
            ) from None

    def _write_entry(self, name: str, change: Change) -> None:
        text = json.dumps(change.as_json(), separators=(",", ":"))
        replace_file(self._journal / name, text.encode())

    def _sum_up(self) -> None:
        """Writes the whole state as one entry, and forgets those before it."""
        state = self.state
        name = f"{state.version:020d}.summary.json"
        self._write_entry(name, state.whole())
        for path in list(self._journal.iterdir()):
            if path.name[0] != "." and path.name != name:
                path.unlink()

    # --- files of rows ---

    def data_files(self, table: str) -> Sequence[DataFile]:
        """As the journal says."""
        return [file for file in self.state.files.values() if file.table == table]

    def fragments(self, files: Sequence[DataFile]) -> list[Any]:
        """Files, wherever they are by now. What their ends say of them is read at once, so that
        only rows are looked for later, see `read_group`."""
        return [self._fragment(file) for file in files]

    def _fragment(self, file: DataFile) -> Any:
        for path in (self._path(file), self._removed(file)):
            found = _PARQUET.make_fragment(str(path), arrow_files.LocalFileSystem())
            try:
                found.ensure_complete_metadata()
                break
            except FileNotFoundError:
                if path == self._removed(file):
                    raise
        return found

    def read_group(self, group: Any, columns: Sequence[str] | None, condition: Any = None) -> Any:
        """Columns of row groups, of a file that may have been taken out meanwhile."""
        try:
            return super().read_group(group, columns, condition)
        except FileNotFoundError:
            path = Path(group.path)
            moved = self._folder / OWN / "removed" / f"{path.parent.name}-{path.name}"
            places = [one.id for one in group.row_groups]
            again = _PARQUET.make_fragment(
                str(moved), arrow_files.LocalFileSystem(), row_groups=places
            )
            return super().read_group(again, columns, condition)

    def _path(self, file: DataFile) -> Path:
        return self._folder / file.table / file.name

    def _removed(self, file: DataFile) -> Path:
        return self._folder / OWN / "removed" / f"{file.table}-{file.name}"

    def save(
        self, change: Change, added: Mapping[str, Any], removed: Sequence[DataFile] = ()
    ) -> None:
        """Writes files aside, moves them to where they belong, then writes the journal's entry."""
        self._current = False
        made = [self._write_rows(table, rows, change.version) for table, rows in added.items()]
        for file in made:
            folder = self._folder / file.table
            folder.mkdir(exist_ok=True)
            self._aside(file).replace(self._path(file))
            _sync(folder)
        if made:
            _sync(self._folder)
        gone = tuple((file.table, file.name) for file in removed)
        whole = replace(change, files=tuple(made), without_files=gone)
        self._write_entry(f"{change.version:020d}.json", whole)
        self.state.apply(whole)
        self._current = True
        # What follows is housekeeping: the change is made, and the next opening clears up.
        with suppress(OSError):
            for file in removed:
                self._take_out(file)
            if change.version % SUMMARY_EVERY == 0:
                self._sum_up()

    def _aside(self, file: DataFile) -> Path:
        return self._folder / OWN / "aside" / f"{file.table}-{file.name}"

    def _write_rows(self, table: str, rows: Any, version: int) -> DataFile:
        file = data_file(table, file_name(rows, f"{version:012d}"), rows, 0)
        with self._aside(file).open("wb") as stream:
            write_parquet(rows, stream)
            stream.flush()
            os.fsync(stream.fileno())
            return data_file(table, file.name, rows, stream.tell())

    def _take_out(self, file: DataFile) -> None:
        """Out of the sight of whoever globs, in reach of readers who know it."""
        os.utime(self._path(file))
        self._path(file).replace(self._removed(file))

    def _clear_away(self) -> None:
        """Files that do not count: of a writer that died, or taken out long ago."""
        for path in (self._folder / OWN / "aside").iterdir():
            path.unlink()
        for path in self._journal.glob(".*"):
            path.unlink()
        for table in self.tables():
            known = {file.name for file in self.data_files(table)}
            for path in (self._folder / table).glob("*.parquet"):
                if path.name not in known:
                    path.unlink()
        old = time.time() - KEPT_SECONDS
        for path in (self._folder / OWN / "removed").iterdir():
            if path.stat().st_mtime < old:
                path.unlink()

    def close(self) -> None:
        """Gives the writer's lock back."""
        if self._lock_file >= 0:
            os.close(self._lock_file)
            self._lock_file = -1


_ATTEMPTS: Final = 10
_PARQUET: Final = dataset.ParquetFileFormat()


def _make_folders(folder: Path) -> None:
    """The folders of a store.

    Raises:
        InputError: the folder has something else in it.
    """
    if not (folder / OWN).exists() and folder.exists() and any(folder.iterdir()):
        raise InputError(f"store: {folder} has something else in it, expected an empty folder")
    for name in ("journal", "aside", "removed"):
        (folder / OWN / name).mkdir(parents=True, exist_ok=True)


def replace_file(path: Path, content: bytes) -> None:
    """Writes a file whole or not at all, and lasting."""
    aside = path.with_name(f".{path.name}")
    with aside.open("wb") as file:
        file.write(content)
        file.flush()
        os.fsync(file.fileno())
    aside.replace(path)
    _sync(path.parent)


def _sync(folder: Path) -> None:
    """Makes names in a folder last."""
    handle = os.open(folder, os.O_RDONLY)
    try:
        os.fsync(handle)
    finally:
        os.close(handle)
