"""What was tried against options: premiums as loans, marks, loops, sizes, epochs, tokens."""

from __future__ import annotations

from typing import Any

import pytest

from tests.support.distress import check_money
from tests.support.market import BTC, RETAIL, TOKEN_FEED
from tests.support.option_reference import decoded, requirement
from tests.support.orders import WAD
from tests.unit.contracts.margin.options.conftest import SPOT, OptionVenue

HOUR = 3_600


def pair(venue: OptionVenue, cash: int, *, bonds: int = 0) -> None:
    """Two accomplices of one purse."""
    for name in ("left", "right"):
        venue.market.join(name, cash=cash, bonds=bonds)
        venue.market.choose_engine(name)


def refused_beyond(venue: OptionVenue, reverts: Any, name: str) -> int:
    """Takes out all that the house lets go, whole units; not one more."""
    market = venue.market
    state = market.margin(name, 1)
    most = min(market.cash(name), state["equity"] - state["requirement"]) // WAD
    with reverts("house: below initial margin"):
        market.withdraw(name, most + 1)
    if most:
        market.withdraw(name, most)
    return most


def test_premium_as_a_loan(venue: OptionVenue, reverts: Any) -> None:
    """Deep in the money calls are sold to raise cash; none of it can be taken away."""
    market = venue.market
    option = market.list_option(BTC, venue.expiry, 100 * WAD, call=True)
    market.refresh(option)
    pair(venue, 10_000)
    venue.trade("left", "right", WAD, option)
    assert market.cash("right") > 17_000 * WAD
    taken = refused_beyond(venue, reverts, "right")
    # Its own 10,000, less what a short of one forward may lose; and not the premium.
    lanes = decoded(venue.array(option))[1]
    assert taken == 10_000 - 8_000 * (max(lanes) + 1) // 2**13 - 1
    assert market.margin("right")["equity"] < 10_000 * WAD - (taken - 1) * WAD


def test_value_of_an_option_is_not_cash(venue: OptionVenue, reverts: Any) -> None:
    """A gain on a bought call cannot be taken out before it is sold or settled."""
    market = venue.market
    pair(venue, 4_000)
    venue.trade("left", "seller", WAD, venue.call)
    venue.set(9_500 * WAD)
    market.refresh(venue.call)
    assert market.margin("left")["equity"] > 4_900 * WAD
    taken = refused_beyond(venue, reverts, "left")
    assert taken * WAD <= market.cash("left") + taken * WAD - market.margin("left")["requirement"]


