"""Tokens that misbehave: silent ones work, the others leave every book as it was."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest
from web3.contract import Contract

from .conftest import Vault, make_vault

Open = Callable[[str], Vault]


@pytest.fixture
def opened(deploy: Callable[..., Contract], actors: Any, send: Any) -> Open:
    """A vault over one of the mocks."""

    def over(name: str) -> Vault:
        token = deploy(f"tests/mocks/{name}")
        return make_vault(deploy, actors, send, token, actors("token minter"))

    return over


def test_silent_token_works(opened: Open) -> None:
    vault = opened("SilentToken")
    vault.contribute(1, 100)
    vault.dedicate(10)
    assert vault.absorb(1, 105) == (100, 5, 0)
    vault.refill(1, 100, 5, 0)
    vault.withdraw(1, 100)
    vault.check()


@pytest.mark.parametrize("moves", [False, True])
def test_false_token(opened: Open, reverts: Any, moves: bool) -> None:
    vault = opened("FalseToken")
    vault.send(vault.token.functions.set_moves(moves))
    with reverts("tokens: transfer refused"):
        vault.contribute(1, 100)
    with reverts("tokens: transfer refused"):
        vault.dedicate(100)
    assert vault.booked() == 0


def test_fee_that_starts_later(opened: Open, reverts: Any) -> None:
    vault = opened("FeeToken")
    vault.contribute(1, 10_000)
    vault.send(vault.token.functions.set_fees(100, 0))
    for act in (
        lambda: vault.contribute(1, 10_000),
        lambda: vault.dedicate(10_000),
        lambda: vault.withdraw(1, 10_000),
        lambda: vault.absorb(9, 10_000),
        lambda: vault.refill(9, 0, 10_000, 0),
    ):
        with reverts("tokens: amount received differs"):
            act()
    vault.send(vault.token.functions.set_fees(0, 100))
    vault.contribute(2, 10_000)
    with reverts("tokens: amount sent differs"):
        vault.withdraw(1, 5_000)
    vault.check()


def test_blocked_member_blocks_no_loss(opened: Open, reverts: Any) -> None:
    vault = opened("BlockingToken")
    vault.contribute(1, 100)
    vault.send(vault.token.functions.set_blocked(vault.wallet(1).address, True))
    with reverts("mock token: receiver blocked"):
        vault.withdraw(1, 100)
    assert vault.absorb(1, 60) == (60, 0, 0)
    vault.check()


@pytest.mark.parametrize("act", ["contribute", "withdraw", "dedicate", "absorb", "refill"])
@pytest.mark.parametrize("back", ["absorb", "share_value"])
def test_token_that_calls_back(opened: Open, act: str, back: str) -> None:
    """No function can be entered while tokens move, not even to read half-written books."""
    vault = opened("ReentrantToken")
    vault.contribute(1, 100)
    house = vault.house.address
    arguments: list[Any] = [1, 0] if back == "absorb" else [house, 1]
    call = vault.fund.functions[back](*arguments)
    fields: Any = {"gas": 1, "gasPrice": 1, "nonce": 0}
    payload = call.build_transaction(fields)["data"]
    vault.send(vault.token.functions.arm(vault.fund.address, payload))
    acts: dict[str, Callable[[], object]] = {
        "contribute": lambda: vault.contribute(1, 50),
        "withdraw": lambda: vault.withdraw(1, 50),
        "dedicate": lambda: vault.dedicate(50),
        "absorb": lambda: vault.absorb(1, 50),
        "refill": lambda: vault.refill(1, 50, 0, 0),
    }
    acts[act]()
    assert vault.token.functions.called().call()
    assert not vault.token.functions.succeeded().call()
    vault.check()
