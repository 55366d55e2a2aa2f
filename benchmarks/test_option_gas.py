"""Gas of option margin, from receipts on the embedded chain, beside targets and peers.

Conditions as in `test_gas`: an account with two collateral tokens, here of the scenario engine,
with options of one underlier over two expiries, calls and puts, long and short.
"""

from __future__ import annotations

from typing import Any

import pytest

from benchmarks.gas_table import record
from benchmarks.test_gas import FIRST_EXPIRY
from benchmarks.test_gas import market as market
from tests.support.market import BTC, Market
from tests.support.orders import WAD
from tests.support.surface import MarketSurface

DAY = 86_400
SPOT = 8_000 * WAD
EXPIRIES = (FIRST_EXPIRY + 28 * DAY, FIRST_EXPIRY + 84 * DAY)

VENUE = tuple[Market, MarketSurface, list[int]]


@pytest.fixture
def venue(market: Market) -> VENUE:
    """Twenty options on BTC at 8,000 and 80 % volatility, arrays fresh."""
    surface = MarketSurface(market, BTC)
    options = [
        market.list_option(
            BTC, EXPIRIES[number % 2], (6_000 + 200 * number) * WAD, call=number % 4 < 2
        )
        for number in range(20)
    ]
    surface.set(SPOT, dict.fromkeys(EXPIRIES, SPOT), 8 * WAD // 10)
    market.refresh(*options)
    for name in ("holder", "other"):
        market.join(name, cash=1_000_000, bonds=100_000)
        market.choose_engine(name)
    return market, surface, options


def mark(market: Market, option: int) -> int:
    """Mark of an option, wad."""
    return (int(market.house.functions.instruments(option).call()) >> 104) & (2**88 - 1)


@pytest.mark.parametrize(
    ("count", "target", "peer"),
    [
        (1, 60_000, "561k Derive portfolio manager, 23 scenarios"),
        (5, 105_000, "1,415k Derive"),
        (10, 160_000, "2,489k Derive"),
        (20, 275_000, "4,654k Derive"),
    ],
)
def test_portfolio_check(venue: VENUE, count: int, target: int, peer: str) -> None:
    """The whole transaction, sixteen scenarios, arrays fresh."""
    market, _, options = venue
    for number, option in enumerate(options[:count]):
        sides = ("holder", "other") if number % 3 else ("other", "holder")
        market.trade(*sides, WAD, mark(market, option), option)
    check: Any = market.house.functions.margin(market.ids["holder"], 0)
    gas = market.do(check, market.actors("keeper"))["gasUsed"]
    record(f"portfolio check, {count} options", gas, target, peer)


def test_refresh(venue: VENUE) -> None:
    """A new epoch; the first of an expiry also writes its reference forward."""
    market, surface, options = venue
    surface.set(8_100 * WAD, dict.fromkeys(EXPIRIES, 8_110 * WAD), 82 * WAD // 100)
    first = market.refresh(options[0])["gasUsed"]
    alone = market.refresh(options[2])["gasUsed"]
    ten = market.refresh(*options[4:14])["gasUsed"]
    record("refresh one array, alone in its transaction", alone, 90_000, "none")
    record("refresh one array, also its expiry's forward", first)
    record("refresh one array, each of ten in one transaction", ten // 10, 90_000, "none")
