"""The constructor, the report chain over everything that follows, and the figures in gas."""

from __future__ import annotations

from typing import Any

import pytest
from eth_utils.crypto import keccak
from web3 import Web3
from web3.contract import Contract

from tests.support.chained import chained_root, stored_root
from tests.support.parties import Attestation, lei_text, lei_word

from .conftest import CRYPTO

ZERO = "0x" + "00" * 20


def test_default_behavior(registry: Contract, actors: Any) -> None:
    holder = registry.functions.holder_of
    assert holder(keccak(text="registrar")).call() == actors("registrar")
    assert holder(keccak(text="supervisor")).call() == actors("supervisor")
    assert registry.functions.account_count().call() == 0


@pytest.mark.parametrize("missing", [0, 1])
def test_no_holder(deploy: Any, actors: Any, reverts: Any, missing: int) -> None:
    holders = [actors("registrar"), actors("supervisor")]
    holders[missing] = ZERO
    with reverts("roles: no holder"):
        deploy("registry/PartyRegistry", *holders)


def test_one_holder_two_roles(deploy: Any, actors: Any, reverts: Any) -> None:
    with reverts("parties: one holder, two roles"):
        deploy("registry/PartyRegistry", actors("registrar"), actors("registrar"))


def test_every_log_is_chained(
    w3: Web3,
    registry: Contract,
    parties: Any,
    supervise: Any,
    send: Any,
    actors: Any,
    firm: Attestation,
) -> None:
    # The registry is a module's own: its first log is not far back, and the embedded chain reads
    # the logs of a long session slowly.
    recent = max(0, w3.eth.block_number - 100)
    made = w3.eth.get_logs({"address": registry.address, "fromBlock": recent})[0]
    birth = w3.eth.get_transaction_receipt(made["transactionHash"])
    registrar = actors("registrar")
    receipts = [
        birth,
        *parties,
        supervise("freeze", 1),
        supervise("unfreeze", 1),
        send(registry.functions.renew(1, 3, firm.expiry, firm.screened_at), registrar),
        send(registry.functions.revoke(2, b"\1" * 32), registrar),
        send(registry.functions.hand_over_role(keccak(text="registrar"), actors("x")), registrar),
        send(registry.functions.accept_role(keccak(text="registrar")), actors("x")),
    ]
    assert sum(len(receipt["logs"]) for receipt in receipts) == 10
    expected = chained_root(receipts, registry.address)
    assert stored_root(w3, registry.address) == expected
    assert registry.functions.root().call() == expected
    assert chained_root(receipts[:-1], registry.address) != expected


def test_gas(
    w3: Web3,
    registry: Contract,
    onboard: Any,
    send: Any,
    actors: Any,
    supervise: Any,
    firm: Attestation,
    person: Attestation,
) -> None:
    """Ceilings just over what was measured; a gate is counted without its transaction."""

    def gate_gas(receipt: Any) -> int:
        data = bytes(w3.eth.get_transaction(receipt["transactionHash"])["input"])
        return int(receipt["gasUsed"]) - 21_000 - sum(16 if byte else 4 for byte in data)

    onboard(firm)
    second = onboard(firm.but(wallet=actors("b"), identifier=lei_word(lei_text(2))))
    natural = onboard(person)
    many = [
        firm.but(wallet=actors(f"firm {number}"), identifier=lei_word(lei_text(number)))
        for number in range(3, 53)
    ]
    batch = send(registry.functions.onboard_many(many), actors("registrar"))
    assert second["gasUsed"] <= 88_500
    assert natural["gasUsed"] <= 89_000
    assert batch["gasUsed"] // 50 <= 55_500
    ask = registry.functions.gate_trade(person.wallet, 3, 1, actors("b"), 2, 1, CRYPTO)
    assert gate_gas(send(ask)) <= 8_300
    close = registry.functions.gate(firm.wallet, 1, 4, CRYPTO)
    assert gate_gas(send(close)) <= 5_000
    assert supervise("freeze", 1)["gasUsed"] <= 41_000
