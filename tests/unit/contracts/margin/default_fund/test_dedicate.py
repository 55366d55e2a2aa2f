"""`dedicate`: a house's own resources, first to be lost after the defaulter's."""

from __future__ import annotations

from typing import Any

from .conftest import UNIT, Vault


def test_default_behavior(vault: Vault, logs: Any) -> None:
    vault.dedicate(40 * UNIT)
    receipt = vault.dedicate(2 * UNIT)
    (log,) = logs(receipt, vault.fund)
    assert log["event"] == "ResourcesDedicated"
    assert log["args"] == {
        "house": vault.house.address,
        "payer": vault.actors("house operator").address,
        "amount": 2 * UNIT,
        "dedicated": 42 * UNIT,
    }
    assert vault.dedicated() == 42 * UNIT
    assert vault.pool() == 0
    vault.check()


def test_no_function_pays_them_back(vault: Vault) -> None:
    changing = {
        entry["name"]
        for entry in vault.fund.abi
        if entry["type"] == "function" and entry["stateMutability"] == "nonpayable"
    }
    assert changing == {"contribute", "withdraw", "claim", "dedicate", "absorb", "refill"}


def test_nothing(vault: Vault, reverts: Any) -> None:
    with reverts("fund: no amount"):
        vault.dedicate(0)


def test_house_without_code(vault: Vault, reverts: Any) -> None:
    payer = vault.actors("house operator")
    with reverts("fund: no house"):
        vault.send(vault.fund.functions.dedicate(vault.wallet(1).address, 5), payer)
