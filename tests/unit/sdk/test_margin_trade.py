"""Trades, funding and settlement: what is conserved, and which way it rounds."""

from __future__ import annotations

from dataclasses import replace
from fractions import Fraction

import pytest
from hypothesis import assume, given
from hypothesis import strategies as st

from keelmark.margin.funding import (
    add_premium,
    average_premium,
    cumulative_funding,
    roll,
    roll_due,
    trade_weight,
)
from keelmark.margin.trade import apply_trade, classify, settle, trade_quote
from keelmark.types import Action, Market
from tests.support.books import NOW, WAD, dated, perpetual, prices, quotes, sizes

fundings = st.integers(-(10**21), 10**21)
deltas = sizes.filter(lambda size: size != 0)


@given(sizes, quotes, sizes, quotes, deltas, prices, fundings)
def test_two_sides_conserve_quote_and_cash(
    buyer: int, buyer_quote: int, seller: int, seller_quote: int, delta: int, price: int, f: int
) -> None:
    amount = abs(delta)
    bought = apply_trade(buyer, buyer_quote, amount, price, f)
    sold = apply_trade(seller, seller_quote, -amount, price, f)
    before = buyer_quote * bool(buyer) + seller_quote * bool(seller)
    assume(buyer or not buyer_quote)
    assume(seller or not seller_quote)
    after = bought.quote + bought.cash_change + sold.quote + sold.cash_change
    assert after == before
    assert bought.size + sold.size == buyer + seller


@given(sizes, quotes, deltas, prices, fundings)
def test_one_side_books_the_trade_once(
    size: int, quote: int, delta: int, price: int, funding: int
) -> None:
    """cash + q1 - q0 = dq, and dq is the price within a wei, toward zero."""
    done = apply_trade(size, quote, delta, price, funding)
    assert done.cash_change + done.quote - quote == done.quote_paid
    exact = -Fraction(delta * (price - funding), WAD)
    assert abs(done.quote_paid) <= abs(exact) < abs(done.quote_paid) + 1
    assert done.quote_paid == 0 or (done.quote_paid > 0) == (exact > 0)


@given(sizes, deltas)
def test_actions_follow_the_position(size: int, delta: int) -> None:
    action = classify(size, delta)
    after = size + delta
    if size * delta >= 0:
        assert action is (Action.OPEN if size == 0 else Action.INCREASE)
    elif after == 0:
        assert action is Action.CLOSE
    else:
        assert action is (Action.REDUCE if after * size > 0 else Action.OPEN)


def test_a_trade_of_nothing_is_refused() -> None:
    with pytest.raises(ValueError, match="other than zero"):
        classify(WAD, 0)


@given(sizes.filter(bool), quotes, prices)
def test_open_and_close_at_one_price_is_free(size: int, quote: int, price: int) -> None:
    opened = apply_trade(0, 0, size, price, 0)
    closed = apply_trade(opened.size, opened.quote, -size, price, 0)
    assert (closed.size, closed.quote, closed.cash_change) == (0, 0, 0)
    # A flip is a close and an opening in one.
    flipped = apply_trade(size, quote, -2 * size, price, 0)
    closing = apply_trade(size, quote, -size, price, 0)
    opening = apply_trade(0, 0, -size, price, 0)
    assert flipped.size == opening.size
    assert abs(flipped.cash_change - closing.cash_change) <= 1
    assert flipped.entry_notional == opening.entry_notional


@given(deltas, deltas, prices, fundings)
def test_splitting_a_trade_gains_no_more_than_its_rounding(
    first: int, second: int, price: int, funding: int
) -> None:
    assume((first > 0) == (second > 0))
    whole = trade_quote(first + second, price, funding)
    parts = trade_quote(first, price, funding) + trade_quote(second, price, funding)
    assert abs(whole - parts) <= 1


