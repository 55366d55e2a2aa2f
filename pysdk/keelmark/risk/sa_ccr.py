"""SA-CCR: the exposure at default of a netting set (Basel Framework, CRE52).

    exposure at default = 1.4 * (replacement cost + multiplier * aggregate add-on)

What the counterparty owes today, after collateral, and what it may come to owe before the set is
closed out. `exposure` computes it and returns every step: a line a trade, an add-on a hedging set,
one an asset class. Five worked examples of the Basel Committee (BCBS 279 Annex 4a, in the Framework
CRE99.22-97) come out to the unit in which they are published.

A cryptoasset is an asset class with one hedging set an asset; its figures carry the status
`unconfirmed`, and `Exposure.parameters` shows it. Netting and collateral haircuts are inputs: what
is netted by law (CRE52.7) and what collateral is worth (CRE22) is for the caller to know.
"""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace

from keelmark.errors import InputError
from keelmark.risk.sa_ccr_parameters import ExposureClass, Subclass, constant, parameters
from keelmark.risk.sa_ccr_trade import (
    MOST,
    Nature,
    Trade,
    margined_factor,
    supervisory_delta,
    unmargined_factor,
)

__all__ = [
    "ClassAddOn",
    "Exposure",
    "HedgingSet",
    "MarginAgreement",
    "NettingSet",
    "TradeLine",
    "exposure",
]

BUCKET_EDGES = (1.0, 5.0)
"""Years that divide the maturity buckets of interest rates (CRE52.57(3)); an edge is in the
middle one."""


@dataclass(frozen=True, slots=True, kw_only=True)
class MarginAgreement:
    """An agreement by which the counterparty posts variation margin (CRE52.13-19, 52.50-51)."""

    threshold: float = 0.0
    """Exposure up to which nothing is called."""
    minimum_transfer: float = 0.0
    """Smallest amount that is called."""
    remargin_days: int = 1
    """Business days between two calls."""
    cleared_client: bool = False
    """Whether the set is a clearing member's exposure to its client (CRE54.12)."""
    large_or_illiquid: bool = False
    """Above 5,000 transactions, or illiquid collateral or transactions."""
    disputed: bool = False
    """More than two long disputes within two quarters: the floor doubles (CRE52.51(3))."""
    estimated_days: float = 0.0
    """The bank's own estimate, which counts if it is longer than the floor."""

    def __post_init__(self) -> None:
        """Refuse amounts and days that cannot be."""
        for name in ("threshold", "minimum_transfer", "estimated_days"):
            amount = getattr(self, name)
            if not 0 <= amount < MOST:
                raise InputError(f"{name} {amount}: expected a number of 0 to {MOST:g}.")
        if self.remargin_days < 1:
            raise InputError(f"remargin_days {self.remargin_days}: expected at least 1.")

    @property
    def period_days(self) -> float:
        """Margin period of risk in business days: the floor or the estimate."""
        name = "MPOR_CLEARED_CLIENT_DAYS" if self.cleared_client else "MPOR_DAYS"
        floor = constant("MPOR_LARGE_DAYS" if self.large_or_illiquid else name)
        floor += self.remargin_days - 1
        return max(floor * (2 if self.disputed else 1), self.estimated_days)


@dataclass(frozen=True, slots=True, kw_only=True)
class NettingSet:
    """Trades that are closed out as one, and the collateral behind them.

    Raises:
        InputError: there is no trade, an underlier has two subclasses, or collateral is no amount.
    """

    trades: Sequence[Trade]
    """At least one."""
    independent_collateral: float = 0.0
    """Net independent collateral amount (CRE52.16-17): received positive, after haircuts."""
    variation_margin: float = 0.0
    """Net variation margin: received positive, after haircuts."""
    agreement: MarginAgreement | None = None
    """None if the counterparty posts no variation margin."""

    def __post_init__(self) -> None:
        """Refuse an empty set, and an entity with two supervisory factors."""
        if not self.trades:
            raise InputError("trades: expected at least one.")
        for name in ("independent_collateral", "variation_margin"):
            if not abs(getattr(self, name)) < MOST:
                raise InputError(f"{name}: expected a number below {MOST:g}.")
        named: dict[tuple[ExposureClass, str], str] = {}
        for trade in self.trades:
            key = (trade.parameters.exposure_class, trade.underlier)
            if named.setdefault(key, trade.subclass) != trade.subclass:
                raise InputError(
                    f"underlier {trade.underlier!r}: expected one subclass, "
                    f"not {named[key]} and {trade.subclass}."
                )


