"""Rows of no contract, made from a number: every kind of column, any range of blocks, any fork.

What a store must give back is worked out here from the same numbers, without Arrow.
"""

from __future__ import annotations

import hashlib
import random
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from decimal import Decimal
from typing import Any

import pyarrow as pa

from keelmark.columns import ColumnKind, ColumnSpec, TableSpec, arrow_schema
from keelmark.store import (
    Checkpoint,
    Description,
    Header,
    Heads,
    RootProof,
    RowSet,
    Store,
    Watched,
)

__all__ = [
    "CONTRACT",
    "DESCRIPTION",
    "FIRST",
    "MOVED",
    "NOTED",
    "TABLES",
    "contents",
    "expected_rows",
    "header",
    "made",
    "proof",
    "tables_of",
    "with_amount",
]

FIRST = 100
"""First block of the made stores."""

CONTRACT = b"\x11" * 20
MOVED, NOTED, QUIET = "moved", "noted", "quiet"


def _digest(*parts: object) -> bytes:
    return hashlib.sha256(repr(parts).encode()).digest()


TABLES = (
    TableSpec(
        MOVED,
        "Moved",
        _digest("Moved"),
        (
            ColumnSpec("who", "address", ColumnKind.ADDRESS, True),
            ColumnSpec("order", "uint256", ColumnKind.INTEGER, True),
            ColumnSpec("amount", "int256", ColumnKind.AMOUNT, False),
            ColumnSpec("isOpen", "bool", ColumnKind.FLAG, False),
            ColumnSpec("word", "bytes32", ColumnKind.WORD, False),
            ColumnSpec("address", "address", ColumnKind.ADDRESS, False),
        ),
    ),
    TableSpec(
        NOTED, "Noted", _digest("Noted"), (ColumnSpec("data", "bytes", ColumnKind.RAW, False),)
    ),
    TableSpec(QUIET, "Quiet", _digest("Quiet"), ()),
)
"""With a keyword, capitals and a system column's name among the columns' names."""

DESCRIPTION = Description(
    chain_id=1,
    venue="made",
    contracts=(Watched("Made", CONTRACT, _digest("code"), FIRST, True),),
    tables=TABLES,
    first_block=FIRST,
    manifest='{"ü": 1}',
)

Row = tuple[Any, ...]


def header(number: int, fork: int = 0) -> Header:
    """A block's header; forks share nothing but heights."""
    return Header(
        number,
        _digest(number, fork),
        _digest(number - 1, fork if number > fork else 0),
        number * 12,
    )


def rows_of(number: int, fork: int = 0, most: int = 6) -> dict[str, list[Row]]:
    """The rows of a block, by table; none in some blocks."""
    found: dict[str, list[Row]] = {}
    source = random.Random(f"{number} {fork}")
    block = header(number, fork)
    for place in range(source.randrange(most + 1)):
        system = (number, block.hash, block.time, place // 2, _digest(number, fork, place // 2))
        system = (*system, place * 3, CONTRACT)
        name = source.choice((MOVED, MOVED, MOVED, NOTED))
        if name == MOVED:
            amount = source.choice((10**38 - 1, 1 - 10**38, 0, -1, source.getrandbits(120)))
            own: Row = (
                source.randbytes(20),
                source.randrange(2**63),
                amount,
                source.random() < 0.5,
                source.randbytes(32),
                source.randbytes(20),
            )
        else:
            own = (source.randbytes(source.randrange(90)),)
        found.setdefault(name, []).append((*system, *own))
    return found


def expected_rows(blocks: Iterable[tuple[int, int]], most: int = 6) -> dict[str, list[Row]]:
    """Rows of blocks, each with its fork, by table; every table is there."""
    found: dict[str, list[Row]] = {table.name: [] for table in TABLES}
    for number, fork in blocks:
        for name, rows in rows_of(number, fork, most).items():
            found[name] += rows
    return found


def tables_of(rows: Mapping[str, Sequence[Row]]) -> dict[str, pa.Table]:
    """Rows as Arrow tables."""
    return {table.name: _arrow(table, rows[table.name]) for table in TABLES if rows.get(table.name)}


def _arrow(table: TableSpec, rows: Sequence[Row]) -> pa.Table:
    schema = arrow_schema(table)
    arrays = []
    for values, kind in zip(zip(*rows, strict=True), schema, strict=True):
        decimal = pa.types.is_decimal(kind.type)
        arrays.append(pa.array([Decimal(one) for one in values] if decimal else values, kind.type))
    return pa.Table.from_arrays(arrays, schema=schema)


def made(
    first: int, last: int, fork: int = 0, *, heads: Heads | None = None, most: int = 6
) -> RowSet:
    """A row set of blocks of a fork.

    Args:
        first: its first block.
        last: its last block.
        fork: which chain.
        heads: of the chain; all three at the last block if None.
        most: rows of a block at most.
    """
    rows = expected_rows(((number, fork) for number in range(first, last + 1)), most)
    end = header(last, fork)
    known = heads or Heads(last, last, last)
    count = sum(len(several) for several in rows.values())
    point = Checkpoint(first, last, end.hash, end.time, known, count, 1_700_000_000)
    return RowSet(tables_of(rows), (end,), point)


def with_amount(rows: RowSet, amount: int) -> RowSet:
    """The rows of `MOVED` alone, with one amount in all of them."""
    table = rows.rows[MOVED]
    place = table.schema.get_field_index("amount")
    column = pa.array([Decimal(amount)] * table.num_rows, pa.decimal128(38, 0))
    changed = table.set_column(place, table.schema.field(place), column)
    point = replace(rows.checkpoint, rows=table.num_rows)
    return replace(rows, rows={MOVED: changed}, checkpoint=point)


def proof(number: int, fork: int = 0, contract: bytes = CONTRACT) -> RootProof:
    """A proof in shape only."""
    nodes = tuple(_digest("node", number, fork, place) * (place + 1) for place in range(3))
    block = header(number, fork)
    return RootProof(
        contract,
        number,
        block.hash,
        b"\xf9" + block.hash,
        _digest("root", number),
        nodes,
        nodes[1:],
    )


@dataclass(frozen=True)
class Contents:
    """Everything that a store tells."""

    rows: dict[str, list[Row]]
    checkpoints: tuple[Checkpoint, ...]
    headers: tuple[Header, ...]
    heads: Heads | None
    proofs: tuple[RootProof, ...]

    def without_proofs(self) -> Contents:
        """The same, but for proofs."""
        return replace(self, proofs=())


def contents(store: Store) -> Contents:
    """Reads everything, and sees that a store agrees with itself."""
    rows: dict[str, list[Row]] = {}
    for table in store.description.tables:
        batches = list(store.scan(table.name))
        assert all(batch.schema.equals(arrow_schema(table)) for batch in batches)
        rows[table.name] = [
            tuple(int(one) if isinstance(one, Decimal) else one for one in row.values())
            for batch in batches
            for row in batch.to_pylist()
        ]
        assert store.count(table.name) == len(rows[table.name])
    points = store.checkpoints()
    assert store.checkpoint() == (points[-1] if points else None)
    return Contents(rows, points, store.headers(0, 2**40), store.heads(), store.proofs())
