"""Books that are hard to close out: hedged all round, or as large as they may be."""

from __future__ import annotations

from typing import Any

import pytest

from tests.support.distress import check_money
from tests.support.market import BTC
from tests.support.option_reference import Linear, Option, requirement
from tests.support.orders import WAD
from tests.support.several import liquidate_all
from tests.unit.contracts.margin.options.conftest import SPOT, OptionVenue

CALL_LIMIT = 2_100_000
"""Gas of a call that takes one position of a book of twenty options, all of them stale."""


def set_cash(venue: OptionVenue, name: str, amount: int) -> None:
    """Leaves a party with so much cash, wad."""
    account = venue.market.ids[name]
    word = int(venue.market.house.functions.accounts(account).call())
    venue.clearing.poke("book.accounts", word >> 104 << 104 | amount, account)


@pytest.fixture
def conversion(venue: OptionVenue) -> OptionVenue:
    """10 calls bought, 10 puts sold and 10 futures sold: no scenario moves it, and the fifth of
    what its legs ask alone is all its margin, of which it has a third."""
    market = venue.market
    market.join("hedger", cash=60_000)
    market.choose_engine("hedger")
    venue.trade("hedger", "seller", 10 * WAD, venue.call)
    venue.trade("buyer", "hedger", 10 * WAD, venue.put)
    market.trade("buyer", "hedger", 10 * WAD, SPOT)
    set_cash(venue, "hedger", 3_500 * WAD)
    return venue


def by_the_method(venue: OptionVenue, call: int, put: int, future: int) -> int:
    """What the method asks for so many units of each leg."""
    legs: list[Option | Linear] = [
        venue.held(venue.call, call * WAD),
        venue.held(venue.put, -put * WAD),
        Linear(-future * WAD, SPOT),
    ]
    return requirement([leg for leg in legs if leg.size])[2]


def test_default_behavior(conversion: OptionVenue) -> None:
    """All three legs at once, in proportion, until the account is no longer due."""
    market = conversion.market
    market.deposit("third", 1_000_000)
    before = market.margin("hedger")
    assert before["requirement"] == by_the_method(conversion, 10, 10, 10)
    assert before["equity"] * 2 < before["requirement"]
    legs = [(conversion.call, 3 * WAD), (conversion.put, 3 * WAD), (market.perpetual, 3 * WAD)]
    market.do(market.liquidating("hedger", "third", legs), market.actors("third"))
    after = market.margin("hedger")
    assert after["requirement"] == by_the_method(conversion, 7, 7, 7)
    short = before["requirement"] - before["equity"]
    assert 0 < after["requirement"] - after["equity"] < short


def test_every_single_step_raises_the_requirement(conversion: OptionVenue) -> None:
    """By the method's own words, unit by unit. (Some lots of the put lower it a little: what
    rounding has added to a short.)"""
    whole = by_the_method(conversion, 10, 10, 10)
    for left in range(10):
        assert by_the_method(conversion, left, 10, 10) > whole
        assert by_the_method(conversion, 10, left, 10) > whole
        assert by_the_method(conversion, 10, 10, left) > whole


def test_no_single_step_passes(conversion: OptionVenue, reverts: Any) -> None:
    market = conversion.market
    market.deposit("third", 1_000_000)
    for number in (conversion.call, conversion.put, market.perpetual):
        for size in (WAD, 2 * WAD, 5 * WAD, 10 * WAD):
            with reverts("close-out: shortfall must fall"):
                market.liquidate("hedger", "third", size, number)


def test_two_of_three_legs(conversion: OptionVenue, reverts: Any) -> None:
    """A synthetic future is a future: without the third leg the rest is naked."""
    market = conversion.market
    market.deposit("third", 1_000_000)
    call = market.liquidating("hedger", "third", [(conversion.call, WAD), (conversion.put, WAD)])
    with reverts("house: shortfall must fall"):
        market.do(call, market.actors("third"))


@pytest.fixture
def crowded(venue: OptionVenue) -> tuple[OptionVenue, list[int]]:
    """Twenty short calls and puts over two expiries, with bonds beside cash, deep in a deficit;
    every array is stale."""
    market = venue.market
    market.join("crowd", cash=60_000, bonds=10_000)
    market.choose_engine("crowd")
    market.deposit("buyer", 1_000_000)
    options = [
        market.list_option(
            BTC,
            venue.later if number % 2 else venue.expiry,
            (7_000 + 100 * number) * WAD,
            call=True,
        )
        for number in range(20)
    ]
    market.refresh(*options)
    for option in options:
        venue.trade("buyer", "crowd", WAD, option)
    market.deposit("third", 1_000_000)
    venue.set(15_000 * WAD)
    return venue, options


def test_largest_account(crowded: tuple[OptionVenue, list[int]]) -> None:
    """Peers' case 4: position by position, the first call refreshing all twenty."""
    venue, options = crowded
    market = venue.market
    spent = [market.liquidate("crowd", "third", WAD, option)["gasUsed"] for option in options]
    assert market.statement("crowd")[7] == 0
    assert max(spent) == spent[0] < CALL_LIMIT, spent
    assert spent[1] < 650_000, spent
    check_money(market)


def test_largest_account_five_at_a_time(crowded: tuple[OptionVenue, list[int]]) -> None:
    venue, options = crowded
    market = venue.market
    spent = liquidate_all(market, "crowd", "third", options)
    assert market.statement("crowd")[7] == 0
    assert max(spent) < CALL_LIMIT + 200_000, spent
    check_money(market)


def test_twenty_first_position(crowded: tuple[OptionVenue, list[int]], reverts: Any) -> None:
    """Nobody makes an account larger than what can be closed out."""
    venue, options = crowded
    market = venue.market
    venue.set(15_000 * WAD)
    market.deposit("crowd", 1_000_000)
    market.refresh(*options)
    with reverts("house: too many positions"):
        market.trade("buyer", "crowd", WAD, 15_000 * WAD)
