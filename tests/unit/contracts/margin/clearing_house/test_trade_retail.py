"""`trade` of retail clients: leverage cap, notional at entry, change of category, bans."""

from __future__ import annotations

from typing import Any

import pytest

from tests.support.clearing import CLOSE_OUT, HOUR, OPENING, Clearing
from tests.support.market import BTC, PROFESSIONAL, RETAIL
from tests.support.orders import WAD

MARK = 8000 * WAD
LOT = 10**15


def test_default_behavior(clearing: Clearing, reverts: Any) -> None:
    """Two to one, and not a lot more; the notional at entry is kept."""
    market = clearing.market
    market.join("saver", RETAIL, "DE", cash=10_000)
    with reverts("house: below initial margin"):
        clearing.ask("saver", "seller", 2_501 * LOT, MARK)
    receipt = market.trade("saver", "seller", 2_500 * LOT, MARK)
    assert clearing.legs(receipt)[market.ids["saver"]]["initial_margin"] == 10_000 * WAD
    assert clearing.legs(receipt)[market.ids["saver"]]["execution"] >> 16 == 1 | 2
    assert clearing.entry("saver") == 20_000 * WAD
    # The professional on the other side needs 33 %, and no notional is kept for it.
    assert market.margin("seller")["requirement"] == 6_600 * WAD
    assert clearing.entry("seller") == 0


@pytest.mark.parametrize(
    ("delta", "price", "entry"),
    [
        (1, 8100, 40_100),  # increase: 32,000 + 8,100
        (-1, 8100, 24_000),  # reduce: a quarter less
        (-4, 8100, 0),  # close
        (-6, 8100, 16_200),  # flip: two at 8,100
    ],
)
def test_entry_notional(clearing: Clearing, delta: int, price: int, entry: int) -> None:
    market = clearing.market
    market.join("saver", RETAIL, "FR", cash=40_000)
    market.trade("saver", "seller", 4 * WAD, MARK)
    pair = ("saver", "third") if delta > 0 else ("third", "saver")
    market.trade(*pair, abs(delta) * WAD, price * WAD)
    assert clearing.entry("saver") == entry * WAD


def test_entry_notional_rounds_up(clearing: Clearing) -> None:
    market = clearing.market
    market.join("saver", RETAIL, "FR", cash=40_000)
    market.trade("saver", "seller", 3 * LOT, MARK + 1)
    # 0.003 at 8,000 and a wei: 24 and 0.003 wei.
    assert clearing.entry("saver") == 24 * WAD + 1
    market.trade("third", "saver", LOT, MARK)
    # A third of it is released, rounded down.
    assert clearing.entry("saver") == 24 * WAD + 1 - 8 * WAD


def test_close_out_level_is_the_larger_of_entry_and_now(clearing: Clearing) -> None:
    market = clearing.market
    market.join("saver", RETAIL, "DE", cash=40_000)
    market.trade("saver", "seller", 4 * WAD, MARK)
    clearing.calm(1, 6000 * WAD)
    assert market.margin("saver", OPENING)["requirement"] == 12_000 * WAD
    assert market.margin("saver", CLOSE_OUT)["requirement"] == 16_000 * WAD
    clearing.calm(1, 9000 * WAD)
    assert market.margin("saver", CLOSE_OUT)["requirement"] == 18_000 * WAD


def test_reduction_is_compared_with_what_entry_required_before(clearing: Clearing) -> None:
    """Deep under water a retail client may reduce off mark, since the level at entry falls."""
    market = clearing.market
    market.join("saver", RETAIL, "DE", cash=40_000)
    market.trade("saver", "seller", 10 * WAD, MARK)
    clearing.calm(1, 4800 * WAD)
    answer = market.margin("saver", CLOSE_OUT)
    assert (answer["equity"], answer["requirement"]) == (8_000 * WAD, 40_000 * WAD)
    # 240 lost on one unit, 4,000 less required: the shortfall falls by 3,760.
    market.trade("third", "saver", WAD, 4560 * WAD)
    answer = market.margin("saver", CLOSE_OUT)
    assert (answer["equity"], answer["requirement"]) == (7_760 * WAD, 36_000 * WAD)


