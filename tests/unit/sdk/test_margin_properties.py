"""The margin check against the same formulas in exact fractions, and what must always hold."""

from __future__ import annotations

import math
from dataclasses import replace
from fractions import Fraction

import pytest
from hypothesis import assume, given
from hypothesis import strategies as st

from keelmark.errors import InputError
from keelmark.margin import check_account, withdrawable
from keelmark.margin.account import reduction_allowed
from keelmark.types import (
    AccountState,
    AssetClass,
    Instrument,
    Kind,
    MarketState,
    Position,
    Valuation,
)
from tests.support.books import LOT, NOW, WAD, books, dated, market, perpetual, prices, sizes

FLAT = {
    AssetClass.COMMODITY: 15,
    AssetClass.EQUITY: 15,
    AssetClass.FOREIGN_EXCHANGE: 6,
    AssetClass.OTHER: 15,
    AssetClass.CRYPTO: 15,
}
STEPPED = {AssetClass.CREDIT: (2, 5, 10), AssetClass.INTEREST_RATE: (1, 2, 4)}


def percent(instrument: Instrument) -> int:
    """The schedule's percentage, written down here a second time."""
    asset_class = AssetClass(instrument.asset_class)
    if asset_class in FLAT:
        return FLAT[asset_class]
    years = Fraction(instrument.time - NOW, 365 * 86_400)
    if instrument.kind == Kind.PERPETUAL or years <= 2:
        return STEPPED[asset_class][0]
    return STEPPED[asset_class][1 if years <= 5 else 2]


def funding(instrument: Instrument) -> int:
    if instrument.kind != Kind.PERPETUAL:
        return 0
    return instrument.funding_index + instrument.funding_rate * min(NOW - instrument.time, 3600)


def expected(account: AccountState, book: MarketState, valuation: Valuation) -> tuple[int, int]:
    """Requirement and equity by the written formulas, in fractions."""
    gross = Fraction(0)
    worths: list[int] = []
    nets: dict[int, int] = {}
    rates: dict[int, int] = {}
    retail = entry = 0
    for held in account.positions:
        if not held.size:
            continue
        instrument = book.instruments[held.instrument]
        mark = book.lanes[instrument.feed].price
        amount = math.ceil(Fraction(abs(held.size) * mark, WAD))
        rate = Fraction(percent(instrument), 100)
        multiplier = Fraction(instrument.multiplier_bps, 10_000)
        gross += math.ceil(amount * rate * multiplier)
        worths.append(
            math.floor(Fraction(held.size * (mark - funding(instrument)), WAD)) + held.quote
        )
        bps = math.ceil(max(rate * 10_000, instrument.scan_bps) * multiplier)
        nets[instrument.feed] = nets.get(instrument.feed, 0) + held.size
        rates[instrument.feed] = max(rates.get(instrument.feed, 0), bps)
        retail += math.ceil(Fraction(amount, 2))
        entry += math.ceil(Fraction(account.entry_notional.get(held.instrument, 0), 2))
    owed = [-worth for worth in worths if worth < 0]
    tenth = gross // 10
    ngr = Fraction(max(0, -sum(worths)), sum(owed)) if owed else Fraction(1)
    if tenth > sum(owed):
        ngr = Fraction(max(0, -sum(worths)) + tenth - sum(owed), tenth)
    net = math.ceil(gross * (Fraction(4, 10) + Fraction(6, 10) * ngr))
    floor = sum(
        math.ceil(Fraction(abs(size), WAD) * book.lanes[feed].price * Fraction(rates[feed], 10_000))
        for feed, size in nets.items()
    )
    requirement = max(net, floor)
    if account.retail:
        requirement = max(requirement, retail)
        if valuation is Valuation.CLOSE_OUT:
            requirement = max(requirement, entry)
    if valuation is Valuation.WITHDRAWAL:
        worths = [min(worth, 0) for worth in worths]
    return requirement, account.cash + sum(worths)


