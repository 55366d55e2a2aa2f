"""Nothing that an account, or a member, can do makes it impossible to liquidate."""

from __future__ import annotations

from typing import Any

import pytest

from tests.support.distress import (
    CLOSE_OUT_LEVEL,
    DEFICIT,
    LOT,
    SHORT,
    add_underlier,
    bankrupt,
    check_money,
)
from tests.support.market import BTC, ETH, PROFESSIONAL, TOKEN_FEED, Market
from tests.support.orders import WAD

HOUR = 3_600


def promise(market: Market, name: str, amount: int) -> Any:
    """A member's promise, wad."""
    promising = market.house.functions.commit_backstop(market.ids[name], amount)
    return market.do(promising, market.actors(name))


def backstop(market: Market, size: int, *names: str, account: str = "client") -> Any:
    """A stranger calls on the members."""
    calling = market.close_out.functions.backstop(
        market.house.address,
        market.ids[account],
        market.perpetual,
        size,
        market.wallets(*names),
    )
    return market.do(calling, market.actors("keeper"))


def close(market: Market, size: int, counterparty: str, account: str = "client") -> Any:
    """A stranger closes an account against another."""
    closing = market.close_out.functions.compulsory_close(
        market.house.address,
        market.ids[account],
        market.perpetual,
        size,
        market.ids[counterparty],
    )
    return market.do(closing, market.actors("keeper"))


def test_one_lot_on_a_dead_feed(market: Market, set_time: Any, now: Any) -> None:
    """Peers' cases 5 and 7: dust whose price is stale must not shield the rest."""
    ether = market.list_instrument(ETH)
    market.trade("client", "maker", LOT, 200 * WAD, ether)
    set_time(now() + 8 * HOUR)
    market.price(TOKEN_FEED, WAD)
    market.price(BTC, CLOSE_OUT_LEVEL * WAD)
    set_time(now() + 2 * HOUR)
    assert market.margin("client")["flags"] & 1
    market.liquidate("client", "liquidator", WAD)


def test_dead_feed_that_matters(market: Market, set_time: Any, now: Any, reverts: Any) -> None:
    """A stale position that could make good the shortfall does suspend."""
    ether = market.list_instrument(ETH)
    market.trade("client", "maker", 20 * WAD, 200 * WAD, ether)
    set_time(now() + 8 * HOUR)
    market.price(TOKEN_FEED, WAD)
    market.price(BTC, CLOSE_OUT_LEVEL * WAD)
    set_time(now() + 2 * HOUR)
    with reverts("close-out: stale price"):
        market.liquidate("client", "liquidator", WAD)
    market.price(ETH, 200 * WAD)
    with reverts("close-out: grace period"):
        market.liquidate("client", "liquidator", WAD)


def test_the_stale_position_itself_waits(
    market: Market, set_time: Any, now: Any, reverts: Any
) -> None:
    ether = market.list_instrument(ETH)
    market.trade("client", "maker", LOT, 200 * WAD, ether)
    set_time(now() + 8 * HOUR)
    market.price(TOKEN_FEED, WAD)
    market.price(BTC, CLOSE_OUT_LEVEL * WAD)
    set_time(now() + 2 * HOUR)
    with reverts("close-out: stale price"):
        market.liquidate("client", "liquidator", LOT, ether)
    market.price(ETH, 200 * WAD)
    with reverts("close-out: grace period"):
        market.liquidate("client", "liquidator", LOT, ether)


