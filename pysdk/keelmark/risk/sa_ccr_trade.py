"""What one transaction contributes to SA-CCR: adjusted notional, supervisory delta, maturity.

Effective notional is the product of the three (CRE52.30): the size of the trade in the domestic
currency, for interest rates and credit times a supervisory duration; its direction and how much of
the underlier's move an option or a tranche takes; and the share of a year over which the value may
move before the netting set is closed out.

Amounts, shares and years are floats. Square roots, exponentials and the normal distribution have no
exact value anyway, a double carries fifteen digits, and the examples are published to three.
"""

from __future__ import annotations

import math
from dataclasses import dataclass
from enum import StrEnum, auto

from keelmark.errors import InputError
from keelmark.risk.sa_ccr_parameters import ExposureClass, Subclass, constant, parameters

__all__ = [
    "PERPETUAL",
    "Direction",
    "Nature",
    "OptionTerms",
    "Trade",
    "Tranche",
    "margined_factor",
    "supervisory_delta",
    "unmargined_factor",
]

MOST = 1e60
"""No amount reaches this, so that no step of the method overflows."""

PERPETUAL = math.inf
"""Maturity of a contract that has none: it counts as a year or more."""


_WITH_DURATION = (ExposureClass.INTEREST_RATE, ExposureClass.CREDIT)


class Direction(StrEnum):
    """Which way a trade goes; for options and tranches, who pays the premium."""

    LONG = auto()
    """Gains when the primary risk factor rises (CRE52.39); bought; protection bought."""
    SHORT = auto()
    """The opposite: sold; protection sold."""


class Nature(StrEnum):
    """What the trade refers to; basis and volatility have hedging sets of their own."""

    OUTRIGHT = auto()
    """The risk factor itself."""
    BASIS = auto()
    """The difference of two risk factors in one currency (CRE52.46)."""
    VOLATILITY = auto()
    """The volatility of a risk factor (CRE52.47)."""


