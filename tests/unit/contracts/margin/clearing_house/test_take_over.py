"""`take_over`, as far as the house itself refuses; the rest is the close-out contract's."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from tests.support.clearing import HOUR, Clearing
from tests.support.orders import WAD

MARK = 8000 * WAD


def take(clearing: Clearing, size: int, sender: str, penalty: int = 0) -> None:
    """`third` takes over part of `buyer`'s position; what it does is thrown away."""
    market = clearing.market
    terms = (
        market.ids["buyer"],
        market.ids["third"],
        market.perpetual,
        size,
        penalty,
        2,
        0,
        0,
        0,
        0,
    )
    market.house.functions.take_over(terms).call({"from": sender})


def test_default_behavior(clearing: Clearing) -> None:
    clearing.market.trade("buyer", "seller", 2 * WAD, MARK)
    take(clearing, WAD, clearing.market.close_out.address)


def test_not_the_close_out(clearing: Clearing, reverts: Any) -> None:
    market = clearing.market
    market.trade("buyer", "seller", 2 * WAD, MARK)
    for caller in (market.matcher.address, market.operator, market.actors("member").address):
        with reverts("house: not the close-out"):
            take(clearing, WAD, caller)


def test_stale_price(clearing: Clearing, reverts: Any, now: Callable[[], int]) -> None:
    clearing.market.trade("buyer", "seller", 2 * WAD, MARK)
    clearing.go_to(now() + 10 * HOUR)
    with reverts("house: stale price"):
        take(clearing, WAD, clearing.market.close_out.address)


def test_not_a_multiple_of_the_lot(clearing: Clearing, reverts: Any) -> None:
    """No take-over leaves dust behind."""
    clearing.market.trade("buyer", "seller", 2 * WAD, MARK)
    with reverts("house: not a multiple of the lot"):
        take(clearing, WAD + 1, clearing.market.close_out.address)


def test_taker_below_initial_margin(clearing: Clearing, reverts: Any) -> None:
    market = clearing.market
    market.trade("buyer", "seller", 2 * WAD, MARK)
    market.deposit("seller", 10_000)
    market.trade("third", "seller", 37 * WAD, MARK)
    with reverts("house: below initial margin"):
        take(clearing, WAD, market.close_out.address)


def test_jump_does_not_stop_it(clearing: Clearing) -> None:
    """A crash can be liquidated: a jumped price stops opening by trade only."""
    clearing.market.trade("buyer", "seller", 2 * WAD, MARK)
    clearing.market.price(1, 6000 * WAD)
    take(clearing, WAD, clearing.market.close_out.address)
