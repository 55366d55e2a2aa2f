"""A venue with a volatility surface, calls and puts, and parties of the scenario engine."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, field

import pytest
from web3.types import TxReceipt

from keelmark.chain.pyevm import Backend
from tests.support.clearing import Clearing
from tests.support.market import BTC, PROFESSIONAL, RETAIL, TOKEN_FEED, Market
from tests.support.option_reference import Option
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

    def word(self, option: int) -> int:
        """Instrument word."""
        return int(self.market.house.functions.instruments(option).call())

    def array(self, option: int) -> int:
        """Array word."""
        return int(self.market.house.functions.risk_arrays(option).call())

    def forward(self, expiry: int, underlier: int = BTC) -> int:
        """Reference forward that the house keeps, wad."""
        return int(self.market.house.functions.forwards(underlier << 32 | expiry).call())

    def seconds(self, expiry: int, underlier: int = BTC) -> int:
        """From the epoch of the surface to an expiry."""
        word = int(self.market.board.functions.surface_word(underlier).call())
        return expiry - (word >> 16) % 2**32

    def held(
        self,
        option: int,
        size: int,
        *,
        forward: int = SPOT,
        volatility: int = 8 * WAD // 10,
        underlier: int = BTC,
    ) -> Option:
        """A position as the reference sees it, on a flat surface."""
        terms = int(self.market.house.functions.option_terms(option).call())
        expiry = self.word(option) % 2**32
        return Option(
            size=size,
            is_call=terms >> 88 == 1,
            forward=forward,
            strike=terms % 2**88,
            seconds=self.seconds(expiry, underlier),
            volatility=volatility,
            underlier=underlier,
            scan_bps=3_300 if underlier == BTC else 5_000,
        )

    def refresh_account(self, name: str, **fields: int) -> TxReceipt:
        """Anyone refreshes what is stale of a party's options."""
        refreshing = self.market.house.functions.refresh_account(self.market.ids[name])
        sent: TxReceipt = self.market.send(refreshing, self.market.actors("keeper"), **fields)
        self.market.receipts.append(sent)
        return sent

    def observe(self, expiry: int, price: int, minutes: range = range(10, 30)) -> None:
        """One observation of a steady price in each of so many minutes before an expiry."""
        market = self.market
        market.set_time(expiry - 1800 + 60 * minutes[0])
        market.push(BTC, price, expiry - 1800 + 60 * minutes[0])
        for minute in minutes:
            market.set_time(expiry - 1800 + 60 * minute + 1)
            market.do(market.board.functions.observe(BTC, expiry), market.actors("keeper"))

    def exercise(self, price: int, *options: int, expiry: int = 0) -> list[TxReceipt]:
        """Lets an expiry come with a steady price and settles options; anyone."""
        market = self.market
        self.observe(expiry or self.expiry, price)
        market.set_time(expiry or self.expiry)
        market.push(TOKEN_FEED, WAD, market.now())
        return [
            market.do(market.house.functions.settle_instrument(option), market.actors("keeper"))
            for option in options
        ]


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


@pytest.fixture
def client(venue: OptionVenue) -> OptionVenue:
    """A client with 32,000, short 10 calls at 8,000."""
    market = venue.market
    market.join("client", cash=32_000)
    market.choose_engine("client")
    venue.trade("buyer", "client", 10 * WAD, venue.call)
    return venue


@pytest.fixture(autouse=True)
def receipts(venue: OptionVenue) -> Iterator[None]:
    """Forgets the receipts of what is undone after a test."""
    kept = len(venue.market.receipts)
    yield
    del venue.market.receipts[kept:]
