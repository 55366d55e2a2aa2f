"""The crash of March 2020 through the real thing, and a supervisor who finds what is missing.

What is expected here is worked out from the daily prices and from what each party brings, by
hand or by plain arithmetic; nothing of the twin or of the ledger is used to expect anything.
"""

from __future__ import annotations

import csv
from collections import defaultdict
from collections.abc import Callable
from dataclasses import replace
from datetime import UTC, datetime
from decimal import Decimal
from pathlib import Path

import pytest

import keelmark.scenario
from keelmark.ledger.audit import Evidence, judge
from keelmark.ledger.reader import LogRow
from keelmark.proofs.report_chain import ReportChainBroken
from keelmark.scenario.report import build_report
from tests.support.replayed import Run, replayed

BTC = 1
WAD = 10**18
LOT = 10**15
PRICES = Path(keelmark.scenario.__file__).parent / "data" / "btc_usd_2020_03.csv"


@pytest.fixture(scope="module")
def run() -> Run:
    """The whole thing, once."""
    return replayed()


def wad(text: str) -> int:
    """A decimal number as a wad, exactly."""
    return int(Decimal(text) * WAD)


def expected_prices() -> list[tuple[int, int]]:
    """Times and prices of the replay, worked out from the file as the issue words it."""
    found = []
    for row in csv.DictReader(PRICES.open(encoding="utf-8")):
        midnight = int(datetime.fromisoformat(row["date"]).replace(tzinfo=UTC).timestamp())
        rising = Decimal(row["close"]) >= Decimal(row["open"])
        order = ("open", "low", "high", "close") if rising else ("open", "high", "low", "close")
        for hours, name in zip((0, 8, 16, Decimal("23.98333333333333")), order, strict=True):
            found.append((midnight + round(hours * 3600), wad(row[name])))
    return found


def test_it_reconciles_to_the_wei(run: Run) -> None:
    assert run.audit.holds
    assert run.audit.discrepancies == ()
    assert run.audit.ledger.findings == []
    assert [root.name for root in run.audit.roots if not root.holds] == []
    assert run.audit.money == run.audit.evidence.reads.token_balance
    assert run.replay.hindrances == ()
    assert run.replay.transactions <= 400


def test_every_block_has_the_time_it_should(run: Run) -> None:
    pushed = [
        (event.timestamp, event.number("price"))
        for event in run.events("PriceUpdated")
        if event.number("feed") == BTC and event.block_number < run.replay.synthetic_from_block
    ]
    expected = expected_prices()
    assert len(expected) == 64
    observed = {event.block_number for event in run.events("SettlementObserved")}
    assert len(observed) == 20
    window = range(1_584_084_600, 1_584_086_400)  # 13 March, 07:30 to 08:00
    assert [one for one in pushed if one[0] not in window] == expected


def test_a_british_retail_client_never_trades(run: Run) -> None:
    refused = [one for one in run.replay.refusals if one.who == "retail client uk"]
    assert [one.reason for one in refused] == ["house: gate 6, retail banned"]
    answers = dict(zip((one.who for one in run.replay.refusals), run.answers, strict=True))
    assert answers["retail client uk"].gate == 6
    assert run.events("TradeReported", "retail client uk") == []


@pytest.mark.parametrize(
    ("name", "mark"), [("retail client de", "8759.99"), ("retail client es", "6206.1")]
)
def test_an_eu_retail_client_trades_at_two_to_one_and_no_lot_above(
    run: Run, name: str, mark: str
) -> None:
    most = 2 * 5_000 * WAD * WAD // wad(mark) // LOT * LOT
    refused = [one for one in run.replay.refusals if one.who == name]
    assert [(one.size, one.reason) for one in refused] == [
        (most + LOT, "house: below initial margin")
    ]
    opened = run.events("TradeReported", name)[0]
    assert (opened.number("size"), opened.number("price")) == (most, wad(mark))
    assert opened.number("position_size") == most


