"""`refresh_arrays`: an option's sixteen scenario results and its mark, from the board alone."""

from __future__ import annotations

from typing import Any

import mpmath
import pytest
from eth_abi.abi import encode
from eth_utils import keccak

from tests.support.distress import events
from tests.support.market import BTC, ETH, TOKEN_FEED
from tests.support.option_reference import agree, decoded
from tests.support.orders import WAD
from tests.support.surface import MarketSurface
from tests.unit.contracts.margin.options.conftest import DAY, SPOT, OptionVenue

HOUR = 3_600
VOLATILITY = 8 * WAD // 10
CONVENTION = "Black-76, ACT/365 seconds, undiscounted"


def everything(venue: OptionVenue, option: int) -> tuple[int, ...]:
    """All that a refresh may write, and the head of the report chain."""
    house = venue.market.house.functions
    return (
        venue.word(option),
        venue.array(option),
        venue.forward(venue.expiry),
        venue.forward(venue.later),
        int.from_bytes(house.root().call(), "big"),
    )


def refused(venue: OptionVenue, reverts: Any, option: int, reason: str) -> None:
    """A reason, and no state change."""
    before = everything(venue, option)
    with reverts(reason):
        venue.market.refresh(option)
    assert everything(venue, option) == before


@pytest.mark.parametrize("kind", ["call", "put"])
def test_default_behavior(venue: OptionVenue, kind: str) -> None:
    """Thirty days at 80 %: each lane against fifty digits, with the epoch below them."""
    option = venue.call if kind == "call" else venue.put
    venue.market.refresh(option)
    expected = venue.held(option, WAD)
    epoch, lanes = decoded(venue.array(option))
    assert lanes == expected.lanes()
    assert epoch == venue.surface.state().epoch
    word = venue.word(option)
    # Within 2e-18 of the forward: 16 wei thousands at 8,000.
    assert abs(venue.mark(option) - expected.mark()) <= 2 * 8_000 + 1
    assert word >> 224 & 2**15 - 1 == max(0, -min(lanes))
    assert word >> 239 & 2**15 - 1 == max(0, max(lanes) + 1)
    assert venue.forward(venue.expiry) == SPOT


@pytest.mark.parametrize("strike", [100, 4_000, 7_900, 12_000, 16_000, 200_000])
@pytest.mark.parametrize("later", [False, True])
def test_strikes_and_expiries(venue: OptionVenue, strike: int, later: bool) -> None:
    expiry = venue.later if later else venue.expiry
    for is_call in (True, False):
        option = venue.market.list_option(BTC, expiry, strike * WAD, call=is_call)
        venue.market.refresh(option)
        expected = venue.held(option, WAD)
        assert agree(decoded(venue.array(option))[1], expected)
        assert abs(venue.mark(option) - expected.mark()) <= 2 * 8_000 + 1


@pytest.mark.parametrize("hours", [1, 23, 25])
def test_last_hours(venue: OptionVenue, hours: int) -> None:
    """Under one day the volatility moves stay those of a day."""
    time = venue.expiry - hours * HOUR
    venue.surface.set(at=time)
    venue.market.refresh(venue.call)
    expected = venue.held(venue.call, WAD)
    assert expected.seconds == hours * HOUR
    assert decoded(venue.array(venue.call))[1] == expected.lanes()


def test_forward_of_the_expiry_and_not_the_spot(venue: OptionVenue) -> None:
    forwards = {venue.expiry: 8_100 * WAD, venue.later: 8_250 * WAD}
    venue.surface.set(spot=SPOT, forwards=forwards)
    option = venue.market.list_option(BTC, venue.later, SPOT, call=True)
    venue.market.refresh(venue.call, option)
    assert venue.forward(venue.expiry) == 8_100 * WAD
    assert venue.forward(venue.later) == 8_250 * WAD
    near = venue.held(venue.call, WAD, forward=8_100 * WAD)
    far = venue.held(option, WAD, forward=8_250 * WAD)
    assert decoded(venue.array(venue.call))[1] == near.lanes()
    assert decoded(venue.array(option))[1] == far.lanes()


