"""The market at one moment, valued once for every detector that asks."""

from __future__ import annotations

from collections.abc import Mapping
from functools import cached_property

from keelmark.ledger.history import market_state
from keelmark.ledger.state import AccountBook
from keelmark.margin import check_account
from keelmark.margin.results import MarginResult
from keelmark.margin.revalued import revalued
from keelmark.monitor.books import Books
from keelmark.types import MarketState, Valuation
from keelmark.units import BPS

__all__ = ["Moment"]


class Moment:
    """The books at a second, and what every account is worth then, at close-out valuation."""

    def __init__(self, books: Books, time: int) -> None:
        self.books = books
        self.time = time
        """Seconds."""

    @cached_property
    def market(self) -> MarketState:
        """Prices, instruments and options, the options valued as a refresh now would."""
        books = self.books
        state = market_state(books.ledger, books.lanes, books.wiring.settlement_feed, self.time)
        return revalued(state, books.ledger.house.options, books.surfaces)

    @cached_property
    def results(self) -> Mapping[int, MarginResult]:
        """Account to its check; those alone that have a position or owe cash."""
        return {
            number: check_account(book.state(), self.market, Valuation.CLOSE_OUT)
            for number, book in sorted(self.books.ledger.accounts.items())
            if book.positions or book.cash < 0
        }

    def book(self, account: int) -> AccountBook:
        """An account's book."""
        return self.books.ledger.accounts[account]

    @cached_property
    def weakest_bps(self) -> int | None:
        """Equity over initial margin of the weakest account; None if nobody needs margin."""
        covers = [cover_bps(one) for one in self.results.values() if one.initial_margin]
        return min(covers, default=None)

    @cached_property
    def open_interest(self) -> Mapping[int, int]:
        """Instrument to half of the sum of absolute sizes, wad; unsettled ones alone."""
        house = self.books.ledger.house
        return {
            number: market.gross_lots * house.instruments[number].lot // 2
            for number, market in sorted(house.markets.items())
            if not house.instruments[number].settled
        }


def cover_bps(result: MarginResult) -> int:
    """Equity over initial margin, basis points, rounded down; the requirement is not zero."""
    return result.equity * BPS // result.initial_margin
