"""`statement` and `position`, and the small views of the back office and the desk."""

from __future__ import annotations

from typing import Any

from tests.support.clearing import HOUR, Clearing
from tests.support.market import HOUSE_LEI, RETAIL, TOKEN, TOKEN_FEED
from tests.support.orders import WAD
from tests.support.parties import lei_word

MARK = 8000 * WAD


def test_default_behavior(clearing: Clearing) -> None:
    market = clearing.market
    market.deposit("buyer", 1_000, asset=1)
    market.trade("buyer", "seller", 30 * WAD, MARK)
    market.price(1, 6900 * WAD)
    receipt = market.call_margin("buyer")
    time = market.w3.eth.get_block(receipt["blockNumber"])["timestamp"]
    # 100,000 + 995 - 33,000; 33 % of 207,000; exists and called.
    assert tuple(market.statement("buyer")) == (
        100_000 * WAD,
        67_995 * WAD,
        68_310 * WAD,
        1 | 4,
        market.member,
        time + HOUR,
        0,
        1,
    )


def test_of_a_member_and_of_a_retail_client(clearing: Clearing) -> None:
    market = clearing.market
    market.join("saver", RETAIL, "DE")
    assert market.statement("member")[3:5] == (1 | 16, market.member)
    assert market.statement("saver")[3:5] == (1 | 2, market.member)


def test_unknown_account(clearing: Clearing, reverts: Any) -> None:
    """An id that has no account reverts, so that a walk over ids can tell."""
    house = clearing.market.house.functions
    for account in (0, 999):
        with reverts("house: unknown account"):
            house.statement(account).call()
        with reverts("house: unknown account"):
            house.position(account, 1).call()


def test_position(clearing: Clearing) -> None:
    market = clearing.market
    market.trade("buyer", "seller", WAD, 8100 * WAD)
    assert clearing.state("buyer")[:2] == (WAD, -8_100 * WAD)
    assert clearing.state("seller")[:2] == (-WAD, 8_100 * WAD)
    assert clearing.state("third")[:2] == (0, 0)
    assert clearing.state("buyer", 99)[:2] == (0, 0)
    assert clearing.state("buyer", 0)[:2] == (0, 0)


def test_house_terms(clearing: Clearing) -> None:
    market = clearing.market
    assert tuple(market.house.functions.house_terms().call()) == (
        market.matcher.address,
        market.close_out.address,
        market.fund.address,
        market.token.address,
        TOKEN_FEED,
        3,
        lei_word(HOUSE_LEI),
    )
    assert market.house.functions.party_registry().call() == market.parties.address
    assert market.house.functions.price_board().call() == market.board.address
    assert market.house.functions.back_office().call() == market.office.address
    assert market.house.functions.loss_desk().call() == market.desk.address


def test_instrument_terms(clearing: Clearing, reverts: Any) -> None:
    house = clearing.market.house.functions
    terms = tuple(house.instrument_terms(clearing.market.perpetual).call())
    assert terms == (10**15, 1, 7, MARK, MARK)
    with reverts("house: instrument not open"):
        house.instrument_terms(99).call()


def test_collateral_terms(clearing: Clearing, reverts: Any) -> None:
    market = clearing.market
    assert tuple(market.house.functions.collateral_terms(1).call()) == (WAD, 50, 10**12)
    market.set_time(market.now() + 10 * HOUR)
    with reverts("house: stale price"):
        market.house.functions.collateral_terms(1).call()


def test_balance_of(clearing: Clearing) -> None:
    market = clearing.market
    market.deposit("buyer", 5, asset=1)
    held = [market.house.functions.balance_of(market.ids["buyer"], i).call() for i in (1, 2, 8)]
    assert held == [5 * TOKEN, 0, 0]
