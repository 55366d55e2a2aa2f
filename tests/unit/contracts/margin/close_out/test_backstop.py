"""`backstop`: members that promised take over what nobody takes, pro rata."""

from __future__ import annotations

from typing import Any

import pytest

from tests.support.distress import CLOSE_OUT_LEVEL, DEFICIT, LOT, SHORT, check_money, events
from tests.support.market import BTC, ETH, PROFESSIONAL, Market
from tests.support.orders import WAD

DELAY = 600
"""Seconds that liquidators have first."""


def promise(market: Market, name: str, amount: int) -> Any:
    """A member's promise, whole units of notional."""
    promising = market.house.functions.commit_backstop(market.ids[name], amount * WAD)
    return market.do(promising, market.actors(name))


def left(market: Market, name: str) -> int:
    """What is left of a promise, wad."""
    return int(market.house.functions.backstop(market.ids[name]).call())


def backstop(market: Market, size: int, *names: str, instrument: int | None = None) -> Any:
    """A stranger calls on the members."""
    members = market.wallets(*names)
    calling = market.close_out.functions.backstop(
        market.house.address,
        market.ids["client"],
        market.perpetual if instrument is None else instrument,
        size,
        members,
    )
    return market.do(calling, market.actors("keeper"))


@pytest.fixture
def members(market: Market) -> Market:
    """Two members promised 40,000 and 20,000; the client is worth less than nothing."""
    for name, amount in (("first", 40_000), ("second", 20_000)):
        market.join(name, PROFESSIONAL, "DE", member=True, cash=500_000)
        promise(market, name, amount)
    market.price(BTC, DEFICIT * WAD)
    return market


def test_default_behavior(members: Market, logs: Any) -> None:
    receipt = backstop(members, 6 * WAD, "first", "second")
    taken = events(members, logs, receipt, "PositionLiquidated")
    assert [(event["mode"], event["penalty"]) for event in taken] == [(3, 0), (3, 0)]
    assert members.position("first").size == 4 * WAD
    assert members.position("second").size == 2 * WAD
    assert members.position("client").size == 4 * WAD
    assert left(members, "first") == (40_000 - 4 * DEFICIT) * WAD
    assert left(members, "second") == (20_000 - 2 * DEFICIT) * WAD
    total = members.house.functions.backstop_total().call()
    assert total == left(members, "first") + left(members, "second")
    check_money(members)


def test_nobody_takes_more_than_promised(members: Market) -> None:
    # 60,000 at 4,900 is 12.24 BTC; of 10, the first takes 6.667 and the second the rest.
    backstop(members, 10 * WAD, "first", "second")
    assert members.position("first").size == 6_667 * LOT
    assert members.position("second").size == 3_333 * LOT
    assert members.position("client").size == 0


def test_stops_when_margin_is_met(members: Market) -> None:
    members.deposit("client", 8_000)
    members.call_margin("client")
    members.set_time(members.now() + DELAY + 1)
    # Equity 7,000 - 49 x meets 1,617 (10 - x) at x = 5.8482, which is the first's share.
    backstop(members, 8_773 * LOT, "first", "second")
    assert members.position("first").size == 5_849 * LOT
    assert members.position("second").size == 0
    after = members.margin("client")
    assert after["equity"] >= after["requirement"]


def test_waits_for_liquidators(members: Market, set_time: Any, reverts: Any) -> None:
    members.price(BTC, CLOSE_OUT_LEVEL * WAD)
    with reverts("close-out: liquidators first"):
        backstop(members, WAD, "first", "second")
    members.call_margin("client")
    called = members.statement("client")[5] - 3_600
    set_time(called + DELAY - 1)
    with reverts("close-out: liquidators first"):
        backstop(members, WAD, "first", "second")
    set_time(called + DELAY)
    backstop(members, WAD, "first", "second")


def test_broken_promise_is_struck_out(members: Market, logs: Any) -> None:
    members.withdraw("first", 499_000)
    receipt = backstop(members, 6 * WAD, "first", "second")
    (struck,) = events(members, logs, receipt, "BackstopCommitted")
    assert struck["member"] == members.ids["first"]
    assert struck["amount"] == 0
    assert left(members, "first") == 0
    assert members.position("first").size == 0
    assert members.position("second").size == 2 * WAD


def test_barred_member(members: Market) -> None:
    members.supervise("freeze", "first")
    backstop(members, 6 * WAD, "first", "second")
    assert left(members, "first") == 0
    assert members.position("first").size == 0
    assert members.position("second").size == 2 * WAD


def test_members_not_ascending(members: Market, reverts: Any) -> None:
    wallets = members.wallets("first", "second")[::-1]
    calling = members.close_out.functions.backstop(
        members.house.address, members.ids["client"], members.perpetual, WAD, wallets
    )
    with reverts("close-out: members not ascending"):
        members.do(calling, members.actors("keeper"))


def test_member_left_out(members: Market, reverts: Any) -> None:
    for names in (("first",), ("second",), ()):
        with reverts("close-out: members missing"):
            backstop(members, WAD, *names)


def test_member_twice(members: Market, reverts: Any) -> None:
    with reverts("close-out: members not ascending"):
        backstop(members, WAD, "first", "first", "second")


def test_no_promises(market: Market, reverts: Any) -> None:
    market.price(BTC, DEFICIT * WAD)
    with reverts("close-out: members missing"):
        backstop(market, WAD, "member")


def test_more_than_promised(members: Market, reverts: Any) -> None:
    promise(members, "first", 0)
    with reverts("close-out: more than promised"):
        backstop(members, 4_082 * LOT, "second")
    backstop(members, 4_081 * LOT, "second")


def test_not_liquidatable(members: Market, reverts: Any) -> None:
    members.price(BTC, SHORT * WAD)
    with reverts("close-out: not liquidatable"):
        backstop(members, WAD, "first", "second")


def test_no_position(members: Market, reverts: Any) -> None:
    ether = members.list_instrument(ETH)
    with reverts("close-out: no position"):
        backstop(members, WAD, "first", "second", instrument=ether)


def test_size_too_large(members: Market, reverts: Any) -> None:
    members.trade("maker", "client", 9 * WAD, DEFICIT * WAD)
    with reverts("close-out: size too large"):
        backstop(members, 10 * WAD, "first", "second")


def test_stale_price(members: Market, set_time: Any, now: Any, reverts: Any) -> None:
    set_time(now() + 36_000)
    with reverts("close-out: stale price"):
        backstop(members, WAD, "first", "second")
