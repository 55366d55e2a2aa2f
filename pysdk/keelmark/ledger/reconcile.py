"""The rebuilt market against what the contracts hold, to the wei.

The reads are plain values (packed words and numbers), whoever fetched them; this module does
no I/O. Each comparison that fails is one `Discrepancy` with both values. The invariants that
need no read (positions of an instrument sum to zero, open interest is half of the gross,
every deficit of a professional is a debt) are checked on the ledger itself.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field

from keelmark.ledger.fold import Ledger
from keelmark.ledger.state import AccountBook
from keelmark.margin.words import (
    pack_collateral,
    pack_option,
    unpack_account,
    unpack_instrument,
    unpack_market,
    unpack_position,
)
from keelmark.types import Account, Instrument, Market
from keelmark.units import WAD


@dataclass(frozen=True, slots=True)
class AccountReads:
    """One account as read from the house."""

    word: int
    positions: tuple[int, ...] = ()
    """Position words, as many as the account holds."""
    balances: Mapping[int, int] = field(default_factory=dict)
    """Collateral asset to token units."""
    entry_notional: Mapping[int, int] = field(default_factory=dict)
    """Instrument to wad; retail accounts."""
    debt_layers: tuple[int, ...] = (0, 0, 0, 0, 0)


@dataclass(frozen=True, slots=True)
class HouseReads:
    """Contract state at one block; leave out (None) what was not read."""

    accounts: Mapping[int, AccountReads]
    """Every account id that the registry has given out and the house has opened."""
    instruments: Mapping[int, int]
    """Instrument to its word."""
    markets: Mapping[int, int]
    """Instrument to its market word."""
    collaterals: Mapping[int, int] = field(default_factory=dict)
    """Asset to its word."""
    dust: int | None = None
    uncovered: int | None = None
    pool: int | None = None
    """Open epoch's pool of the house in the default fund, token units."""
    dedicated: int | None = None
    share_values: Mapping[int, int] = field(default_factory=dict)
    """Member to what its share is worth, token units."""
    options: Mapping[int, int] = field(default_factory=dict)
    """Option to its word."""
    arrays: Mapping[int, int] = field(default_factory=dict)
    """Option to its array word; 0 before the first refresh."""
    forwards: Mapping[tuple[int, int], int] = field(default_factory=dict)
    """Feed and expiry of each option to the reference forward."""
    token_balance: int | None = None
    """Settlement tokens that the house holds, scaled to wad; more than is owed is a gift."""


@dataclass(frozen=True, slots=True)
class Discrepancy:
    """One value that differs."""

    place: str
    """What it belongs to, as in `account 3` or `instrument 1`."""
    field: str
    rebuilt: int
    read: int

    @property
    def difference(self) -> int:
        """Read less rebuilt."""
        return self.read - self.rebuilt


_ACCOUNT_FIELDS = tuple(Account.__dataclass_fields__)
_INSTRUMENT_FIELDS = tuple(Instrument.__dataclass_fields__)
_MARKET_FIELDS = tuple(Market.__dataclass_fields__)


def _fields(
    place: str, names: tuple[str, ...], mine: object, read: object
) -> Iterator[Discrepancy]:
    for name in names:
        rebuilt, found = int(getattr(mine, name)), int(getattr(read, name))
        if rebuilt != found:
            yield Discrepancy(place, name, rebuilt, found)


def _numbers(
    place: str, what: str, mine: Mapping[int, int], read: Mapping[int, int]
) -> Iterator[Discrepancy]:
    for key in sorted({*mine, *read}):
        rebuilt, found = mine.get(key, 0), read.get(key, 0)
        if rebuilt != found:
            yield Discrepancy(place, f"{what} {key}", rebuilt, found)


def _account(book: AccountBook, reads: AccountReads) -> Iterator[Discrepancy]:
    place = f"account {book.account}"
    yield from _fields(place, _ACCOUNT_FIELDS, book.record(), unpack_account(reads.word))
    held = {found.instrument: found for found in map(unpack_position, reads.positions)}
    for what in ("size", "quote"):
        mine = {key: int(getattr(value, what)) for key, value in book.positions.items()}
        read = {key: int(getattr(value, what)) for key, value in held.items()}
        yield from _numbers(place, f"position {what}", mine, read)
    yield from _numbers(place, "balance", book.balances, reads.balances)
    yield from _numbers(place, "entry notional", book.entry_notional, reads.entry_notional)
    layers = dict(enumerate(book.debts))
    yield from _numbers(place, "debt layer", layers, dict(enumerate(reads.debt_layers)))


