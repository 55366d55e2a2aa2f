"""`liquidate`: below half of the requirement, at mark, and no further than needed."""

import pytest
from eth_abi import encode
from eth_utils import keccak

WAD = 10**18
LOT = 10**15
TOKEN = 10**6


def test_default_behavior(venue, logs):
    # Bought at 8,000 with 100,000: 37 are worth 22,300 at 5,900 and ask 72,039.
    venue.trade("buyer", "seller", 30 * WAD)
    venue.trade("buyer", "liquidator", 7 * WAD)
    venue.fall(5_900 * WAD)
    before = venue.margin("buyer")
    assert before == {"equity": 22_300 * WAD, "requirement": 72_039 * WAD, "flags": 0}
    root, account = venue.calls.root().call(), venue.market.ids["buyer"]
    taker = venue.market.ids["liquidator"]
    receipt = venue.liquidate("buyer", "liquidator", 10 * WAD)
    # One per cent of 59,000, which is less than the cap: 22,300 * 10 / 37.
    after = venue.margin("buyer")
    assert after == {"equity": 21_710 * WAD, "requirement": 52_569 * WAD, "flags": 0}
    assert venue.account("liquidator")["size"] == 3 * WAD
    first, second, event = logs(receipt, venue.contract)
    assert dict(event.args) == {
        "account": account,
        "instrument": venue.market.perpetual,
        "taker": taker,
        "mode": 2,
        "size": 10 * WAD,
        "mark": 5_900 * WAD,
        "penalty": 590 * WAD,
        "equity_before": 22_300 * WAD,
        "margin_before": 72_039 * WAD,
        "equity_after": 21_710 * WAD,
        "margin_after": 52_569 * WAD,
    }
    assert (first.args.account, second.args.account) == (account, taker)
    match = keccak(encode(["bytes32", "uint256", "uint256"], [root, account, taker]))
    chain = venue.market.w3.eth.chain_id
    for leg, args in ((2, first.args), (1, second.args)):
        made = encode(
            ["uint256", "address", "bytes32", "uint256"],
            [chain, venue.contract.address, match, leg],
        )
        assert args.uti[16:] == keccak(made)[:16]
        assert args.prior_uti[16:] == match[:16]
        assert args.execution & 255 == 2
    assert first.args.equity == 21_710 * WAD


def test_short_side(venue):
    venue.trade("liquidator", "seller", 37 * WAD)
    venue.fall(10_200 * WAD)
    assert venue.margin("seller")["equity"] == 18_600 * WAD
    venue.liquidate("seller", "liquidator", 20 * WAD)
    assert venue.account("seller")["size"] == -17 * WAD
    # 2,040, one per cent of 204,000.
    assert venue.margin("seller")["equity"] == 16_560 * WAD


def test_half_of_the_requirement_is_the_edge(venue, reverts):
    # The client's entry asks 10,000 as long as the price is lower: 5,000 are left at 6,000.
    venue.trade("client", "seller", 25 * 10**17)
    venue.fall(6_000 * WAD)
    assert venue.margin("client")["equity"] == 5_000 * WAD
    with reverts("venue: not liquidatable"):
        venue.liquidate("client", "liquidator", LOT)
    venue.fall(6_000 * WAD - 1)
    venue.liquidate("client", "liquidator", LOT)


def test_healthy_account(venue, reverts):
    venue.trade("buyer", "seller", WAD)
    with reverts("venue: not liquidatable"):
        venue.liquidate("buyer", "liquidator", WAD)


def test_flat_account(venue, reverts):
    with reverts("venue: not liquidatable"):
        venue.liquidate("buyer", "liquidator", LOT)


def test_no_further_than_a_lot_beyond_the_requirement(venue, reverts, snapshot):
    venue.trade("buyer", "liquidator", 37 * WAD)
    venue.fall(5_900 * WAD)
    least = venue.least_take("buyer", 5_900 * WAD)
    with snapshot():
        venue.liquidate("buyer", "liquidator", least)
        after = venue.margin("buyer")
        assert after["equity"] >= after["requirement"]
    with reverts("venue: overshoots"):
        venue.liquidate("buyer", "liquidator", least + LOT)
    with reverts("venue: overshoots"):
        venue.liquidate("buyer", "liquidator", 37 * WAD)


