"""The nouns of the market as values: enumerations and frozen records.

Every packed word of the contracts has a record here (`Party`, `PriceLane`, `Position`,
`Instrument`, `Option`, `Market`, `Account`, `CollateralAsset`); `keelmark.margin.words` packs
and unpacks them. `AccountState` and `MarketState` gather what a margin check reads;
`keelmark.margin.results` has its answer.

Units, unless a field says otherwise: money, sizes and prices are wads (integers scaled by
10^18, money in the settlement unit, sizes in units of the underlier, prices in settlement
units for one unit of the underlier); rates are basis points; times are Unix seconds. Signs:
a size is positive when the account is long; a quote is what the account would be paid
(negative: would pay) if its position were worth nothing; cash is positive when the house
owes it to the account.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from enum import IntEnum, IntFlag
from types import MappingProxyType


class AssetClass(IntEnum):
    """Asset class of an underlier, as the standardised schedule divides them."""

    CREDIT = 1
    COMMODITY = 2
    EQUITY = 3
    FOREIGN_EXCHANGE = 4
    INTEREST_RATE = 5
    OTHER = 6
    CRYPTO = 7
    """Not a class of the schedule: it takes the rate of `OTHER`."""


class Kind(IntEnum):
    """Kind of an instrument (its settled mark is `Instrument.settled`)."""

    PERPETUAL = 1
    DATED_FUTURE = 2
    OPTION = 3


class Engine(IntEnum):
    """How an account is margined, as its own wallet chose."""

    SCHEDULE = 0
    """The standardised schedule with its netting and floors."""
    SCENARIOS = 1
    """Portfolio margin: sixteen scenarios of each underlier. Only here may options be held."""


class Regime(IntEnum):
    """The law under which a house margins; chosen at deployment, for good."""

    UNCLEARED_SCHEDULE = 1
    CLEARED_LISTED = 2
    CLEARED_OTC = 3


class Action(IntEnum):
    """What a party is about to do; every gate is asked with one of these."""

    OPEN = 1
    INCREASE = 2
    REDUCE = 3
    CLOSE = 4
    WITHDRAW = 5
    LIQUIDATE = 6
    """Take over somebody else's position."""
    DEPOSIT = 7


class Valuation(IntEnum):
    """The purpose for which equity is measured; each leaves out other things."""

    OPENING = 0
    WITHDRAWAL = 1
    CLOSE_OUT = 2


class GateReason(IntEnum):
    """Why the action gate answers as it does; only `ALLOWED` lets the action pass."""

    ALLOWED = 0
    UNKNOWN_PARTY = 1
    ATTESTATION_EXPIRED = 2
    REVOKED = 3
    FROZEN = 4
    CLOSE_ONLY = 5
    RETAIL_BANNED = 6
    RETAIL_RULE_UNCONFIRMED = 7
    SCREENING_STALE = 8
    NOT_OWNER = 9
    ISSUER_NOT_RECOGNISED = 10
    SANCTIONED = 11
    LIST_STALE = 12
    HALTED = 13
    WARNING_NOT_ACCEPTED = 14
    INSTRUMENT_BARRED = 15


class ClientCategory(IntEnum):
    """Client category of investor protection law."""

    RETAIL = 1
    PROFESSIONAL = 2
    ELIGIBLE_COUNTERPARTY = 3


class CollateralClass(IntEnum):
    """Class of a collateral asset; a class that is not here counts zero."""

    E_MONEY = 1
    GOVERNMENT = 2
    CORPORATE = 3
    EQUITY = 4
    GOLD = 5


class Execution(IntEnum):
    """How a leg came about: the low byte of the `execution` field of a trade report."""

    TRADE = 1
    LIQUIDATION = 2
    BACKSTOP = 3
    COMPULSORY = 4


