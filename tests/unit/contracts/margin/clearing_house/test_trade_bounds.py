"""`trade` at the edges: positions, underliers, notional, open interest; and a full account."""

from __future__ import annotations

from typing import Any

from tests.support.clearing import CLOSE_OUT, OPENING, Clearing
from tests.support.orders import WAD

MARK = 8000 * WAD
TRILLION = 10**12


def test_default_behavior(clearing: Clearing, reverts: Any) -> None:
    """Twenty positions are held; a twenty-first is refused, closing one makes room."""
    market = clearing.market
    numbers = [market.perpetual, *(market.list_instrument(1) for _ in range(20))]
    for number in numbers[:20]:
        market.trade("buyer", "seller", WAD // 10, MARK, number)
    assert market.statement("buyer")[7] == 20
    # 20 times 0.1 at 8,000 and 33 %.
    assert market.margin("buyer", CLOSE_OUT)["requirement"] == 5_280 * WAD
    with reverts("house: too many positions"):
        clearing.ask("buyer", "third", WAD, MARK, numbers[20])
    with reverts("house: too many positions"):
        clearing.ask("third", "seller", WAD, MARK, numbers[20])
    clearing.ask("buyer", "third", WAD, MARK, numbers[0])
    market.trade("third", "buyer", WAD // 10, MARK, numbers[7])
    clearing.ask("buyer", "third", WAD, MARK, numbers[20])
    # The last one took the place of the closed one, and none was lost.
    account = market.ids["buyer"]
    held = {int(market.house.functions.positions(account, i).call()) % 2**32 for i in range(20)}
    assert held == {0, *numbers[:20]} - {numbers[7]}


def test_too_many_underliers(clearing: Clearing, reverts: Any) -> None:
    market = clearing.market
    feeds = [1, 2, *(clearing.underlier(number) for number in (1, 2, 3))]
    numbers = [market.perpetual, *(market.list_instrument(feed) for feed in feeds[1:])]
    prices = [8000, 200, 1000, 1000, 1000]
    for number, price in zip(numbers[:4], prices, strict=False):
        market.trade("buyer", "seller", WAD, price * WAD, number)
    # 33 % of 8,000, 50 % of the others.
    assert market.margin("buyer", OPENING)["requirement"] == (2_640 + 100 + 500 + 500) * WAD
    with reverts("house: too many underliers"):
        clearing.ask("buyer", "third", WAD, 1000 * WAD, numbers[4])
    # A second instrument on an underlier that is held already is no fifth.
    again = market.list_instrument(feeds[3])
    clearing.ask("buyer", "third", WAD, 1000 * WAD, again)


def test_position_too_large(clearing: Clearing, reverts: Any) -> None:
    """Below 10^32 wad a position can be assessed, liquidated and closed; beyond it is refused."""
    market = clearing.market
    # Seven trillion of cash and five of bonds each carry 33 % of 36 trillion, no more.
    for name in ("giant", "whale"):
        market.join(name, cash=7 * TRILLION)
    size = 2_600_000_000 * WAD
    clearing.ask("giant", "whale", size, MARK)
    market.trade("giant", "whale", size, MARK)
    for price in (4_000, 10**7):
        market.price(1, price * WAD)
        answer = market.margin("giant", CLOSE_OUT)
        # 2.6e9 units: the requirement is 33 %, equity moves one for one.
        assert answer["requirement"] == 2_600_000_000 * price * WAD * 33 // 100
        assert answer["equity"] == (7 * TRILLION + 2_600_000_000 * (price - 8000)) * WAD
    market.price(1, MARK)
    # 10^32 wad at 8,000 is 1.25e10 units: refused before any margin is looked at.
    with reverts("house: position too large"):
        clearing.ask("giant", "third", 9_900_000_000 * WAD, MARK)


def test_largest_book_does_not_overflow(clearing: Clearing) -> None:
    """Twenty positions of the largest notional, in loss, at a price a hundred times higher."""
    market = clearing.market
    numbers = [market.perpetual, *(market.list_instrument(1, 0, 65_535) for _ in range(19))]
    account = market.ids["buyer"]
    size = 12_499 * 10**6 * WAD
    quote = size * 8000
    market.price(1, 800_000 * WAD)
    for slot, number in enumerate(numbers):
        word = (-size % 2**112) << 144 | quote << 32 | number
        clearing.poke_positions(account, slot, word)
    word = int(market.house.functions.accounts(account).call())
    clearing.poke("book.accounts", word | 20 << 104, account)
    answer = market.margin("buyer", CLOSE_OUT)
    notional = size * 800_000
    # One multiplier of 1 and nineteen of 6.5535; all in loss, so no netting; the floor's rate
    # is the largest of the underlier's, 33 % times 6.5535 rounded up to a basis point.
    assert answer["requirement"] == max(
        notional * 15 // 100 + 19 * (notional * 1500 * 65_535 // 10**8),
        20 * notional * 21_627 // 10**4,
    )
    assert answer["equity"] == 100_000 * WAD - 20 * size * 792_000


def test_open_interest_out_of_range(clearing: Clearing, reverts: Any) -> None:
    market = clearing.market
    number = market.list_instrument(2)
    for _ in range(2):
        market.price(2, 10**12)
    # 2^48 lots of 0.001, half a side, at a millionth: 140 million units on each side.
    lots = 2**47
    market.join("giant", cash=10**9)
    market.join("whale", cash=10**9)
    clearing.ask("giant", "whale", (lots - 1) * 10**15, 10**12, number)
    with reverts("house: open interest too large"):
        clearing.ask("giant", "whale", lots * 10**15, 10**12, number)
