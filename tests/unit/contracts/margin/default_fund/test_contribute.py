"""`contribute`: a member's wallet buys shares of a house's pool."""

from __future__ import annotations

from typing import Any

from .conftest import FROZEN, UNIT, Vault


def test_default_behavior(vault: Vault, logs: Any) -> None:
    before = vault.balance(vault.wallet(1))
    receipt = vault.contribute(1, 500 * UNIT)
    (log,) = logs(receipt, vault.fund)
    assert log["event"] == "ShareContributed"
    assert log["args"] == {
        "house": vault.house.address,
        "member": 1,
        "amount": 500 * UNIT,
        "shares": 500 * UNIT,
        "pool": 500 * UNIT,
    }
    assert vault.balance(vault.wallet(1)) == before - 500 * UNIT
    assert vault.value(1) == 500 * UNIT
    vault.check()


def test_after_a_loss_the_newcomer_pays_todays_price(vault: Vault) -> None:
    vault.contribute(1, 300 * UNIT)
    vault.contribute(2, 300 * UNIT)
    assert vault.absorb(9, 450 * UNIT) == (0, 0, 450 * UNIT)
    vault.contribute(3, 150 * UNIT)
    assert [vault.value(member) for member in (1, 2, 3)] == [75 * UNIT, 75 * UNIT, 150 * UNIT]
    vault.check()


def test_books_of_two_houses_stay_apart(vault: Vault) -> None:
    vault.contribute(1, 300 * UNIT)
    vault.contribute(1, 200 * UNIT, vault.other_house)
    assert vault.absorb(9, 1_000 * UNIT) == (0, 0, 300 * UNIT)
    other = vault.fund.functions.share_value(vault.other_house.address, 1).call()
    assert other == 200 * UNIT
    vault.check()


def test_donation_moves_no_price(vault: Vault) -> None:
    """The inflation attack: a first share of one unit, then a large gift."""
    vault.contribute(1, 1)
    vault.send(vault.token.functions.transfer(vault.fund.address, 10**9 * UNIT), vault.wallet(1))
    vault.contribute(2, 1_999)
    assert (vault.value(1), vault.value(2)) == (1, 1_999)


def test_account_zero_is_nobodys(vault: Vault, reverts: Any) -> None:
    call = vault.fund.functions.contribute(vault.house.address, 0, UNIT)
    with reverts("fund: no member"):
        vault.send(call, vault.actors("stranger"))


def test_not_the_members_wallet(vault: Vault, reverts: Any) -> None:
    call = vault.fund.functions.contribute(vault.house.address, 2, UNIT)
    with reverts("fund: not the member's wallet"):
        vault.send(call, vault.wallet(1))


def test_frozen_wallet(vault: Vault, reverts: Any) -> None:
    vault.send(vault.house.functions.set_word(vault.wallet(1).address, 1 | FROZEN))
    with reverts("fund: gate 4"):
        vault.contribute(1, UNIT)


def test_nothing(vault: Vault, reverts: Any) -> None:
    with reverts("fund: no amount"):
        vault.contribute(1, 0)


def test_more_than_approved(vault: Vault, reverts: Any) -> None:
    vault.send(vault.token.functions.approve(vault.fund.address, UNIT), vault.wallet(1))
    with reverts("test token: allowance too small"):
        vault.contribute(1, UNIT + 1)
