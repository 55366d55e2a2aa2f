"""`list_collateral`."""

from __future__ import annotations

from typing import Any

import pytest

from tests.support.clearing import Clearing
from tests.support.market import NOBODY
from tests.support.orders import WAD

GOOD = {
    "token": "",
    "feed": 11,
    "kind": 3,
    "fx": True,
    "decimals": 8,
    "maturity": 2_000_000_000,
    "cap": 10**24,
}


def token(clearing: Clearing, number: int = 0) -> str:
    """The address of one more token."""
    market = clearing.market
    made = market.deploy("testnet/TestToken", "Bond", f"B{number}", 8, market.actors("minter"))
    return str(made.address)


def listing(clearing: Clearing, **changes: Any) -> Any:
    """The call, with some arguments changed."""
    fields = {**GOOD, **changes}
    return clearing.market.house.functions.list_collateral(*fields.values())


def test_default_behavior(clearing: Clearing, logs: Any) -> None:
    market = clearing.market
    address = token(clearing)
    receipt = market.do(listing(clearing, token=address), market.operator)
    word = 11 | 3 << 16 | 1 << 24 | 8 << 32 | 2_000_000_000 << 40 | 10**24 << 72
    assert market.house.functions.asset_count().call() == 2
    assert market.house.functions.collaterals(2).call() == word
    assert market.house.functions.tokens(2).call() == address
    (event,) = logs(receipt, market.house)
    assert event["event"] == "CollateralListed"
    assert dict(event["args"]) == {"asset": 2, "feed": 11, "token": address, "word": word}


@pytest.mark.parametrize("caller", ["deployer", "member", "lister"])
def test_not_the_operator(clearing: Clearing, reverts: Any, caller: str) -> None:
    with reverts("roles: not the holder"):
        clearing.market.send(
            listing(clearing, token=token(clearing)), clearing.market.actors(caller)
        )


def test_too_many_assets(clearing: Clearing, reverts: Any) -> None:
    market = clearing.market
    for number in range(7):
        market.do(listing(clearing, token=token(clearing, number)), market.operator)
    assert market.house.functions.asset_count().call() == 8
    with reverts("house: too many assets"):
        market.send(listing(clearing, token=token(clearing, 8)), market.operator)


def test_bad_token(clearing: Clearing, reverts: Any) -> None:
    """The settlement token would be counted twice; nobody is no token."""
    for address in (clearing.market.token.address, NOBODY):
        with reverts("house: bad token"):
            clearing.market.send(listing(clearing, token=address), clearing.market.operator)


def test_token_listed(clearing: Clearing, reverts: Any) -> None:
    with reverts("house: token listed"):
        clearing.market.send(
            listing(clearing, token=clearing.market.bond.address), clearing.market.operator
        )


@pytest.mark.parametrize(
    ("field", "value"),
    [("feed", 2**16), ("kind", 256), ("decimals", 19), ("maturity", 2**32), ("cap", 2**104)],
)
def test_bad_terms(clearing: Clearing, reverts: Any, field: str, value: int) -> None:
    with reverts("house: bad terms"):
        clearing.market.send(
            listing(clearing, token=token(clearing), **{field: value}), clearing.market.operator
        )


@pytest.mark.parametrize("decimals", [0, 7, 9, 18])
def test_decimals_that_the_token_denies(clearing: Clearing, reverts: Any, decimals: int) -> None:
    """A digit too few would make everybody's collateral ten times what it is."""
    with reverts("house: bad terms"):
        clearing.market.send(
            listing(clearing, token=token(clearing), decimals=decimals), clearing.market.operator
        )


def test_token_that_names_no_decimals(clearing: Clearing, reverts: Any) -> None:
    with reverts(""):
        clearing.market.send(
            listing(clearing, token=clearing.market.board.address), clearing.market.operator
        )


def test_feed_without_a_price(clearing: Clearing, reverts: Any) -> None:
    """Else one unit of such an asset would make an account impossible to assess or liquidate."""
    market = clearing.market
    market.add_feed(77)
    address = token(clearing)
    with reverts("house: no price"):
        market.send(listing(clearing, token=address, feed=77), market.operator)
    market.price(77, WAD)
    market.do(listing(clearing, token=address, feed=77), market.operator)
