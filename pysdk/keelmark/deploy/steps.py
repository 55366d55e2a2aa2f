"""A deployment as steps, made without a chain: which init code gives which contract where."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from eth_utils.address import to_checksum_address
from eth_utils.crypto import keccak

from keelmark.chain.compiler import Artefact
from keelmark.deploy.factory import SALT, create2_address, factory_calldata
from keelmark.deploy.plan import KIT, Plan
from keelmark.deploy.wiring import Argument, arguments, check_addresses, encoded, immutables

__all__ = ["Step", "addresses", "deployed_code", "steps"]


@dataclass(frozen=True, slots=True)
class Step:
    """One contract to be created by the factory."""

    name: str
    """One of `KIT`."""
    address: str
    """Where it will be, checksummed."""
    salt: bytes
    """32 bytes."""
    init_code: bytes
    """Creation code, constructor arguments included."""
    arguments: tuple[Argument, ...]
    """The constructor's, in their order."""
    source_hash: str
    """SHA-256 (hex) over the sources and the compiler's settings."""
    code_hash: bytes | None = None
    """keccak256 of the code that must be there afterwards; None while the chain's id and the
    token's decimals, of which some immutables are made, are not known."""

    @property
    def calldata(self) -> bytes:
        """What is sent to the factory."""
        return factory_calldata(self.salt, self.init_code)

    @property
    def init_code_hash(self) -> bytes:
        """keccak256 of the init code, from which the address follows."""
        return keccak(self.init_code)


def steps(
    plan: Plan,
    artefacts: Mapping[str, Artefact],
    *,
    chain_id: int | None = None,
    token_digits: int | None = None,
) -> tuple[Step, ...]:
    """The contracts that a plan needs beside those that it says are there, in the order of `KIT`.

    Args:
        plan: the house; its `existing` must be complete: a party registry with its desk, list and
            supervision.
        artefacts: the compiled kit, by name.
        chain_id: the chain, if known; it is part of the order matcher's code.
        token_digits: the token's decimals, if known; they are part of the house's code.

    Raises:
        InputError: an address of the plan is none.
    """
    check_addresses(plan)
    at = {name: str(to_checksum_address(address)) for name, address in plan.existing.items()}
    planned: list[tuple[str, str, bytes, tuple[Argument, ...]]] = []
    for name in KIT:
        if name in at:
            continue
        given = arguments(name, plan, at)
        init_code = artefacts[name].bytecode + encoded(given)
        at[name] = create2_address(SALT, init_code)
        planned.append((name, at[name], init_code, given))
    known = chain_id is not None and token_digits is not None
    return tuple(
        Step(
            name=name,
            address=address,
            salt=SALT,
            init_code=init_code,
            arguments=given,
            source_hash=artefacts[name].source_hash,
            code_hash=keccak(
                deployed_code(name, plan, artefacts[name], at, chain_id or 0, token_digits or 0)
            )
            if known
            else None,
        )
        for name, address, init_code, given in planned
    )


def addresses(plan: Plan, planned: tuple[Step, ...]) -> dict[str, str]:
    """Every contract's address by name, in the order of `KIT`: those of the steps and those that
    the plan says are there."""
    there = {name: str(to_checksum_address(value)) for name, value in plan.existing.items()}
    made = {step.name: step.address for step in planned}
    return {name: made.get(name) or there[name] for name in KIT}


def deployed_code(
    name: str,
    plan: Plan,
    artefact: Artefact,
    at: Mapping[str, str],
    chain_id: int,
    token_digits: int,
) -> bytes:
    """The code that the contract has once it is there: runtime code, then its immutables.

    Args:
        name: one of `KIT`.
        plan: the house.
        artefact: the compiled contract.
        at: addresses of the whole kit, by name.
        chain_id: the chain.
        token_digits: decimals of the settlement token.
    """
    words = immutables(name, plan, at, chain_id, token_digits)
    return artefact.runtime + b"".join(word.to_bytes(32, "big") for word in words)
