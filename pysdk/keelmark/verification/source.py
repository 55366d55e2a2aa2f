"""What is verified: a store, or whatever answers like one, such as a package."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import Any, Protocol

from keelmark.store.model import Checkpoint, Description, Heads, RootProof

__all__ = ["Source"]


class Source(Protocol):
    """The part of `keelmark.store.Store` that a verification reads; nothing in it is trusted."""

    location: str

    @property
    def description(self) -> Description:
        """What it is about."""

    def checkpoint(self) -> Checkpoint | None:
        """The newest checkpoint."""

    def checkpoints(self) -> tuple[Checkpoint, ...]:
        """Every checkpoint, in the order of blocks."""

    def heads(self) -> Heads | None:
        """The chain's heads as last noted."""

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
        """Rows of a table as pyarrow RecordBatches of `columns.arrow_schema`."""
