"""What a question costs in the path of a power, cold."""

from __future__ import annotations

from typing import Any

from web3 import Web3
from web3.contract import Contract

from tests.support.supervision import FREEZE, code


def test_check_power(w3: Web3, supervision: Contract, send: Any, actors: Any) -> None:
    """Without the transaction and its data; a contract that asks pays 2,600 for the cold address
    besides. One cold slot is 2,100 of it."""
    call = supervision.functions.check_power(actors("BaFin"), FREEZE, code("DE"), 0)
    receipt = send(call)
    data = bytes(w3.eth.get_transaction(receipt["transactionHash"])["input"])
    gas = receipt["gasUsed"] - 21_000 - sum(16 if byte else 4 for byte in data)
    assert gas <= 2_700
