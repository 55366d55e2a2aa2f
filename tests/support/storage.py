"""Storage written from outside, for states that no test could reach by transactions."""

from __future__ import annotations

from typing import Any

from keelmark.chain.pyevm import Backend

__all__ = ["write_slot"]


def write_slot(backend: Backend, contract: Any, slot: int, value: int) -> None:
    """Sets one storage slot of a contract from the next block on."""
    machine = backend.chain.get_vm()
    machine.state.set_storage(bytes.fromhex(contract.address[2:]), slot, value)
    machine.state.persist()
    backend.chain.header = backend.chain.header.copy(state_root=machine.state.state_root)
