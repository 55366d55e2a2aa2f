"""Portfolio margin, contract against twin, to the wei: random books written into storage.

Trades reach few portfolios and slowly. Here accounts, instruments, arrays, forwards, prices and
surfaces are drawn and written as words, and the house is asked; what it answers must be the twin's
answer, flags included, as it stands and after a fill at mark.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, replace
from typing import Any

import pytest
from eth_utils import to_canonical_address
from hypothesis import HealthCheck, example, given, settings
from hypothesis import strategies as st

from keelmark.chain.pyevm import Backend
from keelmark.margin import check_account
from keelmark.margin.liquidation import trade_account
from keelmark.margin.marks import mark_price, price_flags
from keelmark.margin.words import (
    pack_account,
    pack_instrument,
    pack_position,
    pack_price_lane,
    unpack_collateral,
)
from keelmark.types import (
    Account,
    AccountFlag,
    AccountState,
    Engine,
    MarketState,
    Position,
    PriceLane,
    Valuation,
)
from tests.stateful.stage import Reader, slot_of, slots_of
from tests.support.books import LOT, NOW
from tests.support.market import BOND_FEED, TOKEN_FEED, WAD, Market
from tests.support.option_books import (
    EPOCH,
    LEAST,
    MOST,
    option,
    option_accounts,
    option_market,
    scenario_account,
)

ACCOUNT = 77
ZERO = (AccountState(engine=Engine.SCENARIOS), MarketState(NOW, {}, {}, TOKEN_FEED))


@dataclass
class Canvas:
    """A house whose storage is written for one question and then forgotten."""

    reader: Reader
    board_slots: dict[str, int]
    market: Market

    def begin(self) -> int:
        """Back to the chain as it is; its time."""
        self.reader.refresh()
        return int(self.reader.machine.get_header().timestamp)

    def house(self, name: str, value: int, *keys: int, place: int = 0) -> None:
        """A word of the house."""
        slot = slot_of(self.reader.house_slots[name], keys) + place
        self.reader.machine.state.set_storage(self.reader.house, slot, value)

    def board(self, name: str, value: int, key: int) -> None:
        """A word of the price board."""
        address = to_canonical_address(self.market.board.address)
        slot = slot_of(self.board_slots[name], (key,))
        self.reader.machine.state.set_storage(address, slot, value)

    def lay(self, account: AccountState, book: MarketState) -> None:
        """An account and its market, as words."""
        for number, instrument in book.instruments.items():
            self.house("instruments", pack_instrument(instrument), number)
        for number, word in book.arrays.items():
            self.house("risk_arrays", word, number)
        for (feed, expiry), forward in book.forwards.items():
            self.house("forwards", forward, feed << 32 | expiry)
        lanes: dict[int, int] = {}
        for feed, lane in book.lanes.items():
            if feed not in (TOKEN_FEED, BOND_FEED):
                word = pack_price_lane(lane) << (128 * (feed & 1))
                lanes[feed >> 1] = lanes.get(feed >> 1, 0) | word
        for key, word in lanes.items():
            self.board("_lanes", word, key)
        for feed, epoch in book.epochs.items():
            self.board("surface_word", epoch | 1 << 48 | 1 << 56, feed)
        for place, held in enumerate(account.positions):
            self.house("positions", pack_position(held), ACCOUNT, place=place)
        for number, entry in account.entry_notional.items():
            self.house("entry_notional", entry, ACCOUNT, number)
        self.house("balances", account.collateral.get(1, 0), ACCOUNT)
        flags = AccountFlag.EXISTS | (AccountFlag.RETAIL if account.retail else 0)
        word = Account(
            cash=account.cash,
            position_count=len(account.positions),
            collateral_mask=1 if account.collateral.get(1) else 0,
            flags=flags,
            engine=account.engine,
        )
        self.house("accounts", pack_account(word), ACCOUNT)


@pytest.fixture(scope="module")
def canvas(
    w3: Any,
    backend: Backend,
    deploy: Callable[..., Any],
    actors: Callable[..., Any],
    send: Callable[..., Any],
    set_time: Callable[..., Any],
    now: Callable[..., Any],
) -> Canvas:
    """A venue with a bond as collateral."""
    market = Market(w3, deploy, actors, send, set_time, now)
    return Canvas(Reader(backend, market), slots_of("oracle/PriceBoard"), market)


def at(time: int, drawn: MarketState) -> MarketState:
    """A drawn market, moved to a time of the chain."""
    shift = time - NOW
    instruments = {
        number: replace(
            one,
            time=one.time + shift,
            valid_until=one.valid_until + shift if one.valid_until else 0,
        )
        for number, one in drawn.instruments.items()
    }
    lanes = {
        feed: replace(lane, valid_until=lane.valid_until + shift)
        for feed, lane in drawn.lanes.items()
        if feed <= 3
    }
    forwards = {(feed, expiry + shift): one for (feed, expiry), one in drawn.forwards.items()}
    return replace(drawn, now=time, instruments=instruments, lanes=lanes, forwards=forwards)


@st.composite
def doubtful_accounts(draw: st.DrawFn) -> tuple[AccountState, MarketState]:
    """Any scenario account, where prices may be stale or jumped and arrays of another epoch."""
    account, book = draw(option_accounts(most=20))
    validity = st.sampled_from([-5, -1, 0, 3600])
    lanes = {
        feed: replace(
            lane, valid_until=NOW + draw(validity), flags=draw(st.sampled_from([0, 0, 1]))
        )
        for feed, lane in book.lanes.items()
    }
    instruments = {
        number: replace(one, valid_until=NOW + draw(validity), jumped=draw(st.booleans()))
        if number in book.arrays and not one.settled
        else replace(one, valid_until=0)
        for number, one in book.instruments.items()
    }
    epochs = {feed: draw(st.sampled_from([EPOCH, EPOCH, EPOCH + 1])) for feed in book.epochs}
    account = replace(account, collateral={1: draw(st.sampled_from([0, 1, 10**10 + 7]))})
    return account, replace(book, lanes=lanes, instruments=instruments, epochs=epochs)


def held_by(account: AccountState) -> AccountState:
    """Without positions of no size, which no house holds."""
    return replace(account, positions=tuple(held for held in account.positions if held.size))


@settings(
    max_examples=150,
    deadline=None,
    suppress_health_check=[HealthCheck.function_scoped_fixture, HealthCheck.too_slow],
)
@given(drawn=doubtful_accounts(), lots=st.integers(-(10**7), 10**7), pick=st.integers(0, 19))
@example(drawn=ZERO, lots=1, pick=0)
def test_the_house_answers_what_the_twin_says(
    canvas: Canvas, drawn: tuple[AccountState, MarketState], lots: int, pick: int
) -> None:
    account, book = held_by(drawn[0]), drawn[1]
    time = canvas.begin()
    house, board = canvas.market.house.functions, canvas.market.board.functions
    book = at(time, book)
    fixed = {feed: lane_of(int(board.price_lane(feed).call())) for feed in (TOKEN_FEED, BOND_FEED)}
    book = replace(
        book,
        lanes={**book.lanes, **fixed},
        settlement_feed=TOKEN_FEED,
        assets={1: unpack_collateral(int(house.collaterals(1).call()))},
    )
    canvas.lay(account, book)
    flags = 0
    for held in account.positions:
        flags |= price_flags(held.instrument, book)
    for valuation in Valuation:
        twin = check_account(account, book, valuation)
        expected = (twin.equity, twin.initial_margin, flags)
        assert canvas.reader.margin(ACCOUNT, valuation) == expected, valuation.name
    tradable = [number for number, one in book.instruments.items() if not one.settled]
    if not tradable or not lots:
        return
    number, delta = tradable[pick % len(tradable)], lots * LOT
    mark = mark_price(book.instruments[number], book)
    after = trade_account(account, book, number, delta, mark)
    if len(after.positions) > 20:
        return
    twin = check_account(after, book, Valuation.OPENING)
    answer = canvas.reader.margin_after(ACCOUNT, number, delta, Valuation.OPENING)
    assert answer[:2] == (twin.equity, twin.initial_margin)


def lane_of(word: int) -> PriceLane:
    """A feed's lane, by the offsets of its layout."""
    return PriceLane(word % 2**88, (word >> 88) % 2**32, (word >> 120) % 2**8)


