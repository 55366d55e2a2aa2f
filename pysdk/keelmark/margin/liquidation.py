"""Liquidation: what may be taken over, and what it costs the account.

A liquidator takes a position, or part of it, at the mark. Three bounds hold at once: the
trade reduces; the shortfall (requirement less equity) strictly falls; and the account is
not stripped beyond need, that is, one lot less would not have sufficed. The penalty is a
constant of the rulebook, capped so that it can never undo the help: with equity E0 and
requirement IM0 before and IM1 after, the shortfall's share of the requirement falls exactly
if the penalty is below E0 (IM0 - IM1) / IM0. An account without equity pays none.

Several positions may be taken at once, since no single step need help a hedged book: the
bounds then hold of the whole, and the lot that would not have sufficed is the last position's.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace

from keelmark.margin.account import check_account
from keelmark.margin.marks import mark_price, measure_price
from keelmark.margin.results import MarginResult
from keelmark.margin.trade import fill
from keelmark.regulation import value
from keelmark.types import AccountState, MarketState, Position, Valuation
from keelmark.units import BPS, WAD, div_ceil, div_floor


def penalty_cap(equity_before: int, margin_before: int, margin_after: int) -> int:
    """The largest penalty after which the shortfall's share of the requirement falls.

    Args:
        equity_before: E0, wad.
        margin_before: IM0, wad.
        margin_after: IM1, before the penalty, wad.
    """
    if equity_before <= 0 or margin_before <= 0:
        return 0
    bound = div_ceil(equity_before * (margin_before - margin_after), margin_before)
    return max(0, bound - 1)


def penalty(notional: int, equity_before: int, margin_before: int, margin_after: int) -> int:
    """What a liquidated account pays its liquidator, wad.

    Args:
        notional: of what is taken over, at the mark or an option's forward, wad.
        equity_before: E0, wad.
        margin_before: IM0, wad.
        margin_after: IM1, before the penalty, wad.
    """
    rule = div_floor(notional * value("LIQUIDATION_PENALTY_BPS"), BPS)
    return min(rule, penalty_cap(equity_before, margin_before, margin_after))


def trade_account(
    account: AccountState, market: MarketState, instrument: int, delta: int, price: int
) -> AccountState:
    """The account after a trade of `delta` (signed, wad) at `price`."""
    held = account.position(instrument)
    terms = market.instruments[instrument]
    effect = fill(
        terms,
        held,
        delta,
        price,
        now=market.now,
        forward=measure_price(terms, market),
        entry_notional=account.entry_notional.get(instrument, 0),
    )
    others = tuple(kept for kept in account.positions if kept.instrument != instrument)
    kept = (Position(instrument, effect.size, effect.quote),) if effect.size else ()
    entries = {key: amount for key, amount in account.entry_notional.items() if key != instrument}
    if account.retail and effect.size:
        entries[instrument] = effect.entry_notional
    return replace(
        account,
        cash=account.cash + effect.cash_change,
        positions=others + kept,
        entry_notional=entries,
    )


def after_take_over(
    account: AccountState, market: MarketState, instrument: int, size: int
) -> tuple[AccountState, MarginResult]:
    """The account, and its close-out check, once `size` (wad, unsigned) has been taken."""
    held = account.position(instrument)
    delta = -size if held.size > 0 else size
    mark = mark_price(market.instruments[instrument], market)
    after = trade_account(account, market, instrument, delta, mark)
    return after, check_account(after, market, Valuation.CLOSE_OUT)


def take_over_penalty(size: int, measure: int, before: MarginResult, after: MarginResult) -> int:
    """The penalty of a take-over, by the two checks.

    Args:
        size: wad, unsigned.
        measure: price by which its notional is measured: the mark, or an option's forward; wad.
        before: the account's close-out check before.
        after: and after, the penalty not yet paid.
    """
    return penalty(
        div_floor(size * measure, WAD), before.equity, before.initial_margin, after.initial_margin
    )


def take_over_allowed(
    account: AccountState, market: MarketState, instrument: int, size: int
) -> bool:
    """Whether a liquidator may take `size` (wad, unsigned) of a position.

    The trigger (close-out, or a call past its deadline) is the caller's to check.
    """
    held = account.position(instrument)
    lot = market.instruments[instrument].lot
    before = check_account(account, market, Valuation.CLOSE_OUT)
    if size <= 0 or size % lot or size > abs(held.size) or before.headroom >= 0:
        return False
    _, after = after_take_over(account, market, instrument, size)
    measure = measure_price(market.instruments[instrument], market)
    headroom = after.headroom - take_over_penalty(size, measure, before, after)
    if headroom <= before.headroom:
        return False
    if headroom <= 0 or size == lot:
        return True
    _, one_less = after_take_over(account, market, instrument, size - lot)
    # A smaller take-over would have cost a smaller penalty.
    return one_less.headroom - take_over_penalty(size - lot, measure, before, one_less) < 0


@dataclass(frozen=True, slots=True)
class BatchTakeOver:
    """What taking over several positions at once makes of an account."""

    account: AccountState
    """After all positions changed hands at mark, the penalty paid."""
    penalty: int
    """Wad, on the total notional, capped by the requirement before and after the whole."""
    headroom_before: int
    """Equity less requirement before, wad."""
    headroom: int
    """The same after, the penalty taken off, wad."""
    one_less: int | None
    """The same had one lot of the last position stayed, wad; None if nothing would be taken."""

    @property
    def shortfall_falls(self) -> bool:
        """Whether it helps the account."""
        return self.headroom > self.headroom_before

    @property
    def overshoots(self) -> bool:
        """Whether it goes beyond the requirement though one lot less would have met it."""
        return self.headroom > 0 and self.one_less is not None and self.one_less >= 0


def batch_take_over(
    account: AccountState, market: MarketState, takes: Sequence[tuple[int, int]]
) -> BatchTakeOver:
    """The outcome of taking over several positions, in their order, with one penalty.

    Args:
        account: below its requirement; the trigger is the caller's to check.
        market: prices and instruments.
        takes: instrument and size (wad, unsigned, at most what is held); at least one.
    """
    before = check_account(account, market, Valuation.CLOSE_OUT)
    taken, notional, mark, measure, delta = account, 0, 0, 0, 0
    for instrument, size in takes:
        delta = -size if taken.position(instrument).size > 0 else size
        mark = mark_price(market.instruments[instrument], market)
        measure = measure_price(market.instruments[instrument], market)
        taken = trade_account(taken, market, instrument, delta, mark)
        notional += div_floor(size * measure, WAD)
    after = check_account(taken, market, Valuation.CLOSE_OUT)
    fine = penalty(notional, before.equity, before.initial_margin, after.initial_margin)
    paid = replace(taken, cash=taken.cash - fine)
    last, size = takes[-1]
    lot = market.instruments[last].lot
    one_less = None
    if len(takes) > 1 or size > lot:
        back = trade_account(paid, market, last, lot if delta < 0 else -lot, mark)
        short = check_account(back, market, Valuation.CLOSE_OUT)
        less = notional - div_floor(lot * measure, WAD)
        saved = penalty(less, before.equity, before.initial_margin, short.initial_margin)
        one_less = short.headroom + fine - saved
    return BatchTakeOver(paid, fine, before.headroom, after.headroom - fine, one_less)


def max_take_over(account: AccountState, market: MarketState, instrument: int) -> int:
    """The least size (wad) whose take-over meets the requirement, the penalty left out.

    A larger one overshoots, unless the penalty uses up what it frees. Searched by halving,
    which presumes that the shortfall falls with the size; where a position hedges others it
    does not, and `take_over_allowed` has the last word. 0 if nothing need be taken.
    """
    lot = market.instruments[instrument].lot
    if check_account(account, market, Valuation.CLOSE_OUT).headroom >= 0:
        return 0
    low, high = 1, abs(account.position(instrument).size) // lot
    while low < high:
        middle = (low + high) // 2
        _, result = after_take_over(account, market, instrument, middle * lot)
        if result.headroom >= 0:
            high = middle
        else:
            low = middle + 1
    return min(low, high) * lot
