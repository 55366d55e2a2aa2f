"""Reads the positions of several accounts from a JSON file.

Amounts are decimal numbers, quoted or not, and are read exactly. An example:

    {
      "regime": "cleared_otc",
      "time": "2026-03-01T00:00:00Z",
      "prices": {"BTC": "60000"},
      "instruments": [
        {"instrument": "BTC-PERP", "kind": "perpetual", "asset_class": "crypto",
         "underlier": "BTC"},
        {"instrument": "BTC-27MAR26-70000-C", "kind": "option", "right": "call",
         "asset_class": "crypto", "underlier": "BTC", "strike": "70000", "volatility": "0.55",
         "expiry": "2026-03-27T08:00:00Z", "forward": "60400"}
      ],
      "accounts": [
        {"account": "1", "party": "Maker", "positions": [
          {"instrument": "BTC-PERP", "size": "1.5"},
          {"instrument": "BTC-27MAR26-70000-C", "size": "-2"}]}
      ]
    }

`time` is now if it is left out, and `forward` the underlier's price. Scan ranges are the regime's;
under the schedule, which has none, its rate stands in.
"""

from __future__ import annotations

from datetime import UTC, datetime
from pathlib import Path
from typing import Literal

from pydantic import AwareDatetime, Field, ValidationError, model_validator

from keelmark.cli.portfolio import Part, Price, Wad, read_json, sentence
from keelmark.errors import InputError
from keelmark.margin.portfolio import scan_rule
from keelmark.margin.schedule import schedule_rule
from keelmark.regulation import value
from keelmark.risk.book import Book, Holding, Instrument, Linear, Option
from keelmark.types import AssetClass, Regime


class InstrumentPart(Part):
    """One instrument."""

    instrument: str = Field(min_length=1, max_length=40)
    kind: Literal["perpetual", "dated_future", "option"]
    asset_class: Literal[
        "credit", "commodity", "equity", "foreign_exchange", "interest_rate", "other", "crypto"
    ]
    underlier: str = Field(min_length=1)
    expiry: AwareDatetime | None = None
    forward: Price | None = None
    right: Literal["call", "put"] | None = None
    strike: Price | None = None
    volatility: Wad | None = None

    @model_validator(mode="after")
    def _whole(self) -> InstrumentPart:
        if (self.kind == "perpetual") != (self.expiry is None):
            raise ValueError("expected an expiry for a dated future or an option, and no other")
        for name in ("right", "strike", "volatility"):
            if (self.kind == "option") != (getattr(self, name) is not None):
                raise ValueError(f"expected a {name} for an option, and for no other kind")
        if self.volatility is not None and self.volatility < 0:
            raise ValueError("expected a volatility that is not negative")
        return self


class PositionPart(Part):
    """One position."""

    instrument: str
    size: Wad


class AccountPart(Part):
    """One account."""

    account: str = Field(min_length=1, max_length=40)
    party: str = Field(min_length=1, max_length=40)
    positions: list[PositionPart]


class BookPart(Part):
    """The whole file."""

    regime: Literal["uncleared_schedule", "cleared_listed", "cleared_otc"]
    time: AwareDatetime | None = None
    prices: dict[str, Price]
    instruments: list[InstrumentPart] = Field(min_length=1)
    accounts: list[AccountPart] = Field(min_length=1)


def _scan_bps(part: InstrumentPart, regime: Regime, residual_seconds: int) -> int:
    asset_class = AssetClass[part.asset_class.upper()]
    scan = scan_rule(regime, asset_class, bitcoin=part.underlier == "BTC")
    return value(scan or schedule_rule(asset_class, residual_seconds))


def _instrument(part: InstrumentPart, book: BookPart, now: int) -> Instrument:
    if part.underlier not in book.prices:
        raise InputError(
            f"prices: expected a price of {part.underlier!r}, the underlier of {part.instrument}."
        )
    price = part.forward if part.forward is not None else book.prices[part.underlier]
    seconds = int(part.expiry.timestamp()) - now if part.expiry is not None else 0
    if seconds < 0:
        raise InputError(f"instruments: {part.instrument} expired before the file's time.")
    scan_bps = _scan_bps(part, Regime[book.regime.upper()], seconds)
    if part.right is None or part.strike is None or part.volatility is None:
        return Linear(underlier=part.underlier, price=price, scan_bps=scan_bps)
    return Option(
        underlier=part.underlier,
        call=part.right == "call",
        forward=price,
        strike=part.strike,
        seconds=seconds,
        volatility=part.volatility,
        scan_bps=scan_bps,
    )


def _once(names: list[str], what: str) -> None:
    for name in names:
        if names.count(name) > 1:
            raise InputError(f"{what}: {name!r} stands twice.")


def build(part: BookPart, now: int) -> Book:
    """The book.

    Raises:
        InputError: a name stands twice or is unknown, or an instrument has no price or is past.
    """
    _once([found.instrument for found in part.instruments], "instruments")
    _once([found.account for found in part.accounts], "accounts")
    instruments = {found.instrument: _instrument(found, part, now) for found in part.instruments}
    return Book(
        instruments=instruments,
        holdings=[
            Holding(found.account, held.instrument, held.size)
            for found in part.accounts
            for held in found.positions
        ],
        parties={found.account: found.party for found in part.accounts},
    )


def read_book(path: Path) -> tuple[Book, str, int]:
    """The book of a file, its regime's name and its time.

    Raises:
        InputError: the file cannot be read, or a field is not what was expected.
    """
    try:
        part = BookPart.model_validate(read_json(path))
    except ValidationError as error:
        raise InputError(sentence(error)) from None
    moment = part.time or datetime.now(UTC)
    now = int(moment.timestamp())
    return build(part, now), part.regime, now
