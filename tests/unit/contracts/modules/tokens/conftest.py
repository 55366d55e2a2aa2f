"""The tokens module behind a harness, over any of the misbehaving tokens."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

import pytest
from web3.contract import Contract

PAID = 1_000
"""Units that the tests move; a fee of one per cent of it is ten units."""


@dataclass(frozen=True, slots=True)
class Mover:
    """A harness and a token of which harness and payer hold 10,000 units each."""

    harness: Contract
    token: Contract
    payer: str
    payee: str
    send: Callable[..., Any]

    def pull(self, payer: str | None = None) -> None:
        """`_pull` of the standard amount."""
        call = self.harness.functions.pull(self.token.address, payer or self.payer, PAID)
        self.send(call)

    def push(self, payee: str | None = None) -> None:
        """`_push` of the standard amount."""
        call = self.harness.functions.push(self.token.address, payee or self.payee, PAID)
        self.send(call)

    def balances(self) -> tuple[int, int, int]:
        """Of harness, payer and payee."""
        holders = (self.harness.address, self.payer, self.payee)
        a, b, c = (int(self.token.functions.balanceOf(holder).call()) for holder in holders)
        return a, b, c


@pytest.fixture
def mover(deploy: Callable[..., Contract], actors: Any, send: Any) -> Callable[[str], Mover]:
    """A mover over the named mock."""

    def over(name: str) -> Mover:
        harness, token = deploy("tests/mocks/TokenMover"), deploy(f"tests/mocks/{name}")
        payer, payee = actors("payer"), actors("payee")
        send(token.functions.mint(payer.address, 10_000))
        send(token.functions.mint(harness.address, 10_000))
        send(token.functions.approve(harness.address, 10_000), payer)
        return Mover(harness, token, payer.address, payee.address, send)

    return over
