"""`hand_over_role` and `accept_role`: the operator's role changes hands in two steps."""

from __future__ import annotations

from typing import Any

from eth_utils import keccak

from tests.support.clearing import Clearing
from tests.support.market import NOBODY

OPERATOR = keccak(text="operator")


def offer(clearing: Clearing, successor: str) -> Any:
    """The call."""
    return clearing.market.house.functions.hand_over_role(OPERATOR, successor)


def accept(clearing: Clearing) -> Any:
    """The call."""
    return clearing.market.house.functions.accept_role(OPERATOR)


def test_default_behavior(clearing: Clearing, logs: Any, reverts: Any) -> None:
    market = clearing.market
    house, successor = market.house.functions, market.actors("new operator")
    receipt = market.do(offer(clearing, successor), market.operator)
    (event,) = logs(receipt, market.house)
    assert event["event"] == "RoleProposed"
    expected = {"role": OPERATOR, "holder": market.operator, "successor": successor.address}
    assert dict(event["args"]) == expected
    # Nothing has changed before it is accepted.
    assert house.holder_of(OPERATOR).call() == market.operator
    with reverts("roles: not the holder"):
        market.send(house.list_instrument(99, 10_000), successor)
    receipt = market.do(accept(clearing), successor)
    (event,) = logs(receipt, market.house)
    assert event["event"] == "RoleAccepted"
    expected = {"role": OPERATOR, "holder": successor.address, "predecessor": market.operator}
    assert dict(event["args"]) == expected
    assert house.holder_of(OPERATOR).call() == successor.address
    assert house.successor_of(OPERATOR).call() == NOBODY
    with reverts("roles: not the holder"):
        market.send(house.list_instrument(99, 10_000), market.operator)
    with reverts("instruments: unknown"):
        market.send(house.list_instrument(99, 10_000), successor)


def test_not_the_holder(clearing: Clearing, reverts: Any) -> None:
    market = clearing.market
    for caller in ("deployer", "member", "stranger"):
        with reverts("roles: not the holder"):
            market.send(offer(clearing, market.actors(caller)), market.actors(caller))


def test_role_that_nobody_holds(clearing: Clearing, reverts: Any) -> None:
    market = clearing.market
    with reverts("roles: not the holder"):
        market.send(
            market.house.functions.hand_over_role(keccak(text="owner"), market.operator),
            market.operator,
        )


def test_not_the_successor(clearing: Clearing, reverts: Any) -> None:
    market = clearing.market
    market.do(offer(clearing, market.actors("new operator")), market.operator)
    for caller in ("operator", "deployer", "stranger"):
        with reverts("roles: not the successor"):
            market.send(accept(clearing), market.actors(caller))


def test_offer_taken_back(clearing: Clearing, reverts: Any) -> None:
    market = clearing.market
    successor = market.actors("new operator")
    market.do(offer(clearing, successor), market.operator)
    market.do(offer(clearing, NOBODY), market.operator)
    with reverts("roles: not the successor"):
        market.send(accept(clearing), successor)


def test_offer_is_good_once(clearing: Clearing, reverts: Any) -> None:
    market = clearing.market
    successor = market.actors("new operator")
    market.do(offer(clearing, successor), market.operator)
    market.do(accept(clearing), successor)
    market.do(offer(clearing, market.operator), successor)
    market.do(accept(clearing), market.operator)
    with reverts("roles: not the successor"):
        market.send(accept(clearing), successor)
