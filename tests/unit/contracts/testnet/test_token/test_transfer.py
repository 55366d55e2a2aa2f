"""`transfer`."""

from __future__ import annotations

from typing import Any

import pytest

from tests.support.orders import NOBODY

from .conftest import Coin


def test_default_behavior(coin: Coin, logs: Any) -> None:
    call = coin.token.functions.transfer(coin.spender.address, 400)
    assert call.call({"from": coin.holder}) is True
    (log,) = logs(coin.send(call, coin.holder), coin.token)
    assert (log["event"], dict(log["args"])) == (
        "Transfer",
        {"sender": coin.holder.address, "receiver": coin.spender.address, "amount": 400},
    )
    assert (coin.balance(coin.holder), coin.balance(coin.spender)) == (600, 400)
    assert coin.token.functions.totalSupply().call() == 1_000


@pytest.mark.parametrize("amount", [0, 1, 1_000])
def test_to_oneself(coin: Coin, amount: int) -> None:
    coin.act(coin.holder, "transfer", coin.holder.address, amount)
    assert coin.balance(coin.holder) == 1_000


def test_more_than_held(coin: Coin, reverts: Any) -> None:
    with reverts("test token: balance too small"):
        coin.act(coin.holder, "transfer", coin.spender.address, 1_001)


def test_no_receiver(coin: Coin, reverts: Any) -> None:
    with reverts("test token: no receiver"):
        coin.act(coin.holder, "transfer", NOBODY, 1)
