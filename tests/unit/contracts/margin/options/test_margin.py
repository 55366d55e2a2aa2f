"""`margin` by scenarios, against the method's own words in fractions: W, S and what they ask."""

from __future__ import annotations

from fractions import Fraction
from typing import Any

import pytest
from mpmath import mpf

from tests.support.market import BTC, ETH
from tests.support.option_reference import Linear, Option, own_loss, requirement
from tests.support.orders import WAD
from tests.support.surface import MarketSurface
from tests.unit.contracts.margin.options.conftest import DAY, SPOT, OptionVenue

VOLATILITY = 8 * WAD // 10
OPENING, WITHDRAWAL, CLOSE_OUT = 0, 1, 2


@pytest.fixture
def rich(venue: OptionVenue) -> OptionVenue:
    """Parties with enough for any of these books."""
    for name in ("buyer", "seller", "third"):
        venue.market.deposit(name, 1_000_000)
    return venue


def take(venue: OptionVenue, option: int, size: int) -> None:
    """`third` buys, or sells if the size is negative, at mark."""
    if size > 0:
        venue.trade("third", "seller", size, option)
    else:
        venue.trade("buyer", "third", -size, option)


def asked(venue: OptionVenue, name: str = "third") -> int:
    """What the house asks, which is the same at every valuation."""
    seen = {venue.market.margin(name, valuation)["requirement"] for valuation in range(3)}
    assert len(seen) == 1
    return seen.pop()


