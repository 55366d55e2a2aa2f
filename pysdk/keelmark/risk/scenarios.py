"""What a book gains or loses when prices move far: ladders, and the sixteen margin scenarios.

Everything is priced anew by the integer twin of the contracts' Black-76, in settlement units. All
underliers move alike in a ladder's cell. Results are kept by underlier, for margin takes the worst
scenario of each by itself.

The margin scenarios are those of the risk arrays (`keelmark.pricing.risk_array`): the forward by 0,
one, two and three thirds of the scan range either way, each with volatility up and down, and two
scan ranges either way weighted 35 %. An array holds each result in steps of 2^-13 of the forward,
rounded down, and a short one step more against itself; here they are exact, so that the house sums
to zero. Per unit the two differ by at most one step.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from fractions import Fraction

from keelmark.errors import InputError
from keelmark.pricing import price
from keelmark.pricing.black76 import PRICE_MIN
from keelmark.pricing.risk_array import MOVES, moved_forward, moved_volatilities
from keelmark.regulation import value
from keelmark.risk.book import (
    Book,
    Instrument,
    Linear,
    Option,
    Scopes,
    Vector,
    by_name,
    total,
    weigh,
)
from keelmark.units import BPS, WAD

__all__ = ["Ladder", "MarginScenario", "Scopes", "ladder", "margin_scenarios", "worst_loss"]


@dataclass(frozen=True, slots=True)
class Ladder:
    """A table of profit and loss: one row a move of the price, one column a move of volatility."""

    moves_bps: tuple[int, ...]
    """Relative moves of prices and forwards; the rows."""
    volatility_moves_bps: tuple[int, ...]
    """Relative moves of volatility; the columns."""
    scopes: Scopes
    """Cells of each scope and underlier, row by row."""

    def table(self, by_underlier: Mapping[str, Vector]) -> tuple[Vector, ...]:
        """A scope's cells as rows, summed over its underliers; all zero if it holds nothing."""
        width = len(self.volatility_moves_bps)
        cells = total(by_underlier) or (Fraction(0),) * (width * len(self.moves_bps))
        return tuple(cells[start : start + width] for start in range(0, len(cells), width))


@dataclass(frozen=True, slots=True)
class MarginScenario:
    """One of the sixteen."""

    thirds: int
    """Move of the forward, in thirds of the instrument's scan range."""
    volatility_up: bool
    """Whether volatility rises, else falls."""
    weight_bps: int
    """Share of the result that counts."""


def scenarios() -> tuple[MarginScenario, ...]:
    """The sixteen, in the order of an array's lanes."""
    extreme = 3 * value("PM_EXTREME_SCANS")
    weight = value("PM_EXTREME_WEIGHT_BPS")
    near = [MarginScenario(thirds, up, BPS) for thirds in MOVES for up in (True, False)]
    return (*near, *(MarginScenario(thirds, True, weight) for thirds in (extreme, -extreme)))


def ladder(book: Book, moves_bps: Sequence[int], volatility_moves_bps: Sequence[int]) -> Ladder:
    """Profit and loss of every scope in every cell.

    Args:
        book: what is held.
        moves_bps: relative moves of prices, at least -10,000.
        volatility_moves_bps: relative moves of volatility, at least -10,000.

    Raises:
        InputError: a move is below -100 %, or leads an instrument out of the pricing's domain.
    """
    for name, moves in (("move", moves_bps), ("volatility move", volatility_moves_bps)):
        for move in moves:
            if move < -BPS:
                raise InputError(f"{name} {move}: expected at least -{BPS} basis points.")

    def unit(instrument: Instrument) -> Vector:
        price_now, volatility = _price_of(instrument), _volatility_of(instrument)
        before = _worth(instrument, price_now, volatility)
        return tuple(
            _gain(before, _worth(instrument, _scaled(price_now, move), _scaled(volatility, shift)))
            for move in moves_bps
            for shift in volatility_moves_bps
        )

    scopes = weigh(book, by_name(book, unit))
    return Ladder(tuple(moves_bps), tuple(volatility_moves_bps), scopes)


def margin_scenarios(book: Book) -> Scopes:
    """Profit and loss of every scope in each of the sixteen, by underlier, weights included.

    Raises:
        InputError: an instrument is outside the domain of the pricing.
    """
    chosen = scenarios()

    def unit(instrument: Instrument) -> Vector:
        price_now, volatility = _price_of(instrument), _volatility_of(instrument)
        up, down = (
            moved_volatilities(volatility, instrument.seconds)
            if isinstance(instrument, Option)
            else (0, 0)
        )
        before = _worth(instrument, price_now, volatility)
        return tuple(
            Fraction(scenario.weight_bps, BPS)
            * _gain(
                before,
                _worth(
                    instrument,
                    moved_forward(price_now, instrument.scan_bps, scenario.thirds),
                    up if scenario.volatility_up else down,
                ),
            )
            for scenario in chosen
        )

    return weigh(book, by_name(book, unit))


def worst_loss(by_underlier: Mapping[str, Vector]) -> Fraction:
    """Sum over the underliers of the worst scenario's loss; a gain counts nothing."""
    return sum((max(Fraction(0), -min(results)) for results in by_underlier.values()), Fraction(0))


def _price_of(instrument: Instrument) -> int:
    return instrument.price if isinstance(instrument, Linear) else instrument.forward


def _volatility_of(instrument: Instrument) -> int:
    return 0 if isinstance(instrument, Linear) else instrument.volatility


def _scaled(figure: int, move_bps: int) -> int:
    return figure * (BPS + move_bps) // BPS


def _gain(before: int, after: int) -> Fraction:
    return Fraction(after - before, WAD)


def _worth(instrument: Instrument, moved: int, volatility: int) -> int:
    """One unit long at this price and volatility, wad; of a linear instrument its price."""
    if isinstance(instrument, Linear):
        return moved
    if moved < PRICE_MIN:
        # Next to nothing: a call is worth nothing, and a put what is left of its strike.
        return 0 if instrument.call else max(instrument.strike - moved, 0)
    return price(instrument.call, moved, instrument.strike, instrument.seconds, volatility)
