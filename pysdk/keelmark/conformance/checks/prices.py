"""Prices that are old or impossible."""

from __future__ import annotations

from keelmark.conformance.check import Violation, check
from keelmark.conformance.checks.figures import distressed, to_cents
from keelmark.conformance.desk import UNIT, Desk, money
from keelmark.regulation import value

AGE = ("PRICE_MAX_AGE_LIMIT_SECONDS",)
CASH = 200_000 * UNIT


@check("prices.stale-opening", rules=AGE)
def stale_opening(desk: Desk) -> None:
    """Under a stale price nobody opens or increases."""
    party = desk.party("client", cash=to_cents(CASH))
    half = desk.usual // 2 // desk.one.lot * desk.one.lot
    desk.allow(desk.trade(party, desk.maker, half))
    desk.go_stale()
    desk.refuse(desk.trade(party, desk.maker, half), "the price is stale")
    desk.refuse(desk.trade(desk.taker, desk.maker, half), "the price is stale")
    desk.price(desk.mark[desk.one.underlier])
    desk.allow(desk.trade(party, desk.maker, half))


@check("prices.stale-reducing", rules=AGE)
def stale_reducing(desk: Desk) -> None:
    """Under a stale price two parties that both reduce may trade at the last price."""
    party = desk.party("client", cash=to_cents(CASH))
    other = desk.party("seller", cash=to_cents(CASH))
    desk.allow(desk.trade(party, other, desk.usual))
    desk.go_stale()
    step = desk.usual // 2 // desk.one.lot * desk.one.lot
    desk.allow(desk.trade(other, party, step))
    desk.allow(desk.trade(other, party, desk.usual - step))
    left = desk.size_of(party), desk.size_of(other)
    desk.require(left == (0, 0), f"their positions are {left[0]} and {left[1]}")


@check("prices.stale-withdrawal", rules=AGE)
def stale_withdrawal(desk: Desk) -> None:
    """Under a stale price nobody with a position takes money out."""
    party = desk.party("client", cash=to_cents(CASH))
    desk.allow(desk.trade(party, desk.maker, desk.usual))
    desk.allow(desk.withdraw(party, 100 * UNIT))
    desk.go_stale()
    desk.refuse(desk.withdraw(party, 100 * UNIT), "the price is stale")


@check("prices.stale-liquidation", rules=AGE)
def stale_liquidation(desk: Desk) -> None:
    """Under a stale price nobody is liquidated."""
    found = distressed(desk, "client in trouble", value("CLOSE_OUT_BPS") // 2)
    step = found.size // 4 // desk.one.lot * desk.one.lot
    desk.allow(desk.liquidate(found.party, desk.taker, step))
    desk.go_stale()
    desk.refuse(desk.liquidate(found.party, desk.taker, step), "the price is stale")


@check("prices.not-positive", basis="venue practice: a price is checked before it is used")
def not_positive(desk: Desk) -> None:
    """A price of zero or below is not taken."""
    party = desk.party("client", cash=to_cents(CASH))
    desk.allow(desk.trade(party, desk.maker, desk.usual))
    before = desk.account(party)
    for price in (0, -desk.mark[desk.one.underlier]):
        words = desk.offer(price)
        desk.note(f"price {money(price)} offered: {words or 'taken'}")
        after = desk.account(party)
        if after.equity != before.equity or after.requirement < before.requirement:
            raise Violation(
                f"after a price of {money(price)} was offered equity is {money(after.equity)}, "
                f"it was {money(before.equity)}, and the requirement {money(after.requirement)}, "
                f"it was {money(before.requirement)}"
            )
    desk.require(True, "equity and requirement stayed as they were")
    mark = desk.mark[desk.one.underlier] * 101 // 100
    words = desk.offer(mark)
    desk.require(
        words is None and desk.account(party).equity > before.equity,
        f"price {money(mark)} offered: taken",
        f"price {money(mark)} offered: refused ({words}), though it must be taken"
        if words
        else f"price {money(mark)} offered: equity did not follow it",
    )
