"""`approve`."""

from __future__ import annotations

from typing import Any

from .conftest import Coin


def test_default_behavior(coin: Coin, logs: Any) -> None:
    for amount in (500, 20):
        (log,) = logs(coin.act(coin.holder, "approve", coin.spender.address, amount), coin.token)
        assert (log["event"], dict(log["args"])) == (
            "Approval",
            {"owner": coin.holder.address, "spender": coin.spender.address, "amount": amount},
        )
    owner, spender = coin.holder.address, coin.spender.address
    assert coin.token.functions.allowance(owner, spender).call() == 20
    assert coin.token.functions.allowance(spender, owner).call() == 0
