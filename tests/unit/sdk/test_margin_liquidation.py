"""Liquidation, collateral and the loss order."""

from __future__ import annotations

from dataclasses import replace
from fractions import Fraction
from itertools import pairwise

import pytest
from hypothesis import assume, given
from hypothesis import strategies as st

from keelmark.margin import check_account, withdrawable
from keelmark.margin.collateral import (
    cash_part,
    collateral_margin,
    haircut_bps,
    sale_cost,
    sale_discount_bps,
)
from keelmark.margin.liquidation import (
    after_take_over,
    batch_take_over,
    max_take_over,
    penalty,
    penalty_cap,
    take_over_allowed,
    take_over_penalty,
)
from keelmark.margin.losses import LossLayers, allocate_loss, refill, scaled_gain
from keelmark.types import (
    AccountState,
    CollateralClass,
    MarketState,
    Position,
    PriceLane,
    Valuation,
)
from tests.support.books import DAY, LOT, NOW, WAD, market, perpetual, token

amounts = st.integers(0, 10**26)


@given(amounts, amounts.filter(bool), amounts, amounts)
def test_the_penalty_never_raises_the_share_of_the_shortfall(
    notional: int, margin: int, equity: int, freed: int
) -> None:
    after = margin - min(freed, margin)
    taken = penalty(notional, equity, margin, after)
    assert 0 <= taken <= notional // 100
    if taken:
        assert (equity - taken) * margin > equity * after
    # One wei more than the cap would not lower the share.
    cap = penalty_cap(equity, margin, after)
    assert (equity - cap - 1) * margin <= equity * after


def test_an_account_without_equity_pays_no_penalty() -> None:
    assert penalty(10**24, 0, 10**22, 0) == penalty(10**24, -5, 10**22, 0) == 0


def test_the_penalty_is_one_percent_where_the_cap_allows() -> None:
    assert penalty(10_000 * WAD, 1000 * WAD, 3300 * WAD, 1650 * WAD) == 100 * WAD


