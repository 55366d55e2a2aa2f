"""The bytes of an ``eth_getLogs`` response to typed Arrow tables, one an event."""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass, replace
from importlib import import_module
from typing import Any

import numpy as np

from keelmark.columns.parse import parse
from keelmark.columns.rows import (
    check_addresses,
    common_blocks,
    table_of,
    without_doubles,
)
from keelmark.columns.scan import scan
from keelmark.columns.spec import TableSpec
from keelmark.errors import DecodingFailed, InputError

__all__ = ["Decoded", "LogDecoder"]

# Arrow comes without types.
pa: Any = import_module("pyarrow")


@dataclass(frozen=True, slots=True)
class Decoded:
    """What a response held: each log once, in chain order."""

    tables: Mapping[str, Any]
    """Table's name to a pyarrow Table of `schema.arrow_schema`; those without rows are left out."""
    blocks: Mapping[int, bytes]
    """Height to hash (32 bytes) of the blocks that have rows, ascending."""
    needs_times: bool = False
    """Whether the node tells no times with its logs; ``block_time`` is 0 until `with_times`."""

    @property
    def rows(self) -> int:
        """Rows of all tables."""
        return sum(table.num_rows for table in self.tables.values())

    def with_times(self, times: Mapping[int, int]) -> Decoded:
        """The same with its blocks' times.

        Args:
            times: height to seconds, of every block in `blocks` at least.

        Raises:
            DecodingFailed: a block's time is not among them.
        """
        for height in self.blocks:
            if height not in times:
                raise DecodingFailed(f"block {height}: its time is not known, expected seconds")
        heights = np.fromiter(self.blocks, np.int64, len(self.blocks))
        seconds = np.array([times[height] for height in self.blocks], np.int64)
        tables = {}
        for name, table in self.tables.items():
            place = table.schema.get_field_index("block_time")
            found = seconds[np.searchsorted(heights, table["block_number"].to_numpy())]
            tables[name] = table.set_column(place, table.schema.field(place), [found])
        return replace(self, tables=tables, needs_times=False)


class LogDecoder:
    """Decodes the logs of given contracts into the tables of given events.

    It keeps nothing between responses and may be used by several threads.
    """

    def __init__(self, tables: Sequence[TableSpec], addresses: Collection[bytes]) -> None:
        """Remembers what is asked for.

        Args:
            tables: the events.
            addresses: of the contracts, 20 bytes each.

        Raises:
            InputError: two events have one topic, or an address is not of 20 bytes.
        """
        self.tables = {table.topic: table for table in tables}
        if len(self.tables) < len(tables):
            raise InputError("events: two of one first topic, expected topics that differ")
        for address in addresses:
            if len(address) != 20:
                raise InputError(f"address: expected 20 bytes, not {len(address)}")
        self.addresses = tuple(bytes(address) for address in addresses)

    def decode(self, body: bytes) -> Decoded:
        """The tables of a response.

        Logs that were removed are left out, and so is whatever is there a second time, alike in
        everything; logs out of order are sorted.

        Args:
            body: the whole JSON-RPC response of ``eth_getLogs``.

        Raises:
            DecodingFailed: the JSON is cut off or malformed; a log is of a contract or an event
                that was not asked for; a value does not fit its column; two different logs stand
                in one place; a height has two blocks.
            RpcRefused: the node answered with an error.
        """
        pieces, timed = scan(body, self.tables) or parse(body, self.tables)
        tables = [rows.in_order() for rows in pieces]
        for rows in tables:
            check_addresses(rows, self.addresses)
        blocks = common_blocks(tables)
        tables = without_doubles(tables)
        return Decoded(
            {rows.table.name: table_of(rows) for rows in tables},
            blocks,
            needs_times=not timed,
        )
