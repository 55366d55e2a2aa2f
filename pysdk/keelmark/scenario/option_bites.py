"""Finds the rules of options at work in the events.

What an account's parts would ask alone is in no event: the market is rebuilt once more, and at
each trade of an account that is margined by scenarios its requirement is worked out again. It
counts only where it is the one that the house reported.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from keelmark.events import Event
from keelmark.ledger import Ledger
from keelmark.margin.results import Requirement
from keelmark.margin.scenarios import scenario_requirement
from keelmark.margin.words import unpack_execution
from keelmark.regulation import value
from keelmark.reports.report import Bite
from keelmark.reports.table import money_text
from keelmark.reports.tables import UNMET, trigger
from keelmark.scenario.finder import Finder
from keelmark.scenario.venue import Refusal
from keelmark.types import Engine, Execution, PriceLane, Valuation
from keelmark.units import BPS, WAD

__all__ = ["option_bites"]


@dataclass(frozen=True, slots=True)
class _Leg:
    """One leg of a trade by an account that is margined by scenarios."""

    event: Event
    paid: int
    """Cash that it cost, wad."""
    retail: bool
    positions: int
    """How many the account holds after it."""
    needed: Requirement


def option_bites(find: Finder, outdated: Sequence[Refusal]) -> list[Bite]:
    """What options are there to show, seen or not.

    Args:
        find: the events.
        outdated: refused trades for which the house says that something is stale.
    """
    legs = list(_legs(find))
    return [_premium(find, legs), _hedged(find, legs), _short(find), *_ends(find), _stale(outdated)]


def _legs(find: Finder) -> Iterator[_Leg]:
    """Every leg of such an account, with what is asked of it after."""
    deployment = find.audit.evidence.deployment
    ledger = Ledger(house_address=deployment.house.address)
    lanes: dict[int, PriceLane] = {}
    for event in find.events:
        account = event.args.get("account")
        before = ledger.accounts.get(account) if isinstance(account, int) else None
        cash = before.cash if before else 0
        ledger.apply(event)
        if event.name == "PriceUpdated":
            lanes[event.number("feed")] = PriceLane(
                event.number("price"), event.number("valid_until"), event.number("flags") & 1
            )
        if event.name != "TradeReported" or not before or before.engine != Engine.SCENARIOS:
            continue
        if unpack_execution(event.number("execution")).mode != Execution.TRADE:
            continue
        market = ledger.house.market_state(lanes, deployment.token_feed, event.timestamp)
        needed = scenario_requirement(before.state(), market, Valuation.OPENING)
        paid = cash - event.number("cash")
        yield _Leg(event, paid, before.retail, len(before.positions), needed)


def _premium(find: Finder, legs: Sequence[_Leg]) -> Bite:
    """A retail client's purchase: all of the premium leaves its cash, and no margin is asked."""
    found = [
        leg
        for leg in legs
        if leg.retail
        and find.is_option(leg.event)
        and leg.event.number("size") > 0
        and leg.paid == leg.event.number("size") * leg.event.number("price") // WAD
        and leg.event.number("position_quote") == 0
        and leg.event.number("initial_margin") == 0
    ]
    return find.bite(
        "A retail client pays an option's premium in full, and needs nothing more",
        "",
        [leg.event for leg in found],
        "; ".join(
            f"{find.who([leg.event])}: {money_text(leg.event.number('size'), 3)} of "
            f"{find.names.instrument(leg.event.number('instrument'))} for "
            f"{money_text(leg.paid)} in cash, initial margin 0.00"
            for leg in found
        )
        + ".",
    )


