"""The default fund's book: pro rata, never more than there is, made whole in reverse."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from keelmark.margin.fund import FundBook

MEMBERS = st.integers(1, 4)
AMOUNTS = st.integers(1, 10**15)


def filled(*amounts: int, dedicated: int = 0) -> FundBook:
    """A book to which members 1, 2, ... have contributed."""
    book = FundBook(dedicated)
    for member, amount in enumerate(amounts, 1):
        book, minted = book.contribute(member, amount)
        assert minted == amount
    return book


def values(book: FundBook, members: int) -> list[int]:
    return [book.share_value(member) for member in range(1, members + 1)]


def test_the_others_lose_pro_rata_after_the_member_and_the_house() -> None:
    book, parts = filled(100, 200, 600, dedicated=50).absorb(1, 350)
    assert parts == (100, 50, 200)
    assert (book.open_epoch.pool, book.dedicated) == (600, 0)
    assert values(book, 3) == [0, 150, 450]


def test_a_refill_makes_the_others_whole_and_no_richer() -> None:
    book, _ = filled(100, 200, 600, dedicated=50).absorb(1, 350)
    book, minted = book.refill(1, 100, 50, 230)
    assert values(book, 3) == [100, 200, 600]
    assert minted == 100
    # Thirty were more than one unit a share: they join the house's resources.
    assert book.dedicated == 80


def test_a_wiped_out_pool_opens_a_new_epoch_and_keeps_old_claims() -> None:
    book, parts = filled(100, 300).absorb(1, 1000)
    assert parts == (100, 0, 300)
    book, minted = book.contribute(3, 50)
    assert (minted, len(book.epochs)) == (50, 2)
    assert values(book, 3) == [0, 0, 50]
    book, _ = book.refill(1, 0, 0, 120)
    assert book.epochs[0].value(2) == 120
    book, burnt = book.withdraw(2, 120, epoch=0)
    assert burnt == 300
    assert book.epochs[0].pool == 0


def test_nobody_takes_out_more_than_their_share() -> None:
    with pytest.raises(ValueError, match="at most 100"):
        filled(100, 300).withdraw(1, 101)


@given(
    st.lists(
        st.tuples(
            st.sampled_from(["contribute", "withdraw", "dedicate", "absorb", "refill"]),
            MEMBERS,
            AMOUNTS,
        ),
        max_size=20,
    )
)
def test_money_is_conserved_and_a_share_is_worth_one_unit_at_most(
    acts: list[tuple[str, int, int]],
) -> None:
    book, held = FundBook(), 0
    for act, member, amount in acts:
        if act == "contribute":
            book, _ = book.contribute(member, amount)
            held += amount
        elif act == "withdraw":
            taken = min(amount, book.share_value(member))
            book, _ = book.withdraw(member, taken)
            held -= taken
        elif act == "dedicate":
            book = book.dedicate(amount)
            held += amount
        elif act == "absorb":
            book, parts = book.absorb(member, amount)
            assert sum(parts) <= amount
            held -= sum(parts)
        else:
            book, _ = book.refill(member, amount // 3, amount // 3, amount // 3)
            held += amount // 3 * 3
        assert book.dedicated + sum(epoch.pool for epoch in book.epochs) == held
        for epoch in book.epochs:
            assert 0 <= epoch.pool <= epoch.total
            assert sum(epoch.value(number) for number in epoch.shares) <= epoch.pool
