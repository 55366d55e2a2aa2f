"""Nothing is decided by an array that anyone could have refreshed, to anybody's cost."""

from __future__ import annotations

from typing import Any

import pytest

from tests.support.distress import check_money
from tests.support.market import PROFESSIONAL
from tests.support.orders import WAD
from tests.unit.contracts.margin.options.conftest import SPOT, OptionVenue

HOUR = 3_600


@pytest.fixture
def short_client(venue: OptionVenue) -> OptionVenue:
    """A client short 10 calls, who is far below the close-out level after a rise to 9,500."""
    market = venue.market
    market.join("client", cash=32_000)
    market.choose_engine("client")
    venue.trade("buyer", "client", 10 * WAD, venue.call)
    return venue


def promised(venue: OptionVenue) -> OptionVenue:
    """Two members with promises, one of whom holds an option of its own."""
    market = venue.market
    for name in ("first", "second"):
        market.join(name, PROFESSIONAL, "DE", member=True, share=1_000)
        market.choose_engine(name)
        market.deposit(name, 1_000_000)
        promising = market.house.functions.commit_backstop(market.ids[name], 10**6 * WAD)
        market.do(promising, market.actors(name))
    venue.trade("second", "seller", WAD // 10, venue.put)
    return venue


def test_promise_of_a_member_with_a_stale_array(short_client: OptionVenue) -> None:
    """A member's own option, of another epoch, is no reason to strike out its promise."""
    venue = promised(short_client)
    market = venue.market
    venue.set(13_000 * WAD)
    calling = market.close_out.functions.backstop(
        market.house.address,
        market.ids["client"],
        venue.call,
        10 * WAD,
        market.wallets("first", "second"),
    )
    market.do(calling, market.actors("keeper"))
    assert market.position("first", venue.call).size == -5 * WAD
    assert market.position("second", venue.call).size == -5 * WAD
    left = market.house.functions.backstop(market.ids["second"]).call()
    assert left == 10**6 * WAD - 5 * 13_000 * WAD
    check_money(market)


def test_taker_with_a_stale_array(short_client: OptionVenue) -> None:
    """Nor must a liquidator come in the very block in which it refreshed its own."""
    venue = short_client
    venue.trade("third", "seller", WAD // 10, venue.put)
    venue.set(13_000 * WAD)
    venue.market.liquidate("client", "third", WAD, venue.call)
    assert venue.market.position("third", venue.call).size == -WAD


def test_takers_of_many_with_a_stale_array(short_client: OptionVenue) -> None:
    venue = short_client
    market = venue.market
    venue.trade("third", "seller", WAD // 10, venue.put)
    venue.set(13_000 * WAD)
    call = market.liquidating("client", "third", [(venue.call, WAD)])
    market.do(call, market.actors("third"))
    assert market.position("third", venue.call).size == -WAD


def test_counterparty_with_a_stale_array(short_client: OptionVenue) -> None:
    """A compulsory close refreshes both sides."""
    venue = short_client
    market = venue.market
    venue.trade("buyer", "seller", WAD // 10, venue.put)
    venue.set(13_000 * WAD)
    closing = market.close_out.functions.compulsory_close(
        market.house.address, market.ids["client"], venue.call, WAD, market.ids["buyer"]
    )
    market.do(closing, market.actors("keeper"))
    assert market.position("client", venue.call).size == -9 * WAD


def owe(venue: OptionVenue, name: str, amount: int) -> None:
    """Leaves a party with negative cash, wad."""
    account = venue.market.ids[name]
    word = int(venue.market.house.functions.accounts(account).call())
    venue.clearing.poke("book.accounts", word >> 104 << 104 | (2**104 - amount), account)


def test_buyer_of_collateral_with_a_stale_array(venue: OptionVenue) -> None:
    market = venue.market
    market.join("debtor", bonds=30_000)
    owe(venue, "debtor", 1_000 * WAD)
    venue.trade("third", "seller", WAD // 10, venue.put)
    market.call_margin("debtor")
    market.set_time(market.now() + HOUR + 1)
    venue.set(8_100 * WAD)
    buying = market.close_out.functions.buy_collateral(
        market.house.address, market.ids["debtor"], 1, 10**6, market.ids["third"], WAD
    )
    market.do(buying, market.actors("third"))


def hedged(venue: OptionVenue) -> tuple[int, int]:
    """A call bought against a short future, and a rise that the call makes good; the future is
    closed at the new price. Old mark and the equity that the new one would give."""
    market = venue.market
    market.join("fool", cash=4_600)
    market.join("winner", cash=100_000)
    for name in ("fool", "winner"):
        market.choose_engine(name)
    venue.trade("fool", "winner", WAD, venue.call)
    market.trade("winner", "fool", WAD, SPOT)
    market.withdraw("fool", 2_400)
    old = venue.mark(venue.call)
    venue.surface.set(spot=10_600 * WAD, forwards={venue.expiry: 10_600 * WAD})
    market.trade("fool", "winner", WAD, 10_600 * WAD)
    return old, market.margin("fool")["equity"] - old


def test_deficit_left_behind_at_a_stale_mark(venue: OptionVenue, reverts: Any) -> None:
    """Two accomplices come before anybody refreshes. The one gives away its gain at the old
    mark and would keep the loss, which would be somebody else's."""
    market = venue.market
    old, cash = hedged(venue)
    assert cash < cash + old < 0
    with reverts("house: deficit"):
        market.trade("winner", "fool", WAD, old, venue.call)
    market.refresh(venue.call)
    assert market.margin("fool")["equity"] > 0
    venue.trade("winner", "fool", WAD, venue.call)
    assert market.cash("fool") > 0
    check_money(market)
