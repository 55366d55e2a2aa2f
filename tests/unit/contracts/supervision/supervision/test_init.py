"""The constructor: a convenor and a founding authority, and nobody else."""

from __future__ import annotations

from typing import Any

import pytest
from eth_utils.crypto import keccak
from web3 import Web3
from web3.contract import Contract

from tests.support.parties import lei_text, lei_word
from tests.support.supervision import ALL_POWERS, FREEZE, MandateFields, code, read_mandate

from .conftest import FOREVER, ZERO

CONVENOR = keccak(text="convenor")
LEI = lei_word(lei_text(1))


def test_default_behavior(supervision: Contract, actors: Any, word: Any, w3: Web3) -> None:
    assert supervision.functions.holder_of(CONVENOR).call() == actors("convenor")
    assert supervision.functions.mandate_count().call() == 1
    assert supervision.functions.authority_of(1).call() == actors("BaFin")
    assert supervision.functions.identifier_of(1).call() == LEI
    (made,) = [
        log
        for log in w3.eth.get_logs(
            {"address": supervision.address, "fromBlock": max(0, w3.eth.block_number - 100)}
        )
        if log["topics"][0]
        == keccak(text="MandateGranted(uint256,bytes32,address,uint256,uint256)")
    ]
    begun = int(w3.eth.get_block(made["blockNumber"])["timestamp"])
    assert read_mandate(word("BaFin")) == MandateFields(
        1, "DE", ALL_POWERS, begun, FOREVER, 0, 0, 0
    )
    (event,) = [supervision.events.MandateGranted().process_log(made)]
    assert dict(event.args) == {
        "authority": 1,
        "legal_basis": bytes(32),
        "wallet": actors("BaFin"),
        "identifier": LEI,
        "mandate": word("BaFin"),
    }


def test_effective_at_once(check: Any) -> None:
    assert check("BaFin", FREEZE) == 1


def test_deployer_has_nothing(supervision: Contract, actors: Any) -> None:
    assert supervision.functions.mandate_of(actors("deployer")).call() == 0
    assert supervision.functions.holder_of(keccak(text="registrar")).call() == ZERO


REFUSED = [
    ({"convenor": None}, "roles: no holder"),
    ({"authority": None}, "supervision: no address"),
    ({"authority": "convenor"}, "supervision: is the convenor"),
    ({"identifier": LEI + 1}, "supervision: bad lei"),
    ({"jurisdiction": b"UK"}, "supervision: bad jurisdiction"),
    ({"jurisdiction": b"\0\0"}, "supervision: bad jurisdiction"),
    ({"powers": 0}, "supervision: bad powers"),
    ({"powers": 128}, "supervision: bad powers"),
    ({"until": FOREVER + 1}, "supervision: bad end"),
]


@pytest.mark.parametrize(("change", "reason"), REFUSED)
def test_bad_argument(
    deploy: Any, actors: Any, reverts: Any, change: dict[str, Any], reason: str
) -> None:
    fields = {
        "convenor": "convenor",
        "authority": "BaFin",
        "identifier": LEI,
        "jurisdiction": b"DE",
        "powers": ALL_POWERS,
        "until": FOREVER,
        **change,
    }
    for name in ("convenor", "authority"):
        fields[name] = ZERO if fields[name] is None else actors(fields[name])
    with reverts(reason):
        deploy("supervision/Supervision", *fields.values())


@pytest.mark.parametrize(("seconds", "fine"), [(0, False), (1, True)])
def test_end_of_the_first(
    deploy: Any, actors: Any, reverts: Any, later: Any, seconds: int, fine: bool
) -> None:
    moment = later(10)
    arguments = [actors("convenor"), actors("BaFin"), LEI, b"DE", FREEZE, moment + seconds]
    if fine:
        made = deploy("supervision/Supervision", *arguments)
        assert made.functions.check_power(actors("BaFin"), FREEZE, code("DE"), 0).call() == 1
        return
    with reverts("supervision: bad end"):
        deploy("supervision/Supervision", *arguments)
