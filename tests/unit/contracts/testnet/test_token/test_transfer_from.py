"""`transferFrom`."""

from __future__ import annotations

from typing import Any

from tests.support.orders import NOBODY

from .conftest import Coin


def left(coin: Coin) -> int:
    """What the spender may still move."""
    owner, spender = coin.holder.address, coin.spender.address
    return int(coin.token.functions.allowance(owner, spender).call())


def test_default_behavior(coin: Coin) -> None:
    coin.act(coin.holder, "approve", coin.spender.address, 500)
    call = coin.token.functions.transferFrom(coin.holder.address, coin.minter.address, 400)
    assert call.call({"from": coin.spender}) is True
    coin.send(call, coin.spender)
    assert (coin.balance(coin.holder), coin.balance(coin.minter)) == (600, 400)
    assert left(coin) == 100


def test_unlimited_allowance_falls_too(coin: Coin) -> None:
    coin.act(coin.holder, "approve", coin.spender.address, 2**256 - 1)
    coin.act(coin.spender, "transferFrom", coin.holder.address, coin.spender.address, 1)
    assert left(coin) == 2**256 - 2


def test_more_than_allowed(coin: Coin, reverts: Any) -> None:
    coin.act(coin.holder, "approve", coin.spender.address, 500)
    with reverts("test token: allowance too small"):
        coin.act(coin.spender, "transferFrom", coin.holder.address, coin.spender.address, 501)


def test_more_than_held(coin: Coin, reverts: Any) -> None:
    coin.act(coin.holder, "approve", coin.spender.address, 5_000)
    with reverts("test token: balance too small"):
        coin.act(coin.spender, "transferFrom", coin.holder.address, coin.spender.address, 1_001)


def test_no_receiver(coin: Coin, reverts: Any) -> None:
    coin.act(coin.holder, "approve", coin.spender.address, 5_000)
    with reverts("test token: no receiver"):
        coin.act(coin.spender, "transferFrom", coin.holder.address, NOBODY, 1)
