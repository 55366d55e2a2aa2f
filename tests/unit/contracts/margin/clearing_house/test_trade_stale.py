"""`trade` under a stale or a jumped price: only what reduces both sides passes."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest

from tests.support.clearing import HOUR, Clearing
from tests.support.orders import WAD

MARK = 8000 * WAD
REASON = "house: price stale or jumped"


@pytest.fixture
def stale(clearing: Clearing, now: Callable[[], int]) -> Clearing:
    """`buyer` holds 4, `seller` -5 and `third` 1; then BTC has no price for ten hours."""
    clearing.market.trade("buyer", "seller", 4 * WAD, MARK)
    clearing.market.trade("third", "seller", WAD, MARK)
    clearing.go_to(now() + 10 * HOUR)
    return clearing


def test_default_behavior(stale: Clearing) -> None:
    assert stale.market.margin("buyer")["flags"] == 1
    stale.market.trade("seller", "buyer", 3 * WAD, MARK)
    stale.market.trade("seller", "buyer", WAD, MARK)
    assert stale.state("buyer") == (0, 0, 100_000 * WAD)
    assert stale.state("seller")[0] == -WAD


def test_band_holds_around_the_last_good_price(stale: Clearing, reverts: Any) -> None:
    stale.ask("seller", "buyer", WAD, 7600 * WAD)
    with reverts("house: price outside the band"):
        stale.ask("seller", "buyer", WAD, 7600 * WAD - 1)


@pytest.mark.parametrize(
    ("buyer", "seller", "size"),
    [
        ("buyer", "seller", 1),  # both increase
        ("seller", "third", 2),  # the seller's counterpart flips
        ("seller", "buyer", 5),  # one closes, the other flips
        ("buyer", "third", 1),  # one increases, the other closes
        ("third", "buyer", 1),  # one increases, the other reduces
    ],
)
def test_opening_under_a_stale_price(
    stale: Clearing, reverts: Any, buyer: str, seller: str, size: int
) -> None:
    with reverts(REASON):
        stale.ask(buyer, seller, size * WAD, MARK)


def test_stale_price_of_another_underlier_stops_opening(
    clearing: Clearing, reverts: Any, now: Callable[[], int]
) -> None:
    ether = clearing.market.list_instrument(2)
    clearing.market.trade("buyer", "seller", WAD, 200 * WAD, ether)
    clearing.go_to(now() + 10 * HOUR)
    clearing.market.price(1, MARK)
    with reverts(REASON):
        clearing.ask("buyer", "third", WAD, MARK)


def test_a_stale_index_rolls_no_funding(stale: Clearing) -> None:
    before = stale.funding()
    stale.market.trade("seller", "buyer", WAD, MARK)
    assert stale.funding() == before


def test_last_second_of_a_price(clearing: Clearing, now: Callable[[], int], reverts: Any) -> None:
    seen = now() + 1
    clearing.market.set_time(seen)
    clearing.market.push(1, MARK, seen)
    clearing.market.set_time(seen + 9 * HOUR - 1)
    clearing.market.push(10, WAD, seen + 9 * HOUR - 1)
    clearing.market.set_time(seen + 9 * HOUR)
    clearing.ask("buyer", "seller", WAD, MARK)
    clearing.market.set_time(seen + 9 * HOUR + 1)
    with reverts(REASON):
        clearing.ask("buyer", "seller", WAD, MARK)


def test_jump_stops_opening_only(clearing: Clearing, reverts: Any) -> None:
    market = clearing.market
    market.trade("buyer", "seller", 4 * WAD, MARK)
    # A fifth and a wei more.
    market.price(1, 9600 * WAD + 1)
    assert market.margin("buyer")["flags"] == 2
    for pair, size in ((("buyer", "seller"), 1), (("seller", "buyer"), 5), (("third", "buyer"), 1)):
        with reverts(REASON):
            clearing.ask(*pair, size * WAD, 9600 * WAD)
    market.trade("seller", "buyer", WAD, 9600 * WAD)
    assert clearing.state("buyer")[2] == (100_000 + 1_600) * WAD
    # The next price that has not jumped lets trading open again.
    market.price(1, 9600 * WAD)
    clearing.ask("buyer", "seller", WAD, 9600 * WAD)


def test_a_move_of_a_fifth_is_no_jump(clearing: Clearing) -> None:
    clearing.market.price(1, 9600 * WAD)
    clearing.ask("buyer", "seller", WAD, 9600 * WAD)


@pytest.mark.parametrize(
    ("price", "counted"), [(10**18 * 102 // 100, 100_000), (99 * 10**16, 99_000)]
)
def test_settlement_token_counts_at_most_at_par(
    clearing: Clearing, reverts: Any, price: int, counted: int
) -> None:
    clearing.market.price(10, price)
    # 2,640 a unit: the largest whole lot that `counted` carries.
    lots = counted * 1000 // 2_640
    clearing.ask("buyer", "seller", lots * 10**15, MARK)
    with reverts("house: below initial margin"):
        clearing.ask("buyer", "seller", (lots + 1) * 10**15, MARK)


def test_settlement_token_below_its_floor_opens_nothing(clearing: Clearing, reverts: Any) -> None:
    clearing.market.trade("buyer", "seller", WAD, MARK)
    clearing.market.price(10, 98 * 10**16)
    clearing.ask("buyer", "seller", WAD, MARK)
    clearing.market.price(10, 98 * 10**16 - 1)
    with reverts("house: below initial margin"):
        clearing.ask("buyer", "seller", 10**15, MARK)
    clearing.ask("seller", "buyer", 10**15, MARK)


def test_stale_settlement_token_opens_nothing(
    clearing: Clearing, reverts: Any, now: Callable[[], int], set_time: Callable[[int], None]
) -> None:
    clearing.market.trade("buyer", "seller", WAD, MARK)
    time = now() + 10 * HOUR
    set_time(time)
    clearing.market.push(1, MARK, time)
    with reverts("house: below initial margin"):
        clearing.ask("buyer", "seller", 10**15, MARK)
    clearing.ask("seller", "buyer", 10**15, MARK)
