"""The columns against the guidance's list of elements, and the codes against their standards."""

from __future__ import annotations

import json
import re
from pathlib import Path
from typing import Any

import pytest

from keelmark.reports.iso20022 import TRADE_MESSAGE
from keelmark.reports.regulatory.currencies import CODES, is_currency
from keelmark.reports.regulatory.document import RESTS_ON
from keelmark.reports.regulatory.fields import (
    MARGIN_FIELDS,
    TRADE_FIELDS,
    VALUATION_FIELDS,
    ReportField,
    date_text,
    make_table,
    stamp_text,
)

ROOT = Path(__file__).resolve().parents[4]
FACTS: dict[str, Any] = json.loads((ROOT / "tests/vectors/trade_reporting.json").read_text("utf-8"))
FIELDS = {
    f"{name} {one.key}": one
    for name, fields in (
        ("trade", TRADE_FIELDS),
        ("valuation", VALUATION_FIELDS),
        ("margin", MARGIN_FIELDS),
    )
    for one in fields
    if one.number and one.number != "UTI"
}


@pytest.mark.parametrize("one", FIELDS.values(), ids=FIELDS)
def test_name_and_number(one: ReportField) -> None:
    """Each column carries the number and the name that the guidance gives it."""
    if one.number.startswith("EMIR"):
        assert FACTS["emir"][one.number.removeprefix("EMIR ")].lower() == one.title.lower()
        return
    found = FACTS["cde"][one.number]
    name = re.sub(r" \(13.*|/currency pair$", "", found["name"])
    assert one.title == name
    # "as 52" is the reference's word for the format of 2.52.
    formats = (found["format"] or "").replace("as 52", "Char(1)").replace(" ", "")
    assert formats.startswith(one.format.replace("MIC", "").replace(" ", "")[:7])
    if one.confirmed:
        assert found["read"], f"{one.number}: its format was not read in a source"


def test_columns_differ() -> None:
    """No two columns of a table have one name."""
    for fields in (TRADE_FIELDS, VALUATION_FIELDS, MARGIN_FIELDS):
        assert len({one.column for one in fields}) == len(fields)


def test_known_paths() -> None:
    """Paths and elements of auth.030 are those that are known, and no others."""
    known = {
        number: path
        for number, path in FACTS["auth030_paths"].items()
        if "/" in path or path.isalpha()
    }
    assert TRADE_MESSAGE.paths == known
    choices = re.findall(r"[A-Z][a-zA-Z]+", FACTS["auth030_paths"]["2.107"].partition("(")[2])
    assert set(TRADE_MESSAGE.choices.values()) == set(choices)
    assert set(TRADE_MESSAGE.choices) <= set(FACTS["codes"]["action_type"])


@pytest.mark.parametrize("code", ["EUR", "USD", "GBP", "JPY", "CHF", "SEK", "PLN", "CNY", "BGN"])
def test_currency(code: str) -> None:
    """What money is called."""
    assert is_currency(code)


@pytest.mark.parametrize(
    "text",
    ["BTC", "ETH", "SOL", "XBT", "USDC", "USDT", "DAI", "BNB", "", "usd", "XTS", "4H95J0R2X"],
)
def test_no_currency(text: str) -> None:
    """Tickers of crypto assets are none, nor are the codes that stand for no currency."""
    assert not is_currency(text)


def test_currency_list() -> None:
    """Three capital letters each, about as many as the standard has."""
    assert all(re.fullmatch(r"[A-Z]{3}", code) for code in CODES)
    assert 150 < len(CODES) < 200


def test_times() -> None:
    """12 March 2020, 16:01:00 UTC, as the guidance writes it."""
    assert stamp_text(1_584_028_860) == "2020-03-12T16:01:00Z"
    assert date_text(1_584_028_860) == "2020-03-12"


def test_unknown_key() -> None:
    """A report that says what no column holds is refused, not cut."""
    with pytest.raises(KeyError, match="no column for colour"):
        make_table("trade", TRADE_FIELDS, [{"colour": "red"}])


def test_rules_rested_on() -> None:
    """Every rule that is no law's own figure and that the margin's code names is told of, but for
    those that have to do with trading only."""
    from keelmark.regulation import Status, rules

    trading = {
        "PRICE_BAND_BPS",
        "OPTION_PRICE_BAND_BPS",
        "MAX_UNDERLIERS",
        "RETAIL_WARNING_UPDATE_MONTHS",
    }
    folder = ROOT / "pysdk" / "keelmark" / "margin"
    text = "".join(path.read_text("utf-8") for path in folder.glob("*.py"))
    named = {
        one.id
        for one in rules().values()
        if one.status is not Status.READ and f'"{one.id}"' in text
    }
    assert named - trading <= set(RESTS_ON)
    assert all(rules()[name].status is not Status.READ for name in RESTS_ON)
