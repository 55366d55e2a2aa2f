"""The constructor: a lister, who is not the deployer."""

from __future__ import annotations

from typing import Any

from eth_utils.crypto import keccak
from web3.contract import Contract


def test_default_behavior(registry: Contract, actors: Any) -> None:
    assert registry.functions.holder_of(keccak(text="lister")).call() == actors("lister")


def test_no_holder(deploy: Any, reverts: Any) -> None:
    with reverts("roles: no holder"):
        deploy("registry/InstrumentRegistry", "0x" + "00" * 20)
