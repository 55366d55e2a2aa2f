"""`void_backstop`: only the close-out contract."""

from __future__ import annotations

from typing import Any

from tests.support.market import Market
from tests.support.orders import WAD


def test_default_behavior(market: Market, deploy: Any, reverts: Any) -> None:
    member = market.ids["member"]
    committing = market.house.functions.commit_backstop(member, 50_000 * WAD)
    market.do(committing, market.actors("member"))
    voiding = market.house.functions.void_backstop(member)
    for name in ("operator", "member", "client"):
        with reverts("house: not the close-out"):
            market.do(voiding, market.actors(name))
    assert market.house.functions.backstop(member).call() == 50_000 * WAD