@dataclass(frozen=True, slots=True)
class TradeLine:
    """How one trade entered the add-on."""

    trade: Trade
    """The trade."""
    adjusted_notional: float
    """Size in the domestic currency."""
    delta: float
    """Supervisory delta."""
    maturity_factor: float
    """Share of a year, as a square root."""

    @property
    def effective_notional(self) -> float:
        """Product of the three, signed."""
        return self.adjusted_notional * self.delta * self.maturity_factor


@dataclass(frozen=True, slots=True)
class HedgingSet:
    """Trades that may offset one another, and their add-on."""

    name: str
    """What they share: a currency, a pair, a class of commodities, an asset."""
    nature: Nature
    """Outright, basis or volatility."""
    lines: tuple[TradeLine, ...]
    """The trades."""
    add_on: float
    """Never negative."""


@dataclass(frozen=True, slots=True)
class ClassAddOn:
    """Add-on of one asset class: the sum over its hedging sets."""

    exposure_class: ExposureClass
    """The class."""
    hedging_sets: tuple[HedgingSet, ...]
    """In the order in which the trades name them."""

    @property
    def add_on(self) -> float:
        """Sum over the hedging sets."""
        return math.fsum(found.add_on for found in self.hedging_sets)


@dataclass(frozen=True, slots=True)
class Exposure:
    """The exposure of one netting set, with every step to it."""

    replacement_cost: float
    """What the counterparty owes after collateral, never negative."""
    classes: Mapping[ExposureClass, ClassAddOn]
    """Add-on by asset class."""
    multiplier: float
    """Share of the aggregate add-on left by excess collateral or negative value."""
    period_days: float | None
    """Margin period of risk; None if the set was computed as unmargined."""
    capped: bool
    """Whether the unmargined exposure is smaller and counts in its place (CRE52.2)."""

    @property
    def add_on(self) -> float:
        """Aggregate add-on (CRE52.25)."""
        return math.fsum(found.add_on for found in self.classes.values())

    @property
    def potential_future_exposure(self) -> float:
        """Multiplier times aggregate add-on (CRE52.20)."""
        return self.multiplier * self.add_on

    @property
    def exposure_at_default(self) -> float:
        """Alpha times the sum of both parts (CRE52.1)."""
        return constant("ALPHA_BPS") * (self.replacement_cost + self.potential_future_exposure)

    @property
    def parameters(self) -> tuple[Subclass, ...]:
        """Supervisory parameters that took part, with citation and status."""
        used = {
            line.trade.subclass
            for found in self.classes.values()
            for held in found.hedging_sets
            for line in held.lines
        }
        return tuple(found for name, found in parameters().items() if name in used)


def exposure(netting_set: NettingSet) -> Exposure:
    """Exposure at default of a netting set; a margined one is capped at its unmargined one."""
    unmargined = _exposure(netting_set, None)
    if netting_set.agreement is None:
        return unmargined
    margined = _exposure(netting_set, netting_set.agreement)
    if unmargined.exposure_at_default < margined.exposure_at_default:
        return replace(unmargined, capped=True)
    return margined


def _exposure(netting_set: NettingSet, agreement: MarginAgreement | None) -> Exposure:
    held = netting_set.independent_collateral + netting_set.variation_margin
    uncovered = math.fsum(trade.value for trade in netting_set.trades) - held
    cost = max(uncovered, 0.0)
    if agreement is not None:
        uncalled = agreement.threshold + agreement.minimum_transfer
        cost = max(cost, uncalled - netting_set.independent_collateral)
    classes = _classes(netting_set.trades, agreement)
    aggregate = math.fsum(found.add_on for found in classes.values())
    return Exposure(
        replacement_cost=cost,
        classes=classes,
        multiplier=_multiplier(uncovered, aggregate),
        period_days=agreement.period_days if agreement is not None else None,
        capped=False,
    )


