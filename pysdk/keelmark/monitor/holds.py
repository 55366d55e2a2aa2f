"""Detectors of acts: by whom may not act, and by whom has not the margin to.

The gate refuses such acts, so an alert says that a contract did what it should not, or that a
party is on the list and nobody has had it screened yet. What happens to a held party (a take-over,
a sale of its collateral, a settlement) is no act of its own and no alert.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Final

from keelmark.events import Event
from keelmark.ledger.parties import TOMBSTONE
from keelmark.margin.words import unpack_execution, unpack_party
from keelmark.monitor.books import Books
from keelmark.monitor.rules import Rules
from keelmark.monitor.signals import Signal, money
from keelmark.types import Action, Execution, PartyFlag

__all__ = ["held_signals"]

OPENS: Final = (Action.OPEN, Action.INCREASE)

_ACTS: Final = {
    "CollateralDeposited": ("account", "paid in"),
    "CollateralWithdrawn": ("account", "took out"),
    "EngineChosen": ("account", "chose a margin engine"),
    "AccountOpened": ("member", "opened a client's account"),
    "CollateralSold": ("buyer", "bought collateral"),
    "ShareContributed": ("member", "paid into the default fund"),
    "ShareWithdrawn": ("member", "took out of the default fund"),
    "ShareClaimed": ("member", "claimed from the default fund"),
}
"""Event to whose act it is, and which."""


@dataclass(frozen=True, slots=True)
class Act:
    """What a party did by itself."""

    account: int
    words: str
    adds_risk: bool
    """It opens, increases or takes over: what a party that may only close may not do."""
    instrument: int | None = None


def act_of(event: Event) -> Act | None:
    """Whose act an event shows; None where it shows nobody's."""
    if event.name == "TradeReported":
        execution = unpack_execution(event.number("execution"))
        if execution.mode != Execution.TRADE:
            return None
        opens = execution.action in OPENS
        words = "opened or increased" if opens else "reduced or closed"
        return Act(
            event.number("account"),
            f"{words} a position by {money(abs(event.number('size')))}",
            opens,
            event.number("instrument"),
        )
    if event.name == "PositionLiquidated":
        # In a compulsory close the other side is closed as well, whether it wants or not.
        if event.number("mode") == Execution.COMPULSORY:
            return None
        number = event.number("instrument")
        return Act(event.number("taker"), "took over a position", True, number)
    if event.name == "BackstopCommitted":
        # The zero address: struck out by the close-out contract.
        if not int(event.text("wallet"), 16):
            return None
        return Act(event.number("member"), "promised to take over", True)
    known = _ACTS.get(event.name)
    if known is None:
        return None
    field, words = known
    return Act(event.number(field), words, False)


def barred_by(books: Books, account: int) -> list[str]:
    """Why an account may not act at all, in words; empty if it may."""
    wallet = books.parties.wallets.get(account)
    if wallet is None:
        return []
    found: list[str] = []
    word = books.parties.words.get(wallet, TOMBSTONE)
    flags = unpack_party(word).flags
    if flags & PartyFlag.FROZEN:
        holders = sorted(books.parties.holds.get((account, PartyFlag.FROZEN), {}))
        found.append(f"frozen by authority {', '.join(map(str, holders)) or 'nobody'}")
    if flags & PartyFlag.SANCTIONED:
        found.append("flagged as sanctioned")
    named: str | None = wallet
    while named is not None:
        if named in books.sanctions.references:
            found.append(f"on the sanctions list as {named}")
        named = books.parties.predecessors.get(named)
    return found


def may_only_close(books: Books, account: int) -> list[str]:
    """Why an account may add no risk, in words; empty if it may."""
    word = books.parties.words.get(books.parties.wallets.get(account, ""), 0)
    flags = unpack_party(word).flags
    found: list[str] = []
    if flags & PartyFlag.CLOSE_ONLY:
        holders = sorted(books.parties.holds.get((account, PartyFlag.CLOSE_ONLY), {}))
        found.append(f"restricted to closing by authority {', '.join(map(str, holders))}")
    if flags & PartyFlag.REVOKED:
        found.append("revoked")
    return found


def held_signals(event: Event, books: Books, rules: Rules) -> Iterator[Signal]:
    """What an event says of a party that may not act.

    Args:
        event: the next one.
        books: before it.
        rules: severities.
    """
    if event.name == "ActDenied":
        yield from _denied(event, books, rules)
        return
    act = act_of(event)
    if act is None:
        return
    yield from _uncovered(event, rules)
    reasons = barred_by(books, act.account)
    if act.adds_risk:
        reasons += may_only_close(books, act.account)
    if reasons:
        yield Signal(
            detector="held_party_moved",
            subject=f"account {act.account}",
            sentence=f"account {act.account} is {' and '.join(reasons)}, and {act.words}",
            severity=rules.held_party_moved.severity,
            figures={"event": event.name},
            account=act.account,
            instrument=act.instrument,
            once=True,
        )


def _denied(event: Event, books: Books, rules: Rules) -> Iterator[Signal]:
    """A held party tried, and was refused."""
    account = event.number("account")
    reasons = barred_by(books, account) + may_only_close(books, account)
    if reasons:
        yield Signal(
            detector="held_party_tried",
            subject=f"account {account}",
            sentence=f"account {account} is {' and '.join(reasons)}, and was refused an act",
            severity=rules.held_party_tried.severity,
            figures={
                "action": event.number("action"),
                "reason": event.number("reason"),
                "wallet": event.text("wallet"),
            },
            account=account,
            once=True,
        )


def _uncovered(event: Event, rules: Rules) -> Iterator[Signal]:
    """A trade that opened although the account does not have its initial margin after it."""
    if event.name != "TradeReported":
        return
    execution = unpack_execution(event.number("execution"))
    equity, margin = event.number("equity"), event.number("initial_margin")
    if execution.action in OPENS and equity < margin:
        account = event.number("account")
        yield Signal(
            detector="opened_below_margin",
            subject=f"account {account}",
            sentence=(
                f"account {account} opened or increased with equity {money(equity)} below its "
                f"initial margin {money(margin)}"
            ),
            severity=rules.opened_below_margin.severity,
            figures={"equity_wad": equity, "initial_margin_wad": margin},
            rule="IM_CRYPTO_BPS",
            account=account,
            instrument=event.number("instrument"),
            once=True,
        )
