"""`margin`: requirement and equity, against fractions and against the SDK's twin."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest

from keelmark.margin import check_account
from keelmark.margin.words import unpack_collateral, unpack_instrument, unpack_price_lane
from keelmark.types import AccountState, MarketState, Valuation
from keelmark.types import Position as Held
from tests.support.clearing import (
    CLOSE_OUT,
    HOUR,
    OPENING,
    WITHDRAWAL,
    Clearing,
    Line,
    exact_requirement,
    floor_value,
)
from tests.support.market import BOND_FEED, BTC, ETH, TOKEN, TOKEN_FEED, Market
from tests.support.orders import WAD

MARK = 8000 * WAD
DAY = 86_400


@pytest.fixture
def mixed(clearing: Clearing, now: Callable[[], int]) -> dict[int, tuple[int, int, int]]:
    """`buyer` holds four positions on two underliers: instrument to underlier, size, quote."""
    market = clearing.market
    market.deposit("buyer", 50_000, asset=1)
    dated = market.list_instrument(BTC, (now() // DAY + 90) * DAY + 8 * HOUR)
    ether = market.list_instrument(ETH)
    heavy = market.list_instrument(ETH, 0, 12_345)
    market.trade("buyer", "seller", 5_003 * 10**15, 8_111 * WAD + 7)
    market.trade("seller", "buyer", 3_001 * 10**15, 7_901 * WAD + 3, dated)
    market.trade("buyer", "seller", 77 * WAD + 10**15, 203 * WAD + 11, ether)
    market.trade("seller", "buyer", 33 * WAD, 199 * WAD + 13, heavy)
    market.price(BTC, 8_765 * WAD + 432_109_876_543_210_987)
    market.price(ETH, 187 * WAD + 654_321_098_765_432_101)
    return {
        number: (feed, *clearing.state("buyer", number)[:2])
        for number, feed in ((market.perpetual, BTC), (dated, BTC), (ether, ETH), (heavy, ETH))
    }


def test_default_behavior(clearing: Clearing, mixed: dict[int, tuple[int, int, int]]) -> None:
    """By the method's own words in fractions, at all three valuations."""
    market = clearing.market
    marks = {BTC: 8_765_432_109_876_543_210_987, ETH: 187_654_321_098_765_432_101}
    lines = [
        Line(
            feed,
            size,
            marks[feed],
            floor_value(size, marks[feed], quote),
            scan_bps={BTC: 3300, ETH: 5000}[feed],
            multiplier_bps=12_345 if number == max(mixed) else 10_000,
        )
        for number, (feed, size, quote) in mixed.items()
    ]
    assert {line.value > 0 for line in lines} == {True, False}
    requirement = exact_requirement(lines)
    resources = 100_000 * WAD + 49_750 * WAD
    full = resources + sum(line.value for line in lines)
    cautious = resources + sum(min(line.value, 0) for line in lines)
    for valuation, equity in ((OPENING, full), (WITHDRAWAL, cautious), (CLOSE_OUT, full)):
        answer = market.margin("buyer", valuation)
        assert answer == {"equity": equity, "requirement": requirement, "flags": 0}


def test_against_the_twin(clearing: Clearing, mixed: dict[int, tuple[int, int, int]]) -> None:
    market = clearing.market
    house = market.house.functions
    lanes = {
        feed: unpack_price_lane(int(market.board.functions.price_lane(feed).call()))
        for feed in (BTC, ETH, TOKEN_FEED, BOND_FEED)
    }
    state = MarketState(
        now=market.now(),
        instruments={n: unpack_instrument(int(house.instruments(n).call())) for n in mixed},
        lanes=lanes,
        settlement_feed=TOKEN_FEED,
        assets={1: unpack_collateral(int(house.collaterals(1).call()))},
    )
    account = AccountState(
        cash=market.cash("buyer"),
        positions=tuple(Held(n, size, quote) for n, (_, size, quote) in mixed.items()),
        collateral={1: 50_000 * TOKEN},
    )
    for valuation in Valuation:
        twin = check_account(account, state, valuation)
        answer = market.margin("buyer", int(valuation))
        assert (answer["equity"], answer["requirement"]) == (twin.equity, twin.initial_margin)


