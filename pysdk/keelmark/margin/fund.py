"""The default fund's book of one house: pools that lose pro rata, in one step.

A member's share is a number of shares of one pool, so a loss borne by all shrinks the pool
and touches no member's word. A share starts at one unit of the token, loses with the pool, and
a refill lifts it back to one unit at most; what is over joins the house's dedicated resources.
A pool that lost nearly all opens a new epoch with the next contribution, since else each
wipe-out would multiply the count of shares; the members of the old epoch keep their claim to
what is reinstated later.

Amounts are units of the fund's token, not wads.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field, replace

from keelmark.margin.losses import allocate_loss
from keelmark.units import div_ceil, div_floor

MAX_SHARES_PER_UNIT = 1_000_000_000
"""Shares for one unit of the pool above which the pool counts as wiped out."""

MAX_EPOCHS_BACK = 4
"""How many epochs a refill reaches, the open one included."""


@dataclass(frozen=True, slots=True)
class Epoch:
    """One generation of shares."""

    pool: int = 0
    """What its shares are worth together."""
    shares: Mapping[int, int] = field(default_factory=dict)
    """Member to its number of shares."""

    @property
    def total(self) -> int:
        """All members' shares."""
        return sum(self.shares.values())

    def value(self, member: int) -> int:
        """What a member's shares are worth, rounded down."""
        held = self.shares.get(member, 0)
        return div_floor(held * self.pool, self.total) if held else 0

    def credit(self, member: int, amount: int) -> tuple[Epoch, int]:
        """Money in, against new shares rounded down; the epoch, and the shares."""
        minted = div_floor(amount * self.total, self.pool) if self.total else amount
        shares = {**self.shares, member: self.shares.get(member, 0) + minted}
        return Epoch(self.pool + amount, shares), minted

    def debit(self, member: int, amount: int) -> tuple[Epoch, int]:
        """Money out, against shares rounded up and all for the whole value.

        Raises:
            ValueError: the member's shares are worth less.
        """
        if amount == 0:
            return self, 0
        worth = self.value(member)
        if amount > worth:
            raise ValueError(f"amount must be at most {worth}, what the shares are worth")
        held = self.shares.get(member, 0)
        burnt = held if amount == worth else div_ceil(amount * self.total, self.pool)
        shares = {key: kept for key, kept in self.shares.items() if key != member}
        if held - burnt:
            shares[member] = held - burnt
        return Epoch(self.pool - amount, shares), burnt


@dataclass(frozen=True, slots=True)
class FundBook:
    """One house's book."""

    dedicated: int = 0
    """The house's own resources, lost before the other members' shares."""
    epochs: tuple[Epoch, ...] = (Epoch(),)
    """Oldest first; the last is open."""

    @property
    def open_epoch(self) -> Epoch:
        """The epoch that bears losses and takes contributions."""
        return self.epochs[-1]

    def share_value(self, member: int) -> int:
        """What a member's shares in the open epoch are worth, rounded down."""
        return self.open_epoch.value(member)

    def _with_epoch(self, number: int, epoch: Epoch) -> FundBook:
        changed = (*self.epochs[:number], epoch, *self.epochs[number + 1 :])
        return replace(self, epochs=changed)

    def contribute(self, member: int, amount: int) -> tuple[FundBook, int]:
        """A member pays in, in a new epoch if the pool was wiped out.

        Returns:
            The book, and the new shares.
        """
        book = self
        if self.open_epoch.total > self.open_epoch.pool * MAX_SHARES_PER_UNIT:
            book = replace(self, epochs=(*self.epochs, Epoch()))
        epoch, minted = book.open_epoch.credit(member, amount)
        return book._with_epoch(len(book.epochs) - 1, epoch), minted

    def withdraw(self, member: int, amount: int, epoch: int | None = None) -> tuple[FundBook, int]:
        """A member takes out (or claims from a closed epoch); the book, and the shares burnt.

        Raises:
            ValueError: the member's shares are worth less.
        """
        number = len(self.epochs) - 1 if epoch is None else epoch
        changed, burnt = self.epochs[number].debit(member, amount)
        return self._with_epoch(number, changed), burnt

    def dedicate(self, amount: int) -> FundBook:
        """Resources of the house itself; nobody gets them back."""
        return replace(self, dedicated=self.dedicated + amount)

    def absorb(self, member: int, amount: int) -> tuple[FundBook, tuple[int, int, int]]:
        """Pays a loss: the member's share, the dedicated resources, the others pro rata.

        Returns:
            The book, and what came from the member, the house and the others.
        """
        own = self.share_value(member)
        layers = allocate_loss(
            amount,
            member_cash=0,
            member_share=own,
            dedicated=self.dedicated,
            others=self.open_epoch.pool - own,
        )
        book = self
        if layers.from_member_share:
            book, _ = book.withdraw(member, layers.from_member_share)
        left = replace(book.open_epoch, pool=book.open_epoch.pool - layers.from_others)
        book = book._with_epoch(len(book.epochs) - 1, left)
        book = replace(book, dedicated=book.dedicated - layers.from_house)
        return book, (layers.from_member_share, layers.from_house, layers.from_others)

    def refill(
        self, member: int, to_member: int, to_house: int, to_others: int
    ) -> tuple[FundBook, int]:
        """What a debtor paid comes back, to one unit a share at most.

        Returns:
            The book, and the member's new shares.
        """
        book, rest = self, to_others
        for number in reversed(range(max(0, len(self.epochs) - MAX_EPOCHS_BACK), len(self.epochs))):
            epoch = book.epochs[number]
            back = min(rest, epoch.total - epoch.pool)
            book = book._with_epoch(number, replace(epoch, pool=epoch.pool + back))
            rest -= back
        book = book.dedicate(to_house + rest)
        if not to_member:
            return book, 0
        return book.contribute(member, to_member)
