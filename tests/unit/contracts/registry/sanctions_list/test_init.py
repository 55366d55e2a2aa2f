"""The constructor, the report chain over everything that follows, and the figures in gas."""

from __future__ import annotations

from typing import Any

import pytest
from eth_utils.crypto import keccak
from web3 import Web3
from web3.contract import Contract

from tests.support.chained import chained_root, stored_root

from .conftest import SOURCE, ZERO, entry, wallet

OFFICER = keccak(text="sanctions officer")


def test_default_behavior(sanctions: Contract, actors: Any) -> None:
    assert sanctions.functions.holder_of(OFFICER).call() == actors("officer")
    assert sanctions.functions.listed_count().call() == 0
    assert sanctions.functions.updated_at().call() == 0
    assert sanctions.functions.ORACLE_1().call() == ZERO


def test_no_officer(deploy: Any, reverts: Any) -> None:
    with reverts("roles: no holder"):
        deploy("registry/SanctionsList", ZERO, ZERO, ZERO, ZERO)


@pytest.mark.parametrize("place", [0, 1, 2])
def test_oracle_without_code(deploy: Any, actors: Any, reverts: Any, place: int) -> None:
    oracles = [ZERO, ZERO, ZERO]
    oracles[place] = actors("nobody")
    with reverts("sanctions: oracle has no code"):
        deploy("registry/SanctionsList", actors("officer"), *oracles)


def test_role_in_two_steps(
    sanctions: Contract, update: Any, send: Any, actors: Any, reverts: Any
) -> None:
    send(sanctions.functions.hand_over_role(OFFICER, actors("successor")), actors("officer"))
    update([entry(1)])
    send(sanctions.functions.accept_role(OFFICER), actors("successor"))
    with reverts("roles: not the holder"):
        update([entry(2)])
    update([entry(2)], by="successor")


def test_every_log_is_chained(
    w3: Web3, sanctions: Contract, update: Any, send: Any, actors: Any, now: Any
) -> None:
    recent = max(0, w3.eth.block_number - 100)
    made = w3.eth.get_logs({"address": sanctions.address, "fromBlock": recent})[0]
    birth = w3.eth.get_transaction_receipt(made["transactionHash"])
    officer = actors("officer")
    receipts = [
        birth,
        update([entry(1), entry(2)]),
        update([entry(3)], [wallet(1)]),
        send(sanctions.functions.confirm(SOURCE, now()), officer),
        send(sanctions.functions.hand_over_role(OFFICER, actors("x")), officer),
        send(sanctions.functions.accept_role(OFFICER), actors("x")),
    ]
    assert sum(len(receipt["logs"]) for receipt in receipts) == 10
    expected = chained_root(receipts, sanctions.address)
    assert stored_root(w3, sanctions.address) == expected
    assert chained_root(receipts[:-1], sanctions.address) != expected


def test_gas(w3: Web3, sanctions: Contract, update: Any, send: Any, now: Any, actors: Any) -> None:
    """Ceilings just over what was measured; a question is counted without its transaction."""

    def asked(call: Any) -> int:
        receipt = send(call)
        data = bytes(w3.eth.get_transaction(receipt["transactionHash"])["input"])
        return int(receipt["gasUsed"]) - 21_000 - sum(16 if byte else 4 for byte in data)

    update([entry(1000)])
    alone = update([entry(1)])["gasUsed"]
    batch = update([entry(number) for number in range(100, 200)])["gasUsed"]
    gone = update(removed=[wallet(number) for number in range(100, 200)])["gasUsed"]
    confirmed = send(sanctions.functions.confirm(SOURCE, now()), actors("officer"))["gasUsed"]
    # A contract that asks pays 2,600 for the cold address besides.
    question = asked(sanctions.functions.isSanctioned(wallet(1))) + 2_600
    screened = asked(sanctions.functions.screen(wallet(9), 3_600)) + 2_600
    assert alone <= 85_000
    assert batch // 100 <= 30_700
    assert gone // 100 <= 10_700
    assert confirmed <= 42_500
    assert question <= 5_100, "the widely used oracle's 5,352"
    assert screened <= 7_800, "without oracles"
