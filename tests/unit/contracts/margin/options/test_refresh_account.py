"""`refresh_account`: what is stale of an account's options, as far as the board allows."""

from __future__ import annotations

from typing import Any

import pytest
from eth_tester.exceptions import TransactionFailed

from tests.support.distress import events
from tests.support.market import BTC, ETH, TOKEN_FEED
from tests.support.orders import WAD
from tests.support.surface import MarketSurface
from tests.unit.contracts.margin.options.conftest import SPOT, OptionVenue

HOUR = 3_600


@pytest.fixture
def held(venue: OptionVenue) -> OptionVenue:
    """The seller is short a call and a put, and has a perpetual between them."""
    venue.trade("buyer", "seller", WAD, venue.call)
    venue.market.trade("seller", "buyer", WAD, SPOT)
    venue.trade("buyer", "seller", WAD, venue.put)
    return venue


def refreshed(venue: OptionVenue, logs: Any, name: str = "seller") -> list[int]:
    """The options that a refresh of an account computed anew."""
    found = events(venue.market, logs, venue.refresh_account(name), "RiskArrayRefreshed")
    return [event["instrument"] for event in found]


def test_default_behavior(held: OptionVenue, logs: Any) -> None:
    """All that is stale, once."""
    held.set(8_100 * WAD)
    assert held.market.margin("seller")["flags"] == 1
    assert refreshed(held, logs) == [held.call, held.put]
    assert held.market.margin("seller")["flags"] == 0
    assert refreshed(held, logs) == []


def test_only_what_is_stale(held: OptionVenue, logs: Any) -> None:
    held.set(8_100 * WAD)
    held.market.refresh(held.call)
    assert refreshed(held, logs) == [held.put]


def test_the_same_word_as_alone(held: OptionVenue) -> None:
    held.set(8_100 * WAD)
    held.refresh_account("seller")
    words = held.array(held.call), held.word(held.call)
    held.market.refresh(held.call)
    assert (held.array(held.call), held.word(held.call)) == words


def test_past_its_validity(held: OptionVenue, logs: Any) -> None:
    """Of this epoch, but of prices that are too old: nothing to be had, and no revert."""
    market = held.market
    market.set_time(market.now() + 9 * HOUR + 5)
    before = held.word(held.call)
    assert refreshed(held, logs) == []
    assert held.word(held.call) == before
    assert market.margin("seller")["flags"] & 1 == 1


def test_one_that_cannot_be_priced(held: OptionVenue, logs: Any) -> None:
    """An option on a dead surface first; those behind it are refreshed all the same."""
    market = held.market
    ether = MarketSurface(market, ETH)
    ether.set(200 * WAD, {held.expiry: 200 * WAD}, 9 * WAD // 10)
    dead = market.list_option(ETH, held.expiry, 200 * WAD, call=True)
    market.refresh(dead)
    market.join("collector", cash=50_000)
    market.choose_engine("collector")
    held.trade("collector", "seller", WAD, dead)
    held.trade("collector", "seller", WAD, held.call)
    market.set_time(market.now() + 9 * HOUR + 5)
    market.push(TOKEN_FEED, WAD, market.now())
    market.price(ETH, 200 * WAD)
    held.set(SPOT)
    old = held.array(dead)
    assert refreshed(held, logs, "collector") == [held.call]
    assert held.array(dead) == old
    assert market.margin("collector")["flags"] & 1 == 1


def test_settled_and_expired_are_passed_over(held: OptionVenue, logs: Any) -> None:
    held.exercise(SPOT, held.call)
    assert refreshed(held, logs) == []


def test_anyone_and_any_account(held: OptionVenue, logs: Any) -> None:
    assert refreshed(held, logs, "saver") == []
    market = held.market
    unknown = market.house.functions.refresh_account(10**6)
    assert market.do(unknown, market.actors("stranger"))["status"] == 1


def test_little_gas(held: OptionVenue, logs: Any) -> None:
    """However little the caller gives, an array is refreshed or stays as it was, and an account
    with a stale one is not judged as if it were fresh."""
    market = held.market
    held.set(9_900 * WAD)
    stale = held.array(held.call), held.word(held.call)
    seen = set()
    for gas in range(40_000, 400_000, 12_000):
        backend = held.clearing.backend
        before = backend.take_snapshot()
        try:
            held.refresh_account("seller", gas=gas)
            words = held.array(held.call), held.word(held.call)
            flags = market.margin("seller")["flags"]
            other = held.array(held.put) % 2**16 == held.surface.state().epoch
            fresh = words != stale
            assert words == stale or words[0] % 2**16 == held.surface.state().epoch
            assert (flags & 1 == 0) == (fresh and other)
            seen.add((fresh, other))
        except TransactionFailed:
            seen.add((False, False))
        finally:
            backend.revert_to_snapshot(before)
    assert (False, False) in seen
    assert (True, True) in seen


def test_gas_starved_liquidation(held: OptionVenue) -> None:
    """A liquidator who starves the refresh finds a stale price, not an account to take from."""
    market = held.market
    market.join("victim", cash=4_000)
    market.choose_engine("victim")
    # At 8,900 a short call alone would be below the level; the put has gained in the meantime.
    held.trade("victim", "buyer", WAD, held.put)
    held.trade("buyer", "victim", WAD, held.put)
    held.trade("buyer", "victim", WAD, held.call)
    held.set(8_150 * WAD)
    taking = market.close_out.functions.liquidate(
        market.house.address, market.ids["victim"], market.ids["third"], held.call, WAD // 10, 0
    )
    reasons = set()
    backend = held.clearing.backend
    for gas in range(120_000, 1_200_000, 60_000):
        before = backend.take_snapshot()
        try:
            market.send(taking, market.actors("third"), gas=gas)
            pytest.fail("taken from a sound account")
        except TransactionFailed as failure:
            reasons.add(str(failure.args[0]).removeprefix("execution reverted: "))
        finally:
            backend.revert_to_snapshot(before)
    assert "close-out: not liquidatable" in reasons


def test_twenty_options(held: OptionVenue, logs: Any) -> None:
    """The largest account, all stale, in one transaction of less than two million gas."""
    market = held.market
    market.join("crowd", cash=500_000)
    market.choose_engine("crowd")
    options = [
        market.list_option(BTC, held.expiry, (6_000 + 200 * number) * WAD, call=True)
        for number in range(20)
    ]
    market.refresh(*options)
    for option in options:
        held.trade("crowd", "third", WAD // 10, option)
    held.set(8_100 * WAD)
    receipt = held.refresh_account("crowd")
    assert len(events(market, logs, receipt, "RiskArrayRefreshed")) == 20
    assert receipt["gasUsed"] < 2_000_000
    assert market.margin("crowd")["flags"] == 0
