"""Registry and desk: one address, one storage; the desk by itself is an empty book."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest

from keelmark.chain.compiler import compile_contract
from tests.support.powers import BASIS, CASE, Powers

CONTRACTS = Path(__file__).resolve().parents[5] / "contracts"


def test_one_layout_of_storage() -> None:
    """Every variable of the desk lies where the registry has it."""
    layouts = [
        compile_contract(CONTRACTS / "registry" / f"{name}.vy").layout["storage_layout"]
        for name in ("PartyRegistry", "PartyDesk")
    ]
    assert layouts[0] == layouts[1]


def test_every_function_once() -> None:
    """No function of the desk is hidden by one of the registry."""
    registry, desk = (
        {
            (entry["name"], len(entry["inputs"]))
            for entry in compile_contract(CONTRACTS / "registry" / f"{name}.vy").abi
            if entry["type"] == "function"
        }
        for name in ("PartyRegistry", "PartyDesk")
    )
    assert not registry & desk


@pytest.mark.parametrize("which", ["supervision", "sanctions"])
def test_another_desk(powers: Powers, deploy: Any, reverts: Any, actors: Any, which: str) -> None:
    mine = (powers.supervision.address, powers.sanctions.address)
    foreign = (mine[1], mine[1]) if which == "supervision" else (mine[0], mine[0])
    desk = deploy("registry/PartyDesk", *foreign)
    with reverts("parties: another desk"):
        deploy("registry/PartyRegistry", actors("registrar"), *mine, desk.address)


def test_readable(powers: Powers) -> None:
    asked = powers.registry.functions
    assert asked.supervision().call() == powers.supervision.address
    assert asked.sanctions_list().call() == powers.sanctions.address
    assert asked.party_desk().call() != powers.registry.address
    assert asked.recognised_issuers().call() == 2
    assert asked.account_count().call() == 1


def test_the_desk_by_itself(powers: Powers, reverts: Any, actors: Any, send: Any) -> None:
    """Whoever calls it at its own address changes nothing at the registry's."""
    address = powers.registry.functions.party_desk().call()
    desk = powers.w3.eth.contract(address=address, abi=powers.registry.abi)
    root = powers.registry.functions.root().call()
    with reverts("roles: not the holder"):
        send(desk.functions.revoke(actors("member"), CASE), actors("registrar"))
    with reverts("parties: no such party"):
        send(desk.functions.screen(actors("member")), actors("keeper"))
    with reverts("parties: no such party"):
        send(desk.functions.authorise_ccp(actors("member"), BASIS, CASE), actors("supervisor"))
    send(desk.functions.halt(powers.now() + 1000, BASIS, CASE), actors("supervisor"))
    assert powers.registry.functions.halted_until().call() == 0
    assert powers.registry.functions.root().call() == root
    assert powers.reason("member", 1) == 0


def test_unknown_functions(powers: Powers, reverts: Any, w3: Any, actors: Any) -> None:
    for data in ("0x", "0xdeadbeef"):
        with reverts(""):
            w3.eth.send_transaction(
                {"from": actors("stranger"), "to": powers.registry.address, "data": data}
            )


def test_no_money(powers: Powers, reverts: Any, w3: Any, actors: Any) -> None:
    with reverts(""):
        w3.eth.send_transaction(
            {"from": actors("stranger"), "to": powers.registry.address, "value": 1}
        )


def test_reasons_come_through(powers: Powers, reverts: Any, actors: Any) -> None:
    """A refusal of the desk is told in the desk's words."""
    with reverts("roles: not the holder"):
        powers.send(powers.registry.functions.revoke(actors("member"), CASE), actors("stranger"))
