"""`trade` of options: the premium is cash at once, and margin lends nobody any of it."""

from __future__ import annotations

from typing import Any

import pytest

from tests.support.distress import check_money
from tests.support.market import BTC, ETH, RETAIL, TOKEN_FEED
from tests.support.option_reference import requirement
from tests.support.orders import WAD
from tests.support.surface import MarketSurface
from tests.unit.contracts.margin.options.conftest import SPOT, OptionVenue

HOUR = 3_600
FORWARD_BAND = 80 * WAD
"""1 % of a forward of 8,000."""


def closing(venue: OptionVenue, price: int, size: int = WAD) -> None:
    """The buyer sells back what the seller had sold."""
    venue.market.trade("seller", "buyer", size, price, venue.call)


def test_default_behavior(venue: OptionVenue) -> None:
    """Premium from buyer to seller, in cash; quotes stay zero and all money is still there."""
    market = venue.market
    cash = market.cash("buyer"), market.cash("seller")
    mark = venue.mark(venue.call)
    receipt = market.trade("buyer", "seller", 3 * WAD, mark, venue.call)
    assert market.cash("buyer") == cash[0] - 3 * mark
    assert market.cash("seller") == cash[1] + 3 * mark
    for name, size in (("buyer", 3 * WAD), ("seller", -3 * WAD)):
        held = market.position(name, venue.call)
        assert (held.size, held.quote) == (size, 0)
        leg = venue.clearing.legs(receipt)[market.ids[name]]
        assert leg["price"] == leg["index"] == mark
        assert (leg["position_size"], leg["position_quote"]) == (size, 0)
        assert leg["cash"] == market.cash(name)
        state = market.margin(name)
        assert leg["equity"] == state["equity"] == cash[0]
        assert leg["initial_margin"] == state["requirement"]
        assert leg["execution"] == 1 | 1 << 8 | 1 << 16
    check_money(market)


def test_steps_of_a_position(venue: OptionVenue) -> None:
    """Opened, increased, reduced, flipped and closed: cash moves by size times price alone."""
    market = venue.market
    mark = venue.mark(venue.call)
    cash = market.cash("buyer")
    steps = [(WAD, 0), (2 * WAD, 7), (-WAD, -5), (-4 * WAD, 3), (2 * WAD, 0)]
    for size, off in steps:
        price = mark + off * WAD
        if size > 0:
            market.trade("buyer", "third", size, price, venue.call)
        else:
            market.trade("third", "buyer", -size, price, venue.call)
        cash -= size * price // WAD
        held = market.position("buyer", venue.call)
        assert held.quote == 0
        assert market.cash("buyer") == cash
        check_money(market)
    assert held.size == 0
    assert market.statement("buyer")[7] == 0


def test_rounding_of_a_premium(venue: OptionVenue) -> None:
    """Both sides move by the same amount, to the wei."""
    market = venue.market
    before = market.cash("buyer") + market.cash("seller")
    market.trade("buyer", "seller", 10**15, venue.mark(venue.call) + 333, venue.call)
    assert market.cash("buyer") + market.cash("seller") == before
    check_money(market)


