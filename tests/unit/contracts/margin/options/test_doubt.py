"""A volatility that nobody reports suspends what hangs on it, and shields nothing else."""

from __future__ import annotations

from typing import Any

from keelmark.pricing.surface import forward_feed
from tests.support.distress import check_money
from tests.support.market import BTC, ETH, TOKEN_FEED
from tests.support.orders import WAD
from tests.support.surface import MarketSurface
from tests.unit.contracts.margin.options.conftest import SPOT, OptionVenue

HOUR = 3_600
LOT = 10**15
HIGH = 10_300 * WAD
"""A forward at which the client is below half of its margin."""


def keep_token(venue: OptionVenue) -> None:
    """Tokens of the venue are reported by another round."""
    venue.market.push(TOKEN_FEED, WAD, venue.market.now())


def dead_volatility(venue: OptionVenue) -> None:
    """A rise, and then nobody says how volatile it is."""
    forwards = {forward_feed(BTC, expiry): HIGH for expiry in (venue.expiry, venue.later)}
    time = venue.market.now() + 8 * HOUR
    venue.surface.push({BTC: HIGH} | forwards, time)
    keep_token(venue)
    venue.market.set_time(time + 2 * HOUR)


def is_liquidatable(venue: OptionVenue, name: str = "client") -> bool:
    """As the close-out contract sees it."""
    market = venue.market
    asking = market.close_out.functions.is_liquidatable(market.house.address, market.ids[name])
    return bool(asking.call())


def test_default_behavior(client: OptionVenue, reverts: Any) -> None:
    """Suspended while it is dead, and for the grace period after."""
    market = client.market
    dead_volatility(client)
    with reverts("close-out: stale price"):
        market.liquidate("client", "third", WAD, client.call)
    with reverts("close-out: stale price"):
        market.call_margin("client")
    assert not is_liquidatable(client)
    client.set(HIGH)
    until = int(market.board.functions.surface_grace_until(BTC).call())
    assert until == market.now() + HOUR
    assert market.board.functions.grace_until(BTC).call() == 0
    with reverts("close-out: grace period"):
        market.liquidate("client", "third", WAD, client.call)
    market.set_time(until - 1)
    with reverts("close-out: grace period"):
        market.liquidate("client", "third", WAD, client.call)
    market.set_time(until)
    market.liquidate("client", "third", WAD, client.call)
    check_money(market)


def test_a_call_needs_no_grace(client: OptionVenue) -> None:
    """Who is called has time to pay in; that is no reason to wait."""
    dead_volatility(client)
    client.set(HIGH)
    client.market.call_margin("client")


def test_backstop_and_compulsory_close_wait_too(client: OptionVenue, reverts: Any) -> None:
    market = client.market
    dead_volatility(client)
    house, account = market.house.address, market.ids["client"]
    close_out = market.close_out.functions
    for call in (
        close_out.backstop(house, account, client.call, WAD, []),
        close_out.compulsory_close(house, account, client.call, WAD, market.ids["buyer"]),
        close_out.liquidate_many(house, account, market.ids["third"], [(client.call, WAD, 0)]),
    ):
        with reverts("close-out: stale price"):
            market.do(call, market.actors("third"))


def test_future_beside_a_dead_option(client: OptionVenue, reverts: Any) -> None:
    """One lot of an option whose volatility is dead does not shield a future of the same
    underlier; the lot itself waits."""
    market = client.market
    market.join("bear", cash=30_000)
    market.choose_engine("bear")
    market.trade("buyer", "bear", 10 * WAD, SPOT)
    client.trade("buyer", "bear", LOT, client.call)
    dead_volatility(client)
    assert market.margin("bear")["flags"] & 1 == 1
    assert is_liquidatable(client, "bear")
    with reverts("close-out: stale price"):
        market.liquidate("bear", "third", LOT, client.call)
    call = market.liquidating("bear", "third", [(market.perpetual, WAD), (client.call, LOT)])
    with reverts("close-out: price in doubt"):
        market.do(call, market.actors("third"))
    market.liquidate("bear", "third", WAD)
    call = market.liquidating("bear", "third", [(market.perpetual, WAD)])
    market.do(call, market.actors("third"))
    assert market.position("bear").size == -8 * WAD


