"""Daily valuations (VALU): what each open position is worth at the end of a day.

The amount (2.25) is counterparty 1's: size times the mark less funding, plus what was paid or
received at entry; of an option its value, the premium having been paid. A linear contract is marked
to the board's price (MTMA), an option to the board's model (MTMO), and everything by the clearing
house's own valuation (CCPV) where the house is an authorised one.
"""

from __future__ import annotations

from collections.abc import Mapping

from keelmark.reports.regulatory.fields import Row, stamp_text
from keelmark.reports.regulatory.life import OpenPosition, Reported
from keelmark.reports.regulatory.registers import Registers
from keelmark.reports.regulatory.samples import AccountEnd, DayEnd
from keelmark.reports.regulatory.sides import house_reports, party_cells, portfolio_code

__all__ = ["DAY_SECONDS", "valuations"]

DAY_SECONDS = 86_400


def valuations(
    end: DayEnd,
    registers: Registers,
    positions: Mapping[tuple[int, int], OpenPosition],
) -> list[Reported]:
    """Every open position's report at the end of a day, by account and instrument.

    Args:
        end: the market then.
        registers: who and what, then.
        positions: open then, by account and instrument.

    Raises:
        KeyError: the market has a position that the reports do not know.
    """
    return [
        _one(end, account, number, registers, positions[account.account, number])
        for account in end.accounts
        for number in sorted(line.instrument for line in account.margin.positions)
    ]


def _one(
    end: DayEnd,
    account: AccountEnd,
    number: int,
    registers: Registers,
    held: OpenPosition,
) -> Reported:
    line = next(line for line in account.margin.positions if line.instrument == number)
    product, facts = registers.product(number), end.instruments[number]
    sign = -1 if house_reports(registers, account.account) else 1
    own = "MTMO" if facts.by_model else "MTMA"
    row: Row = {
        # A position has one valuation a day: its number is the day's, from the day it was opened.
        "sequence": end.day - held.opened // DAY_SECONDS + 1,
        "block_number": end.block_number,
        "account": account.account,
        "instrument": number,
        "size": line.size,
        "mark": facts.mark,
        "action_type": "VALU",
        "event_timestamp": stamp_text(end.time),
        "level": "PSTN",
        "uti": held.uti,
        "valuation": sign * line.value,
        "valuation_currency": product.currency,
        "valuation_timestamp": stamp_text(facts.priced_at),
        "valuation_method": "CCPV" if registers.cleared else own,
        "collateral_portfolio": True,
        "collateral_portfolio_code": portfolio_code(registers.lei, account.account),
    }
    if facts.delta is not None:
        row["delta"] = facts.delta
    row |= party_cells(registers, account.account, line.size)
    return Reported(end.block_number, 0, end.time, row)
