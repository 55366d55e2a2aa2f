"""`absorb`: the loss order, on the caller's own book."""

from __future__ import annotations

from typing import Any

import pytest

from .conftest import UNIT, Vault


@pytest.fixture
def book(vault: Vault) -> Vault:
    """Members with 100, 200 and 300, and 50 dedicated."""
    for member in (1, 2, 3):
        vault.contribute(member, 100 * member * UNIT)
    vault.dedicate(50 * UNIT)
    return vault


def test_default_behavior(book: Vault, logs: Any) -> None:
    before = book.balance(book.house.address)
    receipt = book.send(book.house.functions.absorb(1, 250 * UNIT))
    paid = tuple(book.house.functions.paid(i).call() for i in range(3))
    assert paid == (100 * UNIT, 50 * UNIT, 100 * UNIT)
    (log,) = logs(receipt, book.fund)
    assert log["event"] == "LossAbsorbed"
    assert log["args"] == {
        "house": book.house.address,
        "member": 1,
        "from_member": 100 * UNIT,
        "from_house": 50 * UNIT,
        "from_others": 100 * UNIT,
        "pool": 400 * UNIT,
        "dedicated": 0,
    }
    assert book.balance(book.house.address) == before + 250 * UNIT
    assert [book.value(member) for member in (1, 2, 3)] == [0, 160 * UNIT, 240 * UNIT]
    book.check()


@pytest.mark.parametrize(
    ("amount", "expected"),
    [
        (1, (1, 0, 0)),
        (100 * UNIT, (100 * UNIT, 0, 0)),
        (100 * UNIT + 1, (100 * UNIT, 1, 0)),
        (150 * UNIT, (100 * UNIT, 50 * UNIT, 0)),
        (150 * UNIT + 1, (100 * UNIT, 50 * UNIT, 1)),
        (10**20, (100 * UNIT, 50 * UNIT, 500 * UNIT)),
    ],
)
def test_layers_in_order(book: Vault, amount: int, expected: tuple[int, int, int]) -> None:
    assert book.absorb(1, amount) == expected
    book.check()


def test_own_share_costs_the_others_nothing(book: Vault) -> None:
    book.absorb(3, 300 * UNIT)
    assert [book.value(member) for member in (1, 2, 3)] == [100 * UNIT, 200 * UNIT, 0]


def test_member_without_a_share(book: Vault) -> None:
    assert book.absorb(0, 60 * UNIT) == (0, 50 * UNIT, 10 * UNIT)


def test_empty_book(vault: Vault, logs: Any) -> None:
    receipt = vault.send(vault.house.functions.absorb(1, 5))
    assert logs(receipt, vault.fund) == []
    assert vault.house.functions.paid(0).call() == 0


def test_stranger_draws_on_a_book_of_its_own(book: Vault) -> None:
    stranger = book.actors("stranger")
    call = book.fund.functions.absorb(1, 10**20)
    assert call.call({"from": stranger}) == [0, 0, 0]
    book.send(call, stranger)
    assert book.booked() == 650 * UNIT
    assert book.balance(stranger) == 0


def test_wipe_outs_do_not_multiply_shares(vault: Vault) -> None:
    """Each round loses all but one unit; shares would grow past any bound without epochs."""
    for round_ in range(6):
        vault.contribute(1, 10**25)
        vault.absorb(9, vault.pool() - 1)
        assert vault.pool() == 1
        assert vault.epoch() == round_
    vault.contribute(2, 10**25)
    assert vault.value(2) == 10**25
    vault.check()


def test_loss_short_of_a_wipe_out_keeps_the_epoch(vault: Vault) -> None:
    vault.contribute(1, 10**15)
    vault.absorb(9, 10**15 - 10**6)  # exactly 10^9 shares a unit
    vault.contribute(2, 10**6)
    assert vault.epoch() == 0
    assert (vault.value(1), vault.value(2)) == (10**6, 10**6)
    vault.absorb(9, 10**6 + 1)
    vault.contribute(3, 10**6)
    assert vault.epoch() == 1


def test_cost_does_not_grow_with_members(vault: Vault) -> None:
    vault.contribute(1, 100 * UNIT)
    vault.absorb(9, UNIT)
    few = vault.send(vault.house.functions.absorb(9, UNIT))["gasUsed"]
    for member in (2, 3):
        vault.contribute(member, 100 * UNIT)
    many = vault.send(vault.house.functions.absorb(9, UNIT))["gasUsed"]
    assert abs(many - few) < 100
