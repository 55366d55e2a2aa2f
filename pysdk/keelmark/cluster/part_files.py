"""Where a worker's rows go: files of a Delta Lake store that no transaction names yet."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from keelmark.errors import StoreFailed
from keelmark.ingest.node import Node
from keelmark.store.delta_files import write_rows
from keelmark.store.model import Checkpoint, Description, Header, Heads, RootProof, RowSet
from keelmark.store.state import DataFile

__all__ = ["Part", "PartFiles"]


@dataclass(frozen=True, slots=True)
class Part:
    """What a worker made of it."""

    first_block: int
    last: Header
    """Of the last block."""
    rows: int
    files: Mapping[str, tuple[DataFile, ...]]
    """By table, in the order of blocks."""
    proofs: tuple[RootProof, ...]
    """Of the roots after the last block."""
    parent: bytes
    """Hash of the block before the first."""
    before: Mapping[bytes, bytes] | None
    """Contract to root before the first block; None where the node does not have it, so that the
    rows were not folded."""
    after: Mapping[bytes, bytes] | None
    """Contract to root that the rows fold to."""
    notes: tuple[str, ...]
    """What the endpoints cannot do, a sentence each."""


class PartFiles:
    """A `store.base.Store` into which a part can be read and out of which nothing comes: what is
    committed becomes files, and everything else is refused."""

    def __init__(self, description: Description, root: str) -> None:
        """
        Args:
            description: of the store, with the part's first block as its own.
            root: of the store, without ``delta:``.
        """
        self.description = description
        self.location = f"delta:{root}"
        self._root = root
        self._rows = 0
        self._files: dict[str, list[DataFile]] = {}
        self._proofs: tuple[RootProof, ...] = ()
        self._last: Header | None = None

    def part(
        self,
        parent: bytes,
        before: Mapping[bytes, bytes] | None,
        after: Mapping[bytes, bytes] | None,
        nodes: Sequence[Node],
    ) -> Part:
        """What was written; see `Part`."""
        assert self._last is not None, "a part has at least one block"
        return Part(
            first_block=self.description.first_block,
            last=self._last,
            rows=self._rows,
            files={name: tuple(files) for name, files in self._files.items()},
            proofs=self._proofs,
            parent=parent,
            before=before,
            after=after,
            notes=tuple(note for node in nodes for note in node.notes),
        )

    def commit(self, rows: RowSet) -> int:
        """Writes a file a table.

        Raises:
            StoreFailed: one could not be written.
        """
        for name, table in rows.rows.items():
            if not table.num_rows:
                continue
            files = self._files.setdefault(name, [])
            try:
                files.append(write_rows(table, self._root, name))
            except OSError as error:
                words = error.strerror or str(error)
                raise StoreFailed(f"store: {self.location}, {words}") from None
        self._rows += rows.checkpoint.rows
        self._proofs = rows.proofs
        self._last = rows.headers[-1]
        return rows.checkpoint.rows

    def checkpoint(self) -> Checkpoint | None:
        """A part begins with nothing."""
        return None

    def checkpoints(self) -> tuple[Checkpoint, ...]:
        """None."""
        return ()

    def heads(self) -> Heads | None:
        """None."""
        return None

    def headers(self, first: int, last: int) -> tuple[Header, ...]:
        """None."""
        del first, last
        return ()

    def proofs(self, contract: bytes | None = None) -> tuple[RootProof, ...]:
        """None from before."""
        del contract
        return ()

    def rewind(self, last: Header) -> int:
        """Refused: the blocks of a part are final."""
        raise self._refusal(f"to go back to block {last.number}")

    def note(self, heads: Heads, proofs: Sequence[RootProof] = ()) -> None:
        """Refused."""
        del heads, proofs
        raise self._refusal("a note")

    def count(self, table: str) -> int:
        """Refused."""
        raise self._refusal(f"the rows of {table}")

    def scan(
        self,
        table: str,
        *,
        columns: Sequence[str] | None = None,
        first_block: int | None = None,
        last_block: int | None = None,
    ) -> Iterator[Any]:
        """Refused."""
        del columns, first_block, last_block
        raise self._refusal(f"the rows of {table}")

    def total(
        self,
        table: str,
        column: str,
        *,
        first_block: int | None = None,
        last_block: int | None = None,
    ) -> int:
        """Refused."""
        del column, first_block, last_block
        raise self._refusal(f"a sum of {table}")

    def _refusal(self, what: str) -> StoreFailed:
        return StoreFailed(f"store: a worker's part of {self.location} was asked for {what}")

    def close(self) -> None:
        """There is nothing to let go of."""
