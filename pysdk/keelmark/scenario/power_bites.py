"""Finds what authorities, the sanctions list and risk warnings did, back in the events."""

from __future__ import annotations

from collections.abc import Iterable, Sequence

from keelmark.events import Event
from keelmark.ledger.cooperation_words import Kind, State, read_mandate, read_request
from keelmark.margin.words import unpack_hold_mandate, unpack_party
from keelmark.regulation import value
from keelmark.reports.report import Bite
from keelmark.reports.table import Column, Table, money_text, time_text
from keelmark.reports.table import Kind as Cells
from keelmark.reports.tables import WHEN, Names, party_cells, when_cells
from keelmark.scenario.finder import Finder, gate_words
from keelmark.scenario.venue import TOKEN, Refusal
from keelmark.types import Action, GateReason, PartyFlag
from keelmark.units import WAD

__all__ = ["denial_table", "power_bites"]

PAYMENTS = (Action.WITHDRAW, Action.DEPOSIT)
"""Denied for an amount of the settlement token, and not for a size."""


def power_bites(find: Finder, early: Sequence[Refusal]) -> list[Bite]:
    """What powers and borders are there to show, seen or not.

    Args:
        find: the events.
        early: take-overs for which the gate says that takers still wait after a halt.
    """
    return [
        _warned(find),
        _halted(find, early),
        _frozen(find),
        _mandate(find),
        _request(find),
        _listed(find),
    ]


def denial_table(events: Iterable[Event], names: Names) -> Table:
    """Every act that the gate denied and the house reported."""
    columns = (
        *WHEN,
        Column("account", "id", Cells.COUNT, shown=False),
        Column("party", "account"),
        Column("wallet", "wallet", shown=False),
        Column("action", "act"),
        Column("amount_wad", "size, or amount", Cells.SIZE),
        Column("reason", "the gate's reason"),
    )
    rows = tuple(
        (
            *when_cells(event, names),
            *party_cells(event, names),
            str(event.args["wallet"]),
            Action(event.number("action")).name.lower(),
            _amount(event),
            gate_words(event.number("reason")),
        )
        for event in events
        if event.name == "ActDenied"
    )
    return Table("denials", columns, rows)


def _amount(event: Event) -> int:
    """What was denied, wad: a size, or money of a payment."""
    amount = event.number("amount")
    return amount * WAD // TOKEN if event.number("action") in PAYMENTS else amount


def _text(event: Event, field: str) -> str:
    """A word of short text."""
    return event.word(field).rstrip(b"\0").decode("ascii", "replace")


def _short(word: bytes) -> str:
    """The first half of a commitment's first word: enough to find it."""
    return f"0x{word[:4].hex()}…"


def _after(event: Event, other: Event) -> bool:
    """Whether an event follows another."""
    return (event.block_number, event.log_index) > (other.block_number, other.log_index)


def _denials(find: Finder, reason: GateReason, action: Action) -> list[Event]:
    """Reported denials of an act for a reason."""
    return [
        event
        for event in find.named("ActDenied")
        if (event.number("reason"), event.number("action")) == (reason, action)
    ]


def _own(find: Finder, event: Event, *names: str) -> list[Event]:
    """Later events of these names of the same account."""
    account = event.number("account")
    return [
        other
        for other in find.named(*names)
        if other.number("account") == account and _after(other, event)
    ]


def _warned(find: Finder) -> Bite:
    """Denied for want of the risk warning, accepted, and then traded the same."""
    found: list[Event] = []
    words: list[str] = []
    for denied in _denials(find, GateReason.WARNING_NOT_ACCEPTED, Action.OPEN):
        for accepted in _own(find, denied, "WarningAccepted")[:1]:
            for trade in _own(find, accepted, "TradeReported")[:1]:
                found += [denied, accepted, trade]
                words.append(
                    f"{find.who([denied])}: {money_text(_amount(denied), 3)} BTC denied with "
                    f"{gate_words(denied.number('reason'))}; then it accepted "
                    f"{_short(accepted.word('text_hash'))} and bought "
                    f"{money_text(trade.number('size'), 3)}"
                )
    return find.bite(
        "A retail client trades only after it accepted the risk warning",
        "",
        found,
        "; ".join(words) + ".",
    )


def _halted(find: Finder, early: Sequence[Refusal]) -> Bite:
    """A halt, a take-over refused before its grace was over, and the first one after."""
    found: list[Event] = []
    words: list[str] = []
    taken = find.named("PositionLiquidated")
    for halted in find.named("TradingHalted"):
        free = halted.number("until") + value("HALT_GRACE_SECONDS")
        refused = [one for one in early if halted.timestamp < one.time < free]
        too_early = [one for one in taken if halted.timestamp <= one.timestamp < free]
        later = [one for one in taken if one.timestamp >= free]
        if not refused or too_early or not later:
            continue
        found += [halted, later[0]]
        words.append(
            f"{_text(halted, 'legal_basis')}: from {time_text(halted.timestamp)} until "
            f"{time_text(halted.number('until'))[-8:]}; {refused[0].who}: {refused[0].reason}, at "
            f"{time_text(refused[0].time)[-8:]}; the first take-over at "
            f"{time_text(later[0].timestamp)[-8:]}"
        )
    return find.bite(
        "Trading halted for an hour: nobody takes over before the grace after it has passed",
        "HALT_GRACE_SECONDS",
        found,
        "; ".join(words) + ".",
    )