def _multiplier(uncovered: float, aggregate: float) -> float:
    """Falls from 1 towards its floor as value less collateral falls below zero (CRE52.23)."""
    if uncovered >= 0 or aggregate == 0:
        return 1.0
    floor = constant("MULTIPLIER_FLOOR_BPS")
    return floor + (1 - floor) * math.exp(uncovered / (2 * (1 - floor) * aggregate))


def _set_name(trade: Trade) -> str:
    """The hedging set within the asset class (CRE52.45-47)."""
    if trade.nature is Nature.BASIS:
        return f"{trade.currency} {trade.underlier}".strip()
    fixed = trade.parameters.hedging_set
    if fixed:
        return fixed
    one_set = (ExposureClass.CREDIT, ExposureClass.EQUITY)
    exposure_class = trade.parameters.exposure_class
    return exposure_class.value if exposure_class in one_set else trade.underlier


def _classes(
    trades: Sequence[Trade], agreement: MarginAgreement | None
) -> Mapping[ExposureClass, ClassAddOn]:
    grouped: dict[ExposureClass, dict[tuple[str, Nature], list[TradeLine]]] = {}
    for trade in trades:
        line = TradeLine(
            trade=trade,
            adjusted_notional=trade.adjusted_notional,
            delta=supervisory_delta(trade),
            maturity_factor=(
                unmargined_factor(trade)
                if agreement is None
                else margined_factor(agreement.period_days)
            ),
        )
        sets = grouped.setdefault(trade.parameters.exposure_class, {})
        sets.setdefault((_set_name(trade), trade.nature), []).append(line)
    return {
        exposure_class: ClassAddOn(
            exposure_class,
            tuple(
                HedgingSet(name, nature, tuple(lines), _set_add_on(exposure_class, lines))
                for (name, nature), lines in sets.items()
            ),
        )
        for exposure_class, sets in grouped.items()
    }


def _set_add_on(exposure_class: ExposureClass, lines: Sequence[TradeLine]) -> float:
    if exposure_class is ExposureClass.INTEREST_RATE:
        return lines[0].trade.factor * _buckets(lines)
    if exposure_class in (ExposureClass.FOREIGN_EXCHANGE, ExposureClass.CRYPTO):
        return lines[0].trade.factor * abs(math.fsum(line.effective_notional for line in lines))
    return _single_factor(lines)


def _buckets(lines: Sequence[TradeLine]) -> float:
    """Effective notional of one currency over three maturity buckets (CRE52.57(5))."""
    first, last = BUCKET_EDGES
    sums = [0.0, 0.0, 0.0]
    for line in lines:
        until = line.trade.until
        sums[0 if until < first else 1 if until <= last else 2] += line.effective_notional
    near, far = constant("BUCKETS_NEAR_BPS"), constant("BUCKETS_FAR_BPS")
    squared = math.fsum(amount * amount for amount in sums) + 2 * (
        near * sums[0] * sums[1] + near * sums[1] * sums[2] + far * sums[0] * sums[2]
    )
    return math.sqrt(max(squared, 0.0))


def _single_factor(lines: Sequence[TradeLine]) -> float:
    """One systematic factor and one for each entity (CRE52.61(4), 52.66(4), 52.70(5))."""
    entities: dict[str, tuple[float, float]] = {}
    for line in lines:
        trade = line.trade
        before, correlation = entities.get(trade.underlier, (0.0, trade.parameters.correlation))
        entities[trade.underlier] = (before + trade.factor * line.effective_notional, correlation)
    systematic = math.fsum(share * add_on for add_on, share in entities.values())
    own = [math.sqrt(1 - share * share) * add_on for add_on, share in entities.values()]
    return math.hypot(systematic, *own)
