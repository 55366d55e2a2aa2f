"""The nouns that an adapter and the checks share.

Money, prices and sizes are wads, whatever the venue's own units are: integers scaled by 10^18,
money in the settlement unit, sizes in units of the underlier, + long.
"""

from __future__ import annotations

from dataclasses import dataclass
from enum import Enum
from typing import TYPE_CHECKING

from keelmark.errors import KeelmarkError
from keelmark.types import AssetClass, ClientCategory, CollateralClass, Kind

if TYPE_CHECKING:
    from keelmark.chain.signer import Signer

__all__ = [
    "CASH",
    "Account",
    "AdapterWrong",
    "Asset",
    "Instrument",
    "NeedsLocalNode",
    "NotOffered",
    "Party",
    "Refused",
    "Reported",
    "ReportKind",
    "Restriction",
]

CASH = "cash"
"""Name of the settlement token as an asset."""


class NotOffered(KeelmarkError, NotImplementedError):
    """The venue has no such thing; its text says why. The check is then not applicable.

    Whoever calls an adapter without the checks may catch it as Python's `NotImplementedError`.
    """


class NeedsLocalNode(KeelmarkError):
    """Time or money would have to be made, which only a node of one's own does. The check is then
    not run, and the report says so."""


class Refused(KeelmarkError, PermissionError):
    """The venue refused an act elsewhere than on chain: its matching engine, its desk. What a
    contract refuses raises `keelmark.errors.Reverted` by itself."""


class AdapterWrong(KeelmarkError, TypeError):
    """The adapter does not do what its base class asks; nothing follows about the venue."""


class Restriction(Enum):
    """What an authority, or a list, can lay on a party."""

    FROZEN = "frozen"
    """May do nothing by its own will."""
    SANCTIONED = "sanctioned"
    """Its wallet is on a sanctions list that the venue follows."""
    CLOSE_ONLY = "close-only"
    """May reduce and close, and nothing that adds risk."""
    EXPIRED = "expired"
    """What attested it is no longer in force: to be treated as close-only at least."""


class ReportKind(Enum):
    """What a venue reports, in the words of the checks."""

    DEPOSIT = "deposit"
    WITHDRAWAL = "withdrawal"
    TRADE = "trade"
    """One side of a trade; a trade has two such reports."""
    LIQUIDATION = "liquidation"
    """That a position was taken over, as a report of its own or marked on its sides."""


@dataclass(frozen=True, slots=True)
class Party:
    """Somebody who acts at the venue. The checks make the wallet, the adapter lets it in."""

    name: str
    """Its role in the check; no two parties of a run have the same."""
    signer: Signer
    """The wallet: its address, and what signs for it."""
    category: ClientCategory
    country: str
    """ISO 3166-1 alpha-2."""

    @property
    def address(self) -> str:
        """Checksummed address of the wallet."""
        return self.signer.address


@dataclass(frozen=True, slots=True)
class Instrument:
    """What the venue trades."""

    id: int | str
    """The venue's own name for it; the adapter gets it back."""
    asset_class: AssetClass
    kind: Kind
    underlier: str
    """Instruments on the same underlier share its price."""
    price: int
    """A usual price, wad: what the checks begin with."""
    lot: int
    """Smallest size, wad."""
    scan_range: str = ""
    """Id of the rule that a clearing house margins a directional position by (`SCAN_…`); empty
    where the venue does not clear, and the schedule's rate alone counts."""


@dataclass(frozen=True, slots=True)
class Asset:
    """Collateral other than the settlement token that parties may pay in."""

    id: int | str
    """The venue's own name for it; the adapter gets it back."""
    price: int
    """What one token is worth now, wad."""
    kind: CollateralClass | None
    """None for what is on no list of eligible collateral, as unbacked crypto."""
    residual_seconds: int = 0
    """To its maturity, where it has one."""
    foreign_currency: bool = False


@dataclass(frozen=True, slots=True)
class Account:
    """What the venue says about a party's account at its latest price, wads."""

    equity: int
    """What the account would be worth if it were closed at mark, for the purpose of deciding
    whether it is liquidated."""
    requirement: int
    """Initial margin."""
    cash: int
    """Settlement money in it, without unrealised profit or loss; may be negative."""


@dataclass(frozen=True, slots=True)
class Reported:
    """One event of the venue, in the words of the checks."""

    kind: ReportKind
    party: str
    """`Party.name` of whom it is about; empty if the adapter does not know the account."""
    amount: int
    """Money of a payment, or the size: signed of a trade's side, unsigned of a liquidation."""
    price: int = 0
    """Of a trade or a liquidation."""
