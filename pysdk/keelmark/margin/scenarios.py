"""Portfolio margin: the worst of sixteen scenarios of each underlier, with limited offsets.

IM = max(W + 0.20 (S - W), short-option minimum). W is the account's worst scenario loss, taken for
each underlier and added up, so that nothing offsets across underliers; never negative. S is the
sum of what each position would lose alone. The 0.20 is what Art. 27 of Delegated Regulation (EU)
153/2013 leaves where offsets are limited to 80 %; the minimum, 100 bps of forward a short unit,
is practice of venues. A retail account gets no offsets at all: it posts S, and never less than
its floor; a long option is paid in full and asks nothing of it.

An option's results are the lanes of its array (`keelmark.pricing.risk_array`), in steps of 2^-13
of the reference forward; one unit short loses a step more than one unit long gains, so that
rounding is against both. A position weighs its notional by that forward times the instrument's
multiplier, in units of 2^24 wei rounded up: a step of such a unit is 2^11 wei, and no product of
the contract overflows. A linear position's result is its notional times its rate times the
scenario's move.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from functools import cache

from keelmark.errors import InputError
from keelmark.margin.funding import cumulative_funding
from keelmark.margin.marks import (
    is_open_option,
    mark_price,
    measure_price,
    position_value,
    reference_forward,
)
from keelmark.margin.results import PositionMargin, Requirement
from keelmark.margin.schedule import notional, retail_requirement
from keelmark.pricing.risk_array import MOVES, SCENARIOS, STEPS, decode
from keelmark.regulation import value
from keelmark.types import AccountState, Instrument, MarketState, Position, Valuation
from keelmark.units import BPS, WAD, div_ceil

WEIGHT_UNIT = 2**24
"""Wei of one unit of a position's weight."""

MAX_WEIGHT = 2**100 - 1
"""The most that one position weighs; no position of the house comes near."""

STEP_WEI = WEIGHT_UNIT // STEPS
"""Wei of one step of one unit of weight."""

MOVE_UNIT = 30
"""Moves of the forward are counted in thirtieths of a scan range."""


@dataclass(slots=True)
class _Ladder:
    """The positions on one underlier, added up."""

    linear: int = 0
    """Signed notional times rate, wad times bps."""
    losses: list[int] | None = None
    """Of the options, by scenario, wei."""

    def add_option(self, results: Iterable[int], weight: int) -> None:
        """Adds an option's loss in each scenario; results in steps, signed by its position."""
        mine = [-step * weight * STEP_WEI for step in results]
        before = self.losses or [0] * SCENARIOS
        self.losses = [old + new for old, new in zip(before, mine, strict=True)]

    def worst(self) -> int:
        """The worst scenario's loss, wad, rounded up; 0 if none loses."""
        if self.losses is None:
            return div_ceil(abs(self.linear), BPS)
        scale = MOVE_UNIT * BPS
        found = [
            loss * scale - self.linear * move
            for loss, move in zip(self.losses, scenario_moves(), strict=True)
        ]
        return div_ceil(max(0, *found), scale)


@cache
def scenario_moves() -> tuple[int, ...]:
    """The forward's move in each lane, in thirtieths of a scan range; extremes are weighted."""
    third = MOVE_UNIT // 3
    extreme = MOVE_UNIT * value("PM_EXTREME_SCANS") * value("PM_EXTREME_WEIGHT_BPS") // BPS
    both = [move * third for move in MOVES for _ in ("volatility up", "volatility down")]
    return (*both, extreme, -extreme)


def option_weight(size: int, forward: int, multiplier_bps: int) -> int:
    """What a position in an option weighs, in units of 2^24 wei, rounded up."""
    return min(div_ceil(abs(size) * forward * multiplier_bps, WAD * BPS * WEIGHT_UNIT), MAX_WEIGHT)


def scan_rate(instrument: Instrument) -> int:
    """A linear instrument's loss in a whole scan range, bps of notional, rounded up."""
    return div_ceil(instrument.scan_bps * instrument.multiplier_bps, BPS)


