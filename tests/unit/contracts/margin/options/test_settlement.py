"""`settle_instrument`, `settle_position` and `sweep` of options: exercise by anyone, in cash."""

from __future__ import annotations

from typing import Any

import pytest

from tests.support.distress import check_money, events
from tests.support.market import BTC
from tests.support.orders import WAD
from tests.unit.contracts.margin.options.conftest import SPOT, OptionVenue

SWEEP_GAS = 20_000
"""Gas of one account in a sweep, at most."""


def settle(venue: OptionVenue, option: int) -> Any:
    """As anyone."""
    settling = venue.market.house.functions.settle_instrument(option)
    return venue.market.do(settling, venue.market.actors("stranger"))


def settle_position(venue: OptionVenue, name: str, option: int) -> Any:
    """As anyone."""
    house = venue.market.house.functions
    return venue.market.do(
        house.settle_position(venue.market.ids[name], option), venue.market.actors("stranger")
    )


def sweep(venue: OptionVenue, option: int, accounts: list[int]) -> Any:
    """As anyone."""
    sweeping = venue.market.house.functions.sweep(option, accounts)
    return venue.market.do(sweeping, venue.market.actors("stranger"))


@pytest.mark.parametrize(
    ("kind", "price", "payoff"),
    [
        ("call", 9_500, 1_500),
        ("call", 8_000, 0),
        ("call", 6_000, 0),
        ("put", 6_000, 2_000),
        ("put", 8_000, 0),
        ("put", 9_500, 0),
    ],
)
def test_default_behavior(
    venue: OptionVenue, logs: Any, kind: str, price: int, payoff: int
) -> None:
    """In the money, out of it and exactly at the strike: intrinsic value, never less than zero."""
    market = venue.market
    option = venue.call if kind == "call" else venue.put
    venue.trade("buyer", "seller", 2 * WAD, option)
    cash = market.cash("buyer"), market.cash("seller")
    terms = venue.word(option)
    (receipt,) = venue.exercise(price * WAD, option)
    (event,) = events(market, logs, receipt, "OptionExercised")
    assert event == {
        "instrument": option,
        "feed": BTC,
        "price": price * WAD,
        "strike": SPOT,
        "payoff": payoff * WAD,
        "expiry": venue.expiry,
    }
    assert events(market, logs, receipt, "InstrumentSettled") == []
    assert venue.word(option) == terms % 2**104 | 0x80 << 56 | payoff * WAD << 104
    (event,) = events(market, logs, settle_position(venue, "buyer", option), "PositionSettled")
    assert event == {
        "account": market.ids["buyer"],
        "instrument": option,
        "size": 2 * WAD,
        "cash_flow": 2 * payoff * WAD,
        "cash": cash[0] + 2 * payoff * WAD,
    }
    settle_position(venue, "seller", option)
    assert market.cash("buyer") == cash[0] + 2 * payoff * WAD
    assert market.cash("seller") == cash[1] - 2 * payoff * WAD
    assert market.statement("buyer")[7] == market.statement("seller")[7] == 0
    check_money(market)


def test_the_mean_of_the_window(venue: OptionVenue) -> None:
    """Not the last price: twenty observations, half at 8,300 and half at 8,100."""
    market = venue.market
    venue.observe(venue.expiry, 8_300 * WAD, range(10, 20))
    venue.observe(venue.expiry, 8_100 * WAD, range(20, 30))
    market.set_time(venue.expiry)
    settle(venue, venue.call)
    assert venue.mark(venue.call) == 200 * WAD


def test_one_wei_in_the_money(venue: OptionVenue) -> None:
    """Fractions of a wei are the house's dust; nobody is paid what nobody paid."""
    market = venue.market
    for size in (10**15, 3 * 10**15, 5 * 10**15):
        venue.trade("buyer", "seller", size, venue.call)
        venue.trade("third", "seller", size, venue.call)
    before = sum(market.cash(name) for name in ("buyer", "seller", "third"))
    venue.exercise(SPOT + 1, venue.call)
    sweep(venue, venue.call, [market.ids[name] for name in ("buyer", "seller", "third")])
    after = sum(market.cash(name) for name in ("buyer", "seller", "third"))
    # 9/1000 of a wei for each of two: nothing, and the one who owes it pays a whole wei.
    assert before - after == 1 == market.house.functions.dust().call()
    check_money(market)


def test_sweep(venue: OptionVenue) -> None:
    """Accounts without a position, named twice or never opened spoil nothing."""
    market = venue.market
    venue.trade("buyer", "seller", WAD, venue.call)
    venue.trade("third", "seller", WAD, venue.call)
    venue.trade("buyer", "seller", WAD, venue.put)
    venue.exercise(9_000 * WAD, venue.call)
    cash = market.cash("seller")
    names = ("buyer", "member", "seller", "buyer", "saver")
    sweep(venue, venue.call, [market.ids[name] for name in names])
    assert market.cash("seller") == cash - 2_000 * WAD
    assert market.position("third", venue.call).size == WAD
    assert market.position("buyer", venue.put).size == WAD
    assert market.statement("buyer")[7] == market.statement("seller")[7] == 1
    sweep(venue, venue.call, [market.ids["third"]])
    check_money(market)


