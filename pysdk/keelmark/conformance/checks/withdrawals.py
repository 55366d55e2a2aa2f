"""What may be taken out, by whom, and what arrives."""

from __future__ import annotations

from keelmark.conformance.check import check
from keelmark.conformance.checks.figures import floor_bps, notional, to_cents
from keelmark.conformance.desk import CENT, UNIT, Desk, money
from keelmark.units import BPS

MARGIN = ("IM_CRYPTO_BPS", "IM_REUSE_ALLOWED")


@check("withdrawals.margin-stays", rules=MARGIN)
def margin_stays(desk: Desk) -> None:
    """Money that is margin of an open position is not taken out."""
    least = notional(desk, desk.usual) * floor_bps(desk.one) // BPS
    party = desk.party("client", cash=to_cents(3 * notional(desk, desk.usual)))
    desk.allow(desk.trade(party, desk.maker, desk.usual))
    state = desk.account(party)
    free = (state.equity - max(state.requirement, least)) // CENT * CENT
    desk.refuse(
        desk.withdraw(party, to_cents(state.equity - least + UNIT)),
        f"its margin is {money(max(state.requirement, least))}",
    )
    desk.allow(desk.withdraw(party, free // 2 // CENT * CENT))


@check(
    "withdrawals.profit-stays",
    rules=MARGIN,
    basis="venue practice: profit that is not realised backs no payment",
)
def profit_stays(desk: Desk) -> None:
    """Unrealised profit backs no withdrawal."""
    cash = to_cents(3 * notional(desk, desk.usual))
    party = desk.party("client in profit", cash=cash)
    desk.allow(desk.trade(party, desk.maker, desk.usual))
    desk.price(desk.mark[desk.one.underlier] * 115 // 100)
    state = desk.account(party)
    profit = state.equity - cash
    desk.require(profit > 0, f"profit {money(profit)}, requirement {money(state.requirement)}")
    kept = max(state.requirement, notional(desk, desk.usual) * floor_bps(desk.one) // BPS)
    free = cash - kept
    desk.refuse(
        desk.withdraw(party, to_cents(free + profit // 2)),
        f"without the profit no more than {money(free)} is free",
    )
    desk.allow(desk.withdraw(party, free // 2 // CENT * CENT))


@check("withdrawals.owner", basis="EU 648/2012 Art. 39: a client's assets are its own")
def owner(desk: Desk) -> None:
    """Nobody else takes money out of a party's account."""
    party = desk.party("client", cash=1_000 * UNIT)
    stranger = desk.party("another client", cash=1_000 * UNIT)
    before = desk.account(party).cash
    words = desk.withdraw(party, 100 * UNIT, sender=stranger).call()
    if words is not None:
        desk.note(f"another client takes out of its account: refused ({words})")
    after = desk.account(party).cash
    desk.require(after == before, f"its cash is {money(after)}, it was {money(before)}")
    desk.allow(desk.withdraw(party, 100 * UNIT))


@check("withdrawals.exact", basis="EU 648/2012 Art. 39: a client's assets are its own")
def exact(desk: Desk) -> None:
    """What is taken out arrives in the wallet, and the account is charged as much."""
    amount = 123 * UNIT + 45 * CENT
    party = desk.party("client", cash=1_000 * UNIT)
    wallet, cash = desk.holdings(party), desk.account(party).cash
    desk.allow(desk.withdraw(party, amount))
    arrived, charged = desk.holdings(party) - wallet, cash - desk.account(party).cash
    desk.require(
        arrived == amount == charged,
        f"{money(arrived)} arrived and {money(charged)} were charged, of {money(amount)}",
    )
    left = desk.account(party).cash
    desk.refuse(desk.withdraw(party, to_cents(left) + CENT), "it has less than that")
    desk.allow(desk.withdraw(party, left // CENT * CENT))
