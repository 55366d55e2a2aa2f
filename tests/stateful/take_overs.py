"""The model of accounts in trouble: calls, take-overs, sale of collateral."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace

from keelmark.margin.collateral import haircut_bps, sale_cost, sale_discount_bps
from keelmark.margin.liquidation import batch_take_over, penalty, trade_account
from keelmark.margin.schedule import notional
from keelmark.regulation import value
from keelmark.types import AccountFlag, Valuation
from keelmark.units import BPS, WAD, div_ceil
from tests.stateful.model import Model
from tests.stateful.terms import ROUNDING, STALE, Checked, Refused, set_balance

__all__ = ["TakeOverModel"]

LIQUIDATION, BACKSTOP, COMPULSORY = 2, 3, 4
BARRED = AccountFlag.CALLED | AccountFlag.INDEBTED


class TakeOverModel(Model):
    """The market as it should be, in trouble too."""

    __slots__ = ()

    # Calls

    def call_margin(self, account: int) -> None:
        """Anyone calls an account that is short or owes cash."""
        found, book = self.check(account), self.book(account)
        if book.flags & AccountFlag.CALLED:
            raise Refused("close-out: already called")
        if book.cash >= 0:
            if found.flags & STALE:
                raise Refused("close-out: stale price")
            if found.short <= 0:
                raise Refused("close-out: nothing to call")
        book.flags |= AccountFlag.CALLED
        book.call_deadline = self.now + value("MARGIN_CALL_SECONDS")

    def end_call(self, account: int) -> None:
        """Anyone ends a call that was met."""
        found, book = self.check(account), self.book(account)
        if found.flags & STALE:
            raise Refused("close-out: stale price")
        if not book.flags & AccountFlag.CALLED:
            raise Refused("close-out: not called")
        if found.short > 0 or book.cash < 0:
            raise Refused("close-out: call not met")
        book.flags &= ~AccountFlag.CALLED
        book.call_deadline = 0

    # Take-overs

    @staticmethod
    def below_close_out(found: Checked) -> bool:
        """Equity below half of the requirement."""
        return found.equity * BPS < found.requirement * value("CLOSE_OUT_BPS")

    def overdue(self, account: int) -> bool:
        """Called, and the deadline is over."""
        book = self.book(account)
        return bool(book.flags & AccountFlag.CALLED) and self.now > book.call_deadline

    def due(self, account: int) -> bool:
        """Whether a trigger of liquidation is met; retail has only the close-out level."""
        found = self.check(account)
        if self.below_close_out(found):
            return True
        return not self.book(account).retail and self.overdue(account) and found.short > 0

    def _doubt(self, account: int, number: int) -> tuple[int, bool]:
        """Notional on prices that are stale or in grace, and whether one is the instrument's."""
        total, named = 0, False
        for held in self.book(account).positions.values():
            instrument = self.house.instruments[held.instrument]
            if instrument.settled:
                continue
            lane = self.lanes[instrument.feed]
            if not lane.fresh(self.now) or self.now < self.grace.get(instrument.feed, 0):
                total += notional(held.size, lane.price)
                named |= held.instrument == number
        return total, named

    def liquidatable(self, account: int, number: int) -> Checked:
        """The account's margin, if it may be liquidated now in this instrument."""
        found = self.check(account)
        doubt, named = self._doubt(account, number)
        best = Checked(found.equity + doubt, max(found.requirement - doubt, 0), 0)
        if named or (doubt and not self.below_close_out(best)):
            stale = found.flags & STALE
            raise Refused("close-out: stale price" if stale else "close-out: grace period")
        if not self.due(account):
            raise Refused("close-out: not liquidatable")
        return found

    def check_taker(self, taker: int, *, crypto: bool) -> None:
        """Whether the caller may take over into its account."""
        party = self.parties[taker]
        reason = party.opening_reason if crypto else party.other_reason
        if reason:
            raise Refused(f"close-out: gate {reason}")
        if party.retail:
            raise Refused("close-out: retail taker")

    def held(self, account: int, number: int) -> int:
        """Size of a position, not zero."""
        size = self.book(account).state().position(number).size
        if not size:
            raise Refused("close-out: no position")
        return size

    def after(self, account: int, number: int, delta: int, valuation: Valuation) -> Checked:
        """An account's margin after a fill at mark."""
        mark = self.lanes[self.open_terms(number).feed].price
        state = self.book(account).state()
        return self.assess(trade_account(state, self.market(), number, delta, mark), valuation)

    def liquidate(self, account: int, taker: int, number: int, size: int) -> None:
        """A taker takes over part of a position at any mark."""
        before = self.liquidatable(account, number)
        self.open_terms(number)
        self.check_taker(taker, crypto=True)
        self.held(account, number)
        self.take(before, account, taker, number, size, LIQUIDATION)

    def liquidate_many(self, account: int, taker: int, takes: Sequence[tuple[int, int]]) -> None:
        """A taker takes over several positions at once, at any mark."""
        self.liquidatable(account, 0)
        if self._doubt(account, 0)[0]:
            raise Refused("close-out: price in doubt")
        self.check_taker(taker, crypto=True)
        if account == taker:
            raise Refused("house: same account")
        if self.uncounted(account) or self.uncounted(taker):
            raise Refused("house: gain not counted")
        before = self.book(account).state()
        for number, size in takes:
            lot = self.open_terms(number).lot
            held = self.book(account).state().position(number).size
            if not 0 < size <= abs(held):
                raise Refused("house: size too large")
            mark = self.lanes[self.house.instruments[number].feed].price
            delta = -size if held > 0 else size
            self.fill(account, number, delta, mark, trades=False, checked=False)
            self.fill(taker, number, -delta, mark, trades=False, checked=False)
            if size % lot:
                raise Refused("house: not a multiple of the lot")
            self._add_volume(number, size // lot)
        found = batch_take_over(before, self.market(), takes)
        self.store(self.book(account), found.account)
        self.book(taker).cash += found.penalty
        if not found.shortfall_falls:
            raise Refused("house: shortfall must fall")
        if found.overshoots:
            raise Refused("house: overshoots")
        if self.book(taker).flags & BARRED:
            raise Refused("house: called or indebted")
        margin = self.check(taker, Valuation.OPENING)
        if margin.flags & STALE:
            raise Refused("house: price stale or jumped")
        if margin.short > 0:
            raise Refused("house: below initial margin")

    def _add_volume(self, number: int, lots: int) -> None:
        market = self.house.markets[number]
        self.house.markets[number] = replace(market, volume_lots=market.volume_lots + lots)

    def take(
        self, before: Checked, account: int, taker: int, number: int, size: int, mode: int
    ) -> None:
        """The checks of every take-over, and its booking."""
        if account == taker:
            raise Refused("close-out: own account")
        if self.uncounted(account) or self.uncounted(taker):
            raise Refused("close-out: gain not counted")
        held = self.held(account, number)
        if not 0 < size <= abs(held):
            raise Refused("close-out: size too large")
        delta = -size if held > 0 else size
        instrument = self.open_terms(number)
        mark, lot = self.lanes[instrument.feed].price, instrument.lot
        fine, headroom = self._headroom(before, account, number, delta)
        if headroom <= -before.short:
            raise Refused("close-out: shortfall must fall")
        if headroom > 0 and size > lot:
            less = delta + lot if held > 0 else delta - lot
            if self._headroom(before, account, number, less)[1] >= 0:
                raise Refused("close-out: overshoots")
        self.fill(account, number, delta, mark, trades=False, extra=-fine, checked=False)
        self.fill(taker, number, -delta, mark, trades=False, extra=fine)
        if mode == BACKSTOP:
            promised = self.book(taker)
            promised.backstop -= min(size * mark // WAD, promised.backstop)
        if size % lot:
            raise Refused("house: not a multiple of the lot")
        self._add_volume(number, size // lot)

    def _headroom(self, before: Checked, account: int, number: int, delta: int) -> tuple[int, int]:
        """The penalty of a take-over of `delta`, and what it leaves above the requirement."""
        mark = self.lanes[self.house.instruments[number].feed].price
        found = self.after(account, number, delta, Valuation.CLOSE_OUT)
        traded = abs(delta) * mark // WAD
        fine = penalty(traded, before.equity, before.requirement, found.requirement)
        return fine, -found.short - fine

    def _check_waited(self, account: int, found: Checked) -> None:
        """Liquidators come first, unless nothing would pay them."""
        if found.equity <= 0:
            return
        book = self.book(account)
        called_at = book.call_deadline - value("MARGIN_CALL_SECONDS")
        called = book.flags & AccountFlag.CALLED
        if not called or self.now < called_at + value("BACKSTOP_DELAY_SECONDS"):
            raise Refused("close-out: liquidators first")

    def promises(self) -> int:
        """What is left of all backstop promises."""
        return sum(book.backstop for book in self.accounts.values())

    def backstop(self, account: int, number: int, size: int, members: Sequence[int]) -> None:
        """Members that promised to take a position that nobody takes, pro rata."""
        state = self.liquidatable(account, number)
        self._check_waited(account, state)
        instrument = self.open_terms(number)
        mark, lot = self.lanes[instrument.feed].price, instrument.lot
        if list(members) != sorted(set(members)):
            raise Refused("close-out: members not ascending")
        shares = [self.accounts[key].backstop if key in self.accounts else 0 for key in members]
        total = sum(shares)
        if not total or total != self.promises():
            raise Refused("close-out: members missing")
        if size * mark > total * WAD:
            raise Refused("close-out: more than promised")
        left = size
        for member, promise in zip(members, shares, strict=True):
            if not left or state.short <= 0:
                break
            lots = min(div_ceil(size * promise, total * lot), promise * WAD // (lot * mark))
            part = min(lots * lot, left)
            if not promise:
                continue
            if part and member != account and self._can_take(member, account, number, part):
                self.take(state, account, member, number, part, BACKSTOP)
                left -= part
                state = self.check(account)
            else:
                self.book(member).backstop = 0

    def _can_take(self, member: int, account: int, number: int, size: int) -> bool:
        if self.parties[member].opening_reason or self.parties[member].retail:
            return False
        if self.book(member).flags & BARRED:
            return False
        delta = size if self.held(account, number) > 0 else -size
        found = self.after(member, number, delta, Valuation.OPENING)
        return not found.flags & STALE and found.short <= 0

    def compulsory_close(self, account: int, number: int, size: int, other: int) -> None:
        """A position is closed against an opposite one at mark."""
        before = self.liquidatable(account, number)
        self._check_waited(account, before)
        instrument = self.open_terms(number)
        mark = self.lanes[instrument.feed].price
        if self.promises() * WAD >= instrument.lot * mark:
            raise Refused("close-out: backstop left")
        held, opposite = self.held(account, number), self.held(other, number)
        if (held > 0) == (opposite > 0):
            raise Refused("close-out: not opposite")
        if size > abs(opposite):
            raise Refused("close-out: size too large")
        was = self.check(other)
        if was.flags & STALE:
            raise Refused("close-out: stale price")
        delta = -size if opposite > 0 else size
        found = self.after(other, number, delta, Valuation.CLOSE_OUT)
        if found.short > 0 and found.short > was.short + ROUNDING:
            raise Refused("close-out: counterparty hurt")
        self.take(before, account, other, number, size, COMPULSORY)

    def buy_collateral(self, account: int, asset: int, amount: int, buyer: int) -> None:
        """A buyer takes collateral of an account that owes cash, for any price."""
        found, book = self.check(account), self.book(account)
        if account == buyer:
            raise Refused("close-out: own account")
        if book.cash >= 0:
            raise Refused("close-out: no cash owed")
        fresh = not found.flags & STALE
        if not self.overdue(account) and not (fresh and self.below_close_out(found)):
            raise Refused("close-out: not due")
        self.check_taker(buyer, crypto=False)
        terms = self.house.assets[asset]
        lane = self.lanes[terms.feed]
        if not lane.fresh(self.now):
            raise Refused("house: stale price")
        if self.now < self.grace.get(terms.feed, 0):
            raise Refused("house: grace period")
        keep = BPS - sale_discount_bps(terms, self.now)
        assert keep >= BPS - haircut_bps(terms, self.now)
        worth = 10 ** (18 - terms.decimals) * lane.price * keep
        if (amount - 1) * worth >= -book.cash * WAD * BPS:
            raise Refused("close-out: more than owed")
        if book.balances.get(asset, 0) < amount:
            raise Refused("house: not enough collateral")
        cost = sale_cost(terms, amount, lane.price, self.now)
        taker = self.accounts.get(buyer)
        if taker is None or taker.cash < cost:
            raise Refused("house: not enough cash")
        set_balance(book, asset, book.balances[asset] - amount)
        set_balance(taker, asset, taker.balances.get(asset, 0) + amount)
        book.cash += cost
        taker.cash -= cost
        if taker.positions:
            after = self.check(buyer, Valuation.OPENING)
            if after.flags & STALE:
                raise Refused("house: stale price")
            if after.short > 0:
                raise Refused("house: below initial margin")
