"""Finds each rule at work back in the events, and asks the contracts about each refusal.

What is looked for is fixed; whether it happened is not. A replay of other prices may show less,
and the report then says so.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass

from keelmark.chain.operations import Operation
from keelmark.deploy import Deployment
from keelmark.errors import Reverted
from keelmark.events import Event
from keelmark.ledger.audit import Audit
from keelmark.margin.marks import JUMPED, STALE
from keelmark.margin.words import unpack_party
from keelmark.regulation import value
from keelmark.reports.report import Bite
from keelmark.reports.table import Column, Kind, Table, money_text
from keelmark.reports.tables import AT_HALF, UNMET, Names, trigger
from keelmark.scenario.finder import Finder, gate_words
from keelmark.scenario.option_bites import option_bites
from keelmark.scenario.power_bites import power_bites
from keelmark.scenario.replay import Replay
from keelmark.scenario.venue import BTC, LOT, Refusal
from keelmark.types import Action, ClientCategory, GateReason, Valuation
from keelmark.units import WAD

__all__ = ["Answer", "ask", "bites", "refusal_table"]

CRYPTO = 7


@dataclass(frozen=True, slots=True)
class Answer:
    """What the contracts say of a refused transaction, asked at its own block."""

    gate: int
    """The party registry's reason for what was tried; 0 allowed."""
    equity: int
    """As if the trade had happened at mark, opening valuation, wad."""
    requirement: int
    jumped: bool
    """Whether the price carried the mark of a large move."""
    stale: bool = False
    """Whether a price or an option's risk array was out of date."""
    refused: str = ""
    """Why the house would not even work it out; empty if it did."""

    @property
    def words(self) -> str:
        """The answer in one phrase."""
        if self.gate:
            return f"party registry: {gate_words(self.gate)}"
        if self.refused:
            return self.refused
        if self.jumped:
            return "price board: the last move was above 20 %"
        if self.stale:
            return "house: the risk array is of an earlier price"
        return (
            f"house: equity {money_text(self.equity)} would stand against "
            f"initial margin {money_text(self.requirement)}"
        )


def ask(deployment: Deployment, refusals: Sequence[Refusal]) -> Operation[list[Answer]]:
    """The operation that asks the contracts about refused trades, each at its block."""
    found: list[Answer] = []
    for refusal in refusals:
        block, account = refusal.block_number, refusal.account
        gate, _ = yield from deployment.parties.gate(
            refusal.wallet, account, refusal.action, CRYPTO, block=block
        )
        try:
            after = yield from deployment.house.margin_after(
                account, refusal.instrument, refusal.size, Valuation.OPENING, block=block
            )
        except Reverted as refused:
            found.append(Answer(gate, 0, 0, False, refused=refused.reason))
            continue
        jumped, stale = bool(after.flags & JUMPED), bool(after.flags & STALE)
        found.append(Answer(gate, after.equity, after.requirement, jumped, stale))
    return found


def refusal_table(replay: Replay, answers: Sequence[Answer], names: Names) -> Table:
    """Every refused trade and take-over with what the contracts say of it."""
    columns = (
        Column("block_number", "block", Kind.COUNT),
        Column("time", "time (UTC)", Kind.TIME),
        Column("party", "account"),
        Column("tried", "tried to"),
        Column("instrument_name", "instrument"),
        Column("size_wad", "size", Kind.SIZE),
        Column("price_wad", "price", Kind.MONEY),
        Column("reason", "refused with"),
        Column("answer", "the contracts, asked at that block"),
    )
    rows = tuple(
        (
            refusal.block_number,
            refusal.time,
            refusal.who,
            refusal.what,
            names.instrument(refusal.instrument),
            refusal.size,
            refusal.price,
            refusal.reason,
            answer.words,
        )
        for refusal, answer in zip(replay.refusals, answers, strict=True)
    )
    return Table("refusals", columns, rows)