@pytest.mark.parametrize("size", [WAD, -WAD, 17 * WAD // 1_000, -2_345 * WAD // 1_000])
@pytest.mark.parametrize("kind", ["call", "put"])
def test_default_behavior(rich: OptionVenue, kind: str, size: int) -> None:
    """One option alone: W = S, its own worst scenario."""
    option = rich.call if kind == "call" else rich.put
    take(rich, option, size)
    held = rich.held(option, size)
    worst, alone, margin = requirement([held])
    assert asked(rich) == margin == worst == alone
    # By hand: units, dollars and the least lane.
    lanes = held.lanes()
    lane = -min(lanes) if size > 0 else max(lanes) + 1
    # The notional is rounded up to 2^24 wei.
    assert 0 <= margin - abs(size) * 8_000 * lane // 2**13 < 2**24 * 2


def test_figures_of_a_short_call(rich: OptionVenue) -> None:
    """At 80 % and thirty days the worst is a whole scan range up with volatility up."""
    take(rich, rich.call, -WAD)
    results = rich.held(rich.call, WAD).moved()
    assert max(results) == results[10]
    unrounded = int(results[10])
    assert 0 <= asked(rich) - unrounded <= 8_000 * WAD // 2**13


def test_straddle(rich: OptionVenue) -> None:
    take(rich, rich.call, -WAD)
    take(rich, rich.put, -WAD)
    book = [rich.held(rich.call, -WAD), rich.held(rich.put, -WAD)]
    worst, alone, margin = requirement(book)
    assert worst < alone
    assert asked(rich) == margin


def test_long_straddle(rich: OptionVenue) -> None:
    take(rich, rich.call, WAD)
    take(rich, rich.put, WAD)
    book = [rich.held(rich.call, WAD), rich.held(rich.put, WAD)]
    assert asked(rich) == requirement(book)[2]


def test_calendar(rich: OptionVenue) -> None:
    """Two expiries, each by its own forward."""
    forwards = {rich.expiry: 8_100 * WAD, rich.later: 8_300 * WAD + 12_345}
    rich.surface.set(spot=SPOT, forwards=forwards)
    far = rich.market.list_option(BTC, rich.later, SPOT, call=True)
    rich.market.refresh(rich.call, far)
    take(rich, rich.call, -2 * WAD)
    take(rich, far, 2 * WAD)
    book = [
        rich.held(rich.call, -2 * WAD, forward=forwards[rich.expiry]),
        rich.held(far, 2 * WAD, forward=forwards[rich.later]),
    ]
    worst, alone, margin = requirement(book)
    assert 0 < worst < alone
    assert asked(rich) == margin


@pytest.mark.parametrize("hedge", [WAD, -WAD, WAD // 2, -3 * WAD])
def test_hedged_by_a_perpetual(rich: OptionVenue, hedge: int) -> None:
    """A linear position joins the scenarios by their moves."""
    market = rich.market
    take(rich, rich.call, -WAD)
    if hedge > 0:
        market.trade("third", "seller", hedge, SPOT)
    else:
        market.trade("buyer", "third", -hedge, SPOT)
    book = [rich.held(rich.call, -WAD), Linear(hedge, SPOT)]
    assert asked(rich) == requirement(book)[2]


def test_future_and_perpetual_alone(rich: OptionVenue) -> None:
    """Without options: the net notional's scan range, and a fifth of what was netted."""
    market = rich.market
    future = market.list_instrument(BTC, rich.expiry)
    market.trade("third", "seller", 3 * WAD, SPOT, future)
    market.trade("buyer", "third", 2 * WAD, SPOT)
    # 33 % of 8,000 is 2,640: one of them, and a fifth of the four that were netted.
    assert asked(rich) == (2_640 + 4 * 2_640 // 5) * WAD
    assert asked(rich) == requirement([Linear(3 * WAD, SPOT), Linear(-2 * WAD, SPOT)])[2]


def test_two_underliers_are_added(rich: OptionVenue) -> None:
    """No offset from one to the other: the worst of each."""
    market = rich.market
    ether = MarketSurface(market, ETH)
    ether.set(200 * WAD, {rich.expiry: 201 * WAD}, 9 * WAD // 10)
    option = market.list_option(ETH, rich.expiry, 210 * WAD, call=False)
    rich.set(SPOT)
    market.refresh(rich.call, rich.put, option)
    take(rich, rich.call, -WAD)
    take(rich, option, -40 * WAD)
    take(rich, rich.put, WAD)
    near = [rich.held(rich.call, -WAD), rich.held(rich.put, WAD)]
    other = rich.held(option, -40 * WAD, forward=201 * WAD, volatility=9 * WAD // 10, underlier=ETH)
    worst, _, margin = requirement([*near, other])
    assert worst == requirement(near)[0] + requirement([other])[0]
    assert asked(rich) == margin


def test_short_minimum(rich: OptionVenue) -> None:
    """Far out of the money no scenario reaches: 1 % of forward a short unit."""
    option = rich.market.list_option(BTC, rich.expiry, 10**6 * WAD, call=True)
    rich.market.refresh(option)
    take(rich, option, -3 * WAD)
    worst, _, margin = requirement([rich.held(option, -3 * WAD)])
    # A short adds one unit of 2^-13 of 8,000 against itself.
    assert worst == 3 * 8_000 * WAD // 2**13
    assert asked(rich) == margin == 240 * WAD
    take(rich, option, -WAD)
    assert asked(rich) == 320 * WAD


def test_short_minimum_of_a_box(rich: OptionVenue) -> None:
    """Bought and sold strikes that offset each other still ask it for what is sold."""
    strikes = (10**6, 10**6 + 1)
    options = [
        rich.market.list_option(BTC, rich.expiry, strike * WAD, call=True) for strike in strikes
    ]
    rich.market.refresh(*options)
    take(rich, options[0], WAD)
    take(rich, options[1], -WAD)
    assert asked(rich) == 80 * WAD


def test_multiplier(rich: OptionVenue) -> None:
    """A tighter multiplier weighs every lane, and the minimum."""
    market = rich.market
    rich.set(SPOT)
    terms = rich.word(rich.call)
    rich.clearing.poke("book.instruments", terms & ~(2**16 - 1 << 80) | 13_333 << 80, rich.call)
    market.refresh(rich.call)
    take(rich, rich.call, -WAD)
    plain = rich.held(rich.call, -WAD)
    book = Option(
        size=-WAD,
        is_call=True,
        forward=SPOT,
        strike=SPOT,
        seconds=plain.seconds,
        volatility=VOLATILITY,
        multiplier_bps=13_333,
    )
    assert asked(rich) == requirement([book])[2]


def test_twenty_positions(rich: OptionVenue) -> None:
    """Every strike and side, two expiries, a perpetual among them."""
    market = rich.market
    market.trade("buyer", "third", 2 * WAD, SPOT)
    book: list[Option | Linear] = [Linear(-2 * WAD, SPOT)]
    rows = []
    for number in range(19):
        strike = (5_000 + 371 * number) * WAD
        expiry = rich.later if number % 3 == 0 else rich.expiry
        option = market.list_option(BTC, expiry, strike, call=number % 2 == 0)
        size = (number - 9) * WAD // 3 // 10**15 * 10**15 or WAD
        rows.append((option, size))
    market.refresh(*[option for option, _ in rows])
    for option, size in rows:
        take(rich, option, size)
        book.append(rich.held(option, size))
    assert market.statement("third")[7] == 20
    worst, alone, margin = requirement(book)
    assert 0 < worst < alone
    assert asked(rich) == margin


def test_no_rule_below_its_pieces(rich: OptionVenue) -> None:
    """Never less than a fifth of what the positions ask alone, nor more than all of it."""
    book: list[Option | Linear] = []
    for option, size in ((rich.call, -WAD), (rich.put, 2 * WAD)):
        take(rich, option, size)
        book.append(rich.held(option, size))
    alone = sum((own_loss(one) for one in book), Fraction(0))
    assert alone / 5 <= asked(rich) <= alone


def test_order_and_pieces_change_nothing(rich: OptionVenue, snapshot: Any) -> None:
    """Peers' case 20: what was traded in a thousand lots asks what it asks in one."""
    seen = set()
    for pieces, first in ((1, rich.call), (1, rich.put), (3, rich.call)):
        with snapshot():
            second = rich.put if first == rich.call else rich.call
            for option in (first, second):
                for _ in range(pieces):
                    take(rich, option, -3 * WAD // pieces)
            seen.add(asked(rich))
    assert len(seen) == 1


def test_split_over_accounts_is_no_cheaper(rich: OptionVenue) -> None:
    """Half a book in each of two accounts asks what the whole asks in one, or more."""
    for option, size in ((rich.call, -WAD), (rich.put, WAD)):
        take(rich, option, size)
    whole = asked(rich)
    rich.trade("seller", "buyer", WAD, rich.call)
    rich.trade("buyer", "third", WAD, rich.put)
    assert asked(rich) + asked(rich, "buyer") >= whole


def test_error_of_the_encoding(rich: OptionVenue) -> None:
    """Rounding adds at most one unit, 2^-13 of the forward, for each unit held."""
    book = []
    for option, size in ((rich.call, -WAD), (rich.put, -2 * WAD)):
        take(rich, option, size)
        book.append(rich.held(option, size))
    rows = [[gain * one.size / WAD for gain in one.moved()] for one in book]
    worst = max([mpf(0), *(-sum(column) for column in zip(*rows, strict=True))])
    alone = sum(max([mpf(0), *(-gain for gain in row)]) for row in rows)
    exact = worst + (alone - worst) / 5
    bound = sum(abs(one.size) * one.forward // WAD for one in book) / mpf(2**13)
    assert 0 <= asked(rich) - exact <= bound


def test_equity(rich: OptionVenue) -> None:
    """Cash and marks; a withdrawal leaves what options are worth out."""
    market = rich.market
    take(rich, rich.call, WAD)
    take(rich, rich.put, -WAD)
    cash = market.cash("third")
    call, put = rich.mark(rich.call), rich.mark(rich.put)
    assert market.margin("third", OPENING)["equity"] == cash + call - put
    assert market.margin("third", WITHDRAWAL)["equity"] == cash - put
    assert market.margin("third", CLOSE_OUT)["equity"] == cash + call - put


def test_settled_before_its_sweep(rich: OptionVenue) -> None:
    """What it pays counts, and it asks nothing more; nor does it make anything stale."""
    market = rich.market
    take(rich, rich.call, -WAD)
    take(rich, rich.put, WAD)
    cash = market.cash("third")
    rich.exercise(9_000 * WAD, rich.call, rich.put)
    for valuation in (OPENING, WITHDRAWAL, CLOSE_OUT):
        state = market.margin("third", valuation)
        assert state == {"equity": cash - 1_000 * WAD, "requirement": 0, "flags": 0}


def test_from_outside(rich: OptionVenue, reverts: Any) -> None:
    """`assess_scenarios` answers the house alone: anybody else could make an account up."""
    market = rich.market
    account = market.ids["third"]
    word = int(market.house.functions.accounts(account).call())
    asking = market.house.functions.assess_scenarios(account, word, 0, 0, 0, 0, 0)
    for who in ("third", "operator", "member"):
        with reverts("house: not the house"):
            asking.call({"from": market.actors(who)})
    for contract in (market.close_out, market.matcher, market.products):
        with reverts("house: not the house"):
            asking.call({"from": contract.address})


def test_far_expiry_of_one_day_only(rich: OptionVenue) -> None:
    """Two expiries a day apart do not share a forward."""
    other = rich.expiry + DAY
    forwards = {rich.expiry: SPOT, rich.later: SPOT, other: 8_800 * WAD}
    rich.surface.set(spot=SPOT, forwards=forwards)
    option = rich.market.list_option(BTC, other, SPOT, call=True)
    rich.market.refresh(option, rich.call)
    take(rich, rich.call, -WAD)
    take(rich, option, -WAD)
    book = [rich.held(rich.call, -WAD), rich.held(option, -WAD, forward=8_800 * WAD)]
    assert asked(rich) == requirement(book)[2]
