"""What a disclosure is made of: the market at the end of each day, and what it stands on."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from types import MappingProxyType

from keelmark.reports.table import Table

__all__ = [
    "Basis",
    "Close",
    "Disclosure",
    "Holding",
    "InstrumentClose",
    "MarginClose",
    "Resources",
]


@dataclass(frozen=True, slots=True)
class Holding:
    """One account's position in one instrument."""

    account: int
    member: int
    """Who carries the account."""
    instrument: int
    size: int
    """Wad of the underlier, positive long."""
    alone: int
    """Margin that the position would need by itself, wad."""


@dataclass(frozen=True, slots=True)
class InstrumentClose:
    """An instrument at the end of a day."""

    mark: int
    """Wad; of an option the premium of one unit; 0 where there is no price yet."""
    reference: int
    """What one unit's notional is, wad: the mark, or an option's strike."""


@dataclass(frozen=True, slots=True)
class MarginClose:
    """One account's margin at the end of a day, close-out valuation, wad."""

    account: int
    member: int
    retail: bool
    equity: int
    initial_margin: int
    collateral: int
    """Counted after haircut and cap."""
    cash: int
    """Negative is owed to the house."""


@dataclass(frozen=True, slots=True)
class Resources:
    """What stands behind a default, wad of the settlement unit."""

    dedicated: int = 0
    """The house's own, lost before the other members' shares."""
    shares: Mapping[int, int] = field(default_factory=lambda: MappingProxyType({}))
    """Member to what its shares of the open pool are worth, rounded down to a token unit."""
    pool: int = 0
    """The members' open pool."""
    closed_pools: int = 0
    """What was reinstated to pools that were wiped out before."""
    debts: int = 0
    """Owed by accounts for losses that the layers bore."""
    debtors: int = 0
    uncovered: int = 0
    """Losses that no layer has covered."""


@dataclass(frozen=True, slots=True)
class Close:
    """The market at the last block of a UTC day."""

    day: int
    """Days since 1970-01-01."""
    block_number: int
    """Last block of the day that the rows or the remembered headers know."""
    time: int
    """Of that block, Unix seconds."""
    complete: bool
    """Whether the day is over: a later block at the same finality is of another day."""
    instruments: Mapping[int, InstrumentClose]
    holdings: tuple[Holding, ...]
    margins: tuple[MarginClose, ...]
    """Of accounts with positions, collateral or cash."""
    resources: Resources
    accounts: int
    members: int


@dataclass(frozen=True, slots=True)
class Basis:
    """What every figure of a disclosure stands on."""

    chain_id: int
    venue: str
    house: str
    """Address, checksum form."""
    lei: str
    first_block: int
    last_block: int
    """Both included."""
    last_hash: str
    """Of the last block, where the store remembers it; else of the newest known one before it."""
    last_time: int
    """Of the newest known block, Unix seconds."""
    finality: str
    """``finalized``, ``safe`` or ``latest``: of the last block, and so at least of every other."""
    rulebook_digest: str
    regime: str
    software: str
    """Name and version."""
    verification: str
    """One sentence; begins with ``not verified`` if nothing was."""
    verified: bool = False
    """Whether a verification covers the range and holds."""


@dataclass(frozen=True, slots=True)
class Disclosure:
    """A public disclosure: what it stands on, and its tables."""

    basis: Basis
    first_day: int
    """Days since 1970-01-01."""
    last_day: int
    tables: tuple[Table, ...]
    """In the order of `tables.TITLES`."""
    notes: tuple[str, ...]

    def table(self, name: str) -> Table:
        """One table.

        Raises:
            KeyError: there is none of that name.
        """
        for found in self.tables:
            if found.name == name:
                return found
        raise KeyError(name)
