"""Calls and liquidation of a short-option account: judged by arrays of this very transaction."""

from __future__ import annotations

from typing import Any

import mpmath

from tests.support.distress import check_money, events
from tests.support.market import BTC, TOKEN_FEED
from tests.support.option_reference import requirement
from tests.support.orders import WAD
from tests.unit.contracts.margin.options.conftest import SPOT, OptionVenue

HOUR = 3_600
LOT = 10**15
SHORT, BELOW = 9_500 * WAD, 10_300 * WAD
"""Forwards at which the client is short, and below half of its margin."""


def expected(venue: OptionVenue, forward: int, size: int = 10 * WAD) -> tuple[int, int]:
    """Equity of the client by mpmath's premium, to the wei or two, and its margin."""
    held = venue.held(venue.call, -size, forward=forward)
    cash = venue.market.cash("client")
    with mpmath.workdps(50):
        worth = int(held.mark() * size / WAD)
    return cash - worth, requirement([held])[2]


def near(left: int, right: int) -> bool:
    """Equal but for what a premium may miss, on ten units."""
    return abs(left - right) <= 10 * 2 * 12_000


def liquidating(venue: OptionVenue, size: int, *, limit: int = 0) -> Any:
    """`third` takes, at least at a mark."""
    market = venue.market
    return market.close_out.functions.liquidate(
        market.house.address, market.ids["client"], market.ids["third"], venue.call, size, limit
    )


def test_default_behavior(client: OptionVenue, logs: Any) -> None:
    """Stale before, refreshed and judged in the same transaction; penalty by the forward."""
    market = client.market
    client.set(BELOW)
    assert market.margin("client")["flags"] & 1 == 1
    cash = market.cash("third")
    before = expected(client, BELOW)
    receipt = market.liquidate("client", "third", 4 * WAD, client.call)
    assert len(events(market, logs, receipt, "RiskArrayRefreshed")) == 1
    (event,) = events(market, logs, receipt, "PositionLiquidated")
    mark = client.mark(client.call)
    assert near(event["equity_before"], before[0])
    assert event["margin_before"] == before[1]
    assert event["equity_before"] * 2 < event["margin_before"]
    assert (
        event["margin_after"] == requirement([client.held(client.call, -6 * WAD, forward=BELOW)])[2]
    )
    # 1 % of 4 forwards of 10,300.
    assert event["penalty"] == 412 * WAD
    assert event["equity_after"] == event["equity_before"] - 412 * WAD
    assert (event["taker"], event["mode"], event["size"], event["mark"]) == (
        market.ids["third"],
        2,
        4 * WAD,
        mark,
    )
    # Whoever takes a short is paid what it is worth, and the penalty.
    assert market.cash("third") == cash + 4 * mark + 412 * WAD
    for name, size in (("client", -6 * WAD), ("third", -4 * WAD)):
        held = market.position(name, client.call)
        assert (held.size, held.quote) == (size, 0)
    check_money(market)


def test_call_is_met(client: OptionVenue, logs: Any, reverts: Any) -> None:
    """Called at the new price, though the old array says that nothing is short; and ended."""
    market = client.market
    client.set(SHORT)
    assert market.margin("client")["equity"] >= market.margin("client")["requirement"]
    equity, margin = expected(client, SHORT)
    (event,) = events(market, logs, market.call_margin("client"), "MarginCalled")
    assert near(event["equity"], equity)
    assert event["initial_margin"] == margin
    assert margin // 2 < equity < margin
    ending = market.close_out.functions.end_call(market.house.address, market.ids["client"])
    with reverts("close-out: call not met"):
        market.do(ending, market.actors("keeper"))
    client.set(8_200 * WAD)
    receipt = market.do(ending, market.actors("keeper"))
    assert len(events(market, logs, receipt, "RiskArrayRefreshed")) == 1
    assert len(events(market, logs, receipt, "MarginCallEnded")) == 1


def test_call_is_not_met(client: OptionVenue, reverts: Any) -> None:
    market = client.market
    client.set(SHORT)
    market.call_margin("client")
    with reverts("close-out: not liquidatable"):
        market.do(liquidating(client, WAD), market.actors("third"))
    market.set_time(market.now() + HOUR + 2)
    client.set(SHORT)
    market.do(liquidating(client, WAD), market.actors("third"))


def test_end_call_of_a_dead_board(client: OptionVenue, reverts: Any) -> None:
    """No array to judge by ends no call."""
    market = client.market
    client.set(SHORT)
    market.call_margin("client")
    market.set_time(market.now() + 10 * HOUR)
    market.push(TOKEN_FEED, WAD, market.now())
    ending = market.close_out.functions.end_call(market.house.address, market.ids["client"])
    with reverts("close-out: stale price"):
        market.do(ending, market.actors("keeper"))


def test_sound_account(client: OptionVenue, reverts: Any) -> None:
    market = client.market
    client.set(8_100 * WAD)
    with reverts("close-out: nothing to call"):
        market.call_margin("client")
    with reverts("close-out: not liquidatable"):
        market.do(liquidating(client, WAD), market.actors("third"))