def test_only_the_house_itself_assesses_scenarios(canvas: Canvas, reverts: Any) -> None:
    with reverts("house: not the house"):
        canvas.market.house.functions.assess_scenarios(ACCOUNT, 0, 0, 0, 0, 0, 0).call()


def test_the_largest_positions_overflow_nothing(canvas: Canvas) -> None:
    """Twenty positions of 10^32 wad each at the edges of the lanes: exact as any."""
    time = canvas.begin()
    forward = 10**24
    size = 10**32 * WAD // forward - LOT
    edges = [[LEAST] * 16, [MOST] * 16]
    instruments = {number: option(edges[number % 2], feed=1) for number in range(1, 21)}
    instruments = {
        number: replace(one, multiplier_bps=65_535, worst_short=2**14, worst_long=2**14)
        for number, one in instruments.items()
    }
    arrays = {number: edges[number % 2] for number in instruments}
    expiry = instruments[1].time
    book = option_market(instruments, {1: 8000 * WAD}, arrays, {(1, expiry): forward})
    book = replace(at(time, book), settlement_feed=TOKEN_FEED)
    lane = lane_of(int(canvas.market.board.functions.price_lane(TOKEN_FEED).call()))
    book = replace(book, lanes={**book.lanes, TOKEN_FEED: lane})
    for sign in (1, -1):
        held = [Position(number, sign * size, 0) for number in instruments]
        account = scenario_account(*held, cash=10**30)
        canvas.begin()
        canvas.lay(account, book)
        twin = check_account(account, book, Valuation.CLOSE_OUT)
        answer = canvas.reader.margin(ACCOUNT, Valuation.CLOSE_OUT)
        assert answer[:2] == (twin.equity, twin.initial_margin)
