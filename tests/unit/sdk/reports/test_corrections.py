"""Corrections, errors and what a reorganisation calls for."""

from __future__ import annotations

import json

import pytest

from keelmark.errors import InputError
from keelmark.reports.regulatory.corrections import (
    correct,
    differences,
    read_corrections,
    rows_of_json,
)
from keelmark.reports.regulatory.document import table_json
from keelmark.reports.regulatory.fields import TRADE_FIELDS, VALUATION_FIELDS, make_table
from keelmark.reports.regulatory.life import LifeCycle, Reported
from keelmark.reports.regulatory.registers import Registers
from keelmark.reports.regulatory.terms import Venue
from tests.support.books import WAD
from tests.support.reported import BOARD, BUYER, HOUSE, HOUSE_LEI, MAKER, Acts, begun

K = 1000 * WAD


def reports(acts: Acts) -> list[Reported]:
    """Every report of a script."""
    life = LifeCycle(Venue(HOUSE_LEI, HOUSE, BOARD), Registers(HOUSE_LEI))
    return [one for event in acts.events for one in life.apply(event)]


def two_trades(size: int = WAD, *, second: bool = True) -> Acts:
    """A position opened, and perhaps enlarged an hour later."""
    acts = begun()
    acts.trade((BUYER, 0), (MAKER, 0), 2 * WAD, 8 * K)
    if second:
        acts.trade((BUYER, 2 * WAD), (MAKER, -2 * WAD), size, 8 * K, after=3600)
    return acts


def earlier(acts: Acts) -> list[dict[str, int | str | bool]]:
    """A report as its JSON file gives it back."""
    table = make_table("trade", TRADE_FIELDS, [one.row for one in reports(acts)])
    return rows_of_json(table_json(table, {}), TRADE_FIELDS, "trade", "trade.json")


def told(made: list[Reported]) -> list[tuple[object, ...]]:
    """What reports of repairs are about."""
    keys = ("action_type", "event_type", "account", "level", "sequence", "corrects_sequence")
    return [tuple(one.row.get(key, "") for key in keys) for one in made]


def test_default_behavior() -> None:
    """What did not change calls for nothing."""
    acts = two_trades()
    assert earlier(acts) == [
        {key: value for key, value in one.row.items() if value != ""} for one in reports(acts)
    ]
    assert differences(earlier(acts), reports(acts), "x", by_life=True) == []


def test_changed() -> None:
    """The later blocks were replaced, and the second fill was of another size."""
    made = differences(earlier(two_trades()), reports(two_trades(3 * WAD)), "why", by_life=True)
    assert told(made) == [
        ("CORR", "", BUYER, "TCTN", 1, 1),
        ("CORR", "", BUYER, "PSTN", 2, 2),
        ("CORR", "", MAKER, "TCTN", 1, 1),
        ("CORR", "", MAKER, "PSTN", 2, 2),
    ]
    assert [one.row["quantity"] for one in made] == [3 * WAD, 5 * WAD, 3 * WAD, 5 * WAD]
    assert {one.row["reason"] for one in made} == {"why"}


def test_gone() -> None:
    """The second fill is gone: its legs are errors; the positions live on, as they were."""
    made = differences(
        earlier(two_trades()), reports(two_trades(second=False)), "why", by_life=True
    )
    assert sorted(told(made)) == [
        ("CORR", "", MAKER, "PSTN", 1, 2),
        ("CORR", "", BUYER, "PSTN", 1, 2),
        ("EROR", "", MAKER, "TCTN", 1, 1),
        ("EROR", "", BUYER, "TCTN", 1, 1),
    ]
    assert {one.row["quantity"] for one in made if one.row["level"] == "PSTN"} == {2 * WAD}


def test_all_gone() -> None:
    """Nothing of it exists any more: one error each, whatever had been reported of it."""
    made = differences(earlier(two_trades()), [], "why", by_life=True)
    assert sorted(told(made)) == [
        ("EROR", "", MAKER, "PSTN", 2, 2),
        ("EROR", "", MAKER, "TCTN", 1, 1),
        ("EROR", "", MAKER, "TCTN", 1, 1),
        ("EROR", "", BUYER, "PSTN", 2, 2),
        ("EROR", "", BUYER, "TCTN", 1, 1),
        ("EROR", "", BUYER, "TCTN", 1, 1),
    ]


def test_opened_before_the_period() -> None:
    """A position that was opened earlier is not withdrawn for want of reports in the period."""
    whole = reports(two_trades())
    history, period = whole[:4], earlier(two_trades())[4:]
    made = differences(period, [], "why", history, by_life=True)
    assert [one.row["action_type"] for one in made if one.row["level"] == "PSTN"] == ["CORR"] * 2


def test_new() -> None:
    """What came in the place of replaced blocks is reported as what it is."""
    made = differences(
        earlier(two_trades(second=False)), reports(two_trades()), "why", by_life=True
    )
    assert [(one.row["action_type"], one.row["event_type"]) for one in made] == [
        ("POSC", "TRAD"),
        ("MODI", "INCP"),
    ] * 2


def test_only_where_it_was_read() -> None:
    """Another block height, and another moment of reporting, are no corrections."""
    acts = two_trades()
    before = earlier(acts)
    for event in acts.events:
        object.__setattr__(event, "block_number", event.block_number + 3)
    now = reports(acts)
    for one in now:
        one.row["reporting_timestamp"] = "2026-01-01T00:00:00Z"
    assert differences(before, now, "why", by_life=True) == []


