"""`refill`: a debtor pays, and the layers are made good."""

from __future__ import annotations

from typing import Any

import pytest

from .conftest import UNIT, Vault


def test_default_behavior(vault: Vault, logs: Any) -> None:
    for member in (1, 2, 3):
        vault.contribute(member, 100 * member * UNIT)
    vault.dedicate(50 * UNIT)
    parts = vault.absorb(1, 250 * UNIT)
    before = vault.balance(vault.house.address)
    receipt = vault.refill(1, *parts)
    (log,) = logs(receipt, vault.fund)
    assert log["event"] == "LayersRefilled"
    assert log["args"] == {
        "house": vault.house.address,
        "member": 1,
        "from_member": 100 * UNIT,
        "from_house": 50 * UNIT,
        "from_others": 100 * UNIT,
        "shares": 100 * UNIT,
        "pool": 600 * UNIT,
        "dedicated": 50 * UNIT,
    }
    assert vault.balance(vault.house.address) == before - 250 * UNIT
    assert [vault.value(m) for m in (1, 2, 3)] == [100 * UNIT, 200 * UNIT, 300 * UNIT]
    vault.check()


def test_others_before_a_newcomer_opens_an_epoch(vault: Vault) -> None:
    vault.contribute(1, 100 * UNIT)
    vault.absorb(9, 100 * UNIT)
    vault.refill(9, 0, 0, 100 * UNIT)
    assert vault.epoch() == 0
    assert vault.value(1) == 100 * UNIT


def test_member_of_a_wiped_pool_starts_the_next_epoch(vault: Vault) -> None:
    vault.contribute(1, 100 * UNIT)
    vault.contribute(2, 100 * UNIT)
    vault.absorb(1, 200 * UNIT)
    vault.refill(1, 30 * UNIT, 0, 0)
    assert vault.epoch() == 1
    assert vault.value(1) == 30 * UNIT
    vault.refill(1, 0, 0, 100 * UNIT)
    vault.claim(2, 0)
    vault.check()


def test_newest_epoch_first(vault: Vault) -> None:
    for _ in range(2):
        vault.contribute(1, 100 * UNIT)
        vault.absorb(9, 100 * UNIT)
    vault.contribute(1, 100 * UNIT)
    vault.absorb(9, 10 * UNIT)
    vault.refill(9, 0, 0, 130 * UNIT)
    assert [vault.pool(epoch) for epoch in range(3)] == [20 * UNIT, 100 * UNIT, 100 * UNIT]
    vault.check()


def test_what_no_pool_can_take(vault: Vault) -> None:
    vault.contribute(1, 100 * UNIT)
    vault.absorb(9, 40 * UNIT)
    vault.refill(9, 0, 0, 45 * UNIT)
    assert vault.value(1) == 100 * UNIT, "a share is never worth more than a unit"
    assert vault.dedicated() == 5 * UNIT
    vault.check()


def test_windfall_cannot_price_out_a_newcomer(vault: Vault) -> None:
    """All leave but one unit of shares; the debtor then pays the whole old loss."""
    vault.contribute(1, 100 * UNIT)
    vault.absorb(9, 50 * UNIT)
    vault.withdraw(1, 50 * UNIT - 1)
    vault.refill(9, 0, 0, 50 * UNIT)
    assert vault.value(1) <= 2
    vault.contribute(2, 1_999)
    assert vault.value(2) >= 1_998
    vault.check()


def test_nobody_gives_nothing(vault: Vault, reverts: Any) -> None:
    with reverts("fund: no amount"):
        vault.refill(1, 0, 0, 0)


def test_share_for_nobody(vault: Vault, reverts: Any) -> None:
    with reverts("fund: no member"):
        vault.refill(0, 1, 0, 0)


@pytest.mark.parametrize("part", [0, 1, 2])
def test_not_approved(vault: Vault, reverts: Any, part: int) -> None:
    parts = [int(index == part) for index in range(3)]
    call = vault.house.functions.refill(vault.token.address, 0, 1, *parts)
    with reverts("test token: allowance too small"):
        vault.send(call)
