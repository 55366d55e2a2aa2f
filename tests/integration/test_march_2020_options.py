"""Options through the crash of March 2020: every premium, requirement and payoff by other means.

Forwards and volatilities are expected from the daily file and the model's own words, premiums
from mpmath to fifty digits, requirements from exact fractions; nothing of the twin is used.
"""

from __future__ import annotations

import csv
from collections.abc import Callable, Sequence
from dataclasses import replace
from datetime import UTC, datetime
from decimal import Decimal
from itertools import pairwise
from pathlib import Path
from typing import Any

import mpmath
import pytest
from mpmath import mpf

import keelmark.scenario
from keelmark.events import Event
from keelmark.ledger.history import retrace
from keelmark.reports.report import Bite
from keelmark.reports.tables import Names
from keelmark.scenario.finder import Finder
from keelmark.scenario.option_bites import option_bites
from keelmark.scenario.report import build_report
from tests.support.black76_reference import DIGITS
from tests.support.option_reference import PRICE_ERROR, Linear, Option, price_of, requirement
from tests.support.replayed import Run, replayed

WAD = 10**18
PERPETUAL, NEAR, PUT, CALL = 1, 2, 4, 5
DAY = 86_400
EXPIRY = 1_584_086_400
"""13 March 2020, 08:00 UTC."""

STRIKES = {PUT: 7_800 * WAD, CALL: 10_000 * WAD}
"""8,759.99 less a tenth, and fifteen hundredths more, both rounded down to two digits."""

PRICES = Path(keelmark.scenario.__file__).parent / "data" / "btc_usd_2020_03.csv"


@pytest.fixture(scope="module")
def run() -> Run:
    """The whole thing, once."""
    return replayed()


def path() -> list[tuple[int, Decimal]]:
    """Times and prices of the replay."""
    found = []
    for row in csv.DictReader(PRICES.open(encoding="utf-8")):
        midnight = int(datetime.fromisoformat(row["date"]).replace(tzinfo=UTC).timestamp())
        rising = Decimal(row["close"]) >= Decimal(row["open"])
        order = ("open", "low", "high", "close") if rising else ("open", "high", "low", "close")
        for seconds, name in zip((0, 28_800, 57_600, 86_340), order, strict=True):
            found.append((midnight + seconds, Decimal(row[name])))
    return found


def at_the_money(time: int) -> mpf:
    """Seven-day volatility by the model: the last seventeen prices, a third of the squares."""
    last = [(when, mpf(str(price))) for when, price in path() if when <= time][-17:]
    if len(last) < 9:
        return mpf(6) / 10
    squares = sum((b - a) ** 2 / (a * b) for (_, a), (_, b) in pairwise(last))
    years = mpf(last[-1][0] - last[0][0]) / (365 * DAY)
    return min(max(mpmath.sqrt(squares / years / 3), mpf(6) / 10), mpf(2))


def volatility(time: int, strike: int, forward: int) -> mpf:
    """By the model and the board's interpolation: over moneyness, then over total variance."""
    week = at_the_money(time)
    moneyness = mpf(strike) / forward
    assert moneyness > mpf("0.7")
    skew = (
        1 + (1 - moneyness) * 2 / 3 if moneyness < 1 else min(1 + (moneyness - 1) / 3, mpf("1.1"))
    )
    near, far = week * skew, (week + mpf(6) / 10) / 2 * skew
    days = mpf(EXPIRY - time) / DAY
    if days <= 7:
        return near
    variance = (near**2 * 7 * (30 - days) + far**2 * 30 * (days - 7)) / 23
    return mpmath.sqrt(variance / days)


def of(run: Run, name: str, instrument: int, who: str = "") -> list[Event]:
    """Events of an instrument."""
    return [event for event in run.events(name, who) if event.number("instrument") == instrument]


def leg(run: Run, who: str, instrument: int) -> Event:
    """A party's first trade in an instrument."""
    return of(run, "TradeReported", instrument, who)[0]


