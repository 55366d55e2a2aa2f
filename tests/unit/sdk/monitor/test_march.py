"""March 2020 under watch: alerts against what the contracts themselves answer, block by block."""

from __future__ import annotations

import shutil
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest

from keelmark.chain.operations import GetBlock, Operation
from keelmark.monitor import Monitor, Rules
from keelmark.store import open_store
from keelmark.types import Engine, Valuation
from tests.support.stored import Stored, described, row_sets, stored_market
from tests.support.watched import Receiver
from tests.unit.sdk.monitor.test_monitor import notices


@dataclass
class Watched:
    """What the monitor said of it."""

    stored: Stored
    said: list[dict[str, Any]]

    def of(self, *detectors: str) -> list[dict[str, Any]]:
        """Notices of some detectors."""
        return [one for one in self.said if one["detector"] in detectors]

    def spans(self, detector: str, account: int | None = None) -> list[tuple[int, int | None]]:
        """Blocks in which episodes began and ended."""
        found: dict[str, tuple[int, int | None]] = {}
        for one in self.of(detector):
            if account in (None, one["account"]):
                ended = one["ended"]["number"] if one["ended"] else None
                found[one["id"]] = one["block"]["number"], ended
        return list(found.values())

    def margin(self, account: int, block: int) -> tuple[int, int]:
        """Equity and initial margin, as the house says them."""
        house = self.stored.deployment.house
        answer = self.stored.chain.run(house.margin(account, Valuation.CLOSE_OUT, block=block))
        return answer.equity, answer.requirement

    @property
    def blocks(self) -> list[int]:
        """That have an event."""
        return sorted({row.log.block_number for row in self.stored.reading.rows})


@pytest.fixture(scope="module")
def march(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Watched]:
    """The whole of it, watched at once."""
    stored = stored_market()
    folder = tmp_path_factory.mktemp("march")
    store = open_store(stored.location, read_only=True)
    monitor = Monitor(store, Rules(), folder / "state.sqlite", sinks=("log",))
    monitor.advance()
    monitor.close()
    store.close()
    yield Watched(stored, notices(folder / "state.sqlite"))
    shutil.rmtree(folder)


def engine_of(march: Watched, account: int) -> int:
    """How an account is margined."""
    return march.stored.run.audit.ledger.account(account).engine


def test_every_notice_can_come(march: Watched) -> None:
    """A receiver that hears each of them once is left with what goes on."""
    receiver = Receiver()
    for one in march.said:
        receiver.take(one)
    assert len(receiver.alerts) > 80


def test_figures_are_the_contracts(march: Watched) -> None:
    """Every figure of every alert on an account of the schedule is what the house answers at
    that block, to the wei. (Accounts by scenarios are valued as a refresh would; the house's view
    shows the arrays as they were last written.)"""
    compared = 0
    for one in march.of("near_close_out", "below_close_out", "margin_shortfall", "retail_leverage"):
        account, block = one["account"], one["block"]
        if one["status"] != "fired" or engine_of(march, account) != Engine.SCHEDULE:
            continue
        figures = one["figures"]
        said = int(figures["equity_wad"]), int(figures["initial_margin_wad"])
        assert said == march.margin(account, block["number"]), one["sentence"]
        compared += 1
    assert compared > 30


@pytest.mark.parametrize("place", [0, 1, 2])
def test_episodes_from_the_contracts_alone(march: Watched, place: int) -> None:
    """Of three accounts, the spans computed from nothing but the house's answers after each block:
    below 75 % (over at 80 %), and below half (over at 51 %)."""
    troubled = sorted(
        {
            one["account"]
            for one in march.of("below_close_out")
            if engine_of(march, one["account"]) == Engine.SCHEDULE
        }
    )
    account = troubled[place]
    answers = [(block, *march.margin(account, block)) for block in march.blocks if block > 150]
    for detector, begins, ends in (
        ("near_close_out", 7_500, 8_000),
        ("below_close_out", 5_000, 5_100),
    ):
        expected: list[tuple[int, int | None]] = []
        going_on = False
        for block, equity, margin in answers:
            if not going_on and equity * 10_000 < margin * begins:
                expected.append((block, None))
                going_on = True
            elif going_on and not equity * 10_000 < margin * ends:
                expected[-1] = expected[-1][0], block
                going_on = False
        assert expected
        assert march.spans(detector, account) == expected


