"""`settle_instrument`."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest

from tests.support.clearing import HOUR, Clearing
from tests.support.orders import WAD

MARK = 8000 * WAD


@pytest.fixture
def dated(clearing: Clearing, now: Callable[[], int]) -> tuple[int, int]:
    """A future that expires at 08:00 on the day after tomorrow: its number and expiry."""
    expiry = (now() // 86_400 + 2) * 86_400 + 8 * HOUR
    return clearing.market.list_instrument(1, expiry), expiry


def observe(clearing: Clearing, expiry: int, minutes: range) -> None:
    """One observation in each minute of the window, the price rising by one each time."""
    market = clearing.market
    for minute in minutes:
        time = expiry - 1800 + 60 * minute
        market.set_time(time)
        market.push(1, (8000 + minute) * WAD, time)
        market.set_time(time + 1)
        market.do(market.board.functions.observe(1, expiry), market.actors("keeper"))


def settle(clearing: Clearing, instrument: int) -> Any:
    """Sends it as anyone."""
    market = clearing.market
    return market.do(market.house.functions.settle_instrument(instrument), market.actors("keeper"))


def test_default_behavior(clearing: Clearing, dated: tuple[int, int], logs: Any) -> None:
    """Thirty observations from 8,000 to 8,029: their mean is 8,014.5."""
    number, expiry = dated
    market = clearing.market
    before = int(market.house.functions.instruments(number).call())
    observe(clearing, expiry, range(30))
    market.set_time(expiry)
    receipt = settle(clearing, number)
    price = 80_145 * 10**17
    word = int(market.house.functions.instruments(number).call())
    assert word == before | 0x80 << 56 | price << 104
    (event,) = logs(receipt, market.house)
    assert event["event"] == "InstrumentSettled"
    expected = {"instrument": number, "feed": 1, "price": price, "expiry": expiry}
    assert dict(event["args"]) == expected


def test_twenty_observations_suffice(clearing: Clearing, dated: tuple[int, int]) -> None:
    number, expiry = dated
    observe(clearing, expiry, range(10, 30))
    clearing.market.set_time(expiry)
    settle(clearing, number)
    word = int(clearing.market.house.functions.instruments(number).call())
    # 8,010 to 8,029.
    assert (word >> 104) % 2**88 == 80_195 * 10**17


def test_window_extends_until_twenty(
    clearing: Clearing, dated: tuple[int, int], reverts: Any
) -> None:
    number, expiry = dated
    observe(clearing, expiry, range(11, 30))
    clearing.market.set_time(expiry)
    with reverts("house: no settlement price"):
        settle(clearing, number)
    observe(clearing, expiry, range(35, 36))
    settle(clearing, number)
    word = int(clearing.market.house.functions.instruments(number).call())
    assert (word >> 104) % 2**88 == (sum(range(8011, 8030)) + 8035) * WAD // 20


def test_not_a_dated_future(clearing: Clearing, reverts: Any) -> None:
    for number in (clearing.market.perpetual, 99):
        with reverts("house: does not expire"):
            settle(clearing, number)


def test_settled_already(clearing: Clearing, dated: tuple[int, int], reverts: Any) -> None:
    observe(clearing, dated[1], range(30))
    clearing.market.set_time(dated[1])
    settle(clearing, dated[0])
    with reverts("house: does not expire"):
        settle(clearing, dated[0])


def test_not_expired(clearing: Clearing, dated: tuple[int, int], reverts: Any) -> None:
    observe(clearing, dated[1], range(30))
    clearing.market.set_time(dated[1] - 1)
    with reverts("house: not expired"):
        settle(clearing, dated[0])


def test_no_settlement_price(clearing: Clearing, dated: tuple[int, int], reverts: Any) -> None:
    clearing.market.set_time(dated[1] + 1)
    with reverts("house: no settlement price"):
        settle(clearing, dated[0])
