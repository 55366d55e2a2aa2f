"""Gas of the price board, from receipts: reports of feeds with and without a surface, and what an
option's valuation reads. One reporter signs; every row is a later report than the feed's first.
"""

from __future__ import annotations

from typing import Any

import pytest

from benchmarks.gas_table import record
from benchmarks.test_gas import FIRST_EXPIRY
from benchmarks.test_gas import market as market
from tests.support.market import BTC, ETH, Market
from tests.support.orders import WAD
from tests.support.surface import MarketSurface

DAY = 86_400
EXPIRY = FIRST_EXPIRY + 28 * DAY
SPOT = 8_000 * WAD


@pytest.fixture
def quoted(market: Market) -> MarketSurface:
    """Three tenors by three points and a forward, reported at 80 % and 8,000."""
    surface = MarketSurface(market, BTC)
    surface.set(SPOT, {EXPIRY: SPOT}, 8 * WAD // 10)
    return surface


def test_reports(quoted: MarketSurface) -> None:
    """A surface adds one word and one chained event to each report."""
    market = quoted.market
    market.price(ETH, 201 * WAD)
    record("price report, one feed of no surface", market.price(ETH, 202 * WAD)["gasUsed"])
    record("price report, one feed of a surface", market.price(BTC, SPOT + WAD)["gasUsed"])
    whole = quoted.set(SPOT + 2 * WAD, {EXPIRY: SPOT + WAD}, 81 * WAD // 100)
    record("price report, a whole surface of 11 feeds", whole["gasUsed"])


@pytest.mark.parametrize(
    ("strike", "words"), [(7_000 * WAD, "two words"), (9_000 * WAD, "four words")]
)
def test_option_inputs(quoted: MarketSurface, strike: int, words: str) -> None:
    """All state cold, beside what any transaction pays for itself and its data."""
    market = quoted.market
    call: Any = market.board.functions.option_inputs(BTC, EXPIRY, strike)
    data = bytes.fromhex(call._encode_transaction_data()[2:])
    calldata = sum(16 if byte else 4 for byte in data)
    used = market.do(call, market.actors("keeper"))["gasUsed"] - 21_000 - calldata
    record(f"forward and volatility of an option, {words} of volatilities", used)
