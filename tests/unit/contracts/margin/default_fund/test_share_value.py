"""`share_value`, and the constructor."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from web3.contract import Contract

from tests.support.orders import NOBODY

from .conftest import Vault


def test_default_behavior(vault: Vault) -> None:
    assert vault.value(1) == 0
    vault.contribute(1, 10)
    vault.contribute(2, 20)
    vault.absorb(9, 4)
    assert (vault.value(1), vault.value(2)) == (8, 17), "26/3 and 52/3, rounded down"


def test_constructor(vault: Vault, deploy: Callable[..., Contract], reverts: Any) -> None:
    assert vault.fund.functions.TOKEN().call() == vault.token.address
    for address in (NOBODY, vault.wallet(1).address):
        with reverts("fund: no token"):
            deploy("margin/DefaultFund", address)


def test_root_is_slot_zero(vault: Vault, backend: Any) -> None:
    vault.contribute(1, 10)
    state = backend.chain.get_vm().state
    stored = state.get_storage(bytes.fromhex(vault.fund.address[2:]), 0)
    assert stored != 0
    assert vault.fund.functions.root().call() == stored.to_bytes(32, "big")
