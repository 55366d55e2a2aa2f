"""A fund over a test token, two houses, and three members with tokens to put up."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

import pytest
from web3.contract import Contract
from web3.types import TxReceipt

from tests.support.tester import Actor

UNIT = 10**6
"""One whole token of six decimals."""

MEMBERS = {1: "first member", 2: "second member", 3: "third member"}
"""Account ids of the members at both houses, and whose wallets they are."""

FROZEN = 4 << 160
"""The frozen flag in a party word: flags are eight bits from bit 160, frozen is 4."""


@dataclass(frozen=True, slots=True)
class Vault:
    """What a test of the fund needs, with shorthands."""

    fund: Contract
    token: Contract
    house: Contract
    other_house: Contract
    actors: Callable[[str], Actor]
    send: Callable[..., TxReceipt]

    def wallet(self, member: int) -> Actor:
        """The wallet of a member."""
        return self.actors(MEMBERS[member])

    def contribute(self, member: int, amount: int, house: Contract | None = None) -> TxReceipt:
        """A member pays into a house's pool."""
        call = self.fund.functions.contribute((house or self.house).address, member, amount)
        return self.send(call, self.wallet(member))

    def withdraw(self, member: int, amount: int) -> TxReceipt:
        """A member takes money out."""
        call = self.fund.functions.withdraw(self.house.address, member, amount)
        return self.send(call, self.wallet(member))

    def claim(self, member: int, epoch: int) -> TxReceipt:
        """A member takes what a closed epoch got back."""
        call = self.fund.functions.claim(self.house.address, member, epoch)
        return self.send(call, self.wallet(member))

    def dedicate(self, amount: int) -> TxReceipt:
        """Somebody gives the house resources."""
        call = self.fund.functions.dedicate(self.house.address, amount)
        return self.send(call, self.actors("house operator"))

    def absorb(self, member: int, amount: int) -> tuple[int, int, int]:
        """The house draws on its book; what came from each layer."""
        self.send(self.house.functions.absorb(member, amount))
        a, b, c = (int(self.house.functions.paid(i).call()) for i in range(3))
        return a, b, c

    def refill(self, member: int, a: int, b: int, c: int) -> TxReceipt:
        """The house gives back what a debtor paid."""
        call = self.house.functions.refill(self.token.address, a + b + c, member, a, b, c)
        return self.send(call)

    def value(self, member: int) -> int:
        """`share_value`."""
        return int(self.fund.functions.share_value(self.house.address, member).call())

    def epoch(self) -> int:
        """The house's open epoch."""
        return int(self.fund.functions.epoch_of(self.house.address).call())

    def pool(self, epoch: int | None = None) -> int:
        """Units in a pool; the open one without an epoch."""
        number = self.epoch() if epoch is None else epoch
        return int(self.fund.functions.pool_at(self.house.address, number).call())

    def dedicated(self) -> int:
        """Units dedicated to the house."""
        return int(self.fund.functions.dedicated_of(self.house.address).call())

    def balance(self, holder: str) -> int:
        """Token units of anybody."""
        return int(self.token.functions.balanceOf(holder).call())

    def booked(self) -> int:
        """All that the books of both houses say the fund holds."""
        total = 0
        for house in (self.house, self.other_house):
            total += self.fund.functions.dedicated_of(house.address).call()
            for epoch in range(self.fund.functions.epoch_of(house.address).call() + 1):
                total += self.fund.functions.pool_at(house.address, epoch).call()
        return int(total)

    def check(self) -> None:
        """The fund holds exactly what its books say."""
        assert self.balance(self.fund.address) == self.booked()


def make_vault(
    deploy: Callable[..., Contract],
    actors: Callable[[str], Actor],
    send: Callable[..., TxReceipt],
    token: Contract,
    minter: Actor,
) -> Vault:
    """A vault over any token that somebody can mint."""
    fund = deploy("margin/DefaultFund", token.address)
    houses = [deploy("tests/mocks/FundHouse") for _ in range(2)]
    holders: list[Any] = [actors(name) for name in (*MEMBERS.values(), "house operator")]
    for house in houses:
        send(house.functions.set_fund(fund.address))
        send(token.functions.mint(house.address, 10**30), minter)
        for member, name in MEMBERS.items():
            send(house.functions.set_word(actors(name).address, member | 77 << 32))
    for holder in holders:
        send(token.functions.mint(holder.address, 10**30), minter)
        send(token.functions.approve(fund.address, 2**256 - 1), holder)
    return Vault(fund, token, houses[0], houses[1], actors, send)


@pytest.fixture(scope="module")
def vault(
    deploy: Callable[..., Contract],
    actors: Callable[[str], Actor],
    send: Callable[..., TxReceipt],
) -> Vault:
    """The vault of a module's tests."""
    minter = actors("token minter")
    token = deploy("testnet/TestToken", "Test dollar", "TUSD", 6, minter.address)
    return make_vault(deploy, actors, send, token, minter)
