"""Gas of the clearing house, from receipts on the embedded chain, beside targets and peers.

`scripts/benchmark` prints the table and compares it with the snapshot; `scripts/benchmark
--update` writes the snapshot anew. Conditions, unless a row says otherwise: accounts hold two
collateral tokens (the settlement token and a government bond), the market has traded before,
orders fill whole, nonce words are in use. Peers' figures were measured on the same kind of chain
and stand in `README.md` with what they do more or less than we do.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest

from benchmarks.gas_table import record
from tests.support.market import ETH, Market
from tests.support.orders import WAD
from tests.support.several import liquidate_all

DAY = 86_400
FIRST_EXPIRY = 1_585_900_800
"""3 April 2020, 08:00 UTC."""


@pytest.fixture
def market(w3: Any, deploy: Any, actors: Any, send: Any, set_time: Any, now: Any) -> Market:
    """A venue with two underliers."""
    return Market(w3, deploy, actors, send, set_time, now)


def fill(market: Market, name: str, count: int, underliers: int = 1) -> list[int]:
    """Gives a party positions in ``count`` instruments, one unit each, and a counterparty."""
    listed = []
    for number in range(count):
        underlier = 1 + number % underliers
        expiry = FIRST_EXPIRY + number // underliers * DAY
        listed.append(market.list_instrument(underlier, expiry))
        price = market.last_price[underlier]
        sides = (name, "other") if number % 3 else ("other", name)
        market.trade(*sides, WAD, price, listed[-1])
    return listed


@pytest.mark.parametrize(
    ("count", "target", "peer"),
    [
        (1, 45_000, "168k Derive standard manager"),
        (5, 75_000, "354k"),
        (10, 110_000, "635k"),
        (20, 180_000, "1,358k"),
    ],
)
def test_margin_check(market: Market, count: int, target: int, peer: str) -> None:
    """The whole transaction: intrinsic gas, collateral, funding, floors."""
    market.join("holder", cash=1_000_000, bonds=100_000)
    market.join("other", cash=1_000_000, bonds=100_000)
    if count == 1:
        market.trade("holder", "other", WAD, 8000 * WAD)
        market.trade("other", "holder", WAD // 2, 8000 * WAD)
    else:
        fill(market, "holder", count)
    check = market.house.functions.margin(market.ids["holder"], 0)
    gas = market.do(check, market.actors("keeper"))["gasUsed"]
    record(f"initial-margin check, {count} on one underlier", gas, target, peer)


@pytest.mark.parametrize("count", [4, 20])
def test_margin_check_over_four_underliers(market: Market, count: int) -> None:
    """The same over four underliers."""
    market.add_underlier(3, b"J9K583ZGG", b"BCH", 250 * WAD)
    market.add_underlier(4, b"20J63Z4N3", b"SOL", 100 * WAD)
    market.join("holder", cash=1_000_000, bonds=100_000)
    market.join("other", cash=1_000_000, bonds=100_000)
    fill(market, "holder", count, underliers=4)
    check = market.house.functions.margin(market.ids["holder"], 0)
    gas = market.do(check, market.actors("keeper"))["gasUsed"]
    record(f"initial-margin check, {count} on four underliers", gas)


def test_trades(market: Market) -> None:
    """Both signatures, matcher, gate, both margin checks, two reports and their chain."""
    for name in ("first", "second", "third", "fourth"):
        market.join(name, cash=100_000, bonds=10_000)
    cold = market.trade("first", "second", WAD, 8000 * WAD)["gasUsed"]
    # Uses a nonce word of each of the others without a position in the perpetual.
    spare = market.list_instrument(ETH)
    market.trade("third", "fourth", WAD, 200 * WAD, spare)
    market.trade("fourth", "third", WAD, 200 * WAD, spare)
    opening = market.trade("third", "fourth", WAD, 8000 * WAD)["gasUsed"]
    holding = market.trade("third", "fourth", WAD, 8000 * WAD)["gasUsed"]
    record("trade, both sides open", opening, 220_000, "759k Derive, without signatures")
    record("trade, both sides hold the instrument", holding, 160_000)
    record("trade, market's first, fresh nonce words", cold)
    buy = market.order("third", market.perpetual, 2 * WAD, 8000 * WAD)
    sell = market.order("fourth", market.perpetual, -WAD, 8000 * WAD)
    half = market.matching(buy, sell, "third", "fourth", WAD, 8000 * WAD)
    first = market.do(half, market.actors("venue"))["gasUsed"]
    rest = market.order("fourth", market.perpetual, -WAD, 8000 * WAD)
    other = market.matching(buy, rest, "third", "fourth", WAD, 8000 * WAD)
    second = market.do(other, market.actors("venue"))["gasUsed"]
    record("trade, both hold, one order partly filled", first)
    record("trade, both hold, the rest of that order", second)


def test_chain_share(deploy: Callable[..., Any], send: Callable[..., Any]) -> None:
    """What the report chain costs: the same record with and without it, root already in use."""
    probe = deploy("tests/mocks/ChainShare")
    send(probe.functions.chained(1, 2**255))

    def share(times: int) -> int:
        chained = send(probe.functions.chained(times, 2**255))["gasUsed"]
        plain = send(probe.functions.plain(times, 2**255))["gasUsed"]
        return int(chained - plain)

    record("chain's share, first record of a transaction", share(1), 6000, "none has one")
    record("chain's share, each further record", share(2) - share(1), 800)


@pytest.mark.parametrize("holds", [False, True])
def test_largest_liquidation(market: Market, holds: bool) -> None:
    """Twenty positions over four underliers, worth less than nothing: every one is taken over."""
    market.add_underlier(3, b"J9K583ZGG", b"BCH", 250 * WAD)
    market.add_underlier(4, b"20J63Z4N3", b"SOL", 100 * WAD)
    market.join("holder", cash=80_000, bonds=10_000)
    market.join("other", cash=1_000_000, bonds=100_000)
    market.join("taker", cash=1_000_000, bonds=100_000)
    listed = []
    for number in range(20):
        underlier = 1 + number % 4
        listed.append(market.list_instrument(underlier, FIRST_EXPIRY + number // 4 * DAY))
        size = {1: 2, 2: 40, 3: 30, 4: 80}[underlier] * WAD
        price = market.last_price[underlier]
        market.trade("holder", "other", size, price, listed[-1])
        if holds:
            market.trade("taker", "other", WAD, price, listed[-1])
    for underlier in range(1, 5):
        market.price(underlier, market.last_price[underlier] * 52 // 100)
    gases = liquidate_all(market, "holder", "taker", listed)
    if holds:
        record("the same, the taker holds the instruments already", sum(gases))
        return
    record("largest account liquidated, all calls", sum(gases), 2_000_000, "3.55M Derive, at 10")
    record("largest account liquidated, dearest call", max(gases), 600_000)
