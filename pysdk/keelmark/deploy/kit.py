"""Deploys the kit: one operation, in the order in which the contracts need one another."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass

from eth_utils.address import to_checksum_address
from eth_utils.crypto import keccak

from keelmark import __version__
from keelmark.bindings.party_registry import PartyRegistry
from keelmark.bindings.rulebook import Rulebook
from keelmark.bindings.runtime import create
from keelmark.chain.client import SigningChain
from keelmark.chain.compiler import Artefact, compile_contract
from keelmark.chain.operations import (
    BlockHeader,
    GetBlock,
    GetChainId,
    GetCode,
    Operation,
)
from keelmark.deploy.plan import (
    KIT,
    DeployedContract,
    Deployment,
    Plan,
)
from keelmark.deploy.roles import held_roles
from keelmark.deploy.wiring import arguments, check_addresses, encoded
from keelmark.errors import ChainMismatch, DecodingFailed, Reverted
from keelmark.regulation import digest

__all__ = ["artefacts", "deploy", "deployment", "whole_existing"]

Progress = Callable[[int, int, str], None]
"""Told how many contracts are there, of how many, and the name of the newest."""

_ROOMS: Mapping[str, str] = {
    "Rulebook": "rulebook",
    "Supervision": "supervision",
    "GovernanceLens": "supervision",
    "SanctionsList": "registry",
    "PartyDesk": "registry",
    "PartyRegistry": "registry",
    "InstrumentRegistry": "registry",
    "PriceBoard": "oracle",
    "OptionPricer": "pricing",
}

_GAS = 8_000_000
"""Gas limit of a creation: the largest contract there may be costs less."""


def artefacts() -> dict[str, Artefact]:
    """The compiled kit, by name."""
    return {name: compile_contract(f"{_ROOMS.get(name, 'margin')}/{name}") for name in KIT}


def deploy(chain: SigningChain, plan: Plan, *, progress: Progress | None = None) -> Deployment:
    """Deploys a house and its parts.

    Args:
        chain: where; its signer pays and is given no role.
        plan: the house.
        progress: told after each contract.

    Raises:
        InputError: an address of the plan is none.
        Reverted: a constructor refused.
    """
    return chain.run(deployment(plan, artefacts(), progress=progress))


def deployment(
    plan: Plan, compiled: Mapping[str, Artefact], *, progress: Progress | None = None
) -> Operation[Deployment]:
    """The operation behind `deploy`, for either driver."""
    check_addresses(plan)
    chain_id: int = yield GetChainId()
    existing = yield from whole_existing(plan)
    made = _Builder(plan, existing, compiled, progress, {})
    rulebook = yield from made.add("Rulebook")
    found = yield from Rulebook(rulebook).digest()
    if found != digest():
        raise ChainMismatch(f"rulebook: its digest is 0x{found.hex()}, expected 0x{digest().hex()}")
    for name in KIT[1:]:
        yield from made.add(name)
    roles = yield from held_roles({name: made.contracts[name].address for name in KIT})
    return Deployment(
        chain_id=chain_id,
        rulebook_digest="0x" + found.hex(),
        regime=plan.regime,
        lei=plan.lei,
        token=to_checksum_address(plan.token),
        token_feed=plan.token_feed,
        contracts=made.contracts,
        release=__version__,
        roles=roles,
    )


def whole_existing(plan: Plan) -> Operation[dict[str, str]]:
    """What is there already: what the plan names, and what a registry that it names is built on.

    Raises:
        ChainMismatch: there is no contract at an address, or the plan names another contract than
            the registry.
    """
    for name, address in plan.existing.items():
        if not (yield GetCode(address)):
            raise ChainMismatch(f"{name}: no contract at {address}")
    found = dict(plan.existing)
    if "PartyRegistry" not in found:
        return found
    place = to_checksum_address(found["PartyRegistry"])
    registry = PartyRegistry(place)
    for name, asking in (
        ("Supervision", registry.supervision),
        ("SanctionsList", registry.sanctions_list),
        ("PartyDesk", registry.party_desk),
    ):
        try:
            address = yield from asking()
        except (DecodingFailed, Reverted):
            raise ChainMismatch(
                f"existing: the code at {place} does not answer as a PartyRegistry does"
            ) from None
        named = to_checksum_address(found.setdefault(name, address))
        if named != address:
            raise ChainMismatch(
                f"{name}: the plan names {named}, the party registry is built on {address}"
            )
    return found


@dataclass(slots=True)
class _Builder:
    """Creates contracts, or takes those that the plan says are there, and notes them."""

    plan: Plan
    existing: Mapping[str, str]
    """Addresses of those that are there, by name."""
    compiled: Mapping[str, Artefact]
    progress: Progress | None
    contracts: dict[str, DeployedContract]

    def add(self, name: str) -> Operation[str]:
        """One contract; answers its address."""
        artefact = self.compiled[name]
        known = self.existing.get(name)
        if known is None:
            at = {made: contract.address for made, contract in self.contracts.items()}
            given = arguments(name, self.plan, at)
            init_code_hash = "0x" + keccak(artefact.bytecode + encoded(given)).hex()
            words = "0x" + encoded(given).hex()
            signature = ",".join(f"{item.type} {item.name}" for item in given)
            values = [item.value for item in given]
            receipt = yield from create(name, artefact.bytecode, f"({signature})", values, _GAS)
            address = str(receipt.contract)
            number, block_hash = receipt.block_number, receipt.block_hash
            transaction, gas = "0x" + receipt.transaction_hash.hex(), receipt.gas_used
        else:
            address = to_checksum_address(known)
            head: BlockHeader = yield GetBlock()
            number, block_hash, transaction, gas = head.number, head.hash, "", 0
            init_code_hash, words = "", "0x"
        code: bytes = yield GetCode(address)
        self.contracts[name] = DeployedContract(
            name=name,
            address=address,
            block_number=number,
            block_hash="0x" + block_hash.hex(),
            transaction_hash=transaction,
            code_hash="0x" + keccak(code).hex(),
            source_hash=artefact.source_hash,
            gas_used=gas,
            constructor_arguments=words,
            init_code_hash=init_code_hash,
        )
        if self.progress:
            self.progress(len(self.contracts), len(KIT), name)
        return address
