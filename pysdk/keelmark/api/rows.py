"""Rows of a store as JSON values: amounts as strings of digits, hashes as hexadecimal, times UTC.

A row has the same form whatever venue, chain or contract it comes from: where it stands, how final
it is, and its fields. What each field counts is said once a table.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import UTC, datetime
from functools import lru_cache
from typing import Any, Final

from eth_utils.address import to_checksum_address

from keelmark.columns.schema import SYSTEM, arrow_schema
from keelmark.columns.spec import ColumnKind, ColumnSpec, TableSpec
from keelmark.events import BY_TOPIC, Unit
from keelmark.store.model import Description, Finality, Heads

__all__ = ["Form", "Place", "Row", "iso_time"]

UNITS: Final[Mapping[Unit, str]] = {
    Unit.WAD: "1e-18 of the settlement unit",
    Unit.SIZE: "1e-18 of the underlier's unit",
    Unit.PRICE: "1e-18 of the settlement unit for one unit of the underlier",
    Unit.PRICE_RATE: "1e-18 of the settlement unit for one unit of the underlier and second",
    Unit.VOLATILITY: "1e-18, annualised",
    Unit.RATIO: "1e-18",
    Unit.TOKEN: "smallest unit of the token",
    Unit.SECONDS: "Unix seconds",
    Unit.FLAGS: "bits",
    Unit.WORD: "packed word, hexadecimal",
    Unit.ADDRESS: "address",
    Unit.TEXT: "text",
    Unit.HASH: "hash, hexadecimal",
}
"""Units of the kit's fields, where their own name does not say it."""

FOREIGN_UNIT: Final = "as the contract has it"

SAFE_BITS: Final = 48
"""Widest integer of a foreign contract that is a JSON number: every reader holds it exactly."""

LAST_SECOND: Final = 253_402_300_799
"""Of the year 9999, the last that ISO 8601 writes with four digits."""

END: Final = 2**31 - 1
"""Stands for the place after the last log of a block."""

Encoder = Callable[[Any], Any]


@dataclass(frozen=True, slots=True, order=True)
class Place:
    """Where a row stands: height and place in the block."""

    block: int
    log: int


@dataclass(frozen=True, slots=True)
class Row:
    """One row of a table, its columns as Arrow gives them."""

    table: TableSpec
    place: Place
    block_hash: bytes
    time: int
    """Of its block, Unix seconds."""
    values: Mapping[str, Any]
    """Every column by its name in the store."""

    def number(self, column: str) -> int:
        """A column of integers or amounts."""
        return int(self.values[column])


def iso_time(seconds: int) -> str:
    """A time as ISO 8601 in UTC; times beyond the year 9999 as its last second."""
    return datetime.fromtimestamp(min(seconds, LAST_SECOND), UTC).strftime("%Y-%m-%dT%H:%M:%SZ")


@lru_cache(maxsize=4_096)
def _checksummed(address: bytes) -> str:
    return str(to_checksum_address(address))


def _hex(word: bytes) -> str:
    return "0x" + word.hex()


def _text(word: bytes) -> str:
    """Left-aligned ASCII; hexadecimal if it is none."""
    found = word.rstrip(b"\0")
    return found.decode("ascii") if found.isascii() and found.isalnum() else _hex(word)


def _digits(value: Any) -> str:
    return str(int(value))


class Form:
    """How the rows of a store are shown."""

    def __init__(self, description: Description) -> None:
        self.description = description
        self._names = {one.address: one.name for one in description.contracts}
        self._encoders = {table.name: _encoders(table) for table in description.tables}

    def units(self, table: TableSpec) -> dict[str, str]:
        """A table's fields and what each counts."""
        spec = BY_TOPIC.get(table.topic)
        if spec is None:
            return {column.name: FOREIGN_UNIT for column in table.columns}
        return {field.name: UNITS.get(field.unit, field.unit.value) for field in spec.fields}

    def head(self, row: Row, heads: Heads) -> dict[str, Any]:
        """Where a row stands and how final it is: the same for every table."""
        values = row.values
        return {
            "chain_id": self.description.chain_id,
            "venue": self.description.venue,
            "block_number": row.place.block,
            "block_hash": _hex(row.block_hash),
            "log_index": row.place.log,
            "time": iso_time(row.time),
            "finality": heads.finality(row.place.block).value,
            "transaction_hash": _hex(values["transaction_hash"]),
            "transaction_index": values["transaction_index"],
            "contract": self._names.get(values["address"], ""),
            "address": _checksummed(values["address"]),
        }

    def fields(self, row: Row) -> dict[str, Any]:
        """A row's own fields."""
        values = row.values
        return {
            name: encode(values[column]) for name, column, encode in self._encoders[row.table.name]
        }

    def event(self, row: Row, heads: Heads) -> dict[str, Any]:
        """A row of any table."""
        return {
            **self.head(row, heads),
            "table": row.table.name,
            "event": row.table.event,
            "fields": self.fields(row),
        }

    def finality(self, block: int, heads: Heads) -> Finality:
        """How final a block is."""
        return heads.finality(block)

    def describe(self, table: TableSpec) -> dict[str, Any]:
        """A table's columns for whoever reads it."""
        spec = BY_TOPIC.get(table.topic)
        own = {field.name: field for field in spec.fields} if spec else {}
        units = self.units(table)
        return {
            "name": table.name,
            "event": table.event,
            "topic": _hex(table.topic),
            "meaning": spec.meaning if spec else "",
            "fields": [
                {
                    "name": column.name,
                    "abi_type": column.abi_type,
                    "unit": units[column.name],
                    "indexed": column.indexed,
                    "cde": own[column.name].cde if column.name in own else None,
                    "note": own[column.name].note if column.name in own else "",
                }
                for column in table.columns
            ],
        }


def _encoders(table: TableSpec) -> tuple[tuple[str, str, Encoder], ...]:
    """Each field's name, its column in the store, and what makes it JSON."""
    spec = BY_TOPIC.get(table.topic)
    units = {field.name: field.unit for field in spec.fields} if spec else {}
    columns = arrow_schema(table).names[len(SYSTEM) :]
    return tuple(
        (column.name, stored, _encoder(column, units.get(column.name)))
        for column, stored in zip(table.columns, columns, strict=True)
    )


def _encoder(column: ColumnSpec, unit: Unit | None) -> Encoder:
    if column.kind == ColumnKind.AMOUNT:
        return _digits
    if column.kind == ColumnKind.ADDRESS:
        return _checksummed
    if column.kind == ColumnKind.FLAG:
        return bool
    if column.kind == ColumnKind.INTEGER:
        return int if unit is not None or _bits(column.abi_type) <= SAFE_BITS else _digits
    if column.kind == ColumnKind.WORD and unit is Unit.TEXT:
        return _text
    if column.kind == ColumnKind.WORD and unit is None and _bits(column.abi_type):
        signed = column.signed
        return lambda word: str(int.from_bytes(word, "big", signed=signed))
    return _hex


def _bits(abi_type: str) -> int:
    """Width of an integer type; 0 for what is none."""
    digits = abi_type.removeprefix("u").removeprefix("int")
    return int(digits) if digits.isdigit() and "int" in abi_type else 0