@given(sizes.filter(bool), prices, prices, st.integers(1, 9))
def test_a_reduction_keeps_the_average_entry(
    size: int, entry: int, price: int, tenths: int
) -> None:
    opened = apply_trade(0, 0, size, entry, 0)
    sold = -(size * tenths // 10 // 10**13 * 10**13)
    assume(sold and abs(sold) < abs(size))
    reduced = apply_trade(size, opened.quote, sold, price, 0, opened.entry_notional)
    kept = Fraction(size + sold, size)
    assert abs(reduced.quote - opened.quote * kept) < 2
    assert 0 <= reduced.entry_notional - opened.entry_notional * kept < 1
    gain = Fraction(-sold * (price - entry), WAD)
    assert abs(reduced.cash_change - gain) <= 2


@given(st.lists(deltas, min_size=2, max_size=8), prices, st.integers(10**15, 10**5 * WAD))
def test_settlement_pays_no_more_than_it_takes(
    flows: list[int], price: int, settlement: int
) -> None:
    """Positions of an instrument sum to zero; what they settle for never exceeds it."""
    books = [apply_trade(0, 0, flow, price, 0) for flow in flows]
    balance = -sum(flows)
    if balance:
        books.append(apply_trade(0, 0, balance, price, 0))
    quote_total = sum(held.quote for held in books)
    paid = sum(settle(held.size, held.quote, settlement) for held in books)
    assert quote_total - len(books) <= paid <= quote_total


@given(st.integers(0, 10**7), st.integers(-(10**15), 10**15), st.integers(-(10**20), 10**20))
def test_funding_accrues_for_one_window_only(elapsed: int, rate: int, index: int) -> None:
    instrument = perpetual(funding_rate=rate, funding_index=index)
    got = cumulative_funding(instrument, NOW + elapsed)
    assert got == index + rate * min(elapsed, 3600)
    assert cumulative_funding(replace(instrument, settled=True), NOW + elapsed) == 0
    assert cumulative_funding(dated(funding_rate=rate), NOW + elapsed) == 0


def test_a_roll_books_what_accrued_and_sets_the_rate() -> None:
    index = 5000 * WAD
    busy = add_premium(Market(), 10 * WAD, 5005 * WAD, index)
    assert (busy.premium_weight, busy.premium_acc) == (50_050, 50_050 * 100_000)
    assert average_premium(busy) == 100_000
    instrument = perpetual(funding_index=7, funding_rate=3)
    assert not roll_due(instrument, NOW + 3599)
    with pytest.raises(ValueError, match="after its end"):
        roll(instrument, busy, index, NOW + 3599)
    rolled, market = roll(instrument, busy, index, NOW + 4000)
    assert rolled.funding_index == 7 + 3 * 3600
    # 0.1 % of 5,000 over eight hours.
    assert rolled.funding_rate == 5 * WAD // 28_800
    assert rolled.time == NOW + 4000
    assert (market.premium_weight, market.premium_acc) == (0, 0)
    assert roll(instrument, Market(), index, NOW + 3600)[0].funding_rate == 0


@pytest.mark.parametrize("sign", [1, -1])
def test_a_rate_beyond_its_lane_is_cut(sign: int) -> None:
    """Half a percent of 60 million in eight hours is 10.4 a second; the lane ends at 9.2."""
    index = 60_000_000 * WAD
    dear = add_premium(Market(), WAD, index + sign * index // 100, index)
    rolled, _ = roll(perpetual(), dear, index, NOW + 3600)
    assert rolled.funding_rate == sign * (2**63 - 1)


@given(deltas, prices, st.integers(9500, 10_500))
def test_funding_is_clamped_and_no_trade_outweighs_the_cap(
    size: int, index: int, offset: int
) -> None:
    price = index * offset // 10_000
    assert 0 <= trade_weight(size, price) <= 100_000
    market = add_premium(Market(), size, price, index)
    premium = average_premium(market)
    assert abs(premium) <= 500_000
    if market.premium_weight:
        exact = Fraction(price - index, index) * 10**8
        assert abs(premium) <= abs(exact)


def test_what_longs_pay_shorts_receive() -> None:
    """Two accounts hold the two sides through a window; their values still cancel."""
    price = 5000 * WAD
    long = apply_trade(0, 0, WAD, price, 0)
    short = apply_trade(0, 0, -WAD, price, 0)
    funding = 12 * WAD + 1
    values = [settle(side.size, side.quote, price - funding) for side in (long, short)]
    assert values == [-funding, funding]
