"""The backstop and the compulsory close of options: promises are counted by forward notional."""

from __future__ import annotations

from typing import Any

from eth_tester.exceptions import TransactionFailed

from tests.support.distress import check_money, events
from tests.support.market import PROFESSIONAL
from tests.support.orders import WAD
from tests.unit.contracts.margin.options.conftest import SPOT, OptionVenue

HIGH = 13_000 * WAD
"""A forward at which the client is worth less than nothing."""


def promise(venue: OptionVenue, name: str, notional: int, *, engine: int = 1) -> None:
    """A member with a million, and its promise (whole units)."""
    market = venue.market
    market.join(name, PROFESSIONAL, "DE", member=True, share=1_000)
    if engine:
        market.choose_engine(name, engine)
    market.deposit(name, 1_000_000)
    promising = market.house.functions.commit_backstop(market.ids[name], notional * WAD)
    market.do(promising, market.actors(name))


def left(venue: OptionVenue, name: str) -> int:
    """What is left of a promise, wad."""
    return int(venue.market.house.functions.backstop(venue.market.ids[name]).call())


def backstop(venue: OptionVenue, size: int, *names: str) -> Any:
    """A stranger calls on the members."""
    market = venue.market
    calling = market.close_out.functions.backstop(
        market.house.address,
        market.ids["client"],
        venue.call,
        size,
        market.wallets(*names),
    )
    return market.do(calling, market.actors("keeper"))


def close(venue: OptionVenue, size: int, counterparty: str) -> Any:
    """A stranger closes against somebody."""
    market = venue.market
    closing = market.close_out.functions.compulsory_close(
        market.house.address,
        market.ids["client"],
        venue.call,
        size,
        market.ids[counterparty],
    )
    return market.do(closing, market.actors("keeper"))


def test_default_behavior(client: OptionVenue, logs: Any) -> None:
    """Pro rata to 65,000 and 130,000 of promises: 3.334 and 6.666 of 10 calls at 13,000."""
    promise(client, "first", 65_000)
    promise(client, "second", 130_000)
    client.set(HIGH)
    receipt = backstop(client, 10 * WAD, "first", "second")
    market = client.market
    assert market.position("first", client.call).size == -3_334 * WAD // 1_000
    assert market.position("second", client.call).size == -6_666 * WAD // 1_000
    assert left(client, "first") == (65_000 - 43_342) * WAD
    assert left(client, "second") == (130_000 - 86_658) * WAD
    found = events(market, logs, receipt, "PositionLiquidated")
    assert [(event["mode"], event["penalty"]) for event in found] == [(3, 0), (3, 0)]
    assert market.position("client", client.call).size == 0
    check_money(market)


def test_more_than_promised(client: OptionVenue, reverts: Any) -> None:
    """By the forward, and not by the premium, of which there would be room for more."""
    promise(client, "first", 13_000 * 5)
    client.set(HIGH)
    with reverts("close-out: more than promised"):
        backstop(client, 5 * WAD + 10**15, "first")
    backstop(client, 5 * WAD, "first")
    assert left(client, "first") == 0


def test_member_of_the_schedule(client: OptionVenue) -> None:
    """A member whose engine holds no options cannot keep its promise, and stops nobody else."""
    promise(client, "first", 130_000, engine=0)
    promise(client, "second", 130_000)
    client.set(HIGH)
    backstop(client, 10 * WAD, "first", "second")
    assert left(client, "first") == 0
    assert client.market.position("first", client.call).size == 0
    assert client.market.position("second", client.call).size < 0


def test_liquidators_first(client: OptionVenue, reverts: Any) -> None:
    promise(client, "first", 130_000)
    client.set(10_300 * WAD)
    with reverts("close-out: liquidators first"):
        backstop(client, WAD, "first")


def test_compulsory_close(client: OptionVenue, logs: Any) -> None:
    """At mark, refreshed; the buyer is paid what its calls are worth, in cash."""
    market = client.market
    client.set(HIGH)
    cash = market.cash("buyer")
    receipt = close(client, 4 * WAD, "buyer")
    mark = client.mark(client.call)
    (event,) = events(market, logs, receipt, "PositionLiquidated")
    assert (event["mode"], event["mark"], event["penalty"]) == (4, mark, 0)
    assert market.cash("buyer") == cash + 4 * mark
    assert market.position("buyer", client.call).size == 6 * WAD
    assert market.position("client", client.call).size == -6 * WAD
    check_money(market)