def test_call_for_cash_needs_no_price(market: Market, set_time: Any, now: Any) -> None:
    """Nor does a dead feed hold off the sale of collateral against a debt."""
    market.deposit("client", 100_000, asset=1)
    market.price(BTC, DEFICIT * WAD)
    market.price(BTC, DEFICIT * WAD)
    market.trade("maker", "client", 9 * WAD, DEFICIT * WAD)
    market.trade("client", "maker", 9 * WAD, DEFICIT * WAD)
    ether = market.list_instrument(ETH)
    market.trade("client", "maker", LOT, 200 * WAD, ether)
    market.trade("maker", "client", 10 * WAD, DEFICIT * WAD)
    assert market.cash("client") < 0
    set_time(now() + 10 * HOUR)
    market.call_margin("client")
    set_time(now() + 2 * HOUR)
    market.price(11, WAD)
    set_time(now() + HOUR + 2)
    buying = market.close_out.functions.buy_collateral(
        market.house.address, market.ids["client"], 1, 10**6, market.ids["liquidator"], WAD
    )
    market.do(buying, market.actors("liquidator"))


def test_frozen_and_revoked_parties(market: Market) -> None:
    """Peers' case of the blacklisted trader: nobody asks the one who is liquidated."""
    for name in ("client", "retail client"):
        market.supervise("freeze", name)
    revoking = market.parties.functions.revoke(market.actors("client"), b"\3" * 32)
    market.do(revoking, market.actors("registrar"))
    market.price(BTC, DEFICIT * WAD)
    market.call_margin("client")
    market.liquidate("client", "liquidator", WAD)
    close(market, WAD, "maker")
    market.liquidate("retail client", "liquidator", WAD)
    check_money(market)


def test_frozen_counterparty(market: Market) -> None:
    market.supervise("freeze", "maker")
    market.price(BTC, DEFICIT * WAD)
    close(market, 10 * WAD, "maker")
    check_money(market)


def test_uncovered_loss_does_not_stop_liquidation(market: Market) -> None:
    """A loss that stops opening must not stop taking over (peers' case 12)."""
    market.join("big client", cash=300_000)
    market.trade("big client", "maker", 100 * WAD, 8_000 * WAD)
    market.price(BTC, 3_000 * WAD)
    market.liquidate("big client", "liquidator", 100 * WAD)
    allocating = market.house.functions.allocate_loss(market.ids["big client"])
    market.do(allocating, market.actors("keeper"))
    for name in ("client", "liquidator"):
        counting = market.house.functions.count_gain(market.ids[name])
        market.do(counting, market.actors("keeper"))
    market.liquidate("client", "liquidator", 10 * WAD)
    check_money(market)


def test_jump_does_not_stop_liquidation(market: Market) -> None:
    market.price(BTC, 3_000 * WAD)
    assert market.margin("client")["flags"] == 2
    market.liquidate("client", "liquidator", WAD)


def test_ninth_promise_is_refused(market: Market, reverts: Any) -> None:
    """A ninth would make every backstop, and so every compulsory close, impossible."""
    for number in range(8):
        market.join(f"promising {number}", PROFESSIONAL, "DE", member=True, share=10)
        promise(market, f"promising {number}", 10 * WAD)
    with reverts("house: too many backstops"):
        promise(market, "member", WAD)
    promise(market, "promising 3", 0)
    promise(market, "promising 3", 0)
    promise(market, "member", WAD)
    with reverts("house: too many backstops"):
        promise(market, "promising 3", 1)


def test_promise_below_one_lot(market: Market) -> None:
    promise(market, "member", 1)
    market.price(BTC, DEFICIT * WAD)
    close(market, WAD, "maker")


def test_promise_below_one_lot_among_others(market: Market) -> None:
    market.join("other member", PROFESSIONAL, "DE", member=True, cash=100_000)
    promise(market, "member", 1)
    promise(market, "other member", 100_000 * WAD)
    market.price(BTC, DEFICIT * WAD)
    backstop(market, WAD, "member", "other member")
    assert market.position("member").size == 0
    assert market.position("other member").size == WAD
    assert market.house.functions.backstop(market.member).call() == 0