def _frozen(find: Finder) -> Bite:
    """A freeze that stops a withdrawal and no liquidation, and still holds what is left."""
    found: list[Event] = []
    words: list[str] = []
    for frozen in find.named("PartyFrozen"):
        account = frozen.number("account")
        denied = [
            one
            for one in _denials(find, GateReason.FROZEN, Action.WITHDRAW)
            if one.number("account") == account and _after(one, frozen)
        ]
        taken = _own(find, frozen, "PositionLiquidated")
        party = unpack_party(find.audit.parties.words[find.audit.parties.wallets[account]])
        if not denied or not taken or not party.flags & PartyFlag.FROZEN:
            continue
        found += [frozen, *denied, *taken]
        review = unpack_hold_mandate(frozen.number("mandate")).review_at
        size = sum(one.number("size") for one in taken)
        book = find.audit.ledger.account(account)
        left = [f"{money_text(book.cash)} in cash"] + [
            f"{money_text(held.size, 3)} of {find.names.instrument(held.instrument)}"
            for held in book.positions.values()
        ]
        words.append(
            f"{find.who([frozen])}: {_text(frozen, 'legal_basis')}, case "
            f"{_short(frozen.word('case_hash'))}, review by {time_text(review)[:10]}; withdrawal "
            f"of {money_text(_amount(denied[0]))} denied with "
            f"{gate_words(denied[0].number('reason'))}; {len(taken)} take-overs of "
            f"{money_text(size, 3)} BTC after it; left, its own and locked: {', '.join(left)}"
        )
    return find.bite(
        "A frozen party cannot withdraw, its losing position is liquidated all the same",
        "POWER_REVIEW_MAX_SECONDS",
        found,
        "; ".join(words) + ".",
    )


def _mandate(find: Finder) -> Bite:
    """A mandate that began after the delay, and was used no earlier."""
    found: list[Event] = []
    words: list[str] = []
    joined = find.named("AgreementAccepted")
    for granted in find.named("MandateGranted"):
        mandate = read_mandate(granted.number("mandate"))
        begins = mandate.terms.begins
        used = [one for one in joined if one.number("authority") == mandate.id]
        late = begins == granted.timestamp + value("MANDATE_DELAY_SECONDS")
        if not late or not used or used[0].timestamp < begins:
            continue
        found += [granted, used[0]]
        words.append(
            f"authority {mandate.id} ({mandate.jurisdiction}), "
            f"{_text(granted, 'legal_basis')}: recognised {time_text(granted.timestamp)}, "
            f"begins {time_text(begins)}; joined agreement {used[0].number('agreement')} "
            f"{time_text(used[0].timestamp)}"
        )
    return find.bite(
        "An authority recognised later waits a day before its mandate begins",
        "MANDATE_DELAY_SECONDS",
        found,
        "; ".join(words) + ".",
    )


def _request(find: Finder) -> Bite:
    """A freeze that one authority asked for and another ordered, answered and read."""
    countries = {
        mandate.id: mandate.jurisdiction
        for mandate in (
            read_mandate(event.number("mandate")) for event in find.named("MandateGranted")
        )
    }
    found: list[Event] = []
    words: list[str] = []
    for made in find.named("RequestMade"):
        asked = read_request(made.number("word"))
        steps = [
            event
            for event in find.named("RequestDelivered", "AccessLogged", "RequestClosed")
            if event.number("request") == made.number("request")
        ]
        ordered = [
            event
            for event in find.named("PartyFrozen")
            if event.number("account") == asked.subject
            and unpack_hold_mandate(event.number("mandate")).authority == asked.requested
            and _after(event, made)
        ]
        names = [event.name for event in steps]
        complete = names == ["RequestDelivered", "AccessLogged", "RequestClosed"]
        if asked.kind != Kind.FREEZE or not ordered or not complete:
            continue
        closed = read_request(steps[2].number("word"))
        same = steps[0].word("package_digest") == steps[1].word("digest")
        if closed.state != State.CLOSED or not same or not _after(steps[0], ordered[0]):
            continue
        times = "once" if closed.accesses == 1 else f"{closed.accesses} times"
        found += [made, ordered[0], *steps]
        words.append(
            f"authority {asked.requester} ({countries.get(asked.requester, '?')}) asks authority "
            f"{asked.requested} ({countries.get(asked.requested, '?')}) to freeze "
            f"{find.names.account(asked.subject)}, {_text(made, 'legal_basis')}, agreement "
            f"{asked.agreement}; frozen, evidence {_short(steps[0].word('package_digest'))} "
            f"delivered, opened {times}, closed {time_text(steps[2].timestamp)}"
        )
    return find.bite(
        "Another country's authority asks; the one at home freezes by its own power",
        "",
        found,
        "; ".join(words) + ".",
    )


def _listed(find: Finder) -> Bite:
    """A wallet that could not withdraw between its listing and its screening."""
    found: list[Event] = []
    words: list[str] = []
    for denied in _denials(find, GateReason.SANCTIONED, Action.WITHDRAW):
        wallet = denied.args["wallet"]
        listed = [
            one
            for one in find.named("EntryListed")
            if one.args["wallet"] == wallet and _after(denied, one)
        ]
        screened = [
            one
            for one in find.named("PartyScreened")
            if one.args["wallet"] == wallet and one.number("answer")
        ]
        if not listed or not screened or not _after(screened[0], denied):
            continue
        found += [listed[0], denied, screened[0]]
        words.append(
            f"{find.who([denied])}: listed as {_text(listed[0], 'reference')} in block "
            f"{listed[0].block_number}; withdrawal of {money_text(_amount(denied))} denied in "
            f"block {denied.block_number} with {gate_words(denied.number('reason'))}; flagged in "
            f"block {screened[0].block_number}"
        )
    return find.bite(
        "A wallet on the sanctions list is stopped before anybody has screened it",
        "",
        found,
        "; ".join(words) + ".",
    )
