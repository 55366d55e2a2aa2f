"""Positions that reached their expiry: their lives end without a report, and here it is seen."""

from __future__ import annotations

from collections.abc import Sequence

from keelmark.events import Event
from keelmark.reports.regulatory.fields import date_text
from keelmark.reports.regulatory.life import LifeCycle, OpenPosition
from keelmark.reports.table import Cell, Column, Kind, Table

__all__ = ["matured_table"]

_COLUMNS = (
    Column("block_number", "block", Kind.COUNT),
    Column("log_index", "log", Kind.COUNT),
    Column("time", "time (UTC)", Kind.TIME),
    Column("account", "account", Kind.COUNT),
    Column("instrument", "instrument", Kind.COUNT),
    Column("uti", "UTI of the position"),
    Column("cde_2_2_expiration_date", "Expiration date (2.2)"),
    Column("size_wad", "size, + long", Kind.SIZE),
    Column("settlement_price_wad", "settlement price", Kind.MONEY),
    Column("cash_flow_wad", "cash flow, + to the account", Kind.MONEY),
)


def matured_table(ended: Sequence[tuple[Event, OpenPosition]], life: LifeCycle) -> Table:
    """Futures that settled and options that expired without paying.

    Args:
        ended: the payment of each, and the position as it last was.
        life: what they were.
    """
    rows: list[tuple[Cell, ...]] = [
        (
            event.block_number,
            event.log_index,
            event.timestamp,
            held.account,
            held.instrument,
            held.uti,
            date_text(life.registers.product(held.instrument).expiry),
            held.size,
            life.prices.get(held.instrument, 0),
            event.number("cash_flow"),
        )
        for event, held in ended
    ]
    return Table("matured", _COLUMNS, tuple(rows))
