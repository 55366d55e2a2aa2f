"""Sums that hold, and who bears a loss."""

from __future__ import annotations

from keelmark.conformance.check import check
from keelmark.conformance.checks.figures import distressed, to_cents
from keelmark.conformance.desk import UNIT, Desk, money
from keelmark.regulation import value

ORDER = ("LOSS_TAKES_OTHERS_MARGIN", "LOSS_ORDER_MARGIN")
ROUNDING = 1_000_000
"""Wei that the divisions of a whole story may cost or leave."""


@check("losses.others-margin", rules=ORDER)
def others_margin(desk: Desk) -> None:
    """A default takes nothing from the margin of another client."""
    cash = 25_000 * UNIT
    bystander = desk.party("bystander", cash=cash)
    found = distressed(desk, "client that defaults", -500)
    desk.allow(desk.liquidate(found.party, desk.taker, found.size))
    desk.settle_loss(found.party)
    left = desk.account(bystander)
    desk.require(
        left.equity == cash and left.cash == cash,
        f"the bystander has {money(left.cash)} in cash and equity {money(left.equity)}",
    )


@check(
    "losses.sizes-sum-to-zero",
    basis="venue practice: whoever clears both sides of a trade has a matched book",
)
def sizes(desk: Desk) -> None:
    """The positions of all parties in an instrument sum to zero, whatever happens."""
    _story(desk)
    total = sum(desk.size_of(party) for party in desk.parties)
    desk.require(total == 0, f"positions sum to {money(total)}")


@check(
    "losses.no-money-from-nothing",
    basis="venue practice: a book adds up to the money that was paid in",
)
def money_in(desk: Desk) -> None:
    """The accounts of all parties are never worth more than what was paid in."""
    _story(desk)
    worth = sum(desk.account(party).equity for party in desk.parties)
    desk.require(
        worth <= desk.paid_in + ROUNDING,
        f"accounts are worth {money(worth)}, {money(desk.paid_in)} were paid in",
    )


def _story(desk: Desk) -> None:
    """Opening, increasing, reducing, a turn, a liquidation."""
    first = desk.party("client", cash=to_cents(150_000 * UNIT))
    second = desk.party("seller", cash=to_cents(150_000 * UNIT))
    lot, part = desk.one.lot, desk.usual // 3 // desk.one.lot * desk.one.lot
    desk.allow(desk.trade(first, second, part))
    desk.allow(desk.trade(first, desk.maker, part + lot))
    desk.price(desk.mark[desk.one.underlier] * 103 // 100 + 1)
    desk.allow(desk.trade(second, first, part - lot))
    desk.allow(desk.trade(second, first, 2 * part))
    found = distressed(desk, "client in trouble", value("CLOSE_OUT_BPS") // 2)
    step = found.size // 3 // lot * lot
    desk.allow(desk.liquidate(found.party, desk.taker, step))
