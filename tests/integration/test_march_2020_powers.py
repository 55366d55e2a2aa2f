"""Authorities, warnings and the sanctions list in the replay of March 2020.

What is expected is worked out by hand from the daily prices, the rulebook's delays and what each
party brings.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import replace
from datetime import UTC, datetime

import pytest

from keelmark.events import Event
from keelmark.evidence import package_digest
from keelmark.evidence.parts import Scope
from keelmark.ledger.evidence import build_evidence
from keelmark.margin.words import unpack_hold_mandate, unpack_party
from keelmark.reports.report import Bite
from keelmark.reports.tables import Names
from keelmark.scenario.finder import Finder
from keelmark.scenario.power_bites import power_bites
from keelmark.scenario.report import build_report
from keelmark.types import PartyFlag
from tests.support.replayed import Run, replayed

WAD = 10**18
WITHDRAWAL = 10_000 * 10**6
"""Token units."""


@pytest.fixture(scope="module")
def run() -> Run:
    """The whole thing, once."""
    return replayed()


def clock(event: Event) -> str:
    """Day of March and time of an event."""
    return datetime.fromtimestamp(event.timestamp, UTC).strftime("%d %H:%M")


def order(event: Event) -> tuple[int, int]:
    """An event's place on the chain."""
    return event.block_number, event.log_index


