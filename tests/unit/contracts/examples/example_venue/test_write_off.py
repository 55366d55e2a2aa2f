"""`write_off`, `contribute`: a loss goes to the reserve; retail owes nothing, others owe it."""

from tests.support.example_venue import GOLD

WAD = 10**18
TOKEN = 10**6


def test_retail_balance_is_not_negative(venue, logs):
    venue.give("seller", 1_000 * TOKEN)
    venue.act("seller", "contribute", 1_000 * TOKEN)
    receipt = venue.ruin("client")
    # 2.5 bought at 8,000 and closed at 3,000 cost 12,500 of 10,000.
    assert venue.account("client") == {
        "cash": 0,
        "size": 0,
        "quote": 0,
        "retail": True,
        "debt": 0,
    }
    assert venue.calls.reserve().call() == -1_500 * WAD
    (event,) = logs(receipt, venue.contract)
    assert event.event == "ReserveCharged"
    assert dict(event.args) == {
        "account": venue.market.ids["client"],
        "debt": 0,
        "deficit": 2_500 * WAD,
        "reserve": -1_500 * WAD,
    }


def test_nobody_elses_margin_pays(venue):
    venue.trade("buyer", "seller", WAD)
    names = ("buyer", "seller")
    before = [venue.account(name) for name in names]
    venue.ruin("client")
    assert [venue.account(name) for name in names] == before


def test_professional_owes_the_reserve_and_pays_it_first(venue, logs):
    venue.ruin("buyer")
    assert venue.account("buyer")["debt"] == 85_000 * WAD
    assert venue.account("buyer")["cash"] == 0
    assert venue.calls.reserve().call() == -85_000 * WAD
    receipt = venue.deposit("buyer", 80_000 * TOKEN)
    raised, paid_in = logs(receipt, venue.contract)
    assert (raised.event, paid_in.event) == ("ReserveRaised", "CollateralDeposited")
    assert dict(raised.args) == {
        "wallet": venue.market.actors("buyer"),
        "account": venue.market.ids["buyer"],
        "amount": 80_000 * WAD,
        "reserve": -5_000 * WAD,
    }
    assert paid_in.args.balance == 0
    venue.deposit("buyer", 6_000 * TOKEN)
    held = venue.account("buyer")
    assert (held["debt"], held["cash"]) == (0, 1_000 * WAD)
    venue.withdraw("buyer", 1_000 * TOKEN)


def test_uncovered_loss_stops_opening(venue, reverts):
    venue.ruin("client")
    venue.fall(4_000 * WAD)
    with reverts("venue: loss uncovered"):
        venue.trade("buyer", "seller", WAD, 4_000 * WAD)
    venue.give("seller", 2_500 * TOKEN)
    venue.act("seller", "contribute", 2_500 * TOKEN)
    venue.trade("buyer", "seller", WAD, 4_000 * WAD)


def test_no_deficit(venue, reverts):
    for account in (venue.market.ids["buyer"], 4_000):
        with reverts("venue: no deficit"):
            venue.act("liquidator", "write_off", account)


def test_open_position(venue, reverts):
    venue.trade("client", "liquidator", 25 * 10**17)
    venue.fall(3_000 * WAD)
    with reverts("venue: no deficit"):
        venue.act("liquidator", "write_off", venue.market.ids["client"])


def test_collateral_comes_first(venue, reverts):
    venue.deposit("buyer", 1, GOLD)
    venue.trade("buyer", "liquidator", 37 * WAD)
    venue.fall(5_000 * WAD)
    venue.liquidate("buyer", "liquidator", 37 * WAD)
    with reverts("venue: collateral left"):
        venue.act("liquidator", "write_off", venue.market.ids["buyer"])
    # And no more of it can be brought to hold the loss off.
    with reverts("venue: cash owed"):
        venue.deposit("buyer", 1, GOLD)
    ids = venue.market.ids
    venue.act("liquidator", "buy_collateral", ids["buyer"], GOLD, 1, ids["liquidator"], WAD)
    venue.act("liquidator", "write_off", ids["buyer"])


def test_debtor_opens_nothing(venue, reverts):
    venue.ruin("buyer")
    venue.give("seller", 85_000 * TOKEN)
    venue.act("seller", "contribute", 85_000 * TOKEN)
    venue.fall(4_000 * WAD)
    with reverts("venue: debt unpaid"):
        venue.trade("buyer", "seller", 10**15, 4_000 * WAD)
    with reverts("venue: cash owed"):
        venue.deposit("buyer", WAD, GOLD)


def test_contribute_amount(venue, reverts):
    for amount in (0, 2**112):
        with reverts("venue: bad amount"):
            venue.act("seller", "contribute", amount)
