"""`deposit`: whose money, into which account, and what a retail client may bring."""

import pytest

from tests.support.example_venue import BILL, COIN, GOLD, MONEY

WAD = 10**18
TOKEN = 10**6


def test_default_behavior(venue, logs):
    receipt = venue.deposit("buyer", 1_500_001)
    assert venue.account("buyer")["cash"] == 100_001 * WAD + 500_001 * 10**12
    (event,) = logs(receipt, venue.contract)
    assert event.event == "CollateralDeposited"
    assert dict(event.args) == {
        "account": venue.market.ids["buyer"],
        "asset": MONEY,
        "amount": 1_500_001,
        "balance": 100_001 * WAD + 500_001 * 10**12,
    }


def test_collateral(venue, logs):
    receipt = venue.deposit("buyer", 5 * 10**17, GOLD)
    account = venue.market.ids["buyer"]
    assert venue.calls.balances(account, GOLD).call() == 5 * 10**17
    assert logs(receipt, venue.contract)[0].args.balance == 5 * 10**17
    assert venue.account("buyer")["cash"] == 100_000 * WAD


def test_for_another_account(venue, reverts):
    venue.give("buyer", TOKEN)
    with reverts("venue: gate 9"):
        venue.act("buyer", "deposit", venue.market.ids["seller"], MONEY, TOKEN)


def test_frozen(venue, reverts):
    venue.market.supervise("freeze", "buyer")
    with reverts("venue: gate 4"):
        venue.deposit("buyer", TOKEN)


@pytest.mark.parametrize("asset", [BILL, GOLD, COIN])
def test_retail_brings_money_alone(venue, reverts, asset):
    with reverts("venue: not for retail"):
        venue.deposit("client", TOKEN, asset)


@pytest.mark.parametrize("amount", [0, 2**112])
def test_amount(venue, reverts, amount):
    with reverts("venue: bad amount"):
        venue.act("buyer", "deposit", venue.market.ids["buyer"], MONEY, amount)


@pytest.mark.parametrize("asset", [4, 2**256 - 1])
def test_unknown_asset(venue, reverts, asset):
    with reverts("venue: unknown asset"):
        venue.act("buyer", "deposit", venue.market.ids["buyer"], asset, 1)


def test_balance_out_of_range(venue, reverts):
    # A worthless token in a huge amount must not make the margin check overflow.
    most = (2**112 - 1) // 10**10
    venue.deposit("buyer", most, COIN)
    with reverts("venue: balance out of range"):
        venue.deposit("buyer", 1, COIN)
    assert venue.margin("buyer")["equity"] == 100_000 * WAD


def test_token_that_refuses(venue, reverts):
    with reverts(None):
        venue.act("seller", "deposit", venue.market.ids["seller"], BILL, TOKEN)
