"""`status` and `isSanctioned`: a wallet's entry, and the widely used oracle's question."""

from __future__ import annotations

from typing import Any

from eth_utils.crypto import keccak
from web3 import Web3
from web3.contract import Contract

from .conftest import HOUR, entry, reference, wallet


def test_default_behavior(sanctions: Contract, update: Any, now: Any, set_time: Any) -> None:
    first = now()
    update([entry(1)], as_of=first)
    assert sanctions.functions.status(wallet(1)).call() == [True, reference(1), first]
    assert sanctions.functions.status(wallet(2)).call() == [False, bytes(32), first]
    assert sanctions.functions.isSanctioned(wallet(1)).call()
    set_time(first + 10_000 * HOUR)
    assert sanctions.functions.isSanctioned(wallet(1)).call(), "age does not unlist"


def test_shape_of_the_common_oracle(w3: Web3, sanctions: Contract, update: Any) -> None:
    update([entry(1)])
    data = keccak(text="isSanctioned(address)")[:4] + bytes.fromhex(wallet(1)[2:]).rjust(32, b"\0")
    assert bytes(w3.eth.call({"to": sanctions.address, "data": data})) == (1).to_bytes(32, "big")
