"""Who profits by calling at the worst moment, or in the worst order."""

from __future__ import annotations

from typing import Any

from tests.support.distress import CLOSE_OUT_LEVEL, DEFICIT, LOT, SHORT, check_money
from tests.support.market import BOND_FEED, BTC, PROFESSIONAL, TOKEN, Market
from tests.support.orders import WAD

HOUR = 3_600


def end_call(market: Market, name: str = "client") -> Any:
    """A stranger ends a call."""
    ending = market.close_out.functions.end_call(market.house.address, market.ids[name])
    return market.do(ending, market.actors("keeper"))


def test_spamming_calls_moves_no_deadline(
    market: Market, set_time: Any, now: Any, reverts: Any
) -> None:
    """Neither the debtor nor a keeper gets another hour by calling again."""
    market.price(BTC, SHORT * WAD)
    market.call_margin("client")
    deadline = market.statement("client")[5]
    set_time(now() + 1_800)
    with reverts("close-out: already called"):
        market.call_margin("client")
    with reverts("close-out: call not met"):
        end_call(market)
    assert market.statement("client")[5] == deadline


def test_healthy_account_cannot_be_harassed(market: Market, reverts: Any) -> None:
    for _ in range(3):
        with reverts("close-out: nothing to call"):
            market.call_margin("client")
    with reverts("close-out: not liquidatable"):
        market.liquidate("client", "liquidator", LOT)


def test_met_call_is_over_at_once(market: Market, set_time: Any, reverts: Any) -> None:
    """An account that is whole again is safe past its deadline, whether or not anyone ended it."""
    market.price(BTC, SHORT * WAD)
    market.call_margin("client")
    market.deposit("client", 10_000)
    set_time(market.statement("client")[5] + 1)
    with reverts("close-out: not liquidatable"):
        market.liquidate("client", "liquidator", LOT)


def test_liquidation_in_slices_costs_the_account_no_more(market: Market, snapshot: Any) -> None:
    """Splitting a take-over must not multiply its penalty (peers' case 20)."""
    market.price(BTC, CLOSE_OUT_LEVEL * WAD)
    with snapshot():
        market.liquidate("client", "liquidator", 4 * WAD)
        whole = market.margin("client")
    for _ in range(4):
        market.liquidate("client", "liquidator", WAD)
    sliced = market.margin("client")
    assert sliced["equity"] >= whole["equity"] - 4
    assert sliced["requirement"] <= whole["requirement"] + 4


def test_every_slice_helps(market: Market) -> None:
    """Requirement, shortfall and the shortfall's share all fall, at every step, to the wei."""
    market.price(BTC, 5_100 * WAD)
    before = market.margin("client")
    for size in (LOT, 333 * LOT, 2 * WAD, 3 * WAD, LOT):
        market.liquidate("client", "liquidator", size)
        after = market.margin("client")
        assert after["requirement"] < before["requirement"]
        assert after["requirement"] - after["equity"] < before["requirement"] - before["equity"]
        assert after["equity"] * before["requirement"] >= before["equity"] * after["requirement"]
        before = after
    check_money(market)


def test_self_liquidation_brings_nothing(market: Market, reverts: Any) -> None:
    """Peers' case 6: the same hand on both sides moves its own money, and the house loses none."""
    market.join("second self", cash=100_000)
    market.price(BTC, CLOSE_OUT_LEVEL * WAD)
    with reverts("close-out: own account"):
        market.liquidate("client", "client", WAD)
    together = market.margin("client")["equity"] + market.margin("second self")["equity"]
    market.liquidate("client", "second self", 7 * WAD)
    after = market.margin("client")["equity"] + market.margin("second self")["equity"]
    assert 0 <= together - after <= 4
    assert market.margin("client")["equity"] > 0
    check_money(market)


def test_penalty_never_makes_a_deficit(market: Market) -> None:
    """Peers' case 48: with a wei of equity left, no fee pushes the account below zero."""
    for price in (5_001, 5_000):
        market.price(BTC, price * WAD)
        market.liquidate("client", "liquidator", WAD)
        assert market.margin("client")["equity"] >= 0