def test_defaulters_own_promise(market: Market) -> None:
    """A member that is liquidated itself cannot stand in the way with its own promise."""
    market.deposit("member", 30_000)
    market.trade("member", "maker", 10 * WAD, 8_000 * WAD)
    promise(market, "member", 100_000 * WAD)
    market.price(BTC, DEFICIT * WAD)
    backstop(market, WAD, "member", account="member")
    assert market.house.functions.backstop_total().call() == 0
    close(market, WAD, "maker", account="member")


@pytest.mark.parametrize("full", ["positions", "underliers"])
def test_member_with_a_full_book(market: Market, full: str) -> None:
    """A member that has room for nothing more loses its promise, and stops nobody."""
    market.join("full member", PROFESSIONAL, "DE", member=True, cash=100_000)
    market.join("other member", PROFESSIONAL, "DE", member=True, cash=100_000)
    ether = [ETH] * 20
    if full == "underliers":
        ether = [add_underlier(market, number, 200) for number in range(4)]
    market.join("other maker", cash=100_000)
    for underlier in ether:
        number = market.list_instrument(underlier)
        market.trade("full member", "other maker", LOT, 200 * WAD, number)
    promise(market, "full member", 50_000 * WAD)
    promise(market, "other member", 50_000 * WAD)
    market.price(BTC, DEFICIT * WAD)
    backstop(market, 2 * WAD, "full member", "other member")
    assert market.position("full member").size == 0
    assert market.position("other member").size == WAD
    assert market.house.functions.backstop(market.ids["full member"]).call() == 0


def test_backstop_cannot_be_starved_of_gas(market: Market) -> None:
    """A call with too little gas must fail as a whole, not strike out an honest promise."""
    market.join("other member", PROFESSIONAL, "DE", member=True, cash=100_000)
    promise(market, "other member", 50_000 * WAD)
    market.price(BTC, DEFICIT * WAD)
    calling = market.close_out.functions.backstop(
        market.house.address,
        market.ids["client"],
        market.perpetual,
        WAD,
        market.wallets("other member"),
    )
    kept = market.house.functions.backstop(market.ids["other member"])
    for gas in range(100_000, 700_000, 10_000):
        try:
            market.send(calling, market.actors("keeper"), gas=gas)
        except Exception:
            assert kept.call() == 50_000 * WAD
            continue
        break
    assert market.position("other member").size == WAD


def test_a_dead_feed_does_not_hold_off_a_call(
    market: Market, set_time: Any, now: Any, reverts: Any
) -> None:
    """One lot on it may have gained its whole notional: equity is short all the same."""
    ether = market.list_instrument(ETH)
    market.trade("client", "maker", LOT, 200 * WAD, ether)
    set_time(now() + 10 * HOUR)
    market.price(TOKEN_FEED, WAD)
    market.price(BTC, 8_000 * WAD)
    set_time(now() + HOUR + 2)
    with reverts("close-out: stale price"):
        market.call_margin("client")
    market.price(BTC, SHORT * WAD)
    market.call_margin("client")
    assert market.statement("client")[5] > 0


def test_collateral_on_a_dead_feed_does_not_hold_off_the_loss_order(
    market: Market, set_time: Any, now: Any, reverts: Any
) -> None:
    """A bankrupt's last unit of a bond whose feed has died; while it lives, it is sold first."""
    owed = bankrupt(market)
    market.mint(market.bond, "client", 1, market.house.address)
    paying_in = market.house.functions.deposit(market.ids["client"], 1, 1)
    market.do(paying_in, market.actors("client"))
    allocating = market.house.functions.allocate_loss(market.ids["client"])
    with reverts("house: collateral left"):
        market.do(allocating, market.actors("keeper"))
    set_time(now() + 10 * HOUR)
    market.price(TOKEN_FEED, WAD)
    market.do(allocating, market.actors("keeper"))
    assert market.cash("client") == 0
    assert sum(market.house.functions.debt_layers(market.ids["client"]).call()) >= owed
    with reverts("house: called or indebted"):
        market.do(
            market.house.functions.withdraw(market.ids["client"], 1, 1), market.actors("client")
        )
    check_money(market)
