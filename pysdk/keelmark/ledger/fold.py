"""Folds events into the market's state, one event at a time.

Where an event states a value after the act, that value is taken; where the values before
and the act determine it, it is computed as well, by the twin's arithmetic, and a difference
becomes a `Finding`. A ledger without findings has therefore re-done every trade, every roll
of funding, every valuation of an option and every settlement, and found the same wei.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, field, replace
from typing import ClassVar

from keelmark.errors import KeelmarkError
from keelmark.events import Event
from keelmark.ledger.losses import LossFold
from keelmark.ledger.options import (
    engine_chosen,
    option_exercised,
    option_listed,
    risk_array_refreshed,
    surface_moved,
)
from keelmark.ledger.state import AccountBook, Finding, HouseBook
from keelmark.margin.funding import add_premium, average_premium, roll
from keelmark.margin.trade import fill, settle
from keelmark.margin.words import unpack_collateral, unpack_execution, unpack_instrument
from keelmark.types import Execution, Kind, Market, Position
from keelmark.units import WAD

MAX_VOLUME = 2**64 - 1
"""The volume counter's last value; it stays there."""


class UnknownAccount(KeelmarkError, LookupError):
    """An event speaks of an account that no event opened."""


@dataclass(slots=True)
class Ledger(LossFold):
    """The market as its events leave it.

    `house_address` filters the default fund's events, which name a house; leave it empty to
    take those of every house (one fund, one house).
    """

    accounts: dict[int, AccountBook] = field(default_factory=dict)
    house: HouseBook = field(default_factory=HouseBook)
    findings: list[Finding] = field(default_factory=list)
    house_address: str = ""
    events: int = 0
    """How many events have been folded, those that change nothing here included."""

    def account(self, number: int) -> AccountBook:
        """One account.

        Raises:
            UnknownAccount: no event opened it.
        """
        try:
            return self.accounts[number]
        except KeyError:
            raise UnknownAccount(f"account {number}: no event opened it") from None

    def check(self, event: Event, name: str, reported: int, expected: int) -> None:
        """Notes a finding if a reported value is not the expected one."""
        if reported != expected:
            place = (event.block_number, event.log_index, event.name)
            self.findings.append(Finding(*place, name, reported, expected))

    def apply(self, event: Event) -> None:
        """Folds one event; events that change no state here are counted only."""
        self.events += 1
        handler = self.handlers.get(event.name) or self.loss_handlers.get(event.name)
        if handler is None:
            return
        named = event.args.get("house")
        if named is not None and self.house_address and named != self.house_address:
            return
        handler(self, event)

    def _member_admitted(self, event: Event) -> None:
        member = event.number("member")
        book = AccountBook(member, member, event.number("flags"), event.text("wallet"), carried=1)
        self.accounts[member] = book

    def _account_opened(self, event: Event) -> None:
        account, member = event.number("account"), event.number("member")
        book = AccountBook(account, member, event.number("flags"), event.text("wallet"))
        self.accounts[account] = book
        self.account(member).carried += 1

    def _account_closed(self, event: Event) -> None:
        closed = self.account(event.number("account"))
        self.check(event, "cash", closed.cash, 0)
        self.check(event, "positions", len(closed.positions), 0)
        self.account(closed.member).carried -= 1
        del self.accounts[closed.account]

    def _collateral_listed(self, event: Event) -> None:
        asset = event.number("asset")
        self.house.assets[asset] = unpack_collateral(event.number("word"))
        self.house.tokens[asset] = event.text("token")

    def _collateral_moved(self, event: Event) -> None:
        account = self.account(event.number("account"))
        asset, balance = event.number("asset"), event.number("balance")
        if asset == 0:
            account.cash = balance
            return
        sign = 1 if event.name == "CollateralDeposited" else -1
        before = account.balances.get(asset, 0)
        self.check(event, "balance", balance, before + sign * event.number("amount"))
        self.set_balance(account, asset, balance)

    def _instrument_listed(self, event: Event) -> None:
        instrument = event.number("instrument")
        self.house.instruments[instrument] = unpack_instrument(event.number("word"))
        self.house.markets[instrument] = Market()

    def _funding_rolled(self, event: Event) -> None:
        number = event.number("instrument")
        instrument, market = self.house.instruments[number], self.house.markets[number]
        if event.timestamp:
            expected, _ = roll(instrument, market, event.number("index"), event.timestamp)
            for name in ("funding_index", "funding_rate"):
                self.check(event, name, event.number(name), getattr(expected, name))
        self.check(event, "premium", event.number("premium"), average_premium(market))
        self.check(event, "weight", event.number("weight"), market.premium_weight)
        self.house.instruments[number] = replace(
            instrument,
            time=event.timestamp,
            funding_index=event.number("funding_index"),
            funding_rate=event.number("funding_rate"),
        )
        self.house.markets[number] = replace(market, premium_acc=0, premium_weight=0)

    def _trade_reported(self, event: Event) -> None:
        account = self.account(event.number("account"))
        number, delta = event.number("instrument"), event.number("size")
        execution = unpack_execution(event.number("execution"))
        held = account.positions.get(number, Position(number, 0, 0))
        effect = fill(
            self.house.instruments[number],
            held,
            delta,
            event.number("price"),
            now=event.timestamp,
            forward=self.house.forward_of(number),
            entry_notional=account.entry_notional.get(number, 0),
        )
        self.check(event, "position_size", event.number("position_size"), effect.size)
        self.check(event, "execution", execution.action, effect.action)
        if event.timestamp:
            self.check(event, "position_quote", event.number("position_quote"), effect.quote)
            expected = account.cash + effect.cash_change
            if execution.mode == Execution.TRADE:
                self.check(event, "cash", event.number("cash"), expected)
            else:
                self.house.pending_cash.append(event.number("cash") - expected)
        size = event.number("position_size")
        account.cash = event.number("cash")
        account.flags = execution.account_flags
        account.positions.pop(number, None)
        account.entry_notional.pop(number, None)
        if size:
            account.positions[number] = Position(number, size, event.number("position_quote"))
            if account.retail:
                account.entry_notional[number] = effect.entry_notional
        self._count(event, number, abs(size) - abs(held.size), execution.mode)

    def _count(self, event: Event, number: int, gross: int, mode: int) -> None:
        """Open interest by both legs; volume and premium by the buyer's, once a fill."""
        instrument, market = self.house.instruments[number], self.house.markets[number]
        lots, delta = gross // instrument.lot, event.number("size")
        market = replace(market, gross_lots=market.gross_lots + lots)
        if delta > 0:
            volume = min(market.volume_lots + delta // instrument.lot, MAX_VOLUME)
            market = replace(market, volume_lots=volume)
            if mode == Execution.TRADE and instrument.kind == Kind.PERPETUAL:
                market = add_premium(market, delta, event.number("price"), event.number("index"))
        self.house.markets[number] = market

    def _instrument_settled(self, event: Event) -> None:
        number = event.number("instrument")
        self.house.instruments[number] = replace(
            self.house.instruments[number], settled=True, funding_index=event.number("price")
        )

    def _position_settled(self, event: Event) -> None:
        account, number = self.account(event.number("account")), event.number("instrument")
        instrument, market = self.house.instruments[number], self.house.markets[number]
        held = account.positions.pop(number, Position(number, 0, 0))
        price = instrument.funding_index
        flow = settle(held.size, held.quote, price)
        self.check(event, "size", event.number("size"), held.size)
        self.check(event, "cash_flow", event.number("cash_flow"), flow)
        self.check(event, "cash", event.number("cash"), account.cash + flow)
        account.cash = event.number("cash")
        account.entry_notional.pop(number, None)
        lots = abs(held.size) // instrument.lot
        self.house.markets[number] = replace(market, gross_lots=market.gross_lots - lots)
        residue = self.house.residues.get(number, 0) + held.size * price % WAD
        self.house.dust += residue // WAD
        self.house.residues[number] = residue % WAD

    handlers: ClassVar[Mapping[str, Callable[[Ledger, Event], None]]] = {
        "MemberAdmitted": _member_admitted,
        "AccountOpened": _account_opened,
        "AccountClosed": _account_closed,
        "CollateralListed": _collateral_listed,
        "CollateralDeposited": _collateral_moved,
        "CollateralWithdrawn": _collateral_moved,
        "InstrumentListed": _instrument_listed,
        "FundingRolled": _funding_rolled,
        "TradeReported": _trade_reported,
        "InstrumentSettled": _instrument_settled,
        "PositionSettled": _position_settled,
        "OptionListed": option_listed,
        "RiskArrayRefreshed": risk_array_refreshed,
        "OptionExercised": option_exercised,
        "EngineChosen": engine_chosen,
        "SurfaceListed": surface_moved,
        "SurfaceUpdated": surface_moved,
    }


def rebuild(events: Iterable[Event], house_address: str = "") -> Ledger:
    """The market from its events, in the order of emission.

    Args:
        events: of the house and its default fund, by block and log index; those of its price
            board too, where the epochs of option surfaces matter.
        house_address: whose book in the fund to follow, checksum form; empty for any.

    Raises:
        UnknownAccount: an event speaks of an account that was never opened.
        KeyError: an event speaks of an instrument that was never listed.
    """
    ledger = Ledger(house_address=house_address)
    for event in events:
        ledger.apply(event)
    return ledger