def _hedged(find: Finder, legs: Sequence[_Leg]) -> Bite:
    """The account that offsets save the most: its margin beside the sum of its parts."""
    found = [
        leg
        for leg in legs
        if not leg.retail
        and leg.positions > 1
        and leg.needed.initial_margin == leg.event.number("initial_margin")
        and leg.needed.initial_margin == leg.needed.net < leg.needed.gross
    ]
    best = max(found, key=lambda leg: leg.needed.gross - leg.needed.initial_margin, default=None)
    words, events = "", []
    if best is not None:
        needed, events = best.needed, [best.event]
        parts = "; ".join(
            f"{find.names.instrument(line.instrument)}, {money_text(abs(line.size), 3)} "
            f"{'bought' if line.size > 0 else 'sold'}: {money_text(line.gross)}"
            for line in needed.lines
        )
        rest = (BPS - value("PORTFOLIO_OFFSET_CAP_BPS")) // 100
        words = (
            f"{find.who(events)}, its parts alone: {parts}; {money_text(needed.gross)} in all. "
            f"Its worst scenario loses {money_text(needed.worst)}; initial margin is that and "
            f"{rest} % of the difference, {money_text(needed.initial_margin)}."
        )
    return find.bite(
        "Portfolio margin asks less of a hedged account than the sum of its parts",
        "PORTFOLIO_OFFSET_CAP_BPS",
        events,
        words,
    )


def _short(find: Finder) -> Bite:
    """An account short of options: first called, then its options taken over."""
    short: set[tuple[int, int]] = set()
    called: dict[int, list[Event]] = {}
    taken: list[Event] = []
    for event in find.events:
        if event.name == "TradeReported" and find.is_option(event):
            key = event.number("account"), event.number("instrument")
            (short.add if event.number("position_size") < 0 else short.discard)(key)
        elif event.name == "MarginCalled":
            account = event.number("account")
            if any(account == owner for owner, _ in short):
                called.setdefault(account, []).append(event)
        elif event.name == "PositionLiquidated" and event.number("account") in called:
            taken += [event] if find.is_option(event) else []
    accounts = dict.fromkeys(event.number("account") for event in taken)
    lines = []
    for account in accounts:
        mine = [event for event in taken if event.number("account") == account]
        late = sum(trigger(event) == UNMET for event in mine)
        lines.append(
            f"{find.who(mine)}: called {len(called[account])} times; {late} take-overs "
            f"past a deadline, {len(mine) - late} below half of its margin, "
            f"{money_text(sum(event.number('size') for event in mine), 3)} BTC of options in all"
        )
    calls = [called[account][0] for account in accounts]
    return find.bite(
        "An account short of options is called, and its options are taken over",
        "CLOSE_OUT_BPS",
        [*calls, *taken],
        "; ".join(lines) + ".",
    )


def _ends(find: Finder) -> list[Bite]:
    """Exercise of what is in the money, at the future's own settlement price, and the sweep."""
    futures = {
        (event.number("feed"), event.number("expiry")): event.number("price")
        for event in find.named("InstrumentSettled")
    }
    ended = find.named("OptionExercised")
    exercised = [
        event
        for event in ended
        if event.number("payoff") > 0
        and futures.get((event.number("feed"), event.number("expiry"))) == event.number("price")
    ]
    settled = [event for event in find.named("PositionSettled") if find.is_option(event)]
    blocks: dict[int, list[Event]] = {}
    for event in settled:
        blocks.setdefault(event.block_number, []).append(event)
    swept = [event for some in blocks.values() if len(some) > 1 for event in some]
    return [
        find.bite(
            "An option in the money is exercised at its expiry, at the settlement price",
            "SETTLEMENT_MIN_OBSERVATIONS",
            exercised,
            "; ".join(
                f"{find.names.instrument(event.number('instrument'))} at "
                f"{money_text(event.number('price'))}, by the same observations as the future: "
                f"a unit pays {money_text(event.number('payoff'))}"
                for event in exercised
            )
            + f"; {len(ended) - len(exercised)} ended without paying.",
        ),
        find.bite(
            "What expired is swept out of all accounts, in transactions of bounded gas",
            "",
            swept,
            f"{len(swept)} positions in {len({event.block_number for event in swept})} "
            f"transactions, {money_text(_paid(swept))} paid to the holders of long options.",
        ),
    ]


def _paid(settled: Sequence[Event]) -> int:
    """What flowed to those who were paid, wad."""
    return sum(max(0, event.number("cash_flow")) for event in settled)


def _stale(outdated: Sequence[Refusal]) -> Bite:
    """Opening stops while an array is of an earlier price."""
    places = tuple(f"block {refusal.block_number}, refused" for refusal in outdated)
    words = "; ".join(f"{refusal.who}: {refusal.reason}" for refusal in outdated)
    return Bite(
        "A risk array of an earlier price stops opening until anyone refreshes it",
        "",
        places,
        f"{words}." if outdated else "",
    )
