"""Daily margin reports (MARU): what stands behind each account's positions at the end of a day.

An account is one portfolio. What it has in the house, cash and collateral after haircut, is
divided without a rest: first what covers the loss on its open positions (variation margin posted),
then what its initial margin takes, and what is left is in excess. Unrealised profit counts towards
equity though nobody has paid it yet; it is variation margin that the account collects. What
haircuts and caps take away is counted with the initial margin, before haircut; variation margin is
met from cash first. So, of an account that owes no cash,

    cash and collateral after haircut  = initial margin + variation margin + excess

to the wei. This division is ours, marked derived: no standard says how a pool is divided. The
account posts both margins, and the house credits variation margin only: OWP1, or OWP2 where the
house reports.
"""

from __future__ import annotations

from dataclasses import dataclass

from keelmark.reports.regulatory.fields import Row, date_text, stamp_text
from keelmark.reports.regulatory.life import Reported
from keelmark.reports.regulatory.registers import Registers
from keelmark.reports.regulatory.samples import AccountEnd, DayEnd
from keelmark.reports.regulatory.sides import house_reports, party_cells, portfolio_code

__all__ = ["Division", "divide", "margins"]


@dataclass(frozen=True, slots=True)
class Division:
    """How what an account has is divided, wad, all at least 0."""

    initial_pre: int
    """Initial margin posted, before haircut."""
    initial_post: int
    variation_posted: int
    variation_collected: int
    """Unrealised profit, credited and not yet paid."""
    excess: int


def divide(
    *, before_haircut: int, after_haircut: int, unrealised: int, requirement: int
) -> Division:
    """Divides what an account has.

    Args:
        before_haircut: its cash and collateral at market value, wad.
        after_haircut: what of it counts, wad; negative where cash is owed.
        unrealised: value of its open positions to it, wad.
        requirement: its initial margin, wad.
    """
    pool = max(after_haircut, 0)
    variation = min(max(-unrealised, 0), pool)
    initial = min(requirement, pool - variation)
    cut = max(before_haircut - pool, 0) if initial else 0
    return Division(
        initial_pre=initial + cut,
        initial_post=initial,
        variation_posted=variation,
        variation_collected=max(unrealised, 0),
        excess=pool - variation - initial,
    )


def margins(end: DayEnd, registers: Registers) -> list[Reported]:
    """Every portfolio's report at the end of a day, by account.

    Args:
        end: the market then.
        registers: who and what, then.

    Raises:
        InputError: nobody knows an account or an instrument.
    """
    return [_one(end, account, registers) for account in end.accounts]


def _one(end: DayEnd, account: AccountEnd, registers: Registers) -> Reported:
    result = account.margin
    found = divide(
        before_haircut=max(account.cash, 0) + sum(line.value for line in result.collateral),
        after_haircut=result.cash_part + result.collateral_part,
        unrealised=result.position_part,
        requirement=result.initial_margin,
    )
    currencies = {registers.product(line.instrument).currency for line in result.positions}
    # One settlement unit a house; where the registry has no ISO code for it, none is made up.
    currency = currencies.pop() if len(currencies) == 1 else ""
    by_house = house_reports(registers, account.account)
    posts, collects = ("collected", "posted") if by_house else ("posted", "collected")
    amounts = {
        f"im_{posts}_pre": found.initial_pre,
        f"im_{posts}_post": found.initial_post,
        f"vm_{posts}_pre": found.variation_posted,
        f"vm_{posts}_post": found.variation_posted,
        f"vm_{collects}_pre": found.variation_collected,
        f"vm_{collects}_post": found.variation_collected,
        f"excess_{posts}": found.excess,
    }
    row: Row = {
        "sequence": end.day,
        "block_number": end.block_number,
        "account": account.account,
        "initial_margin": result.initial_margin,
        "equity": result.equity,
        "cash": account.cash,
        "action_type": "MARU",
        "event_timestamp": stamp_text(end.time),
        "event_date": date_text(end.time),
        "collateral_portfolio": True,
        "collateral_portfolio_code": portfolio_code(registers.lei, account.account),
        "category": "OWP2" if by_house else "OWP1",
        **amounts,
    }
    for name in {key.removesuffix("_pre").removesuffix("_post") for key in amounts}:
        row[f"{name}_currency"] = currency
    row |= party_cells(registers, account.account)
    return Reported(end.block_number, 0, end.time, row)
