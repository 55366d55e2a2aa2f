"""`claim`: what a debtor paid back reaches the members whom it had wiped out."""

from __future__ import annotations

from typing import Any

from .conftest import FROZEN, UNIT, Vault


def wipe(vault: Vault) -> None:
    """Two members lose all; a third opens the next epoch."""
    vault.contribute(1, 300 * UNIT)
    vault.contribute(2, 100 * UNIT)
    assert vault.absorb(9, 500 * UNIT) == (0, 0, 400 * UNIT)
    vault.contribute(3, 50 * UNIT)
    assert vault.epoch() == 1


def test_default_behavior(vault: Vault, logs: Any) -> None:
    wipe(vault)
    assert [vault.value(member) for member in (1, 2, 3)] == [0, 0, 50 * UNIT]
    vault.refill(9, 0, 0, 200 * UNIT)
    assert vault.pool(0) == 200 * UNIT
    before = vault.balance(vault.wallet(1))
    receipt = vault.claim(1, 0)
    (log,) = logs(receipt, vault.fund)
    assert log["event"] == "ShareClaimed"
    assert log["args"] == {
        "house": vault.house.address,
        "member": 1,
        "epoch": 0,
        "amount": 150 * UNIT,
        "shares": 300 * UNIT,
        "pool": 50 * UNIT,
    }
    assert vault.balance(vault.wallet(1)) == before + 150 * UNIT
    vault.claim(2, 0)
    vault.check()
    assert vault.booked() == 50 * UNIT


def test_who_waited_gets_the_rest(vault: Vault) -> None:
    wipe(vault)
    vault.refill(9, 0, 0, 200 * UNIT)
    vault.claim(1, 0)
    vault.refill(9, 0, 0, 200 * UNIT)
    assert vault.pool(0) == 100 * UNIT, "never above one unit a share"
    assert vault.dedicated() == 150 * UNIT
    vault.claim(2, 0)
    vault.check()


def test_next_loss_spares_what_was_reinstated(vault: Vault) -> None:
    wipe(vault)
    vault.refill(9, 0, 0, 200 * UNIT)
    assert vault.absorb(9, 500 * UNIT) == (0, 0, 50 * UNIT)
    assert vault.pool(0) == 200 * UNIT


def test_open_epoch(vault: Vault, reverts: Any) -> None:
    vault.contribute(1, UNIT)
    with reverts("fund: epoch not closed"):
        vault.claim(1, 0)
    with reverts("fund: epoch not closed"):
        vault.claim(1, 1)


def test_twice(vault: Vault, reverts: Any) -> None:
    wipe(vault)
    vault.refill(9, 0, 0, 200 * UNIT)
    vault.claim(1, 0)
    with reverts("fund: nothing to claim"):
        vault.claim(1, 0)


def test_not_the_members_wallet(vault: Vault, reverts: Any) -> None:
    wipe(vault)
    vault.refill(9, 0, 0, 200 * UNIT)
    with reverts("fund: not the member's wallet"):
        vault.send(vault.fund.functions.claim(vault.house.address, 1, 0), vault.wallet(2))
    with reverts("fund: no member"):
        vault.send(vault.fund.functions.claim(vault.house.address, 0, 0), vault.wallet(2))


def test_frozen_wallet(vault: Vault, reverts: Any) -> None:
    wipe(vault)
    vault.refill(9, 0, 0, 200 * UNIT)
    vault.send(vault.house.functions.set_word(vault.wallet(1).address, 1 | FROZEN))
    with reverts("fund: gate 4"):
        vault.claim(1, 0)