@pytest.mark.parametrize("size", [0, LOT + 1, 37 * WAD + LOT])
def test_size(venue, reverts, size):
    venue.trade("buyer", "liquidator", 37 * WAD)
    venue.fall(5_900 * WAD)
    with reverts("venue: bad size"):
        venue.liquidate("buyer", "liquidator", size)


def test_limit(venue, reverts):
    venue.trade("buyer", "seller", 37 * WAD)
    venue.fall(5_900 * WAD)
    ids = venue.market.ids
    with reverts("venue: mark above the limit"):
        venue.act("liquidator", "liquidate", ids["buyer"], ids["liquidator"], WAD, 5_900 * WAD - 1)
    venue.fall(10_300 * WAD)
    with reverts("venue: mark below the limit"):
        venue.act(
            "liquidator", "liquidate", ids["seller"], ids["liquidator"], WAD, 10_300 * WAD + 1
        )


def test_worthless_account_pays_no_penalty(venue):
    venue.trade("buyer", "liquidator", 37 * WAD)
    venue.fall(5_000 * WAD)
    venue.liquidate("buyer", "liquidator", 37 * WAD)
    assert venue.account("buyer") == {
        "cash": -11_000 * WAD,
        "size": 0,
        "quote": 0,
        "retail": False,
        "debt": 0,
    }


def test_jump_does_not_hold_it_off(venue):
    venue.trade("buyer", "seller", 37 * WAD)
    venue.market.price(1, 5_900 * WAD)
    assert venue.margin("buyer")["flags"] == 2
    venue.liquidate("buyer", "liquidator", WAD)


def test_stale_price_and_grace(venue, reverts):
    venue.trade("buyer", "seller", 37 * WAD)
    venue.fall(5_900 * WAD)
    venue.let_go_stale()
    with reverts("venue: stale price"):
        venue.liquidate("buyer", "liquidator", WAD)
    venue.fall(5_900 * WAD)
    with reverts("venue: grace period"):
        venue.liquidate("buyer", "liquidator", WAD)
    until = venue.market.board.functions.grace_until(1).call()
    venue.market.set_time(until)
    venue.liquidate("buyer", "liquidator", WAD)


@pytest.mark.parametrize("power", ["freeze", "restrict"])
def test_whoever_is_held_is_liquidated(venue, power):
    venue.trade("buyer", "seller", 37 * WAD)
    venue.market.supervise(power, "buyer")
    venue.fall(5_900 * WAD)
    venue.liquidate("buyer", "liquidator", WAD)


@pytest.mark.parametrize(
    ("power", "reason"), [("freeze", "venue: gate 4"), ("restrict", "venue: gate 5")]
)
def test_taker_must_be_allowed(venue, reverts, power, reason):
    venue.trade("buyer", "seller", 37 * WAD)
    venue.fall(5_900 * WAD)
    venue.market.supervise(power, "liquidator")
    with reverts(reason):
        venue.liquidate("buyer", "liquidator", WAD)


def test_retail_takes_nothing(venue, reverts):
    venue.trade("buyer", "seller", 37 * WAD)
    venue.fall(5_900 * WAD)
    with reverts("venue: not for retail"):
        venue.liquidate("buyer", "client", LOT)


def test_own_account(venue, reverts):
    venue.trade("buyer", "seller", 37 * WAD)
    venue.fall(5_900 * WAD)
    with reverts("venue: same account"):
        venue.liquidate("buyer", "buyer", WAD)


def test_into_somebody_elses_account(venue, reverts):
    venue.trade("buyer", "liquidator", 37 * WAD)
    venue.fall(5_900 * WAD)
    ids = venue.market.ids
    with reverts("venue: gate 9"):
        venue.act("seller", "liquidate", ids["buyer"], ids["liquidator"], WAD, 2**255)


def test_taker_must_hold_margin(venue, reverts):
    venue.join("small taker", units=1)
    venue.trade("buyer", "seller", 37 * WAD)
    venue.fall(5_900 * WAD)
    with reverts("venue: below initial margin"):
        venue.liquidate("buyer", "small taker", WAD)


def test_taker_in_debt(venue, reverts):
    venue.trade("seller", "liquidator", 19 * WAD)
    venue.ruin("buyer")
    with reverts("venue: debt unpaid"):
        venue.liquidate("seller", "buyer", WAD)
