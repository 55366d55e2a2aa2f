"""Report chains followed while rows arrive: each contract's root, from the rows alone.

The same fold as `proofs.report_chain`, over columns: a table's records are hashed in one run, then
chained in the order of the chain. It uses the compiled Keccak of the package ``safe-pysha3`` where
that is installed, ten times as fast as the one that comes with the kit.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from importlib import import_module
from typing import Any

import numpy as np

from keelmark.columns.restore import fixed_bytes, words_of
from keelmark.columns.spec import TableSpec
from keelmark.events import ALL_EVENTS
from keelmark.proofs.report_chain import GENESIS_ROOT
from keelmark.store.model import Description

__all__ = ["RootTracker", "follows_chains"]


def _fastest() -> Callable[[bytes], bytes]:
    """Keccak-256 by the fastest means at hand."""
    try:
        new = import_module("sha3").keccak_256
    except (ModuleNotFoundError, AttributeError):
        keccak = import_module("eth_utils.crypto").keccak
        return lambda data: bytes(keccak(data))
    return lambda data: bytes(new(data).digest())


_keccak = _fastest()

_BATCH = 2_048
"""Rows hashed at once."""


def follows_chains(description: Description) -> bool:
    """Whether a store's tables are all that its chained contracts emit, from the first log on."""
    topics = {table.topic for table in description.tables}
    return (
        any(one.chained for one in description.contracts)
        and all(event.topic in topics for event in ALL_EVENTS)
        and all(one.first_block >= description.first_block for one in description.contracts)
    )


def _records(batch: Any, table: TableSpec) -> list[bytes]:
    """The record of each row: keccak256(block number | three topics | data)."""
    words = words_of(batch, table)
    count = batch.num_rows
    text = np.zeros((count, 4 + words.shape[1] - 2, 32), np.uint8)
    numbers = np.asarray(batch.column("block_number").to_numpy(zero_copy_only=False), ">i8")
    text[:, 0, 24:] = numbers.view(np.uint8).reshape(-1, 8)
    text[:, 1] = np.frombuffer(table.topic, np.uint8)
    text[:, 2:] = words
    width = text.shape[1] * 32
    raw = text.tobytes()
    return [_keccak(raw[place : place + width]) for place in range(0, len(raw), width)]


class RootTracker:
    """Roots of report chains after the rows seen so far."""

    def __init__(
        self, description: Description, roots: Mapping[bytes, bytes] | None = None
    ) -> None:
        """Begins a chain at zero, or where `roots` (address to root) says."""
        self._tables = {table.name: table for table in description.tables}
        self.roots: dict[bytes, bytes] = {
            one.address: GENESIS_ROOT for one in description.contracts if one.chained
        }
        """Address to root."""
        self.roots.update(roots or {})

    def fold(self, rows: Mapping[str, Any]) -> set[bytes]:
        """Adds rows that come after all before.

        Args:
            rows: table's name to pyarrow Table, in chain order each.

        Returns:
            the contracts that had any.
        """
        records: list[bytes] = []
        blocks: list[Any] = []
        places: list[Any] = []
        owners: list[bytes] = []
        for name, table in rows.items():
            for batch in table.to_batches(max_chunksize=_BATCH):
                if not batch.num_rows:
                    continue
                records += _records(batch, self._tables[name])
                blocks.append(batch.column("block_number").to_numpy(zero_copy_only=False))
                places.append(batch.column("log_index").to_numpy(zero_copy_only=False))
                address = fixed_bytes(batch.column("address"))
                owners += [one.tobytes() for one in address]
        if not records:
            return set()
        order = np.lexsort((np.concatenate(places), np.concatenate(blocks)))
        roots = self.roots
        touched: set[bytes] = set()
        for row in order.tolist():
            owner = owners[row]
            root = roots.get(owner)
            if root is not None:
                roots[owner] = _keccak(root + records[row])
                touched.add(owner)
        return touched