def bites(
    audit: Audit, replay: Replay, answers: Sequence[Answer], names: Names
) -> tuple[Bite, ...]:
    """Every rule that the replay is there to show, seen or not."""
    find = Finder(audit.events, names, audit)
    outdated = [
        refusal
        for refusal, answer in zip(replay.refusals, answers, strict=True)
        if answer.stale and "stale" in refusal.reason
    ]
    early = [
        refusal
        for refusal, answer in zip(replay.refusals, answers, strict=True)
        if refusal.action == Action.LIQUIDATE and answer.gate == GateReason.HALTED
    ]
    return (
        *_refusals(find, replay, answers),
        *_calls(find),
        *_losses(find),
        *_markets(find),
        *option_bites(find, outdated),
        *power_bites(find, early),
    )


def _refused(title: str, rule: str, found: Sequence[tuple[Refusal, Answer]], words: str) -> Bite:
    """A bite that rests on refused transactions."""
    places = tuple(f"block {refusal.block_number}, refused" for refusal, _ in found)
    return Bite(title, rule, places, words if found else "")


def _refusals(find: Finder, replay: Replay, answers: Sequence[Answer]) -> list[Bite]:
    """What never became a trade."""
    pairs = list(zip(replay.refusals, answers, strict=True))
    parties = {
        event.number("account"): unpack_party(event.number("word")).category
        for event in find.named("PartyOnboarded")
    }
    banned = [
        (refusal, answer) for refusal, answer in pairs if answer.gate == GateReason.RETAIL_BANNED
    ]
    capped = [
        (refusal, answer)
        for refusal, answer in pairs
        if parties.get(refusal.account) == ClientCategory.RETAIL
        and answer.gate == GateReason.ALLOWED
        and answer.equity < answer.requirement
    ]
    taken = [
        event
        for event in find.named("TradeReported")
        for refusal, _ in capped
        if event.number("account") == refusal.account and event.number("size") == refusal.size - LOT
    ]
    jumped = [(refusal, answer) for refusal, answer in pairs if answer.jumped and not answer.gate]
    return [
        _refused(
            "A United Kingdom retail client may not open a crypto derivative",
            "RETAIL_UK_CRYPTO_BAN",
            banned,
            "gate reason 6, retail banned: "
            + ", ".join(refusal.who for refusal, _ in banned)
            + "; its account has no trade in the events.",
        ),
        _refused(
            "A European Union retail client above leverage 2:1 is refused",
            "RETAIL_EU_CRYPTO_LEVERAGE",
            capped,
            "; ".join(
                f"{refusal.who}: {money_text(refusal.size, 3)} BTC refused, {answer.words[7:]}"
                for refusal, answer in capped
            )
            + ".",
        ),
        find.bite(
            "One lot less, within 2:1, is accepted",
            "RETAIL_MARGIN_CRYPTO_BPS",
            taken,
            "; ".join(
                f"{find.names.account(event.number('account'))}: "
                f"{money_text(event.number('size'), 3)} BTC on equity "
                f"{money_text(event.number('equity'))}"
                for event in taken
            )
            + ".",
        ),
        _refused(
            "A move above 20 % stops opening, and nothing else",
            "PRICE_JUMP_BPS",
            jumped,
            "; ".join(f"{refusal.who}: {refusal.reason}" for refusal, _ in jumped)
            + "; take-overs at the same price went through.",
        ),
    ]


