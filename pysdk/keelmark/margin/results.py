"""The answer of a margin check: requirement and equity of one account, line by line.

Amounts are wads of money unless a field says otherwise. Both engines answer alike; a figure that
only one of them has is zero in the other's answer.
"""

from __future__ import annotations

from dataclasses import dataclass

from keelmark.types import Valuation


@dataclass(frozen=True, slots=True)
class PositionMargin:
    """One line of a margin check."""

    instrument: int
    size: int
    mark: int
    funding: int
    """Cumulative funding for one unit, F; 0 for what expires."""
    notional: int
    """At the mark; of an option at its reference forward."""
    value: int
    rate_bps: int
    """Rate of the schedule; by scenarios the scan range times the multiplier."""
    gross: int
    """Stand-alone requirement: of the schedule, or the position's own worst scenario."""


@dataclass(frozen=True, slots=True)
class CollateralMargin:
    """One collateral line of a margin check."""

    asset: int
    balance: int
    """Token units."""
    price: int
    """The price at which it was valued, wad."""
    value: int
    """Before the haircut, wad."""
    haircut_bps: int
    """Both haircuts together."""
    counted: int
    """After haircut and cap, wad."""


@dataclass(frozen=True, slots=True)
class Requirement:
    """What an account must hold and how that comes about; the fields are `MarginResult`'s."""

    lines: tuple[PositionMargin, ...]
    gross: int
    net: int
    replacement_gross: int = 0
    replacement_net: int = 0
    directional: int = 0
    retail: int = 0
    retail_entry: int = 0
    worst: int = 0
    short_minimum: int = 0

    @property
    def initial_margin(self) -> int:
        """The largest of what binds."""
        floors = (self.directional, self.retail, self.retail_entry, self.short_minimum)
        return max(self.net, *floors)


@dataclass(frozen=True, slots=True)
class MarginResult:
    """Requirement and equity of one account under one valuation."""

    valuation: Valuation
    positions: tuple[PositionMargin, ...]
    collateral: tuple[CollateralMargin, ...]
    gross: int
    """G of the schedule, or S: the sum of what each position would lose alone."""
    replacement_gross: int
    """P: the sum of the house's positive replacement costs."""
    replacement_net: int
    """N: the house's net replacement cost, not below zero."""
    net: int
    """The schedule after its netting; by scenarios W + 0.20 (S - W), for retail S."""
    directional: int
    """Floor on the net size of each underlier."""
    retail: int
    """Floor of the leverage cap at current prices; 0 unless retail."""
    retail_entry: int
    """The same at entry prices; 0 unless retail and for close-out."""
    initial_margin: int
    cash_part: int
    collateral_part: int
    position_part: int
    equity: int
    worst: int = 0
    """W: the worst scenario of each underlier, added up; 0 by the schedule."""
    short_minimum: int = 0
    """Least margin of the short options; 0 by the schedule."""

    @property
    def headroom(self) -> int:
        """Equity above the requirement; negative is the shortfall."""
        return self.equity - self.initial_margin
