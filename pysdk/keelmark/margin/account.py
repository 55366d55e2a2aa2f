"""The margin check: requirement and equity of one account under one valuation.

The three valuations differ in what they leave out. OPENING refuses stale prices and weak
tokens; WITHDRAWAL does too, and leaves unrealised profit and net option value out, so that a thin
market pumped for a minute pays nobody; CLOSE_OUT takes the last valid prices, and for retail
measures the requirement at the prices of entry as well as now (ESMA Decision (EU) 2018/796: half
of the total initial margin, measured on the account).

Two engines give the requirement: the schedule (`schedule`) and scenarios (`scenarios`), which
alone margin options. A settled instrument has no risk left: its positions count at the settlement
price and need no margin. What a retail client paid for options backs nothing that it opens.
"""

from __future__ import annotations

from keelmark.errors import InputError
from keelmark.margin.collateral import cash_part, collateral_margin
from keelmark.margin.funding import cumulative_funding
from keelmark.margin.marks import is_open_option, mark_price, position_value
from keelmark.margin.results import MarginResult, PositionMargin, Requirement
from keelmark.margin.scenarios import scenario_requirement
from keelmark.margin.schedule import (
    directional_rate,
    directional_requirement,
    gross_requirement,
    net_requirement,
    notional,
    replacement_costs,
    retail_requirement,
    schedule_rate,
)
from keelmark.regulation import value
from keelmark.types import (
    AccountState,
    Engine,
    MarketState,
    Position,
    Valuation,
)
from keelmark.units import BPS


def position_margin(position: Position, market: MarketState) -> PositionMargin:
    """One position's line of the check by the schedule.

    Raises:
        InputError: the instrument is an option, whose margin is not linear.
    """
    instrument = market.instruments[position.instrument]
    if is_open_option(instrument):
        raise InputError(
            f"position {position.instrument}: kind must be a perpetual or a dated future"
        )
    mark = mark_price(instrument, market)
    funding = cumulative_funding(instrument, market.now)
    notional_wad = 0 if instrument.settled else notional(position.size, mark)
    rate = schedule_rate(instrument, market.now)
    return PositionMargin(
        instrument=position.instrument,
        size=position.size,
        mark=mark,
        funding=funding,
        notional=notional_wad,
        value=position_value(position.size, position.quote, mark, funding),
        rate_bps=rate,
        gross=gross_requirement(notional_wad, rate, instrument.multiplier_bps),
    )


def directional_floor(lines: tuple[PositionMargin, ...], market: MarketState) -> int:
    """The sum over underliers of the floor on the account's net size, wad."""
    sizes: dict[int, int] = {}
    rates: dict[int, int] = {}
    for line in lines:
        instrument = market.instruments[line.instrument]
        if instrument.settled:
            continue
        feed = instrument.feed
        rate = directional_rate(line.rate_bps, instrument.scan_bps, instrument.multiplier_bps)
        sizes[feed] = sizes.get(feed, 0) + line.size
        rates[feed] = max(rates.get(feed, 0), rate)
    return sum(
        directional_requirement(size, market.lanes[feed].price, rates[feed])
        for feed, size in sizes.items()
    )


def schedule_requirement(
    account: AccountState, market: MarketState, valuation: Valuation
) -> Requirement:
    """Initial margin of an account of the schedule.

    Args:
        account: its positions and, for retail, its entry notionals.
        market: prices, instrument words, the time.
        valuation: the purpose; close-out asks retail at entry prices too.

    Raises:
        InputError: a position is in an option.
        KeyError: an instrument or feed is not in the market.
    """
    lines = tuple(position_margin(held, market) for held in account.positions if held.size)
    gross = sum(line.gross for line in lines)
    replacement_gross, replacement_net = replacement_costs(line.value for line in lines)
    retail = sum(retail_requirement(line.notional) for line in lines) if account.retail else 0
    retail_entry = 0
    if account.retail and valuation is Valuation.CLOSE_OUT:
        retail_entry = sum(
            retail_requirement(account.entry_notional.get(line.instrument, 0))
            for line in lines
            if not market.instruments[line.instrument].settled
        )
    return Requirement(
        lines=lines,
        gross=gross,
        net=net_requirement(gross, replacement_gross, replacement_net),
        replacement_gross=replacement_gross,
        replacement_net=replacement_net,
        directional=directional_floor(lines, market),
        retail=retail,
        retail_entry=retail_entry,
    )


