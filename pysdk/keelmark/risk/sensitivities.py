"""What a book gains or loses when something moves a little, in settlement units.

    change of value = delta * r + gamma * r^2 / 2 + vega * v + theta * t

for a relative move r of the forward, a rise v of the volatility (0.01 is one point) and a time t in
years. The greeks are Black-76's, from the integer twin of the contracts: forward delta, premiums
undiscounted, ACT/365. A linear instrument has delta only.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from fractions import Fraction

from keelmark.pricing import greeks
from keelmark.risk.book import Book, Instrument, Linear, Vector, by_name, weigh
from keelmark.units import WAD

__all__ = ["Sensitivities", "Sensitivity", "sensitivities", "summed"]


@dataclass(frozen=True, slots=True)
class Sensitivity:
    """Of some positions in one underlier, or of all; in settlement units."""

    value: Fraction
    """Worth of the options at the mark; what linear instruments are worth depends on their entry
    and is left out."""
    delta: Fraction
    """Per relative move of 1.00: units of the underlier held, times the forward."""
    gamma: Fraction
    """Gamma of the forward times the forward squared: convexity, per squared move of 1.00."""
    vega: Fraction
    """Per 1.00 of volatility."""
    theta: Fraction
    """Per year."""


@dataclass(frozen=True, slots=True)
class Sensitivities:
    """By underlier: of each account, of each party, and of the house."""

    accounts: Mapping[str, Mapping[str, Sensitivity]]
    """By account, then by underlier."""
    parties: Mapping[str, Mapping[str, Sensitivity]]
    """By party, then by underlier."""
    house: Mapping[str, Sensitivity]
    """By underlier."""


def sensitivities(book: Book) -> Sensitivities:
    """Sensitivities of every scope.

    Raises:
        InputError: an instrument is outside the domain of the pricing.
    """
    found = weigh(book, by_name(book, _unit))
    return Sensitivities(
        accounts={name: _named(scope) for name, scope in found.accounts.items()},
        parties={name: _named(scope) for name, scope in found.parties.items()},
        house=_named(found.house),
    )


def summed(by_underlier: Mapping[str, Sensitivity]) -> Sensitivity:
    """Sum over the underliers: as if all of them moved alike."""
    return Sensitivity(
        *(
            sum((getattr(found, name) for found in by_underlier.values()), Fraction(0))
            for name in Sensitivity.__slots__
        )
    )


def _named(scope: Mapping[str, Vector]) -> dict[str, Sensitivity]:
    return {underlier: Sensitivity(*figures) for underlier, figures in scope.items()}


def _unit(instrument: Instrument) -> Vector:
    """One unit long: value, delta, gamma, vega, theta."""
    nothing = Fraction(0)
    if isinstance(instrument, Linear):
        return nothing, Fraction(instrument.price, WAD), nothing, nothing, nothing
    forward = Fraction(instrument.forward, WAD)
    found = greeks(
        instrument.call,
        instrument.forward,
        instrument.strike,
        instrument.seconds,
        instrument.volatility,
    )
    return (
        Fraction(found.price, WAD),
        Fraction(found.delta, WAD) * forward,
        Fraction(found.gamma, WAD) * forward * forward,
        Fraction(found.vega, WAD),
        Fraction(found.theta, WAD),
    )