@dataclass(frozen=True, slots=True, kw_only=True)
class OptionTerms:
    """Terms of a European option, or of another by its latest exercise date (CRE52.40-42)."""

    call: bool
    """Whether the holder may buy the underlier (for a swaption: pay the fixed rate)."""
    price: float
    """Of the underlier, forward where there is one (CRE52.40 FAQ 1)."""
    strike: float
    """In the same unit."""
    expiry: float
    """Years until the latest exercise date."""
    shift: float = 0.0
    """Added to price and strike where rates may be negative (CRE52.40 FAQ 2)."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Tranche:
    """A slice of a credit pool's losses (CRE52.41)."""

    attachment: float
    """Share of the pool's losses at which the slice begins."""
    detachment: float
    """Share at which it ends."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Trade:
    """One transaction, as SA-CCR sees it.

    Raises:
        InputError: a figure is out of its range, or the subclass is unknown.
    """

    subclass: str
    """Id of a line of Table 2, as in `CREDIT_BBB`."""
    underlier: str
    """What the trade refers to: currency of an interest rate, currency pair, reference entity or
    index, type of commodity, cryptoasset; for a basis trade the pair of risk factors."""
    direction: Direction
    """Long or short; bought or sold."""
    notional: float
    """In the domestic currency: stated notional (interest rate, credit), foreign leg (foreign
    exchange), current price times units (equity, commodity, crypto; CRE52.33-37)."""
    maturity: float
    """Years until the trade may last be active; `PERPETUAL` for none."""
    value: float = 0.0
    """Current market value, positive if the counterparty owes."""
    start: float = 0.0
    """Interest rate and credit: years until the period referred to begins, 0 if it has."""
    end: float | None = None
    """Interest rate and credit: years until it ends; by default the maturity."""
    option: OptionTerms | None = None
    """Terms, if it is an option."""
    tranche: Tranche | None = None
    """Terms, if it is a tranche of a credit pool."""
    nature: Nature = Nature.OUTRIGHT
    """Outright, basis or volatility."""
    currency: str = ""
    """Basis trades in interest rates: the currency of both legs."""

    def __post_init__(self) -> None:
        """Refuse what no formula below could take."""
        if self.subclass not in parameters():
            raise InputError(f"subclass {self.subclass!r}: expected one of Table 2 of CRE52.")
        _expect("notional", self.notional, self.notional >= 0, "not negative")
        _expect("value", self.value, True, "of either sign")
        if not self.maturity >= 0:
            raise InputError(f"maturity {self.maturity}: expected years, not negative.")
        _expect("start", self.start, self.start >= 0, "not negative")
        if self.uses_duration:
            _expect("end", self.until, self.until >= self.start, "not before the start")
        if self.option is not None:
            _check_option(self.option)
        if self.tranche is not None:
            _check_tranche(self.tranche)
        if self.option is not None and self.tranche is not None:
            raise InputError("tranche: expected none on an option.")

    @property
    def parameters(self) -> Subclass:
        """Supervisory parameters of the subclass."""
        return parameters()[self.subclass]

    @property
    def uses_duration(self) -> bool:
        """Whether notional is adjusted by a duration (CRE52.34)."""
        return self.parameters.exposure_class in _WITH_DURATION

    @property
    def until(self) -> float:
        """Years until the period referred to ends."""
        return self.maturity if self.end is None else self.end

    @property
    def supervisory_duration(self) -> float:
        """Years of the period referred to, discounted (CRE52.34); at least ten business days."""
        rate = constant("DURATION_RATE_BPS")
        years = (math.exp(-rate * self.start) - math.exp(-rate * self.until)) / rate
        return max(years, _floor_years())

    @property
    def adjusted_notional(self) -> float:
        """Size in the domestic currency, always positive (CRE52.33-36)."""
        return self.notional * (self.supervisory_duration if self.uses_duration else 1.0)

    @property
    def factor(self) -> float:
        """Supervisory factor, halved for a basis and times five for a volatility (CRE52.73)."""
        return (
            self.parameters.factor
            * {
                Nature.OUTRIGHT: 1.0,
                Nature.BASIS: constant("BASIS_FACTOR_BPS"),
                Nature.VOLATILITY: constant("VOLATILITY_FACTOR_BPS"),
            }[self.nature]
        )


def _expect(name: str, number: float, holds: bool, words: str) -> None:
    if not (abs(number) < MOST and holds):
        raise InputError(f"{name} {number}: expected a number below {MOST:g}, {words}.")


def _check_option(terms: OptionTerms) -> None:
    for name, number in (("price", terms.price), ("strike", terms.strike)):
        _expect(f"option {name}", number, number + terms.shift > 0, "above zero once shifted")
    _expect("option expiry", terms.expiry, terms.expiry > 0, "above zero")


def _check_tranche(terms: Tranche) -> None:
    _expect("attachment", terms.attachment, 0 <= terms.attachment < 1, "at least 0 and below 1")
    above = terms.attachment < terms.detachment <= 1
    _expect("detachment", terms.detachment, above, "above the attachment and at most 1")


def _floor_years() -> float:
    return constant("MATURITY_FLOOR_DAYS") / constant("BUSINESS_DAYS_PER_YEAR")


def normal_cdf(x: float) -> float:
    """Standard normal distribution function."""
    return 0.5 * math.erfc(-x / math.sqrt(2))


def supervisory_delta(trade: Trade) -> float:
    """Direction, and the share of the underlier's move that the trade takes (CRE52.38-41)."""
    sign = 1.0 if trade.direction is Direction.LONG else -1.0
    if trade.tranche is not None:
        attachment, detachment = trade.tranche.attachment, trade.tranche.detachment
        return sign * 15 / ((1 + 14 * attachment) * (1 + 14 * detachment))
    if trade.option is None:
        return sign
    terms = trade.option
    deviation = trade.parameters.volatility * math.sqrt(terms.expiry)
    ratio = (terms.price + terms.shift) / (terms.strike + terms.shift)
    d = math.log(ratio) / deviation + deviation / 2
    return sign * (normal_cdf(d) if terms.call else -normal_cdf(-d))


def unmargined_factor(trade: Trade) -> float:
    """Maturity factor of an unmargined transaction (CRE52.48)."""
    return math.sqrt(min(max(trade.maturity, _floor_years()), 1.0))


def margined_factor(period_days: float) -> float:
    """Maturity factor of a margined transaction (CRE52.52).

    Args:
        period_days: margin period of risk in business days.
    """
    years = period_days / constant("BUSINESS_DAYS_PER_YEAR")
    return constant("MARGINED_FACTOR_BPS") * math.sqrt(years)
