"""Packing of the contracts' storage words, bit for bit.

Every word of the house, the registry and the board is one 256-bit integer (a price lane is
128 bits) made of lanes at fixed offsets. `LAYOUTS` states them once, from the least
significant bit up; `pack` and `unpack` follow it. Signed lanes are two's complement. A
value that does not fit its lane is refused here, as the contract's conversion refuses it:
nothing is ever truncated silently.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Final

from keelmark.errors import InputError
from keelmark.types import (
    SETTLED_BIT,
    Account,
    CollateralAsset,
    HoldMandate,
    Instrument,
    Kind,
    Market,
    Option,
    Party,
    Position,
    PriceLane,
    Suitability,
)


class WordError(InputError):
    """A value does not fit the lane that it is meant for."""


@dataclass(frozen=True, slots=True)
class Lane:
    """A field of a packed word."""

    name: str
    offset: int
    bits: int
    signed: bool = False

    def encode(self, value: int) -> int:
        """The lane's bits in place.

        Raises:
            WordError: the value is outside the lane's range.
        """
        low = -(1 << (self.bits - 1)) if self.signed else 0
        high = (1 << (self.bits - (1 if self.signed else 0))) - 1
        if not low <= value <= high:
            raise WordError(f"{self.name} must be between {low} and {high}, not {value}")
        return (value & ((1 << self.bits) - 1)) << self.offset

    def decode(self, word: int) -> int:
        """The lane's value in a word."""
        raw = (word >> self.offset) & ((1 << self.bits) - 1)
        if self.signed and raw >> (self.bits - 1):
            return raw - (1 << self.bits)
        return raw


def _layout(*lanes: tuple[str, int, int] | tuple[str, int, int, bool]) -> tuple[Lane, ...]:
    return tuple(Lane(*lane) for lane in lanes)


PARTY: Final = _layout(
    ("account", 0, 32),
    ("identifier", 32, 104),
    ("jurisdiction", 136, 16),
    ("category", 152, 8),
    ("flags", 160, 8),
    ("issuer", 168, 8),
    ("freezing_authority", 176, 8),
    ("expiry", 184, 32),
    ("screened_at", 216, 32),
    ("restricting_authority", 248, 8),
)
SUITABILITY: Final = _layout(
    ("status_until", 0, 32),
    ("requested", 32, 8),
    ("ripe_at", 40, 32),
    ("edition", 72, 32),
    ("accepted_at", 104, 32),
)
HOLD_MANDATE: Final = _layout(("authority", 0, 32), ("agreement", 32, 32), ("review_at", 64, 64))
PRICE_LANE: Final = _layout(("price", 0, 88), ("valid_until", 88, 32), ("flags", 120, 8))
POSITION: Final = _layout(("instrument", 0, 32), ("quote", 32, 112, True), ("size", 144, 112, True))
_TERMS = _layout(
    ("time", 0, 32),
    ("feed", 32, 16),
    ("asset_class", 48, 8),
    ("kind", 56, 8),
    ("scan_bps", 64, 16),
    ("multiplier_bps", 80, 16),
    ("lot_exp", 96, 8),
)
INSTRUMENT: Final = (
    *_TERMS,
    *_layout(("funding_index", 104, 88, True), ("funding_rate", 192, 64, True)),
)
OPEN_OPTION: Final = (
    *_TERMS,
    *_layout(
        ("mark", 104, 88),
        ("valid_until", 192, 32),
        ("worst_long", 224, 15),
        ("worst_short", 239, 15),
        ("jumped", 254, 1),
    ),
)
"""The instrument word of an option that has not settled."""
OPTION: Final = _layout(("strike", 0, 88), ("call", 88, 1))
ARRAY: Final = (
    Lane("epoch", 0, 16),
    *(Lane(f"lane_{place}", 16 + 15 * place, 15, signed=True) for place in range(16)),
)
MARKET: Final = _layout(
    ("gross_lots", 0, 48),
    ("volume_lots", 48, 64),
    ("premium_acc", 112, 72, True),
    ("premium_weight", 184, 40),
    ("window_start", 224, 32),
)
ACCOUNT: Final = _layout(
    ("cash", 0, 104, True),
    ("position_count", 104, 8),
    ("collateral_mask", 112, 8),
    ("flags", 120, 8),
    ("engine", 128, 8),
    ("member", 136, 32),
    ("call_deadline", 168, 32),
)
COLLATERAL: Final = _layout(
    ("feed", 0, 16),
    ("asset_class", 16, 8),
    ("foreign_currency", 24, 8),
    ("decimals", 32, 8),
    ("maturity", 40, 32),
    ("cap", 72, 104),
)
UTI: Final = _layout(("transaction", 0, 128), ("lei", 128, 104))
EXECUTION: Final = _layout(("mode", 0, 8), ("action", 8, 8), ("account_flags", 16, 8))

LAYOUTS: Final[Mapping[str, tuple[Lane, ...]]] = {
    "party": PARTY,
    "suitability": SUITABILITY,
    "hold mandate": HOLD_MANDATE,
    "price lane": PRICE_LANE,
    "position": POSITION,
    "instrument": INSTRUMENT,
    "open option": OPEN_OPTION,
    "option": OPTION,
    "array": ARRAY,
    "market": MARKET,
    "account": ACCOUNT,
    "collateral": COLLATERAL,
    "uti": UTI,
    "execution": EXECUTION,
}
"""Every packed word by name, for whoever draws or checks the layouts."""


def _pack(layout: tuple[Lane, ...], values: Mapping[str, int]) -> int:
    word = 0
    for lane in layout:
        word |= lane.encode(values[lane.name])
    return word


