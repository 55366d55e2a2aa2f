"""The report's tables of options: every data element, from events written by hand."""

from __future__ import annotations

import re
from typing import Any

import pytest

from keelmark.events import BY_NAME, Event
from keelmark.reports.option_tables import option_tables
from keelmark.reports.table import Kind, Table
from keelmark.reports.tables import Names, settlements
from tests.support.books import DAY, NOW, WAD
from tests.support.parties import lei_text

CALL, PUT, FUTURE = 5, 6, 7
EXPIRY = NOW + 30 * DAY
NAMES = Names({1: "maker", 2: "writer"}, {CALL: "call 8000", PUT: "put 6500"}, 10**9)
LEI = lei_text(1)
UTI = int(LEI, 36) << 128 | 0xAB


def word(kind: int, mark: int = 0) -> int:
    """An instrument word, by its layout."""
    return EXPIRY | 1 << 32 | 7 << 48 | kind << 56 | 10_000 << 80 | 13 << 96 | mark << 104


def made(place: int, name: str, **args: int | str | bytes) -> Event:
    """One event, a block and an hour after the one before."""
    spec = BY_NAME[name]
    assert set(args) == {field.name for field in spec.fields}, name
    return Event(spec, "0x" + "11" * 20, args, place, 0, NOW + 3600 * place)


def leg(place: int, account: int, instrument: int, size: int, price: int, mode: int = 1) -> Event:
    """A leg of a fill."""
    return made(
        place,
        "TradeReported",
        account=account,
        instrument=instrument,
        uti=UTI.to_bytes(32, "big"),
        prior_uti=bytes(32),
        execution=mode | 1 << 8 | 1 << 16,
        size=size,
        price=price,
        index=price,
        position_size=size,
        position_quote=0,
        cash=0,
        equity=0,
        initial_margin=0,
    )


def valued(place: int, instrument: int, mark: int, delta: int) -> Event:
    """A valuation as of an hour before it was written down."""
    return made(
        place,
        "RiskArrayRefreshed",
        instrument=instrument,
        feed=1,
        lanes=9,
        word=word(3, mark),
        forward=8100 * WAD,
        volatility=WAD * 4 // 5,
        delta=delta,
        surface=9 | (NOW + 3600 * (place - 1)) << 16,
        model=bytes([place]) * 32,
    )


