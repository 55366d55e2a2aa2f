"""`trade` where a side reduces or closes: what passes for an account that is short of margin."""

from __future__ import annotations

from typing import Any

from tests.support.clearing import CLOSE_OUT, HOUR, Clearing
from tests.support.orders import WAD

MARK = 8000 * WAD


def long_of_ten(clearing: Clearing, cash: int = 30_000) -> None:
    """`short on cash` buys ten at 8,000, for which 26,400 are needed."""
    clearing.market.join("debtor", cash=cash)
    clearing.market.trade("debtor", "seller", 10 * WAD, MARK)


def test_default_behavior(clearing: Clearing) -> None:
    """A reduction off mark passes where the requirement falls by more than the loss."""
    long_of_ten(clearing)
    clearing.calm(1, 7000 * WAD)
    # 20,000 against 33 % of 70,000: 3,100 short.
    answer = clearing.market.margin("debtor", CLOSE_OUT)
    assert (answer["equity"], answer["requirement"]) == (20_000 * WAD, 23_100 * WAD)
    clearing.market.trade("third", "debtor", WAD, 6650 * WAD)
    # 350 lost, 2,310 less needed: still 1,140 short.
    answer = clearing.market.margin("debtor", CLOSE_OUT)
    assert (answer["equity"], answer["requirement"]) == (19_650 * WAD, 20_790 * WAD)
    assert clearing.state("debtor") == (9 * WAD, -72_000 * WAD, 28_650 * WAD)


def test_close_of_everything_passes_at_any_shortfall(clearing: Clearing) -> None:
    long_of_ten(clearing)
    clearing.calm(1, 5100 * WAD)
    # 1,000 left against 16,830; a loss of 100 leaves 900 and nothing open.
    clearing.market.trade("third", "debtor", 10 * WAD, 5090 * WAD)
    assert clearing.state("debtor") == (0, 0, 900 * WAD)


def test_close_at_mark_passes_below_zero(clearing: Clearing) -> None:
    long_of_ten(clearing)
    clearing.calm(1, 4900 * WAD)
    clearing.market.trade("third", "debtor", 10 * WAD, 4900 * WAD)
    assert clearing.state("debtor") == (0, 0, -1_000 * WAD)


def test_reduction_at_mark_passes_below_zero(clearing: Clearing) -> None:
    long_of_ten(clearing)
    clearing.calm(1, 4900 * WAD)
    clearing.market.trade("third", "debtor", 3 * WAD, 4900 * WAD)
    # 3 of 10 of the quote are released: -24,000 + 14,700.
    assert clearing.state("debtor") == (7 * WAD, -56_000 * WAD, 20_700 * WAD)


def test_no_deficit_is_created_off_mark(clearing: Clearing, reverts: Any) -> None:
    long_of_ten(clearing)
    clearing.calm(1, 5001 * WAD)
    # 10 are left; ten units a whole one below mark take them, one wei more does not pass.
    clearing.ask("third", "debtor", 10 * WAD, 5000 * WAD)
    with reverts("house: deficit"):
        clearing.ask("third", "debtor", 10 * WAD, 5000 * WAD - 1)


def test_no_deficit_is_deepened_off_mark(clearing: Clearing, reverts: Any) -> None:
    long_of_ten(clearing)
    clearing.calm(1, 4900 * WAD)
    with reverts("house: deficit"):
        clearing.ask("third", "debtor", 10 * WAD, 4900 * WAD - 1)
    with reverts("house: deficit"):
        clearing.ask("third", "debtor", WAD, 4899 * WAD)
    # A price better than mark for the debtor makes it smaller.
    clearing.ask("third", "debtor", WAD, 4901 * WAD)


def test_two_wei_of_rounding_pass(clearing: Clearing, reverts: Any) -> None:
    """A fill one wei of price off costs one wei a unit: ten wei do not pass, two do."""
    long_of_ten(clearing)
    clearing.calm(1, 4900 * WAD)
    clearing.ask("third", "debtor", 2 * WAD, 4900 * WAD - 1)
    with reverts("house: deficit"):
        clearing.ask("third", "debtor", 3 * WAD, 4900 * WAD - 1)


def test_shortfall_grows(clearing: Clearing, reverts: Any, now: Any) -> None:
    """A hedge may not be closed by an account that is short."""
    market = clearing.market
    dated = market.list_instrument(1, (now() // 86_400 + 30) * 86_400 + 8 * HOUR)
    market.join("hedger", cash=33_000)
    market.trade("hedger", "seller", 10 * WAD, 8400 * WAD)
    market.deposit("hedger", 25_000)
    market.trade("seller", "hedger", 10 * WAD, 7600 * WAD, dated)
    market.withdraw("hedger", 25_000)
    clearing.calm(1, 8800 * WAD)
    # +4,000 and -12,000 on 33,000; the schedule nets 15 % of 176,000 by 0.4 + 0.6 * 8 / 12.
    answer = market.margin("hedger", CLOSE_OUT)
    assert (answer["equity"], answer["requirement"]) == (25_000 * WAD, 21_120 * WAD)
    clearing.calm(1, 10_560 * WAD)
    # +21,600 and -29,600: 15 % of 211,200 times 0.4 + 0.6 * 8,000 / 29,600, 17,809.30.
    assert market.margin("hedger", CLOSE_OUT)["requirement"] < 18_000 * WAD
    with reverts("house: shortfall grows"):
        clearing.ask("hedger", "third", 10 * WAD, 10_560 * WAD, dated)
