"""A test token of six decimals, its minter and two holders."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

import pytest
from web3.contract import Contract

from tests.support.tester import Actor


@dataclass(frozen=True, slots=True)
class Coin:
    """The token and who acts on it."""

    token: Contract
    minter: Actor
    holder: Actor
    spender: Actor
    send: Callable[..., Any]

    def balance(self, holder: Actor) -> int:
        """`balanceOf`."""
        return int(self.token.functions.balanceOf(holder.address).call())

    def act(self, sender: Actor, name: str, *arguments: Any) -> Any:
        """Sends a call of the token."""
        return self.send(self.token.functions[name](*arguments), sender)


@pytest.fixture(scope="module")
def coin(deploy: Callable[..., Contract], actors: Any, send: Any) -> Coin:
    """The holder has 1,000 units."""
    minter, holder, spender = actors("token minter"), actors("holder"), actors("spender")
    token = deploy("testnet/TestToken", "Test dollar", "TUSD", 6, minter.address)
    send(token.functions.mint(holder.address, 1_000), minter)
    return Coin(token, minter, holder, spender, send)
