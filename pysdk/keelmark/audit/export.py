"""A deployment in the form that other tools read: Ape, titanoboa, Foundry."""

from __future__ import annotations

import json
from collections.abc import Callable, Mapping
from typing import Any, Final

from keelmark.audit.abis import abi_of, solidity_interface
from keelmark.chain.compiler import compile_contract
from keelmark.deploy.plan import DeployedContract, Deployment
from keelmark.errors import InputError
from keelmark.releases import current

__all__ = ["MARKER", "TOOLS", "export"]

MARKER: Final = "addresses.json"
"""File that every export leaves."""

_APE_NETWORKS: Final[Mapping[int, str]] = {
    1: "ethereum:mainnet",
    11_155_111: "ethereum:sepolia",
    560_048: "ethereum:hoodi",
    10: "optimism:mainnet",
    11_155_420: "optimism:sepolia",
    8_453: "base:mainnet",
    84_532: "base:sepolia",
    42_161: "arbitrum:mainnet",
    421_614: "arbitrum:sepolia",
    137: "polygon:mainnet",
    80_002: "polygon:amoy",
    31_337: "ethereum:local",
}
"""Ape's name of a chain: ecosystem and network."""


def export(
    deployment: Deployment, tool: str, *, genesis: bytes | None = None, network: str = ""
) -> dict[str, bytes]:
    """A deployment as files, by their path in a folder.

    Args:
        deployment: what was deployed.
        tool: ``ape``, ``titanoboa`` or ``foundry``.
        genesis: hash of the chain's block 0, by which an EIP-2678 manifest names a chain; without
            it that manifest has no deployments.
        network: Ape's name of the chain, as ``ethereum:sepolia``; without it the one that is known
            for the chain's id.

    Raises:
        InputError: there is no such tool, or no network is known for Ape.
    """
    if tool not in TOOLS:
        raise InputError(f"for: {tool!r}, expected one of {', '.join(TOOLS)}")
    files = {MARKER: _json(_addresses(deployment))}
    if tool == "ape":
        files |= _ape(deployment, genesis, network)
    else:
        files |= TOOLS[tool](deployment)
    return files


def _json(body: Any) -> bytes:
    """JSON as a file's content."""
    return (json.dumps(body, indent=1) + "\n").encode()


def _addresses(deployment: Deployment) -> dict[str, Any]:
    """Addresses by name, flat, so that ``.ClearingHouse`` finds one."""
    return {
        "chainId": deployment.chain_id,
        **{name: contract.address for name, contract in deployment.contracts.items()},
        "token": deployment.token,
    }


def _abis(deployment: Deployment) -> dict[str, bytes]:
    """One file an ABI."""
    return {f"abi/{name}.json": _json(list(abi_of(name))) for name in deployment.contracts}


def _titanoboa(deployment: Deployment) -> dict[str, bytes]:
    """ABI files, which ``boa.load_abi`` reads, and a module that loads them all."""
    names = ", ".join(f'"{name}"' for name in deployment.contracts)
    module = f'''"""A Keelmark house on chain {deployment.chain_id}.

Connect titanoboa first, as with ``boa.set_network_env(url)``; then ``at("Rulebook").digest()``.
"""

import json
from pathlib import Path

import boa

FOLDER = Path(__file__).parent
ADDRESSES = json.loads((FOLDER / "{MARKER}").read_text())
NAMES = ({names})


def at(name):
    """A contract by its name."""
    return boa.load_abi(str(FOLDER / "abi" / f"{{name}}.json")).at(ADDRESSES[name])
'''
    return {**_abis(deployment), "house.py": module.encode()}


def _foundry(deployment: Deployment) -> dict[str, bytes]:
    """Interfaces for Solidity, addresses for ``vm.parseJsonAddress``, and a broadcast for
    ``vm.getDeployment``."""
    files = _abis(deployment)
    for name in deployment.contracts:
        files[f"interfaces/I{name}.sol"] = solidity_interface(name, abi_of(name)).encode()
    made = [one for one in deployment.contracts.values() if one.transaction_hash]
    if made:
        body = {
            "transactions": [_transaction(one) for one in made],
            "receipts": [_receipt(one, place) for place, one in enumerate(made)],
            "libraries": [],
            "pending": [],
            "returns": {},
            "timestamp": 0,
            "chain": deployment.chain_id,
            "commit": None,
        }
        # The reader passes over files with "-latest" in their name.
        where = f"broadcast/Keelmark.s.sol/{deployment.chain_id}/run-{deployment.system}.json"
        files[where] = _json(body)
    return files


