"""Daily prices, read strictly, and the four prices a day that a replay pushes.

A file has the columns date, open, high, low, close; one row a day, no day missing. What happened
inside a day is not in it. The replay therefore reconstructs a path: open, low, high, close on a
day that closed at or above its open, else open, high, low, close, at 00:00, 08:00, 16:00 and
23:59 UTC. Prices are read as decimal text and kept as wads; no float is involved.
"""

from __future__ import annotations

import csv
import io
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta
from decimal import Decimal, InvalidOperation
from importlib import resources
from pathlib import Path

from keelmark.errors import InputError
from keelmark.units import WAD

__all__ = ["PriceDay", "PricePoint", "bundled_prices", "price_path", "price_text", "read_prices"]

DAY = 86_400
COLUMNS = ("date", "open", "high", "low", "close")
TIMES = (0, 8 * 3600, 16 * 3600, 23 * 3600 + 59 * 60)
"""Seconds after midnight UTC at which a day's four prices are pushed."""

BUNDLED = "btc_usd_2020_03.csv"
BUNDLED_SOURCE = "BTC/USD daily, Coinbase after July 2015 (Bitstamp before), as its publisher says"

LOWEST, HIGHEST = Decimal("0.000001"), Decimal(10_000_000)
"""Prices that a replay takes: the bounds that its feed is given on the chain."""

FIRST_DATE, LAST_DATE = date(1970, 2, 1), date(2105, 12, 31)
"""Dates that fit the contracts' 32-bit seconds, with room for set-up and settlement."""

LEAST_DAYS, MOST_DAYS = 2, 1_000
MOST_BYTES = 1_000_000


@dataclass(frozen=True, slots=True)
class PriceDay:
    """One row: a UTC day and its four prices, wad."""

    day: date
    open: int
    high: int
    low: int
    close: int

    @property
    def start(self) -> int:
        """Second at which the day begins."""
        return int(datetime(self.day.year, self.day.month, self.day.day, tzinfo=UTC).timestamp())

    @property
    def path(self) -> tuple[int, int, int, int]:
        """The reconstructed order of the four prices."""
        if self.close >= self.open:
            return self.open, self.low, self.high, self.close
        return self.open, self.high, self.low, self.close


@dataclass(frozen=True, slots=True)
class PricePoint:
    """One price of the replay."""

    time: int
    """Seconds."""
    price: int
    """Wad."""
    day: int
    """Place of its day in the file, from 0."""
    place: int
    """0 to 3, its place in the day."""


def price_path(days: Sequence[PriceDay]) -> Iterator[PricePoint]:
    """The replay's prices in the order of time."""
    for number, found in enumerate(days):
        for place, (offset, price) in enumerate(zip(TIMES, found.path, strict=True)):
            yield PricePoint(found.start + offset, price, number, place)


def bundled_prices() -> tuple[PriceDay, ...]:
    """The sixteen days that the package ships, 5 to 20 March 2020."""
    text = resources.files(__package__).joinpath("data", BUNDLED).read_text("utf-8")
    return parse_prices(text, BUNDLED)


def read_prices(path: Path) -> tuple[PriceDay, ...]:
    """Reads a price file.

    Raises:
        InputError: it cannot be read, or a row is malformed; the text names line and field.
    """
    try:
        if path.stat().st_size > MOST_BYTES:
            raise InputError(f"prices: {path} is larger than {MOST_BYTES:,} bytes")
        text = path.read_bytes().decode("utf-8-sig")
    except OSError as error:
        raise InputError(f"prices: {path} cannot be read, {error.strerror}") from None
    except UnicodeDecodeError:
        raise InputError(f"prices: {path} is no UTF-8 text, expected a CSV file") from None
    return parse_prices(text, str(path))


