"""Cells that say nothing, in every form of a table."""

from __future__ import annotations

import io

import pyarrow as pa
import pyarrow.parquet as pq
import pytest

from keelmark.reports.table import Column, Kind, Table

KINDS = [kind for kind in Kind if kind != Kind.TEXT]


@pytest.mark.parametrize("kind", KINDS)
def test_nothing(kind: Kind) -> None:
    """Null in Parquet and JSON, empty in CSV; never zero."""
    table = Table("t", (Column("a", "a", kind), Column("b", "b")), (("", ""),))
    found = pq.read_table(io.BytesIO(table.parquet())).to_pylist()
    assert found == [{"a": None, "b": ""}]
    assert table.records() == [{"a": None, "b": ""}]
    assert table.csv() == "a,b\n,\n"


def test_zero_is_something() -> None:
    """Zero and false stand."""
    columns = (Column("a", "a", Kind.MONEY), Column("b", "b", Kind.FLAG))
    table = Table("t", columns, ((0, False), ("", "")))
    found = pq.read_table(io.BytesIO(table.parquet()))
    assert found.column("a").null_count == found.column("b").null_count == 1
    assert found.schema.field("a").type == pa.decimal128(38, 0)
    assert table.records()[0] == {"a": "0", "b": False}