def test_compulsory_close_waits_for_promises(client: OptionVenue, reverts: Any) -> None:
    """While a promise reaches for one lot, by its forward."""
    promise(client, "first", 13)
    client.set(HIGH)
    with reverts("close-out: backstop left"):
        close(client, WAD, "buyer")
    backstop(client, 10**15, "first")
    close(client, WAD, "buyer")


def test_counterparty_hurt(client: OptionVenue, reverts: Any) -> None:
    """Whose long call hedges a short future is not stripped of it."""
    market = client.market
    market.join("hedged", cash=6_000)
    market.choose_engine("hedged")
    client.trade("hedged", "seller", WAD, client.call)
    market.trade("third", "hedged", WAD, SPOT)
    market.withdraw("hedged", 3_500)
    client.set(HIGH)
    with reverts("close-out: counterparty hurt"):
        close(client, WAD, "hedged")


def test_not_opposite(client: OptionVenue, reverts: Any) -> None:
    client.trade("buyer", "seller", WAD, client.call)
    client.set(HIGH)
    with reverts("close-out: not opposite"):
        close(client, WAD, "seller")


def test_promise_is_not_broken_by_little_gas(client: OptionVenue) -> None:
    """Whoever calls on members chooses the gas: either a promise is kept, or nothing happens."""
    promise(client, "first", 260_000)
    client.trade("first", "seller", WAD // 10, client.put)
    client.set(HIGH)
    market, backend = client.market, client.clearing.backend
    calling = market.close_out.functions.backstop(
        market.house.address, market.ids["client"], client.call, WAD, market.wallets("first")
    )
    kept = set()
    for gas in range(200_000, 1_600_000, 35_000):
        before = backend.take_snapshot()
        try:
            market.send(calling, market.actors("keeper"), gas=gas)
            kept.add(True)
        except TransactionFailed:
            kept.add(False)
        finally:
            seen = left(client, "first"), market.position("first", client.call).size
            backend.revert_to_snapshot(before)
        assert seen in ((260_000 * WAD, 0), (247_000 * WAD, -WAD))
    assert kept == {True, False}


def test_promise_may_owe_a_premium(client: OptionVenue) -> None:
    """A member with bonds alone takes a long call as it promised, and is called for the cash."""
    market = client.market
    market.join("bonded", PROFESSIONAL, "DE", member=True, share=1_000)
    market.choose_engine("bonded")
    market.deposit("bonded", 100_000, asset=1)
    market.join("bull", cash=5_000)
    market.choose_engine("bull")
    client.trade("bull", "buyer", WAD, client.call)
    market.trade("bull", "buyer", WAD, SPOT)
    promising = market.house.functions.commit_backstop(market.ids["bonded"], 10**6 * WAD)
    market.do(promising, market.actors("bonded"))
    client.set(2_900 * WAD)
    assert market.margin("bull")["equity"] < 0
    calling = market.close_out.functions.backstop(
        market.house.address, market.ids["bull"], client.call, WAD, market.wallets("bonded")
    )
    market.do(calling, market.actors("keeper"))
    assert market.position("bonded", client.call).size == WAD
    assert market.cash("bonded") == -client.mark(client.call)


def test_liquidator_pays_its_premium(client: OptionVenue, reverts: Any) -> None:
    """Who takes a long by choice pays for it: else the receiver could take the loan away."""
    market = client.market
    market.join("bonded", bonds=100_000)
    market.choose_engine("bonded")
    market.join("bull", cash=5_000)
    market.choose_engine("bull")
    client.trade("bull", "buyer", WAD, client.call)
    market.trade("bull", "buyer", WAD, SPOT)
    market.withdraw("bull", 600)
    client.set(5_000 * WAD)
    with reverts("house: premium not paid"):
        market.liquidate("bull", "bonded", WAD // 2, client.call)
    call = market.liquidating("bull", "bonded", [(client.call, WAD // 2)])
    with reverts("house: premium not paid"):
        market.do(call, market.actors("bonded"))
    market.deposit("bonded", 100)
    market.liquidate("bull", "bonded", WAD // 2, client.call)