@given(books(), st.sampled_from(Valuation))
def test_equals_the_formulas_in_fractions(
    drawn: tuple[AccountState, MarketState], valuation: Valuation
) -> None:
    account, book = drawn
    result = check_account(account, book, valuation)
    assert (result.initial_margin, result.equity) == expected(account, book, valuation)


@given(books())
def test_netting_stays_between_forty_percent_and_gross(
    drawn: tuple[AccountState, MarketState],
) -> None:
    result = check_account(*drawn, Valuation.CLOSE_OUT)
    assert Fraction(4, 10) * result.gross <= result.net <= result.gross


@given(books())
def test_withdrawal_is_the_strictest_view_of_profit(
    drawn: tuple[AccountState, MarketState],
) -> None:
    opening = check_account(*drawn, Valuation.OPENING)
    withdrawal = check_account(*drawn, Valuation.WITHDRAWAL)
    assert withdrawal.equity <= opening.equity
    assert withdrawable(*drawn) <= max(0, drawn[0].cash)


@given(books(), st.data())
def test_taking_out_what_is_withdrawable_leaves_the_requirement_met(
    drawn: tuple[AccountState, MarketState], data: st.DataObject
) -> None:
    account, book = drawn
    account = replace(account, cash=abs(account.cash) + data.draw(st.integers(0, 10**30)))
    assume(account.positions and any(held.size for held in account.positions))
    after = replace(account, cash=account.cash - withdrawable(account, book))
    before = check_account(account, book, Valuation.WITHDRAWAL)
    result = check_account(after, book, Valuation.WITHDRAWAL)
    assert after.cash >= 0
    assert result.headroom >= min(0, before.headroom)


@given(books(retail=True))
def test_retail_is_never_asked_less(drawn: tuple[AccountState, MarketState]) -> None:
    account, book = drawn
    professional = replace(account, retail=False)
    for valuation in Valuation:
        retail = check_account(account, book, valuation).initial_margin
        assert retail >= check_account(professional, book, valuation).initial_margin


@st.composite
def one_way_books(draw: st.DrawFn) -> tuple[AccountState, MarketState]:
    """Books that point one way on each underlier, scanned no lower than the schedule."""
    listed: dict[int, Instrument] = {}
    held: list[Position] = []
    feeds = draw(st.integers(1, 3))
    signs = {feed: draw(st.sampled_from([-1, 1])) for feed in range(1, feeds + 1)}
    scans = {feed: draw(st.sampled_from([1500, 1850, 3300])) for feed in signs}
    for number in range(1, draw(st.integers(1, 6)) + 1):
        feed = draw(st.integers(1, feeds))
        make = draw(st.sampled_from([perpetual, dated]))
        listed[number] = make(feed, scans[feed])
        size = signs[feed] * abs(draw(sizes))
        held.append(Position(number, size, draw(st.integers(-(10**24), 10**24))))
    book = market(listed, {feed: draw(prices) for feed in signs})
    return AccountState(positions=tuple(held)), book


@given(one_way_books(), st.data())
def test_no_dust_lowers_a_one_way_book_beyond_its_own_requirement(
    drawn: tuple[AccountState, MarketState], data: st.DataObject
) -> None:
    """The netting's cliff: a position of one lot, whatever its value, frees no margin."""
    account, book = drawn
    twin = data.draw(st.sampled_from(sorted(book.instruments)))
    book = replace(book, instruments={**book.instruments, 77: book.instruments[twin]})
    size = data.draw(st.sampled_from([-LOT, LOT]))
    dust = Position(77, size, data.draw(st.integers(-(10**20), 10**20)))
    before = check_account(account, book, Valuation.OPENING).initial_margin
    with_dust = replace(account, positions=(*account.positions, dust))
    after = check_account(with_dust, book, Valuation.OPENING).initial_margin
    alone = check_account(AccountState(positions=(dust,)), book, Valuation.OPENING)
    rounding = len(account.positions) + 3
    assert after >= before - alone.initial_margin - rounding