def _transaction(contract: DeployedContract) -> dict[str, Any]:
    """A creation as forge writes one down."""
    return {
        "hash": contract.transaction_hash,
        "transactionType": "CREATE2" if contract.salt else "CREATE",
        "contractName": contract.name,
        "contractAddress": contract.address.lower(),
        "function": None,
        "arguments": None,
        "transaction": {},
        "additionalContracts": [],
        "isFixedGasLimit": False,
    }


def _receipt(contract: DeployedContract, place: int) -> dict[str, Any]:
    """The part of a receipt that a manifest knows; without one forge passes over a creation. What
    is not known is zero."""
    return {
        "status": "0x1",
        "type": "0x2",
        "transactionHash": contract.transaction_hash,
        "transactionIndex": hex(place),
        "blockHash": contract.block_hash,
        "blockNumber": hex(contract.block_number),
        "gasUsed": hex(contract.gas_used),
        "cumulativeGasUsed": hex(contract.gas_used),
        "effectiveGasPrice": "0x0",
        "from": "0x" + "00" * 20,
        "to": None,
        "contractAddress": contract.address.lower(),
        "logs": [],
        "logsBloom": "0x" + "00" * 256,
    }


def _ape(deployment: Deployment, genesis: bytes | None, network: str) -> dict[str, bytes]:
    """A small Ape project: contract types, the addresses in its configuration, and a manifest of
    EIP-2678."""
    named = network or _APE_NETWORKS.get(deployment.chain_id, "")
    ecosystem, _, place = named.partition(":")
    if not ecosystem or not place:
        raise InputError(
            f"network: Ape's name of chain {deployment.chain_id} is not known, expected one as "
            "ethereum:sepolia"
        )
    types = {name: _contract_type(name) for name in deployment.contracts}
    files = {f"contracts/{name}.json": _json(body) for name, body in types.items()}
    lines = [f"name: {deployment.system}", "deployments:", f"  {ecosystem}:", f"    {place}:"]
    for name, contract in deployment.contracts.items():
        lines += [f"      - contract_type: {name}", f'        address: "{contract.address}"']
    files["ape-config.yaml"] = ("\n".join(lines) + "\n").encode()
    manifest: dict[str, Any] = {
        "manifest": "ethpm/3",
        "name": deployment.system,
        "version": deployment.release or current().version,
        "contractTypes": types,
        "compilers": [
            {
                "name": deployment.compiler.name,
                "version": deployment.compiler.version,
                "contractTypes": list(types),
            }
        ],
    }
    if genesis is not None:
        last = max(deployment.contracts.values(), key=lambda one: one.block_number)
        chain = f"blockchain://{genesis.hex()}/block/{last.block_hash[2:]}"
        instances = {name: _instance(one) for name, one in deployment.contracts.items()}
        manifest["deployments"] = {chain: instances}
    return {**files, f"{deployment.system}.ethpm.json": _json(manifest)}


def _contract_type(name: str) -> dict[str, Any]:
    """A contract type of EIP-2678."""
    artefact = compile_contract(current().contract(name).path)
    return {
        "contractName": name,
        "abi": list(abi_of(name)),
        "deploymentBytecode": {"bytecode": "0x" + artefact.bytecode.hex()},
    }


def _instance(contract: DeployedContract) -> dict[str, Any]:
    """A contract instance of EIP-2678."""
    body = {
        "contractType": contract.name,
        "address": contract.address,
        "block": contract.block_hash,
    }
    if contract.transaction_hash:
        body["transaction"] = contract.transaction_hash
    return body


TOOLS: Final[Mapping[str, Callable[[Deployment], dict[str, bytes]]]] = {
    "ape": lambda deployment: _ape(deployment, None, ""),
    "titanoboa": _titanoboa,
    "foundry": _foundry,
}
"""What there is a form for."""
