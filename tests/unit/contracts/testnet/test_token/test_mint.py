"""`mint`, and the constructor."""

from __future__ import annotations

from typing import Any

from tests.support.orders import NOBODY

from .conftest import Coin


def test_default_behavior(coin: Coin, logs: Any) -> None:
    receipt = coin.act(coin.minter, "mint", coin.spender.address, 7)
    (log,) = logs(receipt, coin.token)
    assert (log["event"], dict(log["args"])) == (
        "Transfer",
        {"sender": NOBODY, "receiver": coin.spender.address, "amount": 7},
    )
    assert coin.balance(coin.spender) == 7
    assert coin.token.functions.totalSupply().call() == 1_007


def test_not_the_minter(coin: Coin, actors: Any, reverts: Any) -> None:
    for sender in (coin.holder, actors("deployer")):
        with reverts("roles: not the holder"):
            coin.act(sender, "mint", coin.holder.address, 1)


def test_role_handed_over_in_two_steps(coin: Coin, reverts: Any, w3: Any) -> None:
    role = w3.keccak(text="minter")
    coin.act(coin.minter, "hand_over_role", role, coin.spender.address)
    with reverts("roles: not the holder"):
        coin.act(coin.spender, "mint", coin.holder.address, 1)
    coin.act(coin.spender, "accept_role", role)
    coin.act(coin.spender, "mint", coin.holder.address, 1)
    with reverts("roles: not the holder"):
        coin.act(coin.minter, "mint", coin.holder.address, 1)


def test_constructor(coin: Coin, deploy: Any, reverts: Any) -> None:
    token = coin.token.functions
    assert (token.name().call(), token.symbol().call()) == ("Test dollar", "TUSD")
    assert token.decimals().call() == 6
    deploy("testnet/TestToken", "T", "T", 18, coin.minter.address)
    with reverts("test token: decimals over 18"):
        deploy("testnet/TestToken", "T", "T", 19, coin.minter.address)
    with reverts("roles: no holder"):
        deploy("testnet/TestToken", "T", "T", 6, NOBODY)