def test_three_acts_are_denied_and_change_nothing(run: Run) -> None:
    denied = [
        (
            run.replay.names[event.number("account")],
            event.number("action"),
            event.number("reason"),
            event.number("amount"),
        )
        for event in run.events("ActDenied")
    ]
    # 5,400 at 8,759.99 in lots of a thousandth: 0.616.
    assert denied == [
        ("retail client fr", 1, 14, 616 * WAD // 1_000),
        ("short seller", 5, 4, WITHDRAWAL),
        ("family office", 5, 11, WITHDRAWAL),
    ]
    assert run.events("CollateralWithdrawn") == []


def test_a_frozen_party_is_liquidated_and_its_money_stays(run: Run) -> None:
    (frozen,) = run.events("PartyFrozen")
    assert run.replay.names[frozen.number("account")] == "short seller"
    assert frozen.word("legal_basis").rstrip(b"\0") == b"EU 596/2014 Art. 23(2)(i)"
    assert any(frozen.word("case_hash"))
    mandate = unpack_hold_mandate(frozen.number("mandate"))
    assert (mandate.authority, mandate.agreement) == (1, 0)
    assert 0 <= frozen.timestamp + 90 * 86_400 - mandate.review_at <= 1
    taken = run.events("PositionLiquidated", "short seller")
    assert taken
    assert all(order(event) > order(frozen) for event in taken)
    # 16:00 of the same day at 5,995, after it had sold at 4,857.10 with 82,000 in cash.
    assert clock(taken[0]) == "13 16:00"
    house, account = run.replay.deployment.house, frozen.number("account")
    statement = run.chain.run(house.statement(account))
    assert statement.cash > 0
    wallet = run.audit.parties.wallets[account]
    party = unpack_party(run.chain.run(run.replay.deployment.parties.word_of(wallet)))
    assert party.flags & PartyFlag.FROZEN
    (bite,) = [one for one in shown(run) if one.title.startswith("A frozen party")]
    whole, cents = divmod(statement.cash // 10**16, 100)
    assert f"left, its own and locked: {whole:,}.{cents:02d} in cash, −" in bite.words


def test_a_client_trades_after_it_accepted_the_warning(run: Run) -> None:
    (denied,) = run.events("ActDenied", "retail client fr")
    (accepted,) = run.events("WarningAccepted", "retail client fr")
    trade = run.events("TradeReported", "retail client fr")[0]
    assert order(denied) < order(accepted) < order(trade)
    assert trade.number("size") == denied.number("amount")
    # Three others accepted theirs before they tried; nobody else was denied for it.
    assert len(run.events("WarningAccepted")) == 4


def test_a_listed_wallet_is_stopped_before_it_is_screened(run: Run) -> None:
    (listed,) = run.events("EntryListed")
    (denied,) = run.events("ActDenied", "family office")
    (screened,) = run.events("PartyScreened")
    assert order(listed) < order(denied) < order(screened)
    assert listed.args["wallet"] == denied.args["wallet"] == screened.args["wallet"]
    assert unpack_party(screened.number("word")).flags & PartyFlag.SANCTIONED
    assert run.audit.sanctions.findings == []


def test_nobody_takes_over_until_the_grace_is_over(run: Run) -> None:
    """14:01 to 15:01, and an hour more: the price of 16:00 waits for one minute."""
    (halted,) = run.events("TradingHalted")
    assert clock(halted) == "12 14:01"
    assert halted.number("until") == halted.timestamp + 3_600
    free = halted.timestamp + 7_200
    taken = [
        event for event in run.events("PositionLiquidated") if event.timestamp >= halted.timestamp
    ]
    assert free <= taken[0].timestamp < free + 60
    assert run.replay.names[taken[0].number("account")] == "leveraged fund"
    (refused,) = [one for one in run.replay.refusals if one.who == "liquidator"]
    assert refused.reason == "close-out: gate 13, halted"
    assert halted.number("until") < refused.time < free
    assert (refused.size, refused.price) == (600 * WAD, 4_644 * WAD)
    assert run.answers[run.replay.refusals.index(refused)].gate == 13


def test_one_authority_asks_and_the_other_acts(run: Run) -> None:
    _, granted = run.events("MandateGranted")
    (joined,) = run.events("AgreementAccepted")
    assert joined.timestamp >= granted.timestamp + 86_400
    names = ("RequestMade", "PartyFrozen", "RequestDelivered", "AccessLogged", "RequestClosed")
    steps = [event for event in run.audit.events if event.name in names]
    assert [event.name for event in steps] == list(names)
    made, frozen, delivered, opened, closed = steps
    # Requester 2, requested 1, kind 4 (freeze), about the short seller.
    word = made.number("word")
    assert (word & 255, word >> 8 & 255, word >> 16 & 255) == (2, 1, 4)
    assert word >> 64 & (2**32 - 1) == frozen.number("account")
    assert opened.word("digest") == delivered.word("package_digest")
    assert (opened.number("authority"), closed.number("authority")) == (2, 2)
    supervision = run.replay.deployment.supervision
    request = run.chain.run(supervision.request_of(1))
    assert request.word >> 24 & 255 == 5


def test_the_delivered_digest_is_that_of_a_package_from_the_chain(run: Run) -> None:
    """Anyone who has the chain builds the same package again."""
    (delivered,) = run.events("RequestDelivered")
    deployment = run.replay.deployment
    scope = Scope(
        chain_id=deployment.chain_id,
        contracts=[deployment.house.address, deployment.parties.address],
        first_block=deployment.first_block,
        last_block=delivered.block_number - 1,
        accounts=[run.account("short seller")],
    )
    reference = f"eip155:{deployment.chain_id}:{deployment.supervision.address}/1"
    package = run.chain.run(build_evidence(reference, scope))
    assert package_digest(package) == delivered.word("package_digest")


def test_the_report_lists_denials_and_says_who_is_stopped(run: Run) -> None:
    report = build_report(run.audit, run.replay, run.answers, prices="a file", chain="embedded")
    rows = report.denials.records()
    assert [row["reason"] for row in rows] == [
        "gate 14, warning not accepted",
        "gate 4, frozen",
        "gate 11, sanctioned",
    ]
    # A payment of 10,000 in tokens of six decimals, as an amount of eighteen.
    assert rows[1]["amount_wad"] == str(10_000 * WAD)
    stopped = {row["party"]: row["status"] for row in report.parties.records() if row["status"]}
    assert stopped == {"short seller": "frozen", "family office": "sanctioned"}


# What the report says of it can be found wanting

Doctor = Callable[[Event], Event]


def without(name: str) -> Doctor:
    """Gives the events of a name another one, which nobody looks for."""

    def doctor(event: Event) -> Event:
        if event.name != name:
            return event
        return replace(event, spec=replace(event.spec, name="Nothing"))

    return doctor


def changed(name: str, field: str, amount: int) -> Doctor:
    """Adds to a field of the events of a name."""

    def doctor(event: Event) -> Event:
        if event.name != name:
            return event
        return replace(event, args={**event.args, field: event.number(field) + amount})

    return doctor


def moved(name: str, blocks: int) -> Doctor:
    """Puts the events of a name elsewhere on the chain."""

    def doctor(event: Event) -> Event:
        if event.name != name:
            return event
        return replace(event, block_number=event.block_number + blocks)

    return doctor


WARNED, HALTED, FROZEN, MANDATE, REQUEST, LISTED = range(6)

DOCTORED: dict[str, tuple[int, Doctor]] = {
    "no denial for want of a warning": (WARNED, changed("ActDenied", "reason", 1)),
    "a warning that nobody accepted": (WARNED, without("WarningAccepted")),
    "a warning accepted before the denial": (WARNED, moved("WarningAccepted", -100)),
    "no halt": (HALTED, without("TradingHalted")),
    "a take-over inside the grace": (HALTED, changed("TradingHalted", "until", 60)),
    "nothing taken over after the halt": (HALTED, without("PositionLiquidated")),
    "a withdrawal that was not denied": (FROZEN, without("ActDenied")),
    "a denial before the freeze": (FROZEN, moved("ActDenied", -100)),
    "nothing of a frozen party was taken over": (FROZEN, without("PositionLiquidated")),
    "a mandate that began earlier": (MANDATE, changed("MandateGranted", "mandate", -(1 << 40))),
    "an authority that did nothing": (MANDATE, without("AgreementAccepted")),
    "a request for something else": (REQUEST, changed("RequestMade", "word", 4 << 16)),
    "a request about somebody else": (REQUEST, changed("RequestMade", "word", 1 << 64)),
    "a freeze by who asked": (REQUEST, changed("PartyFrozen", "mandate", 1)),
    "a freeze before the request": (REQUEST, moved("PartyFrozen", -100)),
    "nothing delivered": (REQUEST, without("RequestDelivered")),
    "a request that is still open": (REQUEST, changed("RequestClosed", "word", -(1 << 24))),
    "an evidence that nobody opened": (REQUEST, without("AccessLogged")),
    "a wallet that is on no list": (LISTED, without("EntryListed")),
    "a wallet listed after the denial": (LISTED, moved("EntryListed", 10)),
    "a denial after the screening": (LISTED, moved("PartyScreened", -2)),
    "a wallet that was found clear": (LISTED, changed("PartyScreened", "answer", -1)),
}


def shown(run: Run, events: Sequence[Event] | None = None) -> list[Bite]:
    """The rules of powers and borders in these events."""
    names = Names(run.replay.names, run.replay.instruments, run.replay.synthetic_from_block)
    early = [
        refusal
        for refusal, answer in zip(run.replay.refusals, run.answers, strict=True)
        if answer.gate == 13
    ]
    found = run.audit.events if events is None else tuple(events)
    return power_bites(Finder(found, names, run.audit), early)


def test_every_rule_of_powers_is_seen(run: Run) -> None:
    bites = shown(run)
    assert [bite.seen for bite in bites] == [True] * 6
    assert not any(bite.synthetic for bite in bites)


@pytest.mark.parametrize(("place", "doctor"), DOCTORED.values(), ids=DOCTORED)
def test_a_rule_that_did_not_hold_is_not_seen(run: Run, place: int, doctor: Doctor) -> None:
    assert not shown(run, [doctor(event) for event in run.audit.events])[place].seen
