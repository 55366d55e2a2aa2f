"""What a supervisor's copy of the market consists of.

One record an account and one book of what belongs to no account. Everything here follows
from the reporting events; nothing is read from a contract. Amounts are wads of money unless
said otherwise.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field

from keelmark.margin.fund import FundBook
from keelmark.types import (
    Account,
    AccountFlag,
    AccountState,
    CollateralAsset,
    Engine,
    Instrument,
    Market,
    MarketState,
    Option,
    Position,
    PriceLane,
)

DEBT_LAYERS = 5
"""Layers of a debt: member's cash, member's share, house, other members, uncovered."""


@dataclass(slots=True)
class AccountBook:
    """One account, as its events leave it."""

    account: int
    member: int
    flags: int
    wallet: str
    cash: int = 0
    positions: dict[int, Position] = field(default_factory=dict)
    """Instrument to position; none of size zero."""
    balances: dict[int, int] = field(default_factory=dict)
    """Collateral asset to token units; none of zero."""
    entry_notional: dict[int, int] = field(default_factory=dict)
    """Instrument to notional at entry; retail accounts only, none of zero."""
    call_deadline: int = 0
    debts: list[int] = field(default_factory=lambda: [0] * DEBT_LAYERS)
    """What the account owes to each layer."""
    counted_gain: int = 0
    backstop: int = 0
    """What is left of a member's promise to take over, notional."""
    carried: int = 0
    """How many accounts it carries as a member."""
    engine: int = Engine.SCHEDULE

    @property
    def retail(self) -> bool:
        """Whether the account is margined as retail."""
        return bool(self.flags & AccountFlag.RETAIL)

    @property
    def debt(self) -> int:
        """What the account owes in all."""
        return sum(self.debts)

    def record(self) -> Account:
        """The account as the house packs it."""
        mask = sum(1 << (asset - 1) for asset in self.balances)
        return Account(
            cash=self.cash,
            position_count=len(self.positions),
            collateral_mask=mask,
            flags=self.flags,
            engine=self.engine,
            member=self.member,
            call_deadline=self.call_deadline,
        )

    def state(self) -> AccountState:
        """The account as a margin check takes it."""
        return AccountState(
            cash=self.cash,
            positions=tuple(self.positions[key] for key in sorted(self.positions)),
            collateral=dict(self.balances),
            entry_notional=dict(self.entry_notional),
            retail=self.retail,
            engine=self.engine,
        )


@dataclass(slots=True)
class Episode:
    """One time that a loss was left uncovered."""

    gains: int = 0
    """Unpaid gains counted."""
    loss: int = 0
    """Loss to spread, fixed at the first scaling."""


@dataclass(frozen=True, slots=True)
class Finding:
    """An event that does not follow from those before it."""

    block_number: int
    log_index: int
    event: str
    field: str
    reported: int
    expected: int

    @property
    def difference(self) -> int:
        """Reported less expected."""
        return self.reported - self.expected


@dataclass(slots=True)
class HouseBook:
    """What belongs to no single account."""

    instruments: dict[int, Instrument] = field(default_factory=dict)
    markets: dict[int, Market] = field(default_factory=dict)
    assets: dict[int, CollateralAsset] = field(default_factory=dict)
    tokens: dict[int, str] = field(default_factory=dict)
    """Collateral asset to its token's address."""
    dust: int = 0
    """What rounding left over."""
    residues: dict[int, int] = field(default_factory=dict)
    """Settled instrument to fractions of a wei not yet dust, scale 1e36."""
    uncovered: int = 0
    """Losses that no layer covered."""
    counting_deadline: int = 0
    episode: int = 0
    episodes: dict[int, Episode] = field(default_factory=dict)
    pending_layers: list[int] = field(default_factory=list)
    """Who bore the last allocated loss, until its debt is recorded."""
    pending_cash: list[int] = field(default_factory=list)
    """Cash that the legs of a take-over moved besides the trade, until it is reported."""
    fund: FundBook = field(default_factory=FundBook)
    """The house's book in the default fund, token units."""
    options: dict[int, Option] = field(default_factory=dict)
    arrays: dict[int, int] = field(default_factory=dict)
    """Option to its array word."""
    forwards: dict[tuple[int, int], int] = field(default_factory=dict)
    """Feed and expiry to the reference forward."""
    epochs: dict[int, int] = field(default_factory=dict)
    """Feed to the epoch of its surface on the board, as far as the board's events were read."""

    def forward_of(self, number: int) -> int:
        """The reference forward of an option; 0 for what is none."""
        if number not in self.options:
            return 0
        instrument = self.instruments[number]
        return self.forwards.get((instrument.feed, instrument.time), 0)

    def measure(self, number: int, mark: int) -> int:
        """What an instrument's notional is measured by: its mark, or an option's forward."""
        return self.forward_of(number) if number in self.options else mark

    def market_state(
        self, lanes: Mapping[int, PriceLane], settlement_feed: int, now: int
    ) -> MarketState:
        """The market as a margin check takes it.

        Args:
            lanes: feed to its price.
            settlement_feed: of the settlement token.
            now: Unix seconds.
        """
        return MarketState(
            now,
            self.instruments,
            lanes,
            settlement_feed,
            self.assets,
            self.arrays,
            self.forwards,
            self.epochs,
        )