def test_margin_calls_are_met_and_not_met(run: Run) -> None:
    office = run.account("family office")
    story = [
        event.name
        for event in run.audit.events
        if event.args.get("account") == office
        and event.name in ("MarginCalled", "CollateralDeposited", "MarginCallEnded")
    ]
    assert story[1:4] == ["MarginCalled", "CollateralDeposited", "MarginCallEnded"]
    assert run.events("PositionLiquidated", "family office") == []
    firm = run.events("MarginCalled", "trading firm")[0]
    taken = run.events("PositionLiquidated", "trading firm")[0]
    assert firm.number("deadline") == firm.timestamp + 3_600 < taken.timestamp


def test_nobody_is_liquidated_without_a_trigger(run: Run) -> None:
    """Below half of the margin, or called and past the deadline; retail only the first."""
    deadlines: dict[int, int] = {}
    half: set[str] = set()
    late: set[str] = set()
    for event in run.audit.events:
        if event.name == "MarginCalled":
            deadlines[event.number("account")] = event.number("deadline")
        elif event.name == "MarginCallEnded":
            deadlines.pop(event.number("account"))
        elif event.name == "PositionLiquidated":
            account = event.number("account")
            name = run.replay.names[account]
            if 2 * event.number("equity_before") < event.number("margin_before"):
                half.add(name)
                continue
            assert not name.startswith("retail")
            assert event.number("equity_before") < event.number("margin_before")
            assert deadlines[account] < event.timestamp
            late.add(name)
    assert {"leveraged fund", "short seller", "retail client de"} <= half
    assert {"trading firm", "short seller"} <= late
    takers = {
        (event.number("taker"), event.number("instrument") > 3)
        for event in run.events("PositionLiquidated")
    }
    assert takers == {(run.account("liquidator"), False), (run.account("options dealer"), True)}


def test_a_loss_goes_through_the_layers_in_order_and_becomes_a_debt(run: Run) -> None:
    """600 BTC bought at 7,894.68 and 12 basis points, in whole cents, with 1,600,000 in cash."""
    (loss,) = run.events("LossAllocated", "leveraged fund")
    assert datetime.fromtimestamp(loss.timestamp, UTC).strftime("%d %H") == "12 16"
    price_loss = 600 * (wad("7904.15") - wad("4644")) - 1_600_000 * WAD
    # Two windows of one hour had a funding rate of at most 50 basis points in eight hours.
    most_funding = 2 * 600 * wad("7987.97") * 50 // 10_000 // 8
    deficit = loss.number("deficit")
    assert price_loss < deficit < price_loss + most_funding
    assert loss.number("from_member_cash") == 40_000 * WAD
    assert loss.number("from_member_share") == 90_000 * WAD
    assert loss.number("from_house") == 60_000 * WAD
    rest = deficit - 190_000 * WAD
    assert 0 <= loss.number("from_others") - rest < 10**12
    assert loss.number("uncovered") == 0
    (debt,) = run.events("DebtRecorded", "leveraged fund")
    assert 0 <= debt.number("amount") - deficit < 10**12
    assert debt.block_number == loss.block_number
    statement = run.chain.run(run.replay.deployment.house.statement(loss.number("account")))
    assert (statement.cash, statement.debt) == (0, debt.number("amount"))


def test_opening_stops_after_the_fall_while_liquidation_does_not(run: Run) -> None:
    (refused,) = [one for one in run.replay.refusals if one.who == "asset manager"]
    assert refused.reason == "house: price stale or jumped"
    fallen = [
        event
        for event in run.events("PriceUpdated")
        if event.number("price") == 4_644 * WAD and event.number("feed") == BTC
    ]
    assert fallen[0].number("flags") == 1
    taken = [
        event for event in run.events("PositionLiquidated") if event.number("mark") == 4_644 * WAD
    ]
    assert taken
    assert refused.time >= fallen[0].timestamp


