"""`trade`: who may bring one, how a side is classed, what changes hands, and who is refused."""

from __future__ import annotations

from typing import Any

import pytest

from keelmark.margin import apply_trade
from tests.support.clearing import CLOSE, HOUR, INCREASE, OPEN, REDUCE, Clearing, after_fill
from tests.support.orders import WAD

MARK = 8000 * WAD
LOT = 10**15


def test_default_behavior(clearing: Clearing) -> None:
    market = clearing.market
    receipt = market.trade("buyer", "seller", 2 * WAD, 8100 * WAD)
    assert clearing.state("buyer") == (2 * WAD, -16_200 * WAD, 100_000 * WAD)
    assert clearing.state("seller") == (-2 * WAD, 16_200 * WAD, 100_000 * WAD)
    # Two units are 2,000 lots, on each side; one trade of 2,000 lots; it weighs 16,200 units
    # at a premium of 100 / 8,000 = 0.0125.
    assert clearing.lanes() == (4_000, 2_000, 16_200 * 1_250_000, 16_200)
    legs = clearing.legs(receipt)
    bought, sold = legs[market.ids["buyer"]], legs[market.ids["seller"]]
    for leg, sign in ((bought, 1), (sold, -1)):
        assert leg["instrument"] == market.perpetual
        assert leg["execution"] == 1 | OPEN << 8 | 1 << 16
        assert (leg["size"], leg["position_size"]) == (sign * 2 * WAD, sign * 2 * WAD)
        assert (leg["price"], leg["index"]) == (8100 * WAD, MARK)
        assert leg["position_quote"] == -sign * 16_200 * WAD
        assert leg["cash"] == 100_000 * WAD
        assert leg["equity"] == 100_000 * WAD - sign * 200 * WAD
        # 33 % of 16,000 for both; the schedule's 15 % is less.
        assert leg["initial_margin"] == 5_280 * WAD
    assert bought["prior_uti"] == sold["prior_uti"]
    assert bought["uti"] != sold["uti"]


@pytest.mark.parametrize(
    ("delta", "price", "action", "after"),
    [
        # Four units were bought at 8,000: quote -32,000.
        (2, 8100, INCREASE, (6, -48_200, 100_000)),
        # A quarter of the quote is released: -8,000 + 8,100.
        (-1, 8100, REDUCE, (3, -24_000, 100_100)),
        (-4, 7900, CLOSE, (0, 0, 99_600)),
        # Four of the six sold close: 32,400 - 32,000; the other two are a new short.
        (-6, 8100, OPEN, (-2, 16_200, 100_400)),
    ],
)
def test_classes_of_a_long(
    clearing: Clearing, delta: int, price: int, action: int, after: tuple[int, int, int]
) -> None:
    market = clearing.market
    market.trade("buyer", "seller", 4 * WAD, MARK)
    pair = ("buyer", "third") if delta > 0 else ("third", "buyer")
    receipt = market.trade(*pair, abs(delta) * WAD, price * WAD)
    assert clearing.state("buyer") == tuple(part * WAD for part in after)
    leg = clearing.legs(receipt)[market.ids["buyer"]]
    assert leg["execution"] >> 8 & 255 == action
    assert leg["cash"] == after[2] * WAD
    held = market.statement("buyer")[7]
    assert held == (0 if action == CLOSE else 1)


@pytest.mark.parametrize(
    ("delta", "price", "action", "after"),
    [
        # Four units were sold at 8,000: quote +32,000.
        (-2, 8100, INCREASE, (-6, 48_200, 100_000)),
        (1, 8100, REDUCE, (-3, 24_000, 99_900)),
        (4, 7900, CLOSE, (0, 0, 100_400)),
        (6, 8100, OPEN, (2, -16_200, 99_600)),
    ],
)
def test_classes_of_a_short(
    clearing: Clearing, delta: int, price: int, action: int, after: tuple[int, int, int]
) -> None:
    market = clearing.market
    market.trade("buyer", "seller", 4 * WAD, MARK)
    pair = ("seller", "third") if delta > 0 else ("third", "seller")
    receipt = market.trade(*pair, abs(delta) * WAD, price * WAD)
    assert clearing.state("seller") == tuple(part * WAD for part in after)
    leg = clearing.legs(receipt)[market.ids["seller"]]
    assert leg["execution"] >> 8 & 255 == action