def test_netting_across_underliers(clearing: Clearing) -> None:
    """G is 15 % of 16,000 and 20,000; the house's values net to a quarter of the gross."""
    market = clearing.market
    ether = market.list_instrument(ETH)
    market.trade("buyer", "seller", 2 * WAD, MARK)
    market.trade("seller", "buyer", 100 * WAD, 200 * WAD, ether)
    market.price(BTC, 7_600 * WAD)
    market.price(ETH, 194 * WAD)
    # -800 and +600: P = 800, N = 200; G = 0.15 * (15,200 + 19,400) = 5,190;
    # net = 5,190 * (0.4 + 0.6 / 4); the floors are 33 % of 15,200 and 50 % of 19,400.
    assert market.margin("buyer")["requirement"] == max(285_450, 501_600 + 970_000) * WAD // 100


def test_schedule_alone(
    w3: Any, deploy: Any, actors: Any, send: Any, set_time: Any, now: Any
) -> None:
    """Under the uncleared schedule there is no scan range: 15 % both ways."""
    market = Market(w3, deploy, actors, send, set_time, now, regime=1)
    for name in ("buyer", "seller"):
        market.join(name, cash=10_000)
    market.trade("buyer", "seller", WAD, MARK)
    assert market.margin("buyer")["requirement"] == 1_200 * WAD
    listed = Market(w3, deploy, actors, send, set_time, now, regime=2)
    for name in ("buyer", "seller"):
        listed.join(name, cash=10_000)
    listed.trade("buyer", "seller", WAD, MARK)
    assert listed.margin("buyer")["requirement"] == 1_480 * WAD


def test_dust_in_profit_lowers_nothing(clearing: Clearing) -> None:
    """Alone the schedule would take 60 % off for one lot in profit."""
    market = clearing.market
    ether = market.list_instrument(ETH)
    market.trade("seller", "buyer", 10 * WAD, MARK)
    market.price(BTC, 7_900 * WAD)
    before = market.margin("buyer")["requirement"]
    market.trade("buyer", "seller", 10**15, 200 * WAD, ether)
    market.price(ETH, 199 * WAD)
    assert market.margin("buyer")["requirement"] == before + 50 * 199 * 10**13


@pytest.mark.parametrize(
    ("kind", "years", "fx", "counted_bps"),
    [
        (1, 0, False, 10_000),
        (1, 0, True, 9_200),
        (2, 1, False, 9_950),
        (2, 5, False, 9_800),
        (2, 6, False, 9_600),
        (3, 1, False, 9_900),
        (3, 5, False, 9_600),
        (3, 6, True, 8_400),
        (4, 0, False, 8_500),
        (5, 0, True, 7_700),
        (6, 0, False, 0),
    ],
)
def test_haircuts(clearing: Clearing, kind: int, years: int, fx: bool, counted_bps: int) -> None:
    """By class and by what is left to maturity now; that of currency adds."""
    market = clearing.market
    maturity = market.now() + years * 365 * DAY + 100 if years else 0
    token(clearing, kind, maturity, fx=fx)
    if years:
        market.set_time(maturity - years * 365 * DAY - 1)
        if years < 6:
            # A second earlier the residual maturity is in the next bucket.
            before = market.margin("buyer", CLOSE_OUT)["equity"] - 100_000 * WAD
            assert before < 1_000 * WAD * counted_bps // 10_000
        market.set_time(maturity - years * 365 * DAY)
    counted = market.margin("buyer", CLOSE_OUT)["equity"] - 100_000 * WAD
    assert counted == 1_000 * WAD * counted_bps // 10_000


def test_collateral_cap(clearing: Clearing) -> None:
    token(clearing, 2, 0, cap=500 * WAD)
    assert clearing.market.margin("buyer")["equity"] == 100_500 * WAD


