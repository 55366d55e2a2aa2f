"""`add_instrument`: checked terms that never change, and what a house reads of them."""

from __future__ import annotations

from typing import Any

import pytest
from web3 import Web3
from web3.contract import Contract

from tests.support.chained import chained_root, stored_root
from tests.support.storage import write_slot

from .conftest import BTC, EXPIRY, FUTURE, OPTION, PERPETUAL, UPI, USD, WAD, Terms


def test_default_behavior(registry: Contract, add_instrument: Any, logs: Any) -> None:
    receipts = [add_instrument(terms) for terms in (PERPETUAL, FUTURE, OPTION)]
    assert registry.functions.instrument_count().call() == 3
    dti = BTC.ljust(32, b"\0")
    listing = registry.functions.listing
    for number, terms, expiry in ((1, PERPETUAL, 0), (2, FUTURE, EXPIRY), (3, OPTION, EXPIRY)):
        asked = tuple(listing(number).call())
        assert asked[:6] == (number, 1, 7, expiry, 15, dti)
        assert asked[6:] == (terms.strike, terms.option_type, terms.cfi)
    for number, terms in enumerate((PERPETUAL, FUTURE, OPTION), 1):
        assert tuple(registry.functions.terms(number).call()) == tuple(terms)
        (event,) = logs(receipts[number - 1], registry)
        assert event.event == "InstrumentRegistered"
        assert dict(event.args) == {
            "instrument": number,
            "underlier": 1,
            "kind": terms.kind,
            "expiry": terms.expiry,
            "lot_exp": 15,
            "cfi": terms.cfi.ljust(32, b"\0"),
            "upi": terms.upi.ljust(32, b"\0"),
            "settlement_currency": USD.ljust(32, b"\0"),
            "strike": terms.strike,
        }


def test_packing(registry: Contract, add_instrument: Any) -> None:
    add_instrument(OPTION.but(upi=UPI, strike=2**128 - 1))
    lanes = []
    word = registry.functions.instrument_word(1).call()
    for width in (8, 8, 8, 16, 32, 48, 72):
        lanes.append(word % 2**width)
        word //= 2**width
    assert lanes[:5] == [3, 2, 15, 1, EXPIRY]
    assert word == 0
    assert lanes[5:] == [int.from_bytes(b"OPEMCS", "big"), int.from_bytes(USD, "big")]
    second = registry.functions.terms_word(1).call()
    assert second % 2**128 == 2**128 - 1
    assert second // 2**128 == int.from_bytes(UPI, "big")


def test_settled_in_a_token(registry: Contract, add_instrument: Any) -> None:
    add_instrument(PERPETUAL.but(settlement_currency=b"X9J9K872S"))
    assert registry.functions.terms(1).call()[6] == b"X9J9K872S"


def test_every_log_is_chained(
    w3: Web3, registry: Contract, add_underlier: Any, add_instrument: Any
) -> None:
    root = stored_root(w3, registry.address)
    receipts = [add_underlier(), add_instrument(FUTURE)]
    assert stored_root(w3, registry.address) == chained_root(receipts, registry.address, root)


def test_not_the_lister(add_instrument: Any, reverts: Any) -> None:
    with reverts("roles: not the holder"):
        add_instrument(PERPETUAL, by="deployer")


REFUSED = [
    (PERPETUAL.but(kind=0), "bad kind"),
    (PERPETUAL.but(kind=4), "bad kind"),
    (PERPETUAL.but(underlier=0), "no underlier"),
    (PERPETUAL.but(underlier=2), "no underlier"),
    (PERPETUAL.but(underlier=2**16 + 1), "no underlier"),
    (PERPETUAL.but(lot_exp=25), "bad lot"),
    (PERPETUAL.but(expiry=EXPIRY), "bad expiry"),
    (FUTURE.but(expiry=0), "bad expiry"),
    (FUTURE.but(expiry=EXPIRY - 3650 * 86_400), "bad expiry"),
    (FUTURE.but(expiry=EXPIRY + 86_400 * 50_000), "bad expiry"),
    (FUTURE.but(expiry=EXPIRY + 1), "not 08:00 utc"),
    (OPTION.but(expiry=EXPIRY - 28_800), "not 08:00 utc"),
    (OPTION.but(strike=0), "bad strike"),
    (OPTION.but(strike=2**128), "bad strike"),
    (FUTURE.but(strike=WAD), "bad strike"),
    (OPTION.but(option_type=0), "bad option type"),
    (OPTION.but(option_type=3), "bad option type"),
    (PERPETUAL.but(option_type=1), "bad option type"),
    (OPTION.but(option_type=1), "bad cfi"),
    (FUTURE.but(cfi=b"JTMXCC"), "bad cfi"),
    (PERPETUAL.but(settlement_currency=bytes(9)), "bad currency"),
    (PERPETUAL.but(settlement_currency=b"4H95J0R2T"), "bad currency"),
    (PERPETUAL.but(upi=b"QZRBG6ZTKS43"), "bad upi"),
]


@pytest.mark.parametrize(("terms", "reason"), REFUSED)
def test_refused(add_instrument: Any, reverts: Any, terms: Terms, reason: str) -> None:
    with reverts(f"instruments: {reason}"):
        add_instrument(terms)


def test_expiry_now(add_instrument: Any, reverts: Any, set_time: Any) -> None:
    set_time(EXPIRY)
    with reverts("instruments: bad expiry"):
        add_instrument(FUTURE)


@pytest.mark.parametrize("view", ["listing", "terms"])
def test_unknown(registry: Contract, reverts: Any, view: str) -> None:
    for number in (0, 1):
        with reverts("instruments: unknown"):
            getattr(registry.functions, view)(number).call()


def test_full(registry: Contract, add_instrument: Any, backend: Any, reverts: Any) -> None:
    """Instrument ids have 32 bits; the counter is slot 8 of the compiler's layout."""
    write_slot(backend, registry, 8, 2**32 - 2)
    add_instrument(PERPETUAL)
    assert registry.functions.terms(2**32 - 1).call()[0] == 1
    with reverts("instruments: full"):
        add_instrument(PERPETUAL)