def test_chronological() -> None:
    """Whatever comes first on the chain is reported first."""
    made = differences(
        earlier(two_trades(second=False)), reports(two_trades(3 * WAD)), "x", by_life=True
    )
    times = [str(one.row["event_timestamp"]) for one in made]
    assert times == sorted(times)


def file(**changes: object) -> str:
    """A file of one correction of the buyer's position, as JSON."""
    uti = next(one.row["uti"] for one in reports(two_trades()) if one.row["level"] == "PSTN")
    base = {"uti": uti, "sequence": 2, "action_type": "CORR", "reason": "wrong venue"}
    return json.dumps([{**base, "cde_2_17_platform": "XOFF", **changes}])


def test_correction_file() -> None:
    """A value is set right; everything else stays as it was reported."""
    found = reports(two_trades())
    made = correct(read_corrections(file(), "f"), found, TRADE_FIELDS)
    assert told(made) == [("CORR", "", BUYER, "PSTN", 2, 2)]
    row = made[0].row
    assert (row["platform"], row["reason"], row["quantity"]) == ("XOFF", "wrong venue", 3 * WAD)


def test_order_of_corrections() -> None:
    """They follow what they correct, not the lines of the file."""
    found = reports(two_trades())
    lines = [
        {
            "uti": one.row["uti"],
            "sequence": one.row["sequence"],
            "action_type": "EROR",
            "reason": "x",
        }
        for one in found
    ]
    made = correct(read_corrections(json.dumps(lines[::-1]), "f"), found, TRADE_FIELDS)
    times = [one.row["event_timestamp"] for one in made]
    assert len(set(times)) == 2
    assert times == sorted(times, key=str)


def test_correction_file_as_csv() -> None:
    """The same as a table; an amount is a whole number of wads."""
    uti = json.loads(file())[0]["uti"]
    text = (
        "uti,sequence,action_type,reason,cde_2_79_quantity_wad\n"
        f"{uti},1,CORR,typing error,2500000000000000000\n"
        f"{uti},2,EROR,never traded,\n"
    )
    made = correct(read_corrections(text, "f"), reports(two_trades()), TRADE_FIELDS)
    assert [(one.row["action_type"], one.row["quantity"]) for one in made] == [
        ("CORR", 2_500_000_000_000_000_000),
        ("EROR", 3 * WAD),
    ]


@pytest.mark.parametrize(
    ("text", "words"),
    [
        ("[", "f is no JSON"),
        ("{}", "f, expected a list of corrections"),
        ("[]", "f is empty, expected at least one correction"),
        (file(uti=""), "uti in f, correction 1, expected a value"),
        (file(reason=None), "reason in f, correction 1, expected a value"),
        (
            file(action_type="MODI"),
            "action_type in f, correction 1 is 'MODI', expected one of CORR",
        ),
        (file(sequence="two"), "sequence in f, correction 1 is 'two', expected a whole number"),
        (file(table="trades"), "table in f, correction 1 is 'trades', expected one of trade"),
        (file(action_type="EROR"), "cde_2_17_platform in f, correction 1, expected no values"),
        (file(cde_2_17_platform=""), "f, correction 1 changes nothing, expected a column"),
        (file(sequence=9), "has no report 9, expected one that was made"),
        (file(colour="red"), "colour of 5299.*, expected a column of a report"),
        (file(cde_2_107_action_type="NEWT"), "cde_2_107_action_type of 5299.*, expected a column"),
    ],
)
def test_bad_file(text: str, words: str) -> None:
    """One sentence with the line and the field."""
    with pytest.raises(InputError, match=words):
        correct(read_corrections(text, "f"), reports(two_trades()), TRADE_FIELDS)


@pytest.mark.parametrize(
    ("column", "value", "words"),
    [
        ("cde_2_51_price_currency", "BTC", "expected an ISO 4217 currency code, not 'BTC'"),
        ("cde_2_6_counterparty_1", "5299KEELMARK00000399", "check digits"),
        ("cde_2_106_crypto", "maybe", "expected true or false, not 'maybe'"),
        ("cde_2_79_quantity_wad", "2.5", "expected a whole number, not '2.5'"),
    ],
)
def test_bad_value(column: str, value: str, words: str) -> None:
    """A value that the column's format does not have, a crypto ticker as a currency above all."""
    text = file(cde_2_17_platform="", **{column: value})
    with pytest.raises(InputError, match=words):
        correct(read_corrections(text, "f"), reports(two_trades()), TRADE_FIELDS)


@pytest.mark.parametrize(
    ("text", "words"),
    [
        ("x", "expected an earlier report's JSON file"),
        ('{"table": "valuation", "rows": []}', "is of 'valuation', expected trade"),
        ('{"table": "trade", "rows": [{"uti": 1}]}', "row 1 of p, expected the columns of trade"),
    ],
)
def test_bad_earlier_report(text: str, words: str) -> None:
    """A file that is no earlier report, or of another kind."""
    with pytest.raises(InputError, match=words):
        rows_of_json(text, TRADE_FIELDS, "trade", "p")


def test_valuations_are_a_day_each() -> None:
    """Without a life, each report stands for itself: what is gone is an error of its own."""
    row = {
        "uti": "U",
        "sequence": 3,
        "block_number": 9,
        "action_type": "VALU",
        "event_timestamp": "2020-03-12T23:59:00Z",
        "valuation": 5,
    }
    now = Reported(9, 0, 0, {**row, "sequence": 4})
    made = differences([row, {**row, "sequence": 4, "valuation": 6}], [now], "why")
    assert [(one.row["action_type"], one.row["corrects_sequence"]) for one in made] == [
        ("EROR", 3),
        ("CORR", 4),
    ]
    assert make_table("v", VALUATION_FIELDS, [one.row for one in made]).rows
