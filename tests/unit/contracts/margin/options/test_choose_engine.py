"""`choose_engine`: an account's own wallet chooses how it is margined, while it is flat."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest
from web3 import Web3

from tests.support.distress import events
from tests.support.market import PROFESSIONAL, RETAIL, Market
from tests.support.orders import WAD
from tests.unit.contracts.margin.options.conftest import OptionVenue

CALLED, INDEBTED = 4, 8


def engine(market: Market, name: str) -> int:
    """Engine byte of an account."""
    return int(market.house.functions.accounts(market.ids[name]).call()) >> 128 & 255


def test_default_behavior(venue: OptionVenue, logs: Any) -> None:
    market = venue.market
    market.join("chooser", cash=1_000)
    before = int(market.house.functions.accounts(market.ids["chooser"]).call())
    (event,) = events(market, logs, market.choose_engine("chooser"), "EngineChosen")
    assert event == {"account": market.ids["chooser"], "member": market.member, "engine": 1}
    after = int(market.house.functions.accounts(market.ids["chooser"]).call())
    assert after == before | 1 << 128


def test_back_again(venue: OptionVenue, logs: Any) -> None:
    market = venue.market
    (event,) = events(market, logs, market.choose_engine("buyer", 0), "EngineChosen")
    assert event["engine"] == 0
    assert engine(market, "buyer") == 0


def test_retail_too(venue: OptionVenue) -> None:
    venue.market.join("small", RETAIL, cash=100)
    venue.market.choose_engine("small")
    assert engine(venue.market, "small") == 1


def test_others(venue: OptionVenue, reverts: Any) -> None:
    market = venue.market
    choosing = market.house.functions.choose_engine(market.ids["buyer"], 0)
    for who in ("seller", "member", "operator", "stranger"):
        with reverts("house: gate 9" if who in ("seller", "member") else "house: gate 1"):
            market.do(choosing, market.actors(who))
    assert engine(market, "buyer") == 1


def test_no_account_here(venue: OptionVenue, reverts: Any) -> None:
    venue.market.onboard("absent")
    with reverts("house: unknown account"):
        venue.market.choose_engine("absent")


@pytest.mark.parametrize("number", [2, 255, 256, 2**255])
def test_unknown_engine(venue: OptionVenue, reverts: Any, number: int) -> None:
    with reverts("house: unknown margin engine"):
        venue.market.choose_engine("buyer", number)


def test_with_an_option_open(venue: OptionVenue, reverts: Any) -> None:
    venue.trade("buyer", "seller", WAD, venue.call)
    for number in (0, 1):
        with reverts("house: positions open"):
            venue.market.choose_engine("seller", number)


def test_with_a_future_open(venue: OptionVenue, reverts: Any) -> None:
    """Nor from the schedule to the scenarios, once a hedge is on."""
    market = venue.market
    market.join("hedger", cash=10_000)
    market.trade("buyer", "hedger", WAD, 8_000 * WAD)
    with reverts("house: positions open"):
        market.choose_engine("hedger")
    market.trade("hedger", "buyer", WAD, 8_000 * WAD)
    market.choose_engine("hedger")


@pytest.mark.parametrize("flag", [CALLED, INDEBTED])
def test_called_or_indebted(venue: OptionVenue, reverts: Any, flag: int) -> None:
    market = venue.market
    account = market.ids["third"]
    word = int(market.house.functions.accounts(account).call())
    venue.clearing.poke("book.accounts", word | flag << 120, account)
    with reverts("house: called or indebted"):
        market.choose_engine("third", 0)


def test_dodging_a_call(venue: OptionVenue, reverts: Any) -> None:
    """An account below its margin cannot leave the engine that says so."""
    market = venue.market
    market.join("short", cash=4_000)
    market.choose_engine("short")
    venue.trade("buyer", "short", WAD, venue.call)
    venue.set(9_500 * WAD)
    market.call_margin("short")
    with reverts("house: positions open"):
        market.choose_engine("short", 0)
    venue.trade("short", "buyer", WAD, venue.call)
    with reverts("house: called or indebted"):
        market.choose_engine("short", 0)


def test_schedule_account_holds_no_options(venue: OptionVenue, reverts: Any) -> None:
    market = venue.market
    market.choose_engine("buyer", 0)
    for buyer, seller in (("buyer", "seller"), ("seller", "buyer")):
        with reverts("house: no options here"):
            venue.trade(buyer, seller, WAD, venue.call)


def test_uncleared_schedule_has_no_scenarios(
    w3: Web3,
    deploy: Callable[..., Any],
    actors: Callable[..., Any],
    send: Callable[..., Any],
    set_time: Callable[[int], None],
    now: Callable[[], int],
    reverts: Any,
) -> None:
    market = Market(w3, deploy, actors, send, set_time, now, regime=1)
    market.join("buyer", PROFESSIONAL, cash=1_000)
    with reverts("house: no scan range"):
        market.choose_engine("buyer")
    market.choose_engine("buyer", 0)
    expiry = (market.now() // 86_400 + 30) * 86_400 + 8 * 3_600
    with reverts("house: no scan range"):
        market.list_option(1, expiry, 8_000 * WAD, call=True)


def test_at_the_desk_itself(venue: OptionVenue, reverts: Any) -> None:
    """Its own address has an empty book."""
    market = venue.market
    desk = market.w3.eth.contract(address=market.products.address, abi=market.products.abi)
    with reverts("house: unknown account"):
        market.do(desk.functions.choose_engine(market.ids["buyer"], 0), market.actors("buyer"))
    with reverts("arrays: not an open option"):
        market.do(desk.functions.refresh_arrays([venue.call]), market.actors("buyer"))