def test_rounding_keeps_the_sum_of_money(clearing: Clearing) -> None:
    market = clearing.market
    names = ("buyer", "seller", "third")
    effects = dict.fromkeys(names, (0, 0, 100000 * WAD))
    script = [
        ("buyer", "seller", 7, 7_999_123_456_789_012_345_679),
        ("seller", "third", 3, 8_000_000_000_000_000_000_001),
        ("third", "buyer", 5, 7_891_011_121_314_151_617_183),
        ("seller", "buyer", 11, 8_123_456_789_123_456_789_123),
        ("buyer", "third", 13, 7_777_777_777_777_777_777_777),
    ]
    for buyer, seller, lots, price in script:
        size = lots * LOT
        market.trade(buyer, seller, size, price)
        paid = size * price // WAD
        for name, delta, flow in ((buyer, size, -paid), (seller, -size, paid)):
            held, quote, cash = effects[name]
            size_after, quote_after, change = after_fill(held, quote, delta, price)
            # Whatever the class, quote and cash together change by what was paid.
            assert quote_after + change == quote + flow
            effects[name] = (size_after, quote_after, cash + change)
            assert clearing.state(name) == effects[name]
            twin = apply_trade(held, quote, delta, price, 0)
            assert (twin.size, twin.quote, twin.cash_change) == (size_after, quote_after, change)
        assert sum(state[0] for state in effects.values()) == 0
        assert sum(state[1] + state[2] for state in effects.values()) == 300_000 * WAD
    gross = sum(abs(state[0]) for state in effects.values())
    assert clearing.lanes()[0] * LOT == gross


def test_not_the_matcher(clearing: Clearing, reverts: Any) -> None:
    with reverts("house: not the matcher"):
        clearing.ask("buyer", "seller", WAD, MARK, sender="venue")


def test_same_account(clearing: Clearing, reverts: Any) -> None:
    with reverts("house: same account"):
        clearing.ask("buyer", "buyer", WAD, MARK)


def test_loss_being_allocated(clearing: Clearing, reverts: Any, now: Any) -> None:
    clearing.poke("book.counting_deadline", now() + 100)
    with reverts("house: loss being allocated"):
        clearing.ask("buyer", "seller", WAD, MARK)


def test_unknown_instrument(clearing: Clearing, reverts: Any) -> None:
    with reverts("house: instrument not open"):
        clearing.ask("buyer", "seller", WAD, MARK, 99)


