"""Options valued anew in a market: marks from fifty digits, and what the board does not allow."""

from __future__ import annotations

from dataclasses import replace

import mpmath
import pytest

from keelmark.margin.revalued import revalued
from keelmark.pricing.surface import Surface, forward_feed
from keelmark.types import Instrument, Kind, MarketState, Option, PriceLane
from tests.support.option_reference import PRICE_ERROR, price_of

WAD = 10**18
DAY = 86_400
NOW = 1_583_395_201
"""A second after 08:00 UTC of 5 March 2020, when the surface's epoch began."""

EXPIRY = NOW - 1 + 8 * DAY
SURFACE = Surface(1, epoch=7, time=NOW - 1, tenors=(7, 30), moneyness=(8_000, 10_000))
PUT = Option(7_800 * WAD, call=False)
STALE = Instrument(
    time=EXPIRY,
    feed=1,
    asset_class=7,
    kind=Kind.OPTION,
    scan_bps=3_300,
    mark=99 * WAD,
    valid_until=NOW + 50,
    worst_long=1,
    worst_short=2,
)


def market(epoch: int = 6, valid: int = NOW + 100, *, points: bool = True) -> MarketState:
    """One put whose array is of an epoch; the board says 8,000 and 80 % everywhere."""
    lanes = {1: PriceLane(8_000 * WAD, valid + 5), 10: PriceLane(WAD, valid)}
    lanes[forward_feed(1, EXPIRY)] = PriceLane(8_000 * WAD, valid)
    if points:
        for row in SURFACE.volatility_feeds():
            lanes |= {feed: PriceLane(8 * WAD // 10, valid + 3) for feed in row}
    return MarketState(NOW, {4: STALE}, lanes, 10, arrays={4: epoch}, epochs={1: 7})


def test_a_stale_option_is_valued_by_what_the_board_says_now() -> None:
    found = revalued(market(), {4: PUT}, {1: SURFACE})
    put = found.instruments[4]
    with mpmath.workdps(50):
        exact = price_of(False, 8_000 * WAD, 7_800 * WAD, 8 * DAY, mpmath.mpf(8) / 10)
        assert abs(put.mark - exact) <= PRICE_ERROR * 8_000 * WAD + 1
    assert put.valid_until == NOW + 100
    assert found.arrays[4] & 0xFFFF == 7
    assert found.forwards == {(1, EXPIRY): 8_000 * WAD}
    # A unit short loses its worst at a fall by a third: more than the unit long can.
    assert put.worst_short > put.worst_long > 2


def test_the_market_that_was_given_is_left_as_it_was() -> None:
    given = market()
    revalued(given, {4: PUT}, {1: SURFACE})
    assert (given.instruments, given.arrays, given.forwards) == ({4: STALE}, {4: 6}, {})


def test_an_array_past_its_validity_is_stale_in_its_own_epoch() -> None:
    lapsed = replace(STALE, valid_until=NOW - 1)
    given = replace(market(epoch=7), instruments={4: lapsed})
    assert revalued(given, {4: PUT}, {1: SURFACE}).instruments[4].valid_until == NOW + 100


UNMOVED = {
    "it is of this epoch": (market(epoch=7), SURFACE),
    "there is no surface": (market(), None),
    "a volatility was never given": (market(points=False), SURFACE),
    "its prices have gone stale": (market(valid=NOW - 20), SURFACE),
    "it has expired": (market(), replace(SURFACE, time=EXPIRY)),
}


@pytest.mark.parametrize(("given", "surface"), UNMOVED.values(), ids=UNMOVED)
def test_it_stays_as_it_is_where(given: MarketState, surface: Surface | None) -> None:
    found = revalued(given, {4: PUT}, {1: surface} if surface else {})
    assert found.instruments[4] == STALE
    assert found.arrays == given.arrays
    assert found.forwards == {}


def test_a_settled_option_is_worth_what_it_paid() -> None:
    settled = replace(STALE, settled=True, funding_index=5 * WAD)
    found = revalued(replace(market(), instruments={4: settled}), {4: PUT}, {1: SURFACE})
    assert found.instruments[4] == settled


def test_later_prices_do_not_find_an_earlier_answer() -> None:
    first = revalued(market(), {4: PUT}, {1: SURFACE})
    later = revalued(market(valid=NOW + 200), {4: PUT}, {1: SURFACE})
    assert (first.instruments[4].valid_until, later.instruments[4].valid_until) == (
        NOW + 100,
        NOW + 200,
    )
    assert first.instruments[4].mark == later.instruments[4].mark
