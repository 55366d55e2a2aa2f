"""The loss order: who bears a deficit, and who is repaid first when a debt is paid.

Article 45 of Regulation (EU) 648/2012: the defaulter's margin, the defaulter's own share in
the default fund, the house's dedicated resources, then the other members' shares pro rata;
the margin of those who did not default is never touched. Here the carrying member's own cash
stands before its share. What nobody covers is taken from unpaid gains, pro rata, with an
event. A paid debt refills the layers in reverse: who came last is made whole first.

The fund's book works like a vault's: a member's share is a number of shares of one pool, so
a loss borne by all costs one storage word and not one a member.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field, replace

from keelmark.regulation import value
from keelmark.units import BPS, div_ceil, div_floor


@dataclass(frozen=True, slots=True)
class LossLayers:
    """Who bears a deficit; every amount wad."""

    from_member_cash: int
    from_member_share: int
    from_house: int
    from_others: int
    uncovered: int

    @property
    def total(self) -> int:
        """The deficit."""
        return (
            self.from_member_cash
            + self.from_member_share
            + self.from_house
            + self.from_others
            + self.uncovered
        )


def allocate_loss(
    deficit: int, *, member_cash: int, member_share: int, dedicated: int, others: int
) -> LossLayers:
    """A deficit in the written order.

    Args:
        deficit: wad, at least 0.
        member_cash: the carrying member's own cash that may be used, wad.
        member_share: its share in the default fund, wad.
        dedicated: the house's dedicated resources, wad.
        others: the other members' shares together, wad.
    """
    rest = deficit
    taken: list[int] = []
    for layer in (member_cash, member_share, dedicated, others):
        part = min(rest, max(0, layer))
        taken.append(part)
        rest -= part
    cash, share, house, rest_of_fund = taken
    return LossLayers(cash, share, house, rest_of_fund, rest)


@dataclass(frozen=True, slots=True)
class Refill:
    """Where a paid debt goes; every amount wad."""

    to_member_cash: int
    to_member_share: int
    to_house: int
    to_others: int


def refill(amount: int, borne: LossLayers) -> Refill:
    """A payment on a debt, to the layers that bore it, last layer first.

    Args:
        amount: wad, at most what the layers bore.
        borne: what each layer still misses.

    Raises:
        ValueError: the payment is larger than what was borne.
    """
    rest = amount
    taken: list[int] = []
    for layer in (
        borne.from_others,
        borne.from_house,
        borne.from_member_share,
        borne.from_member_cash,
    ):
        part = min(rest, layer)
        taken.append(part)
        rest -= part
    if rest:
        raise ValueError("a payment must not exceed what the layers bore")
    others, house, share, cash = taken
    return Refill(cash, share, house, others)


@dataclass(frozen=True, slots=True)
class FundBook:
    """One house's book in the default fund; amounts in units of the fund's token."""

    pool: int = 0
    """What the members' shares are worth together."""
    dedicated: int = 0
    """The house's dedicated resources."""
    shares: Mapping[int, int] = field(default_factory=dict)
    """Member to its number of shares."""

    @property
    def total_shares(self) -> int:
        """All members' shares."""
        return sum(self.shares.values())

    def share_value(self, member: int) -> int:
        """What a member's shares are worth, rounded down."""
        if not self.total_shares:
            return 0
        return div_floor(self.shares.get(member, 0) * self.pool, self.total_shares)

    def _with_shares(self, member: int, number: int) -> Mapping[int, int]:
        kept = {key: held for key, held in self.shares.items() if key != member}
        return {**kept, member: number} if number else kept

    def contribute(self, member: int, amount: int) -> FundBook:
        """A member pays in; new shares are rounded down."""
        if self.total_shares and self.pool:
            minted = div_floor(amount * self.total_shares, self.pool)
        else:
            minted = amount
        shares = self._with_shares(member, self.shares.get(member, 0) + minted)
        return replace(self, pool=self.pool + amount, shares=shares)

    def absorb(self, member: int, amount: int) -> tuple[FundBook, tuple[int, int, int]]:
        """Pays a loss: the member's share, the dedicated resources, the others pro rata.

        Returns:
            The book afterwards, and what came from the member, the house and the others.
        """
        own = self.share_value(member)
        layers = allocate_loss(
            amount,
            member_cash=0,
            member_share=own,
            dedicated=self.dedicated,
            others=self.pool - own,
        )
        shares = self.shares
        if layers.from_member_share:
            burned = div_ceil(layers.from_member_share * self.total_shares, self.pool)
            held = self.shares.get(member, 0)
            left = 0 if layers.from_member_share == own else held - min(burned, held)
            shares = self._with_shares(member, left)
        book = replace(
            self,
            pool=self.pool - layers.from_member_share - layers.from_others,
            dedicated=self.dedicated - layers.from_house,
            shares=shares,
        )
        return book, (layers.from_member_share, layers.from_house, layers.from_others)


def dedicated_minimum(minimum_capital: int) -> int:
    """The dedicated resources that a house must hold (Art. 35(2) of Regulation 153/2013).

    Args:
        minimum_capital: under Article 16 of Regulation (EU) 648/2012, any money unit.
    """
    return div_ceil(minimum_capital * value("SITG_BPS"), BPS)


def scaled_gain(gain: int, total: int, uncovered: int) -> int:
    """What an unpaid gain gives up for an uncovered loss, rounded up, wad.

    Args:
        gain: the account's unpaid gain, wad.
        total: all unpaid gains of the episode, wad.
        uncovered: the loss that no layer bore, wad.
    """
    if total == 0:
        return 0
    return min(gain, div_ceil(min(uncovered, total) * gain, total))
