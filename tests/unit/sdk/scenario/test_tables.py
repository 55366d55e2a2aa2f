"""Tables of a report keep exact amounts exact, whatever a reader's tool does with numbers."""

from __future__ import annotations

import io
from decimal import Decimal
from typing import Any

import pytest

from keelmark.reports import Column, Table
from keelmark.reports.table import Kind, money_text, time_text

LARGE = 10**38 - 1
"""The largest amount that is ever reported; a float holds sixteen digits of it."""


def table(amount: int, text: str = "role") -> Table:
    """One row."""
    columns = (
        Column("party", "party"),
        Column("cash_wad", "cash", Kind.MONEY),
        Column("time", "time", Kind.TIME),
    )
    return Table("one", columns, ((text, amount, 1_583_798_400),))


@pytest.mark.parametrize("amount", [LARGE, -LARGE, 1, 0])
def test_amounts_survive_every_form(amount: int) -> None:
    from importlib import import_module

    parquet: Any = import_module("pyarrow.parquet")
    read = parquet.read_table(io.BytesIO(table(amount).parquet()))
    assert str(read.schema.field("cash_wad").type) == "decimal128(38, 0)"
    assert read.column("cash_wad").to_pylist() == [Decimal(amount)]
    assert table(amount).csv().splitlines()[1] == f"role,{amount},1583798400"
    assert table(amount).records()[0]["cash_wad"] == str(amount)


def test_an_amount_beyond_the_bound_is_refused() -> None:
    with pytest.raises(ValueError, match=r"less than 10\^38"):
        table(10**38).parquet()


def test_a_spreadsheet_is_given_no_formula() -> None:
    assert table(1, "=1+1").csv().splitlines()[1].startswith(" =1+1,")


def test_amounts_for_people() -> None:
    assert money_text(1_234_567_899_999_999_999_999_999) == "1,234,567.89"
    assert money_text(-5 * 10**15) == "0.00"
    assert money_text(-15 * 10**15) == "−0.01"
    assert time_text(1_583_798_400) == "2020-03-10 00:00:00"
