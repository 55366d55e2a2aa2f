"""Answers to ``eth_getLogs`` as nodes write them, from logs written down once."""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any, Final

from keelmark.columns.spec import ColumnKind, TableSpec, from_abi, own_tables

__all__ = [
    "HOUSE",
    "NODES",
    "TRADE",
    "TRANSFER",
    "Log",
    "answer",
    "field_value",
    "hash_of",
    "log_of",
]

HOUSE: Final = bytes(range(20))
"""A contract that logs are asked of."""

TRADE: Final = next(table for table in own_tables() if table.name == "trade_reported")

TRANSFER: Final = from_abi(
    {
        "type": "event",
        "name": "Transfer",
        "inputs": [
            {"name": "from", "type": "address", "indexed": True},
            {"name": "to", "type": "address", "indexed": True},
            {"name": "value", "type": "uint256", "indexed": False},
        ],
    }
)
"""A token's transfer, as an event that is not ours."""

NODES: Final[Mapping[str, tuple[str, ...]]] = {
    "anvil": (
        *("address", "topics", "data", "blockHash", "blockNumber", "blockTimestamp"),
        *("transactionHash", "transactionIndex", "logIndex", "removed"),
    ),
    "geth": (
        *("address", "topics", "data", "blockNumber", "transactionHash", "transactionIndex"),
        *("blockHash", "blockTimestamp", "logIndex", "removed"),
    ),
    "erigon": (
        *("address", "topics", "data", "blockNumber", "transactionHash", "transactionIndex"),
        *("blockHash", "logIndex", "removed"),
    ),
    "besu": (
        *("logIndex", "removed", "blockNumber", "blockHash", "transactionHash"),
        *("transactionIndex", "address", "data", "topics"),
    ),
    "nethermind": (
        *("address", "blockHash", "blockNumber", "blockTimestamp", "data", "logIndex"),
        *("removed", "topics", "transactionHash", "transactionIndex"),
    ),
}
"""Order of a log's fields by node."""


def hash_of(number: int) -> bytes:
    """A hash for a number, told apart from every other."""
    return (number + 1).to_bytes(32, "little")


@dataclass(frozen=True, slots=True)
class Log:
    """A log, before it is text."""

    topics: tuple[bytes, ...]
    data: bytes
    block: int = 7
    place: int = 0
    address: bytes = HOUSE
    transaction: int = 0
    removed: bool = False
    fork: int = 0
    """Another one gives the block another hash."""

    def at(self, block: int, place: int) -> Log:
        """The same log somewhere else."""
        return replace(self, block=block, place=place)

    def fields(self) -> dict[str, Any]:
        """As JSON, with every field."""
        return {
            "address": "0x" + self.address.hex(),
            "topics": ["0x" + topic.hex() for topic in self.topics],
            "data": "0x" + self.data.hex(),
            "blockHash": "0x" + hash_of(self.block + 1000 * self.fork).hex(),
            "blockNumber": hex(self.block),
            "blockTimestamp": hex(1_700_000_000 + self.block),
            "transactionHash": "0x" + hash_of(100 * self.block + self.transaction).hex(),
            "transactionIndex": hex(self.transaction),
            "logIndex": hex(self.place),
            "removed": self.removed,
        }


def answer(logs: Sequence[Log], node: str = "anvil", *, changes: Any = None) -> bytes:
    """A whole response without white space.

    Args:
        logs: in any order.
        node: whose order of fields.
        changes: called with each log's fields and its number before they are written.
    """
    rows = []
    for number, log in enumerate(logs):
        fields = log.fields()
        row = {name: fields[name] for name in NODES[node]}
        if changes is not None:
            row = changes(row, number) or row
        rows.append(row)
    return json.dumps({"jsonrpc": "2.0", "id": 1, "result": rows}, separators=(",", ":")).encode()


def field_value(column: Any, value: int | bytes) -> bytes:
    """The word of a value: a number of the column's sign, or bytes as they are."""
    if isinstance(value, bytes):
        return value if column.abi_type.startswith("bytes") else value.rjust(32, b"\0")
    return value.to_bytes(32, "big", signed=column.signed)


def log_of(table: TableSpec, values: Mapping[str, int | bytes] | None = None, **where: Any) -> Log:
    """A log of an event; fields without a value are zero."""
    known = values or {}
    words = {
        column.name: field_value(column, known.get(column.name, 0))
        if column.name in known
        else bytes(32)
        for column in table.columns
        if column.kind != ColumnKind.RAW
    }
    topics = [words[column.name] for column in table.columns if column.indexed]
    data = [words[c.name] for c in table.columns if not c.indexed and c.name in words]
    return Log((table.topic, *topics), b"".join(data), **where)
