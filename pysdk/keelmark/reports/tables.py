"""The report's tables, from decoded events alone.

Each row names the block and the log that it comes from, so that anyone can look it up.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass

from keelmark.events import Event
from keelmark.identifiers import uti_text
from keelmark.margin.words import unpack_execution
from keelmark.regulation import value
from keelmark.reports.table import Cell, Column, Kind, Table
from keelmark.types import Action, Execution
from keelmark.units import BPS

__all__ = ["Names", "Place", "all_tables"]

MODES = {
    Execution.TRADE: "trade",
    Execution.LIQUIDATION: "take-over",
    Execution.BACKSTOP: "backstop",
    Execution.COMPULSORY: "compulsory close",
}
AT_HALF, UNMET = "below half of margin", "call not met"


@dataclass(frozen=True, slots=True)
class Names:
    """What ids are called."""

    accounts: Mapping[int, str]
    instruments: Mapping[int, str]
    synthetic_from_block: int

    def account(self, number: int) -> str:
        """An account's role, or its id."""
        return self.accounts.get(number, f"account {number}")

    def instrument(self, number: int) -> str:
        """An instrument's name, or its id."""
        return self.instruments.get(number, f"instrument {number}")


@dataclass(frozen=True, slots=True)
class Place:
    """Where an event stands on the chain."""

    block_number: int
    log_index: int


WHEN = (
    Column("block_number", "block", Kind.COUNT),
    Column("log_index", "log", Kind.COUNT, shown=False),
    Column("time", "time (UTC)", Kind.TIME),
    Column("synthetic", "synthetic", Kind.FLAG),
)
ACCOUNT = (Column("account", "id", Kind.COUNT, shown=False), Column("party", "account"))
INSTRUMENT = (
    Column("instrument", "id", Kind.COUNT, shown=False),
    Column("instrument_name", "instrument"),
)


def money(name: str, title: str, *, shown: bool = True) -> Column:
    """A column of wads."""
    return Column(f"{name}_wad", title, Kind.MONEY, shown)


def when_cells(event: Event, names: Names) -> tuple[Cell, ...]:
    """Cells of `WHEN`."""
    synthetic = event.block_number >= names.synthetic_from_block
    return event.block_number, event.log_index, event.timestamp, synthetic


def party_cells(event: Event, names: Names, field: str = "account") -> tuple[Cell, ...]:
    """Cells of `ACCOUNT`."""
    return event.number(field), names.account(event.number(field))


def instrument_cells(event: Event, names: Names) -> tuple[Cell, ...]:
    """Cells of `INSTRUMENT`."""
    return event.number("instrument"), names.instrument(event.number("instrument"))


def numbers(event: Event, *fields: str) -> tuple[Cell, ...]:
    """Numbers of an event, field by field."""
    return tuple(event.number(field) for field in fields)


def trades(events: Iterable[Event], names: Names) -> Table:
    """Every leg of every fill and take-over."""
    rows: list[tuple[Cell, ...]] = []
    for event in events:
        if event.name != "TradeReported":
            continue
        execution = unpack_execution(event.number("execution"))
        texts = (
            MODES[Execution(execution.mode)],
            Action(execution.action).name.lower(),
            uti_text(int.from_bytes(event.word("uti"), "big")),
            event.word("prior_uti").hex(),
        )
        fields = ("size", "price", "index", "position_size", "position_quote", "cash", "equity")
        amounts = numbers(event, *fields, "initial_margin")
        rows.append(
            (
                *when_cells(event, names),
                *party_cells(event, names),
                *instrument_cells(event, names),
                *texts,
                *amounts,
            )
        )
    columns = (
        *WHEN,
        *ACCOUNT,
        *INSTRUMENT,
        Column("execution", "how"),
        Column("action", "action"),
        Column("uti", "UTI"),
        Column("prior_uti", "match", shown=False),
        Column("size_wad", "size, + bought", Kind.SIZE),
        money("price", "price"),
        money("index", "index", shown=False),
        Column("position_size_wad", "position after", Kind.SIZE),
        money("position_quote", "quote after", shown=False),
        money("cash", "cash after"),
        money("equity", "equity after"),
        money("initial_margin", "initial margin after"),
    )
    return Table("trades", columns, tuple(rows))