def _house(ledger: Ledger, reads: HouseReads) -> Iterator[Discrepancy]:
    house = ledger.house
    for number in sorted({*house.instruments, *reads.instruments}):
        place = f"instrument {number}"
        if number not in house.instruments or number not in reads.instruments:
            yield Discrepancy(
                place, "listed", number in house.instruments, number in reads.instruments
            )
            continue
        mine, read = house.instruments[number], unpack_instrument(reads.instruments[number])
        yield from _fields(place, _INSTRUMENT_FIELDS, mine, read)
        market = unpack_market(reads.markets.get(number, 0))
        yield from _fields(place, _MARKET_FIELDS, house.markets[number], market)
    words = {asset: pack_collateral(found) for asset, found in house.assets.items()}
    if reads.collaterals:
        yield from _numbers("house", "collateral", words, reads.collaterals)
    singles = (
        ("dust", house.dust, reads.dust),
        ("uncovered", house.uncovered, reads.uncovered),
        ("pool", house.fund.open_epoch.pool, reads.pool),
        ("dedicated", house.fund.dedicated, reads.dedicated),
    )
    for name, rebuilt, found in singles:
        if found is not None and found != rebuilt:
            yield Discrepancy("house", name, rebuilt, found)
    for member, found in sorted(reads.share_values.items()):
        if house.fund.share_value(member) != found:
            yield Discrepancy(f"member {member}", "share", house.fund.share_value(member), found)


def _options(ledger: Ledger, reads: HouseReads) -> Iterator[Discrepancy]:
    """Terms, arrays and reference forwards."""
    house = ledger.house
    terms = {number: pack_option(found) for number, found in house.options.items()}
    yield from _numbers("house", "option", terms, reads.options)
    yield from _numbers("house", "array", house.arrays, reads.arrays)
    for feed, expiry in sorted({*house.forwards, *reads.forwards}):
        mine = house.forwards.get((feed, expiry), 0)
        found = reads.forwards.get((feed, expiry), 0)
        if mine != found:
            yield Discrepancy(f"feed {feed}", f"forward {expiry}", mine, found)


def invariants(ledger: Ledger) -> Iterator[Discrepancy]:
    """What must hold of any market, whatever the contracts answer."""
    for number, instrument in sorted(ledger.house.instruments.items()):
        held = [book.positions.get(number) for book in ledger.accounts.values()]
        sizes = [position.size for position in held if position is not None]
        if sum(sizes) and not instrument.settled:
            yield Discrepancy(f"instrument {number}", "sum of sizes", sum(sizes), 0)
        gross = sum(map(abs, sizes)) // instrument.lot
        counted = ledger.house.markets[number].gross_lots
        if gross != counted:
            yield Discrepancy(f"instrument {number}", "gross lots", counted, gross)
    for book in ledger.accounts.values():
        if book.retail and book.debt:
            yield Discrepancy(f"account {book.account}", "retail debt", book.debt, 0)


def money(ledger: Ledger) -> int:
    """The settlement money that the house should hold by the ledger, wad.

    Cash of all accounts, the quotes of open positions, what settled positions are still to
    be paid or to pay, and dust; less what losses left uncovered.
    """
    house = ledger.house
    total = house.dust - house.uncovered
    unsettled: dict[int, int] = {}
    for book in ledger.accounts.values():
        total += book.cash
        for number, position in book.positions.items():
            total += position.quote
            unsettled[number] = unsettled.get(number, 0) + position.size
    for number, instrument in house.instruments.items():
        if instrument.settled:
            worth = unsettled.get(number, 0) * instrument.funding_index
            total += (worth + house.residues.get(number, 0)) // WAD
    return total


def reconcile(ledger: Ledger, reads: HouseReads) -> list[Discrepancy]:
    """Every difference between the rebuilt market and the contracts' state.

    Args:
        ledger: folded up to the block of the reads.
        reads: contract state at that block.
    """
    found: list[Discrepancy] = []
    for number in sorted({*ledger.accounts, *reads.accounts}):
        if number not in ledger.accounts or number not in reads.accounts:
            here, there = number in ledger.accounts, number in reads.accounts
            found.append(Discrepancy(f"account {number}", "open", here, there))
            continue
        found.extend(_account(ledger.accounts[number], reads.accounts[number]))
    found.extend(_house(ledger, reads))
    found.extend(_options(ledger, reads))
    found.extend(invariants(ledger))
    if reads.token_balance is not None and reads.token_balance < money(ledger):
        found.append(Discrepancy("house", "token balance", money(ledger), reads.token_balance))
    return found
