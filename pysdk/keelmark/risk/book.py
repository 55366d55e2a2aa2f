"""Positions of a house as plain values: instruments, holdings, whose account is whose.

The same figures are asked of three scopes: an account, a party (all its accounts) and the house.
`weigh` answers for all of them at once: each instrument's figures for one unit, times the sizes
held in the scope. Sums are exact fractions of a settlement unit, so that the accounts' figures add
up to the party's and to the house's, and a market in which every long has its short to zero.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from fractions import Fraction

from keelmark.errors import InputError
from keelmark.units import WAD

__all__ = ["Book", "Holding", "Instrument", "Linear", "Option", "Scopes", "Vector", "weigh"]

Vector = tuple[Fraction, ...]
"""Some figures in settlement units, always in the same order."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Linear:
    """A perpetual or a dated future."""

    underlier: str
    """What its price follows."""
    price: int
    """Mark, wad."""
    scan_bps: int
    """Scan range of the regime."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Option:
    """A European option on the forward, priced by Black-76."""

    underlier: str
    """What its forward follows."""
    call: bool
    """Call, else put."""
    forward: int
    """For its expiry, wad."""
    strike: int
    """Wad."""
    seconds: int
    """Time to expiry."""
    volatility: int
    """Annualised, wad."""
    scan_bps: int
    """Scan range of the regime."""


Instrument = Linear | Option
"""What can be held."""


@dataclass(frozen=True, slots=True)
class Holding:
    """One position."""

    account: str
    """Whose it is."""
    instrument: str
    """Its instrument's name."""
    size: int
    """Units, wad; positive if long."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Book:
    """Everything held in a house.

    Raises:
        InputError: a holding names an unknown instrument, or an account without a party.
    """

    instruments: Mapping[str, Instrument]
    """By name."""
    holdings: Sequence[Holding]
    """In any order; an account may hold an instrument in several lines."""
    parties: Mapping[str, str]
    """Party by account."""

    def __post_init__(self) -> None:
        """Refuse a holding that belongs nowhere."""
        for held in self.holdings:
            if held.instrument not in self.instruments:
                raise InputError(f"holding: instrument {held.instrument!r} is not in the book.")
            if held.account not in self.parties:
                raise InputError(f"holding: account {held.account!r} has no party.")

    @property
    def closed(self) -> bool:
        """Whether the sizes of every instrument sum to zero, as they do in a whole house."""
        net: dict[str, int] = defaultdict(int)
        for held in self.holdings:
            net[held.instrument] += held.size
        return not any(net.values())


@dataclass(frozen=True, slots=True)
class Scopes:
    """Figures by underlier: of each account, of each party, and of the house."""

    accounts: Mapping[str, Mapping[str, Vector]]
    """By account, then by underlier."""
    parties: Mapping[str, Mapping[str, Vector]]
    """By party, then by underlier."""
    house: Mapping[str, Vector]
    """By underlier."""


def total(by_underlier: Mapping[str, Vector]) -> Vector:
    """Sum over the underliers; empty if there is none."""
    return tuple(sum(column, Fraction(0)) for column in zip(*by_underlier.values(), strict=True))


def weigh(book: Book, units: Mapping[str, Vector]) -> Scopes:
    """Every scope's figures.

    Args:
        book: what is held.
        units: figures of one unit long, by instrument, all of the same length.
    """
    return Scopes(
        accounts=_grouped(book, units, lambda held: held.account),
        parties=_grouped(book, units, lambda held: book.parties[held.account]),
        house=_grouped(book, units, lambda _: "").get("", {}),
    )


def _grouped(
    book: Book, units: Mapping[str, Vector], key: Callable[[Holding], str]
) -> dict[str, dict[str, Vector]]:
    found: dict[str, dict[str, Vector]] = {}
    for held in book.holdings:
        scope = found.setdefault(key(held), {})
        underlier = book.instruments[held.instrument].underlier
        size = Fraction(held.size, WAD)
        added = tuple(size * figure for figure in units[held.instrument])
        before = scope.get(underlier)
        scope[underlier] = added if before is None else tuple(map(Fraction.__add__, before, added))
    return found


def by_name(book: Book, unit: Callable[[Instrument], Vector]) -> dict[str, Vector]:
    """Each instrument's figures for one unit; what refuses them is named.

    Raises:
        InputError: an instrument is outside the domain of the pricing.
    """
    found = {}
    for name, instrument in book.instruments.items():
        try:
            found[name] = unit(instrument)
        except InputError as error:
            raise InputError(f"instrument {name}: {error}") from None
    return found