def test_overpaid_premium_strands_no_deficit(venue: OptionVenue, reverts: Any) -> None:
    """The band lets 1 % of the forward pass from one to the other; margin is held after it."""
    market = venue.market
    pair(venue, 1_700)
    mark = venue.mark(venue.call)
    high = mark + 80 * WAD
    moved = 0
    with reverts("house: premium not paid"):
        for _ in range(40):
            market.trade("left", "right", WAD // 2, high, venue.call)
            market.trade("right", "left", WAD // 2, mark - 80 * WAD, venue.call)
            moved += 1
    assert moved > 5
    for name in ("left", "right"):
        assert market.cash(name) >= 0
        assert market.margin(name)["equity"] >= 0
    check_money(market)


def test_reduction_off_mark_leaves_no_deficit(venue: OptionVenue, reverts: Any) -> None:
    """Closing at the far edge of the band what is worth less than that: refused."""
    market = venue.market
    pair(venue, 2_300)
    venue.trade("right", "left", WAD, venue.call)
    venue.set(10_000 * WAD)
    venue.set(10_000 * WAD)
    market.refresh(venue.call)
    venue.set(10_900 * WAD)
    market.refresh(venue.call)
    mark = venue.mark(venue.call)
    equity = market.margin("left")["equity"]
    assert 0 < equity < mark // 20
    with reverts("house: deficit"):
        market.trade("left", "right", WAD, mark + mark // 20, venue.call)
    market.trade("left", "right", WAD, mark, venue.call)
    assert market.cash("left") >= 0


def test_wash_trades_move_no_mark(venue: OptionVenue) -> None:
    """However often and at whatever price two accounts trade: mark and margin are the board's."""
    market = venue.market
    pair(venue, 20_000)
    mark, word = venue.mark(venue.call), venue.word(venue.call)
    venue.trade("buyer", "seller", WAD, venue.call)
    before = market.margin("seller")
    for number in range(8):
        price = mark + (-1) ** number * 80 * WAD
        market.trade("left", "right", WAD, price, venue.call)
        market.trade("right", "left", WAD, price, venue.call)
    assert venue.word(venue.call) == word
    assert market.margin("seller") == before


def test_epochs_without_end(venue: OptionVenue) -> None:
    """Each price begins an epoch; whoever judges an account refreshes in between."""
    market = venue.market
    market.join("client", cash=32_000)
    market.choose_engine("client")
    venue.trade("buyer", "client", 10 * WAD, venue.call)
    venue.set(10_300 * WAD)
    for _ in range(30):
        market.price(BTC, 10_300 * WAD)
        assert market.margin("client")["flags"] & 1 == 1
    market.liquidate("client", "third", WAD, venue.call)


def test_epoch_comes_round(venue: OptionVenue) -> None:
    """An array of the same number, 65,535 epochs ago, is past its validity."""
    market = venue.market
    venue.trade("buyer", "seller", WAD, venue.call)
    epoch = venue.array(venue.call) % 2**16
    until = venue.word(venue.call) >> 192 & 2**32 - 1
    venue.set(SPOT)
    market.set_time(until + 1)
    market.push(TOKEN_FEED, WAD, until + 1)
    venue.set(SPOT)
    now = venue.surface.state().epoch
    array = venue.array(venue.call)
    assert array % 2**16 == epoch != now
    venue.clearing.poke("book.risk_arrays", array - epoch + now, venue.call)
    assert market.margin("seller")["flags"] & 1 == 1


def test_retail_account_cannot_hold_on_to_margin_by_category(
    venue: OptionVenue, reverts: Any
) -> None:
    """Professional again with options open, a client keeps the floor until it is flat."""
    market = venue.market
    market.do(market.parties.functions.request_category(2), market.actors("saver"))
    market.set_time(market.now() + 86_400)
    market.price(TOKEN_FEED, WAD)
    venue.set(SPOT)
    market.refresh(venue.call)
    venue.trade("buyer", "saver", WAD, venue.call)
    market.renew("saver", 2)
    assert market.margin("saver")["requirement"] == 4_000 * WAD
    venue.trade("buyer", "saver", WAD, venue.call)
    assert market.margin("saver")["requirement"] == 8_000 * WAD
    with reverts("house: below initial margin"):
        venue.trade("buyer", "saver", WAD, venue.call)


def test_retail_premium_backs_no_future(venue: OptionVenue, reverts: Any) -> None:
    """All cash in an option paid in full, and nothing is left to open a future with."""
    market = venue.market
    market.join("gambler", RETAIL, cash=8_000)
    market.choose_engine("gambler")
    venue.trade("gambler", "seller", 10 * WAD, venue.call)
    assert market.margin("gambler")["equity"] > 7_900 * WAD
    with reverts("house: below initial margin"):
        market.trade("gambler", "seller", WAD // 2, SPOT)


def test_retail_flip_pays_the_floor(venue: OptionVenue, reverts: Any) -> None:
    """From bought to sold in one trade asks for the half of what is then sold."""
    market = venue.market
    venue.trade("saver", "seller", WAD, venue.call)
    with reverts("house: below initial margin"):
        venue.trade("seller", "saver", 4 * WAD, venue.call)
    venue.trade("seller", "saver", 3 * WAD, venue.call)
    assert venue.clearing.entry("saver", venue.call) == 16_000 * WAD
    assert market.margin("saver")["requirement"] == 8_000 * WAD


@pytest.mark.parametrize("units", [10**6, 10**9, 2 * 10**15])
def test_huge_sizes(venue: OptionVenue, units: int) -> None:
    """Where weights are clamped nothing wraps round: the margin does not fall as size grows."""
    market = venue.market
    size = units * WAD
    word = venue.call | (2**112 - size) << 144
    venue.trade("buyer", "seller", WAD, venue.call)
    venue.clearing.poke_positions(market.ids["seller"], 0, word)
    seen = market.margin("seller")["requirement"]
    assert seen == requirement([venue.held(venue.call, -size)])[2]


def test_weight_at_its_clamp(venue: OptionVenue) -> None:
    """The largest size there is, short and long, in twenty slots."""
    market = venue.market
    venue.trade("buyer", "seller", WAD, venue.call)
    account = market.ids["seller"]
    for slot in range(20):
        size = 2**111 - 1 if slot % 2 else 2**112 - 2**111
        venue.clearing.poke_positions(account, slot, venue.call | size << 144)
    word = int(market.house.functions.accounts(account).call())
    venue.clearing.poke("book.accounts", word & ~(255 << 104) | 20 << 104, account)
    state = market.margin("seller")
    assert state["requirement"] > 10**30
    assert -(2**200) < state["equity"] < 2**200


def test_lanes_at_their_bounds(venue: OptionVenue) -> None:
    """Every lane at its least or greatest, and the worst words with them: no carry between."""
    market = venue.market
    venue.trade("buyer", "seller", WAD, venue.call)
    array, word = venue.array(venue.call), venue.word(venue.call)
    for pattern in (0x4000, 0x3FFF):
        lanes = [pattern if place % 2 else pattern ^ 0x7FFF for place in range(16)]
        packed = sum(lane << 16 + 15 * place for place, lane in enumerate(lanes))
        venue.clearing.poke("book.risk_arrays", packed | array % 2**16, venue.call)
        worst = 2**14 << 224 | 2**14 << 239
        plain = word & ~((2**30 - 1) << 224)
        venue.clearing.poke("book.instruments", plain | worst, venue.call)
        # A unit long or short loses twice the forward at most: 2^14 of 2^-13.
        for name in ("buyer", "seller"):
            assert market.margin(name)["requirement"] == 16_000 * WAD


def test_self_call_from_a_token(venue: OptionVenue, reverts: Any) -> None:
    """Nobody but the house's own close-out contract moves options by take-over."""
    market = venue.market
    house = market.house.functions
    terms = (market.ids["seller"], market.ids["third"], venue.call, WAD, 0, 2, 0, 0, 0, 0)
    with reverts("house: not the close-out"):
        market.do(house.take_over(terms), market.actors("third"))
    takes = [(venue.call, WAD, 0)]
    with reverts("house: not the close-out"):
        market.do(
            house.take_over_many(market.ids["seller"], market.ids["third"], takes, 0, 0),
            market.actors("third"),
        )


def test_close_account_with_an_option(venue: OptionVenue, reverts: Any) -> None:
    market = venue.market
    venue.trade("buyer", "seller", WAD, venue.call)
    closing = market.house.functions.close_account(market.ids["seller"])
    with reverts("house: account not empty"):
        market.do(closing, market.actors("seller"))
    # Nor is the choice of an engine forgotten by closing while there is cash.
    closing = market.house.functions.close_account(market.ids["third"])
    with reverts("house: account not empty"):
        market.do(closing, market.actors("third"))


def test_empty_account_of_the_scenario_engine_closes(venue: OptionVenue) -> None:
    """A choice of engine is nothing that an account owns."""
    market = venue.market
    market.join("leaver", cash=1_000)
    market.choose_engine("leaver")
    market.withdraw("leaver", 1_000)
    closing = market.house.functions.close_account(market.ids["leaver"])
    market.do(closing, market.actors("leaver"))
    assert market.house.functions.accounts(market.ids["leaver"]).call() == 0


def test_gains_of_options_are_counted_at_mark(venue: OptionVenue) -> None:
    """A bought call is what the house owes; a sold one is set off."""
    market = venue.market
    venue.trade("buyer", "seller", 2 * WAD, venue.call)
    venue.trade("seller", "buyer", WAD, venue.put)
    venue.set(9_500 * WAD)
    market.refresh(venue.call, venue.put)
    venue.clearing.poke("book.episode", 1)
    venue.clearing.poke("book.counting_deadline", market.now() + HOUR)
    market.price(TOKEN_FEED, WAD)
    market.refresh(venue.call, venue.put)
    house = market.house.functions
    for name in ("buyer", "seller"):
        market.do(house.count_gain(market.ids[name]), market.actors("keeper"))
    call, put = venue.mark(venue.call), venue.mark(venue.put)
    counted = house.counted_gain(market.ids["buyer"]).call()
    assert counted == 2 * call - put
    assert house.counted_gain(market.ids["seller"]).call() == 0
