"""Options through a whole life: twin, ledger and contracts agree to the wei after every step.

Premiums, valuations by the board's epochs, a short called and liquidated, a batch, exercise and
sweep; and what is lost or altered on the way is found.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass, field, replace
from typing import Any

import pytest
from eth_abi import encode
from eth_tester.exceptions import TransactionFailed
from eth_utils import keccak

from keelmark.events import Event
from keelmark.ledger import Ledger, rebuild, reconcile
from keelmark.ledger.reconcile import money
from keelmark.ledger.valuations import unfounded
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
from keelmark.margin.words import pack_instrument
from keelmark.proofs import verify
from keelmark.proofs.report_chain import ChainLog
from keelmark.types import Engine, Valuation
from tests.support import rebuilt
from tests.support.market import BTC, PROFESSIONAL, RETAIL, TOKEN_FEED, WAD, Market
from tests.support.surface import MarketSurface

LOT = 10**15
DAY = 86_400
SPOT = 8_000 * WAD


@dataclass
class OptionVenue:
    """A venue with a surface, four options and their holders."""

    market: Market
    surface: MarketSurface
    expiry: int
    options: tuple[int, ...]
    """Call and put at 8,000, call at 9,000, put at 6,500; the last two a month later."""
    known: dict[str, list[ChainLog]] = field(default_factory=dict)
    """The logs up to when the venue was ready."""
    receipts: int = 0
    """The market's receipts then."""

    def ready(self) -> None:
        """Reads every log so far, once."""
        self.known = rebuilt.with_board(self.market)
        self.receipts = len(self.market.receipts)

    def chains(self) -> dict[str, list[ChainLog]]:
        """The logs of house, fund and board."""
        return rebuilt.extended(self.market, self.known, self.receipts)

    def ledger(self) -> Ledger:
        """The market rebuilt."""
        return rebuilt.ledger(self.market, self.chains())

    def events(self) -> list[Event]:
        """Every event so far."""
        return rebuilt.events(self.market, self.chains())

    def agree(self) -> None:
        """Both margins, both states, flags and the proofs, to the wei."""
        market = self.market
        chains = self.chains()
        ledger = rebuilt.ledger(market, chains)
        reads = rebuilt.reads(market)
        assert ledger.findings == []
        assert unfounded(self.events(), market.board.address) == []
        assert reconcile(ledger, reads) == []
        assert reads.token_balance == money(ledger)
        state = rebuilt.market_state(market, ledger)
        for number, book in ledger.accounts.items():
            flags = 0
            for held in book.positions:
                flags |= price_flags(held, state)
            for valuation in Valuation:
                twin = check_account(book.state(), state, valuation)
                answer = market.house.functions.margin(number, valuation).call()
                assert tuple(answer) == (twin.equity, twin.initial_margin, flags), (
                    number,
                    valuation.name,
                )
        for contract in (market.house, market.fund, market.board):
            verify(chains[contract.address], contract.functions.root().call())

    def move(self, spot: int, volatility: int = 80, *, after: int = 60) -> None:
        """Time passes; spot, every forward (a little above) and every volatility are told."""
        market = self.market
        market.set_time(market.now() + after)
        market.price(TOKEN_FEED, WAD)
        forwards = {
            self.expiry: spot * 1007 // 1000 + 13,
            self.expiry + 30 * DAY: spot * 1013 // 1000 + 7,
        }
        forwards = {time: one for time, one in forwards.items() if time > market.now() + 60}
        rows = [
            [(volatility + 3 * skew + row) * WAD // 100 + 1 for skew in (2, 0, 1)]
            for row in (4, 2, 0)
        ]
        self.surface.set(spot=spot, forwards=forwards, volatilities=rows)

    def mark(self, option: int) -> int:
        """Mark as the house has it, wad."""
        return int(self.market.house.functions.instruments(option).call()) >> 104 & (2**88 - 1)

    def trade(self, buyer: str, seller: str, size: int, option: int, off: int = 0) -> None:
        """A trade at mark, or `off` wei above."""
        self.market.trade(buyer, seller, size, self.mark(option) + off, option)

    def twin(self, name: str) -> tuple[Any, Any]:
        """A party's account and the market, rebuilt."""
        ledger = self.ledger()
        account = ledger.account(self.market.ids[name]).state()
        return account, rebuilt.market_state(self.market, ledger)


@pytest.fixture(scope="module")
def venue(
    w3: Any,
    deploy: Callable[..., Any],
    actors: Callable[..., Any],
    send: Callable[..., Any],
    set_time: Callable[..., Any],
    now: Callable[..., Any],
) -> OptionVenue:
    """Professionals and a retail client of the scenario engine, four options valued once."""
    market = Market(w3, deploy, actors, send, set_time, now)
    for name, cash in (("maker", 500_000), ("writer", 12_000), ("fund manager", 60_000)):
        market.join(name, PROFESSIONAL, cash=cash, bonds=cash // 10)
        market.choose_engine(name)
    market.join("retail buyer", RETAIL, cash=9_000)
    market.choose_engine("retail buyer")
    expiry = market.now() // DAY * DAY + 30 * DAY + 8 * 3600
    later = expiry + 30 * DAY
    options = (
        market.list_option(BTC, expiry, SPOT, call=True),
        market.list_option(BTC, expiry, SPOT, call=False),
        market.list_option(BTC, later, 9_000 * WAD, call=True),
        market.list_option(BTC, later, 6_500 * WAD, call=False),
    )
    made = OptionVenue(market, MarketSurface(market, BTC), expiry, options)
    made.move(SPOT)
    market.refresh(*options)
    made.ready()
    return made


@pytest.fixture(autouse=True)
def receipts(venue: OptionVenue) -> Iterator[None]:
    """Forgets the receipts of what is undone after a test."""
    yield
    del venue.market.receipts[venue.receipts :]


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


def settle(venue: OptionVenue, price: int) -> None:
    """Observes the settlement price, and exercises the two options of the first expiry."""
    market = venue.market
    for minute in range(31):
        time = venue.expiry - 1800 + 60 * minute + 1
        market.set_time(time)
        market.push(BTC, price, time)
        market.push(TOKEN_FEED, WAD, time)
        if time >= venue.expiry:
            break
        observing = market.board.functions.observe(BTC, venue.expiry)
        market.do(observing, market.actors("keeper"))
    for number in venue.options[:2]:
        market.do(market.house.functions.settle_instrument(number), market.actors("keeper"))


ALTERED = {
    "RiskArrayRefreshed": {"lanes": "lanes", "word": "word", "delta": "delta", "forward": "model"},
    "OptionExercised": {"payoff": "payoff", "strike": "strike", "expiry": "expiry"},
    "OptionListed": {},
}


def test_what_is_altered_is_found(venue: OptionVenue) -> None:
    market, call = venue.market, venue.options[0]
    venue.trade("fund manager", "maker", WAD, call)
    market.set_time(venue.expiry - 2000)
    venue.move(SPOT, after=10)
    settle(venue, SPOT + 50 * WAD)
    found = venue.events()
    assert rebuild(found, market.house.address).findings == []
    for name, fields in ALTERED.items():
        place = max(place for place, event in enumerate(found) if event.name == name)
        for changed, told in fields.items():
            wrong = altered(found, place, changed)
            names = {finding.field for finding in rebuild(wrong, market.house.address).findings}
            assert told in names, (name, changed)
    listed = max(place for place, event in enumerate(found) if event.name == "OptionListed")
    strike = altered(found, listed, "word")
    assert reconcile(rebuild(strike, market.house.address), rebuilt.reads(market))


def test_a_valuation_that_the_board_does_not_bear_out_is_found(venue: OptionVenue) -> None:
    """Its own digest and array would agree with it."""
    market, call = venue.market, venue.options[0]
    venue.move(SPOT + 5 * WAD, 90)
    market.refresh(call)
    found = venue.events()
    board = market.board.address
    assert unfounded(found, board) == []
    place = max(n for n, event in enumerate(found) if event.name == "RiskArrayRefreshed")
    for changed, told in (
        ("forward", {"forward"}),
        ("volatility", {"volatility"}),
        ("surface", {"epoch"}),
    ):
        wrong = unfounded(altered(found, place, changed), board)
        assert {finding.field for finding in wrong} == told
    event = found[place]
    later = replace(event, args={**event.args, "word": event.number("word") + (1 << 192)})
    wrong = unfounded([*found[:place], later], board)
    assert [(one.field, one.difference) for one in wrong] == [("valid_until", 1)]
    # Without the board's newest prices, or without its surface, nothing bears it out.
    names = ("PriceUpdated", "SurfaceListed", "SurfaceUpdated")
    for name in names[:2]:
        kept = [event for event in found if event.name not in (name, names[2])]
        assert unfounded(kept, board)


def altered(events: list[Event], place: int, field: str) -> list[Event]:
    """The same events, one number of one of them raised by one."""
    event = events[place]
    args = {**event.args, field: event.number(field) + 1}
    return [*events[:place], replace(event, args=args), *events[place + 1 :]]


def test_a_digest_names_every_input(venue: OptionVenue) -> None:
    """Recomputed by an ABI library from what the chain itself says."""
    call = venue.options[0]
    told = [event for event in venue.events() if event.name == "RiskArrayRefreshed"]
    event = next(one for one in told if one.number("instrument") == call)
    strike = SPOT
    forward, volatility, valid_until, flags, surface = venue.surface.inputs(venue.expiry, strike)
    words = [event.number("word"), strike | 1 << 88, forward, volatility, surface]
    convention = keccak(text="Black-76, ACT/365 seconds, undiscounted")
    expected = keccak(encode(["bytes32", *["uint256"] * 5], [convention, *words]))
    assert event.word("model") == expected
    assert (event.number("forward"), event.number("volatility")) == (forward, volatility)
    ledger = venue.ledger()
    instrument = ledger.house.instruments[call]
    assert (instrument.valid_until, instrument.jumped) == (valid_until, bool(flags))
    assert pack_instrument(instrument) == event.number("word")


def test_the_engine_is_the_accounts_own_choice(venue: OptionVenue) -> None:
    market = venue.market
    ledger = venue.ledger()
    assert ledger.account(market.ids["writer"]).engine == Engine.SCENARIOS
    assert ledger.account(market.ids["member"]).engine == Engine.SCHEDULE
    with pytest.raises(TransactionFailed, match="house: no options here"):
        venue.trade("member", "maker", LOT, venue.options[0])
    market.choose_engine("writer", 0)
    venue.agree()
    assert venue.ledger().account(market.ids["writer"]).engine == Engine.SCHEDULE
