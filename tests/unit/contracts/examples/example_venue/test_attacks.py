"""What has broken venues, tried on the example: call-backs, wash trades, worthless riches."""

import pytest

from tests.support.example_venue import COIN, GOLD_FEED, START, venue_arguments

WAD = 10**18
LOT = 10**15
TOKEN = 10**6


@pytest.fixture
def hostile(venue):
    """A second venue whose one collateral asset calls back, and that token."""
    market = venue.market
    token = market.deploy("tests/mocks/ReentrantToken")
    usual = venue_arguments(market, venue.gold.address, venue.coin.address)
    assets = [(token.address, GOLD_FEED, 5, False, 0, 6)]
    other = market.deploy("examples/ExampleVenue", *usual[:-1], assets)
    market.send(token.functions.mint(market.actors("buyer"), 10 * TOKEN), market.actors("minter"))
    market.send(token.functions.approve(other.address, 2**255), market.actors("buyer"))
    return other, token


def call_back(venue, hostile, target, payload):
    """The buyer withdraws, and from inside the token calls; answers whether that succeeded."""
    other, token = hostile
    market, buyer = venue.market, venue.market.actors("buyer")
    market.send(token.functions.arm(target, payload), buyer)
    market.send(other.functions.withdraw(market.ids["buyer"], 1, TOKEN), buyer)
    assert token.functions.called().call()
    return token.functions.succeeded().call()


def test_a_token_that_calls_back_finds_every_door_locked(venue, hostile):
    # Each call is answered at any other time, so that the lock is what refuses it.
    other, token = hostile
    market, account = venue.market, venue.market.ids["buyer"]
    market.send(other.functions.deposit(account, 1, 10 * TOKEN), market.actors("buyer"))
    reads = {"margin": (account, 2), "accounts": (account,), "balances": (account, 1)}
    for name, arguments in {**reads, "reserve": (), "root": (), "is_stopped": ()}.items():
        other.functions[name](*arguments).call({"from": token.address})
        # The root's getter is the report chain's, locked as well.
        assert not call_back(venue, hostile, other.address, other.encode_abi(name, arguments)), name
    assert other.functions.balances(account, 1).call() == 4 * TOKEN


def test_nor_may_it_pay_in(venue, hostile):
    other, token = hostile
    market, account = venue.market, venue.market.ids["buyer"]
    market.send(other.functions.deposit(account, 1, 10 * TOKEN), market.actors("buyer"))
    market.send(market.token.functions.mint(token.address, TOKEN), market.actors("minter"))
    approving = market.token.encode_abi("approve", (other.address, TOKEN))
    assert call_back(venue, hostile, market.token.address, approving)
    contributing = other.encode_abi("contribute", (TOKEN,))
    assert not call_back(venue, hostile, other.address, contributing)
    # The same call, from the token and outside a transfer of the venue's.
    other.functions.contribute(TOKEN).call({"from": token.address})


def test_wash_trades_at_the_edge_of_the_band_make_nobody_poor(venue, reverts):
    # Two accounts in one hand move money from one to the other, and stop before a deficit.
    for _ in range(3):
        venue.trade("buyer", "seller", 20 * WAD, START + 400 * WAD)
        venue.trade("seller", "buyer", 20 * WAD, START - 400 * WAD)
    assert venue.account("buyer")["cash"] == 52_000 * WAD
    with reverts("venue: below initial margin"):
        venue.trade("buyer", "seller", 20 * WAD, START + 400 * WAD)
    venue.withdraw("seller", 148_000 * TOKEN)
    venue.withdraw("buyer", 52_000 * TOKEN)
    assert venue.calls.reserve().call() == 0


def test_price_of_a_trade_marks_nothing(venue, reverts):
    # Bought five per cent under the mark: the gain is there, and cannot be taken out.
    venue.trade("buyer", "seller", 10 * WAD, START - 400 * WAD)
    assert venue.margin("buyer", 1)["equity"] == 100_000 * WAD
    with reverts("venue: below initial margin"):
        venue.withdraw("buyer", 73_601 * TOKEN)


def test_riches_that_count_nothing_hold_off_no_liquidation(venue):
    venue.deposit("buyer", (2**112 - 1) // 10**10, COIN)
    venue.trade("buyer", "liquidator", 37 * WAD)
    venue.fall(5_900 * WAD)
    venue.liquidate("buyer", "liquidator", WAD)


def test_dust_position_is_liquidated_too(venue):
    venue.join("dust", units=3)
    venue.trade("dust", "liquidator", LOT)
    venue.fall(5_300 * WAD)
    # 3 less 2.70 are left of a requirement of 1.749.
    venue.liquidate("dust", "liquidator", LOT)
    held = venue.account("dust")
    # One per cent of 5.3 is less than what there is.
    assert (held["size"], held["cash"]) == (0, 247 * 10**15)


def test_taking_over_step_by_step_takes_no_more_than_there_is(venue):
    # Penalties alone never make a deficit, however many steps a liquidator takes.
    venue.trade("buyer", "liquidator", 37 * WAD)
    venue.fall(5_310 * WAD)
    assert venue.margin("buyer")["equity"] == 470 * WAD
    for size in (WAD, 6 * WAD, 10 * WAD, 20 * WAD):
        venue.liquidate("buyer", "liquidator", size)
        assert venue.margin("buyer")["equity"] > 0
    assert venue.account("buyer")["size"] == 0
    assert venue.account("buyer")["cash"] >= 0
