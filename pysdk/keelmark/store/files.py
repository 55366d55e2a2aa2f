"""A store in Parquet files, whoever keeps account of them: what Parquet and Delta Lake share."""

from __future__ import annotations

import threading
from abc import ABC, abstractmethod
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from importlib import import_module
from typing import Any

from keelmark.errors import StoreFailed
from keelmark.store.checks import check_rewind, check_rows, is_next, summable, wanted_columns
from keelmark.store.data_files import PROOFS, packed, proof_tables
from keelmark.store.model import Checkpoint, Description, Header, Heads, RootProof, RowSet
from keelmark.store.ordered import MOST_BLOCK, in_chain_order, row_groups
from keelmark.store.state import MANY, Change, DataFile, State, merged, shortened
from keelmark.store.sums import exact_sum

__all__ = ["FileStore"]

# Arrow comes without types.
pa: Any = import_module("pyarrow")


class FileStore(ABC):
    """A store in Parquet files; see `store.base.Store`."""

    def __init__(self, location: str, description: Description, *, read_only: bool) -> None:
        self.location = location
        self.description = description
        self.state = State()
        self.read_only = read_only
        self.lock = threading.RLock()
        self._tidied = 0
        """How many checkpoints there were after the last tidying."""

    # --- what the kinds do differently ---

    @abstractmethod
    def refresh(self) -> None:
        """Makes `state` what is committed: for a reader, and for a writer after a failure."""

    @abstractmethod
    def data_files(self, table: str) -> Sequence[DataFile]:
        """The committed files of a table."""

    @abstractmethod
    def fragments(self, files: Sequence[DataFile]) -> list[Any]:
        """Files of a table as pyarrow Parquet fragments."""

    @abstractmethod
    def save(
        self, change: Change, added: Mapping[str, Any], removed: Sequence[DataFile] = ()
    ) -> None:
        """Makes a change whole, on disk and then in `state`: rows that come, files that go, and
        what is known beside them."""

    @abstractmethod
    def close(self) -> None:
        """Lets go of files."""

    def read_group(self, group: Any, columns: Sequence[str] | None, condition: Any = None) -> Any:
        """Columns of a row group, or of all of a file, as a pyarrow Table; every column if None."""
        return group.to_table(columns=columns, filter=condition)

    failures: tuple[type[Exception], ...] = (OSError, pa.ArrowException)
    """What the kind's libraries raise."""

    @contextmanager
    def translated(self) -> Iterator[None]:
        """Raises `StoreFailed`, one sentence, for what libraries raise."""
        try:
            yield
        except self.failures as error:
            words = getattr(error, "strerror", None) or str(error).partition("\n")[0]
            raise StoreFailed(f"store: {self.location}, {words}") from None

    @contextmanager
    def _reading(self) -> Iterator[State]:
        with self.lock, self.translated():
            self.refresh()
            yield self.state

    @contextmanager
    def writing(self) -> Iterator[State]:
        """What is committed, to be changed by nobody else meanwhile."""
        if self.read_only:
            raise StoreFailed(f"store: {self.location} was opened to be read only")
        with self._reading() as state:
            yield state

    # --- how far ---

    def checkpoint(self) -> Checkpoint | None:
        """The newest checkpoint."""
        with self._reading() as state:
            return state.newest

    def checkpoints(self) -> tuple[Checkpoint, ...]:
        """Every checkpoint, by height."""
        with self._reading() as state:
            return tuple(state.checkpoints.values())

    def heads(self) -> Heads | None:
        """The chain's heads as last noted."""
        with self._reading() as state:
            return state.heads

    def headers(self, first: int, last: int) -> tuple[Header, ...]:
        """Headers that are remembered, by height."""
        with self._reading() as state:
            found = [one for number, one in state.headers.items() if first <= number <= last]
        return tuple(sorted(found, key=lambda header: header.number))

    # --- what is written ---

    def commit(self, rows: RowSet) -> int:
        """Adds a row set whole."""
        with self.writing() as state:
            if not is_next(rows.checkpoint, state.newest, self.description.first_block):
                return 0
            added = check_rows(rows, self.description)
            self.save(self.next_change(rows), added | proof_tables(rows.proofs))
            self._tidy(state, rows.checkpoint.heads.finalized)
        return rows.checkpoint.rows

    def next_change(self, rows: RowSet) -> Change:
        """What a row set changes beside its rows."""
        return Change(
            self.state.version + 1,
            rows.checkpoint.heads,
            checkpoints=(rows.checkpoint,),
            headers=rows.headers,
            proved=tuple(sorted({proof.block_number for proof in rows.proofs})),
        )

    def rewind(self, last: Header) -> int:
        """Removes everything above a block, whole."""
        with self.writing() as state:
            newest = state.newest
            if newest is None or newest.last_block <= last.number:
                return 0
            check_rewind(last, tuple(state.headers.values()))
            added, removed, gone = self.cut(last.number)
            points = [one for one in state.checkpoints.values() if one.last_block > last.number]
            kept = [
                shortened(point, last, self._rows(point.first_block, last.number))
                for point in points
                if point.first_block <= last.number and last.number not in state.checkpoints
            ]
            change = Change(
                state.version + 1,
                checkpoints=tuple(kept),
                headers=(last,) if kept else (),
                without_checkpoints=tuple(point.last_block for point in points),
                without_headers=tuple(n for n in state.headers if n > last.number),
                without_proved=tuple(n for n in state.proved if n > last.number),
            )
            self.save(change, added, removed)
        return gone

    def cut(self, above: int) -> tuple[dict[str, Any], list[DataFile], int]:
        """What has to be done to have no row above a block.

        Returns:
            rows that take the place of those of files that go in part; the files that go; how many
            rows of events are lost.
        """
        added: dict[str, Any] = {}
        removed, gone = [], 0
        for table in self.tables():
            files = [one for one in self.data_files(table) if one.last_block > above]
            removed += files
            parts = self.fragments([one for one in files if one.first_block <= above])
            stays = pa.compute.field("block_number") <= above
            kept = [part.to_table(filter=stays) for part in parts]
            if kept:
                added[table] = pa.concat_tables(kept)
            left = sum(rows.num_rows for rows in kept)
            gone += sum(one.rows for one in files) - left if table != PROOFS else 0
        return {name: rows for name, rows in added.items() if rows.num_rows}, removed, gone

    def tables(self) -> list[str]:
        """Every table that has files."""
        return [PROOFS, *(table.name for table in self.description.tables)]

    def note(self, heads: Heads, proofs: Sequence[RootProof] = ()) -> None:
        """Notes how final the chain has become, and proofs."""
        with self.writing() as state:
            forgotten = tuple(
                number
                for number in state.headers
                if heads.finalized is not None
                and number <= heads.finalized
                and number not in state.checkpoints
            )
            if heads != state.heads or proofs or forgotten:
                change = Change(
                    state.version + 1,
                    heads,
                    proved=tuple(sorted({proof.block_number for proof in proofs})),
                    without_headers=forgotten,
                )
                self.save(change, proof_tables(proofs))
            self._tidy(state, heads.finalized)

    def _tidy(self, state: State, finalized: int | None) -> None:
        """Now and then, makes few large things of many small ones, in blocks that are finalized:
        checkpoints first, then each table's files, each in an operation of its own."""
        if finalized is None or len(state.checkpoints) < self._tidied + MANY:
            return
        groups = merged(state.checkpoints.values(), finalized, state.proved)
        if groups:
            away = tuple(one.last_block for group, _ in groups for one in group[:-1])
            change = Change(
                state.version + 1,
                checkpoints=tuple(point for _, point in groups),
                without_checkpoints=away,
                without_headers=tuple(number for number in away if number in state.headers),
            )
            self.save(change, {})
        for table in self.tables():
            for small in packed(self.data_files(table), finalized):
                rows = pa.concat_tables(part.to_table() for part in self.fragments(small))
                self.save(Change(self.state.version + 1), {table: rows}, small)
        self._tidied = len(self.state.checkpoints)

    # --- what is read ---

    def proofs(self, contract: bytes | None = None) -> tuple[RootProof, ...]:
        """Proofs of report chains' roots, by height."""
        with self._reading():
            found: dict[tuple[int, bytes], RootProof] = {}
            proved = set(self.state.proved)
            for part in self.fragments(self.data_files(PROOFS)):
                for row in self.read_group(part, None).to_pylist():
                    nodes = {name: tuple(row[name]) for name in ("account", "storage")}
                    found[row["block_number"], row["contract"]] = RootProof(**(row | nodes))
        return tuple(
            proof
            for (number, owner), proof in sorted(found.items())
            if number in proved and contract in (None, owner)
        )

    def _newest_block(self) -> int:
        return self.state.newest.last_block if self.state.newest else -1

    def _inside(self, table: str, first: int | None, last: int | None) -> tuple[list[Any], int]:
        """Parquet fragments with rows of a range of blocks, and where committed blocks end."""
        with self._reading():
            end = min(MOST_BLOCK if last is None else last, self._newest_block())
            files = [
                file
                for file in self.data_files(self.description.table(table).name)
                if file.first_block <= end and file.last_block >= (first or 0)
            ]
            return self.fragments(files), end

    def count(self, table: str) -> int:
        """Rows of a table."""
        name = self.description.table(table).name
        with self._reading():
            return self._count(name, 0, self._newest_block())

    def _rows(self, first: int, last: int) -> int:
        return sum(self._count(table.name, first, last) for table in self.description.tables)

    def _count(self, table: str, first: int, last: int) -> int:
        total, parted = 0, []
        for file in self.data_files(table):
            if first <= file.first_block and file.last_block <= last:
                total += file.rows
            elif file.first_block <= last and file.last_block >= first:
                parted.append(file)
        block = pa.compute.field("block_number")
        inside = (block >= first) & (block <= last)
        parts = self.fragments(parted)
        for part in parts:
            total += self.read_group(part, ["block_number"], inside).num_rows
        return total

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
        parts, end = self._inside(table, first_block, last_block)
        return self._scan(parts, schema, first_block, end)

    def _scan(
        self, parts: Sequence[Any], schema: Any, first: int | None, last: int
    ) -> Iterator[Any]:
        with self.translated():
            yield from in_chain_order(parts, schema, self.read_group, first or 0, last)

    def total(
        self,
        table: str,
        column: str,
        *,
        first_block: int | None = None,
        last_block: int | None = None,
    ) -> int:
        """The exact sum of a column."""
        summable(self.description.table(table), column)
        low = first_block or 0
        parts, high = self._inside(table, low, last_block)
        block = pa.compute.field("block_number")
        total = 0
        with self.translated():
            for lowest, highest, group in row_groups(parts, low, high):
                whole = low <= lowest and highest <= high
                inside = None if whole else (block >= low) & (block <= high)
                values = self.read_group(group, [column], inside)[column]
                total += sum(exact_sum(chunk) for chunk in values.chunks)
        return total
