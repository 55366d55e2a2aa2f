"""Reads a portfolio from a JSON file.

Amounts are decimal numbers in settlement units (money and prices) or units of the underlier
(sizes), quoted or not, and are read exactly: nothing passes through a float. An example:

    {
      "regime": "cleared_listed",
      "client": {"category": "retail", "jurisdiction": "DE"},
      "time": "2020-03-12T00:00:00Z",
      "prices": {"BTC": "7938.05"},
      "cash": "5000",
      "collateral": [
        {"class": "e_money", "balance": "1000", "price": "0.9991"}
      ],
      "positions": [
        {"instrument": "BTC-PERP", "kind": "perpetual", "asset_class": "crypto",
         "underlier": "BTC", "size": "1.2", "entry": "8000"}
      ]
    }

`time` is now if it is left out. A position may add `expiry` (dated futures), `funding` (paid
by a long for one unit since entry) and `multiplier_bps`; a collateral line `maturity`,
`foreign_currency`, `cap` and `stale`; the portfolio `settlement_price` of the token that cash
is held in.
"""

from __future__ import annotations

import json
import re
from datetime import UTC, datetime
from pathlib import Path
from typing import Annotated, Any, Literal

from pydantic import (
    AwareDatetime,
    BaseModel,
    BeforeValidator,
    ConfigDict,
    Field,
    ValidationError,
    model_validator,
)

from keelmark.errors import InputError
from keelmark.margin import Portfolio
from keelmark.margin.portfolio import scan_rule
from keelmark.margin.trade import apply_trade
from keelmark.regulation import value
from keelmark.types import (
    AccountState,
    AssetClass,
    ClientCategory,
    CollateralAsset,
    CollateralClass,
    Instrument,
    Kind,
    MarketState,
    Position,
    PriceLane,
    Regime,
)
from keelmark.units import WAD

_DECIMAL = re.compile(r"([+-]?)(\d{1,20})(?:\.(\d{1,18}))?")
_SETTLEMENT_FEED = 0
_COLLATERAL_FEEDS = 1_000
_NO_CAP = 2**104 - 1
_MAX_DEPTH = 20


def parse_wad(text: object) -> int:
    """A decimal number as a wad, exactly.

    Raises:
        ValueError: it is no decimal number of at most 20 digits and 18 decimals.
    """
    found = _DECIMAL.fullmatch(str(text)) if isinstance(text, str | int) else None
    if found is None or isinstance(text, bool):
        raise ValueError("expected a decimal number of at most 20 digits and 18 decimals")
    sign, whole, part = found.groups()
    wad = int(whole) * WAD + int((part or "").ljust(18, "0"))
    return -wad if sign == "-" else wad


def _parse_positive(text: object) -> int:
    wad = parse_wad(text)
    if wad <= 0:
        raise ValueError("expected a number above zero")
    return wad


def _parse_amount(text: object) -> int:
    wad = parse_wad(text)
    if wad < 0:
        raise ValueError("expected a number that is not negative")
    return wad


Wad = Annotated[int, BeforeValidator(parse_wad)]
Price = Annotated[int, BeforeValidator(_parse_positive)]
Amount = Annotated[int, BeforeValidator(_parse_amount)]


class Part(BaseModel):
    """A part of a file: what it does not know, it refuses."""

    model_config = ConfigDict(extra="forbid", frozen=True)


class ClientPart(Part):
    """Who holds the portfolio."""

    category: Literal["retail", "professional", "eligible_counterparty"]
    jurisdiction: str = Field(pattern=r"^[A-Z]{2}$")


class CollateralPart(Part):
    """One collateral asset."""

    asset_class: Literal["e_money", "government", "corporate", "equity", "gold", "other"] = Field(
        alias="class"
    )
    balance: Amount
    price: Price = WAD
    maturity: AwareDatetime | None = None
    foreign_currency: bool = False
    cap: Amount = _NO_CAP
    stale: bool = False

    @model_validator(mode="after")
    def _dated(self) -> CollateralPart:
        if self.asset_class in ("government", "corporate") and self.maturity is None:
            raise ValueError("expected a maturity for debt")
        return self


class PositionPart(Part):
    """One position."""

    instrument: str = Field(min_length=1, max_length=40)
    kind: Literal["perpetual", "dated_future"]
    asset_class: Literal[
        "credit", "commodity", "equity", "foreign_exchange", "interest_rate", "other", "crypto"
    ]
    underlier: str
    size: Wad
    entry: Price
    funding: Wad = 0
    expiry: AwareDatetime | None = None
    multiplier_bps: int = Field(default=10_000, ge=10_000, le=65_535)

    @model_validator(mode="after")
    def _dated(self) -> PositionPart:
        if (self.kind == "dated_future") != (self.expiry is not None):
            raise ValueError("expected an expiry for a dated future, and for no other kind")
        if self.size == 0:
            raise ValueError("expected a size other than zero")
        return self


class PortfolioPart(Part):
    """The whole file."""

    regime: Literal["uncleared_schedule", "cleared_listed", "cleared_otc"]
    client: ClientPart
    time: AwareDatetime | None = None
    prices: dict[str, Price]
    settlement_price: Price = WAD
    cash: Wad = 0
    collateral: list[CollateralPart] = Field(default=[], max_length=8)
    positions: list[PositionPart] = []


