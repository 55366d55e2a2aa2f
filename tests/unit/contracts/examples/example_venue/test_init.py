"""The constructor: what the venue refuses to be connected to."""

import pytest
from eth_utils import keccak

from tests.support.example_venue import GOLD_FEED, venue_arguments

NAMES = (
    "rulebook",
    "parties",
    "instruments",
    "board",
    "matcher",
    "instrument",
    "token",
    "token_feed",
    "lei",
    "operator",
    "assets",
)
NOBODY = "0x" + "00" * 20


def build(venue, **changes):
    """Deploys the venue with some arguments changed."""
    usual = venue_arguments(venue.market, venue.gold.address, venue.coin.address)
    arguments = dict(zip(NAMES, usual, strict=True)) | changes
    return venue.market.deploy("examples/ExampleVenue", *arguments.values())


def test_default_behavior(venue):
    made, market = build(venue, assets=[]).functions, venue.market
    assert made.RULEBOOK().call() == market.rulebook.address
    assert made.PARTIES().call() == market.parties.address
    assert made.BOARD().call() == market.board.address
    assert made.MATCHER().call() == market.matcher.address
    assert made.TOKEN().call() == market.token.address
    assert made.INSTRUMENT().call() == market.perpetual
    assert (made.FEED().call(), made.LOT().call(), made.RATE_BPS().call()) == (1, 10**15, 3_300)
    assert made.holder_of(keccak(text="operator")).call() == market.actors("venue operator")
    assert made.holder_of(bytes(32)).call() == NOBODY


def test_default_scan_range_for_other_underliers(venue):
    ether = venue.market.list_instrument(2)
    assert build(venue, instrument=ether).functions.RATE_BPS().call() == 5_000


def test_other_rulebook(venue, reverts):
    other = venue.market.deploy("tests/mocks/OtherRulebook")
    with reverts("venue: other rulebook"):
        build(venue, rulebook=other.address)


def test_not_a_perpetual(venue, reverts):
    expiry = (venue.market.now() // 86_400 + 30) * 86_400 + 8 * 3600
    future = venue.market.list_instrument(1, expiry)
    with reverts("venue: not a perpetual"):
        build(venue, instrument=future)


@pytest.mark.parametrize("lei", [0, 2**104])
def test_lei(venue, reverts, lei):
    with reverts("venue: lei out of range"):
        build(venue, lei=lei)


def test_feeds_must_have_a_price(venue, reverts):
    with reverts("venue: no price"):
        build(venue, token_feed=200)
    bill = (venue.market.bond.address, 200, 2, False, 0, 6)
    with reverts("venue: no price"):
        build(venue, assets=[bill])


def test_collateral_is_not_money(venue, reverts):
    token = venue.market.token.address
    with reverts("venue: one money only"):
        build(venue, assets=[(venue.gold.address, GOLD_FEED, 1, False, 0, 18)])
    with reverts("venue: one money only"):
        build(venue, assets=[(token, GOLD_FEED, 5, False, 0, 6)])


def test_decimals(venue, reverts):
    with reverts("venue: other decimals"):
        build(venue, assets=[(venue.gold.address, GOLD_FEED, 5, False, 0, 17)])


def test_operator_must_be_somebody(venue, reverts):
    with reverts("roles: no holder"):
        build(venue, operator=NOBODY)
