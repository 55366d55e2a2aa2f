"""Options through a whole life: twin, ledger and contracts agree to the wei after every step.

Premiums, valuations by the board's epochs, a short called and liquidated, a batch, exercise and
sweep; and what is lost or altered on the way is found.
"""

from __future__ import annotations

import pytest
from eth_tester.exceptions import TransactionFailed

from keelmark.margin import check_account
from keelmark.margin.liquidation import (
    after_take_over,
    batch_take_over,
    max_take_over,
    take_over_allowed,
    take_over_penalty,
)
from keelmark.margin.marks import price_flags
from keelmark.margin.trade import price_band
from keelmark.types import Valuation
from tests.support.market import BTC, WAD
from tests.support.option_ledger import LOT, SPOT, OptionVenue, settle
from tests.support.option_ledger import receipts as receipts
from tests.support.option_ledger import venue as venue


def test_premiums_move_in_cash_and_quotes_stay_zero(venue: OptionVenue) -> None:
    market = venue.market
    call, put, far_call, far_put = venue.options
    venue.agree()
    before = market.cash("fund manager")
    premium = venue.mark(call) + 12_345
    venue.trade("fund manager", "maker", 3 * LOT, call, 12_345)
    assert market.cash("fund manager") == before - 3 * premium // 1000
    assert market.position("fund manager", call).quote == 0
    venue.agree()
    venue.trade("maker", "writer", WAD // 2, put)
    venue.trade("maker", "writer", WAD // 4, far_call)
    venue.trade("retail buyer", "maker", WAD // 3 - (WAD // 3) % LOT, far_put)
    market.trade("fund manager", "maker", 2 * WAD + LOT, 8001 * WAD + 7)
    venue.agree()
    # Part of it back, a flip, a close.
    venue.trade("maker", "fund manager", LOT, call, 999)
    venue.trade("maker", "fund manager", 7 * LOT, call)
    venue.trade("maker", "retail buyer", 333 * LOT, far_put)
    venue.agree()
    market.withdraw("fund manager", 100)
    venue.agree()


def test_a_retail_client_buys_with_its_own_money_and_writes_on_its_floor(
    venue: OptionVenue,
) -> None:
    market, put = venue.market, venue.options[1]
    with pytest.raises(TransactionFailed, match="house: premium not paid"):
        venue.trade("retail buyer", "maker", 9_001 * WAD // venue.mark(put) * WAD + WAD, put)
    venue.trade("retail buyer", "maker", WAD, put)
    account, state = venue.twin("retail buyer")
    result = check_account(account, state, Valuation.OPENING)
    assert (result.initial_margin, result.position_part) == (0, 0)
    venue.trade("maker", "retail buyer", 2 * WAD, put)
    account, state = venue.twin("retail buyer")
    forward = state.forwards[BTC, venue.expiry]
    assert account.entry_notional == {put: forward}
    assert check_account(account, state, Valuation.OPENING).initial_margin == -(-forward // 2)
    venue.agree()
    venue.move(9 * SPOT // 10)
    market.refresh(*venue.options)
    venue.agree()


def test_an_epoch_makes_every_array_stale_and_one_forward_serves_an_expiry(
    venue: OptionVenue,
) -> None:
    market = venue.market
    call, put, far_call, _ = venue.options
    venue.trade("fund manager", "maker", WAD, call)
    venue.trade("maker", "fund manager", WAD, far_call)
    venue.move(SPOT + 100 * WAD, 83)
    venue.agree()
    _, state = venue.twin("fund manager")
    assert [price_flags(number, state) for number in (call, far_call)] == [1, 1]
    market.refresh(put)
    venue.agree()
    _, state = venue.twin("fund manager")
    assert [price_flags(number, state) for number in (call, put, far_call)] == [1, 0, 1]
    refreshing = market.house.functions.refresh_account(market.ids["fund manager"])
    market.do(refreshing, market.actors("keeper"))
    venue.agree()
    _, state = venue.twin("fund manager")
    assert [price_flags(number, state) for number in (call, far_call)] == [0, 0]


def test_the_band_of_a_premium(venue: OptionVenue) -> None:
    call = venue.options[0]
    _, state = venue.twin("maker")
    mark, forward = venue.mark(call), state.forwards[BTC, venue.expiry]
    band = price_band(mark, forward)
    assert band == max(mark * 5 // 100, forward // 100)
    for off in (band + 1, -band - 1):
        with pytest.raises(TransactionFailed, match="house: price outside the band"):
            venue.trade("fund manager", "maker", LOT, call, off)
    for off in (band, -band):
        venue.trade("fund manager", "maker", LOT, call, off)
    venue.agree()


def test_a_short_is_called_and_liquidated(venue: OptionVenue) -> None:
    market, call = venue.market, venue.options[0]
    venue.trade("fund manager", "writer", 4 * WAD, call)
    venue.move(SPOT * 113 // 100, 95)
    market.call_margin("writer")
    venue.agree()
    venue.move(SPOT * 115 // 100, 97, after=3700)
    market.refresh(call)
    account, state = venue.twin("writer")
    before = check_account(account, state, Valuation.CLOSE_OUT)
    assert before.headroom < 0
    size = max_take_over(account, state, call)
    assert 0 < size <= 4 * WAD
    if size + 200 * LOT <= 4 * WAD:
        assert not take_over_allowed(account, state, call, size + 200 * LOT)
        with pytest.raises(TransactionFailed, match="close-out: overshoots"):
            market.liquidate("writer", "maker", size + 200 * LOT, call)
    assert take_over_allowed(account, state, call, size)
    market.liquidate("writer", "maker", size, call)
    told = venue.events()[-1]
    assert told.name == "PositionLiquidated"
    _, after = after_take_over(account, state, call, size)
    measure = state.forwards[BTC, venue.expiry]
    penalty = take_over_penalty(size, measure, before, after)
    assert told.number("penalty") == penalty > 0
    assert told.number("equity_after") == after.equity - penalty
    assert told.number("margin_after") == after.initial_margin
    venue.agree()


def test_a_hedged_book_is_taken_over_at_once(venue: OptionVenue) -> None:
    market = venue.market
    _, put, far_call, _ = venue.options
    venue.trade("maker", "writer", 4 * WAD, put)
    venue.trade("maker", "writer", 2 * WAD, far_call)
    venue.move(SPOT * 72 // 100, 120)
    market.call_margin("writer")
    venue.move(SPOT * 64 // 100, 130, after=3700)
    market.refresh(*venue.options)
    account, state = venue.twin("writer")
    takes = [(far_call, 2 * WAD), (put, WAD)]
    found = batch_take_over(account, state, takes)
    assert found.shortfall_falls
    assert not found.overshoots
    market.do(market.liquidating("writer", "maker", takes), market.actors("maker"))
    assert venue.events()[-1].number("penalty") == found.penalty
    venue.agree()
    assert market.cash("writer") == found.account.cash


@pytest.mark.parametrize("price", [6_900, 8_000, 9_100])
def test_exercise_and_sweep(venue: OptionVenue, price: int) -> None:
    market = venue.market
    call, put, _, _ = venue.options
    venue.trade("fund manager", "maker", WAD + LOT, call)
    venue.trade("retail buyer", "maker", WAD, put)
    market.set_time(venue.expiry - 2000)
    venue.move(price * WAD + 7, 60, after=10)
    market.refresh(call, put)
    venue.agree()
    settle(venue, price * WAD + 7)
    venue.agree()
    ledger = venue.ledger()
    paid = {call: max(price - 8_000, 0) * WAD + 7, put: max(8_000 - price, 0) * WAD - 7}
    if price < 8_000:
        paid[call] = 0
    for number, amount in paid.items():
        instrument = ledger.house.instruments[number]
        assert instrument.settled
        assert instrument.funding_index == max(amount, 0)
    owners = [market.ids[name] for name in ("maker", "fund manager", "retail buyer", "writer")]
    for number in (call, put):
        market.do(market.house.functions.sweep(number, owners), market.actors("keeper"))
        venue.agree()
    ledger = venue.ledger()
    assert all(call not in book.positions for book in ledger.accounts.values())
    assert ledger.house.markets[call].gross_lots == 0