def test_unpause_and_instant_liquidation(
    market: Market, set_time: Any, now: Any, reverts: Any
) -> None:
    """Peers' cases 8 and 9: after an outage there is an hour to pay in."""
    set_time(now() + 10 * HOUR)
    market.price(10, WAD)
    market.price(BTC, DEFICIT * WAD)
    with reverts("close-out: grace period"):
        market.liquidate("client", "liquidator", WAD)
    market.deposit("client", 30_000)
    set_time(now() + HOUR + 5)
    with reverts("close-out: not liquidatable"):
        market.liquidate("client", "liquidator", WAD)


def test_price_moves_before_the_take_over(market: Market, reverts: Any) -> None:
    """Peers' case 17: the taker's limit holds against a price pushed just before it."""
    market.price(BTC, CLOSE_OUT_LEVEL * WAD)
    taking = market.close_out.functions.liquidate(
        market.house.address,
        market.ids["client"],
        market.ids["liquidator"],
        market.perpetual,
        WAD,
        CLOSE_OUT_LEVEL * WAD,
    )
    market.price(BTC, (CLOSE_OUT_LEVEL + 1) * WAD)
    with reverts("close-out: mark above the limit"):
        market.do(taking, market.actors("liquidator"))


def test_collateral_price_moves_before_the_sale(market: Market, reverts: Any) -> None:
    market.deposit("client", 500, asset=1)
    market.price(BTC, DEFICIT * WAD)
    market.liquidate("client", "liquidator", 10 * WAD)
    buying = market.close_out.functions.buy_collateral(
        market.house.address,
        market.ids["client"],
        1,
        100 * TOKEN,
        market.ids["liquidator"],
        100 * WAD,
    )
    market.price(BOND_FEED, 102 * WAD // 100)
    with reverts("close-out: above the limit"):
        market.do(buying, market.actors("liquidator"))


def test_sale_of_collateral_never_costs_the_account_equity(market: Market) -> None:
    """The discount is no larger than the haircut, so what it counted for is what it brings."""
    market.deposit("client", 900, asset=1)
    market.price(BTC, DEFICIT * WAD)
    market.liquidate("client", "liquidator", 10 * WAD)
    for amount in (1, 7, 13 * TOKEN + 1, 500 * TOKEN):
        before = market.margin("client")["equity"]
        buying = market.close_out.functions.buy_collateral(
            market.house.address,
            market.ids["client"],
            1,
            amount,
            market.ids["liquidator"],
            10**30,
        )
        market.do(buying, market.actors("liquidator"))
        assert market.margin("client")["equity"] >= before
    check_money(market)


def test_backstop_lot_by_lot_stays_within_promises(market: Market) -> None:
    """Rounding favours nobody by more than a lot a call, and never beyond a promise."""
    for name in ("first", "second"):
        market.join(name, PROFESSIONAL, "DE", member=True, cash=100_000)
        committing = market.house.functions.commit_backstop(market.ids[name], 20 * WAD)
        market.do(committing, market.actors(name))
    market.price(BTC, DEFICIT * WAD)
    members = market.wallets("first", "second")
    calling = market.close_out.functions.backstop(
        market.house.address, market.ids["client"], market.perpetual, LOT, members
    )
    for _ in range(4):
        market.do(calling, market.actors("keeper"))
    # 20 at 4,900 is four lots and a rest that buys none.
    assert market.position("first").size == 4 * LOT
    market.do(calling, market.actors("keeper"))
    assert market.position("first").size == 4 * LOT


def test_false_house(market: Market, deploy: Any, reverts: Any) -> None:
    """A house that lies can only lie about itself: the real one asks who calls it."""
    for false in (market.token.address, market.desk.address, market.office.address):
        calling = market.close_out.functions.call_margin(false, market.ids["client"])
        with reverts(None):
            market.do(calling, market.actors("keeper"))
