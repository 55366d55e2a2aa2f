"""What a supervisor's copy of the market consists of.

One record an account and one book of what belongs to no account. Everything here follows
from the reporting events; nothing is read from a contract. Amounts are wads of money unless
said otherwise.
"""

from __future__ import annotations

from dataclasses import dataclass, field

from keelmark.margin.fund import FundBook
from keelmark.types import (
    Account,
    AccountFlag,
    AccountState,
    CollateralAsset,
    Instrument,
    Market,
    Position,
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
            engine=0,
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