@pytest.fixture(scope="module")
def tables() -> dict[str, Table]:
    """Two options and a future: listed, valued, traded, exercised, paid out."""
    events = [
        made(1, "InstrumentListed", instrument=CALL, feed=1, word=word(3)),
        made(1, "OptionListed", instrument=CALL, feed=1, word=8000 * WAD | 1 << 88),
        made(2, "InstrumentListed", instrument=PUT, feed=1, word=word(3)),
        made(2, "OptionListed", instrument=PUT, feed=1, word=6500 * WAD),
        made(3, "InstrumentListed", instrument=FUTURE, feed=1, word=word(2)),
        valued(4, CALL, 700 * WAD, WAD * 55 // 100),
        valued(4, PUT, 90 * WAD, -WAD // 10),
        leg(5, 1, CALL, 3 * WAD // 2, 701 * WAD),
        leg(5, 2, CALL, -3 * WAD // 2, 701 * WAD),
        leg(6, 1, FUTURE, WAD, 8000 * WAD),
        valued(7, CALL, 650 * WAD, WAD // 2),
        leg(8, 1, CALL, -WAD // 3, 650 * WAD + 1, mode=2),
        made(
            9,
            "OptionExercised",
            instrument=CALL,
            feed=1,
            price=8250 * WAD,
            strike=8000 * WAD,
            payoff=250 * WAD,
            expiry=EXPIRY,
        ),
        made(
            10,
            "PositionSettled",
            account=2,
            instrument=CALL,
            size=-WAD,
            cash_flow=-250 * WAD,
            cash=1,
        ),
    ]
    made_of = (*option_tables(events, NAMES), settlements(events, NAMES))
    return {table.name: table for table in made_of}


def rows(table: Table) -> list[dict[str, Any]]:
    """The rows by column."""
    return [
        {column.name: cell for column, cell in zip(table.columns, row, strict=True)}
        for row in table.rows
    ]


def test_a_leg_carries_premium_strike_dates_notional_and_delta(tables: dict[str, Table]) -> None:
    bought, sold, taken = rows(tables["option_premiums"])
    assert (bought["instrument_name"], bought["option_type"]) == ("call 8000", "call")
    assert bought["strike_wad"] == 8000 * WAD
    assert bought["first_exercise"] == bought["expiry"] == EXPIRY
    # One and a half at 701; strike times quantity.
    assert (bought["size_wad"], bought["premium_wad"]) == (3 * WAD // 2, 1051 * WAD + WAD // 2)
    assert (bought["notional_wad"], bought["delta_wad"]) == (12_000 * WAD, WAD * 55 // 100)
    assert bought["premium_date"] == bought["time"] == NOW + 5 * 3600
    assert bought["uti"] == LEI + "0" * 30 + "AB"
    assert (sold["premium_wad"], sold["notional_wad"]) == (-bought["premium_wad"], 12_000 * WAD)
    # A third was sold, a wei more in size, so 650 more in money; the delta of the later valuation.
    assert taken["premium_wad"] == -216_666_666_666_666_667_100
    assert (taken["execution"], taken["delta_wad"]) == ("take-over", WAD // 2)


def test_a_valuation_is_marked_to_model_with_its_digest(tables: dict[str, Table]) -> None:
    first, put, later = rows(tables["option_valuations"])
    assert [one["mark_wad"] for one in (first, put, later)] == [700 * WAD, 90 * WAD, 650 * WAD]
    assert {one["method"] for one in (first, put, later)} == {"mark-to-model"}
    assert put["delta_wad"] == -WAD // 10
    assert first["valued_at"] == NOW + 3 * 3600
    assert first["model"] == "0x" + "04" * 32
    assert (first["forward_wad"], first["volatility_wad"]) == (8100 * WAD, WAD * 4 // 5)


def test_terms_and_end_of_each_option(tables: dict[str, Table]) -> None:
    call, put = rows(tables["options"])
    assert (call["option_type"], put["option_type"]) == ("call", "put")
    assert (call["strike_wad"], put["strike_wad"]) == (8000 * WAD, 6500 * WAD)
    assert call["expiry"] == put["first_exercise"] == EXPIRY
    assert (call["end"], put["end"]) == ("exercised", "open")
    assert (call["settlement_price_wad"], call["payoff_wad"]) == (8250 * WAD, 250 * WAD)
    (settled,) = rows(tables["settlements"])
    assert settled["cash_flow_wad"] == -250 * WAD


def test_titles_name_the_data_elements(tables: dict[str, Table]) -> None:
    chosen = (table for name, table in tables.items() if name.startswith("option"))
    columns = [column for table in chosen for column in table.columns]
    told = {column.name: re.findall(r"2\.\d+", column.title) for column in columns}
    assert {name: found for name, found in told.items() if found} == {
        "strike_wad": ["2.60"],
        "first_exercise": ["2.67"],
        "expiry": ["2.2", "2.19"],
        "size_wad": ["2.79"],
        "premium_wad": ["2.64"],
        "premium_date": ["2.66"],
        "notional_wad": ["2.70"],
        "delta_wad": ["2.71"],
        "mark_wad": ["2.25"],
        "valued_at": ["2.27"],
        "method": ["2.28"],
    }


def test_amounts_are_exact_in_files(tables: dict[str, Table]) -> None:
    exact = {Kind.MONEY, Kind.SIZE, Kind.RATIO}
    for table in tables.values():
        assert table.parquet()
        assert {column.kind for column in table.columns if column.name.endswith("_wad")} <= exact


def test_without_options_the_tables_are_empty() -> None:
    found = option_tables([leg(1, 1, FUTURE, WAD, WAD)], NAMES)
    assert [len(table.rows) for table in found] == [0, 0, 0]
