"""`margin_after`: the assessment as if a fill at mark had happened."""

from __future__ import annotations

from typing import Any

import pytest

from tests.support.clearing import CLOSE_OUT, HOUR, OPENING, Clearing
from tests.support.market import RETAIL
from tests.support.orders import WAD

MARK = 8000 * WAD


def after(clearing: Clearing, name: str, delta: int, valuation: int = CLOSE_OUT) -> tuple[int, int]:
    """Equity and requirement, whole units."""
    market = clearing.market
    answer = market.house.functions.margin_after(
        market.ids[name], market.perpetual, delta * WAD, valuation
    ).call()
    assert answer[2] == 0
    assert answer[0] % WAD == answer[1] % WAD == 0
    return answer[0] // WAD, answer[1] // WAD


@pytest.mark.parametrize(
    ("delta", "requirement"), [(1, 13_200), (-1, 7_920), (-4, 0), (-10, 15_840)]
)
def test_default_behavior(clearing: Clearing, delta: int, requirement: int) -> None:
    """A fill at mark leaves equity as it is and changes the requirement only."""
    market = clearing.market
    market.trade("buyer", "seller", 4 * WAD, 8100 * WAD)
    for valuation in (OPENING, CLOSE_OUT):
        assert after(clearing, "buyer", delta, valuation) == (99_600, requirement)
    # Nothing was stored, and the fill itself comes to the same.
    assert clearing.state("buyer") == (4 * WAD, -32_400 * WAD, 100_000 * WAD)
    pair = ("buyer", "third") if delta > 0 else ("third", "buyer")
    market.trade(*pair, abs(delta) * WAD, MARK)
    answer = market.margin("buyer")
    assert (answer["equity"], answer["requirement"]) == (99_600 * WAD, requirement * WAD)


@pytest.mark.parametrize(("delta", "requirement"), [(-2, 32_000), (-9, 4_000), (-10, 0)])
def test_retail_level_at_entry_falls_with_the_position(
    clearing: Clearing, delta: int, requirement: int
) -> None:
    """Else no part of a retail account could be taken over, only all of it."""
    market = clearing.market
    market.join("saver", RETAIL, "DE", cash=40_000)
    market.trade("saver", "seller", 10 * WAD, MARK)
    clearing.calm(1, 5900 * WAD)
    assert after(clearing, "saver", delta) == (19_000, requirement)
    market.trade("third", "saver", -delta * WAD, 5900 * WAD)
    assert market.margin("saver")["requirement"] == requirement * WAD


def test_retail_account_taken_over_in_part(clearing: Clearing) -> None:
    market = clearing.market
    market.join("saver", RETAIL, "DE", cash=40_000)
    market.trade("saver", "seller", 10 * WAD, MARK)
    clearing.calm(1, 5900 * WAD)
    # 19,000 is below half of 40,000. Two units are worth 11,800; the penalty is 1 % of it.
    market.liquidate("saver", "third", 2 * WAD)
    answer = market.margin("saver")
    assert (answer["equity"], answer["requirement"]) == (18_882 * WAD, 32_000 * WAD)
    assert clearing.entry("saver") == 64_000 * WAD


def test_funding_is_in_the_price(clearing: Clearing) -> None:
    market = clearing.market
    market.trade("buyer", "seller", WAD, 8400 * WAD)
    start = clearing.funding()[0]
    market.set_time(start + HOUR)
    market.do(market.house.functions.roll_funding(market.perpetual), market.actors("keeper"))
    market.set_time(start + 2 * HOUR)
    rate = 40 * WAD // (8 * HOUR)
    account = market.ids["third"]
    answer = market.house.functions.margin_after(account, market.perpetual, WAD, OPENING).call()
    assert rate > 0
    assert answer[0] == 100_000 * WAD
    answer = market.house.functions.margin_after(
        market.ids["buyer"], market.perpetual, -WAD, CLOSE_OUT
    ).call()
    assert (answer[0], answer[1]) == (99_600 * WAD - rate * HOUR, 0)


def test_instrument_not_open(clearing: Clearing, reverts: Any) -> None:
    with reverts("house: instrument not open"):
        clearing.market.house.functions.margin_after(
            clearing.market.ids["buyer"], 99, WAD, OPENING
        ).call()


def test_unknown_account(clearing: Clearing, reverts: Any) -> None:
    with reverts("house: unknown account"):
        clearing.market.house.functions.margin_after(
            999, clearing.market.perpetual, WAD, OPENING
        ).call()
