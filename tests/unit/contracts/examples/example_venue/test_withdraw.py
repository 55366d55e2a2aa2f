"""`withdraw`: what is free, and never a profit that is not realised."""

import pytest

from tests.support.example_venue import BILL, GOLD, MONEY

WAD = 10**18
TOKEN = 10**6


def test_default_behavior(venue, logs):
    receipt = venue.withdraw("buyer", 100_000 * TOKEN)
    assert venue.account("buyer")["cash"] == 0
    (event,) = logs(receipt, venue.contract)
    assert event.event == "CollateralWithdrawn"
    assert (event.args.amount, event.args.balance) == (100_000 * TOKEN, 0)
    balance = venue.market.token.functions.balanceOf(venue.market.actors("buyer")).call()
    assert balance == 100_000 * TOKEN


def test_more_than_there_is(venue, reverts):
    with reverts("venue: not enough cash"):
        venue.withdraw("buyer", 100_000 * TOKEN + 1)
    with reverts("venue: not enough collateral"):
        venue.withdraw("buyer", 1, BILL)


def test_margin_stays(venue, reverts, snapshot):
    venue.trade("buyer", "seller", 10 * WAD)
    with snapshot():
        venue.withdraw("buyer", 73_600 * TOKEN)
    with reverts("venue: below initial margin"):
        venue.withdraw("buyer", 73_600 * TOKEN + 1)


def test_unrealised_profit_stays(venue, reverts, snapshot):
    venue.trade("buyer", "seller", 10 * WAD)
    venue.fall(9_000 * WAD)
    # The profit of 10,000 does not count, the margin of 29,700 does.
    assert venue.margin("buyer")["equity"] == 110_000 * WAD
    with snapshot():
        venue.withdraw("buyer", 70_300 * TOKEN)
    with reverts("venue: below initial margin"):
        venue.withdraw("buyer", 70_300 * TOKEN + 1)
    # The loss of the other side does count.
    with reverts("venue: below initial margin"):
        venue.withdraw("seller", 60_300 * TOKEN + 1)
    venue.withdraw("seller", 60_300 * TOKEN)


def test_realised_profit_leaves(venue):
    venue.trade("buyer", "seller", 10 * WAD)
    venue.fall(9_000 * WAD)
    venue.trade("seller", "buyer", 10 * WAD, 9_000 * WAD)
    venue.withdraw("buyer", 110_000 * TOKEN)
    venue.withdraw("seller", 90_000 * TOKEN)


def test_flat_needs_no_price(venue, reverts):
    venue.trade("buyer", "seller", WAD)
    venue.let_go_stale()
    venue.withdraw("client", 10_000 * TOKEN)
    with reverts("venue: stale price"):
        venue.withdraw("buyer", 1)


def test_stale_money_backs_no_position(venue, reverts):
    venue.trade("buyer", "seller", WAD)
    venue.market.set_time(venue.market.now() + 10 * 3600)
    venue.market.price(1, 8_000 * WAD)
    with reverts("venue: below initial margin"):
        venue.withdraw("buyer", 1)


def test_collateral_that_is_needed(venue, reverts, snapshot):
    # 100 bills at 1 less 0.5 %: 99.50; gold at 2,000 less 15 % and 8 %: 1,540.
    venue.deposit("buyer", WAD, GOLD)
    venue.withdraw("buyer", 100_000 * TOKEN)
    venue.trade("buyer", "seller", 10**17)
    assert venue.margin("buyer", 1) == {"equity": 1_540 * WAD, "requirement": 264 * WAD, "flags": 0}
    spare = (1_540 - 264) * WAD // 1_540
    with snapshot():
        venue.withdraw("buyer", spare, GOLD)
    with reverts("venue: below initial margin"):
        venue.withdraw("buyer", spare + 1_000, GOLD)


@pytest.mark.parametrize(("power", "reason"), [("freeze", "venue: gate 4"), ("restrict", None)])
def test_gate(venue, reverts, power, reason):
    venue.market.supervise(power, "buyer")
    if reason is None:
        venue.withdraw("buyer", TOKEN)
        return
    with reverts(reason):
        venue.withdraw("buyer", TOKEN)


def test_somebody_elses_money(venue, reverts):
    with reverts("venue: gate 9"):
        venue.act("seller", "withdraw", venue.market.ids["buyer"], MONEY, TOKEN)


@pytest.mark.parametrize("amount", [0, 2**112])
def test_amount(venue, reverts, amount):
    with reverts("venue: bad amount"):
        venue.withdraw("buyer", amount)


def test_loss_uncovered(venue, reverts):
    venue.deposit("seller", 5, BILL)
    venue.ruin("client")
    with reverts("venue: loss uncovered"):
        venue.withdraw("seller", 1)
    # What is in a client's own assets is not the venue's money.
    venue.withdraw("seller", 5, BILL)
    venue.give("seller", 2_500 * TOKEN)
    venue.act("seller", "contribute", 2_500 * TOKEN)
    venue.withdraw("seller", 1)


def test_debt_unpaid(venue, reverts):
    venue.ruin("buyer")
    venue.deposit("buyer", 1)
    with reverts("venue: debt unpaid"):
        venue.withdraw("buyer", 1)
