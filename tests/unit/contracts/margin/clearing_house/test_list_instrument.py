"""`list_instrument`."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest

from tests.support.clearing import HOUR, Clearing
from tests.support.orders import WAD


def register(
    clearing: Clearing, kind: int = 1, underlier: int = 1, expiry: int = 0, lot_exp: int = 15
) -> int:
    """An instrument of the registry that the house has not listed."""
    market = clearing.market
    cfi = {1: b"JTMXCC", 2: b"FFMCSX", 3: b"OCEMCS"}[kind]
    option = (8000 * WAD, 1) if kind == 3 else (0, 0)
    terms = (kind, underlier, expiry, lot_exp, cfi, bytes(12), b"USD".ljust(9, b"\0"), *option)
    market.do(market.registry.functions.add_instrument(terms), market.actors("lister"))
    return int(market.registry.functions.instrument_count().call())


def listing(clearing: Clearing, instrument: int, multiplier: int = 10_000) -> Any:
    """The call."""
    return clearing.market.house.functions.list_instrument(instrument, multiplier)


def test_default_behavior(clearing: Clearing, logs: Any) -> None:
    market = clearing.market
    number = register(clearing)
    market.set_time(market.now() + 100)
    receipt = market.do(listing(clearing, number, 12_500), market.operator)
    time = market.w3.eth.get_block(receipt["blockNumber"])["timestamp"]
    # Perpetual on feed 1, crypto, Bitcoin's own scan range for cleared OTC.
    word = time | 1 << 32 | 7 << 48 | 1 << 56 | 3300 << 64 | 12_500 << 80 | 15 << 96
    assert market.house.functions.instruments(number).call() == word
    (event,) = logs(receipt, market.house)
    assert event["event"] == "InstrumentListed"
    assert dict(event["args"]) == {"instrument": number, "feed": 1, "word": word}


def test_dated_future_on_another_underlier(clearing: Clearing, now: Callable[[], int]) -> None:
    expiry = (now() // 86_400 + 30) * 86_400 + 8 * HOUR
    number = clearing.market.list_instrument(2, expiry, 65_535, 18)
    word = expiry | 2 << 32 | 7 << 48 | 2 << 56 | 5000 << 64 | 65_535 << 80 | 18 << 96
    assert clearing.market.house.functions.instruments(number).call() == word


@pytest.mark.parametrize("caller", ["lister", "member", "deployer"])
def test_not_the_operator(clearing: Clearing, reverts: Any, caller: str) -> None:
    number = register(clearing)
    with reverts("roles: not the holder"):
        clearing.market.send(listing(clearing, number), clearing.market.actors(caller))


@pytest.mark.parametrize("number", [0, 2**32])
def test_bad_instrument(clearing: Clearing, reverts: Any, number: int) -> None:
    with reverts("house: bad instrument"):
        clearing.market.send(listing(clearing, number), clearing.market.operator)


def test_instrument_listed(clearing: Clearing, reverts: Any) -> None:
    """A second listing would wipe funding out."""
    market = clearing.market
    with reverts("house: instrument listed"):
        market.send(listing(clearing, market.perpetual), market.operator)


@pytest.mark.parametrize("multiplier", [0, 9_999, 65_536])
def test_bad_multiplier(clearing: Clearing, reverts: Any, multiplier: int) -> None:
    with reverts("house: bad multiplier"):
        clearing.market.send(
            listing(clearing, register(clearing), multiplier), clearing.market.operator
        )


def test_unknown_instrument(clearing: Clearing, reverts: Any) -> None:
    with reverts("instruments: unknown"):
        clearing.market.send(listing(clearing, 99), clearing.market.operator)


def test_class_not_supported(clearing: Clearing, reverts: Any) -> None:
    market = clearing.market
    adding = market.registry.functions.add_underlier(bytes(9), 3, b"INDEX".ljust(8, b"\0"))
    market.do(adding, market.actors("lister"))
    underlier = int(market.registry.functions.underlier_count().call())
    number = register(clearing, underlier=underlier)
    with reverts("house: class not supported"):
        market.send(listing(clearing, number), market.operator)


def test_expired(
    clearing: Clearing, reverts: Any, now: Callable[[], int], set_time: Callable[[int], None]
) -> None:
    expiry = (now() // 86_400 + 2) * 86_400 + 8 * HOUR
    number = register(clearing, kind=2, expiry=expiry)
    set_time(expiry + 1)
    with reverts("house: expired"):
        clearing.market.send(listing(clearing, number), clearing.market.operator)
