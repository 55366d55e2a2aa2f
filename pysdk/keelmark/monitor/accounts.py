"""Detectors of accounts: near and below close-out, short without a call, overdue, leveraged."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Final

from keelmark.margin.account import must_call
from keelmark.margin.results import MarginResult
from keelmark.monitor.moment import Moment, cover_bps
from keelmark.monitor.rules import Rules
from keelmark.monitor.signals import Signal, money, percent
from keelmark.regulation import value
from keelmark.types import AccountFlag
from keelmark.units import BPS

__all__ = ["account_signals", "overdue_calls"]

CLOSE_OUT: Final = value("CLOSE_OUT_BPS")


def account_signals(moment: Moment, rules: Rules) -> Iterator[Signal]:
    """What is the matter with accounts at a moment.

    Levels are compared as products, never as rounded ratios: an account exactly at a level is
    not below it.
    """
    for account, result in moment.results.items():
        yield from _close_out(account, result, rules)
        yield from _uncalled(account, result, moment, rules)
        yield from _leverage(account, result, rules)


def _figures(result: MarginResult, **more: int) -> dict[str, int | str]:
    """What every alert on an account says."""
    shown: dict[str, int | str] = {
        "equity_wad": result.equity,
        "initial_margin_wad": result.initial_margin,
    }
    if result.initial_margin:
        shown["cover_bps"] = cover_bps(result)
    return {**shown, **more}


def _below(result: MarginResult, level_bps: int) -> bool:
    return result.equity * BPS < result.initial_margin * level_bps


def _words(account: int, result: MarginResult) -> str:
    if not result.initial_margin:
        return f"account {account}: equity {money(result.equity)}, and nothing left to close"
    return (
        f"account {account}: equity {money(result.equity)} is "
        f"{percent(cover_bps(result))} of its initial margin {money(result.initial_margin)}"
    )


def _close_out(account: int, result: MarginResult, rules: Rules) -> Iterator[Signal]:
    """The warning level, and the rulebook's half. Negative equity is below any part of the
    requirement, as the close-out contract has it, also where nothing is required any more."""
    near, below = rules.near_close_out, rules.below_close_out
    for name, level, width, severity, words in (
        (
            "near_close_out",
            near.warning_bps,
            near.hysteresis_bps,
            near.severity,
            f"below the warning level of {percent(near.warning_bps)}",
        ),
        (
            "below_close_out",
            CLOSE_OUT,
            below.hysteresis_bps,
            below.severity,
            f"below the close-out level of {percent(CLOSE_OUT)}",
        ),
    ):
        if _below(result, level + width):
            yield Signal(
                detector=name,
                subject=f"account {account}",
                sentence=f"{_words(account, result)}, {words}",
                severity=severity,
                figures=_figures(result, level_bps=level),
                rule="CLOSE_OUT_BPS",
                account=account,
                firing=_below(result, level),
            )


def _uncalled(account: int, result: MarginResult, moment: Moment, rules: Rules) -> Iterator[Signal]:
    """A margin call is due and nobody has issued it."""
    book, section = moment.book(account), rules.margin_shortfall
    if book.flags & AccountFlag.CALLED:
        return
    firing = must_call(result, book.cash)
    if firing or _below(result, BPS + section.hysteresis_bps):
        owed = f", and it owes {money(-book.cash)} in cash" if book.cash < 0 else ""
        yield Signal(
            detector="margin_shortfall",
            subject=f"account {account}",
            sentence=(
                f"account {account}: equity {money(result.equity)} against an initial margin of "
                f"{money(result.initial_margin)}{owed}, and no margin call stands"
            ),
            severity=section.severity,
            figures=_figures(result, shortfall_wad=-result.headroom, cash_wad=book.cash),
            rule="MARGIN_CALL_SECONDS",
            account=account,
            firing=firing,
        )


def _leverage(account: int, result: MarginResult, rules: Rules) -> Iterator[Signal]:
    """A retail client's gross notional against the cap; opening beyond it is refused, but prices
    may lead there."""
    section = rules.retail_leverage
    if result.retail and result.equity * BPS < result.retail * (BPS + section.hysteresis_bps):
        gross = sum(line.notional for line in result.positions)
        yield Signal(
            detector="retail_leverage",
            subject=f"account {account}",
            sentence=(
                f"account {account}: a retail client's gross notional of {money(gross)} asks "
                f"{money(result.retail)} at the leverage cap, and its equity is "
                f"{money(result.equity)}"
            ),
            severity=section.severity,
            figures=_figures(result, gross_notional_wad=gross, cap_margin_wad=result.retail),
            rule="RETAIL_MARGIN_CRYPTO_BPS",
            account=account,
            firing=result.equity < result.retail,
        )


def overdue_calls(moment: Moment, rules: Rules) -> Iterator[Signal]:
    """Margin calls that were not met by their deadline. Time alone leads there."""
    for account, book in sorted(moment.books.ledger.accounts.items()):
        late = moment.time - book.call_deadline
        if not book.flags & AccountFlag.CALLED or late <= 0:
            continue
        result = moment.results.get(account)
        if result is None or not must_call(result, book.cash):
            continue
        owed = f", and it owes {money(-book.cash)} in cash" if book.cash < 0 else ""
        yield Signal(
            detector="call_overdue",
            subject=f"account {account}",
            sentence=(
                f"account {account}: its margin call ended {late} s ago and is not met, equity "
                f"{money(result.equity)} against {money(result.initial_margin)}{owed}"
            ),
            severity=rules.call_overdue.severity,
            figures=_figures(
                result, shortfall_wad=-result.headroom, deadline_seconds=book.call_deadline
            ),
            rule="MARGIN_CALL_SECONDS",
            account=account,
        )
