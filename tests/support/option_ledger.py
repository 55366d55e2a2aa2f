"""A venue of options whose events a test reads: fixtures of the tests of the ledger."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from typing import Any

import pytest

from keelmark.events import Event
from keelmark.ledger import Ledger, reconcile
from keelmark.ledger.reconcile import money
from keelmark.ledger.valuations import unfounded
from keelmark.margin import check_account
from keelmark.margin.marks import price_flags
from keelmark.proofs import verify
from keelmark.proofs.report_chain import ChainLog
from keelmark.types import Valuation
from tests.support import rebuilt
from tests.support.market import BTC, PROFESSIONAL, RETAIL, TOKEN_FEED, WAD, Market
from tests.support.surface import MarketSurface

LOT = 10**15
DAY = 86_400
SPOT = 8_000 * WAD


@dataclass
class OptionVenue:
    """A venue with a surface, four options and their holders."""

    market: Market
    surface: MarketSurface
    expiry: int
    options: tuple[int, ...]
    """Call and put at 8,000, call at 9,000, put at 6,500; the last two a month later."""
    known: dict[str, list[ChainLog]] = field(default_factory=dict)
    """The logs up to when the venue was ready."""
    receipts: int = 0
    """The market's receipts then."""

    def ready(self) -> None:
        """Reads every log so far, once."""
        self.known = rebuilt.with_board(self.market)
        self.receipts = len(self.market.receipts)

    def chains(self) -> dict[str, list[ChainLog]]:
        """The logs of house, fund and board."""
        return rebuilt.extended(self.market, self.known, self.receipts)

    def ledger(self) -> Ledger:
        """The market rebuilt."""
        return rebuilt.ledger(self.market, self.chains())

    def events(self) -> list[Event]:
        """Every event so far."""
        return rebuilt.events(self.market, self.chains())

    def agree(self) -> None:
        """Both margins, both states, flags and the proofs, to the wei."""
        market = self.market
        chains = self.chains()
        ledger = rebuilt.ledger(market, chains)
        reads = rebuilt.reads(market)
        assert ledger.findings == []
        assert unfounded(self.events(), market.board.address) == []
        assert reconcile(ledger, reads) == []
        assert reads.token_balance == money(ledger)
        state = rebuilt.market_state(market, ledger)
        for number, book in ledger.accounts.items():
            flags = 0
            for held in book.positions:
                flags |= price_flags(held, state)
            for valuation in Valuation:
                twin = check_account(book.state(), state, valuation)
                answer = market.house.functions.margin(number, valuation).call()
                assert tuple(answer) == (twin.equity, twin.initial_margin, flags), (
                    number,
                    valuation.name,
                )
        for contract in (market.house, market.fund, market.board):
            verify(chains[contract.address], contract.functions.root().call())

    def move(self, spot: int, volatility: int = 80, *, after: int = 60) -> None:
        """Time passes; spot, every forward (a little above) and every volatility are told."""
        market = self.market
        market.set_time(market.now() + after)
        market.price(TOKEN_FEED, WAD)
        forwards = {
            self.expiry: spot * 1007 // 1000 + 13,
            self.expiry + 30 * DAY: spot * 1013 // 1000 + 7,
        }
        forwards = {time: one for time, one in forwards.items() if time > market.now() + 60}
        rows = [
            [(volatility + 3 * skew + row) * WAD // 100 + 1 for skew in (2, 0, 1)]
            for row in (4, 2, 0)
        ]
        self.surface.set(spot=spot, forwards=forwards, volatilities=rows)

    def mark(self, option: int) -> int:
        """Mark as the house has it, wad."""
        return int(self.market.house.functions.instruments(option).call()) >> 104 & (2**88 - 1)

    def trade(self, buyer: str, seller: str, size: int, option: int, off: int = 0) -> None:
        """A trade at mark, or `off` wei above."""
        self.market.trade(buyer, seller, size, self.mark(option) + off, option)

    def twin(self, name: str) -> tuple[Any, Any]:
        """A party's account and the market, rebuilt."""
        ledger = self.ledger()
        account = ledger.account(self.market.ids[name]).state()
        return account, rebuilt.market_state(self.market, ledger)


@pytest.fixture(scope="module")
def venue(
    w3: Any,
    deploy: Callable[..., Any],
    actors: Callable[..., Any],
    send: Callable[..., Any],
    set_time: Callable[..., Any],
    now: Callable[..., Any],
) -> OptionVenue:
    """Professionals and a retail client of the scenario engine, four options valued once."""
    market = Market(w3, deploy, actors, send, set_time, now)
    for name, cash in (("maker", 500_000), ("writer", 12_000), ("fund manager", 60_000)):
        market.join(name, PROFESSIONAL, cash=cash, bonds=cash // 10)
        market.choose_engine(name)
    market.join("retail buyer", RETAIL, cash=9_000)
    market.choose_engine("retail buyer")
    expiry = market.now() // DAY * DAY + 30 * DAY + 8 * 3600
    later = expiry + 30 * DAY
    options = (
        market.list_option(BTC, expiry, SPOT, call=True),
        market.list_option(BTC, expiry, SPOT, call=False),
        market.list_option(BTC, later, 9_000 * WAD, call=True),
        market.list_option(BTC, later, 6_500 * WAD, call=False),
    )
    made = OptionVenue(market, MarketSurface(market, BTC), expiry, options)
    made.move(SPOT)
    market.refresh(*options)
    made.ready()
    return made


@pytest.fixture(autouse=True)
def receipts(venue: OptionVenue) -> Iterator[None]:
    """Forgets the receipts of what is undone after a test."""
    yield
    del venue.market.receipts[venue.receipts :]


def settle(venue: OptionVenue, price: int) -> None:
    """Observes the settlement price, and exercises the two options of the first expiry."""
    market = venue.market
    for minute in range(31):
        time = venue.expiry - 1800 + 60 * minute + 1
        market.set_time(time)
        market.push(BTC, price, time)
        market.push(TOKEN_FEED, WAD, time)
        if time >= venue.expiry:
            break
        observing = market.board.functions.observe(BTC, venue.expiry)
        market.do(observing, market.actors("keeper"))
    for number in venue.options[:2]:
        market.do(market.house.functions.settle_instrument(number), market.actors("keeper"))