def test_expired_instrument(clearing: Clearing, reverts: Any, set_time: Any, now: Any) -> None:
    expiry = (now() // 86_400 + 2) * 86_400 + 8 * HOUR
    dated = clearing.market.list_instrument(1, expiry)
    set_time(expiry - 1)
    clearing.market.push(1, MARK, expiry - 1)
    clearing.market.push(10, WAD, expiry - 1)
    with reverts("house: instrument not open"):
        clearing.ask("buyer", "seller", WAD, MARK, dated)


def test_last_second_before_expiry(clearing: Clearing, set_time: Any, now: Any) -> None:
    expiry = (now() // 86_400 + 2) * 86_400 + 8 * HOUR
    dated = clearing.market.list_instrument(1, expiry)
    set_time(expiry - 3)
    clearing.market.push(1, MARK, expiry - 3)
    clearing.market.push(10, WAD, expiry - 3)
    clearing.ask("buyer", "seller", WAD, MARK, dated)


def test_no_price(clearing: Clearing, reverts: Any) -> None:
    feed = clearing.underlier(1, None)
    unpriced = clearing.market.list_instrument(feed)
    with reverts("house: no price"):
        clearing.ask("buyer", "seller", WAD, MARK, unpriced)


@pytest.mark.parametrize("price", [8400 * WAD, 7600 * WAD])
def test_edges_of_the_band(clearing: Clearing, price: int) -> None:
    clearing.ask("buyer", "seller", WAD, price)


@pytest.mark.parametrize("price", [8400 * WAD + 1, 7600 * WAD - 1, 0, 2**200])
def test_outside_the_band(clearing: Clearing, reverts: Any, price: int) -> None:
    with reverts("house: price outside the band"):
        clearing.ask("buyer", "seller", WAD, price)


def test_band_is_around_the_last_good_price(clearing: Clearing, reverts: Any) -> None:
    clearing.market.price(1, 9000 * WAD)
    with reverts("house: price outside the band"):
        clearing.ask("buyer", "seller", WAD, 8549 * WAD)
    clearing.ask("buyer", "seller", WAD, 8550 * WAD)


@pytest.mark.parametrize("size", [0, 2**111])
def test_bad_size(clearing: Clearing, reverts: Any, size: int) -> None:
    with reverts("house: bad size"):
        clearing.ask("buyer", "seller", size, MARK)


@pytest.mark.parametrize("size", [1, LOT - 1, LOT + 1, LOT // 10])
def test_not_a_multiple_of_the_lot(clearing: Clearing, reverts: Any, size: int) -> None:
    with reverts("house: not a multiple of the lot"):
        clearing.ask("buyer", "seller", size, MARK)


def test_unknown_account(clearing: Clearing, reverts: Any) -> None:
    clearing.market.onboard("stranger")
    with reverts("house: unknown account"):
        clearing.ask("stranger", "seller", WAD, MARK)
    with reverts("house: unknown account"):
        clearing.ask("buyer", "stranger", WAD, MARK)


def test_not_the_accounts_wallet(clearing: Clearing, reverts: Any) -> None:
    wallet = clearing.market.actors("third").address
    with reverts("house: gate 9"):
        clearing.ask("buyer", "seller", WAD, MARK, changed={"buyer": wallet})
    with reverts("house: gate 9"):
        clearing.ask("buyer", "seller", WAD, MARK, changed={"seller": wallet})


def test_revoked_party_may_reduce_only(clearing: Clearing, reverts: Any) -> None:
    market = clearing.market
    market.trade("buyer", "seller", 4 * WAD, MARK)
    revoking = market.parties.functions.revoke(market.actors("buyer"), b"left".ljust(32, b"\0"))
    market.do(revoking, market.actors("registrar"))
    with reverts("house: gate 3"):
        clearing.ask("buyer", "third", WAD, MARK)
    with reverts("house: gate 3"):
        clearing.ask("third", "buyer", 5 * WAD, MARK)
    clearing.ask("third", "buyer", WAD, MARK)
    clearing.ask("third", "buyer", 4 * WAD, MARK)


def test_frozen_party_may_do_nothing(clearing: Clearing, reverts: Any) -> None:
    market = clearing.market
    market.trade("buyer", "seller", 4 * WAD, MARK)
    market.supervise("freeze", "buyer")
    for size in (WAD, 4 * WAD):
        with reverts("house: gate 4"):
            clearing.ask("third", "buyer", size, MARK)


def test_called_account_opens_nothing(clearing: Clearing, reverts: Any) -> None:
    market = clearing.market
    market.trade("buyer", "seller", 30 * WAD, MARK)
    market.price(1, 7000 * WAD)
    # 100,000 - 30,000 against 33 % of 210,000 = 69,300: not yet.
    market.price(1, 6900 * WAD)
    market.call_margin("buyer")
    with reverts("house: called or indebted"):
        clearing.ask("buyer", "third", WAD, 6900 * WAD)
    with reverts("house: called or indebted"):
        clearing.ask("third", "buyer", 31 * WAD, 6900 * WAD)
    clearing.ask("third", "buyer", WAD, 6900 * WAD)


def test_indebted_account_opens_nothing(clearing: Clearing, reverts: Any) -> None:
    account = clearing.market.ids["buyer"]
    word = int(clearing.market.house.functions.accounts(account).call())
    clearing.poke("book.accounts", word | 8 << 120, account)
    with reverts("house: called or indebted"):
        clearing.ask("buyer", "seller", WAD, MARK)


def test_loss_uncovered_stops_opening_only(clearing: Clearing, reverts: Any) -> None:
    clearing.market.trade("buyer", "seller", 4 * WAD, MARK)
    clearing.poke("book.uncovered", 1)
    with reverts("house: loss uncovered"):
        clearing.ask("buyer", "seller", WAD, MARK)
    clearing.ask("seller", "buyer", WAD, MARK)


def test_below_initial_margin(clearing: Clearing, reverts: Any) -> None:
    # 33 % of 37.878 units at 8,000 is 99,997.92; one lot more is 100,000.56.
    clearing.ask("buyer", "seller", 37_878 * LOT, MARK)
    with reverts("house: below initial margin"):
        clearing.ask("buyer", "seller", 37_879 * LOT, MARK)


def test_below_initial_margin_of_the_seller(clearing: Clearing, reverts: Any) -> None:
    clearing.market.join("poor", cash=2_640)
    clearing.ask("buyer", "poor", WAD, MARK)
    with reverts("house: below initial margin"):
        clearing.ask("buyer", "poor", WAD, MARK - 1)


def test_flip_needs_initial_margin(clearing: Clearing, reverts: Any) -> None:
    clearing.market.trade("buyer", "seller", WAD, MARK)
    clearing.market.deposit("third", 100_000)
    clearing.ask("third", "buyer", 37_878 * LOT + WAD, MARK)
    with reverts("house: below initial margin"):
        clearing.ask("third", "buyer", 37_879 * LOT + WAD, MARK)


def test_close_of_another_slot_keeps_the_rest(clearing: Clearing) -> None:
    market = clearing.market
    second, third = market.list_instrument(1), market.list_instrument(2)
    market.trade("buyer", "seller", WAD, MARK)
    market.trade("buyer", "seller", 2 * WAD, MARK, second)
    market.trade("buyer", "seller", 3 * WAD, 200 * WAD, third)
    market.trade("seller", "buyer", WAD, MARK)
    account = market.ids["buyer"]
    words = [int(market.house.functions.positions(account, i).call()) for i in range(3)]
    assert [word % 2**32 for word in words] == [third, second, 0]
    assert clearing.state("buyer", second)[:2] == (2 * WAD, -16_000 * WAD)
    assert clearing.state("buyer", third)[:2] == (3 * WAD, -600 * WAD)
    assert market.statement("buyer")[7] == 2
