"""During a halt and for an hour after it nobody is taken over, by anyone, in any way."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest

from tests.support.clearing import Clearing
from tests.support.distress import DEFICIT, SHORT, in_trouble
from tests.support.market import BTC, PROFESSIONAL, TOKEN, Market
from tests.support.orders import WAD

GRACE = 3_600
HALTED = 13
BASIS, CASE = b"EU 600/2014 Art. 32".ljust(32, b"\0"), b"\x11" * 32
Act = Callable[[Market], Any]


@pytest.fixture(scope="module")
def venue(clearing: Clearing) -> Market:
    """A client in trouble, and a member that promised to take over."""
    market = in_trouble(clearing.market)
    market.join("first", PROFESSIONAL, "DE", member=True, cash=500_000)
    return market


def halt(market: Market, seconds: int = 600) -> int:
    """The supervisor halts trading; when that ends."""
    until = market.now() + seconds
    call = market.parties.functions.halt(until, BASIS, CASE)
    market.do(call, market.actors("supervisor"))
    return until


def resume(market: Market) -> int:
    """The supervisor ends the halt; when that was."""
    market.do(market.parties.functions.resume(BASIS, CASE), market.actors("supervisor"))
    return int(market.parties.functions.halted_until().call())


def promise(market: Market, amount: int = 60_000) -> None:
    """The member promises, whole units of notional."""
    call = market.house.functions.commit_backstop(market.ids["first"], amount * WAD)
    market.do(call, market.actors("first"))


def liquidate(market: Market) -> Any:
    """A liquidator takes one."""
    return market.liquidate("client", "liquidator", WAD)


def liquidate_many(market: Market) -> Any:
    """A liquidator takes one, by the other door."""
    call = market.liquidating("client", "liquidator", [(market.perpetual, WAD)])
    return market.do(call, market.actors("liquidator"))


def backstop(market: Market) -> Any:
    """Members take one."""
    promised = market.house.functions.backstop(market.ids["first"]).call() != 0
    wallets = [market.actors("first")] if promised else []
    call = market.close_out.functions.backstop(
        market.house.address, market.ids["client"], market.perpetual, WAD, wallets
    )
    return market.do(call, market.actors("keeper"))


def compulsory_close(market: Market) -> Any:
    """One is closed against the maker."""
    call = market.close_out.functions.compulsory_close(
        market.house.address, market.ids["client"], market.perpetual, WAD, market.ids["maker"]
    )
    return market.do(call, market.actors("keeper"))


WAYS: dict[str, tuple[Act, str, bool]] = {
    "liquidate": (liquidate, "close-out: gate 13", False),
    "liquidate_many": (liquidate_many, "close-out: gate 13", False),
    "backstop": (backstop, "close-out: halted", True),
    "compulsory_close": (compulsory_close, "close-out: halted", False),
}
"""How, the refusal, and whether a member's promise is left."""


@pytest.mark.parametrize("ended", ["by itself", "by an authority"])
@pytest.mark.parametrize("way", WAYS)
def test_waits_for_the_grace(venue: Market, reverts: Any, way: str, ended: str) -> None:
    act, reason, promised = WAYS[way]
    if promised:
        promise(venue)
    venue.price(BTC, DEFICIT * WAD)
    until = halt(venue)
    with reverts(reason):
        act(venue)
    if ended == "by itself":
        venue.set_time(until)
    else:
        until = resume(venue)
    with reverts(reason):
        act(venue)
    venue.set_time(until + GRACE - 1)
    with reverts(reason):
        act(venue)
    left = venue.house.functions.backstop(venue.ids["first"]).call()
    assert left == (60_000 * WAD if promised else 0), "nobody voids a promise meanwhile"
    venue.set_time(until + GRACE)
    act(venue)
    assert venue.position("client").size == 9 * WAD


def test_a_second_halt_begins_the_grace_again(venue: Market, reverts: Any) -> None:
    venue.price(BTC, DEFICIT * WAD)
    halt(venue)
    resume(venue)
    until = halt(venue, 1_000)
    venue.set_time(until + GRACE - 1)
    with reverts("close-out: gate 13"):
        liquidate(venue)


def test_collateral_waits_too(venue: Market, reverts: Any) -> None:
    venue.deposit("client", 100_000, asset=1)
    venue.price(BTC, DEFICIT * WAD)
    venue.trade("maker", "client", 10 * WAD, DEFICIT * WAD)
    venue.call_margin("client")
    venue.set_time(venue.statement("client")[5] + 1)
    cost = 10**30
    buying = venue.close_out.functions.buy_collateral(
        venue.house.address, venue.ids["client"], 1, TOKEN, venue.ids["liquidator"], cost
    )
    until = halt(venue)
    venue.set_time(until + GRACE - 1)
    with reverts("close-out: gate 13"):
        venue.send(buying, venue.actors("liquidator"))
    venue.set_time(until + GRACE)
    venue.do(buying, venue.actors("liquidator"))


def test_the_way_out_is_open(venue: Market, reverts: Any) -> None:
    """During a halt who is short pays in, is called, and reduces."""
    venue.price(BTC, SHORT * WAD)
    venue.price(BTC, SHORT * WAD)
    halt(venue)
    venue.call_margin("client")
    with reverts("house: gate 13"):
        venue.trade("client", "maker", WAD, SHORT * WAD)
    venue.trade("maker", "client", 6 * WAD, SHORT * WAD)
    venue.deposit("client", 10)
    ending = venue.close_out.functions.end_call(venue.house.address, venue.ids["client"])
    venue.do(ending, venue.actors("keeper"))
    venue.withdraw("client", 10)
    assert venue.position("client").size == 4 * WAD


def test_denials_say_so(venue: Market) -> None:
    """A trade that the halt stops is denied as halted, on both sides."""
    halt(venue)
    sizes = (WAD, -WAD)
    orders = [
        venue.order(name, venue.perpetual, size, 8_000 * WAD)
        for name, size in zip(("client", "maker"), sizes, strict=True)
    ]
    chain = venue.w3.eth.chain_id
    signed = [
        order.sign(venue.actors(name).key, venue.matcher.address, chain)
        for order, name in zip(orders, ("client", "maker"), strict=True)
    ]
    call = venue.matcher.functions.try_match(
        orders[0].fields(), signed[0], orders[1].fields(), signed[1], WAD, 8_000 * WAD
    )
    assert call.call() == HALTED | HALTED << 8