def test_every_valuation_is_black_76_of_the_files_prices(run: Run) -> None:
    spots = {time: int(price * WAD) for time, price in path()}
    found = run.events("RiskArrayRefreshed")
    assert len(found) >= 8
    with mpmath.workdps(DIGITS):
        for event in found:
            time = event.number("surface") >> 16
            forward, strike = event.number("forward"), STRIKES[event.number("instrument")]
            assert forward == spots[time]
            reported = mpf(event.number("volatility")) / WAD
            assert mpmath.almosteq(reported, volatility(time, strike, forward), mpf(10) ** -15)
            call = event.number("instrument") == CALL
            expected = price_of(call, forward, strike, EXPIRY - time, reported)
            mark = event.number("word") >> 104 & 2**88 - 1
            assert abs(mark - expected) <= PRICE_ERROR * forward + 1


def opened(size: int, instrument: int = PUT) -> Option:
    """An option as everybody opened on it: 5 March at eight, eight days before expiry."""
    spot = int(Decimal("8759.99") * WAD)
    with mpmath.workdps(DIGITS):
        implied = volatility(EXPIRY - 8 * DAY, STRIKES[instrument], spot)
        return Option(
            size=size,
            is_call=instrument == CALL,
            forward=spot,
            strike=STRIKES[instrument],
            seconds=8 * DAY,
            volatility=int(mpmath.floor(implied * WAD)),
        )


def test_a_retail_client_pays_the_whole_premium_and_needs_nothing_more(run: Run) -> None:
    """4,500 of notional at 8,759.99, in two digits of thousandths: 0.51 BTC; from 2,000 of cash."""
    event = leg(run, "retail client nl", PUT)
    assert event.number("size") == 51 * 10**16
    price = event.number("price")
    exact = opened(51 * 10**16).mark()
    # In whole cents, or a hundred-millionth of the premium where that is finer.
    assert 0 <= exact - price <= 10**16
    assert event.number("cash") == 2_000 * WAD - event.number("size") * price // WAD
    assert event.number("position_quote") == 0
    assert event.number("initial_margin") == 0


def test_a_hedged_account_needs_less_than_its_parts(run: Run) -> None:
    """20 BTC of perpetual bought, a put on each bought and a call on each sold."""
    spot = int(Decimal("8759.99") * WAD)
    linear = Linear(20 * WAD, spot)
    put, call = opened(20 * WAD), opened(-20 * WAD, CALL)
    reported = [
        leg(run, "hedged fund", number).number("initial_margin")
        for number in (PERPETUAL, PUT, CALL)
    ]
    expected = [requirement(held)[2] for held in ([linear], [linear, put], [linear, put, call])]
    assert reported == expected
    alone = sum(requirement([one])[1] for one in (linear, put, call))
    assert reported[-1] < alone / 2
    assert not run.events("MarginCalled", "hedged fund")


def test_a_writer_of_puts_is_called_and_liquidated(run: Run) -> None:
    story = [
        event
        for event in run.audit.events
        if event.args.get("account") == run.account("option writer")
        and event.name in ("MarginCalled", "PositionLiquidated", "LossAllocated", "DebtRecorded")
    ]
    names = [event.name for event in story]
    assert names[:2] == ["MarginCalled", "PositionLiquidated"]
    assert names[-3:] == ["PositionLiquidated", "LossAllocated", "DebtRecorded"]
    first = next(event for event in story if event.name == "PositionLiquidated")
    assert first.timestamp > story[0].number("deadline") == story[0].timestamp + 3_600
    assert first.number("equity_before") * 2 >= first.number("margin_before")
    last = [event for event in story if event.name == "PositionLiquidated"][-1]
    assert datetime.fromtimestamp(last.timestamp, UTC).strftime("%d %H") == "12 16"
    assert last.number("equity_before") * 2 < last.number("margin_before")
    assert last.number("penalty") == 0
    # At 4,644 the puts are so deep in the money that time is worth less than a cent.
    assert 0 <= last.number("mark") - 3_156 * WAD < 10**16