def sentence(error: ValidationError) -> str:
    """The first thing that is wrong, with the field and what was expected."""
    first = error.errors()[0]
    place = ".".join(str(part) for part in first["loc"]) or "portfolio"
    if first["type"] == "missing":
        return f"{place}: expected, but missing"
    if first["type"] == "extra_forbidden":
        return f"{place}: not a field of a portfolio"
    words = first["msg"].removeprefix("Value error, ")
    lowered = words[:1].lower() + words[1:]
    if first["type"] == "literal_error":
        lowered = f"expected {first['ctx']['expected']}"
    elif first["type"].startswith(("timezone", "datetime")):
        lowered = "expected a time with its zone, such as 2020-03-12T00:00:00Z"
    elif first["type"] == "string_pattern_mismatch":
        lowered = "expected two upper-case letters"
    return f"{place}: {lowered}"


def read_json(path: Path) -> Any:
    """The content of a JSON file, with numbers that have a point left as text.

    Raises:
        InputError: it cannot be read, is too deep, or is no JSON.
    """
    try:
        text = path.read_text("utf-8")
    except OSError as error:
        raise InputError(f"--portfolio {path}: {error.strerror or error}") from None
    except UnicodeDecodeError:
        raise InputError(f"--portfolio {path}: expected text in UTF-8") from None
    depth = 0
    for character in text:
        depth += (character in "[{") - (character in "]}")
        if depth > _MAX_DEPTH:
            # Deeper text could exhaust the parser's stack, which no exception survives.
            raise InputError(f"--portfolio {path}: expected JSON of at most {_MAX_DEPTH} levels")
    try:
        # Numbers with a point stay text, so that they are read exactly.
        return json.loads(text, parse_float=str)
    except json.JSONDecodeError as error:
        raise InputError(
            f"--portfolio {path}: expected JSON, not what stands at line {error.lineno}"
        ) from None
    except ValueError:
        raise InputError(f"--portfolio {path}: expected numbers of at most 20 digits") from None


def _seconds(moment: datetime | None) -> int:
    return int(moment.timestamp()) if moment is not None else 0


def _instrument(part: PositionPart, regime: Regime, feed: int, now: int) -> Instrument:
    asset_class = AssetClass[part.asset_class.upper()]
    scan = scan_rule(regime, asset_class, bitcoin=part.underlier == "BTC")
    return Instrument(
        time=now if part.expiry is None else _seconds(part.expiry),
        feed=feed,
        asset_class=asset_class,
        kind=Kind[part.kind.upper()],
        scan_bps=value(scan) if scan is not None else 0,
        multiplier_bps=part.multiplier_bps,
        funding_index=part.funding,
    )


def _asset(part: CollateralPart, feed: int) -> CollateralAsset:
    eligible = part.asset_class != "other"
    return CollateralAsset(
        feed=feed,
        asset_class=CollateralClass[part.asset_class.upper()] if eligible else 0,
        foreign_currency=part.foreign_currency,
        decimals=18,
        maturity=_seconds(part.maturity),
        cap=part.cap,
    )


def build(part: PortfolioPart, now: int) -> tuple[Portfolio, dict[int, str]]:
    """The portfolio as a margin check takes it, and the names of its instruments.

    Args:
        part: the file's content.
        now: Unix seconds, where the file tells no time.

    Raises:
        InputError: an underlier has no price, or there are too many of something.
    """
    regime = Regime[part.regime.upper()]
    moment = _seconds(part.time) or now
    feeds = {name: number for number, name in enumerate(part.prices, 1)}
    used = {found.underlier for found in part.positions}
    if len(part.positions) > value("MAX_POSITIONS"):
        raise InputError(f"positions: expected at most {value('MAX_POSITIONS')}")
    if len(used) > value("MAX_UNDERLIERS"):
        raise InputError(f"positions: expected at most {value('MAX_UNDERLIERS')} underliers")
    lanes = {feeds[name]: PriceLane(price, moment) for name, price in part.prices.items()}
    lanes[_SETTLEMENT_FEED] = PriceLane(part.settlement_price, moment)
    instruments: dict[int, Instrument] = {}
    held: list[Position] = []
    entries: dict[int, int] = {}
    retail = part.client.category == "retail"
    for number, line in enumerate(part.positions, 1):
        if line.underlier not in feeds:
            raise InputError(
                f"prices: expected a price of {line.underlier!r}, a position's underlier"
            )
        instruments[number] = _instrument(line, regime, feeds[line.underlier], moment)
        opened = apply_trade(0, 0, line.size, line.entry, 0)
        held.append(Position(number, line.size, opened.quote))
        if retail:
            entries[number] = opened.entry_notional
    assets: dict[int, CollateralAsset] = {}
    for number, asset in enumerate(part.collateral, 1):
        feed = _COLLATERAL_FEEDS + number
        assets[number] = _asset(asset, feed)
        lanes[feed] = PriceLane(asset.price, moment - 1 if asset.stale else moment)
    account = AccountState(
        cash=part.cash,
        positions=tuple(held),
        collateral={number: line.balance for number, line in enumerate(part.collateral, 1)},
        entry_notional=entries,
        retail=retail,
    )
    market = MarketState(moment, instruments, lanes, _SETTLEMENT_FEED, assets)
    category = ClientCategory[part.client.category.upper()]
    portfolio = Portfolio(regime, category, part.client.jurisdiction, account, market)
    return portfolio, {number: line.instrument for number, line in enumerate(part.positions, 1)}


def read_portfolio(path: Path) -> tuple[Portfolio, dict[int, str]]:
    """A portfolio from a file, and the names of its instruments by number.

    Raises:
        InputError: the file cannot be read, or a field is not what was expected.
    """
    try:
        part = PortfolioPart.model_validate(read_json(path))
    except ValidationError as error:
        raise InputError(sentence(error)) from None
    return build(part, int(datetime.now(UTC).timestamp()))