def test_weakest_account_at_every_price(march: Watched) -> None:
    """The ledger's samples say how weak the weakest was when each price came: some alert goes on
    exactly then."""
    samples = march.stored.run.audit.samples
    assert len(samples) > 40
    for detector, begins, ends in (
        ("near_close_out", 7_500, 8_000),
        ("below_close_out", 5_000, 5_100),
    ):
        spans = march.spans(detector)
        for sample in samples:
            block, lowest = sample.block_number, sample.lowest_bps
            on = any(first <= block and (last is None or block < last) for first, last in spans)
            if lowest is not None and lowest < begins:
                assert on, f"{detector} in block {block}: {lowest}"
            elif lowest is None or lowest >= ends:
                assert not on, f"{detector} in block {block}: {lowest}"


def test_calls_end_shortfalls(march: Watched) -> None:
    """An unsaid shortfall that a call ends is over in the call's block."""
    calls = {
        (one.block_number, one.number("account")) for one in march.stored.run.events("MarginCalled")
    }
    ended = {
        (one["ended"]["number"], one["account"])
        for one in march.of("margin_shortfall")
        if one["status"] == "resolved"
    }
    assert len(calls & ended) > 10


def test_powers(march: Watched) -> None:
    """The frozen one and the listed one tried and were refused; nobody who may not act did."""
    run = march.stored.run
    denied = run.events("ActDenied")
    tried = {(one["block"]["number"], one["account"]) for one in march.of("held_party_tried")}
    frozen = {one.number("account") for one in run.events("PartyFrozen")}
    listed = {one.text("wallet") for one in run.events("EntryListed")}
    barred = {
        one.number("account")
        for one in denied
        if one.number("account") in frozen or one.text("wallet") in listed
    }
    assert {account for _, account in tried} == barred
    assert len(barred) == 2
    assert not march.of("held_party_moved")


def test_loosening(march: Watched) -> None:
    """An authority was added, and a source of a live feed announced and changed; nothing else
    loosened after the venue was opened."""
    said = [(one["block"]["number"], one["figures"]["event"]) for one in march.of("loosened")]
    run = march.stored.run
    announced = [(one.block_number, one.name) for one in run.events("FeedChangeAnnounced")]
    granted = [
        (one.block_number, one.name)
        for one in run.events("MandateGranted")
        if one.number("authority") > 1
    ]
    assert announced
    assert granted
    assert [one for one in said if one[1] == "FeedChangeAnnounced"] == announced
    assert [one for one in said if one[1] == "MandateGranted"] == granted
    changed = [block for block, name in said if name == "FeedChanged"]
    assert len(said) == len(announced) + len(granted) + len(changed)
    assert set(changed) <= {one.block_number for one in run.events("FeedChanged")}
    assert all(block > announced[0][0] for block in changed)


def test_nothing_is_broken(march: Watched) -> None:
    """What was read is whole, and follows from what came before."""
    assert not march.of("broken_sequence", "report_chain", "store_gap", "opened_below_margin")


def heads(blocks: list[int]) -> Operation[list[Any]]:
    """Headers of blocks."""
    found = []
    for block in blocks:
        found.append((yield GetBlock(block)))
    return found


def test_restarts_say_the_same(march: Watched, tmp_path: Path) -> None:
    """Read in eight parts, with a new process's monitor after each: the same alerts."""
    stored = march.stored
    reading = stored.reading
    ends = [160, 200, 230, 243, 244, 260, 330, reading.head.number]
    found = stored.chain.run(heads(ends))
    store = open_store(str(tmp_path / "market.duckdb"), described(stored.deployment))
    for rows in row_sets(reading, found):
        store.commit(rows)
        monitor = Monitor(store, Rules(), tmp_path / "state.sqlite", sinks=("log",))
        monitor.advance()
        monitor.close()
    store.close()

    def shown(said: list[dict[str, Any]]) -> list[tuple[Any, ...]]:
        return [
            (
                one["detector"],
                one["subject"],
                one["status"],
                one["block"]["number"],
                one["block"]["log_index"],
                (one["ended"] or {}).get("number"),
                one["figures"],
            )
            for one in said
            # The parts' ends are blocks that are looked at for themselves: time passes there too.
            if one["detector"] not in ("stale_price", "stale_sanctions_list", "call_overdue")
        ]

    assert shown(notices(tmp_path / "state.sqlite")) == shown(march.said)
