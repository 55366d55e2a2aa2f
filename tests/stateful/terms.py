"""Words that the halves of the model share."""

from __future__ import annotations

from dataclasses import dataclass, replace

from keelmark.ledger.state import AccountBook, Episode, HouseBook

TOKEN_SCALE = 10**12
"""Wad for one unit of the settlement token, which has six decimals."""

STALE, JUMPED = 1, 2
"""Price flags of a margin check."""

ROUNDING = 2
"""Wei that a fill exactly at mark may cost."""

MAX_AGE = 9 * 3600
"""How long a price of the test market is good, seconds."""


class Refused(Exception):
    """The act must be refused, with this reason."""


@dataclass(frozen=True, slots=True)
class Party:
    """What the party registry says of one of the market's parties."""

    retail: bool = False
    opening_reason: int = 0
    """What the gate answers to new risk in crypto; 0 if it allows."""
    other_reason: int = 0
    """What the gate answers to new risk in no asset class (a purchase of collateral)."""


@dataclass(frozen=True, slots=True)
class Checked:
    """A margin check as the house answers it."""

    equity: int
    requirement: int
    flags: int

    @property
    def short(self) -> int:
        """Requirement less equity."""
        return self.requirement - self.equity


def copy_account(book: AccountBook) -> AccountBook:
    """An account whose collections are its own."""
    return replace(
        book,
        positions=dict(book.positions),
        balances=dict(book.balances),
        entry_notional=dict(book.entry_notional),
        debts=list(book.debts),
    )


def set_balance(book: AccountBook, asset: int, amount: int) -> None:
    """A collateral balance; none of zero is kept."""
    book.balances.pop(asset, None)
    if amount:
        book.balances[asset] = amount


def episode_of(house: HouseBook, number: int) -> Episode:
    """The record of an episode."""
    return house.episodes.setdefault(number, Episode())