@st.composite
def failing(draw: st.DrawFn) -> tuple[AccountState, int]:
    """An account in one perpetual, below its requirement, and the mark."""
    mark = draw(st.integers(100 * WAD, 10_000 * WAD))
    size = draw(st.integers(1, 10**6)) * LOT * draw(st.sampled_from([-1, 1]))
    worth = -size * mark // WAD
    share = draw(st.integers(1, 3299))
    return AccountState(abs(worth) * share // 10_000, (Position(1, size, worth),)), mark


@given(failing())
def test_a_take_over_helps_and_stops_at_enough(drawn: tuple[AccountState, int]) -> None:
    account, mark = drawn
    book = market({1: perpetual()}, {1: mark})
    before = check_account(account, book, Valuation.CLOSE_OUT)
    assume(before.headroom < 0)
    size = max_take_over(account, book, 1)
    held = abs(account.positions[0].size)
    assert take_over_allowed(account, book, 1, size)
    if take_over_allowed(account, book, 1, size + LOT):
        # Only where the penalty of what would be enough at mark leaves it short after all.
        _, enough = after_take_over(account, book, 1, size)
        assert enough.headroom < take_over_penalty(size, mark, before, enough)
    _, after = after_take_over(account, book, 1, size)
    assert after.headroom > before.headroom
    if size < held:
        assert after.headroom >= 0
    if size > LOT:
        _, less = after_take_over(account, book, 1, size - LOT)
        assert less.headroom < 0


def test_a_healthy_account_is_left_alone() -> None:
    book = market({1: perpetual()}, {1: 5000 * WAD})
    account = AccountState(1650 * WAD, (Position(1, WAD, -5000 * WAD),))
    assert max_take_over(account, book, 1) == 0
    for size in (LOT, WAD):
        assert not take_over_allowed(account, book, 1, size)


def two_longs() -> tuple[AccountState, MarketState]:
    """5 BTC from 8,000 and 100 ETH from 200 on 24,000 of cash, at 6,000 and 100: equity is 4,000
    against 3,300 bps of 30,000 and 5,000 bps of 10,000."""
    held = (Position(1, 5 * WAD, -40_000 * WAD), Position(2, 100 * WAD, -20_000 * WAD))
    instruments = {1: perpetual(1), 2: perpetual(2, 5_000)}
    return AccountState(24_000 * WAD, held), market(instruments, {1: 6_000 * WAD, 2: 100 * WAD})


def test_several_positions_pay_one_penalty() -> None:
    account, state = two_longs()
    found = batch_take_over(account, state, [(1, 2 * WAD), (2, 50 * WAD)])
    # 1 % of 12,000 and 5,000; what is left asks 3,300 bps of 18,000 and 5,000 bps of 5,000.
    assert found.penalty == 170 * WAD
    assert found.account.cash == (24_000 - 4_000 - 5_000 - 170) * WAD
    assert found.headroom_before == (4_000 - 14_900) * WAD
    assert found.headroom == (3_830 - 8_440) * WAD
    assert found.shortfall_falls
    assert not found.overshoots


def test_several_positions_stop_at_one_lot_beyond() -> None:
    account, state = two_longs()
    # One lot of ETH left behind is far from using up 3,600 of equity.
    assert batch_take_over(account, state, [(1, 5 * WAD), (2, 100 * WAD)]).overshoots
    # 75 ETH ask 3,750 and 60 ask 3,000; 4,000 less 1 % of 32,500 or 34,000 is 3,675 or 3,660.
    assert not batch_take_over(account, state, [(1, 5 * WAD), (2, 25 * WAD)]).overshoots
    assert batch_take_over(account, state, [(1, 5 * WAD), (2, 40 * WAD)]).overshoots
    # A single lot may always go.
    assert batch_take_over(account, state, [(2, LOT)]).one_less is None


def test_a_take_over_reduces_in_whole_lots() -> None:
    book = market({1: perpetual()}, {1: 5000 * WAD})
    account = AccountState(600 * WAD, (Position(1, WAD, -5000 * WAD),))
    assert take_over_allowed(account, book, 1, WAD // 2)
    for size in (0, -LOT, LOT + 1, WAD + LOT):
        assert not take_over_allowed(account, book, 1, size)


@pytest.mark.parametrize(
    ("asset", "expected"),
    [
        (token(), 0),
        (token(foreign_currency=True), 800),
        (token(CollateralClass.GOVERNMENT, maturity=NOW + 365 * DAY), 50),
        (token(CollateralClass.GOVERNMENT, maturity=NOW + 365 * DAY + 1), 200),
        (token(CollateralClass.GOVERNMENT, maturity=NOW + 5 * 365 * DAY), 200),
        (token(CollateralClass.GOVERNMENT, maturity=NOW + 5 * 365 * DAY + 1), 400),
        (token(CollateralClass.CORPORATE, maturity=NOW + DAY), 100),
        (token(CollateralClass.CORPORATE, maturity=NOW + 700 * DAY), 400),
        (token(CollateralClass.CORPORATE, maturity=NOW + 3650 * DAY), 800),
        (token(CollateralClass.EQUITY), 1500),
        (token(CollateralClass.GOLD, foreign_currency=True), 2300),
        (token(6), 10_000),
        (token(0, foreign_currency=True), 10_000),
    ],
)
def test_haircuts_by_class_and_maturity(asset: object, expected: int) -> None:
    assert haircut_bps(asset, NOW) == expected


@pytest.mark.parametrize(
    ("price", "valuation", "stale", "counted"),
    [
        (WAD * 101 // 100, Valuation.OPENING, False, 100 * WAD),
        (WAD * 99 // 100, Valuation.OPENING, False, 99 * WAD),
        (WAD * 98 // 100, Valuation.WITHDRAWAL, False, 98 * WAD),
        (WAD * 98 // 100 - 1, Valuation.WITHDRAWAL, False, 0),
        (WAD * 50 // 100, Valuation.CLOSE_OUT, False, 50 * WAD),
        (WAD, Valuation.OPENING, True, 0),
        (WAD, Valuation.WITHDRAWAL, True, 0),
        (WAD, Valuation.CLOSE_OUT, True, 100 * WAD),
    ],
)
def test_electronic_money_counts_at_par_or_less(
    price: int, valuation: Valuation, stale: bool, counted: int
) -> None:
    lane = PriceLane(price, NOW - 1 if stale else NOW)
    book = replace(market({}, {}, {1: token()}), lanes={50: lane, 99: lane})
    line = collateral_margin(1, 100 * 10**6, book, valuation, retail=True)
    assert line.counted == counted
    assert cash_part(100 * WAD, lane, valuation, NOW) == counted
    assert cash_part(-100 * WAD, lane, valuation, NOW) == -100 * WAD


def test_a_cap_binds_and_retail_has_no_bonds() -> None:
    bond = token(CollateralClass.GOVERNMENT, maturity=NOW + DAY, cap=90 * WAD)
    book = market({}, {50: WAD}, {1: bond})
    line = collateral_margin(1, 10**9, book, Valuation.OPENING, retail=False)
    assert line.counted == 90 * WAD
    assert collateral_margin(1, 10**9, book, Valuation.OPENING, retail=True).counted == 0


@given(amounts, st.integers(1, 10**23))
def test_collateral_sells_no_cheaper_than_it_counts(amount: int, price: int) -> None:
    for asset in (
        token(),
        token(CollateralClass.GOVERNMENT, maturity=NOW + DAY),
        token(CollateralClass.EQUITY, foreign_currency=True),
    ):
        book = market({}, {50: price}, {1: asset})
        counted = collateral_margin(1, amount, book, Valuation.CLOSE_OUT, retail=False).counted
        assert sale_cost(asset, amount, price, NOW) >= counted
        assert sale_discount_bps(asset, NOW) <= min(200, haircut_bps(asset, NOW))


def test_an_account_without_positions_takes_everything_out() -> None:
    book = market({}, {})
    assert withdrawable(AccountState(5), book) == 5
    assert withdrawable(AccountState(-5), book) == 0


@given(amounts, amounts, amounts, amounts, amounts)
def test_losses_follow_the_written_order(
    deficit: int, cash: int, share: int, house: int, others: int
) -> None:
    layers = allocate_loss(
        deficit, member_cash=cash, member_share=share, dedicated=house, others=others
    )
    assert layers.total == deficit
    taken = (
        (layers.from_member_cash, cash),
        (layers.from_member_share, share),
        (layers.from_house, house),
        (layers.from_others, others),
        (layers.uncovered, None),
    )
    for (earlier, available), (later, _) in pairwise(taken):
        assert later == 0 or earlier == available


@given(amounts, amounts, amounts, amounts, st.integers(0, 100))
def test_a_paid_debt_refills_the_last_layer_first(
    cash: int, share: int, house: int, others: int, percent: int
) -> None:
    borne = LossLayers(cash, share, house, others, 0)
    amount = borne.total * percent // 100
    back = refill(amount, borne)
    assert back.to_member_cash + back.to_member_share + back.to_house + back.to_others == amount
    assert back.to_house == 0 or back.to_others == others
    assert back.to_member_share == 0 or back.to_house == house
    assert back.to_member_cash == 0 or back.to_member_share == share
    with pytest.raises(ValueError, match="must not exceed"):
        refill(borne.total + 1, borne)


@given(st.lists(st.integers(1, 10**24), min_size=1, max_size=8), amounts)
def test_gains_give_up_the_loss_and_no_more_than_their_rounding(
    gains: list[int], uncovered: int
) -> None:
    total = sum(gains)
    taken = [scaled_gain(gain, total, uncovered) for gain in gains]
    assert min(uncovered, total) <= sum(taken) < min(uncovered, total) + len(gains)
    for gain, part in zip(gains, taken, strict=True):
        assert Fraction(min(uncovered, total) * gain, total) <= part <= gain
    assert scaled_gain(0, 0, uncovered) == 0


def test_the_lot_that_need_not_be_taken_is_judged_with_its_own_penalty() -> None:
    """30,000 in cash and 10 BTC long at 8,000, now 5,500: x taken over leave 5,000 - 55 x of equity
    against 1,815 * (10 - x), which meet at x = 13,150 / 1,760 = 7.471590..."""
    book = market({1: perpetual()}, {1: 5_500 * WAD})
    account = AccountState(cash=30_000 * WAD, positions=(Position(1, 10 * WAD, -80_000 * WAD),))
    enough = 747_160 * LOT
    assert not take_over_allowed(account, book, 1, enough + LOT)
    assert take_over_allowed(account, book, 1, enough)
