"""The fund against a book in exact fractions, where no share is ever rounded."""

from __future__ import annotations

from collections.abc import Callable
from contextlib import AbstractContextManager
from fractions import Fraction
from math import floor

from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from .conftest import MEMBERS, Vault

Step = tuple[str, int, int, int]

STEPS = st.lists(
    st.tuples(
        st.sampled_from(
            [
                "contribute",
                "contribute",
                "withdraw",
                "dedicate",
                "absorb",
                "wipe",
                "refill",
                "claim",
            ]
        ),
        st.sampled_from(list(MEMBERS)),
        st.integers(1, 10**13),
        st.integers(1, 50),
    ),
    min_size=1,
    max_size=12,
)
"""What happens, to whom, an amount, and a percentage (a partial loss takes half at most, so that
twelve of them stay far from a wipe-out)."""


class Book:
    """Members' claims on each epoch's pool, as fractions of one unit a share."""

    def __init__(self) -> None:
        self.pools: list[Fraction] = [Fraction(0)]
        self.shares: list[dict[int, Fraction]] = [dict.fromkeys(MEMBERS, Fraction(0))]
        self.dedicated = 0

    def price(self, epoch: int) -> Fraction:
        """Units a share; one where there is none yet."""
        total = sum(self.shares[epoch].values(), Fraction(0))
        return self.pools[epoch] / total if total else Fraction(1)

    def value(self, member: int, epoch: int = -1) -> Fraction:
        """Units that a member's shares are worth."""
        return self.shares[epoch][member] * self.price(epoch)

    def credit(self, member: int, amount: int) -> None:
        """New shares at the price; a new epoch if the pool is gone."""
        if self.price(-1) == 0:
            self.pools.append(Fraction(0))
            self.shares.append(dict.fromkeys(MEMBERS, Fraction(0)))
        self.shares[-1][member] += amount / self.price(-1)
        self.pools[-1] += amount

    def debit(self, member: int, amount: int, everything: bool, epoch: int = -1) -> None:
        """Shares for money; all of them for the whole value."""
        burnt = self.shares[epoch][member] if everything else amount / self.price(epoch)
        self.shares[epoch][member] -= burnt
        self.pools[epoch] -= amount


def play(vault: Vault, book: Book, step: Step, lost: list[tuple[int, int, int, int]]) -> None:
    """One step, on both sides; the book learns only what was paid."""
    what, member, amount, percent = step
    if what == "contribute":
        vault.contribute(member, amount)
        book.credit(member, amount)
    elif what == "withdraw":
        worth = vault.value(member)
        taken = min(amount, worth)
        if taken:
            vault.withdraw(member, taken)
            book.debit(member, taken, taken == worth)
    elif what == "dedicate":
        vault.dedicate(amount)
        book.dedicated += amount
    elif what in ("absorb", "wipe"):
        worth = vault.value(member)
        whole = vault.pool() + vault.dedicated()
        loss = whole if what == "wipe" else whole * percent // 100
        own, house, others = vault.absorb(member, loss)
        assert own + house + others == loss
        assert own == min(loss, worth)
        assert house == min(loss - own, book.dedicated)
        if own:
            book.debit(member, own, own == worth)
        book.dedicated -= house
        book.pools[-1] -= others
        lost.append((member, own, house, others))
    elif what == "refill" and lost:
        member, own, house, others = lost.pop()
        if own + house + others == 0:
            return
        before = [vault.pool(epoch) for epoch in range(len(book.pools))]
        owed = [
            sum(shares_of(vault, epoch, m) for m in MEMBERS) - pool
            for epoch, pool in enumerate(before)
        ]
        vault.refill(member, own, house, others)
        rest = others
        for epoch in list(reversed(range(len(book.pools))))[:4]:
            back = min(rest, owed[epoch])
            book.pools[epoch] += back
            rest -= back
        book.dedicated += house + rest
        if own:
            book.credit(member, own)
    elif what == "claim" and vault.epoch() > 0:
        epoch = vault.epoch() - 1
        pool = vault.pool(epoch)
        shares = sum(shares_of(vault, epoch, m) for m in MEMBERS)
        worth = shares_of(vault, epoch, member) * pool // shares if shares else 0
        if worth:
            vault.claim(member, epoch)
            book.debit(member, worth, True, epoch)


def shares_of(vault: Vault, epoch: int, member: int) -> int:
    """A member's shares of an epoch."""
    house = vault.house.address
    return int(vault.fund.functions.member_shares_at(house, epoch, member).call())


@settings(
    max_examples=30, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture]
)
@given(STEPS)
def test_default_behavior(
    vault: Vault, snapshot: Callable[[], AbstractContextManager[None]], steps: list[Step]
) -> None:
    with snapshot():
        book = Book()
        lost: list[tuple[int, int, int, int]] = []
        for step in steps:
            play(vault, book, step, lost)
        # Every prefix of an example is an example too, so looking at the end is enough.
        vault.check()
        assert vault.dedicated() == book.dedicated
        assert [vault.pool(epoch) for epoch in range(vault.epoch() + 1)] == book.pools
        worths = {member: vault.value(member) for member in MEMBERS}
        assert sum(worths.values()) <= vault.pool()
        for member, worth in worths.items():
            assert abs(worth - floor(book.value(member))) <= len(steps), member
        for epoch, pool in enumerate(book.pools):
            assert pool <= sum(shares_of(vault, epoch, member) for member in MEMBERS)