def test_e_money_collateral_counts_at_most_at_par(clearing: Clearing) -> None:
    market = clearing.market
    token(clearing, 1, 0)
    market.price(BOND_FEED, 105 * 10**16)
    assert market.margin("buyer", OPENING)["equity"] == 101_000 * WAD
    market.price(BOND_FEED, 98 * 10**16)
    assert market.margin("buyer", OPENING)["equity"] == 100_980 * WAD
    market.price(BOND_FEED, 98 * 10**16 - 1)
    assert market.margin("buyer", OPENING)["equity"] == 100_000 * WAD
    assert market.margin("buyer", WITHDRAWAL)["equity"] == 100_000 * WAD
    assert market.margin("buyer", CLOSE_OUT)["equity"] == 100_980 * WAD - 1_000


def test_bond_above_par_counts_at_its_price(clearing: Clearing) -> None:
    clearing.market.deposit("buyer", 1_000, asset=1)
    clearing.market.price(BOND_FEED, 105 * 10**16)
    # 1,050 at 99.5 %.
    assert clearing.market.margin("buyer")["equity"] == 100_000 * WAD + 104_475 * WAD // 100


def test_stale_collateral_counts_for_close_out_only(
    clearing: Clearing, now: Callable[[], int]
) -> None:
    market = clearing.market
    market.deposit("buyer", 1_000, asset=1)
    clearing.go_to(now() + 10 * HOUR)
    for valuation, equity in ((OPENING, 100_000), (WITHDRAWAL, 100_000), (CLOSE_OUT, 100_995)):
        answer = market.margin("buyer", valuation)
        # Flags are those of positions; collateral that is stale just counts nothing.
        assert (answer["equity"], answer["flags"]) == (equity * WAD, 0)


def test_stale_settlement_token(
    clearing: Clearing, now: Callable[[], int], set_time: Callable[[int], None]
) -> None:
    market = clearing.market
    market.price(TOKEN_FEED, 99 * 10**16)
    set_time(now() + 10 * HOUR)
    assert market.margin("buyer", OPENING)["equity"] == 0
    assert market.margin("buyer", CLOSE_OUT)["equity"] == 99_000 * WAD


def test_negative_cash_is_owed_in_full(clearing: Clearing) -> None:
    """What an account owes is not cheaper because the token trades below par."""
    market = clearing.market
    account = market.ids["buyer"]
    clearing.poke("book.accounts", 1 << 120 | 1 << 136 | (2**104 - 500 * WAD), account)
    market.price(TOKEN_FEED, 9 * 10**17)
    for valuation in (OPENING, WITHDRAWAL, CLOSE_OUT):
        assert market.margin("buyer", valuation)["equity"] == -500 * WAD


def test_stale_and_jumped_flags(clearing: Clearing, now: Callable[[], int]) -> None:
    market = clearing.market
    ether = market.list_instrument(ETH)
    market.trade("buyer", "seller", WAD, MARK)
    market.trade("buyer", "seller", WAD, 200 * WAD, ether)
    clearing.go_to(now() + 10 * HOUR)
    market.price(ETH, 300 * WAD)
    assert market.margin("buyer")["flags"] == 1 | 2
    market.price(BTC, MARK)
    assert market.margin("buyer")["flags"] == 2


def test_unknown_account(clearing: Clearing, reverts: Any) -> None:
    for account in (0, 999):
        with reverts("house: unknown account"):
            clearing.market.house.functions.margin(account, 0).call()


def token(
    clearing: Clearing, kind: int, maturity: int, *, fx: bool = False, cap: int = 10**27
) -> None:
    """Asset 2 of eighteen decimals on the bond's feed, of which `buyer` deposits 1,000."""
    market = clearing.market
    made = market.deploy("testnet/TestToken", "Asset", "AST", 18, market.actors("minter"))
    terms = (made.address, BOND_FEED, kind, fx, 18, maturity, cap)
    market.do(market.house.functions.list_collateral(*terms), market.operator)
    buyer = market.actors("buyer")
    market.do(made.functions.mint(buyer, 1_000 * WAD), market.actors("minter"))
    market.do(made.functions.approve(market.house.address, 1_000 * WAD), buyer)
    market.do(market.house.functions.deposit(market.ids["buyer"], 2, 1_000 * WAD), buyer)
