"""The loss order: who bears a deficit, and who is repaid first when a debt is paid.

Article 45 of Regulation (EU) 648/2012: the defaulter's margin, the defaulter's own share in
the default fund, the house's dedicated resources, then the other members' shares pro rata;
the margin of those who did not default is never touched. Here the carrying member's own cash
stands before its share. What nobody covers is taken from unpaid gains, pro rata, with an
event. A paid debt refills the layers in reverse: who came last is made whole first.
"""

from __future__ import annotations

from dataclasses import dataclass

from keelmark.regulation import value
from keelmark.units import BPS, div_ceil


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