def parse_prices(text: str, name: str) -> tuple[PriceDay, ...]:
    """Checks the text of a price file.

    Args:
        text: the file's content.
        name: what to call it in an error.

    Raises:
        InputError: the text names the line, the field, and what was expected.
    """
    reader = csv.reader(io.StringIO(text, newline=""), strict=True)
    days: list[PriceDay] = []
    try:
        header = [cell.strip().lower() for cell in next(reader, [])]
        if not header:
            raise InputError(f"prices: {name} is empty, expected the columns {', '.join(COLUMNS)}")
        for column in COLUMNS:
            if header.count(column) != 1:
                how = "missing" if column not in header else "there twice"
                raise InputError(
                    f"prices: {name}, line 1: column {column} is {how}, "
                    f"expected {', '.join(COLUMNS)}"
                )
        for row in reader:
            if not any(cell.strip() for cell in row):
                continue
            where = f"prices: {name}, line {reader.line_num}"
            if len(row) != len(header):
                raise InputError(f"{where}: {len(row)} fields, expected {len(header)}")
            found = _day(where, dict(zip(header, row, strict=True)))
            if days:
                _follows(where, days[-1].day, found.day)
            days.append(found)
    except csv.Error as error:
        raise InputError(f"prices: {name}, line {reader.line_num}: no CSV, {error}") from None
    if not LEAST_DAYS <= len(days) <= MOST_DAYS:
        raise InputError(
            f"prices: {name} has {len(days)} rows of prices, "
            f"expected {LEAST_DAYS} to {MOST_DAYS:,} days"
        )
    return tuple(days)


def _day(where: str, cells: dict[str, str]) -> PriceDay:
    """One row, checked."""
    text = cells["date"].strip()
    try:
        day = date.fromisoformat(text)
    except ValueError:
        day = None
    if day is None or day.isoformat() != text:
        raise InputError(f"{where}: date is {text!r}, expected a day as 2020-03-12")
    if not FIRST_DATE <= day <= LAST_DATE:
        raise InputError(f"{where}: date is {text}, expected {FIRST_DATE} to {LAST_DATE}")
    prices = {name: _price(where, name, cells[name]) for name in COLUMNS[1:]}
    if prices["high"] < prices["low"]:
        raise InputError(f"{where}: high is below low, expected high at or above low")
    for name in ("open", "close"):
        if not prices["low"] <= prices[name] <= prices["high"]:
            raise InputError(f"{where}: {name} is outside low and high, expected it between them")
    return PriceDay(day, prices["open"], prices["high"], prices["low"], prices["close"])


def _price(where: str, name: str, cell: str) -> int:
    """One price as a wad."""
    text = cell.strip()
    try:
        number = Decimal(text)
    except InvalidOperation:
        raise InputError(f"{where}: {name} is {text!r}, expected a decimal number") from None
    if not number.is_finite():
        raise InputError(f"{where}: {name} is {text!r}, expected a decimal number")
    if not LOWEST <= number <= HIGHEST:
        raise InputError(f"{where}: {name} is {text}, expected {LOWEST} to {HIGHEST}")
    # The exponent of a finite number is an integer.
    if int(number.as_tuple().exponent) < -18:
        raise InputError(f"{where}: {name} is {text}, expected at most 18 decimals")
    return int(number.scaleb(18))


def _follows(where: str, before: date, day: date) -> None:
    """Refuses a day that is not the next one."""
    if day <= before:
        raise InputError(f"{where}: date {day} does not follow {before}, expected ascending days")
    expected = before + timedelta(days=1)
    if day != expected:
        raise InputError(f"{where}: date is {day}, expected {expected}; no day may be missing")


def dollars(wad: int) -> str:
    """A wad with two decimals, rounded down, for people."""
    cents = wad * 100 // WAD
    sign = "-" if cents < 0 else ""
    return f"{sign}{abs(cents) // 100:,}.{abs(cents) % 100:02d}"


def price_text(wad: int) -> str:
    """A price for people, every digit of it and no more."""
    return f"{Decimal(wad).scaleb(-18).normalize():,f}"