def test_event(venue: OptionVenue, logs: Any) -> None:
    """Field by field, and the model digest made again."""
    market = venue.market
    venue.set(8_200 * WAD, 7 * WAD // 10)
    (event,) = events(market, logs, market.refresh(venue.put), "RiskArrayRefreshed")
    surface = int(market.board.functions.surface_word(BTC).call()) % 2**48
    expected = venue.held(venue.put, WAD, forward=8_200 * WAD, volatility=7 * WAD // 10)
    terms = int(market.house.functions.option_terms(venue.put).call())
    word = venue.word(venue.put)
    parts = (keccak(text=CONVENTION), word, terms, 8_200 * WAD, 7 * WAD // 10, surface)
    delta = event.pop("delta")
    assert event == {
        "instrument": venue.put,
        "feed": BTC,
        "lanes": venue.array(venue.put),
        "word": word,
        "forward": 8_200 * WAD,
        "volatility": 7 * WAD // 10,
        "surface": surface,
        "model": keccak(encode(["bytes32", *["uint256"] * 5], parts)),
    }
    assert terms == SPOT
    with mpmath.workdps(50):
        assert abs(delta - expected.delta() * WAD) <= 4


def test_anyone_and_again(venue: OptionVenue) -> None:
    """Within an epoch the word is the same, whoever comes, whenever, in whatever order."""
    market = venue.market
    venue.set(8_300 * WAD)
    market.refresh(venue.call, venue.put)
    first = everything(venue, venue.call)[:3], everything(venue, venue.put)[:3]
    market.set_time(market.now() + 5 * HOUR)
    stranger = market.actors("stranger")
    again = market.house.functions.refresh_arrays([venue.put, venue.call, venue.put])
    market.do(again, stranger)
    assert (everything(venue, venue.call)[:3], everything(venue, venue.put)[:3]) == first


def test_other_epoch_is_stale(venue: OptionVenue) -> None:
    """Any price of the surface begins a new one, the spot's alone too."""
    market = venue.market
    venue.trade("buyer", "seller", WAD, venue.call)
    assert market.margin("seller")["flags"] == 0
    market.price(BTC, SPOT)
    assert market.margin("seller")["flags"] == 1
    market.refresh(venue.put)
    assert market.margin("seller")["flags"] == 1
    market.refresh(venue.call)
    assert market.margin("seller")["flags"] == 0


def test_price_of_nothing_else_is_no_epoch(venue: OptionVenue) -> None:
    venue.trade("buyer", "seller", WAD, venue.call)
    venue.market.price(TOKEN_FEED, WAD)
    venue.market.price(ETH, 200 * WAD)
    assert venue.market.margin("seller")["flags"] == 0


def test_past_its_validity_is_stale(venue: OptionVenue) -> None:
    """Of this epoch, and yet no longer good than the oldest price that it came from."""
    market = venue.market
    venue.trade("buyer", "seller", WAD, venue.call)
    reported = market.now()
    market.set_time(reported + 8 * HOUR)
    market.price(BTC, SPOT)
    market.price(TOKEN_FEED, WAD)
    market.refresh(venue.call)
    until = venue.word(venue.call) >> 192 & 2**32 - 1
    assert until == venue.surface.inputs(venue.expiry, SPOT)[2] < market.now() + 2 * HOUR
    market.set_time(until)
    assert market.margin("seller")["flags"] == 0
    market.set_time(until + 1)
    assert market.margin("seller")["flags"] == 1


def test_jump(venue: OptionVenue) -> None:
    """An array of prices that jumped says so, until a round confirms them."""
    market = venue.market
    venue.trade("buyer", "seller", WAD, venue.call)
    venue.surface.set(volatilities=WAD)
    market.refresh(venue.call)
    assert venue.word(venue.call) >> 254 == 1
    assert market.margin("seller")["flags"] == 2
    venue.surface.set(volatilities=WAD)
    market.refresh(venue.call)
    assert venue.word(venue.call) >> 254 == 0
    assert market.margin("seller")["flags"] == 0


def test_nothing_else_of_the_word_changes(venue: OptionVenue) -> None:
    before = venue.word(venue.call)
    venue.set(9_000 * WAD)
    venue.market.refresh(venue.call)
    assert venue.word(venue.call) % 2**104 == before % 2**104
    assert venue.word(venue.call) != before


def test_one_refusal_undoes_the_list(venue: OptionVenue, reverts: Any) -> None:
    before = everything(venue, venue.call)
    venue.set(8_100 * WAD)
    with reverts("arrays: not an open option"):
        venue.market.refresh(venue.call, 999)
    assert everything(venue, venue.call) == before


def test_unknown(venue: OptionVenue, reverts: Any) -> None:
    refused(venue, reverts, 999, "arrays: not an open option")


def test_perpetual(venue: OptionVenue, reverts: Any) -> None:
    refused(venue, reverts, venue.market.perpetual, "arrays: not an open option")


def test_settled(venue: OptionVenue, reverts: Any) -> None:
    venue.exercise(SPOT, venue.call)
    refused(venue, reverts, venue.call, "arrays: not an open option")


def test_expired(venue: OptionVenue, reverts: Any) -> None:
    venue.market.set_time(venue.expiry)
    venue.surface.set(at=venue.expiry)
    refused(venue, reverts, venue.call, "surface: expired")


def test_no_such_expiry(venue: OptionVenue, reverts: Any) -> None:
    """Registered and listed here, but the board has no forward feed for it."""
    option = venue.market.list_option(BTC, venue.expiry + DAY, SPOT, call=True)
    refused(venue, reverts, option, "surface: no such expiry")


def test_missing_forward(venue: OptionVenue, reverts: Any) -> None:
    venue.surface.add_expiry(venue.expiry + DAY)
    option = venue.market.list_option(BTC, venue.expiry + DAY, SPOT, call=True)
    refused(venue, reverts, option, "surface: missing forward")


def test_missing_tenor(venue: OptionVenue, reverts: Any) -> None:
    """A surface of which one tenor never had a volatility."""
    market = venue.market
    surface = MarketSurface(market, ETH)
    option = market.list_option(ETH, venue.expiry, 200 * WAD, call=True)
    surface.set(spot=200 * WAD, forwards={venue.expiry: 200 * WAD})
    first = surface.feeds()[0]
    surface.push(dict.fromkeys(first, VOLATILITY), market.now() + 1)
    refused(venue, reverts, option, "surface: missing tenor")


def test_no_surface(venue: OptionVenue, reverts: Any) -> None:
    option = venue.market.list_option(ETH, venue.expiry, 200 * WAD, call=True)
    refused(venue, reverts, option, "surface: not listed")


def test_stale_node(venue: OptionVenue, reverts: Any) -> None:
    """The spot alone is fresh."""
    market = venue.market
    market.set_time(market.now() + 9 * HOUR + 5)
    market.price(BTC, SPOT)
    refused(venue, reverts, venue.call, "surface: stale node")


def test_out_of_the_domain(venue: OptionVenue, reverts: Any) -> None:
    """A strike of one wei is no option that the formula covers."""
    option = venue.market.list_option(BTC, venue.expiry, 1, call=True)
    refused(venue, reverts, option, "black76: strike out of range")


def test_lane_overflow(venue: OptionVenue, reverts: Any) -> None:
    """A put whose strike is many forwards gains and loses little of them; a long scan does not
    overflow either, so that only the largest strikes are refused by the price itself."""
    option = venue.market.list_option(BTC, venue.expiry, 2**80, call=False)
    venue.market.refresh(option)
    assert agree(decoded(venue.array(option))[1], venue.held(option, WAD))


def test_more_than_twenty(venue: OptionVenue, reverts: Any) -> None:
    with reverts(""):
        venue.market.refresh(*[venue.call] * 21)