def scenario_line(position: Position, market: MarketState, *, retail: bool) -> PositionMargin:
    """One position's line of the check.

    Args:
        position: in an instrument of the market.
        market: prices, instrument words, forwards.
        retail: whether the account is, so that a long option asks nothing.
    """
    instrument = market.instruments[position.instrument]
    mark = mark_price(instrument, market)
    funding = cumulative_funding(instrument, market.now)
    measured, rate, alone = 0, 0, 0
    if not instrument.settled:
        measured = notional(position.size, measure_price(instrument, market))
        rate = scan_rate(instrument)
        alone = div_ceil(measured * rate, BPS)
    if is_open_option(instrument):
        weight = option_weight(
            position.size, reference_forward(instrument, market), instrument.multiplier_bps
        )
        own = instrument.worst_short if position.size < 0 else instrument.worst_long
        alone = 0 if retail and position.size > 0 else weight * own * STEP_WEI
    return PositionMargin(
        instrument=position.instrument,
        size=position.size,
        mark=mark,
        funding=funding,
        notional=measured,
        value=position_value(position.size, position.quote, mark, funding),
        rate_bps=rate,
        gross=alone,
    )


def scenario_requirement(
    account: AccountState, market: MarketState, valuation: Valuation
) -> Requirement:
    """Initial margin of an account of the scenario engine.

    Args:
        account: its positions and, for retail, its entry notionals.
        market: prices, instrument words, arrays, forwards, the time.
        valuation: the purpose; close-out asks retail at entry prices too.

    Raises:
        InputError: the positions are on more underliers than an account may have.
        KeyError: an instrument or feed is not in the market.
    """
    held = [position for position in account.positions if position.size]
    lines = tuple(scenario_line(position, market, retail=account.retail) for position in held)
    stand_alone = _stand_alone(lines, market)
    ladders = _ladders(lines, market)
    if len(ladders) > value("MAX_UNDERLIERS"):
        raise InputError(f"positions: expected at most {value('MAX_UNDERLIERS')} underliers")
    if account.retail:
        floors = _retail_floors(lines, account.entry_notional, market)
        at_entry = floors[1] if valuation is Valuation.CLOSE_OUT else 0
        return Requirement(lines, stand_alone, stand_alone, retail=floors[0], retail_entry=at_entry)
    worst = sum(ladder.worst() for ladder in ladders.values())
    # Each underlier's worst was rounded up by itself.
    rest = max(stand_alone - worst, 0)
    return Requirement(
        lines=lines,
        gross=stand_alone,
        net=worst + div_ceil(rest * (BPS - value("PORTFOLIO_OFFSET_CAP_BPS")), BPS),
        worst=worst,
        short_minimum=_short_minimum(lines, market),
    )


def _stand_alone(lines: Iterable[PositionMargin], market: MarketState) -> int:
    """S: the options' own losses are whole wei, the linear ones are rounded up together."""
    options = linear = 0
    for line in lines:
        instrument = market.instruments[line.instrument]
        if is_open_option(instrument):
            options += line.gross
        else:
            linear += line.notional * line.rate_bps
    return options + div_ceil(linear, BPS)


def _ladders(lines: Iterable[PositionMargin], market: MarketState) -> Mapping[int, _Ladder]:
    """The open positions by underlier."""
    found: dict[int, _Ladder] = {}
    for line in lines:
        instrument = market.instruments[line.instrument]
        if instrument.settled:
            continue
        ladder = found.setdefault(instrument.feed, _Ladder())
        if is_open_option(instrument):
            steps = decode(market.arrays.get(line.instrument, 0))
            if line.size < 0:
                steps = tuple(-(step + 1) for step in steps)
            ladder.add_option(steps, _weight(line, instrument, market))
        else:
            charge = line.notional * line.rate_bps
            ladder.linear += charge if line.size > 0 else -charge
    return found


def _weight(line: PositionMargin, option: Instrument, market: MarketState) -> int:
    """A line's weight."""
    return option_weight(line.size, reference_forward(option, market), option.multiplier_bps)


def _short_minimum(lines: Iterable[PositionMargin], market: MarketState) -> int:
    """The least that the short options ask, wad, rounded up once."""
    weight = 0
    for line in lines:
        instrument = market.instruments[line.instrument]
        if is_open_option(instrument) and line.size < 0:
            weight += _weight(line, instrument, market)
    return div_ceil(weight * WEIGHT_UNIT * value("PM_SHORT_MINIMUM_BPS"), BPS)


def _retail_floors(
    lines: Iterable[PositionMargin], entries: Mapping[int, int], market: MarketState
) -> tuple[int, int]:
    """The leverage cap on gross notional, now and at entry; long options are left out."""
    now = at_entry = 0
    for line in lines:
        instrument = market.instruments[line.instrument]
        if instrument.settled or (is_open_option(instrument) and line.size > 0):
            continue
        now += retail_requirement(line.notional)
        at_entry += retail_requirement(entries.get(line.instrument, 0))
    return now, at_entry
