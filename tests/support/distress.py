"""A venue on which somebody is in trouble, and the sums that must hold all the same.

The client: 30,000 in cash, 10 BTC long at 8,000, so that initial margin is 3.3 times the price
and equity is 10 times the price less 50,000. At 7,000 it is short, at 5,500 below half of its
margin, at 4,900 worth minus 1,000.
"""

from __future__ import annotations

from typing import Any

from tests.support.market import BTC, RETAIL, TOKEN, Market
from tests.support.orders import WAD

__all__ = ["LOT", "SHORT", "CLOSE_OUT_LEVEL", "DEFICIT", "bankrupt", "check_money", "in_trouble"]

LOT = 10**15
"""Smallest size of the perpetual, wad."""

SHORT, CLOSE_OUT_LEVEL, DEFICIT = 7_000, 5_500, 4_900
"""Prices at which the client is short, below half of its margin, worth less than nothing."""

FURTHER_DTIS = (b"KKKKKKK1P", b"KKKKKKK2M", b"KKKKKKK3K", b"KKKKKKK4H")
"""Well-formed codes of no real token."""

SCALE = 10**12
"""Wad to a unit of the settlement token."""


def in_trouble(market: Market) -> Market:
    """Adds a maker, a liquidator, a client and a retail client, both long 10 BTC at 8,000."""
    market.join("maker", cash=10_000_000)
    market.join("liquidator", cash=1_000_000)
    market.join("client", cash=30_000)
    market.join("retail client", RETAIL, "DE", cash=45_000)
    market.trade("client", "maker", 10 * WAD, 8_000 * WAD)
    market.trade("retail client", "maker", 10 * WAD, 8_000 * WAD)
    return market


def bankrupt(market: Market, name: str = "client", price: int = DEFICIT) -> int:
    """Lets the price fall and the liquidator take all; what the account then owes, wad."""
    market.price(BTC, price * WAD)
    market.liquidate(name, "liquidator", 10 * WAD)
    owed = -market.cash(name)
    assert owed > 0
    return owed


def check_money(market: Market) -> None:
    """Tokens of the house = cash + quotes + dust - uncovered losses; sizes sum to zero."""
    house = market.house.functions
    total = house.dust().call() - house.uncovered().call()
    sizes: dict[int, int] = {}
    for account in range(1, market.parties.functions.account_count().call() + 1):
        word = house.accounts(account).call()
        if word == 0:
            continue
        total += signed(word % 2**104, 104)
        for slot in range(word >> 104 & 255):
            held = house.positions(account, slot).call()
            total += signed(held >> 32 & 2**112 - 1, 112)
            number = held % 2**32
            sizes[number] = sizes.get(number, 0) + signed(held >> 144, 112)
    assert all(size == 0 for size in sizes.values())
    held = market.token.functions.balanceOf(market.house.address).call()
    assert held * SCALE == total


def calm(market: Market, price: int) -> None:
    """A price of BTC that has not just jumped, whole units."""
    market.price(BTC, price * WAD)
    market.price(BTC, price * WAD)


def eight_o_clock(market: Market, days: int) -> int:
    """An expiry: 08:00 UTC, so many days and a bit from now."""
    return (market.now() // 86_400 + days + 1) * 86_400 + 8 * 3_600


def add_underlier(market: Market, number: int, price: int) -> int:
    """A further crypto underlier with a code, and its first price, whole units."""
    code = FURTHER_DTIS[number]
    adding = market.registry.functions.add_underlier(code, 7, code[:8])
    market.do(adding, market.actors("lister"))
    underlier = int(market.registry.functions.underlier_count().call())
    market.add_feed(underlier)
    market.price(underlier, price * WAD)
    return underlier


def signed(lane: int, width: int) -> int:
    """Two's complement."""
    return lane - 2**width if lane >> (width - 1) else lane


def fund_layers(market: Market) -> dict[str, int]:
    """Units in the fund: the first member's share, the house's resources, all shares."""
    fund, house = market.fund.functions, market.house.address
    return {
        "share": fund.share_value(house, market.member).call(),
        "dedicated": fund.dedicated_of(house).call(),
        "pool": fund.pool_at(house, fund.epoch_of(house).call()).call(),
    }


def dedicate(market: Market, units: int) -> None:
    """Gives the house whole units of resources of its own."""
    market.mint(market.token, "operator", units, market.fund.address)
    giving = market.fund.functions.dedicate(market.house.address, units * TOKEN)
    market.do(giving, market.actors("operator"))


def events(market: Market, logs: Any, receipt: Any, name: str) -> list[Any]:
    """The arguments of the house's events of one name in a receipt."""
    return [dict(log.args) for log in logs(receipt, market.house) if log.event == name]
