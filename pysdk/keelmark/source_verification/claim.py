"""What is claimed of a deployed contract: from which sources, with which arguments, it was made."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from keelmark.chain.compiler import compile_contract, contracts_root
from keelmark.chain.standard_json import StandardInput, standard_input
from keelmark.deploy.plan import DeployedContract, Deployment
from keelmark.errors import InputError
from keelmark.releases import current

__all__ = ["Claim", "claims_of"]


@dataclass(frozen=True, slots=True)
class Claim:
    """A contract on a chain, and what it is said to be made from."""

    name: str
    address: str
    """Checksummed."""
    chain_id: int
    given: StandardInput
    """The sources and settings."""
    constructor_arguments: bytes
    """As the ABI encodes them; empty if there are none."""
    creation_transaction: str
    """Hash of the transaction in which it was created, with ``0x``; empty if not known."""


def claims_of(deployment: Deployment, names: Sequence[str] = ()) -> tuple[Claim, ...]:
    """A claim for each contract of a deployment.

    Args:
        deployment: the deployment, as its manifest has it.
        names: only these; all if empty.

    Raises:
        InputError: no such contract, the manifest does not know its constructor arguments, or the
            sources here are not those that it was deployed from.
    """
    unknown = [name for name in names if name not in deployment.contracts]
    if unknown:
        raise InputError(
            f"contract: there is no {unknown[0]} in the manifest; expected one of "
            f"{', '.join(deployment.contracts)}"
        )
    wanted = names or tuple(deployment.contracts)
    return tuple(_claim(deployment.contracts[name], deployment.chain_id) for name in wanted)


def _claim(contract: DeployedContract, chain_id: int) -> Claim:
    """One contract's claim."""
    if not contract.init_code_hash:
        raise InputError(
            f"{contract.name}: constructor_arguments are not in the manifest; expected them and "
            "init_code_hash, nothing was sent"
        )
    source = contracts_root() / current().contract(contract.name).path
    found = compile_contract(source).source_hash
    if found != contract.source_hash:
        raise InputError(
            f"{contract.name}: source_hash is {contract.source_hash[:16]}… in the manifest and "
            f"{found[:16]}… here; expected the release that it was deployed from, nothing was sent"
        )
    return Claim(
        name=contract.name,
        address=contract.address,
        chain_id=chain_id,
        given=standard_input(source),
        constructor_arguments=bytes.fromhex(contract.constructor_arguments.removeprefix("0x")),
        creation_transaction=contract.transaction_hash,
    )
