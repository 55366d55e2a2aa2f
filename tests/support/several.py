"""Accounts with several positions, for take-overs of several at once.

`two longs`: 24,000 in cash, 5 BTC at 8,000 and 100 ETH at 200. At 6,000 and 100 equity is 4,000
against 3,300 bps of 30,000 and 5,000 bps of 10,000 (ETH has no scan range of its own), which is
14,900, so that it is below the close-out level.

`hedger`: 13 BTC long by the perpetual at 8,000 and 9 BTC short by a future at 8,100, in lots of a
tenth, on nothing but bonds. At 7,803 the long has lost 2,561 and the short has gained 2,673; the
schedule asks 3.3 * 7,803 - 6 * 2,561 and the directional term 1.32 * 7,803. Bonds at a tenth of
their price leave 4,092 of equity, below the close-out level.
"""

from __future__ import annotations

from typing import Any

from tests.support.distress import eight_o_clock
from tests.support.market import BOND_FEED, BTC, ETH, Market
from tests.support.orders import WAD

__all__ = [
    "ANY",
    "HEDGE_LOT",
    "HEDGE_MARK",
    "fall",
    "hedged",
    "liquidate_all",
    "outlive",
    "two_longs",
]

ANY = 2**255
"""A limit that no mark is above."""

HEDGE_LOT, HEDGE_MARK = 10**17, 7_803
"""Lot of both legs of the hedge (wad), and the price at which it is stuck (whole units)."""


def two_longs(market: Market, name: str = "two longs", cash: int = 24_000) -> int:
    """Opens the two positions with the maker; the ETH perpetual's number."""
    ether = market.list_instrument(ETH)
    market.join(name, cash=cash)
    market.trade(name, "maker", 5 * WAD, 8_000 * WAD)
    market.trade(name, "maker", 100 * WAD, 200 * WAD, ether)
    return ether


def fall(market: Market) -> None:
    """BTC to 6,000 and ETH to 100."""
    market.price(BTC, 6_000 * WAD)
    market.price(ETH, 100 * WAD)


def hedged(market: Market) -> tuple[int, int]:
    """Opens the hedge and lets it fall; the numbers of the long and of the short leg."""
    perpetual = market.list_instrument(BTC, lot_exp=17)
    future = market.list_instrument(BTC, eight_o_clock(market, 90), lot_exp=17)
    market.join("hedger", bonds=40_000)
    market.trade("hedger", "maker", 13 * WAD, 8_000 * WAD, perpetual)
    market.trade("maker", "hedger", 9 * WAD, 8_100 * WAD, future)
    market.price(BTC, HEDGE_MARK * WAD)
    market.price(BOND_FEED, WAD // 10)
    return perpetual, future


def outlive(market: Market, expiry: int) -> Any:
    """Records BTC's last half hour before an expiry, at its last price, and goes past it."""
    for minute in range(30):
        time = expiry - 1_800 + 60 * minute
        market.set_time(time)
        market.push(BTC, market.last_price[BTC], time)
        market.set_time(time + 1)
        market.do(market.board.functions.observe(BTC, expiry), market.actors("keeper"))
    market.set_time(expiry + 1)


def liquidate_all(market: Market, name: str, taker: str, instruments: list[int]) -> list[int]:
    """Takes over whole positions, five a call, until none is left; gas of each call.

    The last comes first: no other position then moves into the slot that is freed.
    """
    gases = []
    left = instruments[::-1]
    for start in range(0, len(left), 5):
        takes = [
            (number, abs(market.position(name, number).size)) for number in left[start : start + 5]
        ]
        call = market.liquidating(name, taker, takes)
        gases.append(int(market.do(call, market.actors(taker))["gasUsed"]))
    return gases