def test_the_writers_deficit_is_what_it_brought_and_earned_less_what_it_bought_back(
    run: Run,
) -> None:
    earned = 20 * leg(run, "option writer", PUT).number("price")
    taken = of(run, "PositionLiquidated", PUT, "option writer")
    assert sum(event.number("size") for event in taken) == 20 * WAD
    spent = sum(-(-event.number("size") * event.number("mark") // WAD) for event in taken)
    penalties = sum(event.number("penalty") for event in taken)
    (loss,) = run.events("LossAllocated", "option writer")
    assert abs(spent + penalties - earned - 48_000 * WAD - loss.number("deficit")) <= len(taken)
    # Its member's own money bears it: nobody else's does.
    assert 0 <= loss.number("deficit") - loss.number("from_member_cash") < 10**12
    assert loss.number("from_others") == loss.number("uncovered") == 0


def test_the_history_values_options_as_the_house_does(run: Run) -> None:
    """Of what all accounts have and need, the writer's part is what its first call reports."""
    call = run.events("MarginCalled", "option writer")[0]
    before = [event for event in run.audit.events if event.block_number < call.block_number]
    without = [
        event
        for event in before
        if event.name != "TradeReported" or event.number("account") != call.number("account")
    ]
    kit = run.replay.deployment
    everybody, others = (
        retrace(events, kit.house.address, kit.token_feed, 1).samples[-1]
        for events in (before, without)
    )
    assert everybody.time == others.time == call.timestamp - call.timestamp % 60
    assert everybody.equity - others.equity == call.number("equity")
    assert everybody.requirement - others.requirement == call.number("initial_margin")


def test_exercise_is_at_the_futures_settlement_price(run: Run) -> None:
    (future,) = run.events("InstrumentSettled")
    put, call = run.events("OptionExercised")
    price = future.number("price")
    line = [
        Decimal("4857.1") + (3_858 - Decimal("4857.1")) * minute / 480 for minute in range(460, 480)
    ]
    assert abs(price - int(sum(line) / 20 * WAD)) <= 20
    assert (put.number("price"), call.number("price")) == (price, price)
    assert (put.number("strike"), call.number("strike")) == (STRIKES[PUT], STRIKES[CALL])
    assert (put.number("payoff"), call.number("payoff")) == (STRIKES[PUT] - price, 0)
    assert put.timestamp == call.timestamp - 2 >= EXPIRY
    assert put.number("expiry") == call.number("expiry") == EXPIRY


def test_the_sweep_pays_every_holder(run: Run) -> None:
    price = run.events("InstrumentSettled")[0].number("price")
    for instrument, unit in ((PUT, STRIKES[PUT] - price), (CALL, 0)):
        paid = of(run, "PositionSettled", instrument)
        assert len({event.block_number for event in paid}) == 1
        assert sum(event.number("size") for event in paid) == 0
        for event in paid:
            assert event.number("cash_flow") == event.number("size") * unit // WAD
    (client,) = of(run, "PositionSettled", PUT, "retail client nl")
    assert client.number("cash_flow") > 1_999 * WAD
    for name in ("option writer", "hedged fund", "retail client nl", "options dealer"):
        statement = run.chain.run(run.replay.deployment.house.statement(run.account(name)))
        assert statement.position_count == 0


def test_a_stale_array_stops_opening(run: Run) -> None:
    (refused,) = [one for one in run.replay.refusals if one.who == "option writer"]
    assert refused.reason == "house: price stale or jumped"
    answer = run.answers[run.replay.refusals.index(refused)]
    assert answer.stale
    assert not answer.jumped
    assert answer.equity >= answer.requirement


def records(run: Run) -> dict[str, list[dict[str, Any]]]:
    """The report's tables of options, by name."""
    report = build_report(run.audit, run.replay, run.answers, prices="a file", chain="embedded")
    assert {table.name for table in report.options} <= {table.name for table in report.tables}
    return {table.name: table.records() for table in report.options}


def test_the_report_has_terms_and_ends(run: Run) -> None:
    put, call = records(run)["options"]
    assert (put["option_type"], call["option_type"]) == ("put", "call")
    for row, strike in ((put, 7_800), (call, 10_000)):
        assert row["strike_wad"] == str(strike * WAD)
        assert row["expiry"] == row["first_exercise"] == EXPIRY
    assert (put["end"], call["end"]) == ("exercised", "ended without paying")
    assert int(put["payoff_wad"]) + int(put["settlement_price_wad"]) == 7_800 * WAD


def test_the_report_has_every_premium_with_strike_exercise_date_and_delta(run: Run) -> None:
    rows = records(run)["option_premiums"]
    # Four trades and three take-overs, two legs each; what one side pays the other gets.
    assert len(rows) == 2 * (4 + 3)
    assert sum(int(row["premium_wad"]) for row in rows) == 0
    row = next(row for row in rows if row["party"] == "retail client nl")
    cash = leg(run, "retail client nl", PUT).number("cash")
    assert int(row["premium_wad"]) == 2_000 * WAD - cash
    assert (row["strike_wad"], row["first_exercise"]) == (str(7_800 * WAD), EXPIRY)
    assert abs(mpf(row["delta_wad"]) / WAD - opened(WAD).delta()) < mpf(10) ** -15


def test_the_report_has_every_valuation(run: Run) -> None:
    rows = records(run)["option_valuations"]
    events = run.events("RiskArrayRefreshed")
    assert len(rows) == len(events)
    assert {row["method"] for row in rows} == {"mark-to-model"}
    for row, event in zip(rows, events, strict=True):
        assert row["valued_at"] in {time for time, _ in path()}
        assert row["model"] == "0x" + event.word("model").hex()
        assert row["volatility_wad"] == str(event.number("volatility"))


# What the report says of it can be found wanting

Doctor = Callable[[Event], Event]


def changed(name: str, field: str, amount: int, instrument: int = 0) -> Doctor:
    """Adds to a field of the events of a name, of one instrument if it is given."""

    def doctor(event: Event) -> Event:
        if event.name != name or (instrument and event.args.get("instrument") != instrument):
            return event
        return replace(event, args={**event.args, field: event.number(field) + amount})

    return doctor


def dropped(name: str) -> Doctor:
    """Gives the events of a name another one, which nobody looks for."""

    def doctor(event: Event) -> Event:
        if event.name != name:
            return event
        return replace(event, spec=replace(event.spec, name="Nothing"))

    return doctor


def apart(event: Event) -> Event:
    """Every payment in a block of its own."""
    if event.name != "PositionSettled":
        return event
    return replace(event, block_number=event.block_number * 1_000 + event.log_index)


DOCTORED: dict[str, tuple[int, Doctor]] = {
    "a premium partly owed": (0, changed("TradeReported", "position_quote", -1, PUT)),
    "a premium of another amount": (0, changed("TradeReported", "price", WAD, PUT)),
    "margin asked of a long option": (0, changed("TradeReported", "initial_margin", 1, PUT)),
    "a requirement that is not the one reported": (
        1,
        changed("TradeReported", "initial_margin", 1),
    ),
    "nobody was called": (2, dropped("MarginCalled")),
    "nothing was taken over": (2, dropped("PositionLiquidated")),
    "another settlement price than the future's": (3, changed("InstrumentSettled", "price", 1)),
    "nothing was exercised": (3, dropped("OptionExercised")),
    "paid out one by one": (4, apart),
}


def found(run: Run, events: Sequence[Event]) -> list[Bite]:
    """The rules of options in these events."""
    names = Names(run.replay.names, run.replay.instruments, run.replay.synthetic_from_block)
    outdated = [
        refusal
        for refusal, answer in zip(run.replay.refusals, run.answers, strict=True)
        if answer.stale
    ]
    return option_bites(Finder(tuple(events), names, run.audit), outdated)


def test_every_rule_of_options_is_seen(run: Run) -> None:
    bites = found(run, run.audit.events)
    assert [bite.seen for bite in bites] == [True] * 6
    assert not any(bite.synthetic for bite in bites)


@pytest.mark.parametrize(("place", "doctor"), DOCTORED.values(), ids=DOCTORED)
def test_a_rule_that_did_not_hold_is_not_seen(run: Run, place: int, doctor: Doctor) -> None:
    bites = found(run, [doctor(event) for event in run.audit.events])
    assert not bites[place].seen
