"""A deployment's plan and outcome, for a person and for a program."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import typer

from keelmark.cli.output import console, printable

if TYPE_CHECKING:
    from keelmark.deploy import Deployment
    from keelmark.deploy.chains import KnownChain
    from keelmark.deploy.proposal import Proposal
    from keelmark.deploy.wiring import Argument

_SHORT = 18
"""Digits of a hash in a table."""


def proposal_body(
    proposal: Proposal, chain: KnownChain | None, max_fee: int | None
) -> dict[str, Any]:
    """The plan as JSON: numbers in wei and gas, hashes and addresses as text."""
    from keelmark.deploy.factory import FACTORY

    at = proposal.addresses
    steps = {item.step.name: item for item in proposal.steps}
    contracts: list[dict[str, Any]] = []
    for name, address in at.items():
        item = steps.get(name)
        body: dict[str, Any] = {"name": name, "address": address}
        if item is None:
            contracts.append({**body, "state": "given"})
            continue
        step = item.step
        contracts.append(
            {
                **body,
                "state": item.state,
                "codeHash": "0x" + step.code_hash.hex() if step.code_hash else None,
                "initCodeHash": "0x" + step.init_code_hash.hex(),
                "salt": "0x" + step.salt.hex(),
                "gas": item.gas,
                "arguments": [
                    {"name": one.name, "type": one.type, "value": _plain(one)}
                    for one in step.arguments
                ],
            }
        )
    return {
        "chain": chain.name if chain else None,
        "chainId": proposal.chain_id,
        "system": proposal.system,
        "factory": FACTORY,
        "sender": proposal.sender,
        "balance": proposal.balance,
        "baseFee": proposal.fees.base_fee,
        "tip": proposal.fees.tip,
        "gas": proposal.gas,
        "cost": proposal.cost,
        "costAtMost": proposal.most(max_fee),
        "contracts": contracts,
        "roles": [
            {"contract": role.contract, "role": role.role, "holder": role.holder}
            for role in proposal.roles
        ],
        "notes": list(proposal.notes),
        "refusals": list(proposal.refusals),
    }


def print_proposal(proposal: Proposal, chain: KnownChain | None, max_fee: int | None) -> None:
    """The plan as tables."""
    from rich.table import Table

    from keelmark.deploy.factory import FACTORY
    from keelmark.deploy.proposal import coins

    screen = console()
    coin = chain.coin if chain else "ETH"
    title = f"{chain.title} ({chain.name})" if chain else "chain"
    typer.echo(f"{proposal.system} on {title}, id {proposal.chain_id}, by the factory at {FACTORY}")
    steps = {item.step.name: item for item in proposal.steps}
    table = Table("contract", "address", "state", "code hash", "gas")
    for name, address in proposal.addresses.items():
        item = steps.get(name)
        if item is None:
            table.add_row(name, address, "given", "", "")
            continue
        code_hash = "0x" + (item.step.code_hash or b"").hex()
        gas = f"{item.gas:,}" if item.gas is not None else ""
        table.add_row(name, address, item.state, code_hash[:_SHORT] + "…", gas)
    screen.print(table)
    table = Table("contract", "constructor argument", "value")
    for item in proposal.steps:
        for place, one in enumerate(item.step.arguments):
            table.add_row(item.step.name if place == 0 else "", one.name, _shown(one, proposal))
    screen.print(table)
    table = Table("role", "of", "holder")
    for role in proposal.roles:
        table.add_row(role.role, role.contract, role.holder)
    screen.print(table)
    count = len(proposal.missing)
    typer.echo(f"to create       {count} of {len(proposal.steps)} contracts, a transaction each")
    if proposal.gas:
        fee = f"{proposal.gas_price / 10**9:.4f}".rstrip("0").rstrip(".")
        typer.echo(f"gas             {proposal.gas:,}")
        typer.echo(f"cost            {coins(proposal.cost)} {coin} at {fee} gwei a gas, as of now")
        typer.echo(f"at most         {coins(proposal.most(max_fee))} {coin}, as offered at first")
    if count and max_fee is not None:
        cap = f"{max_fee / 10**9:.4f}".rstrip("0").rstrip(".")
        typer.echo(f"cap             {cap} gwei a gas; above it the deployment waits")
    typer.echo(f"sender          {proposal.sender}, holds {coins(proposal.balance)} {coin}")
    for note in proposal.notes:
        typer.echo(f"note            {printable(note)}")
    for refusal in proposal.refusals:
        typer.echo(f"refused         {printable(refusal)}")


def outcome_body(deployment: Deployment, path: str, written: bool) -> dict[str, Any]:
    """What a deployment has become, as JSON."""
    return {
        "chainId": deployment.chain_id,
        "system": deployment.system,
        "manifest": path,
        "written": written,
        "gas": sum(contract.gas_used for contract in deployment.contracts.values()),
        "contracts": {name: item.address for name, item in deployment.contracts.items()},
    }


def _plain(argument: Argument) -> Any:
    value = argument.value
    return "0x" + value.hex() if isinstance(value, bytes) else value


def _shown(argument: Argument, proposal: Proposal) -> str:
    """An argument with what it stands for."""
    from keelmark.identifiers import unpack_lei

    value = argument.value
    named = {address: name for name, address in proposal.addresses.items()}
    if isinstance(value, bytes):
        return f"0x{value.hex()}  {value.decode('ascii')}"
    if isinstance(value, str):
        return f"{value}  {named[value]}" if value in named else value
    if argument.name in ("lei", "identifier"):
        return f"{value}  {unpack_lei(value)}"
    return str(value)