def _position_part(
    account: AccountState,
    lines: tuple[PositionMargin, ...],
    market: MarketState,
    valuation: Valuation,
) -> int:
    """What the positions add to equity under a valuation, wad."""
    if valuation is Valuation.WITHDRAWAL:
        return sum(min(line.value, 0) for line in lines)
    if valuation is Valuation.OPENING and account.retail:
        # Retail money is cash and e-money tokens only: a premium backs nothing.
        return sum(
            min(line.value, 0)
            if is_open_option(market.instruments[line.instrument])
            else line.value
            for line in lines
        )
    return sum(line.value for line in lines)


def check_account(account: AccountState, market: MarketState, valuation: Valuation) -> MarginResult:
    """Requirement and equity of an account, by the engine that it chose.

    Args:
        account: cash, positions, collateral, engine.
        market: prices, instrument words, the time; for options arrays and forwards.
        valuation: the purpose of the check.

    Raises:
        InputError: a position is in an option and the engine is the schedule.
        KeyError: an instrument, asset or feed is not in the market.
    """
    by_scenarios = account.engine == Engine.SCENARIOS
    engine = scenario_requirement if by_scenarios else schedule_requirement
    needed = engine(account, market, valuation)
    collateral = tuple(
        collateral_margin(asset, balance, market, valuation, retail=account.retail)
        for asset, balance in sorted(account.collateral.items())
        if balance
    )
    cash = cash_part(account.cash, market.lanes[market.settlement_feed], valuation, market.now)
    counted = sum(line.counted for line in collateral)
    positions = _position_part(account, needed.lines, market, valuation)
    return MarginResult(
        valuation=valuation,
        positions=needed.lines,
        collateral=collateral,
        gross=needed.gross,
        replacement_gross=needed.replacement_gross,
        replacement_net=needed.replacement_net,
        net=needed.net,
        directional=needed.directional,
        retail=needed.retail,
        retail_entry=needed.retail_entry,
        initial_margin=needed.initial_margin,
        cash_part=cash,
        collateral_part=counted,
        position_part=positions,
        equity=cash + counted + positions,
        worst=needed.worst,
        short_minimum=needed.short_minimum,
    )


def withdrawable(account: AccountState, market: MarketState) -> int:
    """Cash that an account may take out, wad, at least 0.

    An account without positions may take out its whole positive cash; one with positions
    only what its requirement leaves, unrealised profit left out.
    """
    if not any(held.size for held in account.positions):
        return max(0, account.cash)
    result = check_account(account, market, Valuation.WITHDRAWAL)
    return max(0, min(account.cash, result.headroom))


def close_out_level(initial_margin: int) -> int:
    """Equity below which an account is closed out at once, wad, rounded up."""
    return -(-initial_margin * value("CLOSE_OUT_BPS") // BPS)


def must_close_out(result: MarginResult) -> bool:
    """Whether equity is below half of the account's total initial margin."""
    return result.equity * BPS < result.initial_margin * value("CLOSE_OUT_BPS")


def must_call(result: MarginResult, cash: int) -> bool:
    """Whether a margin call may be issued: equity is below the requirement, or cash is owed."""
    return result.equity < result.initial_margin or cash < 0


def reduction_allowed(before: MarginResult, after: MarginResult) -> bool:
    """Whether a reduction passes the margin check (both results for close-out).

    It passes if the account meets its requirement afterwards, or its shortfall did not
    grow by more than two wei of rounding, or nothing is left open.
    """
    if not after.positions or after.equity >= after.initial_margin:
        return True
    return -after.headroom <= -before.headroom + 2