def test_the_dated_future_settles_at_the_mean_of_the_last_twenty_minutes(run: Run) -> None:
    """From 4,857.10 at midnight to 3,858.00 at eight on a straight line, 07:40 to 07:59."""
    (settled,) = run.events("InstrumentSettled")
    line = [
        wad("4857.1") + (wad("3858") - wad("4857.1")) * minute // 480 for minute in range(460, 480)
    ]
    assert settled.number("price") == sum(line) // 20
    paid = [event for event in run.events("PositionSettled") if event.number("instrument") == 2]
    assert sum(event.number("size") for event in paid) == 0
    # What one side gains the other loses, but for a wei a position.
    sizes = {event.number("account"): event.number("size") for event in paid}
    assert sizes[run.account("asset manager")] == -30 * WAD
    assert run.audit.ledger.house.markets[2].gross_lots == 0


def test_a_retail_clients_deficit_is_extinguished_on_synthetic_prices_only(run: Run) -> None:
    (forgiven,) = run.events("DeficitExtinguished")
    assert forgiven.number("account") == run.account("retail client es")
    assert forgiven.block_number > run.replay.synthetic_from_block
    # 1.611 BTC from 6,206.10 down by 60 %, against 5,000.
    deficit = 1_611 * LOT * (wad("6206.1") * 6 // 10) // WAD - 5_000 * WAD
    assert forgiven.number("amount") == deficit == wad("998.81626")
    assert run.events("DebtRecorded", "retail client es") == []
    statement = run.chain.run(run.replay.deployment.house.statement(forgiven.number("account")))
    assert (statement.cash, statement.debt, statement.position_count) == (0, 0, 0)


def test_synthetic_prices_have_reporters_of_their_own(run: Run) -> None:
    sets = [
        (event.block_number, event.number("word") >> 128 & (2**32 - 1))
        for event in run.events("FeedChanged")
        if event.number("feed") == BTC and event.number("slot") == 3
    ]
    assert len(sets) == 2
    assert sets[1][0] == run.replay.synthetic_from_block
    assert sets[0][1] != sets[1][1]
    (announced,) = run.events("FeedChangeAnnounced")
    (applied,) = [e for e in run.events("FeedChanged") if e.block_number == sets[1][0]]
    assert applied.timestamp >= announced.number("due") == announced.timestamp + 86_400


def test_positions_sum_to_zero_and_open_interest_to_their_half(run: Run) -> None:
    held: dict[int, dict[int, int]] = defaultdict(dict)
    for event in run.audit.events:
        if event.name == "TradeReported":
            held[event.number("instrument")][event.number("account")] = event.number(
                "position_size"
            )
        elif event.name == "PositionSettled":
            held[event.number("instrument")][event.number("account")] = 0
    for instrument, sizes in held.items():
        assert sum(sizes.values()) == 0
        word = run.chain.run(run.replay.deployment.house.markets(instrument))
        assert (word & (2**48 - 1)) * LOT == sum(map(abs, sizes.values()))


def test_the_report_says_what_was_seen(run: Run) -> None:
    report = build_report(run.audit, run.replay, run.answers, prices="a file", chain="embedded")
    assert report.holds
    assert [bite.title for bite in report.bites if not bite.seen] == []
    synthetic = [bite.title for bite in report.bites if bite.synthetic]
    assert len(synthetic) == 1
    assert synthetic[0].startswith("Negative balance protection")
    assert {row[3] for row in report.rules.rows} >= {"read", "derived", "practice"}
    assert any("inside a day is reconstructed" in note for note in report.notes)


# A supervisor whose node lies


Tamper = Callable[[list[LogRow]], list[LogRow]]


def first(rows: list[LogRow], name: str) -> int:
    """Place of the first log of an event."""
    return next(place for place, row in enumerate(rows) if row.event().name == name)


def without(name: str) -> Tamper:
    """Leaves the first log of an event out."""

    def tampered(rows: list[LogRow]) -> list[LogRow]:
        place = first(rows, name)
        return rows[:place] + rows[place + 1 :]

    return tampered


def altered(name: str) -> Tamper:
    """Changes one bit of the first log of an event."""

    def tampered(rows: list[LogRow]) -> list[LogRow]:
        place = first(rows, name)
        log = rows[place].log
        changed = log.data[:-1] + bytes([log.data[-1] ^ 1])
        return [
            *rows[:place],
            replace(rows[place], log=replace(log, data=changed)),
            *rows[place + 1 :],
        ]

    return tampered


def swapped(rows: list[LogRow]) -> list[LogRow]:
    """Two legs of one trade change places."""
    place = first(rows, "TradeReported")
    return [*rows[:place], rows[place + 1], rows[place], *rows[place + 2 :]]


LIES: dict[str, tuple[Tamper, str]] = {
    "a trade left out": (without("TradeReported"), "ClearingHouse"),
    "a margin call left out": (without("MarginCalled"), "ClearingHouse"),
    "a deposit left out": (without("CollateralDeposited"), "ClearingHouse"),
    "a price left out": (without("PriceUpdated"), "PriceBoard"),
    "a party left out": (without("PartyOnboarded"), "PartyRegistry"),
    "a share left out": (without("ShareContributed"), "DefaultFund"),
    "an instrument left out": (without("InstrumentRegistered"), "InstrumentRegistry"),
    "an entry of the sanctions list left out": (without("EntryListed"), "SanctionsList"),
    "an answer to an authority left out": (without("RequestDelivered"), "Supervision"),
    "a mandate altered": (altered("MandateGranted"), "Supervision"),
    "a loss altered": (altered("LossAllocated"), "ClearingHouse"),
    "a debt altered": (altered("DebtRecorded"), "ClearingHouse"),
    "a price altered": (altered("PriceUpdated"), "PriceBoard"),
    "two legs swapped": (swapped, "ClearingHouse"),
}


def lied_to(evidence: Evidence, tamper: Tamper) -> Evidence:
    """The same reading from a node that lies."""
    rows = tuple(tamper(list(evidence.reading.rows)))
    return replace(evidence, reading=replace(evidence.reading, rows=rows))


@pytest.mark.parametrize(("tamper", "contract"), LIES.values(), ids=LIES)
def test_a_lie_about_the_logs_is_found(run: Run, tamper: Tamper, contract: str) -> None:
    found = judge(lied_to(run.audit.evidence, tamper), BTC)
    assert not found.holds
    assert [root.name for root in found.roots if not root.holds] == [contract]


@pytest.mark.parametrize("name", ["AccountOpened", "InstrumentListed"])
def test_logs_from_which_no_market_follows_are_refused(run: Run, name: str) -> None:
    with pytest.raises(ReportChainBroken, match="not met: ClearingHouse"):
        judge(lied_to(run.audit.evidence, without(name)), BTC)


def test_a_contract_that_holds_another_value_is_found(run: Run) -> None:
    """Had the house kept one wei of an account's cash for itself."""
    evidence = run.audit.evidence
    number = run.account("retail client fr")
    one = evidence.reads.accounts[number]
    accounts = {**evidence.reads.accounts, number: replace(one, word=one.word - 1)}
    reads = replace(evidence.reads, accounts=accounts)
    found = judge(replace(evidence, reads=reads), BTC)
    assert [(one.place, one.field, one.difference) for one in found.discrepancies] == [
        (f"account {number}", "cash", -1)
    ]
    assert not found.holds


def test_a_request_that_differs_is_named(run: Run) -> None:
    """A package that no event told of, where the contract says one was delivered."""
    evidence = run.audit.evidence
    (request,) = evidence.supervision.requests
    other = replace(request, package_digest=b"\1" * 32)
    supervision = replace(evidence.supervision, requests=[other])
    found = judge(replace(evidence, supervision=supervision), BTC)
    assert [(one.place, one.field) for one in found.discrepancies] == [
        ("request 1", "package digest")
    ]
    assert not found.holds


def test_a_party_that_differs_is_named(run: Run) -> None:
    """A word of the registry that no event told: one bit, a freeze that nobody reported."""
    evidence = run.audit.evidence
    wallet = run.audit.parties.wallets[1]
    words = {**evidence.parties.words, wallet: evidence.parties.words[wallet] ^ 4 << 160}
    found = judge(replace(evidence, parties=replace(evidence.parties, words=words)), BTC)
    assert [(one.place, one.field) for one in found.discrepancies] == [(f"party {wallet}", "word")]
    assert not found.holds
