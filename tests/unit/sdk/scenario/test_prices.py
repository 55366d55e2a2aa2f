"""Price files: what is read, how a day becomes four prices, and one sentence for each bad file."""

from __future__ import annotations

from pathlib import Path

import pytest

from keelmark.errors import InputError
from keelmark.scenario.prices import bundled_prices, parse_prices, price_path, read_prices

HEAD = "date,open,high,low,close\n"
UP = "2020-03-10,100,130,90,120\n"
DOWN = "2020-03-11,120,125,80,95.5\n"


def test_the_bundled_days_are_the_crash() -> None:
    days = bundled_prices()
    assert [str(day.day) for day in days] == [f"2020-03-{number:02d}" for number in range(5, 21)]
    crash = days[7]
    # As the daily history has them for 12 March 2020.
    assert crash.open == 7_938_050_000_000_000_000_000
    assert crash.low == 4_644 * 10**18
    assert crash.close == 4_857_100_000_000_000_000_000
    assert days[8].low == 3_858 * 10**18


def test_a_rising_day_touches_its_low_first_and_a_falling_day_its_high() -> None:
    points = list(price_path(parse_prices(HEAD + UP + DOWN, "file")))
    wholes = [point.price / 10**18 for point in points]
    assert wholes == [100, 90, 130, 120, 120, 125, 80, 95.5]
    # 10 March 2020 began at second 1,583,798,400.
    assert [point.time - 1_583_798_400 for point in points[:5]] == [
        0,
        28_800,
        57_600,
        86_340,
        86_400,
    ]


def test_a_day_that_closes_where_it_opened_counts_as_rising() -> None:
    days = parse_prices(
        HEAD + "2020-03-10,100,130,90,100\n" + DOWN.replace("120", "100", 1), "file"
    )
    assert days[0].path == tuple(number * 10**18 for number in (100, 90, 130, 100))


def test_prices_are_exact() -> None:
    row = "2020-03-10,0.100000000000000001,0.3,0.1,0.2\n"
    days = parse_prices(HEAD + row + "2020-03-11,0.2,0.3,0.1,0.2\n", "file")
    assert days[0].open == 100_000_000_000_000_001


def test_columns_may_stand_in_another_order_with_others_beside() -> None:
    text = (
        "volume,Close,low,high,open,date\n5,120,90,130,100,2020-03-10\n6,95,80,125,120,2020-03-11\n"
    )
    assert parse_prices(text, "file")[0].path == tuple(n * 10**18 for n in (100, 90, 130, 120))


BAD = {
    "empty": ("", "is empty, expected the columns"),
    "header only": (HEAD, "0 rows of prices, expected 2 to"),
    "one day": (HEAD + UP, "1 rows of prices, expected 2 to"),
    "column missing": ("date,open,high,low\n", "line 1: column close is missing"),
    "column twice": ("date,open,high,low,close,low\n", "line 1: column low is there twice"),
    "field missing": (HEAD + UP + "2020-03-11,120,125,80\n", "line 3: 4 fields, expected 5"),
    "no date": (
        HEAD + UP + "11 March,120,125,80,95\n",
        "line 3: date is '11 March', expected a day",
    ),
    "no such day": (HEAD + "2020-02-30,1,2,1,2\n", "line 2: date is '2020-02-30'"),
    "compact date": (HEAD + "20200310,1,2,1,2\n", "line 2: date is '20200310'"),
    "too early": (HEAD + "1969-12-31,1,2,1,2\n", "line 2: date is 1969-12-31, expected 1970-02-01"),
    "day missing": (
        HEAD + UP + "2020-03-13,1,2,1,2\n",
        "line 3: date is 2020-03-13, expected 2020-03-11",
    ),
    "day twice": (HEAD + UP + UP, "line 3: date 2020-03-10 does not follow 2020-03-10"),
    "backwards": (HEAD + DOWN + UP, "line 3: date 2020-03-10 does not follow 2020-03-11"),
    "high below low": (HEAD + UP + "2020-03-11,5,4,6,5\n", "line 3: high is below low"),
    "open outside": (HEAD + UP + "2020-03-11,7,6,4,5\n", "line 3: open is outside low and high"),
    "close outside": (HEAD + UP + "2020-03-11,5,6,4,3\n", "line 3: close is outside low and high"),
    "negative": (HEAD + UP + "2020-03-11,-5,6,-5,5\n", "line 3: open is -5, expected 0.000001"),
    "zero": (HEAD + UP + "2020-03-11,0,6,0,5\n", "line 3: open is 0, expected 0.000001"),
    "no number": (HEAD + UP + "2020-03-11,5,6,low,5\n", "line 3: low is 'low', expected a decimal"),
    "blank": (HEAD + UP + "2020-03-11,5,6,,5\n", "line 3: low is '', expected a decimal"),
    "not finite": (
        HEAD + UP + "2020-03-11,5,6,nan,5\n",
        "line 3: low is 'nan', expected a decimal",
    ),
    "infinite": (HEAD + UP + "2020-03-11,5,inf,4,5\n", "line 3: high is 'inf', expected a decimal"),
    "too large": (HEAD + UP + "2020-03-11,5,1e9,4,5\n", "line 3: high is 1e9, expected 0.000001"),
    "too fine": (HEAD + UP + "2020-03-11,1.0000000000000000001,6,1,5\n", "at most 18 decimals"),
    "open quote": (HEAD + '"2020-03-10,5,6,4,5\n', "no CSV"),
}


@pytest.mark.parametrize(("text", "words"), BAD.values(), ids=BAD)
def test_a_bad_file_is_refused_by_line_and_field(text: str, words: str) -> None:
    with pytest.raises(InputError) as refused:
        parse_prices(text, "prices.csv")
    assert words in str(refused.value)
    assert "prices.csv" in str(refused.value)


def test_a_file_that_is_not_there(tmp_path: Path) -> None:
    with pytest.raises(InputError, match=r"nowhere\.csv cannot be read"):
        read_prices(tmp_path / "nowhere.csv")


def test_a_file_that_is_no_text(tmp_path: Path) -> None:
    path = tmp_path / "prices.csv"
    path.write_bytes(b"\xff\xfe\x00")
    with pytest.raises(InputError, match="no UTF-8 text"):
        read_prices(path)
