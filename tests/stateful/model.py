"""What the house should do, in plain Python over the twin's functions.

The model holds the same records as a ledger (`AccountBook`, `HouseBook`), so that the model, the
ledger that was rebuilt from events, and the contracts can be compared field by field. Each act
either changes the model or raises `Refused` with the reason that the contracts must give. The
order of the checks is the contracts'; what they check, and every number, is the method's.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field, replace

from keelmark.ledger.state import AccountBook, HouseBook
from keelmark.margin import check_account
from keelmark.margin.account import reduction_allowed
from keelmark.margin.funding import add_premium, roll, roll_due
from keelmark.margin.liquidation import trade_account
from keelmark.margin.marks import price_flags
from keelmark.margin.trade import classify, settle, within_band
from keelmark.regulation import value
from keelmark.types import (
    JUMP_FLAG,
    AccountFlag,
    AccountState,
    Action,
    CollateralClass,
    Instrument,
    Kind,
    Market,
    MarketState,
    PriceLane,
    Valuation,
)
from keelmark.units import BPS, WAD
from tests.stateful.terms import (
    JUMPED,
    MAX_AGE,
    ROUNDING,
    STALE,
    TOKEN_SCALE,
    Checked,
    Party,
    Refused,
    copy_account,
    set_balance,
)
from tests.support.market import TOKEN_FEED


@dataclass(slots=True)
class Model:
    """The market as it should be."""

    accounts: dict[int, AccountBook]
    house: HouseBook
    lanes: dict[int, PriceLane]
    parties: Mapping[int, Party]
    tokens: int
    """Settlement tokens that the house holds, units."""
    now: int = 0
    grace: dict[int, int] = field(default_factory=dict)
    """Feed to the end of its grace period."""
    counted_in: dict[int, int] = field(default_factory=dict)
    """Account to the last episode in which its gains were counted."""
    windows: dict[tuple[int, int], tuple[int, int, int]] = field(default_factory=dict)
    """Feed and expiry to sum, count and last minute of what was observed."""

    def copy(self) -> Model:
        """A model that can be tried and thrown away."""
        house = replace(
            self.house,
            instruments=dict(self.house.instruments),
            markets=dict(self.house.markets),
            residues=dict(self.house.residues),
            episodes={key: replace(kept) for key, kept in self.house.episodes.items()},
        )
        return replace(
            self,
            accounts={key: copy_account(book) for key, book in self.accounts.items()},
            house=house,
            lanes=dict(self.lanes),
            grace=dict(self.grace),
            counted_in=dict(self.counted_in),
            windows=dict(self.windows),
        )

    # What the rules read

    def book(self, account: int) -> AccountBook:
        """An account that is open."""
        if account not in self.accounts:
            raise Refused("house: unknown account")
        return self.accounts[account]

    def market(self) -> MarketState:
        """What a margin check reads besides the account."""
        return self.house.market_state(self.lanes, TOKEN_FEED, self.now)

    def flags(self, state: AccountState) -> int:
        """Flags of the prices that an account's positions need."""
        found, market = 0, self.market()
        for held in state.positions:
            if held.size:
                found |= price_flags(held.instrument, market)
        return found

    def assess(self, state: AccountState, valuation: Valuation) -> Checked:
        """The twin's check."""
        result = check_account(state, self.market(), valuation)
        return Checked(result.equity, result.initial_margin, self.flags(state))

    def check(self, account: int, valuation: Valuation = Valuation.CLOSE_OUT) -> Checked:
        """The twin's check of an account as it stands."""
        return self.assess(self.book(account).state(), valuation)

    def open_terms(self, number: int) -> Instrument:
        """An instrument that trades."""
        found = self.house.instruments.get(number)
        if found is None or found.settled:
            raise Refused("house: instrument not open")
        if found.kind == Kind.DATED_FUTURE and self.now >= found.time:
            raise Refused("house: instrument not open")
        return found

    def counting(self) -> bool:
        """Whether unpaid gains are being counted."""
        return self.now <= self.house.counting_deadline

    def uncounted(self, account: int) -> bool:
        """Whether an account's positions must stand still until its gains are counted."""
        return self.counting() and self.counted_in.get(account, 0) != self.house.episode

    # Prices

    def push(self, feed: int, price: int, time: int) -> None:
        """A fresh price, seen at `time`, which is now."""
        before = self.lanes[feed]
        jumped = abs(price - before.price) * BPS > value("PRICE_JUMP_BPS") * before.price
        if time > before.valid_until:
            self.grace[feed] = time + value("PRICE_GRACE_SECONDS")
        self.lanes[feed] = PriceLane(price, time + MAX_AGE, JUMP_FLAG if jumped else 0)

    def observe(self, feed: int, expiry: int) -> None:
        """An observation for a settlement, at the price that was just pushed."""
        total, count, minute = self.windows.get((feed, expiry), (0, 0, 0))
        opens = expiry - value("SETTLEMENT_OBSERVATIONS") * value("SETTLEMENT_INTERVAL_SECONDS")
        if self.now < opens:
            raise Refused("board: window not open")
        if self._final(feed, expiry):
            raise Refused("board: settled")
        current = (self.now - opens) // value("SETTLEMENT_INTERVAL_SECONDS") + 1
        if current <= minute:
            raise Refused("board: minute observed")
        if not self.lanes[feed].fresh(self.now):
            raise Refused("board: no quorum")
        self.windows[feed, expiry] = (total + self.lanes[feed].price, count + 1, current)

    def _final(self, feed: int, expiry: int) -> bool:
        count = self.windows.get((feed, expiry), (0, 0, 0))[1]
        return self.now >= expiry and count >= value("SETTLEMENT_MIN_OBSERVATIONS")

    # Money in and out

    def open_account(self, account: int, member: int, wallet: str) -> None:
        """A member opens a client's account."""
        carrier = self.accounts.get(member)
        if carrier is None or not carrier.flags & AccountFlag.MEMBER:
            raise Refused("house: not a member")
        if account in self.accounts:
            raise Refused("house: account exists")
        if not self.house.fund.share_value(member):
            raise Refused("house: no fund share")
        flags = AccountFlag.EXISTS | (AccountFlag.RETAIL if self.parties[account].retail else 0)
        self.accounts[account] = AccountBook(account, member, flags, wallet)
        carrier.carried += 1

    def close_account(self, account: int) -> None:
        """An owner closes an empty account."""
        book = self.book(account)
        flags = book.flags & ~(AccountFlag.RETAIL | AccountFlag.MEMBER)
        if book.cash or book.positions or book.balances or flags != AccountFlag.EXISTS:
            raise Refused("house: account not empty")
        if book.member == account and book.carried != 1:
            raise Refused("house: carries accounts")
        if book.counted_gain:
            raise Refused("house: gain not scaled")
        self.accounts[book.member].carried -= 1
        del self.accounts[account]

    def deposit(self, account: int, asset: int, amount: int) -> None:
        """An owner pays in token units."""
        book = self.book(account)
        if asset == 0:
            book.cash += amount * TOKEN_SCALE
            self.tokens += amount
            return
        if self.house.assets[asset].asset_class != CollateralClass.E_MONEY and book.retail:
            raise Refused("house: not for retail")
        book.balances[asset] = book.balances.get(asset, 0) + amount

    def withdraw(self, account: int, asset: int, amount: int) -> None:
        """An owner takes out token units."""
        book = self.book(account)
        if book.flags & (AccountFlag.CALLED | AccountFlag.INDEBTED):
            raise Refused("house: called or indebted")
        if self.counting():
            raise Refused("house: loss being allocated")
        if book.counted_gain:
            raise Refused("house: gain not scaled")
        if asset == 0:
            book.cash -= amount * TOKEN_SCALE
            if book.cash < 0:
                raise Refused("house: not enough cash")
        else:
            if book.balances.get(asset, 0) < amount:
                raise Refused("house: not enough collateral")
            set_balance(book, asset, book.balances[asset] - amount)
        if book.positions or book.cash < 0:
            found = self.check(account, Valuation.WITHDRAWAL)
            if found.flags & STALE:
                raise Refused("house: stale price")
            if found.short > 0:
                raise Refused("house: below initial margin")
        if asset == 0:
            if self.tokens < amount:
                raise Refused("test token: balance too small")
            self.tokens -= amount

    # Trades, funding, settlement

    def trade(self, buyer: int, seller: int, number: int, size: int, price: int) -> None:
        """One match of two signed orders; size and price in wad, size unsigned."""
        if self.counting():
            raise Refused("house: loss being allocated")
        instrument = self.open_terms(number)
        index = self.lanes[instrument.feed].price
        if not within_band(price, index):
            raise Refused("house: price outside the band")
        if self.lanes[instrument.feed].fresh(self.now) and roll_due(instrument, self.now):
            self._roll(number, index)
        if size % instrument.lot:
            raise Refused("house: not a multiple of the lot")
        market = self.house.markets[number]
        if instrument.kind == Kind.PERPETUAL:
            market = add_premium(market, size, price, index)
        volume = market.volume_lots + size // instrument.lot
        self.house.markets[number] = replace(market, volume_lots=volume)
        sides = ((buyer, size), (seller, -size))
        for account, _ in sides:
            self.book(account)
        for account, delta in sides:
            opens = self._opens(account, number, delta)
            reason = self.parties[account].opening_reason
            if opens and reason:
                raise Refused(f"house: gate {reason}")
        for account, delta in sides:
            self.fill(account, number, delta, price, trades=True)

    def _opens(self, account: int, number: int, delta: int) -> bool:
        held = self.book(account).state().position(number).size
        return classify(held, delta) in (Action.OPEN, Action.INCREASE)

    def fill(
        self,
        account: int,
        number: int,
        delta: int,
        price: int,
        *,
        trades: bool,
        extra: int = 0,
        checked: bool = True,
    ) -> None:
        """One side of a fill, checked and booked; `extra` is the penalty of a take-over, whose
        losing side is not `checked`: its shortfall falls."""
        book = self.book(account)
        opens = checked and self._opens(account, number, delta)
        if opens:
            if book.flags & (AccountFlag.CALLED | AccountFlag.INDEBTED):
                raise Refused("house: called or indebted")
            if trades and self.house.uncovered:
                raise Refused("house: loss uncovered")
        before = book.state()
        after = trade_account(before, self.market(), number, delta, price)
        after = replace(after, cash=after.cash + extra)
        if opens:
            found = self.assess(after, Valuation.OPENING)
            if found.flags & (STALE | JUMPED if trades else STALE):
                raise Refused("house: price stale or jumped")
            if found.short > 0:
                raise Refused("house: below initial margin")
        elif trades:
            self._check_reduction(before, after)
        self.store(book, after)
        lot = self.house.instruments[number].lot
        change = abs(after.position(number).size) - abs(before.position(number).size)
        market = self.house.markets[number]
        gross = market.gross_lots + change // lot
        self.house.markets[number] = replace(market, gross_lots=gross)

    def _check_reduction(self, before: AccountState, after: AccountState) -> None:
        """A reduction passes unless the shortfall grows; none makes or deepens a deficit."""
        was = check_account(before, self.market(), Valuation.CLOSE_OUT)
        now = check_account(after, self.market(), Valuation.CLOSE_OUT)
        if now.headroom >= 0:
            return
        if now.equity < 0 and now.equity + ROUNDING < was.equity:
            raise Refused("house: deficit")
        if not reduction_allowed(was, now):
            raise Refused("house: shortfall grows")

    @staticmethod
    def store(book: AccountBook, after: AccountState) -> None:
        """Takes over what a fill made of an account."""
        book.cash = after.cash
        book.positions = {held.instrument: held for held in after.positions}
        book.entry_notional = {key: kept for key, kept in after.entry_notional.items() if kept}

    def roll_funding(self, number: int) -> None:
        """Anyone ends a window that is over."""
        instrument = self.open_terms(number)
        lane = self.lanes[instrument.feed]
        if not lane.fresh(self.now):
            raise Refused("house: stale price")
        if not roll_due(instrument, self.now):
            raise Refused("house: window not over")
        self._roll(number, lane.price)

    def _roll(self, number: int, index: int) -> None:
        house = self.house
        house.instruments[number], house.markets[number] = roll(
            house.instruments[number], house.markets[number], index, self.now
        )

    def list_instrument(self, number: int, instrument: Instrument) -> None:
        """The operator lists an instrument."""
        self.house.instruments[number] = instrument
        self.house.markets[number] = Market()

    def settle_instrument(self, number: int) -> None:
        """Anyone fixes the settlement price of an expired future."""
        instrument = self.house.instruments[number]
        if instrument.kind != Kind.DATED_FUTURE or instrument.settled:
            raise Refused("house: does not expire")
        if self.now < instrument.time:
            raise Refused("house: not expired")
        if not self._final(instrument.feed, instrument.time):
            raise Refused("house: no settlement price")
        total, count, _ = self.windows[instrument.feed, instrument.time]
        self.house.instruments[number] = replace(
            instrument, settled=True, funding_index=total // count
        )

    def settle_position(self, account: int, number: int) -> None:
        """Anyone pays out one position of a settled future."""
        instrument = self.house.instruments[number]
        if not instrument.settled:
            raise Refused("house: not settled")
        book = self.book(account)
        if number not in book.positions:
            raise Refused("house: no position")
        if self.uncounted(account):
            raise Refused("house: gain not counted")
        held, price = book.positions.pop(number), instrument.funding_index
        book.cash += settle(held.size, held.quote, price)
        book.entry_notional.pop(number, None)
        residue = self.house.residues.get(number, 0) + held.size * price % WAD
        self.house.dust += residue // WAD
        self.house.residues[number] = residue % WAD
        market = self.house.markets[number]
        gross = market.gross_lots - abs(held.size) // instrument.lot
        self.house.markets[number] = replace(market, gross_lots=gross)