def margin_calls(events: Iterable[Event], names: Names) -> Table:
    """Margin calls issued and ended."""
    rows = [
        (
            *when_cells(event, names),
            *party_cells(event, names),
            "called" if event.name == "MarginCalled" else "ended: covered again",
            *numbers(event, "equity", "initial_margin"),
            event.number("initial_margin") - event.number("equity"),
            event.number("deadline") if event.name == "MarginCalled" else event.timestamp,
        )
        for event in events
        if event.name in ("MarginCalled", "MarginCallEnded")
    ]
    columns = (
        *WHEN,
        *ACCOUNT,
        Column("event", "event"),
        money("equity", "equity"),
        money("initial_margin", "initial margin"),
        money("shortfall", "shortfall"),
        Column("deadline", "deadline or end", Kind.TIME),
    )
    return Table("margin", columns, tuple(rows))


def trigger(event: Event) -> str:
    """Why an account could be liquidated, from the figures in the report of it."""
    equity, margin = event.number("equity_before"), event.number("margin_before")
    return AT_HALF if equity * BPS < margin * value("CLOSE_OUT_BPS") else UNMET


def liquidations(events: Iterable[Event], names: Names) -> Table:
    """Every take-over of a position."""
    rows = [
        (
            *when_cells(event, names),
            *party_cells(event, names),
            *instrument_cells(event, names),
            names.account(event.number("taker")),
            MODES[Execution(event.number("mode"))],
            trigger(event),
            *numbers(event, "size", "mark", "penalty", "equity_before", "margin_before"),
            _cover(event),
            *numbers(event, "equity_after", "margin_after"),
        )
        for event in events
        if event.name == "PositionLiquidated"
    ]
    columns = (
        *WHEN,
        *ACCOUNT,
        *INSTRUMENT,
        Column("taker", "taken over by"),
        Column("mode", "way"),
        Column("trigger", "trigger"),
        Column("size_wad", "size", Kind.SIZE),
        money("mark", "mark"),
        money("penalty", "penalty"),
        money("equity_before", "equity before"),
        money("margin_before", "margin before"),
        Column("cover_before", "cover before"),
        money("equity_after", "equity after", shown=False),
        money("margin_after", "initial margin after", shown=False),
    )
    return Table("liquidations", columns, tuple(rows))


def _cover(event: Event) -> str:
    """Equity over initial margin in percent, rounded down."""
    margin = event.number("margin_before")
    if not margin:
        return "none needed"
    tenths = event.number("equity_before") * 1_000 // margin
    return f"{'−' if tenths < 0 else ''}{abs(tenths) // 10}.{abs(tenths) % 10} %"


def losses(events: Sequence[Event], names: Names) -> Table:
    """Every loss by the layers that bore it, and what became of it."""
    rows: list[tuple[Cell, ...]] = []
    for place, event in enumerate(events):
        if event.name != "LossAllocated":
            continue
        outcome, amount = "", 0
        for later in events[place + 1 : place + 3]:
            if later.args.get("account") != event.args["account"]:
                continue
            if later.name == "DebtRecorded":
                outcome, amount = "debt recorded", later.number("amount")
            elif later.name == "DeficitExtinguished":
                outcome, amount = "extinguished (retail)", later.number("amount")
        layers = ("from_member_cash", "from_member_share", "from_house", "from_others", "uncovered")
        rows.append(
            (
                *when_cells(event, names),
                *party_cells(event, names),
                names.account(event.number("member")),
                *numbers(event, "deficit", *layers),
                outcome,
                amount,
            )
        )
    columns = (
        *WHEN,
        *ACCOUNT,
        Column("member", "carried by"),
        money("deficit", "deficit"),
        money("from_member_cash", "1 member, cash"),
        money("from_member_share", "2 member, share"),
        money("from_house", "3 house"),
        money("from_others", "4 others"),
        money("uncovered", "5 uncovered"),
        Column("outcome", "outcome"),
        money("outcome_amount", "amount"),
    )
    return Table("losses", columns, tuple(rows))


