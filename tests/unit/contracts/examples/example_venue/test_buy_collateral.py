"""`buy_collateral`: what an account in debt brought is sold, at a discount that is bounded."""

import pytest

from tests.support.example_venue import BILL, COIN, GOLD

WAD = 10**18
TOKEN = 10**6


@pytest.fixture
def owing(venue):
    """The buyer has 20 gold at 2,000 and owes 8,000, having lost them on two bitcoins."""
    venue.deposit("buyer", 20 * WAD, GOLD)
    venue.withdraw("buyer", 100_000 * TOKEN)
    venue.trade("buyer", "seller", 2 * WAD)
    venue.fall(4_000 * WAD)
    venue.trade("seller", "buyer", 2 * WAD, 4_000 * WAD)
    return venue


def buy(venue, amount, *, asset=GOLD, limit=2**255, name="liquidator"):
    """A party buys collateral of the buyer."""
    ids = venue.market.ids
    return venue.act(name, "buy_collateral", ids["buyer"], asset, amount, ids[name], limit)


def test_default_behavior(owing, logs):
    ids = owing.market.ids
    receipt = buy(owing, 2 * WAD)
    (event,) = logs(receipt, owing.contract)
    assert event.event == "CollateralSold"
    # Two at 2,000 less two per cent.
    assert dict(event.args) == {
        "account": ids["buyer"],
        "asset": GOLD,
        "buyer": ids["liquidator"],
        "amount": 2 * WAD,
        "cost": 3_920 * WAD,
        "cash": -4_080 * WAD,
        "balance": 18 * WAD,
        "buyer_cash": 996_080 * WAD,
        "buyer_balance": 2 * WAD,
    }
    assert owing.account("buyer")["cash"] == -4_080 * WAD
    assert owing.calls.balances(ids["liquidator"], GOLD).call() == 2 * WAD


def test_no_more_than_is_owed(owing, reverts):
    # 8,000 / 1,960 is 4.0816..: the first unit that covers it, and not one more.
    most = -(-8_000 * WAD // 1_960)
    with reverts("venue: more than owed"):
        buy(owing, most + 1)
    buy(owing, most)
    cash = owing.account("buyer")["cash"]
    assert 0 <= cash < 1_960
    with reverts("venue: no cash owed"):
        buy(owing, 1)


def test_limit(owing, reverts):
    with reverts("venue: above the limit"):
        buy(owing, 2 * WAD, limit=3_920 * WAD - 1)
    buy(owing, 2 * WAD, limit=3_920 * WAD)


def test_dust_costs_at_least_a_wei(owing):
    before = owing.account("liquidator")["cash"]
    buy(owing, 1)
    # 1,960 wei for 10^-18 gold.
    assert owing.account("liquidator")["cash"] == before - 1_960


@pytest.mark.parametrize("amount", [0, 20 * WAD + 1])
def test_amount(owing, reverts, amount):
    with reverts("venue: bad amount"):
        buy(owing, amount)


def test_asset_that_is_not_there(owing, reverts):
    with reverts("venue: bad amount"):
        buy(owing, 1, asset=BILL)
    with reverts("venue: unknown asset"):
        buy(owing, 1, asset=0)


def test_stale_price(owing, reverts):
    owing.let_go_stale()
    with reverts("venue: stale price"):
        buy(owing, 1)


def test_who(owing, reverts):
    with reverts("venue: not for retail"):
        buy(owing, 1, name="client")
    with reverts("venue: same account"):
        buy(owing, 1, name="buyer")


def test_buyer_pays_with_cash_that_is_there(owing, reverts):
    owing.join("small taker", units=1)
    with reverts("venue: not enough cash"):
        buy(owing, WAD, name="small taker")


def test_buyer_keeps_its_margin(owing, reverts):
    owing.join("small taker", units=3_000)
    owing.trade("small taker", "seller", 2 * WAD, 4_000 * WAD)
    # It asks 2,640, and gold counts less than it costs.
    with reverts("venue: below initial margin"):
        buy(owing, WAD, name="small taker")


def test_open_account_above_the_close_out_level(venue, reverts):
    venue.deposit("buyer", 20 * WAD, GOLD)
    venue.withdraw("buyer", 100_000 * TOKEN)
    venue.trade("buyer", "seller", 3 * WAD)
    venue.fall(7_000 * WAD)
    venue.trade("seller", "buyer", WAD, 7_000 * WAD)
    assert venue.account("buyer")["cash"] == -1_000 * WAD
    with reverts("venue: not due"):
        buy(venue, 1)
    venue.market.price(12, 1_000 * WAD)
    venue.fall(500 * WAD)
    buy(venue, 1)


def test_what_counts_nothing_is_sold_too(venue):
    venue.deposit("buyer", 10**8, COIN)
    venue.trade("buyer", "liquidator", 37 * WAD)
    venue.fall(5_000 * WAD)
    assert venue.margin("buyer")["equity"] == -11_000 * WAD
    venue.liquidate("buyer", "liquidator", 37 * WAD)
    buy(venue, 10**8, asset=COIN)
    assert venue.account("buyer")["cash"] == (4_900 - 11_000) * WAD
