"""A hedged book that no step in one instrument can lead out of, and two legs at once can.

Under the netting of the schedule, with the ratio's ramp over a tenth of G, a loss on one leg and
a gain on the other lower the requirement. Taking the losing leg gives that up: while the losses
are within the ramp the requirement is G - 6 P, which rises with each lot taken if the leg has
lost more than a sixth of its rate. Taking the winning leg raises the directional term. Where
both terms are near each other, every size of either leg raises the requirement, and the account
stays below the close-out level for as long as only one instrument moves at a time.
"""

from __future__ import annotations

from typing import Any

import pytest

from keelmark.ledger import reconcile
from tests.support.clearing import Line, exact_requirement
from tests.support.distress import check_money, events
from tests.support.market import BTC, Market
from tests.support.orders import WAD
from tests.support.rebuilt import ledger, reads
from tests.support.several import HEDGE_LOT, HEDGE_MARK, hedged

LONG, SHORT = 130, 90
"""Lots of the legs."""

GRID = 10
"""Every so many lots the contract itself is asked."""


@pytest.fixture
def stuck(market: Market) -> tuple[Market, int, int]:
    """The hedger below the close-out level, with the numbers of its legs."""
    return market, *hedged(market)


def by_the_method(long: int, short: int) -> int:
    """What the method asks for so many lots of each leg at the mark, in fractions."""
    mark = HEDGE_MARK * WAD
    lines = [
        Line(BTC, lots * HEDGE_LOT, mark, lots * HEDGE_LOT * (HEDGE_MARK - entry))
        for lots, entry in ((long, 8_000), (-short, 8_100))
        if lots
    ]
    return exact_requirement(lines)


def test_default_behavior(stuck: tuple[Market, int, int], logs: Any) -> None:
    """Half of both legs, which no sequence of single steps could begin."""
    market, long, short = stuck
    before = market.margin("hedger")
    takes = [(long, LONG // 2 * HEDGE_LOT), (short, SHORT // 2 * HEDGE_LOT)]
    call = market.liquidating("hedger", "liquidator", takes)
    receipt = market.do(call, market.actors("liquidator"))
    after = market.margin("hedger")
    assert after["requirement"] == by_the_method(LONG // 2, SHORT // 2)
    # 1 % of 11 * 7,803.
    assert before["equity"] - after["equity"] == 85_833 * WAD // 100
    penalties = [event["penalty"] for event in events(market, logs, receipt, "PositionLiquidated")]
    assert penalties == [0, 85_833 * WAD // 100]
    assert before["requirement"] - before["equity"] > after["requirement"] - after["equity"] > 0
    check_money(market)
    assert reconcile(ledger(market), reads(market)) == []


def test_below_the_close_out_level(stuck: tuple[Market, int, int]) -> None:
    market, _, _ = stuck
    state = market.margin("hedger")
    # 15 % of 22 * 7,803 less 6 * 13 * 197 is more than 33 % of 4 * 7,803.
    assert state["requirement"] == by_the_method(LONG, SHORT) == 103_839 * WAD // 10
    # 40,000 bonds at a tenth less 50 bps, a loss of 2,561 and a gain of 2,673.
    assert state["equity"] == 4_092 * WAD
    asked = market.close_out.functions.is_liquidatable(market.house.address, market.ids["hedger"])
    assert asked.call()


def test_every_size_raises_the_requirement() -> None:
    """Lot by lot, by the method's own words: nothing moves equity but the penalty."""
    before = by_the_method(LONG, SHORT)
    assert all(by_the_method(LONG - lots, SHORT) > before for lots in range(1, LONG + 1))
    assert all(by_the_method(LONG, SHORT - lots) > before for lots in range(1, SHORT + 1))


def test_no_single_step_passes(stuck: tuple[Market, int, int], reverts: Any) -> None:
    """The contract refuses the smallest step, the whole leg, and a grid between."""
    market, long, short = stuck
    for number, held in ((long, LONG), (short, SHORT)):
        for lots in (1, 2, *range(GRID, held, GRID), held - 1, held):
            with reverts("close-out: shortfall must fall"):
                market.liquidate("hedger", "liquidator", lots * HEDGE_LOT, number)


def test_a_single_leg_of_a_batch_is_no_way_round(
    stuck: tuple[Market, int, int], reverts: Any
) -> None:
    market, long, short = stuck
    for number in (long, short):
        call = market.liquidating("hedger", "liquidator", [(number, HEDGE_LOT)] * 2)
        with reverts("house: shortfall must fall"):
            market.do(call, market.actors("liquidator"))


def test_until_margin_is_met(stuck: tuple[Market, int, int]) -> None:
    """Steps of 1.3 and 0.9 lead to equity = initial margin, and no further."""
    market, long, short = stuck
    steps = 0
    while market.margin("hedger")["equity"] < market.margin("hedger")["requirement"] // 2:
        takes = [(long, 13 * HEDGE_LOT), (short, 9 * HEDGE_LOT)]
        call = market.liquidating("hedger", "liquidator", takes)
        market.do(call, market.actors("liquidator"))
        steps += 1
    # 4,092 - 171.666 n against half of 10,383.9 * (1 - n / 10), met at n = 3.17.
    assert steps == 4
    check_money(market)