@pytest.mark.parametrize("strike", [8_000, 30_000, 500])
def test_band(venue: OptionVenue, reverts: Any, strike: int) -> None:
    """5 % of the mark or 1 % of the forward, whichever is more; both edges."""
    market = venue.market
    option = market.list_option(BTC, venue.expiry, strike * WAD, call=True)
    market.refresh(option)
    mark = venue.mark(option)
    band = max(mark // 20, FORWARD_BAND)
    assert (band == FORWARD_BAND) == (strike != 500)
    low = max(mark - band, 0)
    for price in (mark + band + 1, *((low - 1,) if low else ())):
        with reverts("house: price outside the band"):
            market.trade("buyer", "seller", WAD // 10, price, option)
    for price in (mark + band, low):
        market.trade("buyer", "seller", WAD // 10, price, option)


def test_zero_mark_and_zero_price(venue: OptionVenue) -> None:
    """An option worth nothing changes hands for nothing; the short side still holds margin."""
    market = venue.market
    option = market.list_option(BTC, venue.expiry, 10**6 * WAD, call=True)
    venue.set(SPOT, WAD // 5)
    venue.set(SPOT, WAD // 10)
    venue.set(SPOT, WAD // 10)
    market.refresh(option)
    assert venue.mark(option) == 0
    cash = market.cash("buyer")
    market.trade("buyer", "seller", WAD, 0, option)
    assert market.cash("buyer") == cash
    assert market.margin("seller")["requirement"] == 80 * WAD
    market.trade("seller", "buyer", WAD, 0, option)
    check_money(market)


def test_premium_not_paid(venue: OptionVenue, reverts: Any) -> None:
    """Bonds back a margin; a premium is cash, to the wei."""
    market = venue.market
    mark = venue.mark(venue.call)
    market.join("bondholder", bonds=100_000)
    market.choose_engine("bondholder")
    with reverts("house: premium not paid"):
        market.trade("bondholder", "seller", WAD, mark, venue.call)
    market.join("short of a unit", cash=mark // WAD, bonds=100_000)
    market.choose_engine("short of a unit")
    with reverts("house: premium not paid"):
        market.trade("short of a unit", "seller", WAD, mark, venue.call)
    market.deposit("short of a unit", 1)
    market.trade("short of a unit", "seller", WAD, mark, venue.call)


def test_a_flip_pays_its_premium(venue: OptionVenue, reverts: Any) -> None:
    """Bought back may be what was sold, on credit of bonds; nothing beyond it."""
    market = venue.market
    mark = venue.mark(venue.call)
    market.join("bondholder", bonds=100_000)
    market.choose_engine("bondholder")
    market.trade("buyer", "bondholder", WAD, mark, venue.call)
    market.withdraw("bondholder", mark // WAD)
    with reverts("house: premium not paid"):
        market.trade("bondholder", "buyer", 2 * WAD, mark, venue.call)
    market.trade("bondholder", "buyer", WAD, mark, venue.call)
    assert market.cash("bondholder") < 0
    assert market.position("bondholder", venue.call).size == 0


def test_no_options_here(venue: OptionVenue, reverts: Any) -> None:
    venue.market.join("scheduled", cash=100_000)
    for buyer, seller in (("scheduled", "seller"), ("buyer", "scheduled")):
        with reverts("house: no options here"):
            venue.trade(buyer, seller, WAD, venue.call)


def test_below_initial_margin(venue: OptionVenue, reverts: Any) -> None:
    """An account at its limit, to the lot."""
    market = venue.market
    market.join("seller at the limit", cash=4_000)
    market.choose_engine("seller at the limit")
    mark = venue.mark(venue.call)
    unit = max(venue.held(venue.call, WAD).lanes()) + 1
    # x units ask 8,000 unit / 2^13 x and bring their premium, which is owed again.
    lots = 4_000 * WAD * 2**13 // (8_000 * unit) // 10**15
    with reverts("house: below initial margin"):
        market.trade("buyer", "seller at the limit", (lots + 1) * 10**15, mark, venue.call)
    market.trade("buyer", "seller at the limit", lots * 10**15, mark, venue.call)
    with reverts("house: below initial margin"):
        market.trade("buyer", "seller at the limit", 10**15, mark, venue.call)


def test_stale_array_stops_opening(venue: OptionVenue, reverts: Any) -> None:
    """A price of the underlier alone, and nothing new is opened or increased."""
    market = venue.market
    venue.trade("buyer", "seller", WAD, venue.call)
    mark = venue.mark(venue.call)
    market.price(BTC, SPOT)
    for buyer, seller in (("buyer", "seller"), ("third", "seller"), ("third", "buyer")):
        with reverts("house: price stale or jumped"):
            market.trade(buyer, seller, WAD, mark, venue.call)


def test_stale_array_stops_opening_anything(venue: OptionVenue, reverts: Any) -> None:
    """A future's price is fresh, and yet nobody knows what the account has."""
    market = venue.market
    venue.trade("buyer", "seller", WAD, venue.call)
    market.price(BTC, SPOT)
    with reverts("house: price stale or jumped"):
        market.trade("seller", "third", WAD // 10, SPOT)
    market.refresh(venue.call)
    market.trade("seller", "third", WAD // 10, SPOT)


def test_stale_array_stops_withdrawal(venue: OptionVenue, reverts: Any) -> None:
    market = venue.market
    venue.trade("buyer", "seller", WAD, venue.call)
    market.price(BTC, SPOT)
    for name in ("buyer", "seller"):
        with reverts("house: stale price"):
            market.withdraw(name, 1)
    market.refresh(venue.call)
    for name in ("buyer", "seller"):
        market.withdraw(name, 1)


def test_two_reductions_pass(venue: OptionVenue) -> None:
    """In an outage what is open can still be closed, at the last mark."""
    market = venue.market
    venue.trade("buyer", "seller", 2 * WAD, venue.call)
    mark = venue.mark(venue.call)
    market.set_time(market.now() + 10 * HOUR)
    market.push(TOKEN_FEED, WAD, market.now())
    assert market.margin("buyer")["flags"] == 1
    closing(venue, mark)
    closing(venue, mark)
    assert market.statement("buyer")[7] == market.statement("seller")[7] == 0
    check_money(market)


def test_jump(venue: OptionVenue, reverts: Any) -> None:
    """A volatility that has just jumped opens nothing; a reduction passes."""
    market = venue.market
    venue.trade("buyer", "seller", 2 * WAD, venue.call)
    venue.surface.set(volatilities=WAD)
    market.refresh(venue.call)
    with reverts("house: price stale or jumped"):
        venue.trade("third", "seller", WAD, venue.call)
    venue.trade("seller", "buyer", WAD, venue.call)
    venue.surface.set(volatilities=WAD)
    market.refresh(venue.call)
    venue.trade("third", "seller", WAD, venue.call)


def test_expired(venue: OptionVenue, reverts: Any) -> None:
    market = venue.market
    venue.trade("buyer", "seller", WAD, venue.call)
    mark = venue.mark(venue.call)
    market.set_time(venue.expiry)
    market.push(TOKEN_FEED, WAD, venue.expiry)
    with reverts("house: instrument not open"):
        closing(venue, mark)


def test_position_too_large(venue: OptionVenue, reverts: Any) -> None:
    """Notional is what counts, not the premium: 10^32 wei of it at the forward."""
    option = venue.market.list_option(BTC, venue.expiry, 10**6 * WAD, call=True)
    venue.set(SPOT, WAD // 5)
    venue.set(SPOT, WAD // 10)
    venue.set(SPOT, WAD // 10)
    venue.market.refresh(option)
    with reverts("house: position too large"):
        venue.clearing.ask("buyer", "seller", 12_500_000_000 * WAD, 0, option)
    with reverts("house: below initial margin"):
        venue.clearing.ask("buyer", "seller", 12_499_999_999 * WAD, 0, option)


def test_retail_buyer_pays_in_full(venue: OptionVenue, reverts: Any) -> None:
    """And needs nothing more: the last unit of cash may go into the premium."""
    market = venue.market
    mark = venue.mark(venue.put)
    market.join("pensioner", RETAIL, cash=mark // WAD + 1)
    market.choose_engine("pensioner")
    venue.trade("pensioner", "seller", WAD, venue.put)
    state = market.margin("pensioner")
    assert state["requirement"] == 0
    assert state["equity"] == (mark // WAD + 1) * WAD
    with reverts("house: premium not paid"):
        market.trade("pensioner", "seller", WAD // 100, mark, venue.put)


def test_retail_buyer_below_nothing_is_left_alone(venue: OptionVenue, reverts: Any) -> None:
    """No fall of the premium makes a call or a liquidation of what is paid in full."""
    market = venue.market
    venue.trade("saver", "seller", WAD, venue.call)
    venue.set(6_500 * WAD)
    asked = market.close_out.functions.is_liquidatable(market.house.address, market.ids["saver"])
    assert not asked.call()
    with reverts("close-out: nothing to call"):
        market.call_margin("saver")
    market.refresh(venue.call)
    left = market.cash("saver") // WAD
    market.withdraw("saver", left)
    assert 0 <= market.cash("saver") < WAD


def test_retail_short_keeps_the_floor(venue: OptionVenue, reverts: Any) -> None:
    """Half of the forward, and in a close-out half of the forward at entry if that is more."""
    market = venue.market
    mark = venue.mark(venue.call)
    market.trade("buyer", "saver", 2 * WAD, mark, venue.call)
    assert venue.clearing.entry("saver", venue.call) == 16_000 * WAD
    assert market.margin("saver")["requirement"] == 8_000 * WAD
    with reverts("house: below initial margin"):
        market.trade("buyer", "saver", WAD, mark, venue.call)
    venue.set(7_000 * WAD)
    market.refresh(venue.call)
    assert [market.margin("saver", valuation)["requirement"] for valuation in range(3)] == [
        7_000 * WAD,
        7_000 * WAD,
        8_000 * WAD,
    ]
    venue.set(8_300 * WAD)
    market.refresh(venue.call)
    assert market.margin("saver")["requirement"] == 8_300 * WAD
    venue.trade("saver", "buyer", WAD, venue.call)
    assert venue.clearing.entry("saver", venue.call) == 8_000 * WAD
    assert market.margin("saver")["requirement"] == 4_150 * WAD


def test_retail_short_far_out_of_the_money(venue: OptionVenue) -> None:
    """The floor is on the forward, whatever the option is worth."""
    market = venue.market
    option = market.list_option(BTC, venue.expiry, 10**6 * WAD, call=True)
    market.refresh(option)
    venue.trade("buyer", "saver", WAD, option)
    assert market.margin("saver")["requirement"] == 4_000 * WAD


def test_retail_nets_nothing(venue: OptionVenue) -> None:
    """A bought call offsets no sold one, and its worth backs no other position."""
    market = venue.market
    other = market.list_option(BTC, venue.expiry, 8_500 * WAD, call=True)
    market.refresh(other)
    venue.trade("saver", "seller", WAD, other)
    venue.trade("buyer", "saver", WAD, venue.call)
    assert market.margin("saver")["requirement"] == 4_000 * WAD
    opening, closing_out = (market.margin("saver", valuation)["equity"] for valuation in (0, 2))
    assert closing_out - opening == venue.mark(other)


def test_category_changed(venue: OptionVenue, reverts: Any) -> None:
    """A client who has become retail opens nothing new beside what is open; closing passes."""
    market = venue.market
    venue.trade("buyer", "seller", WAD, venue.call)
    market.renew("seller", RETAIL)
    with reverts("house: category changed"):
        venue.trade("third", "seller", WAD, venue.call)
    venue.trade("seller", "buyer", WAD, venue.call)


def test_retail_short_of_a_wide_scan_range(venue: OptionVenue) -> None:
    """Ether's scan range is half its price: a sold call may lose more than the floor."""
    market = venue.market
    ether = MarketSurface(market, ETH)
    ether.set(200 * WAD, {venue.expiry: 200 * WAD}, 9 * WAD // 10)
    option = market.list_option(ETH, venue.expiry, 100 * WAD, call=True)
    market.refresh(option)
    venue.trade("buyer", "saver", WAD, option)
    held = venue.held(option, -WAD, forward=200 * WAD, volatility=9 * WAD // 10, underlier=ETH)
    alone = requirement([held])[2]
    assert market.margin("saver")["requirement"] == max(alone, 100 * WAD) == alone
