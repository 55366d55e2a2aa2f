"""`list_instrument` of options: European ones only, with a scan range of their regime."""

from __future__ import annotations

from typing import Any

import pytest

from tests.support.distress import events
from tests.support.market import BTC, ETH
from tests.support.orders import WAD
from tests.unit.contracts.margin.options.conftest import SPOT, OptionVenue

NEXT = {"call": 1, "put": 2}


def register(venue: OptionVenue, cfi: bytes, strike: int, option_type: int, lot: int = 15) -> int:
    """Registers an option, as the lister."""
    market = venue.market
    currency = b"USD".ljust(9, b"\0")
    terms = (3, BTC, venue.expiry, lot, cfi, bytes(12), currency, strike, option_type)
    market.do(market.registry.functions.add_instrument(terms), market.actors("lister"))
    return int(market.registry.functions.instrument_count().call())


def listing(venue: OptionVenue, number: int, multiplier: int = 10_000) -> Any:
    """Lists it, as the operator."""
    market = venue.market
    return market.do(market.house.functions.list_instrument(number, multiplier), market.operator)


@pytest.mark.parametrize("call", [True, False])
def test_default_behavior(venue: OptionVenue, logs: Any, call: bool) -> None:
    market = venue.market
    number = register(venue, b"HTNAVC" if call else b"HTNDVC", 9_000 * WAD, 1 if call else 2)
    receipt = listing(venue, number, 12_000)
    (listed,) = events(market, logs, receipt, "InstrumentListed")
    (option,) = events(market, logs, receipt, "OptionListed")
    word = venue.expiry | BTC << 32 | 7 << 48 | 3 << 56 | 3_300 << 64 | 12_000 << 80 | 15 << 96
    assert listed == {"instrument": number, "feed": BTC, "word": word}
    expected = 9_000 * WAD | (call << 88)
    assert option == {"instrument": number, "feed": BTC, "word": expected}
    assert venue.word(number) == word
    assert market.house.functions.option_terms(number).call() == expected
    assert venue.array(number) == 0


def test_scan_range_of_the_underlier(venue: OptionVenue) -> None:
    number = venue.market.list_option(ETH, venue.expiry, 200 * WAD, call=True)
    assert venue.word(number) >> 64 & 2**16 - 1 == 5_000


def test_no_option_event_of_a_future(venue: OptionVenue, logs: Any) -> None:
    market = venue.market
    number = market.list_instrument(BTC, venue.expiry)
    assert events(market, logs, market.receipts[-1], "OptionListed") == []
    assert market.house.functions.option_terms(number).call() == 0


@pytest.mark.parametrize(
    ("cfi", "option_type"),
    [
        (b"HTNBVC", 1),  # American call
        (b"HTNEVC", 2),  # American put
        (b"HTNCVC", 1),  # Bermudan call
        (b"HTNFVC", 2),  # Bermudan put
    ],
)
def test_not_european(venue: OptionVenue, reverts: Any, cfi: bytes, option_type: int) -> None:
    number = register(venue, cfi, SPOT, option_type)
    with reverts("house: not european"):
        listing(venue, number)
    assert venue.word(number) == 0
    assert venue.market.house.functions.option_terms(number).call() == 0


@pytest.mark.parametrize(("cfi", "good"), [(b"OCETCS", True), (b"OCATCS", False)])
def test_listed_options_letter(venue: OptionVenue, reverts: Any, cfi: bytes, good: bool) -> None:
    """The third letter of an O code says the style."""
    number = register(venue, cfi, SPOT, 1)
    if good:
        listing(venue, number)
        return
    with reverts("house: not european"):
        listing(venue, number)


def test_strike_out_of_range(venue: OptionVenue, reverts: Any) -> None:
    number = register(venue, b"HTNAVC", 2**88, 1)
    with reverts("house: strike out of range"):
        listing(venue, number)
    number = register(venue, b"HTNAVC", 2**88 - 1, 1)
    listing(venue, number)
    assert venue.market.house.functions.option_terms(number).call() == 2**89 - 1


def test_only_the_operator(venue: OptionVenue, reverts: Any) -> None:
    number = register(venue, b"HTNAVC", SPOT, 1)
    market = venue.market
    for who in ("member", "lister", "stranger"):
        with reverts("roles: not the holder"):
            market.do(market.house.functions.list_instrument(number, 10_000), market.actors(who))


def test_expired(venue: OptionVenue, reverts: Any) -> None:
    number = register(venue, b"HTNAVC", SPOT, 1)
    venue.market.set_time(venue.expiry + 1)
    with reverts("house: expired"):
        listing(venue, number)


def test_listed_twice(venue: OptionVenue, reverts: Any) -> None:
    with reverts("house: instrument listed"):
        listing(venue, venue.call)


def test_no_trade_before_the_first_array(venue: OptionVenue, reverts: Any) -> None:
    """A mark of zero that nobody computed opens nothing."""
    number = venue.market.list_option(BTC, venue.expiry, 9_000 * WAD, call=True)
    with reverts("house: price stale or jumped"):
        venue.market.trade("buyer", "seller", WAD, 0, number)
    venue.market.refresh(number)
    venue.trade("buyer", "seller", WAD, number)
