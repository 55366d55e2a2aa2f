"""The ledger on options, from events written by hand."""

from __future__ import annotations

from dataclasses import replace

import pytest

from keelmark.ledger import rebuild, reconcile
from keelmark.ledger.reconcile import money
from keelmark.margin.options import model_digest, refresh
from keelmark.margin.words import pack_instrument
from keelmark.pricing.surface import OptionInputs
from keelmark.types import Option
from tests.support.books import NOW, WAD
from tests.support.ledger_script import CLIENT, MEMBER, RETAIL, WALLET, Script, opened, reads_of
from tests.support.option_books import EXPIRY, option

CALL = 3


@pytest.fixture
def script() -> Script:
    """A member, a client and a retail client, with money in and two instruments."""
    return opened()


def valued_option(script: Script) -> dict[str, int | bytes]:
    """A call listed and valued once; the valuation's own arguments."""
    listed = option([0] * 16, mark=0, valid_until=0)
    script.add("InstrumentListed", instrument=CALL, feed=1, word=pack_instrument(listed))
    script.add("OptionListed", instrument=CALL, feed=1, word=8000 * WAD | 1 << 88)
    script.add("SurfaceUpdated", underlier=1, epoch=7, time=NOW)
    terms = Option(8000 * WAD, call=True)
    inputs = OptionInputs(8100 * WAD, WAD, NOW + 9999, 0, 7, NOW)
    done = refresh(listed, terms, inputs)
    surface = 7 | NOW << 16
    model = model_digest(done.instrument, terms, inputs.forward, inputs.volatility, surface)
    return {
        "instrument": CALL,
        "feed": 1,
        "lanes": done.array,
        "word": pack_instrument(done.instrument),
        "forward": inputs.forward,
        "volatility": inputs.volatility,
        "delta": done.delta,
        "surface": surface,
        "model": model,
    }


def test_a_valuation_is_done_again(script: Script) -> None:
    valuation = valued_option(script)
    script.add("RiskArrayRefreshed", **valuation)
    ledger = rebuild(script.events)
    assert ledger.findings == []
    house = ledger.house
    assert house.forwards == {(1, EXPIRY): 8100 * WAD}
    assert house.arrays[CALL] == valuation["lanes"]
    assert house.instruments[CALL].mark == valuation["word"] >> 104 & (2**88 - 1) > 0
    assert house.epochs == {1: 7}
    for name, wrong in (
        ("lanes", valuation["lanes"] ^ 1 << 20),
        ("word", valuation["word"] + (1 << 104)),
        ("delta", valuation["delta"] - 1),
        ("model", bytes(32)),
    ):
        script.events[-1] = replace(script.events[-1], args={**valuation, name: wrong})
        assert name in {found.field for found in rebuild(script.events).findings}
    later = {**valuation, "surface": 8 | NOW << 16, "lanes": valuation["lanes"] ^ 15}
    script.events[-1] = replace(script.events[-1], args=later)
    assert "surface" in {found.field for found in rebuild(script.events).findings}


def test_an_option_from_premium_to_exercise(script: Script) -> None:
    for account in (CLIENT, RETAIL, MEMBER):
        script.add("EngineChosen", account=account, member=MEMBER, engine=1)
    script.add("RiskArrayRefreshed", **valued_option(script))
    # A premium of 700 moves in cash at once; for retail the entry is 8,100 a unit.
    script.leg(CLIENT, -WAD, 700 * WAD, (-WAD, 0, 5700 * WAD), instrument=CALL)
    script.leg(RETAIL, WAD, 700 * WAD, (WAD, 0, 4300 * WAD), flags=3, instrument=CALL)
    ledger = rebuild(script.events)
    assert ledger.findings == []
    assert ledger.account(RETAIL).entry_notional == {CALL: 8100 * WAD}
    assert ledger.account(CLIENT).record().engine == 1
    assert ledger.account(CLIENT).state().engine == 1
    assert money(ledger) == 15_000 * WAD
    assert ledger.house.markets[CALL].volume_lots == 10**5
    assert ledger.house.markets[CALL].premium_weight == 0
    script.add(
        "OptionExercised",
        instrument=CALL,
        feed=1,
        price=8250 * WAD,
        strike=8000 * WAD,
        payoff=250 * WAD,
        expiry=EXPIRY,
    )
    for account, size, cash in ((CLIENT, -WAD, 5450), (RETAIL, WAD, 4550)):
        script.add(
            "PositionSettled",
            account=account,
            instrument=CALL,
            size=size,
            cash_flow=250 * size,
            cash=cash * WAD,
        )
        assert money(rebuild(script.events)) == 15_000 * WAD
    ledger = rebuild(script.events)
    assert ledger.findings == []
    assert ledger.house.instruments[CALL].settled
    for name in ("strike", "payoff", "expiry"):
        altered = list(script.events)
        told = altered[-3]
        altered[-3] = replace(told, args={**told.args, name: told.number(name) + 1})
        assert name in {found.field for found in rebuild(altered).findings}


def test_an_engine_is_not_chosen_with_positions_open(script: Script) -> None:
    script.leg(CLIENT, WAD, 5000 * WAD, (WAD, -5000 * WAD, 5000 * WAD))
    script.add("EngineChosen", account=CLIENT, member=MEMBER, engine=1)
    assert [found.field for found in rebuild(script.events).findings] == ["positions"]


def test_a_promise_is_used_up_by_the_forward(script: Script) -> None:
    script.add("RiskArrayRefreshed", **valued_option(script))
    script.add("BackstopCommitted", member=MEMBER, wallet=WALLET, amount=10_000 * WAD)
    script.add(
        "PositionLiquidated",
        account=CLIENT,
        instrument=CALL,
        taker=MEMBER,
        mode=3,
        size=WAD,
        mark=700 * WAD,
        penalty=0,
        equity_before=0,
        margin_before=100,
        equity_after=0,
        margin_after=0,
    )
    assert rebuild(script.events).account(MEMBER).backstop == 1900 * WAD


def test_options_that_differ_are_named(script: Script) -> None:
    script.add("RiskArrayRefreshed", **valued_option(script))
    ledger = rebuild(script.events)
    terms, array = 8000 * WAD | 1 << 88, ledger.house.arrays[CALL]
    forwards = {(1, EXPIRY): 8100 * WAD}
    same = replace(reads_of(ledger), options={CALL: terms}, arrays={CALL: array}, forwards=forwards)
    assert reconcile(ledger, same) == []
    other = replace(
        same, options={CALL: terms + 1}, arrays={CALL: 0}, forwards={(1, EXPIRY): 8100 * WAD - 3}
    )
    found = [(gap.place, gap.field, gap.difference) for gap in reconcile(ledger, other)]
    assert found == [
        ("house", f"option {CALL}", 1),
        ("house", f"array {CALL}", -array),
        ("feed 1", f"forward {EXPIRY}", -3),
    ]
