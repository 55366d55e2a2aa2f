"""The whole check of one portfolio, with every rule that took part and how far it stands.

What a contract answers in two numbers is spelled out here: the requirement by component, the
equity in all three valuations, what may be withdrawn, the close-out level, and the rules by
id with their value, unit, status and source. A figure that rests on an unconfirmed rule says
so in the same answer.
"""

from __future__ import annotations

from dataclasses import dataclass

from keelmark.errors import InputError
from keelmark.margin.account import check_account, close_out_level, must_close_out, withdrawable
from keelmark.margin.collateral import haircut_rule
from keelmark.margin.results import MarginResult
from keelmark.margin.schedule import residual_maturity, schedule_rule
from keelmark.margin.suitability import retail_gate
from keelmark.regulation import Rule, rules, value
from keelmark.types import (
    AccountState,
    AssetClass,
    ClientCategory,
    Engine,
    GateReason,
    Instrument,
    Kind,
    MarketState,
    Regime,
    Valuation,
)

_NETTING_RULES = {"NET_FIXED_BPS", "NET_NGR_BPS", "NGR_UNDEFINED_BPS", "NGR_RAMP_BPS"}
_SCENARIO_RULES = {
    "PORTFOLIO_OFFSET_CAP_BPS",
    "PM_VOLATILITY_UP_BPS",
    "PM_VOLATILITY_DOWN_BPS",
    "PM_VOLATILITY_TENOR_DAYS",
    "PM_VOLATILITY_POWER_SHORT_BPS",
    "PM_VOLATILITY_POWER_LONG_BPS",
    "PM_EXTREME_SCANS",
    "PM_EXTREME_WEIGHT_BPS",
    "PM_SHORT_MINIMUM_BPS",
}


@dataclass(frozen=True, slots=True)
class Portfolio:
    """What is checked: an account, its client and the market it stands in."""

    regime: Regime
    category: ClientCategory
    jurisdiction: str
    """ISO 3166-1 alpha-2."""
    account: AccountState
    market: MarketState


@dataclass(frozen=True, slots=True)
class PortfolioCheck:
    """The answer; every amount wad."""

    opening: MarginResult
    withdrawal: MarginResult
    close_out: MarginResult
    withdrawable: int
    close_out_level: int
    """Equity below which the account is closed out at once."""
    closing_out: bool
    """Whether it is there now."""
    may_open: bool
    """Whether the gate lets the client open, and equity covers the requirement."""
    gate: GateReason
    """What the gate says of the client and its positions' asset classes."""
    refusal: Rule | None
    """The rule under which the gate refuses, where there is one."""
    rules: tuple[Rule, ...]
    """Every rule that took part, in the order of the corpus."""


def _portfolio_gate(portfolio: Portfolio) -> tuple[GateReason, Rule | None]:
    instruments = portfolio.market.instruments
    for held in portfolio.account.positions:
        asset_class = instruments[held.instrument].asset_class
        found = retail_gate(portfolio.category, portfolio.jurisdiction, asset_class)
        if found[0] is not GateReason.ALLOWED:
            return found
    return GateReason.ALLOWED, None


def scan_rule(regime: Regime, asset_class: int, *, bitcoin: bool) -> str | None:
    """The id of the regime's scan range for an underlier; None if it has none.

    Args:
        regime: of the house.
        asset_class: of the underlier.
        bitcoin: whether the underlier has its own derivation.
    """
    own = bitcoin and asset_class == AssetClass.CRYPTO
    if regime is Regime.CLEARED_LISTED:
        return "SCAN_BTC_LISTED_BPS" if own else "SCAN_DEFAULT_LISTED_BPS"
    if regime is Regime.CLEARED_OTC:
        return "SCAN_BTC_OTC_BPS" if own else "SCAN_DEFAULT_OTC_BPS"
    return None


def _rules_of_instrument(
    instrument: Instrument, regime: Regime, now: int, *, by_schedule: bool
) -> set[str]:
    found: set[str] = set()
    if by_schedule:
        found.add(schedule_rule(instrument.asset_class, residual_maturity(instrument, now)))
    for bitcoin in (True, False):
        scan = scan_rule(regime, instrument.asset_class, bitcoin=bitcoin)
        if scan is not None and value(scan) == instrument.scan_bps:
            found.add(scan)
    if instrument.kind == Kind.PERPETUAL:
        found |= {"FUNDING_WINDOW_SECONDS"}
    return found


def rules_in_use(portfolio: Portfolio) -> tuple[Rule, ...]:
    """Every rule that a check of the portfolio rests on, in the order of the corpus."""
    market, account = portfolio.market, portfolio.account
    ids = {"CLOSE_OUT_BPS"}
    if any(held.size for held in account.positions):
        ids |= _SCENARIO_RULES if account.engine == Engine.SCENARIOS else _NETTING_RULES
    for held in account.positions:
        ids |= _rules_of_instrument(
            market.instruments[held.instrument],
            portfolio.regime,
            market.now,
            by_schedule=account.engine == Engine.SCHEDULE,
        )
    for asset_id in account.collateral:
        asset = market.assets[asset_id]
        ids.add(haircut_rule(asset.asset_class, max(0, asset.maturity - market.now)))
        if asset.foreign_currency:
            ids.add("HAIRCUT_FX_BPS")
        if haircut_rule(asset.asset_class, 0) == "HAIRCUT_EMT_BPS":
            ids.add("EMT_PAR_FLOOR_BPS")
    if account.cash > 0:
        ids.add("EMT_PAR_FLOOR_BPS")
    if account.retail:
        ids |= {"RETAIL_LEVERAGE_CRYPTO", "RETAIL_MARGIN_CRYPTO_BPS"}
    _, refusal = _portfolio_gate(portfolio)
    if refusal is not None:
        ids.add(refusal.id)
    return tuple(found for found in rules().values() if found.id in ids)


def check(portfolio: Portfolio) -> PortfolioCheck:
    """Checks a portfolio.

    Raises:
        InputError: the client's category and the account's retail mark disagree, or a
            position is in an option and the engine is the schedule.
    """
    account, market = portfolio.account, portfolio.market
    if account.retail != (portfolio.category is ClientCategory.RETAIL):
        raise InputError("category: expected retail exactly if the account is retail")
    opening = check_account(account, market, Valuation.OPENING)
    close_out = check_account(account, market, Valuation.CLOSE_OUT)
    gate, refusal = _portfolio_gate(portfolio)
    return PortfolioCheck(
        opening=opening,
        withdrawal=check_account(account, market, Valuation.WITHDRAWAL),
        close_out=close_out,
        withdrawable=withdrawable(account, market),
        close_out_level=close_out_level(close_out.initial_margin),
        closing_out=must_close_out(close_out),
        may_open=gate is GateReason.ALLOWED and opening.headroom >= 0,
        gate=gate,
        refusal=refusal,
        rules=rules_in_use(portfolio),
    )