def test_worthless_options_shield_nothing(client: OptionVenue) -> None:
    """Far calls cost their buyer neither premium nor margin, whatever their notional: they could
    not make good a future's loss, and do not suspend its liquidation when their volatility dies."""
    market = client.market
    far = market.list_option(BTC, client.expiry, 10**6 * WAD, call=True)
    market.refresh(far)
    assert client.mark(far) < 100
    market.join("bear", cash=30_000)
    market.choose_engine("bear")
    market.trade("buyer", "bear", 10 * WAD, SPOT)
    before = market.margin("bear")["requirement"]
    market.trade("bear", "seller", 5 * WAD, 0, far)
    assert market.margin("bear")["requirement"] - before < 5 * WAD
    dead_volatility(client)
    assert is_liquidatable(client, "bear")
    market.liquidate("bear", "third", WAD)


def test_option_of_another_surface(client: OptionVenue) -> None:
    """A lot of an option of a dead surface does not shield short calls of a living one."""
    market = client.market
    ether = MarketSurface(market, ETH)
    ether.set(200 * WAD, {client.expiry: 200 * WAD}, 9 * WAD // 10)
    dead = market.list_option(ETH, client.expiry, 200 * WAD, call=True)
    market.refresh(dead)
    client.trade("buyer", "client", LOT, dead)
    client.surface.set(HIGH, {client.expiry: HIGH, client.later: HIGH}, at=market.now() + 8 * HOUR)
    keep_token(client)
    market.set_time(market.now() + 2 * HOUR)
    assert market.board.functions.surface_grace_until(BTC).call() == 0
    market.liquidate("client", "third", WAD, client.call)


def test_options_worth_the_doubt(client: OptionVenue, reverts: Any) -> None:
    """So many dead options that they could make it good do suspend."""
    market = client.market
    ether = MarketSurface(market, ETH)
    ether.set(200 * WAD, {client.expiry: 200 * WAD}, 9 * WAD // 10)
    dead = market.list_option(ETH, client.expiry, 200 * WAD, call=True)
    market.refresh(dead)
    client.trade("client", "buyer", 100 * WAD, dead)
    client.surface.set(HIGH, {client.expiry: HIGH, client.later: HIGH}, at=market.now() + 8 * HOUR)
    keep_token(client)
    market.set_time(market.now() + 2 * HOUR)
    with reverts("close-out: stale price"):
        market.liquidate("client", "third", WAD, client.call)


def test_stale_epoch_is_no_doubt_after_a_refresh(client: OptionVenue) -> None:
    """`doubt` by itself counts an array of another epoch, with what a unit may gain or ask: 2,265
    of 8,192 parts of the forward in its worst scenario; whoever judges refreshes first."""
    market = client.market
    asking = market.house.functions.doubt(market.ids["client"], client.call)
    assert list(asking.call()) == [0, False]
    client.set(SPOT)
    assert list(asking.call()) == [10 * (SPOT * 2_265 // 8_192 + 1), True]
    client.refresh_account("client")
    assert list(asking.call()) == [0, False]


def test_outage_of_the_spot(client: OptionVenue, reverts: Any) -> None:
    """The spot's own grace period holds for its options too."""
    market = client.market
    market.set_time(market.now() + 9 * HOUR + 5)
    keep_token(client)
    client.set(HIGH)
    assert market.board.functions.grace_until(BTC).call() == market.now() + HOUR
    with reverts("close-out: grace period"):
        market.liquidate("client", "third", WAD, client.call)


def test_volatility_that_comes_back_spares_no_future(client: OptionVenue) -> None:
    """Peers' case 8: its grace period is the options', not the futures' of that underlier."""
    market = client.market
    market.join("bear", cash=30_000)
    market.trade("buyer", "bear", 10 * WAD, SPOT)
    dead_volatility(client)
    client.set(HIGH)
    market.liquidate("bear", "third", WAD)


def test_between_expiry_and_settlement(client: OptionVenue, reverts: Any) -> None:
    """An expired option is settled before it is judged: its price is final in a moment."""
    market = client.market
    client.observe(client.expiry, HIGH)
    client.surface.set(HIGH, {client.later: HIGH}, at=client.expiry + 1)
    keep_token(client)
    with reverts("close-out: stale price"):
        market.call_margin("client")
    market.do(market.house.functions.settle_instrument(client.call), market.actors("keeper"))
    with reverts("close-out: nothing to call"):
        market.call_margin("client")
    settling = market.house.functions.settle_position(market.ids["client"], client.call)
    market.do(settling, market.actors("keeper"))
    # 32,000 and the premium, less 10 times 2,300.
    assert market.cash("client") == market.margin("client")["equity"] > 16_000 * WAD
