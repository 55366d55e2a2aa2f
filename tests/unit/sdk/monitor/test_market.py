"""Detectors of the market, and thresholds of one's own."""

from __future__ import annotations

from typing import Any

import pytest

from keelmark.monitor.rules import Rules
from keelmark.monitor.signals import Signal
from keelmark.units import WAD
from tests.support.watched import CLIENT, MAKER, MEMBER, RETAIL, SPOT, Tape, market, wallet_of


def of(tape: Tape, detector: str, **settings: Any) -> list[Signal]:
    """What one detector says."""
    rules = Rules.model_validate(settings)
    return [one for one in tape.said(rules) if one.detector == detector]


def test_concentration() -> None:
    """Of ten units open the client holds six long, the maker all ten short."""
    tape = market()
    tape.trade(CLIENT, MAKER, 6, 8_000)
    tape.trade(MEMBER, MAKER, 4, 8_000)
    said = {one.account: one for one in of(tape, "concentration")}
    assert sorted(said) == [CLIENT, MAKER]
    assert said[CLIENT].figures == {
        "size_wad": 6 * WAD,
        "open_interest_wad": 10 * WAD,
        "share_bps": 6_000,
        "level_bps": 5_000,
    }
    # Exactly at the level is not above it; within five points below, an episode goes on.
    at_level = {
        one.account: one for one in of(tape, "concentration", concentration={"share_bps": 6_000})
    }
    assert not at_level[CLIENT].firing
    assert MEMBER not in at_level
    assert not of(tape, "concentration", concentration={"least_open_interest": 11})
    assert of(tape, "concentration", concentration={"least_open_interest": 10})


def test_backstop_exhausted() -> None:
    """No promise is left, and positions are open."""
    tape = market()
    tape.trade(CLIENT, MAKER, 6, 8_000)
    assert not of(tape, "backstop_exhausted")
    tape.add("BackstopCommitted", member=MEMBER, wallet=wallet_of(0), amount=0)
    assert of(tape, "backstop_exhausted")
    tape.trade(MAKER, CLIENT, 6, 8_000)
    assert not of(tape, "backstop_exhausted")


def test_uncovered_loss() -> None:
    """A loss that no layer covers, until somebody pays for it."""
    tape = market()
    tape.books.ledger.account(CLIENT).cash = -100 * WAD
    assert not of(tape, "loss_uncovered")
    tape.add("LossAllocated", account=CLIENT, member=MEMBER, deficit=100 * WAD, uncovered=100 * WAD)
    said = of(tape, "loss_uncovered")
    assert said[0].figures == {"uncovered_wad": 100 * WAD}
    tape.add("LossCovered", episode=1, payer=wallet_of(9), amount=100 * WAD, uncovered=0)
    assert not of(tape, "loss_uncovered")


def threshold(**settings: Any) -> dict[str, Any]:
    """A rules file with one level."""
    return {"threshold": [{"name": "mine", **settings}]}


@pytest.mark.parametrize(
    ("settings", "subjects"),
    [
        ({"measure": "open_interest", "above": "9.999"}, ["mine: instrument 1"]),
        ({"measure": "open_interest", "above": 10}, []),
        ({"measure": "open_interest", "above": 9, "instrument": 2}, []),
        ({"measure": "open_notional", "above": 79_999}, ["mine: instrument 1"]),
        ({"measure": "open_notional", "above": 80_000}, []),
        ({"measure": "gross_notional", "above": 60_000}, ["mine: account 4"]),
        ({"measure": "gross_notional", "above": 40_000, "account": CLIENT}, ["mine: account 2"]),
        ({"measure": "equity", "below": 100_001}, ["mine: account 2"]),
        ({"measure": "equity", "below": 100_000}, []),
        ({"measure": "initial_margin", "above": 26_399}, ["mine: account 4"]),
        ({"measure": "initial_margin", "above": 26_400}, []),
        ({"measure": "cash", "below": 10_001}, ["mine: account 3"]),
        # 100,000 over 15,840 is 63,131 bps, rounded down.
        ({"measure": "cover_bps", "below": 63_132}, ["mine: account 2"]),
        ({"measure": "cover_bps", "below": 63_131}, []),
        ({"measure": "weakest_cover_bps", "below": 63_132}, ["mine: house"]),
        ({"measure": "price", "above": 7_999, "feed": SPOT}, ["mine: feed 1"]),
        ({"measure": "price", "below": 8_000, "feed": SPOT}, []),
        ({"measure": "backstop_left", "below": 1_000_001}, ["mine: house"]),
        ({"measure": "backstop_left", "below": 1_000_000}, []),
        ({"measure": "uncovered_loss", "above": 0}, []),
    ],
)
def test_thresholds(settings: dict[str, Any], subjects: list[str]) -> None:
    """Each measure, on either side of what it is: the client is long 6, the member 4, the maker
    short 10, at 8,000."""
    tape = market()
    tape.trade(CLIENT, MAKER, 6, 8_000)
    tape.trade(MEMBER, MAKER, 4, 8_000)
    assert RETAIL in tape.books.ledger.accounts
    said = of(tape, "threshold", **threshold(**settings))
    assert [one.subject for one in said if one.firing] == subjects


def test_threshold_clears_at_its_own_level() -> None:
    """Between the level and where it clears, an episode goes on and none begins."""
    tape = market()
    tape.trade(CLIENT, MAKER, 10, 8_000)
    rules = {"measure": "open_interest", "clear": 8}
    assert of(tape, "threshold", **threshold(above=9, **rules))[0].firing
    assert not of(tape, "threshold", **threshold(above=10, **rules))[0].firing
    tape.trade(MAKER, CLIENT, 2, 8_000)
    assert not of(tape, "threshold", **threshold(above=10, **rules))