def test_until_margin_is_met_and_no_further(client: OptionVenue, reverts: Any) -> None:
    """One lot beyond is refused; at the last lot the account is met and left alone."""
    market = client.market
    client.set(BELOW)
    market.refresh(client.call)
    state = market.margin("client")
    unit = state["requirement"] // 10_000
    # Each lot taken frees its margin and costs 1 % of its forward, 0.103.
    lots = -(-(state["requirement"] - state["equity"]) // (unit - 103 * 10**15))
    with reverts("close-out: overshoots"):
        market.do(liquidating(client, (lots + 1) * LOT), market.actors("third"))
    market.do(liquidating(client, lots * LOT), market.actors("third"))
    after = market.margin("client")
    assert 0 <= after["equity"] - after["requirement"] < unit
    with reverts("close-out: not liquidatable"):
        market.do(liquidating(client, LOT), market.actors("third"))


def test_penalty_is_capped_by_equity(client: OptionVenue, logs: Any) -> None:
    """A far option's forward is many times what is at stake: its share of equity, and no more."""
    market = client.market
    option = market.list_option(BTC, client.expiry, 10**6 * WAD, call=True)
    market.refresh(option)
    market.join("far", cash=900)
    market.choose_engine("far")
    client.trade("buyer", "far", 10 * WAD, option)
    account = market.ids["far"]
    word = int(market.house.functions.accounts(account).call())
    client.clearing.poke("book.accounts", word >> 104 << 104 | 300 * WAD, account)
    receipt = market.liquidate("far", "third", 4 * WAD, option)
    (event,) = events(market, logs, receipt, "PositionLiquidated")
    # 800 of margin and 320 less: its share of 300 is 120, less a wei; 1 % of notional is 320.
    assert event["margin_before"] == 800 * WAD
    assert event["margin_after"] == 480 * WAD
    assert event["penalty"] == 120 * WAD - 1


def test_limit_of_the_taker(client: OptionVenue, reverts: Any) -> None:
    """The lowest mark at which a short is taken; it is checked after the refresh."""
    market = client.market
    old = client.mark(client.call)
    client.set(BELOW)
    mark = int(client.held(client.call, WAD, forward=BELOW).mark())
    with reverts("close-out: mark below the limit"):
        market.do(liquidating(client, WAD, limit=mark + 10**6), market.actors("third"))
    assert mark > old
    market.do(liquidating(client, WAD, limit=mark - 10**6), market.actors("third"))


def test_taker_of_the_schedule(client: OptionVenue, reverts: Any) -> None:
    """Only the scenario engine margins options, whoever brings them."""
    market = client.market
    market.join("scheduled", cash=1_000_000)
    client.set(BELOW)
    with reverts("house: no options here"):
        market.liquidate("client", "scheduled", WAD, client.call)
    call = market.liquidating("client", "scheduled", [(client.call, WAD)])
    with reverts("house: no options here"):
        market.do(call, market.actors("scheduled"))


def test_taker_without_margin(client: OptionVenue, reverts: Any) -> None:
    market = client.market
    market.join("poor", cash=1_000)
    market.choose_engine("poor")
    client.set(BELOW)
    with reverts("house: below initial margin"):
        market.liquidate("client", "poor", WAD, client.call)


def test_is_liquidatable(client: OptionVenue) -> None:
    """A view refreshes nothing: what is stale is in doubt until somebody does."""
    market = client.market
    asking = market.close_out.functions.is_liquidatable(market.house.address, market.ids["client"])
    assert not asking.call()
    client.set(BELOW)
    assert not asking.call()
    client.refresh_account("client")
    assert asking.call()


def test_liquidate_many(client: OptionVenue, logs: Any) -> None:
    """Two options and a future at once; the penalty is by forwards, and paid with the last."""
    market = client.market
    client.trade("buyer", "client", WAD, client.put)
    market.trade("client", "buyer", 2 * WAD, SPOT)
    market.withdraw("client", 4_000)
    client.set(11_000 * WAD)
    takes = [(client.put, WAD), (market.perpetual, WAD), (client.call, 3 * WAD)]
    receipt = market.do(market.liquidating("client", "third", takes), market.actors("third"))
    assert len(events(market, logs, receipt, "RiskArrayRefreshed")) == 2
    found = events(market, logs, receipt, "PositionLiquidated")
    assert [event["penalty"] for event in found] == [0, 0, 5 * 110 * WAD]
    assert [event["instrument"] for event in found] == [number for number, _ in takes]
    after = market.margin("client")
    assert found[-1]["equity_after"] == after["equity"]
    assert found[-1]["margin_after"] == after["requirement"]
    check_money(market)


def test_loss_beyond_margin(client: OptionVenue) -> None:
    """Through a rise that leaves a deficit, the whole is taken and the loss allocated."""
    market = client.market
    client.set(14_000 * WAD)
    market.liquidate("client", "buyer", 10 * WAD, client.call)
    assert market.cash("client") < 0
    allocating = market.house.functions.allocate_loss(market.ids["client"])
    market.do(allocating, market.actors("keeper"))
    assert market.cash("client") == 0
    check_money(market)


def test_long_options_are_taken_too(client: OptionVenue, logs: Any) -> None:
    """A long that has lost is liquidated beside the short it was bought against."""
    market = client.market
    market.join("bull", cash=5_000)
    market.choose_engine("bull")
    client.trade("bull", "buyer", WAD, client.call)
    market.trade("bull", "buyer", WAD, SPOT)
    market.withdraw("bull", 600)
    client.set(5_000 * WAD)
    market.refresh(client.call)
    state = market.margin("bull")
    assert state["equity"] * 2 < state["requirement"]
    cash = market.cash("third")
    receipt = market.liquidate("bull", "third", WAD // 2, client.call)
    (event,) = events(market, logs, receipt, "PositionLiquidated")
    paid = client.mark(client.call) // 2
    assert abs(market.cash("third") - (cash - paid + event["penalty"])) <= 1
