"""The keeper: after each price it looks at every account and does what the rules allow.

It holds no power: margin calls, liquidation, the sale of collateral and the allocation of losses
are open to anyone. It decides from the venue's own book with the exact twin of the margin
arithmetic, and the contracts check again: had the twin been wrong by one wei, they would refuse.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from functools import partial

from keelmark.chain.operations import Operation, Receipt
from keelmark.errors import Reverted
from keelmark.ledger import AccountBook
from keelmark.margin import check_account
from keelmark.margin.account import must_call, must_close_out
from keelmark.margin.collateral import sale_cost
from keelmark.margin.liquidation import (
    after_take_over,
    take_over_penalty,
)
from keelmark.margin.marks import measure_price
from keelmark.margin.results import MarginResult
from keelmark.scenario.cast import CAST, signer_of
from keelmark.scenario.option_story import DEALER
from keelmark.scenario.venue import GAS, Refusal, Venue
from keelmark.types import AccountFlag, AccountState, Action, MarketState, Valuation
from keelmark.units import WAD, div_ceil

__all__ = ["Hindrance", "Keeper"]

LIQUIDATOR = "liquidator"
SWEEP = 32
"""Accounts that one sweep may name."""

ANY_MARK = 2**255
WHOLE_STEPS = 8
"""Most take-overs of one account after one price."""


def size_to_take(account: AccountState, market: MarketState, instrument: int) -> int:
    """The least size (wad) after which the account is sound, its penalty paid.

    One lot less leaves it short, so that nobody can say it overshoots; where even the whole
    position does not suffice, it is the whole. 0 if taking it over would not help.
    """
    before = check_account(account, market, Valuation.CLOSE_OUT)
    terms = market.instruments[instrument]
    measure = measure_price(terms, market)
    low, high = 1, abs(account.position(instrument).size) // terms.lot
    while low < high:
        lots = (low + high) // 2
        _, after = after_take_over(account, market, instrument, lots * terms.lot)
        penalty = take_over_penalty(lots * terms.lot, measure, before, after)
        if after.headroom >= penalty:
            high = lots
        else:
            low = lots + 1
    size = low * terms.lot
    _, after = after_take_over(account, market, instrument, size)
    helps = after.headroom - take_over_penalty(size, measure, before, after) > before.headroom
    return size if helps else 0


@dataclass(frozen=True, slots=True)
class Hindrance:
    """Something that the keeper tried and a contract refused."""

    time: int
    account: int
    what: str
    reason: str


@dataclass(frozen=True, slots=True)
class _Part:
    """A part of a position that somebody is to take over."""

    taker: str
    instrument: int
    size: int
    """Wad, signed as the position is."""


@dataclass
class Keeper:
    """Scans a venue's accounts and acts."""

    venue: Venue
    reserves: dict[str, int] = field(
        default_factory=lambda: {actor.name: actor.reserve for actor in CAST if actor.reserve}
    )
    """What parties have left to meet margin calls with, whole settlement units."""
    hindrances: list[Hindrance] = field(default_factory=list)
    _counted: set[tuple[int, int]] = field(default_factory=set)

    def scan(self) -> None:
        """One round over every account that has something at stake."""
        self._scale()
        names = {number: name for name, number in self.venue.ids.items()}
        for number in sorted(self.venue.book.accounts):
            book = self.venue.book.account(number)
            if book.positions or book.cash < 0:
                self._look(book, names[number])

    def settle(self, instrument: int) -> None:
        """Settles an expired future, or exercises an option, and pays every position out."""
        house, books = self.venue.deployment.house, self.venue.book.accounts
        if not self._do(0, "settle", house.settle_instrument(instrument, gas=GAS)):
            return
        owners = [number for number in sorted(books) if instrument in books[number].positions]
        for start in range(0, len(owners), SWEEP):
            some = owners[start : start + SWEEP]
            self._do(0, "pay out", house.sweep(instrument, some, gas=GAS))

    def roll(self, instrument: int) -> None:
        """Rolls a perpetual's funding if its window is over."""
        self._do(0, "roll", self.venue.deployment.house.roll_funding(instrument, gas=GAS))

    def _do(
        self, account: int, what: str, operation: Operation[Receipt], who: str = "keeper"
    ) -> bool:
        """Sends; a refusal is noted."""
        try:
            self.venue.send(who, operation)
        except Reverted as refused:
            self.venue.now = self.venue.chain.block().time
            found = Hindrance(self.venue.now, account, what, refused.reason)
            self.hindrances.append(found)
            return False
        return True

    def _check(self, book: AccountBook) -> MarginResult:
        return check_account(book.state(), self.venue.market(), Valuation.CLOSE_OUT)

    def _overdue(self, book: AccountBook) -> bool:
        """Whether an account was called and the deadline has passed."""
        return bool(book.flags & AccountFlag.CALLED) and self.venue.now + 1 > book.call_deadline

    def _due(self, book: AccountBook) -> bool:
        """The two triggers of a liquidation; a retail account has only the first."""
        result = self._check(book)
        unmet = not book.retail and self._overdue(book) and result.headroom < 0
        return must_close_out(result) or unmet

    def _look(self, book: AccountBook, name: str) -> None:
        """What one account needs: a remedy, a call, or the end of one."""
        close_out = self.venue.deployment.close_out
        house = self.venue.deployment.house.address
        overdue = self._overdue(book)
        if self._due(book):
            self._liquidate(book)
        result = self._check(book)
        called = bool(book.flags & AccountFlag.CALLED)
        if book.cash < 0 and book.balances and (overdue or must_close_out(result)):
            self._buy_collateral(book)
            result = self._check(book)
        if book.cash < 0 and not book.positions and not book.balances:
            self._allocate(book)
            return
        if called and result.headroom >= 0 and book.cash >= 0:
            self._do(book.account, "end call", close_out.end_call(house, book.account, gas=GAS))
        elif not called and must_call(result, book.cash):
            calling = close_out.call_margin(house, book.account, gas=GAS)
            if self._do(book.account, "call", calling):
                self._meet(book, name, result)

    def _meet(self, book: AccountBook, name: str, result: MarginResult) -> None:
        """A party with reserves outside pays in up to twice its requirement; the call ends."""
        left = self.reserves.get(name, 0)
        lacking = div_ceil(2 * result.initial_margin - result.equity, WAD)
        amount = min(left, lacking)
        if amount <= 0:
            return
        self.reserves[name] = left - amount
        self.venue.deposit(name, amount)
        if self._check(book).headroom >= 0:
            close_out, house = self.venue.deployment.close_out, self.venue.deployment.house
            ending = close_out.end_call(house.address, book.account, gas=GAS)
            self._do(book.account, "end call", ending)

    def _liquidate(self, book: AccountBook) -> None:
        """Take-overs, largest position first, while it may be liquidated."""
        for _ in range(WHOLE_STEPS):
            part = self._part(book)
            if not part:
                return
            taking = self._taking(book.account, part)
            if not self._do(book.account, "liquidate", taking, part.taker):
                return

    def _part(self, book: AccountBook) -> _Part | None:
        """What is to be taken over first of an account that may be liquidated."""
        if not book.positions or not self._due(book):
            return None
        market = self.venue.market()
        for held in sorted(book.positions.values(), key=lambda held: -abs(held.size)):
            if size := size_to_take(book.state(), market, held.instrument):
                # Only who is margined by scenarios may hold options.
                option = held.instrument in self.venue.book.house.options
                taken = size if held.size > 0 else -size
                return _Part(DEALER if option else LIQUIDATOR, held.instrument, taken)
        return None

    def _taking(self, account: int, part: _Part) -> Operation[Receipt]:
        """The take-over of a part of an account's position."""
        return self.venue.deployment.close_out.liquidate(
            self.venue.deployment.house.address,
            account,
            self.venue.ids[part.taker],
            part.instrument,
            abs(part.size),
            ANY_MARK if part.size > 0 else 0,
            gas=GAS,
        )

    def try_early(self) -> None:
        """Tries the first take-over that is due, while takers may still have to wait."""
        venue = self.venue
        for number, book in sorted(venue.book.accounts.items()):
            part = self._part(book)
            if not part:
                continue
            told = partial(self._told, part, number)
            venue.try_send(part.taker, self._taking(number, part), told=told)
            return

    def _told(self, part: _Part, account: int, refused: Reverted) -> Refusal:
        """A take-over that was refused, from its taker's side."""
        venue = self.venue
        option = part.instrument in venue.book.house.options
        owner = next(name for name, number in venue.ids.items() if number == account)
        return Refusal(
            block_number=venue.chain.block().number,
            time=venue.now,
            who=part.taker,
            account=venue.ids[part.taker],
            wallet=signer_of(part.taker).address,
            what=f"take over from {owner}",
            reason=refused.reason,
            rule=refused.rule or "",
            instrument=part.instrument,
            size=part.size,
            price=venue.option_mark(part.instrument) if option else venue.mark(),
            action=Action.LIQUIDATE,
        )

    def _buy_collateral(self, book: AccountBook) -> None:
        """The liquidator buys what covers the cash owed, or all there is."""
        venue = self.venue
        for asset, held in sorted(book.balances.items()):
            terms = venue.book.house.assets[asset]
            price, now = venue.lanes[terms.feed].price, venue.now + 1
            low, high = 1, held
            while low < high:
                middle = (low + high) // 2
                if sale_cost(terms, middle, price, now) >= -book.cash:
                    high = middle
                else:
                    low = middle + 1
            buying = venue.deployment.close_out.buy_collateral(
                venue.deployment.house.address,
                book.account,
                asset,
                low,
                venue.ids[LIQUIDATOR],
                ANY_MARK,
                gas=GAS,
            )
            if not self._do(book.account, "buy collateral", buying, LIQUIDATOR) or book.cash >= 0:
                return

    def _allocate(self, book: AccountBook) -> None:
        """The written loss order; if it does not suffice, unpaid gains are counted."""
        house = self.venue.deployment.house
        if not self._do(book.account, "allocate", house.allocate_loss(book.account, gas=GAS)):
            return
        episode = self.venue.book.house.episode
        if not self.venue.book.house.uncovered:
            return
        for number, winner in sorted(self.venue.book.accounts.items()):
            if winner.positions and (episode, number) not in self._counted:
                self._counted.add((episode, number))
                self._do(number, "count gain", house.count_gain(number, gas=GAS))

    def _scale(self) -> None:
        """Once the counting is over, counted gains give up their part."""
        books = self.venue.book
        if self.venue.now <= books.house.counting_deadline:
            return
        for number, book in sorted(books.accounts.items()):
            if book.counted_gain:
                scaling = self.venue.deployment.house.scale_gain(number, gas=GAS)
                self._do(number, "scale gain", scaling)