def _unpack(layout: tuple[Lane, ...], word: int) -> dict[str, int]:
    used = sum(lane.bits for lane in layout)
    if not 0 <= word < 1 << used:
        raise WordError(f"a word of {used} bits was expected, not {word}")
    return {lane.name: lane.decode(word) for lane in layout}


def _fields(layout: tuple[Lane, ...], record: object) -> dict[str, int]:
    return {lane.name: int(getattr(record, lane.name)) for lane in layout}


def pack_party(party: Party) -> int:
    """The registry's word of a party."""
    return _pack(PARTY, _fields(PARTY, party))


def unpack_party(word: int) -> Party:
    """The party of a registry word."""
    return Party(**_unpack(PARTY, word))


def pack_suitability(record: Suitability) -> int:
    """The registry's second word of an account."""
    return _pack(SUITABILITY, _fields(SUITABILITY, record))


def unpack_suitability(word: int) -> Suitability:
    """What a second word says of a party."""
    return Suitability(**_unpack(SUITABILITY, word))


def pack_hold_mandate(mandate: HoldMandate) -> int:
    """The word by which an event says on whose authority somebody acted."""
    return _pack(HOLD_MANDATE, _fields(HOLD_MANDATE, mandate))


def unpack_hold_mandate(word: int) -> HoldMandate:
    """On whose authority somebody acted."""
    return HoldMandate(**_unpack(HOLD_MANDATE, word))


def pack_price_lane(lane: PriceLane) -> int:
    """The board's 128-bit lane of a feed."""
    return _pack(PRICE_LANE, _fields(PRICE_LANE, lane))


def unpack_price_lane(word: int) -> PriceLane:
    """The price of a 128-bit lane."""
    return PriceLane(**_unpack(PRICE_LANE, word))


def price_lane_of_word(word: int, feed: int) -> PriceLane:
    """The lane of `feed` in its storage word: two feeds a word, the even one low."""
    return unpack_price_lane((word >> (128 * (feed % 2))) & ((1 << 128) - 1))


def pack_position(position: Position) -> int:
    """The house's word of a position."""
    return _pack(POSITION, _fields(POSITION, position))


def unpack_position(word: int) -> Position:
    """The position of a word."""
    return Position(**_unpack(POSITION, word))


def pack_instrument(instrument: Instrument) -> int:
    """The house's word of an instrument; the settled mark is bit 7 of its kind."""
    layout = OPEN_OPTION if _is_open_option(instrument) else INSTRUMENT
    values = _fields(layout, instrument)
    values["kind"] |= SETTLED_BIT if instrument.settled else 0
    return _pack(layout, values)


def _is_open_option(instrument: Instrument) -> bool:
    return instrument.kind == Kind.OPTION and not instrument.settled


def unpack_instrument(word: int) -> Instrument:
    """The instrument of a word."""
    is_open = (word >> 56) & 0xFF == Kind.OPTION
    values = _unpack(OPEN_OPTION if is_open else INSTRUMENT, word)
    settled = bool(values["kind"] & SETTLED_BIT)
    values["kind"] &= ~SETTLED_BIT
    jumped = bool(values.pop("jumped", 0))
    return Instrument(**values, settled=settled, jumped=jumped)


def pack_option(option: Option) -> int:
    """The house's word of an option's own terms."""
    return _pack(OPTION, _fields(OPTION, option))


def unpack_option(word: int) -> Option:
    """The option of a word."""
    values = _unpack(OPTION, word)
    return Option(values["strike"], bool(values["call"]))


def array_epoch(word: int) -> int:
    """The board's epoch for which a risk array was computed; its lanes are the pricing's."""
    return ARRAY[0].decode(word)


def pack_market(market: Market) -> int:
    """The house's word of an instrument's accumulators."""
    return _pack(MARKET, _fields(MARKET, market))


def unpack_market(word: int) -> Market:
    """The accumulators of a word."""
    return Market(**_unpack(MARKET, word))


def pack_account(account: Account) -> int:
    """The house's word of an account."""
    return _pack(ACCOUNT, _fields(ACCOUNT, account))


def unpack_account(word: int) -> Account:
    """The account of a word."""
    return Account(**_unpack(ACCOUNT, word))


def pack_collateral(asset: CollateralAsset) -> int:
    """The house's word of a collateral asset."""
    return _pack(COLLATERAL, _fields(COLLATERAL, asset))


def unpack_collateral(word: int) -> CollateralAsset:
    """The collateral asset of a word."""
    values = _unpack(COLLATERAL, word)
    return CollateralAsset(
        feed=values["feed"],
        asset_class=values["asset_class"],
        foreign_currency=bool(values["foreign_currency"]),
        decimals=values["decimals"],
        maturity=values["maturity"],
        cap=values["cap"],
    )


def pack_balances(even: int, odd: int) -> int:
    """Two collateral balances (token units) in one word, the first in the low half."""
    low, high = Lane("balance", 0, 128), Lane("balance", 128, 128)
    return low.encode(even) | high.encode(odd)


def unpack_balances(word: int) -> tuple[int, int]:
    """The two collateral balances of a word."""
    return word & ((1 << 128) - 1), word >> 128


@dataclass(frozen=True, slots=True)
class ExecutionWord:
    """The `execution` field of a trade report."""

    mode: int
    """`keelmark.types.Execution`."""
    action: int
    """`keelmark.types.Action`, 1 to 4."""
    account_flags: int
    """`keelmark.types.AccountFlag` bits after the leg."""


def unpack_execution(word: int) -> ExecutionWord:
    """The parts of a trade report's `execution` field."""
    return ExecutionWord(**_unpack(EXECUTION, word))
