"""Storage from outside: written, for states that no test could reach by transactions, and compared
whole by its root."""

from __future__ import annotations

from typing import Any

from keelmark.chain.pyevm import Backend

__all__ = ["storage_roots", "write_slot"]


def write_slot(backend: Backend, contract: Any, slot: int, value: int) -> None:
    """Sets one storage slot of a contract from the next block on."""
    machine = backend.chain.get_vm()
    machine.state.set_storage(bytes.fromhex(contract.address[2:]), slot, value)
    machine.state.persist()
    backend.chain.header = backend.chain.header.copy(state_root=machine.state.state_root)


def storage_roots(backend: Backend, *contracts: Any) -> list[bytes]:
    """Root of each contract's storage: equal roots, equal words, every one of them."""
    accounts = backend.chain.get_vm(backend.head).state._account_db
    return [
        bytes(accounts._get_account(bytes.fromhex(contract.address[2:])).storage_root)
        for contract in contracts
    ]