def collateral_sales(events: Iterable[Event], names: Names) -> Table:
    """Collateral sold to cover cash owed."""
    rows = [
        (
            *when_cells(event, names),
            *party_cells(event, names),
            names.account(event.number("buyer")),
            *numbers(event, "asset", "amount", "cost", "cash"),
        )
        for event in events
        if event.name == "CollateralSold"
    ]
    columns = (
        *WHEN,
        *ACCOUNT,
        Column("buyer", "bought by"),
        Column("asset", "asset", Kind.COUNT),
        Column("amount_units", "token units", Kind.UNITS),
        money("cost", "paid"),
        money("cash", "cash after"),
    )
    return Table("collateral_sales", columns, tuple(rows))


def settlements(events: Iterable[Event], names: Names) -> Table:
    """Positions paid out at a settlement price, or at what a unit of an option paid."""
    rows: list[tuple[Cell, ...]] = []
    ends: dict[int, tuple[int, int]] = {}
    for event in events:
        if event.name == "InstrumentSettled":
            ends[event.number("instrument")] = event.number("price"), event.number("price")
        elif event.name == "OptionExercised":
            ends[event.number("instrument")] = event.number("price"), event.number("payoff")
        elif event.name == "PositionSettled":
            rows.append(
                (
                    *when_cells(event, names),
                    *party_cells(event, names),
                    *instrument_cells(event, names),
                    *ends.get(event.number("instrument"), (0, 0)),
                    *numbers(event, "size", "cash_flow", "cash"),
                )
            )
    columns = (
        *WHEN,
        *ACCOUNT,
        *INSTRUMENT,
        money("settlement_price", "settlement price"),
        money("paid", "a unit paid"),
        Column("size_wad", "size", Kind.SIZE),
        money("cash_flow", "cash flow"),
        money("cash", "cash after"),
    )
    return Table("settlements", columns, tuple(rows))


def funding(events: Iterable[Event], names: Names) -> Table:
    """Every roll of funding."""
    rows = [
        (
            *when_cells(event, names),
            *instrument_cells(event, names),
            event.number("premium"),
            *numbers(event, "funding_index", "funding_rate", "index"),
        )
        for event in events
        if event.name == "FundingRolled"
    ]
    columns = (
        *WHEN,
        *INSTRUMENT,
        Column("premium_1e8", "premium (1e-8)", Kind.COUNT),
        money("funding_index", "paid by longs so far, a unit"),
        Column("funding_rate_wad", "rate (wad a second)", Kind.UNITS),
        money("index", "index"),
    )
    return Table("funding", columns, tuple(rows))


def scaled_gains(events: Iterable[Event], names: Names) -> Table:
    """Unpaid gains counted towards a loss that no layer covered, and what they gave up."""
    rows = [
        (
            *when_cells(event, names),
            *party_cells(event, names),
            "counted" if event.name == "GainCounted" else "given up",
            event.number("gain" if event.name == "GainCounted" else "amount"),
        )
        for event in events
        if event.name in ("GainCounted", "GainScaled")
    ]
    columns = (*WHEN, *ACCOUNT, Column("event", "event"), money("amount", "amount"))
    return Table("scaled_gains", columns, tuple(rows))


def all_tables(events: Sequence[Event], names: Names) -> tuple[Table, ...]:
    """Every table that follows from events alone."""
    return (
        trades(events, names),
        margin_calls(events, names),
        liquidations(events, names),
        losses(events, names),
        collateral_sales(events, names),
        settlements(events, names),
        scaled_gains(events, names),
        funding(events, names),
    )