def _calls(find: Finder) -> list[Bite]:
    """Margin calls and what followed them."""
    met: list[Event] = []
    called: dict[int, bool] = {}
    for event in find.named("MarginCalled", "MarginCallEnded", "CollateralDeposited"):
        account = event.number("account")
        if event.name == "MarginCalled":
            called[account] = False
        elif event.name == "CollateralDeposited" and account in called:
            called[account] = True
        elif event.name == "MarginCallEnded" and called.pop(account, False):
            met.append(event)
    taken = find.named("PositionLiquidated")
    options = [event for event in taken if find.is_option(event)]
    unmet = [event for event in taken if trigger(event) == UNMET]
    half = [event for event in taken if trigger(event) == AT_HALF]
    retail = [event for event in half if find.retail(event)]
    issued = find.named("MarginCalled")
    notional = sum(
        event.number("size") * event.number("mark") // WAD
        for event in taken
        if event not in options
    )
    return [
        find.bite(
            "A margin call, met by paying in",
            "MARGIN_CALL_SECONDS",
            met,
            f"{len(issued)} calls in all; paid in and ended: {find.who(met)}.",
        ),
        find.bite(
            "A margin call, not met within the hour: liquidation up to the requirement",
            "MARGIN_CALL_SECONDS",
            unmet,
            f"{len(unmet)} take-overs past a deadline: {find.who(unmet)}.",
        ),
        find.bite(
            "Close-out below half of initial margin, measured on the account",
            "CLOSE_OUT_BPS",
            half,
            f"{len(half)} take-overs without waiting for a deadline: {find.who(half)}.",
        ),
        find.bite(
            "Close-out protects a retail client the same way, its only trigger",
            "CLOSE_OUT_BPS",
            retail,
            f"{find.who(retail)}.",
        ),
        find.bite(
            "A liquidator takes positions over at mark, for a capped penalty",
            "LIQUIDATION_PENALTY_BPS",
            taken,
            f"{len(taken) - len(options)} take-overs of {money_text(notional, 0)} notional in "
            f"perpetuals and futures, {len(options)} of options, by "
            + ", ".join(dict.fromkeys(find.names.account(e.number("taker")) for e in taken))
            + ".",
        ),
    ]


def _losses(find: Finder) -> list[Bite]:
    """Losses, debts, and the end of a retail client's."""
    allocated = [event for event in find.named("LossAllocated") if not find.retail(event)]
    layers = ("from_member_cash", "from_member_share", "from_house", "from_others")
    largest = max(allocated, key=lambda event: event.number("deficit"), default=None)
    order = ""
    if largest is not None:
        parts = (
            f"{name.removeprefix('from_').replace('_', ' ')} {money_text(largest.number(name))}"
            for name in layers
        )
        order = (
            f"{find.who([largest])} left a deficit of {money_text(largest.number('deficit'))}: "
            f"{', '.join(parts)}."
        )
    debts = find.named("DebtRecorded")
    forgiven = find.named("DeficitExtinguished")
    sold = find.named("CollateralSold")
    return [
        find.bite(
            "A professional's loss, absorbed in the written order",
            "LOSS_ORDER_MARGIN",
            allocated,
            order,
        ),
        find.bite(
            "What the layers bore becomes the professional's debt",
            "",
            debts,
            f"{len(debts)} debts, {money_text(sum(e.number('amount') for e in debts))} in all: "
            f"{find.who(debts)}; they bar opening and withdrawal.",
        ),
        find.bite(
            "Collateral is sold against cash owed, at the board's price less a bounded discount",
            "COLLATERAL_SALE_DISCOUNT_BPS",
            sold,
            f"{find.who(sold)}.",
        ),
        find.bite(
            "Negative balance protection: a retail client's deficit is extinguished",
            "RETAIL_NEGATIVE_BALANCE_GUARD",
            forgiven,
            "; ".join(
                f"{find.who([event])}: {money_text(event.number('amount'))} borne by the layers, "
                "its balance is zero and it owes nothing"
                for event in forgiven
            )
            + ".",
        ),
    ]


def _markets(find: Finder) -> list[Bite]:
    """Funding and settlement."""
    rolled = [event for event in find.named("FundingRolled") if event.number("funding_rate")]
    settled = find.named("InstrumentSettled")
    observed = find.named("SettlementObserved")
    count = Counter(event.number("expiry") for event in observed)
    return [
        find.bite(
            "Funding is rolled from the premium of trades over the index, clamped",
            "FUNDING_CLAMP_BPS",
            rolled,
            f"{len(find.named('FundingRolled'))} rolls, {len(rolled)} with a rate.",
        ),
        find.bite(
            "A dated future settles at the mean of one-minute observations",
            "SETTLEMENT_MIN_OBSERVATIONS",
            settled,
            "; ".join(
                f"{find.names.instrument(event.number('instrument'))} at "
                f"{money_text(event.number('price'))}, the mean of "
                f"{count[event.number('expiry')]} observations (at least "
                f"{value('SETTLEMENT_MIN_OBSERVATIONS')} are needed)"
                for event in settled
            )
            + ".",
        ),
    ]


UNDERLIER = BTC