@given(books(retail=False), st.data())
def test_a_lot_frees_at_most_six_times_its_value(
    drawn: tuple[AccountState, MarketState], data: st.DataObject
) -> None:
    """The same for every book, hedged ones included: the ratio falls over a tenth of G."""
    account, book = drawn
    assume(account.positions)
    twin = data.draw(st.sampled_from(sorted(book.instruments)))
    book = replace(book, instruments={**book.instruments, 77: book.instruments[twin]})
    worth = data.draw(st.integers(-(10**20), 10**20))
    size = data.draw(st.sampled_from([-LOT, LOT]))
    exposure = check_account(
        AccountState(positions=(Position(77, size, 0),)), book, Valuation.OPENING
    )
    dust = Position(77, size, worth - exposure.equity)
    before = check_account(account, book, Valuation.OPENING)
    with_dust = replace(account, positions=(*account.positions, dust))
    after = check_account(with_dust, book, Valuation.OPENING)
    # T is rounded down to a wei, which matters only where G itself is a few wei.
    assume(before.gross > 10**9)
    freed = 6 * abs(worth) * (before.gross + 10) // before.gross + len(account.positions) + 3
    assert after.net >= before.net - freed


def test_a_hedged_book_keeps_its_margin_when_a_losing_lot_is_added() -> None:
    """Long and short on one underlier, both in profit, and a lot that has lost one unit."""
    book = market({1: perpetual(), 2: dated(), 3: dated()}, {1: 5000 * WAD})
    hedge = (Position(1, 10 * WAD, -49_000 * WAD), Position(2, -10 * WAD, 51_000 * WAD))
    before = check_account(AccountState(positions=hedge), book, Valuation.OPENING)
    losing_lot = Position(3, LOT, -WAD)
    after = check_account(AccountState(positions=(*hedge, losing_lot)), book, Valuation.OPENING)
    assert before.initial_margin == before.gross == 15_000 * WAD
    assert after.net > 14_994 * WAD


@given(books())
def test_splitting_an_account_in_two_never_lowers_the_gross_requirement(
    drawn: tuple[AccountState, MarketState],
) -> None:
    account, book = drawn
    whole = check_account(account, book, Valuation.CLOSE_OUT)
    halves = [
        AccountState(positions=account.positions[::2]),
        AccountState(positions=account.positions[1::2]),
    ]
    parts = [check_account(half, book, Valuation.CLOSE_OUT) for half in halves]
    assert sum(part.gross for part in parts) == whole.gross
    assert sum(part.directional for part in parts) + 3 >= min(
        whole.directional, sum(part.directional for part in parts)
    )


def test_a_settled_instrument_needs_no_margin_and_counts_its_price() -> None:
    settled = dated(settled=1, funding_index=4000 * WAD)
    book = market({1: settled}, {1: 5000 * WAD})
    account = AccountState(positions=(Position(1, 2 * WAD, -9000 * WAD),))
    result = check_account(account, book, Valuation.CLOSE_OUT)
    assert result.initial_margin == 0
    assert result.equity == -1000 * WAD


def test_an_option_is_refused() -> None:
    book = market({1: perpetual(kind=Kind.OPTION)}, {1: 5000 * WAD})
    account = AccountState(positions=(Position(1, WAD, 0),))
    with pytest.raises(InputError, match="kind must be"):
        check_account(account, book, Valuation.OPENING)


def test_a_reduction_passes_when_the_shortfall_does_not_grow() -> None:
    book = market({1: perpetual()}, {1: 5000 * WAD})
    big = AccountState(-100 * WAD, (Position(1, 2 * WAD, -10_000 * WAD),))
    small = AccountState(-100 * WAD, (Position(1, WAD, -5000 * WAD),))
    worse = AccountState(-100 * WAD, (Position(1, 2 * WAD, -10_000 * WAD - 3),))
    before = check_account(big, book, Valuation.CLOSE_OUT)
    assert reduction_allowed(before, check_account(small, book, Valuation.CLOSE_OUT))
    assert not reduction_allowed(before, check_account(worse, book, Valuation.CLOSE_OUT))
    nothing = check_account(AccountState(-500 * WAD), book, Valuation.CLOSE_OUT)
    assert reduction_allowed(before, nothing)
