"""`settle_instrument` gives a price, `settle_position` pays by it; here the second."""

from __future__ import annotations

from collections.abc import Callable
from fractions import Fraction
from math import floor
from typing import Any

import pytest

from tests.support.clearing import CLOSE_OUT, HOUR, Clearing
from tests.support.orders import WAD

MARK = 8000 * WAD
LOT = 10**15


@pytest.fixture
def settled(clearing: Clearing, now: Callable[[], int]) -> tuple[int, int]:
    """A future that three accounts hold, settled; its number and its price, which is odd."""
    market = clearing.market
    expiry = (now() // 86_400 + 2) * 86_400 + 8 * HOUR
    dated = market.list_instrument(1, expiry)
    market.trade("buyer", "seller", 7 * LOT, MARK, dated)
    market.trade("third", "seller", 4 * LOT, 7999 * WAD, dated)
    total = 0
    for minute in range(20):
        time = expiry - 1800 + 60 * minute
        market.set_time(time)
        price = 8000 * WAD + minute * 10**17 + 1
        market.push(1, price, time)
        market.set_time(time + 1)
        market.do(market.board.functions.observe(1, expiry), market.actors("keeper"))
        total += price
    market.set_time(expiry)
    market.do(market.house.functions.settle_instrument(dated), market.actors("keeper"))
    market.push(10, WAD, expiry)
    return dated, total // 20


def pay(clearing: Clearing, name: str, instrument: int) -> Any:
    """Sends `settle_position` as anyone."""
    market = clearing.market
    call = market.house.functions.settle_position(market.ids[name], instrument)
    return market.do(call, market.actors("keeper"))


def test_default_behavior(clearing: Clearing, settled: tuple[int, int], logs: Any) -> None:
    market, (dated, price) = clearing.market, settled
    # 8,000.95 and a wei.
    assert price == 8000 * WAD + 95 * 10**16 + 1
    held = {"buyer": (7, -56 * WAD), "third": (4, -31_996 * 10**15), "seller": (-11, 0)}
    held["seller"] = (-11, 56 * WAD + 31_996 * 10**15)
    flows = {
        name: floor(Fraction(lots * LOT * price, WAD)) + quote
        for name, (lots, quote) in held.items()
    }
    # Before they are paid, settled positions count at that price and need no margin.
    assert market.margin("buyer", CLOSE_OUT)["equity"] == 100_000 * WAD + flows["buyer"]
    assert market.margin("buyer", CLOSE_OUT)["requirement"] == 0
    for name, (lots, quote) in held.items():
        assert clearing.state(name, dated)[:2] == (lots * LOT, quote)
        receipt = pay(clearing, name, dated)
        assert clearing.state(name, dated) == (0, 0, 100_000 * WAD + flows[name])
        assert market.statement(name)[7] == 0
        (event,) = logs(receipt, market.house)
        assert event["event"] == "PositionSettled"
        assert dict(event["args"]) == {
            "account": market.ids[name],
            "instrument": dated,
            "size": lots * LOT,
            "cash_flow": flows[name],
            "cash": 100_000 * WAD + flows[name],
        }
    # Three floors left one wei over, which is in the house's dust and nowhere else.
    dust = int(market.house.functions.dust().call())
    assert dust == -sum(flows.values()) == 1
    assert clearing.lanes(dated)[0] == 0


@pytest.mark.parametrize("order", [("seller", "third", "buyer"), ("third", "seller", "buyer")])
def test_dust_does_not_depend_on_the_order(
    clearing: Clearing, settled: tuple[int, int], order: tuple[str, ...]
) -> None:
    for name in order:
        pay(clearing, name, settled[0])
    cash = sum(clearing.market.cash(name) for name in order)
    assert cash + int(clearing.market.house.functions.dust().call()) == 300_000 * WAD


def test_open_interest_falls_with_each(clearing: Clearing, settled: tuple[int, int]) -> None:
    assert clearing.lanes(settled[0])[0] == 22
    pay(clearing, "third", settled[0])
    assert clearing.lanes(settled[0])[0] == 18


def test_other_positions_stay(clearing: Clearing, settled: tuple[int, int]) -> None:
    market = clearing.market
    market.trade("buyer", "seller", WAD, MARK)
    pay(clearing, "buyer", settled[0])
    assert clearing.state("buyer")[:2] == (WAD, -8_000 * WAD)
    assert market.statement("buyer")[7] == 1


def test_unknown_account(clearing: Clearing, settled: tuple[int, int], reverts: Any) -> None:
    clearing.market.onboard("stranger")
    with reverts("house: unknown account"):
        pay(clearing, "stranger", settled[0])


def test_no_position(clearing: Clearing, settled: tuple[int, int], reverts: Any) -> None:
    pay(clearing, "buyer", settled[0])
    for name in ("buyer", "member"):
        with reverts("house: no position"):
            pay(clearing, name, settled[0])


def test_not_settled(clearing: Clearing, reverts: Any) -> None:
    clearing.market.trade("buyer", "seller", WAD, MARK)
    for number in (clearing.market.perpetual, 99):
        with reverts("house: not settled"):
            pay(clearing, "buyer", number)


def test_settled_future_trades_no_more(
    clearing: Clearing, settled: tuple[int, int], reverts: Any
) -> None:
    with reverts("house: instrument not open"):
        clearing.ask("seller", "buyer", LOT, MARK, settled[0])


def test_loss_may_turn_cash_negative(clearing: Clearing, now: Callable[[], int]) -> None:
    """A position is paid whatever is left of the account: the other side is owed."""
    market = clearing.market
    expiry = (now() // 86_400 + 2) * 86_400 + 8 * HOUR
    dated = market.list_instrument(1, expiry)
    market.join("debtor", cash=26_400)
    market.trade("debtor", "seller", 10 * WAD, MARK, dated)
    for minute in range(20):
        time = expiry - 1800 + 60 * minute
        market.set_time(time)
        market.push(1, 5000 * WAD, time)
        market.set_time(time + 1)
        market.do(market.board.functions.observe(1, expiry), market.actors("keeper"))
    market.set_time(expiry)
    market.do(market.house.functions.settle_instrument(dated), market.actors("keeper"))
    pay(clearing, "debtor", dated)
    pay(clearing, "seller", dated)
    assert market.cash("debtor") == -3_600 * WAD
    assert market.cash("seller") == 130_000 * WAD
