"""The market at the end of each UTC day, for valuation and margin reports.

Prices move without events of the house, so the end of a day is computed: the rebuilt ledger, the
board's last prices, every option valued by them, at the last block of the day that is known.
"""

from __future__ import annotations

from dataclasses import dataclass, field

from keelmark.errors import InputError
from keelmark.events import Event
from keelmark.ledger.running import RunningMarket
from keelmark.margin import check_account
from keelmark.margin.marks import is_open_option, mark_price
from keelmark.margin.options import refresh
from keelmark.reports.regulatory.samples import AccountEnd, DayEnd, InstrumentEnd
from keelmark.types import MarketState, Valuation

__all__ = ["DayClock"]


@dataclass(slots=True)
class DayClock:
    """A market that takes events in chain order and is valued at the end of days."""

    market: RunningMarket
    rounds: dict[int, int] = field(default_factory=dict)
    """Feed to the newest source time of its last price, seconds."""
    ends: dict[int, int] = field(default_factory=dict)
    """Settled instrument to the time at which it got its last price, seconds."""
    deltas: dict[int, int] = field(default_factory=dict)
    """Option to its delta at its last valuation, wad."""
    valued: dict[int, int] = field(default_factory=dict)
    """Option to the time of the prices of its last valuation, seconds."""

    def apply(self, event: Event) -> None:
        """Takes one event.

        Raises:
            UnknownAccount: it speaks of an account that was never opened.
        """
        self.market.apply(event)
        if event.name == "PriceUpdated":
            self.rounds[event.number("feed")] = event.number("round")
        elif event.name in ("InstrumentSettled", "OptionExercised"):
            self.ends[event.number("instrument")] = event.timestamp
        elif event.name == "RiskArrayRefreshed":
            number = event.number("instrument")
            self.deltas[number] = event.number("delta")
            self.valued[number] = event.number("surface") >> 16 & 0xFFFF_FFFF

    def end(self, day: int, block_number: int, time: int, *, complete: bool) -> DayEnd:
        """The market at the end of a day.

        Args:
            day: days since 1970-01-01.
            block_number: its last known block.
            time: of that block, seconds; not before the last event.
            complete: whether the day is over.
        """
        state = self.market.state(time)
        accounts, numbers = [], set[int]()
        for number, book in sorted(self.market.ledger.accounts.items()):
            if book.positions:
                numbers |= book.positions.keys()
                result = check_account(book.state(), state, Valuation.CLOSE_OUT)
                accounts.append(AccountEnd(number, book.cash, result))
        instruments = {number: self._instrument(number, state) for number in sorted(numbers)}
        return DayEnd(day, block_number, time, complete, instruments, tuple(accounts))

    def _instrument(self, number: int, state: MarketState) -> InstrumentEnd:
        instrument = state.instruments[number]
        mark = mark_price(instrument, state)
        if instrument.settled:
            return InstrumentEnd(mark, self.ends.get(number, 0), False)
        if not is_open_option(instrument):
            return InstrumentEnd(mark, self.rounds.get(instrument.feed, 0), False)
        surface = self.market.surfaces.get(instrument.feed)
        kept = self.market.ledger.house.instruments[number]
        if surface is not None and (kept.mark, kept.valid_until) != (mark, instrument.valid_until):
            option = self.market.ledger.house.options[number]
            try:
                inputs = surface.option_inputs(
                    state.lanes, instrument.time, option.strike, state.now
                )
                delta = refresh(instrument, option, inputs).delta
            except InputError:
                # The board has no answer: what the last valuation said stands.
                pass
            else:
                return InstrumentEnd(mark, inputs.time, True, delta)
        return InstrumentEnd(mark, self.valued.get(number, 0), True, self.deltas.get(number))
