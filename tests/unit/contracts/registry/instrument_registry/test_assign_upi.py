"""`assign_upi`: once, when the Derivatives Service Bureau has issued one."""

from __future__ import annotations

from typing import Any

import pytest
from web3.contract import Contract

from .conftest import FUTURE, OPTION, PERPETUAL, UPI


@pytest.fixture
def assign(registry: Contract, send: Any, actors: Any, add_instrument: Any) -> Any:
    for terms in (PERPETUAL, FUTURE, OPTION):
        add_instrument(terms)

    def assigned(instrument: int, upi: bytes = UPI, by: str = "lister") -> Any:
        return send(registry.functions.assign_upi(instrument, upi), actors(by))

    return assigned


def test_default_behavior(registry: Contract, assign: Any, logs: Any) -> None:
    for instrument, terms in ((1, PERPETUAL), (3, OPTION)):
        (event,) = logs(assign(instrument), registry)
        assert event.event == "UpiAssigned"
        assert dict(event.args) == {"instrument": instrument, "upi": UPI.ljust(32, b"\0")}
        assert tuple(registry.functions.terms(instrument).call()) == terms.but(upi=UPI)


def test_not_the_lister(assign: Any, reverts: Any) -> None:
    with reverts("roles: not the holder"):
        assign(1, by="deployer")


def test_unknown(assign: Any, reverts: Any) -> None:
    with reverts("instruments: unknown"):
        assign(4)


def test_upi_known(assign: Any, reverts: Any) -> None:
    with reverts("instruments: upi known"):
        assign(2)


@pytest.mark.parametrize("upi", [bytes(12), b"QZRBG6ZTKS43"])
def test_bad_upi(assign: Any, reverts: Any, upi: bytes) -> None:
    with reverts("instruments: bad upi"):
        assign(1, upi)
