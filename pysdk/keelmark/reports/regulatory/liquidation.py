"""The liquidation report: every take-over with the call before it and the loss after it.

One row a position taken over. The margin call is the account's open one, if there was one: below
half of its margin an account is closed out without. A loss is that of the account's cash once
nothing was left to take, by the layers that bore it; it stands with the last take-over before it.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field, replace
from typing import Final

from keelmark.events import Event
from keelmark.reports.regulatory.fields import ReportField, Row, stamp_text
from keelmark.reports.regulatory.life import Reported
from keelmark.reports.regulatory.registers import Registers
from keelmark.reports.regulatory.sides import party_cells
from keelmark.reports.table import Cell, Column, Kind, Table
from keelmark.reports.tables import MODES, Names, trigger
from keelmark.reports.tables import losses as losses_table
from keelmark.reports.tables import margin_calls as margin_calls_table
from keelmark.types import Execution

__all__ = ["LIQUIDATION_FIELDS", "Liquidations", "support_tables"]

LAYERS: Final = (
    ("from_member_cash", "1 carrying member, cash"),
    ("from_member_share", "2 carrying member, fund share"),
    ("from_house", "3 house's dedicated resources"),
    ("from_others", "4 other members' fund"),
    ("uncovered", "5 uncovered"),
)


def _own(key: str, title: str, kind: Kind = Kind.TEXT) -> ReportField:
    return ReportField(key, "", title, kind)


LIQUIDATION_FIELDS: Final = (
    _own("block_number", "block", Kind.COUNT),
    _own("log_index", "log", Kind.COUNT),
    _own("account", "account taken from", Kind.COUNT),
    _own("member", "account of the member that carries it", Kind.COUNT),
    _own("taker", "account that took over", Kind.COUNT),
    _own("instrument", "instrument", Kind.COUNT),
    ReportField("event_timestamp", "2.109", "Event timestamp", format="YYYY-MM-DDThh:mm:ssZ"),
    ReportField("event_identifier", "2.110", "Event identifier", format="Varchar(52)"),
    ReportField("uti", "UTI", "UTI of the position", format="Varchar(52) UTI"),
    ReportField("action_type", "2.107", "Action type of its report", format="Char(4)"),
    ReportField("event_type", "2.108", "Event type of its report", format="Char(4)"),
    ReportField("counterparty_1", "2.6", "Counterparty 1 (reporting counterparty)"),
    ReportField("counterparty_2", "2.7", "Counterparty 2"),
    ReportField("counterparty_2_is_lei", "2.8", "Counterparty 2 identifier type", Kind.FLAG),
    ReportField("direction", "2.13", "Direction of the position", format="Char(4)"),
    _own("way", "way"),
    _own("trigger", "trigger"),
    _own("called_at", "margin call issued"),
    _own("deadline", "its deadline"),
    ReportField("quantity", "2.79", "Quantity taken over", Kind.SIZE),
    ReportField("price", "2.50", "Mark at which it was taken over", Kind.MONEY),
    ReportField("price_currency", "2.51", "Price currency"),
    _own("penalty", "penalty, to the taker", Kind.MONEY),
    _own("equity_before", "equity before", Kind.MONEY),
    ReportField("margin_before", "2.34", "Initial margin before", Kind.MONEY, confirmed=False),
    _own("equity_after", "equity after", Kind.MONEY),
    ReportField("margin_after", "2.34", "Initial margin after", Kind.MONEY, confirmed=False),
    _own("loss_at", "loss allocated"),
    _own("deficit", "deficit", Kind.MONEY),
    *(_own(key, title, Kind.MONEY) for key, title in LAYERS),
    _own("debt", "debt recorded", Kind.MONEY),
    _own("extinguished", "deficit extinguished (retail)", Kind.MONEY),
)


@dataclass(slots=True)
class Liquidations:
    """Folds events into the rows of the report, in chain order."""

    registers: Registers
    rows: list[Reported] = field(default_factory=list)
    calls: dict[int, Event] = field(default_factory=dict)
    """Account to its open margin call."""
    last: dict[int, Row] = field(default_factory=dict)
    """Account to its last take-over whose loss has not been allocated."""
    told: dict[int, Row] = field(default_factory=dict)
    """Account to the row of its last loss, until a debt or an extinction follows."""

    def apply(self, event: Event, reports: Sequence[Reported]) -> None:
        """Takes one event.

        Args:
            event: already taken by the registers.
            reports: trade reports that it called for; a take-over's first is the loser's.
        """
        if event.name == "MarginCalled":
            self.calls[event.number("account")] = event
        elif event.name == "MarginCallEnded":
            self.calls.pop(event.number("account"), None)
        elif event.name == "PositionLiquidated":
            self._taken(event, reports[0].row)
        elif event.name == "LossAllocated":
            self._lost(event)
        elif event.name in ("DebtRecorded", "DeficitExtinguished"):
            row = self.told.pop(event.number("account"), None)
            if row is not None:
                key = "debt" if event.name == "DebtRecorded" else "extinguished"
                row[key] = event.number("amount")

    def _taken(self, event: Event, reported: Row) -> None:
        account, number = event.number("account"), event.number("instrument")
        product, call = self.registers.product(number), self.calls.get(account)
        amounts = ("penalty", "equity_before", "margin_before", "equity_after", "margin_after")
        row: Row = {
            "block_number": event.block_number,
            "log_index": event.log_index,
            "account": account,
            "member": self.registers.members.get(account, account),
            "taker": event.number("taker"),
            "instrument": number,
            "event_timestamp": stamp_text(event.timestamp),
            "way": MODES[Execution(event.number("mode"))],
            "trigger": trigger(event),
            "quantity": event.number("size"),
            "price": event.number("mark"),
            "price_currency": product.currency,
            **{name: event.number(name) for name in amounts},
        }
        same = ("event_identifier", "uti", "action_type", "event_type", "direction")
        row |= {key: reported[key] for key in same}
        row |= party_cells(self.registers, account)
        if call is not None:
            row["called_at"] = stamp_text(call.timestamp)
            row["deadline"] = stamp_text(call.number("deadline"))
        self.last[account] = row
        self.rows.append(Reported(event.block_number, event.log_index, event.timestamp, row))

    def _lost(self, event: Event) -> None:
        account = event.number("account")
        row = self.last.pop(account, None)
        if row is None:
            return
        row["loss_at"] = stamp_text(event.timestamp)
        for key in ("deficit", *(key for key, _ in LAYERS)):
            row[key] = event.number(key)
        self.told[account] = row


def support_tables(rows: Sequence[Event], registers: Registers) -> list[Table]:
    """Margin calls, losses and debts of a period, whether or not a take-over belongs to them.

    Args:
        rows: the period's events of the house, in chain order.
        registers: at the period's end; parties by their identifiers.
    """
    names = Names(
        {number: registers.counterparty(number).identifier for number in registers.members}, {}, 1
    )
    calls = replace(margin_calls_table(rows, names), name="margin_calls")
    made = [calls, losses_table(rows, names), _debts(rows, names)]
    return [_without_synthetic(table) for table in made]


def _debts(events: Iterable[Event], names: Names) -> Table:
    """What became of debts: recorded, paid back, extinguished."""
    columns = (
        Column("block_number", "block", Kind.COUNT),
        Column("log_index", "log", Kind.COUNT),
        Column("time", "time (UTC)", Kind.TIME),
        Column("synthetic", "synthetic", Kind.FLAG),
        Column("account", "id", Kind.COUNT),
        Column("party", "account"),
        Column("event", "event"),
        Column("amount_wad", "amount", Kind.MONEY),
        Column("remaining_wad", "remaining", Kind.MONEY),
    )
    words = {
        "DebtRecorded": "recorded",
        "DebtPaid": "paid",
        "DeficitExtinguished": "extinguished (retail)",
    }
    rows: list[tuple[Cell, ...]] = [
        (
            event.block_number,
            event.log_index,
            event.timestamp,
            False,
            event.number("account"),
            names.account(event.number("account")),
            words[event.name],
            event.number("amount"),
            event.number("remaining") if event.name == "DebtPaid" else "",
        )
        for event in events
        if event.name in words
    ]
    return Table("debts", columns, tuple(rows))


def _without_synthetic(table: Table) -> Table:
    """Without the mark of prices that a replay makes up: a store's are what they are."""
    place = next(i for i, column in enumerate(table.columns) if column.name == "synthetic")
    return replace(
        table,
        columns=table.columns[:place] + table.columns[place + 1 :],
        rows=tuple(row[:place] + row[place + 1 :] for row in table.rows),
    )