def test_reduction_that_costs_more_than_it_frees(clearing: Clearing, reverts: Any) -> None:
    """At a long position's entry of 8,000 and a mark of 80,000 the level now is what counts."""
    market = clearing.market
    market.join("saver", RETAIL, "DE", cash=40_000)
    market.trade("seller", "saver", 2 * WAD, MARK)
    clearing.calm(1, 16_000 * WAD)
    answer = market.margin("saver", CLOSE_OUT)
    assert (answer["equity"], answer["requirement"]) == (24_000 * WAD, 16_000 * WAD)
    clearing.calm(1, 27_999 * WAD)
    # Two wei are left of 40,000: buying back above mark would leave less than nothing.
    assert market.margin("saver", CLOSE_OUT)["equity"] == 2 * WAD
    with reverts("house: deficit"):
        clearing.ask("saver", "third", 2 * WAD, 28_001 * WAD)
    clearing.ask("saver", "third", 2 * WAD, 28_000 * WAD)


def test_new_retail_client_keeps_old_terms_and_opens_nothing(
    clearing: Clearing, reverts: Any
) -> None:
    market = clearing.market
    market.join("switcher", PROFESSIONAL, "DE", cash=10_000)
    market.trade("switcher", "seller", 3 * WAD, MARK)
    market.renew("switcher", RETAIL)
    assert market.margin("switcher")["requirement"] == 7_920 * WAD
    with reverts("house: category changed"):
        clearing.ask("switcher", "third", LOT, MARK)
    with reverts("house: category changed"):
        clearing.ask("third", "switcher", 4 * WAD, MARK)
    market.trade("third", "switcher", 3 * WAD, MARK)
    # Flat, the account takes the new category with its next trade.
    market.trade("switcher", "third", WAD, MARK)
    assert market.statement("switcher")[3] == 1 | 2
    assert market.margin("switcher")["requirement"] == 4_000 * WAD
    assert clearing.entry("switcher") == 8_000 * WAD


def test_new_professional_keeps_the_floor_until_flat(clearing: Clearing) -> None:
    market = clearing.market
    market.join("saver", RETAIL, "DE", cash=10_000)
    market.trade("saver", "seller", WAD, MARK)
    market.do(market.parties.functions.request_category(PROFESSIONAL), market.actors("saver"))
    clearing.go_to(market.now() + 24 * HOUR)
    market.price(BTC, MARK)
    market.renew("saver", PROFESSIONAL)
    market.trade("saver", "seller", WAD, MARK)
    assert market.margin("saver")["requirement"] == 8_000 * WAD
    market.trade("seller", "saver", 2 * WAD, MARK)
    market.trade("saver", "seller", WAD, MARK)
    assert market.statement("saver")[3] == 1
    assert market.margin("saver")["requirement"] == 2_640 * WAD


@pytest.mark.parametrize(("country", "reason"), [("GB", 6), ("SG", 6), ("US", 7), ("CH", 7)])
def test_retail_elsewhere(clearing: Clearing, reverts: Any, country: str, reason: int) -> None:
    clearing.market.join("saver", RETAIL, country, cash=10_000)
    with reverts(f"house: gate {reason}"):
        clearing.ask("saver", "seller", LOT, MARK)
    with reverts(f"house: gate {reason}"):
        clearing.ask("seller", "saver", LOT, MARK)


def test_bonds_carry_no_retail_position(clearing: Clearing, reverts: Any) -> None:
    """What a client paid in as a professional stops counting once the account is retail."""
    market = clearing.market
    market.join("switcher", PROFESSIONAL, "DE", cash=3_000, bonds=10_000)
    clearing.ask("switcher", "seller", WAD, MARK)
    market.renew("switcher", RETAIL)
    with reverts("house: below initial margin"):
        clearing.ask("switcher", "seller", WAD, MARK)
    clearing.ask("switcher", "seller", 750 * LOT, MARK)
