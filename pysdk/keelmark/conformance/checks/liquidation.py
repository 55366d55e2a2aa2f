"""Liquidation: when, how much, at what price, for what penalty, by whom."""

from __future__ import annotations

from keelmark.conformance.check import check
from keelmark.conformance.checks.figures import distressed, to_cents
from keelmark.conformance.desk import UNIT, Desk, money
from keelmark.regulation import value
from keelmark.units import BPS, WAD

LEVEL = ("CLOSE_OUT_BPS",)
EVERYBODY = "the rule is of retail clients; that the level is everybody's is venue practice"
PENALTY = ("LIQUIDATION_PENALTY_BPS",)
ROUNDING = 1_000
"""Wei that several divisions may cost."""


@check("liquidation.healthy", rules=LEVEL, basis=EVERYBODY)
def healthy(desk: Desk) -> None:
    """An account that holds its margin is not liquidated."""
    party = desk.party("client", cash=to_cents(100_000 * UNIT))
    desk.allow(desk.trade(party, desk.maker, desk.usual))
    desk.refuse(desk.liquidate(party, desk.taker, desk.one.lot), "it holds its margin")
    desk.refuse(desk.liquidate(party, desk.taker, desk.usual), "it holds its margin")


@check("liquidation.due", rules=LEVEL, basis=EVERYBODY)
def due(desk: Desk) -> None:
    """An account below half of its margin can be liquidated, and its shortfall falls."""
    found = distressed(desk, "client in trouble", value("CLOSE_OUT_BPS") * 9 // 10)
    before = desk.account(found.party)
    step = found.size // 2 // desk.one.lot * desk.one.lot
    desk.allow(desk.liquidate(found.party, desk.taker, step))
    after = desk.account(found.party)
    short = before.requirement - before.equity, after.requirement - after.equity
    desk.require(
        short[1] < short[0], f"the shortfall was {money(short[0])} and is {money(short[1])}"
    )


@check("liquidation.size", rules=LEVEL, basis="venue practice: no more than brings margin back")
def size(desk: Desk) -> None:
    """A liquidator takes no more than brings the account back to its margin."""
    found = distressed(desk, "client in trouble", value("CLOSE_OUT_BPS") * 9 // 10)
    before = desk.account(found.party)
    act = desk.liquidate(found.party, desk.taker, found.size)
    words = act.call()
    desk.note(f"{act.words}: {'done' if words is None else f'refused ({words})'}")
    taken = found.size - desk.size_of(found.party)
    needed = found.size * (before.requirement - before.equity) // before.requirement
    # A penalty has to be made up for as well; then one lot more, since sizes are whole lots.
    most = needed * (BPS + 10 * value("LIQUIDATION_PENALTY_BPS")) // BPS + 2 * desk.one.lot
    desk.require(
        taken <= most,
        f"{money(taken)} of {money(found.size)} were taken, about {money(needed)} would do",
    )
    if taken == 0:
        step = needed * 9 // 10 // desk.one.lot * desk.one.lot
        desk.allow(desk.liquidate(found.party, desk.taker, step))


@check("liquidation.penalty", rules=PENALTY)
def penalty(desk: Desk) -> None:
    """A liquidation costs the account no more than the penalty: it is at mark."""
    found = distressed(desk, "client in trouble", value("CLOSE_OUT_BPS") // 2)
    before, step = desk.account(found.party).equity, found.size // 2
    step = step // desk.one.lot * desk.one.lot
    desk.allow(desk.liquidate(found.party, desk.taker, step))
    cost = before - desk.account(found.party).equity
    worth = step * desk.mark[desk.one.underlier] // WAD
    most = worth * value("LIQUIDATION_PENALTY_BPS") // BPS
    desk.require(
        cost <= most + ROUNDING,
        f"{money(worth)} were taken over for {money(cost)}, at most {money(most)}",
    )
    desk.require(cost >= -ROUNDING, f"the account gained {money(-cost)} by it")


@check("liquidation.taker-margin", rules=("IM_CRYPTO_BPS", "IM_OTHER_BPS"))
def taker_margin(desk: Desk) -> None:
    """Whoever takes a position over holds its margin afterwards."""
    found = distressed(desk, "client in trouble", value("CLOSE_OUT_BPS") // 2)
    poor = desk.party("liquidator without money", cash=10 * UNIT)
    step = found.size // 2 // desk.one.lot * desk.one.lot
    desk.refuse(desk.liquidate(found.party, poor, step), "it does not have the margin for it")
    desk.allow(desk.liquidate(found.party, desk.taker, step))