def test_sweep_of_thirty_two(venue: OptionVenue, reverts: Any) -> None:
    """The longest list, all of them holders, within bounded gas."""
    market = venue.market
    market.deposit("seller", 100_000)
    holders = []
    for number in range(31):
        name = f"holder {number}"
        holders.append(market.join(name, cash=1_000))
        market.choose_engine(name)
        venue.trade(name, "seller", WAD // 10, venue.call)
    holders.append(market.ids["seller"])
    venue.exercise(9_000 * WAD, venue.call)
    with reverts(""):
        sweep(venue, venue.call, [*holders, 1])
    spent = sweep(venue, venue.call, holders)["gasUsed"]
    assert spent <= 32 * SWEEP_GAS, spent
    assert market.house.functions.markets(venue.call).call() % 2**48 == 0
    check_money(market)


def test_while_gains_are_counted(venue: OptionVenue, reverts: Any) -> None:
    """An account whose gains are still to be counted is passed over; one that is named, refused."""
    market = venue.market
    venue.trade("buyer", "seller", WAD, venue.call)
    venue.exercise(9_000 * WAD, venue.call)
    venue.clearing.poke("book.episode", 1)
    venue.clearing.poke("book.counting_deadline", market.now() + 3_600)
    both = [market.ids["buyer"], market.ids["seller"]]
    sweep(venue, venue.call, both)
    assert market.position("buyer", venue.call).size == WAD
    with reverts("house: gain not counted"):
        settle_position(venue, "buyer", venue.call)
    market.do(market.house.functions.count_gain(both[0]), market.actors("keeper"))
    assert market.house.functions.counted_gain(both[0]).call() == 1_000 * WAD
    sweep(venue, venue.call, both)
    assert market.position("buyer", venue.call).size == 0
    assert market.position("seller", venue.call).size == -WAD


def test_before_expiry(venue: OptionVenue, reverts: Any) -> None:
    venue.observe(venue.expiry, SPOT)
    with reverts("house: not expired"):
        settle(venue, venue.call)


def test_not_final(venue: OptionVenue, reverts: Any) -> None:
    venue.observe(venue.expiry, SPOT, range(11, 30))
    venue.market.set_time(venue.expiry)
    with reverts("house: no settlement price"):
        settle(venue, venue.call)


def test_twice(venue: OptionVenue, reverts: Any) -> None:
    venue.exercise(9_000 * WAD, venue.call)
    with reverts("house: does not expire"):
        settle(venue, venue.call)


def test_position_twice(venue: OptionVenue, reverts: Any) -> None:
    venue.trade("buyer", "seller", WAD, venue.call)
    venue.exercise(9_000 * WAD, venue.call)
    settle_position(venue, "buyer", venue.call)
    with reverts("house: no position"):
        settle_position(venue, "buyer", venue.call)


def test_not_settled(venue: OptionVenue, reverts: Any) -> None:
    venue.trade("buyer", "seller", WAD, venue.call)
    with reverts("house: not settled"):
        settle_position(venue, "buyer", venue.call)
    with reverts("house: not settled"):
        sweep(venue, venue.call, [venue.market.ids["buyer"]])


def test_other_expiry_lives_on(venue: OptionVenue, reverts: Any) -> None:
    far = venue.market.list_option(BTC, venue.later, SPOT, call=True)
    venue.exercise(9_000 * WAD, venue.call)
    with reverts("house: not expired"):
        settle(venue, far)


def test_retail_entry_is_forgotten(venue: OptionVenue) -> None:
    venue.trade("buyer", "saver", WAD, venue.call)
    assert venue.clearing.entry("saver", venue.call) == SPOT
    venue.exercise(7_000 * WAD, venue.call)
    settle_position(venue, "saver", venue.call)
    assert venue.clearing.entry("saver", venue.call) == 0


def test_between_expiry_and_settlement(venue: OptionVenue, reverts: Any) -> None:
    """Nothing opens, is withdrawn or closes until there is a price; then all is free again."""
    market = venue.market
    venue.trade("buyer", "seller", WAD, venue.call)
    venue.observe(venue.expiry, 9_000 * WAD)
    market.set_time(venue.expiry)
    venue.surface.set(9_000 * WAD, at=venue.expiry + 1)
    assert market.margin("buyer")["flags"] & 1 == 1
    with reverts("house: stale price"):
        market.withdraw("buyer", 1)
    with reverts("house: price stale or jumped"):
        market.trade("buyer", "third", WAD, 9_000 * WAD)
    settle(venue, venue.call)
    assert market.margin("buyer")["flags"] & 1 == 0
    market.withdraw("buyer", 1)


def test_refresh_between_expiry_and_settlement(venue: OptionVenue, reverts: Any) -> None:
    """No array outlives the expiry: not within the last epoch before it either."""
    market = venue.market
    venue.surface.set(SPOT, at=venue.expiry - 60)
    market.refresh(venue.call)
    market.set_time(venue.expiry)
    with reverts("surface: expired"):
        market.refresh(venue.call)
