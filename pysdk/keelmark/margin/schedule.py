"""Initial margin: the standardised schedule, its netting, and the floors.

The schedule is that of Annex IV of Delegated Regulation (EU) 2016/2251 (Appendix A of the
BCBS-IOSCO framework): a rate of the notional by asset class and residual maturity. Its
netting lets a portfolio whose values offset post less, `0.4 G + 0.6 NGR G`. The replacement
cost in NGR is the collecting party's, here the house's, so its values are minus the
account's: an account that loses is the one whose replacement costs are positive.

Alone this has a cliff. An account whose positions all gain has no positive replacement cost:
NGR is undefined, taken as 1, and it posts G in full. Add the smallest position that loses and
NGR becomes 0: the requirement falls by 60 %. Two things of ours, both marked derived, take the
cliff away. Under it stands a directional floor: for each underlier the net size is margined at
the larger of the schedule's rate and the regime's scan range, whatever NGR says; for a book
that points one way it is never below G. And for a hedged book NGR falls from 1 to the text's
ratio only while the positive replacement costs grow to a tenth of G, so that a position frees
at most six times what it has lost. Neither is ever below the text's figure.

Retail accounts have a further floor, the leverage cap on gross notional without any netting
(ESMA Decision (EU) 2018/796, Annex I; its 2026 statement reads perpetuals as contracts for
difference). For close-out it is the larger of the cap at the prices of entry and now.

All divisions round up: a requirement is never below its formula.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping

from keelmark.regulation import value
from keelmark.types import AssetClass, Instrument, Kind
from keelmark.units import BPS, WAD, div_ceil

YEAR_SECONDS = 365 * 86_400
"""A year of the maturity buckets; 365 days, so that a bucket is never entered late."""

_ANY_MATURITY: Mapping[int, str] = {
    AssetClass.COMMODITY: "IM_COMMODITY_BPS",
    AssetClass.EQUITY: "IM_EQUITY_BPS",
    AssetClass.FOREIGN_EXCHANGE: "IM_FX_BPS",
    AssetClass.OTHER: "IM_OTHER_BPS",
    AssetClass.CRYPTO: "IM_CRYPTO_BPS",
}
_BY_MATURITY: Mapping[int, tuple[str, str, str]] = {
    AssetClass.CREDIT: ("IM_CREDIT_0_2Y_BPS", "IM_CREDIT_2_5Y_BPS", "IM_CREDIT_OVER_5Y_BPS"),
    AssetClass.INTEREST_RATE: ("IM_RATES_0_2Y_BPS", "IM_RATES_2_5Y_BPS", "IM_RATES_OVER_5Y_BPS"),
}


def schedule_rule(asset_class: int, residual_seconds: int) -> str:
    """The id of the schedule's rule for a class and a residual maturity.

    Args:
        asset_class: `AssetClass`.
        residual_seconds: to expiry; 0 for a perpetual, which takes the shortest bucket.

    Raises:
        ValueError: the asset class is none of the schedule's.
    """
    if asset_class in _ANY_MATURITY:
        return _ANY_MATURITY[asset_class]
    if asset_class not in _BY_MATURITY:
        raise ValueError(f"asset_class must be 1 to 7, not {asset_class}")
    short, middle, long = _BY_MATURITY[asset_class]
    if residual_seconds <= 2 * YEAR_SECONDS:
        return short
    return middle if residual_seconds <= 5 * YEAR_SECONDS else long


def residual_maturity(instrument: Instrument, now: int) -> int:
    """Seconds to expiry, not below zero; 0 for a perpetual."""
    return 0 if instrument.kind == Kind.PERPETUAL else max(0, instrument.time - now)


def schedule_rate(instrument: Instrument, now: int) -> int:
    """The schedule's rate of an instrument, in basis points."""
    return value(schedule_rule(instrument.asset_class, residual_maturity(instrument, now)))


def notional(size: int, mark: int) -> int:
    """Margin notional, wad: |size| at the current mark, rounded up."""
    return div_ceil(abs(size) * mark, WAD)


def gross_requirement(notional_wad: int, rate_bps: int, multiplier_bps: int = BPS) -> int:
    """One position's stand-alone requirement of the schedule, wad."""
    return div_ceil(notional_wad * rate_bps * multiplier_bps, BPS * BPS)


def replacement_costs(values: Iterable[int]) -> tuple[int, int]:
    """The house's gross and net replacement cost of an account.

    Args:
        values: the account's position values, wad, signed from the account's side.

    Returns:
        P, the sum of what is positive for the house, and N, the net, not below zero.
    """
    costs = [-held for held in values]
    return sum(cost for cost in costs if cost > 0), max(0, sum(costs))


def net_requirement(gross: int, replacement_gross: int, replacement_net: int) -> int:
    """The schedule after its netting: 0.4 G + 0.6 NGR G, or G where NGR is undefined.

    While P is below a tenth of G, NGR is (N + T - P) / T with T that tenth, so that it meets
    both 1 at P = 0 and N / P at P = T.

    Args:
        gross: G, wad.
        replacement_gross: P, wad.
        replacement_net: N, wad.
    """
    whole = max(replacement_gross, gross * value("NGR_RAMP_BPS") // BPS)
    if whole == 0:
        return gross
    part = replacement_net + whole - replacement_gross
    fixed = value("NET_FIXED_BPS") * gross * whole
    netted = value("NET_NGR_BPS") * gross * part
    return div_ceil(fixed + netted, BPS * whole)


def directional_rate(rate_bps: int, scan_bps: int, multiplier_bps: int) -> int:
    """Rate of the directional floor for one instrument, in basis points, rounded up."""
    return div_ceil(max(rate_bps, scan_bps) * multiplier_bps, BPS)


def directional_requirement(net_size: int, mark: int, rate_bps: int) -> int:
    """The floor of one underlier.

    Args:
        net_size: sum of the account's sizes on it, wad, signed.
        mark: wad.
        rate_bps: the largest directional rate of the account's positions on it.
    """
    return div_ceil(abs(net_size) * mark * rate_bps, WAD * BPS)


def retail_requirement(notional_wad: int) -> int:
    """The leverage cap's requirement for one position: half of its notional."""
    return div_ceil(notional_wad * value("RETAIL_MARGIN_CRYPTO_BPS"), BPS)
