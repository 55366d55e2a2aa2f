"""`add_underlier`: a dense id for a checked token, once."""

from __future__ import annotations

from typing import Any

import pytest
from web3.contract import Contract

from tests.support.storage import write_slot

from .conftest import BTC, ETH, NO_DTI


def test_default_behavior(registry: Contract, add_underlier: Any, logs: Any) -> None:
    receipt = add_underlier()
    assert registry.functions.underlier_count().call() == 2
    assert registry.functions.underlier_of_dti(ETH).call() == 2
    packed = registry.functions.underlier_word(2).call()
    assert packed % 2**72 == int.from_bytes(ETH, "big")
    assert packed // 2**72 % 2**64 == int.from_bytes(b"ETH".ljust(8, b"\0"), "big")
    assert packed // 2**136 == 7
    (event,) = logs(receipt, registry)
    assert event.event == "UnderlierRegistered"
    assert dict(event.args) == {
        "underlier": 2,
        "dti": ETH.ljust(32, b"\0"),
        "asset_class": 7,
        "symbol": b"ETH".ljust(32, b"\0"),
    }


def test_no_token(registry: Contract, add_underlier: Any) -> None:
    """An index or a currency has no DTI, and several such may be listed."""
    add_underlier(NO_DTI, 3, b"SX5E")
    add_underlier(NO_DTI, 4, b"EURUSD")
    assert registry.functions.underlier_count().call() == 3
    assert registry.functions.underlier_of_dti(NO_DTI).call() == 0


def test_not_the_lister(add_underlier: Any, reverts: Any) -> None:
    with reverts("roles: not the holder"):
        add_underlier(by="deployer")


@pytest.mark.parametrize("asset_class", [0, 8, 2**255])
def test_bad_asset_class(add_underlier: Any, reverts: Any, asset_class: int) -> None:
    with reverts("instruments: bad asset class"):
        add_underlier(asset_class=asset_class)


def test_no_symbol(add_underlier: Any, reverts: Any) -> None:
    with reverts("instruments: no symbol"):
        add_underlier(symbol=b"")


@pytest.mark.parametrize("dti", [b"X9J9K8721", b"4H95J0R2T"])
def test_bad_dti(add_underlier: Any, reverts: Any, dti: bytes) -> None:
    with reverts("instruments: bad dti"):
        add_underlier(dti)


def test_dti_known(add_underlier: Any, reverts: Any) -> None:
    with reverts("instruments: dti known"):
        add_underlier(BTC)


def test_no_dti(add_underlier: Any, reverts: Any) -> None:
    with reverts("instruments: no dti"):
        add_underlier(NO_DTI)


def test_full(registry: Contract, add_underlier: Any, backend: Any, reverts: Any) -> None:
    """Underlier ids have 16 bits; the counter is slot 7 of the compiler's layout."""
    write_slot(backend, registry, 7, 2**16 - 2)
    add_underlier()
    assert registry.functions.underlier_of_dti(ETH).call() == 2**16 - 1
    with reverts("instruments: full"):
        add_underlier(b"J9K583ZGG")
