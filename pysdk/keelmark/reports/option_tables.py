"""Tables of options: their terms and ends, every premium paid, every valuation.

Columns that carry a critical data element (CDE technical guidance, version 3) name its number.
What an event of a trade does not say stands in events before it: strike and expiry in the option's
listing, delta in its last valuation. A European option's first exercise date is its expiry; a
premium is paid in the very transaction of its trade. The notional that is reported is strike times
size; margin measures an option by its forward.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass

from keelmark.events import Event
from keelmark.identifiers import uti_text
from keelmark.margin.words import unpack_execution, unpack_instrument, unpack_option
from keelmark.reports.table import Cell, Column, Kind, Table
from keelmark.reports.tables import (
    ACCOUNT,
    INSTRUMENT,
    MODES,
    WHEN,
    Names,
    instrument_cells,
    money,
    numbers,
    party_cells,
    when_cells,
)
from keelmark.types import Execution, Option
from keelmark.units import WAD

__all__ = ["option_tables"]

EUROPEAN = "European, cash settled"
MARK_TO_MODEL = "mark-to-model"


@dataclass(slots=True)
class _Listed:
    """An option as its events leave it."""

    option: Option
    expiry: int
    """Seconds."""
    delta: int = 0
    """Wad, of one unit long, by the last valuation."""
    ended: Event | None = None
    """Its exercise."""

    @property
    def type(self) -> str:
        """Call or put."""
        return "call" if self.option.call else "put"


def option_tables(events: Iterable[Event], names: Names) -> tuple[Table, ...]:
    """Every table of options; each is empty where the market has none."""
    expiries: dict[int, int] = {}
    listed: dict[int, _Listed] = {}
    trades: list[tuple[Cell, ...]] = []
    valuations: list[tuple[Cell, ...]] = []
    for event in events:
        number = event.args.get("instrument")
        if not isinstance(number, int):
            continue
        if event.name == "InstrumentListed":
            expiries[number] = unpack_instrument(event.number("word")).time
        elif event.name == "OptionListed":
            option = unpack_option(event.number("word"))
            listed[number] = _Listed(option, expiries[number])
        elif event.name == "RiskArrayRefreshed":
            listed[number].delta = event.number("delta")
            valuations.append(_valuation(event, listed[number], names))
        elif event.name == "OptionExercised":
            listed[number].ended = event
        elif event.name == "TradeReported" and number in listed:
            trades.append(_trade(event, listed[number], names))
    return (
        Table("options", TERM_COLUMNS, tuple(_terms(listed, names))),
        Table("option_premiums", TRADE_COLUMNS, tuple(trades)),
        Table("option_valuations", VALUATION_COLUMNS, tuple(valuations)),
    )


TERM_COLUMNS = (
    *INSTRUMENT,
    Column("option_type", "type"),
    Column("style", "style"),
    money("strike", "strike (2.60)"),
    Column("first_exercise", "first exercise (2.67)", Kind.TIME),
    Column("expiry", "expiry (2.2, 2.19)", Kind.TIME),
    Column("end", "end"),
    money("settlement_price", "settlement price"),
    money("payoff", "a unit paid"),
)


def _terms(listed: dict[int, _Listed], names: Names) -> Iterator[tuple[Cell, ...]]:
    """One row an option."""
    for number, one in sorted(listed.items()):
        price = payoff = 0
        end = "open"
        if one.ended is not None:
            price, payoff = one.ended.number("price"), one.ended.number("payoff")
            end = "exercised" if payoff else "ended without paying"
        yield (
            number,
            names.instrument(number),
            one.type,
            EUROPEAN,
            one.option.strike,
            one.expiry,
            one.expiry,
            end,
            price,
            payoff,
        )


TRADE_COLUMNS = (
    *WHEN,
    *ACCOUNT,
    *INSTRUMENT,
    Column("execution", "how"),
    Column("option_type", "type", shown=False),
    Column("size_wad", "size, + bought (2.79)", Kind.SIZE),
    money("premium_unit", "premium of a unit"),
    money("premium", "premium, + paid (2.64)"),
    Column("premium_date", "premium paid at (2.66)", Kind.TIME, shown=False),
    money("strike", "strike (2.60)"),
    Column("first_exercise", "first exercise (2.67)", Kind.TIME),
    Column("expiry", "expiry (2.2, 2.19)", Kind.TIME, shown=False),
    money("notional", "strike times quantity (2.70)"),
    Column("delta_wad", "delta of a unit (2.71)", Kind.RATIO),
    Column("uti", "UTI", shown=False),
)


def _trade(event: Event, one: _Listed, names: Names) -> tuple[Cell, ...]:
    """One leg in an option, traded or taken over."""
    size, price = event.number("size"), event.number("price")
    paid = abs(size) * price // WAD
    mode = Execution(unpack_execution(event.number("execution")).mode)
    return (
        *when_cells(event, names),
        *party_cells(event, names),
        *instrument_cells(event, names),
        MODES[mode],
        one.type,
        size,
        price,
        paid if size > 0 else -paid,
        event.timestamp,
        one.option.strike,
        one.expiry,
        one.expiry,
        abs(size) * one.option.strike // WAD,
        one.delta,
        uti_text(int.from_bytes(event.word("uti"), "big")),
    )


VALUATION_COLUMNS = (
    *WHEN,
    *INSTRUMENT,
    Column("option_type", "type", shown=False),
    money("strike", "strike (2.60)", shown=False),
    money("mark", "value of a unit (2.25)"),
    money("forward", "forward"),
    Column("volatility_wad", "volatility a year", Kind.RATIO),
    Column("delta_wad", "delta of a unit (2.71)", Kind.RATIO),
    Column("valued_at", "prices of (2.27)", Kind.TIME),
    Column("epoch", "epoch", Kind.COUNT, shown=False),
    Column("method", "method (2.28)"),
    Column("model", "digest of the model's inputs"),
)


def _valuation(event: Event, one: _Listed, names: Names) -> tuple[Cell, ...]:
    """One valuation of one unit."""
    surface = event.number("surface")
    return (
        *when_cells(event, names),
        *instrument_cells(event, names),
        one.type,
        one.option.strike,
        unpack_instrument(event.number("word")).mark,
        *numbers(event, "forward", "volatility", "delta"),
        surface >> 16,
        surface & 0xFFFF,
        MARK_TO_MODEL,
        "0x" + event.word("model").hex(),
    )
