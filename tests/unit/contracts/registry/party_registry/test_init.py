"""The constructor, the report chain over everything that follows, and the figures in gas."""

from __future__ import annotations

from typing import Any

import pytest
from eth_utils.crypto import keccak
from web3 import Web3
from web3.contract import Contract

from keelmark.chain.compiler import compile_contract
from tests.conftest import find
from tests.support.chained import chained_root, stored_root
from tests.support.parties import Attestation, lei_text, lei_word
from tests.support.registry import Registry

from .conftest import CRYPTO

ZERO = "0x" + "00" * 20


def test_default_behavior(registry: Contract, standing: Registry, actors: Any) -> None:
    functions = registry.functions
    assert functions.holder_of(keccak(text="registrar")).call() == actors("registrar")
    assert functions.supervision().call() == standing.supervision.address
    assert functions.sanctions_list().call() == standing.sanctions.address
    assert functions.party_desk().call() == standing.desk.address
    assert functions.account_count().call() == 0
    assert functions.recognised_issuers().call() == 1 << 1
    assert functions.list_time().call() == standing.sanctions.functions.updated_at().call() > 0
    assert functions.halted_until().call() == 0


def test_no_holder(standing: Registry, deploy: Any, reverts: Any) -> None:
    asked = (standing.supervision.address, standing.sanctions.address, standing.desk.address)
    with reverts("roles: no holder"):
        deploy("registry/PartyRegistry", ZERO, *asked)


def test_registrar_is_no_authority(
    standing: Registry, deploy: Any, actors: Any, reverts: Any
) -> None:
    """Whoever could freeze a party and attest it would need nobody."""
    asked = (standing.supervision.address, standing.sanctions.address, standing.desk.address)
    assert standing.supervision.functions.mandate_of(actors("supervisor")).call() != 0
    with reverts("parties: one holder, two roles"):
        deploy("registry/PartyRegistry", actors("supervisor"), *asked)


@pytest.mark.parametrize("other", [0, 1])
def test_another_desk(
    standing: Registry, deploy: Any, actors: Any, reverts: Any, other: int
) -> None:
    """A desk that asks others than the registry says it does."""
    asked = [standing.supervision.address, standing.sanctions.address]
    asked[other] = ZERO
    desk = deploy("registry/PartyDesk", *asked)
    with reverts("parties: another desk"):
        deploy(
            "registry/PartyRegistry",
            actors("registrar"),
            standing.supervision.address,
            standing.sanctions.address,
            desk.address,
        )


def test_one_layout() -> None:
    """What is delegated to acts on the same slots, and one lock guards both."""
    layouts = [
        compile_contract(find(f"registry/{name}")).layout for name in ("PartyRegistry", "PartyDesk")
    ]
    assert layouts[0]["storage_layout"] == layouts[1]["storage_layout"]
    assert layouts[0]["storage_layout"]["report_chain"]["root"]["slot"] == 0
    locks = [layout["transient_storage_layout"] for layout in layouts]
    assert locks[0] == locks[1]
    assert len(locks[0]) == 1


def test_desk_by_itself(standing: Registry, firm: Attestation) -> None:
    """Called at its own address it acts on a book that nobody asks, where nobody is known."""
    desk = standing.desk.functions
    assert desk.account_count().call() == 0
    assert desk.holder_of(keccak(text="registrar")).call() == ZERO


def test_every_log_is_chained(
    w3: Web3,
    registry: Contract,
    parties: Any,
    supervise: Any,
    send: Any,
    actors: Any,
    firm: Attestation,
    person: Attestation,
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
        supervise("freeze"),
        supervise("unfreeze"),
        send(registry.functions.renew(firm.wallet, 1, firm.expiry, 0, firm.screened_at), registrar),
        send(registry.functions.revoke(person.wallet, b"\1" * 32), registrar),
        send(registry.functions.hand_over_role(keccak(text="registrar"), actors("x")), registrar),
        send(registry.functions.accept_role(keccak(text="registrar")), actors("x")),
    ]
    assert sum(len(receipt["logs"]) for receipt in receipts) == 11
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
    standing: Registry,
    firm: Attestation,
    person: Attestation,
) -> None:
    """Ceilings just over what was measured; a gate is counted without its transaction. A retail
    side reads its suitability word and its warning's; a freeze asks Supervision."""

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
    assert second["gasUsed"] <= 66_400
    assert natural["gasUsed"] <= 64_900
    assert batch["gasUsed"] // 50 <= 31_800
    standing.accept_warning(person.wallet, "FR")
    ask = registry.functions.gate_trade(person.wallet, 3, 1, actors("b"), 2, 1, CRYPTO, 9)
    assert gate_gas(send(ask)) <= 14_300
    close = registry.functions.gate(firm.wallet, 1, 4, CRYPTO)
    assert gate_gas(send(close)) <= 5_350
    assert supervise("freeze")["gasUsed"] <= 41_900
