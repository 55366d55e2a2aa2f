"""A venue with a volatility surface, calls and puts, and parties of the scenario engine."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, field

import pytest

from keelmark.chain.pyevm import Backend
from tests.support.clearing import Clearing
from tests.support.market import BTC, PROFESSIONAL, RETAIL, Market
from tests.support.orders import WAD
from tests.support.surface import MarketSurface

DAY = 86_400
SPOT = 8_000 * WAD


@dataclass
class OptionVenue:
    """What the tests of options need of the venue."""

    market: Market
    clearing: Clearing
    surface: MarketSurface
    expiry: int
    later: int
    call: int
    put: int
    others: list[int] = field(default_factory=list)

    def set(self, spot: int, volatility: int = 8 * WAD // 10) -> None:
        """A flat surface: every forward at spot, every volatility the same."""
        self.surface.set(
            spot=spot, forwards={self.expiry: spot, self.later: spot}, volatilities=volatility
        )

    def mark(self, option: int) -> int:
        """Mark of an option as the house has it, wad."""
        word = int(self.market.house.functions.instruments(option).call())
        return (word >> 104) & (2**88 - 1)

    def trade(self, buyer: str, seller: str, size: int, option: int) -> None:
        """A trade at mark."""
        self.market.trade(buyer, seller, size, self.mark(option), option)


@pytest.fixture(scope="module")
def venue(market: Market, backend: Backend) -> OptionVenue:
    """BTC at 8,000, 80 % volatility; a call and a put at 8,000 in some 30 days."""
    for name in ("buyer", "seller", "third"):
        market.join(name, PROFESSIONAL, cash=100_000)
        market.choose_engine(name)
    market.join("saver", RETAIL, cash=10_000)
    market.choose_engine("saver")
    start = market.now() // DAY * DAY + 8 * 3600
    expiry, later = start + 30 * DAY, start + 60 * DAY
    surface = MarketSurface(market, BTC)
    made = OptionVenue(
        market,
        Clearing(market, backend),
        surface,
        expiry,
        later,
        market.list_option(BTC, expiry, SPOT, call=True),
        market.list_option(BTC, expiry, SPOT, call=False),
    )
    made.set(SPOT)
    market.refresh(made.call, made.put)
    return made


@pytest.fixture(autouse=True)
def receipts(venue: OptionVenue) -> Iterator[None]:
    """Forgets the receipts of what is undone after a test."""
    kept = len(venue.market.receipts)
    yield
    del venue.market.receipts[kept:]
