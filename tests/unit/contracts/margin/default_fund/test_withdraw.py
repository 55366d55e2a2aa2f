"""`withdraw`: a member that carries nobody takes its money out."""

from __future__ import annotations

from typing import Any

import pytest

from .conftest import FROZEN, UNIT, Vault


def test_default_behavior(vault: Vault, logs: Any) -> None:
    vault.contribute(1, 500 * UNIT)
    before = vault.balance(vault.wallet(1))
    receipt = vault.withdraw(1, 200 * UNIT)
    (log,) = logs(receipt, vault.fund)
    assert log["event"] == "ShareWithdrawn"
    assert log["args"] == {
        "house": vault.house.address,
        "member": 1,
        "amount": 200 * UNIT,
        "shares": 200 * UNIT,
        "pool": 300 * UNIT,
    }
    assert vault.balance(vault.wallet(1)) == before + 200 * UNIT
    assert vault.value(1) == 300 * UNIT
    vault.check()


def test_whole_value_burns_every_share(vault: Vault) -> None:
    vault.contribute(1, 500)
    vault.contribute(2, 500)
    vault.absorb(9, 987)  # 13 units for 1,000 shares: 6.5 a member
    vault.withdraw(1, 6)
    shares = vault.fund.functions.member_shares_at(vault.house.address, 0, 1).call()
    assert shares == 0
    assert vault.value(2) == vault.pool() == 7, "the fraction stays with the pool"
    vault.check()


@pytest.mark.parametrize("amount", [1, 2, 3])
def test_shares_are_burnt_rounded_up(vault: Vault, amount: int) -> None:
    vault.contribute(1, 10)
    vault.contribute(2, 10)
    vault.absorb(9, 7)
    vault.withdraw(1, amount)
    left = vault.fund.functions.member_shares_at(vault.house.address, 0, 1).call()
    assert left == 10 - -(-20 * amount // 13)


def test_carries_accounts(vault: Vault, reverts: Any) -> None:
    vault.contribute(1, UNIT)
    vault.send(vault.house.functions.set_carried(1, 1))
    with reverts("fund: carries accounts"):
        vault.withdraw(1, UNIT)


def test_over_the_value(vault: Vault, reverts: Any) -> None:
    vault.contribute(1, 500)
    vault.contribute(2, 500)
    with reverts("fund: over the share's value"):
        vault.withdraw(1, 501)
    vault.absorb(9, 500)
    with reverts("fund: over the share's value"):
        vault.withdraw(1, 251)


def test_nothing(vault: Vault, reverts: Any) -> None:
    vault.contribute(1, 500)
    with reverts("fund: no amount"):
        vault.withdraw(1, 0)


def test_not_the_members_wallet(vault: Vault, reverts: Any) -> None:
    vault.contribute(1, 500)
    call = vault.fund.functions.withdraw(vault.house.address, 1, 500)
    with reverts("fund: not the member's wallet"):
        vault.send(call, vault.wallet(2))


def test_account_zero_is_nobodys(vault: Vault, reverts: Any) -> None:
    call = vault.fund.functions.withdraw(vault.house.address, 0, 1)
    with reverts("fund: no member"):
        vault.send(call, vault.actors("stranger"))


def test_frozen_wallet(vault: Vault, reverts: Any) -> None:
    vault.contribute(1, 500)
    vault.send(vault.house.functions.set_word(vault.wallet(1).address, 1 | FROZEN))
    with reverts("fund: gate 4"):
        vault.withdraw(1, 500)


def test_another_houses_word_opens_nothing(vault: Vault, reverts: Any) -> None:
    """A hostile house calls anybody a member, and reaches only its own book."""
    vault.contribute(1, 500)
    intruder = vault.actors("intruder")
    vault.send(vault.other_house.functions.set_word(intruder.address, 1))
    with reverts("fund: over the share's value"):
        vault.send(vault.fund.functions.withdraw(vault.other_house.address, 1, 500), intruder)
    with reverts("fund: not the member's wallet"):
        vault.send(vault.fund.functions.withdraw(vault.house.address, 1, 500), intruder)
