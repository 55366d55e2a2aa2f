"""Detectors of accounts, at the last whole price on either side of each level.

Thirty units were bought at 8,000 with 100,000 in cash; initial margin is 33 % of notional. At a
price p, equity is 30 p - 140,000 and initial margin 9.9 p, so that

====================  ==================  =====================
level of cover        begins below        ends from
====================  ==================  =====================
75 % (ends at 80 %)   6,201.55            6,340.58
50 % (ends at 51 %)   5,588.83            5,610.998
100 % (ends at 101)   6,965.17            6,999.65
====================  ==================  =====================
"""

from __future__ import annotations

import pytest

from keelmark.monitor.rules import Rules
from keelmark.monitor.signals import Signal
from keelmark.types import AccountFlag
from tests.support.watched import CLIENT, MAKER, RETAIL, Tape, market

HOUR = 3_600


@pytest.fixture
def tape() -> Tape:
    """The client is long thirty units."""
    made = market()
    made.trade(CLIENT, MAKER, 30, 8_000)
    made.block()
    return made


def at(tape: Tape, price: int, rules: Rules | None = None) -> dict[str, Signal]:
    """What is said of the client at a price."""
    tape.price(price)
    return {one.detector: one for one in tape.said(rules) if one.account == CLIENT}


@pytest.mark.parametrize(
    ("detector", "firing", "holding", "quiet"),
    [
        ("near_close_out", 6_201, 6_202, 6_341),
        ("near_close_out", 6_201, 6_340, 6_341),
        ("below_close_out", 5_588, 5_589, 5_611),
        ("below_close_out", 5_588, 5_610, 5_611),
        ("margin_shortfall", 6_965, 6_966, 7_000),
        ("margin_shortfall", 6_965, 6_999, 7_000),
    ],
)
def test_levels(tape: Tape, detector: str, firing: int, holding: int, quiet: int) -> None:
    """Below the level it fires, above it it holds an episode, and further up it is silent."""
    assert at(tape, firing)[detector].firing
    assert not at(tape, holding)[detector].firing
    assert detector not in at(tape, quiet)


def test_figures_and_law(tape: Tape) -> None:
    """An alert carries exact figures, the rule and the account."""
    said = at(tape, 5_000)["below_close_out"]
    assert said.figures == {
        "equity_wad": 10_000 * 10**18,
        "initial_margin_wad": 49_500 * 10**18,
        "cover_bps": 2_020,
        "level_bps": 5_000,
    }
    assert said.rule == "CLOSE_OUT_BPS"
    assert said.sentence == (
        "account 2: equity 10,000 is 20.2 % of its initial margin 49,500, below the close-out "
        "level of 50 %"
    )


def test_warning_level_is_configurable(tape: Tape) -> None:
    """At 90 %, which ends at 91 %: 100,000 + 30 (p - 8,000) < 8.91 p below 6,638.22."""
    rules = Rules.model_validate({"near_close_out": {"warning_bps": 9_000, "hysteresis_bps": 100}})
    assert at(tape, 6_638, rules)["near_close_out"].firing
    assert not at(tape, 6_639, rules)["near_close_out"].firing


def test_call_silences_the_shortfall(tape: Tape) -> None:
    """Once a call stands, somebody has seen it."""
    assert "margin_shortfall" in at(tape, 6_000)
    tape.add("MarginCalled", account=CLIENT, member=1, deadline=tape.time + HOUR)
    assert "margin_shortfall" not in at(tape, 6_000)
    assert "call_overdue" not in at(tape, 6_000)


def test_overdue_call(tape: Tape) -> None:
    """A second after its deadline, and not if equity is there again."""
    tape.price(6_000)
    tape.add("MarginCalled", account=CLIENT, member=1, deadline=tape.time + HOUR)
    overdue = [one for one in tape.said(later=HOUR + 1) if one.detector == "call_overdue"]
    assert [one.account for one in overdue] == [CLIENT]
    assert not [one for one in tape.said(later=HOUR) if one.detector == "call_overdue"]
    tape.price(8_000)
    assert not [one for one in tape.said(later=HOUR + 1) if one.detector == "call_overdue"]


def test_owed_cash_without_positions(tape: Tape) -> None:
    """Who owes cash can be called, whatever the margin."""
    assert tape.books.ledger.account(RETAIL).cash > 0
    tape.books.ledger.account(RETAIL).cash = -5 * 10**18
    said = [one for one in tape.said() if one.account == RETAIL]
    assert [one.detector for one in said] == [
        "near_close_out",
        "below_close_out",
        "margin_shortfall",
    ]
    assert said[1].sentence == (
        "account 3: equity -5, and nothing left to close, below the close-out level of 50 %"
    )
    assert said[2].figures["cash_wad"] == -5 * 10**18
    tape.books.ledger.account(RETAIL).cash = 0
    assert not [one for one in tape.said() if one.account == RETAIL]


def test_retail_leverage() -> None:
    """Two units bought at 8,000 with 10,000 in cash: equity 2 p - 6,000 is below half of the
    notional, p, below 6,000; 102 % of it is met from 6,122.45 on."""
    tape = market()
    tape.trade(RETAIL, MAKER, 2, 8_000)

    def leverage(price: int) -> list[bool]:
        tape.price(price)
        said = tape.said()
        assert all(one.account == RETAIL for one in said if one.detector == "retail_leverage")
        return [one.firing for one in said if one.detector == "retail_leverage"]

    assert leverage(5_999) == [True]
    assert leverage(6_000) == [False]
    assert leverage(6_122) == [False]
    assert leverage(6_123) == []


def test_professionals_have_no_leverage_cap(tape: Tape) -> None:
    """Nor is the market maker, short as many, said anything of."""
    assert "retail_leverage" not in at(tape, 5_000)
    assert not [
        one for one in tape.said() if one.account == MAKER and one.detector != "concentration"
    ]
    assert tape.books.ledger.account(RETAIL).flags & AccountFlag.RETAIL


def test_switched_off(tape: Tape) -> None:
    """A detector that is off says nothing."""
    rules = Rules.model_validate({"below_close_out": {"enabled": False}})
    said = at(tape, 5_000, rules)
    assert "below_close_out" not in said
    assert "near_close_out" in said