class PartyFlag(IntFlag):
    """Flags of a party word."""

    NATURAL_PERSON = 1
    CLOSE_ONLY = 2
    FROZEN = 4
    REVOKED = 8
    AUTHORISED_CCP = 16
    SANCTIONED = 32
    STATUS_DATED = 64
    """The category counts as retail from `Suitability.status_until` on."""
    RECOVERED = 128
    """The party has lost a key before; its earlier wallets are screened as well."""


class Power(IntFlag):
    """What an authority's mandate allows."""

    FREEZE = 1
    RESTRICT = 2
    BAR = 4
    HALT = 8
    CCP = 16
    ISSUERS = 32
    COOPERATE = 64
    """Ask for and give information, make agreements."""


class AccountFlag(IntFlag):
    """Flags of an account word."""

    EXISTS = 1
    RETAIL = 2
    CALLED = 4
    INDEBTED = 8
    MEMBER = 16


JUMP_FLAG = 1
"""Bit of `PriceLane.flags`: the last move was too large to open on."""

SETTLED_BIT = 0x80
"""Bit of the instrument word's kind byte: the instrument has settled."""


@dataclass(frozen=True, slots=True)
class Party:
    """The registry's word of one wallet."""

    account: int
    """Dense account id, from 1."""
    identifier: int
    """LEI as a base-36 number, or the salted client code of a natural person."""
    jurisdiction: int
    """Two ASCII bytes of the ISO 3166-1 code, as a number."""
    category: int
    """`ClientCategory`."""
    flags: int
    """`PartyFlag` bits."""
    issuer: int
    """Who attested the party."""
    expiry: int
    """Second from which the attestation no longer holds."""
    screened_at: int
    """Second of the last screening against sanctions."""
    freezing_authority: int = 0
    """Id of the first authority whose freeze stands; further ones are kept beside the word."""
    restricting_authority: int = 0
    """Likewise, of a restriction to closing."""


@dataclass(frozen=True, slots=True)
class Suitability:
    """The registry's second word of an account: what protects a retail client."""

    status_until: int = 0
    """Second from which the category counts as retail; 0 is never."""
    requested: int = 0
    """`ClientCategory` that the party asked for; 0 if none."""
    ripe_at: int = 0
    """Second from which the request may be granted."""
    edition: int = 0
    """Edition of the risk warning that was accepted."""
    accepted_at: int = 0


@dataclass(frozen=True, slots=True)
class HoldMandate:
    """On whose authority a party is held or released, as the event reports it."""

    authority: int
    agreement: int
    """Under which it acted in another jurisdiction; 0 = its own."""
    review_at: int
    """Second by which the hold is reviewed; where one is lifted, the id of whose hold it was."""


@dataclass(frozen=True, slots=True)
class PriceLane:
    """One feed's price, as the board keeps it."""

    price: int
    """Wad; the last valid price, 0 if there never was one."""
    valid_until: int
    """Last second at which the price is fresh."""
    flags: int = 0
    """Bit 0: a large move, which stops opening and nothing else."""

    def fresh(self, now: int) -> bool:
        """Whether the price may be opened on and withdrawn on at `now`."""
        return self.price > 0 and now <= self.valid_until


@dataclass(frozen=True, slots=True)
class Position:
    """One account's position in one instrument."""

    instrument: int
    size: int
    """Wad, positive long."""
    quote: int
    """Wad of money; value = floor(size * (mark - F) / WAD) + quote."""


@dataclass(frozen=True, slots=True)
class Instrument:
    """What a margin check needs of an instrument."""

    time: int
    """Dated: expiry; perpetual: start of the current funding window."""
    feed: int
    """Feed on the price board, which is also the underlier's id."""
    asset_class: int
    """`AssetClass`."""
    kind: int
    """`Kind`, without the settled bit."""
    scan_bps: int
    """The regime's scan range."""
    multiplier_bps: int = 10_000
    """Never below 10,000."""
    lot_exp: int = 0
    """The lot is 10^lot_exp wad of the underlier."""
    funding_index: int = 0
    """Wad of price; once settled, the settlement price or what one unit of an option pays."""
    funding_rate: int = 0
    """Wad of price a second."""
    settled: bool = False
    mark: int = 0
    """Options: premium of one unit, wad, as its risk array was last computed. As the rest."""
    valid_until: int = 0
    """Last second at which the prices and volatilities that it came from are fresh."""
    worst_long: int = 0
    """Worst scenario loss of one unit long, in steps of 2^-13 of the forward."""
    worst_short: int = 0
    """Of one unit short."""
    jumped: bool = False
    """A price or volatility that it came from had just moved far."""

    @property
    def lot(self) -> int:
        """The smallest size, wad; every size is a multiple of it."""
        return int(10**self.lot_exp)


