"""Which columns an event has: ours from the tables of `keelmark.events`, others' from an ABI.

One event is one table. A field that counts something of a bounded kind (an id, a time, flags) is a
64-bit integer; an amount of ours is below 10^38 and is a decimal of 38 digits; whatever may be
wider stays the 32 bytes that the chain has. A value that does not fit is refused, never rounded.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from enum import StrEnum
from typing import Any, Final

from eth_utils.crypto import keccak

from keelmark.errors import InputError
from keelmark.events import ALL_EVENTS, EventSpec, Unit

__all__ = [
    "ColumnKind",
    "ColumnSpec",
    "TableSpec",
    "from_abi",
    "of_event",
    "own_tables",
    "table_name",
]

MOST_DECIMAL_BITS = 120
"""Widest integer of a foreign contract that is sure to stay below 10^38."""

MOST_INT64_BITS = 56
"""Widest integer of a foreign contract that is sure to fit 64 signed bits."""


class ColumnKind(StrEnum):
    """How a field is stored."""

    INTEGER = "integer"
    """64 signed bits: ids, counts, seconds, flags."""
    AMOUNT = "amount"
    """decimal(38, 0): an exact amount, |x| < 10^38."""
    WORD = "word"
    """32 bytes as the chain has them, big-endian: packed words, hashes, wide integers."""
    ADDRESS = "address"
    """20 bytes."""
    FLAG = "flag"
    """True or false."""
    RAW = "raw"
    """The event's whole data, undecoded: an event with dynamic fields."""


_INTEGER_UNITS = {Unit.ID, Unit.COUNT, Unit.SECONDS, Unit.FLAGS}
_WORD_UNITS = {Unit.WORD, Unit.HASH, Unit.TEXT}


@dataclass(frozen=True, slots=True)
class ColumnSpec:
    """One field of an event as a column."""

    name: str
    abi_type: str
    """As in the ABI: ``uint256``, ``int256``, ``address``, ``bytes32``, ``bool``, …"""
    kind: ColumnKind
    indexed: bool
    """Whether it is a topic; the others are words of data, in order."""

    @property
    def signed(self) -> bool:
        """Whether the word is two's complement."""
        return self.abi_type.startswith("int")


@dataclass(frozen=True, slots=True)
class TableSpec:
    """One event as a table: the columns after those of `schema.SYSTEM`, in the event's order."""

    name: str
    """Of the table, in snake case."""
    event: str
    """Of the event, as in the ABI."""
    topic: bytes
    """First topic of its logs, 32 bytes."""
    columns: tuple[ColumnSpec, ...]

    @property
    def topics(self) -> int:
        """Topics of each log, the first included."""
        return 1 + sum(column.indexed for column in self.columns)

    @property
    def words(self) -> int | None:
        """Words of data of each log; None where the data is kept whole."""
        data = [column for column in self.columns if not column.indexed]
        return None if any(column.kind == ColumnKind.RAW for column in data) else len(data)

    def as_json(self) -> dict[str, Any]:
        """The table for a store's own description."""
        return {
            "name": self.name,
            "event": self.event,
            "topic": "0x" + self.topic.hex(),
            "columns": [
                {
                    "name": column.name,
                    "type": column.abi_type,
                    "kind": column.kind.value,
                    "indexed": column.indexed,
                }
                for column in self.columns
            ],
        }

    @classmethod
    def from_json(cls, value: Mapping[str, Any]) -> TableSpec:
        """What `as_json` gave."""
        return cls(
            value["name"],
            value["event"],
            bytes.fromhex(value["topic"][2:]),
            tuple(
                ColumnSpec(one["name"], one["type"], ColumnKind(one["kind"]), one["indexed"])
                for one in value["columns"]
            ),
        )


def table_name(event: str) -> str:
    """An event's name in snake case: ``TradeReported`` is ``trade_reported``."""
    return re.sub(r"(?<=[a-z0-9])(?=[A-Z])|(?<=[A-Z])(?=[A-Z][a-z])", "_", event).lower()


def of_event(spec: EventSpec) -> TableSpec:
    """The table of an event of the kit."""
    columns = []
    for place, field in enumerate(spec.fields):
        if field.type == "address":
            kind = ColumnKind.ADDRESS
        elif field.type == "bytes32" or field.unit in _WORD_UNITS:
            kind = ColumnKind.WORD
        elif field.unit in _INTEGER_UNITS:
            kind = ColumnKind.INTEGER
        else:
            kind = ColumnKind.AMOUNT
        columns.append(ColumnSpec(field.name, field.type, kind, place < 2))
    return TableSpec(table_name(spec.name), spec.name, spec.topic, tuple(columns))


def own_tables(events: Iterable[EventSpec] = ALL_EVENTS) -> tuple[TableSpec, ...]:
    """The tables of the kit's events, in the order of `keelmark.events`."""
    return tuple(of_event(spec) for spec in events)


def from_abi(entry: Mapping[str, Any]) -> TableSpec:
    """The table of a foreign contract's event.

    Args:
        entry: an ABI entry of type ``event``.

    Raises:
        InputError: it is none, is anonymous, or has no name; two fields would be one column.
    """
    if entry.get("type") != "event" or not entry.get("name") or entry.get("anonymous"):
        raise InputError("abi: expected an event with a name that is not anonymous")
    inputs = list(entry.get("inputs", ()))
    dynamic = any(not one.get("indexed") and _is_dynamic(one["type"]) for one in inputs)
    columns: list[ColumnSpec] = []
    for place, one in enumerate(inputs):
        name = one.get("name") or f"field_{place}"
        indexed = bool(one.get("indexed"))
        if indexed and _is_dynamic(one["type"]):
            columns.append(ColumnSpec(name, "bytes32", ColumnKind.WORD, True))
        elif indexed or not dynamic:
            columns.append(ColumnSpec(name, one["type"], _foreign_kind(one["type"]), indexed))
    if dynamic:
        columns.append(ColumnSpec("data", "bytes", ColumnKind.RAW, False))
    names = [column.name.lower().removesuffix("_") for column in columns]
    if len(set(names)) < len(names):
        raise InputError(
            f"abi: {entry['name']} has two fields that would be one column, expected names that "
            "differ by more than case"
        )
    signature = f"{entry['name']}({','.join(_canonical(one) for one in inputs)})"
    topic = bytes(keccak(text=signature))
    return TableSpec(table_name(entry["name"]), entry["name"], topic, tuple(columns))


def _canonical(one: Mapping[str, Any]) -> str:
    """A parameter's type as signatures spell it."""
    kind = str(one["type"])
    if not kind.startswith("tuple"):
        return kind
    inner = ",".join(_canonical(part) for part in one["components"])
    return f"({inner}){kind.removeprefix('tuple')}"


_STATIC: Final = re.compile(r"u?int\d+|address|bool|bytes([1-9]|[12]\d|3[0-2])")


def _is_dynamic(kind: str) -> bool:
    """Whether a type is not a single static word (a struct or a fixed array counts as such)."""
    return _STATIC.fullmatch(kind) is None


def _foreign_kind(kind: str) -> ColumnKind:
    """How a static word of a foreign contract is stored."""
    if kind == "address":
        return ColumnKind.ADDRESS
    if kind == "bool":
        return ColumnKind.FLAG
    if kind.startswith("bytes"):
        return ColumnKind.WORD
    bits = int(kind.removeprefix("u").removeprefix("int"))
    if bits <= MOST_INT64_BITS:
        return ColumnKind.INTEGER
    return ColumnKind.AMOUNT if bits <= MOST_DECIMAL_BITS else ColumnKind.WORD
