"""A blocked party loses positions like anybody; what is left stays its own, and locked.

The yardstick is the same venue without the freeze: every account must end the same.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest

from tests.support.clearing import Clearing
from tests.support.distress import CLOSE_OUT_LEVEL, DEFICIT, check_money, in_trouble
from tests.support.market import BTC, PROFESSIONAL, Market
from tests.support.orders import WAD

SOURCE = b"\x5a" * 32
FROZEN, SANCTIONED = 4, 11
CODES = {"frozen": FROZEN, "sanctioned": SANCTIONED, "both": FROZEN}
NAMES = ("maker", "liquidator", "client", "first", "second")


@pytest.fixture(scope="module")
def venue(clearing: Clearing) -> Market:
    """A client long 10 BTC at 8,000 with 30,000 in cash, and two members."""
    market = in_trouble(clearing.market)
    for name in ("first", "second"):
        market.join(name, PROFESSIONAL, "DE", member=True, cash=500_000)
    return market


def block(market: Market, how: str, name: str = "client") -> None:
    """A party is frozen, or flagged as sanctioned, or both."""
    if how != "sanctioned":
        market.supervise("freeze", name)
    if how != "frozen":
        _list(market, name, [], [(market.actors(name), b"OFAC-SDN-1".ljust(32, b"\0"))])


def unblock(market: Market, how: str) -> None:
    """The client is so no more."""
    if how != "sanctioned":
        market.supervise("unfreeze", "client")
    if how != "frozen":
        _list(market, "client", [market.actors("client")], [])


def _list(market: Market, name: str, removals: list[str], additions: list[Any]) -> None:
    time = market.sanctions.functions.updated_at().call()
    call = market.sanctions.functions.update(removals, additions, SOURCE, time)
    market.do(call, market.actors("sanctions officer"))
    market.do(market.parties.functions.screen(market.actors(name)), market.actors("keeper"))


def state(market: Market) -> list[Any]:
    """Account words and positions of everybody."""
    return [
        (market.house.functions.accounts(market.ids[name]).call(), market.position(name))
        for name in NAMES
    ]


def liquidated(market: Market) -> None:
    """Below half of its margin, a liquidator takes seven of ten."""
    market.price(BTC, CLOSE_OUT_LEVEL * WAD)
    market.liquidate("client", "liquidator", 7 * WAD)


def backstopped(market: Market) -> None:
    """Worth nothing, two members take what they promised."""
    for name in ("first", "second"):
        promising = market.house.functions.commit_backstop(market.ids[name], 20_000 * WAD)
        market.do(promising, market.actors(name))
    market.price(BTC, DEFICIT * WAD)
    call = market.close_out.functions.backstop(
        market.house.address,
        market.ids["client"],
        market.perpetual,
        8 * WAD,
        sorted((market.actors(name) for name in ("first", "second")), key=_account(market)),
    )
    market.do(call, market.actors("keeper"))


def _account(market: Market) -> Callable[[str], int]:
    return lambda wallet: int(market.parties.functions.word_of(wallet).call()) % 2**32


def closed(market: Market) -> None:
    """Worth nothing and no promise left: closed against the maker."""
    market.price(BTC, DEFICIT * WAD)
    call = market.close_out.functions.compulsory_close(
        market.house.address,
        market.ids["client"],
        market.perpetual,
        10 * WAD,
        market.ids["maker"],
    )
    market.do(call, market.actors("keeper"))


ENDS = {"liquidated": liquidated, "backstopped": backstopped, "closed": closed}


@pytest.mark.parametrize("how", CODES)
@pytest.mark.parametrize("end", ENDS)
def test_the_others_are_paid_as_ever(
    venue: Market, snapshot: Callable[[], Any], end: str, how: str
) -> None:
    time = venue.now()
    with snapshot():
        venue.set_time(time + 100)
        ENDS[end](venue)
        expected = state(venue)
    block(venue, how)
    venue.set_time(time + 100)
    ENDS[end](venue)
    assert state(venue) == expected
    assert venue.position("client").size < 10 * WAD
    check_money(venue)


@pytest.mark.parametrize("how", CODES)
def test_its_proceeds_stay_locked_and_are_not_lost(venue: Market, reverts: Any, how: str) -> None:
    block(venue, how)
    liquidated(venue)
    venue.price(BTC, 8_000 * WAD)
    venue.price(BTC, 8_000 * WAD)
    left = venue.cash("client")
    assert left > 0
    code = CODES[how]
    for act in (venue.withdraw, venue.deposit):
        with reverts(f"house: gate {code}"):
            act("client", 1)
    for buyer, seller in (("maker", "client"), ("client", "maker")):
        with reverts(f"house: gate {code}"):
            venue.trade(buyer, seller, WAD, 8_000 * WAD)
    with reverts(f"house: gate {code}"):
        venue.send(venue.house.functions.close_account(venue.ids["client"]), venue.actors("client"))
    assert venue.cash("client") == left
    unblock(venue, how)
    venue.trade("maker", "client", 3 * WAD, 8_000 * WAD)
    units = venue.cash("client") // 10**12
    held = venue.token.functions.balanceOf(venue.actors("client")).call()
    call = venue.house.functions.withdraw(venue.ids["client"], 0, units)
    venue.do(call, venue.actors("client"))
    assert venue.token.functions.balanceOf(venue.actors("client")).call() == held + units
    assert venue.cash("client") < 10**12
    check_money(venue)


@pytest.mark.parametrize("how", CODES)
def test_it_takes_nothing_over(venue: Market, reverts: Any, how: str) -> None:
    venue.price(BTC, CLOSE_OUT_LEVEL * WAD)
    block(venue, how, "liquidator")
    with reverts(f"close-out: gate {CODES[how]}"):
        venue.liquidate("client", "liquidator", WAD)


def test_a_blocked_member_does_not_stop_the_others(venue: Market) -> None:
    """Its promise is void, and the other members take."""
    for name in ("first", "second"):
        promising = venue.house.functions.commit_backstop(venue.ids[name], 20_000 * WAD)
        venue.do(promising, venue.actors(name))
    venue.supervise("freeze", "first")
    venue.price(BTC, DEFICIT * WAD)
    call = venue.close_out.functions.backstop(
        venue.house.address,
        venue.ids["client"],
        venue.perpetual,
        4 * WAD,
        [venue.actors("first"), venue.actors("second")],
    )
    venue.do(call, venue.actors("keeper"))
    assert venue.position("first").size == 0
    assert venue.position("second").size > 0


def test_a_blocked_counterparty_is_closed_and_paid(
    venue: Market, snapshot: Callable[[], Any]
) -> None:
    """The maker's gain is its own, whoever its counterparty is; locked if it is frozen."""
    venue.price(BTC, DEFICIT * WAD)
    with snapshot():
        closed(venue)
        expected = state(venue)
    venue.supervise("freeze", "maker")
    closed(venue)
    assert state(venue)[0][1] == expected[0][1]
    with pytest.raises(Exception, match="house: gate 4"):
        venue.withdraw("maker", 1)