@dataclass(frozen=True, slots=True)
class Option:
    """What an instrument's word does not say of an option; European, settled in cash."""

    strike: int
    """Wad."""
    call: bool
    """Else a put."""


@dataclass(frozen=True, slots=True)
class Market:
    """The accumulators of one instrument."""

    gross_lots: int = 0
    """Sum of absolute sizes in lots; open interest is half of it."""
    volume_lots: int = 0
    premium_acc: int = 0
    """Weight times premium (1e-8), summed over the funding window."""
    premium_weight: int = 0
    """Whole settlement units of notional that the average rests on."""
    window_start: int = 0
    """Reserved; a perpetual's window starts at `Instrument.time`."""


@dataclass(frozen=True, slots=True)
class Account:
    """The house's word of one account."""

    cash: int = 0
    """Wad; negative is owed to the house."""
    position_count: int = 0
    collateral_mask: int = 0
    """Bit i: the account holds collateral asset i + 1."""
    flags: int = 0
    """`AccountFlag` bits."""
    engine: int = Engine.SCHEDULE
    member: int = 0
    """Id of the clearing member that carries the account."""
    call_deadline: int = 0
    """Second at which an unmet margin call allows liquidation; 0 without a call."""


@dataclass(frozen=True, slots=True)
class CollateralAsset:
    """The house's word of one collateral asset."""

    feed: int
    asset_class: int
    """`CollateralClass`; another number counts zero."""
    foreign_currency: bool
    """Denominated in another currency than the settlement unit."""
    decimals: int
    """Of the token, at most 18."""
    maturity: int
    """Second of redemption, for debt; 0 otherwise."""
    cap: int
    """Wad; the most that counts an account."""


def _no_amounts() -> Mapping[int, int]:
    return MappingProxyType({})


@dataclass(frozen=True, slots=True)
class AccountState:
    """Everything of one account that a margin check reads."""

    cash: int = 0
    positions: tuple[Position, ...] = ()
    collateral: Mapping[int, int] = field(default_factory=_no_amounts)
    """Asset id to balance in token units."""
    entry_notional: Mapping[int, int] = field(default_factory=_no_amounts)
    """Instrument to notional at entry prices, wad; kept for retail accounts only."""
    retail: bool = False
    engine: int = Engine.SCHEDULE

    def position(self, instrument: int) -> Position:
        """The position in an instrument; an empty one if there is none."""
        for held in self.positions:
            if held.instrument == instrument:
                return held
        return Position(instrument, 0, 0)


@dataclass(frozen=True, slots=True)
class MarketState:
    """Everything of the market that a margin check reads."""

    now: int
    instruments: Mapping[int, Instrument]
    lanes: Mapping[int, PriceLane]
    """Feed to its price."""
    settlement_feed: int
    """Feed of the settlement token, in settlement units."""
    assets: Mapping[int, CollateralAsset] = field(default_factory=lambda: MappingProxyType({}))
    arrays: Mapping[int, int] = field(default_factory=_no_amounts)
    """Option to its array word."""
    forwards: Mapping[tuple[int, int], int] = field(default_factory=lambda: MappingProxyType({}))
    """Feed and expiry to the reference forward, wad: what the arrays are fractions of."""
    epochs: Mapping[int, int] = field(default_factory=_no_amounts)
    """Feed to the epoch of its surface on the board; an array of another one is stale."""
