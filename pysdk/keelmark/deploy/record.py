"""From contracts that are there to the deployment that a manifest tells of, and back: whether an
earlier manifest still tells the truth."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from pathlib import Path

from eth_utils.address import to_checksum_address
from eth_utils.crypto import keccak

from keelmark import __version__
from keelmark.bindings.rulebook import Rulebook
from keelmark.chain.compiler import Artefact
from keelmark.chain.operations import BlockHeader, GetBlock, GetCode, Operation
from keelmark.chain.transactions import GetOutcome, TransactionOutcome
from keelmark.deploy.act.creation import Made
from keelmark.deploy.factory import FACTORY
from keelmark.deploy.plan import KIT, DeployedContract, Deployment
from keelmark.deploy.proposal import Proposal
from keelmark.deploy.roles import held_roles
from keelmark.deploy.steps import Step
from keelmark.deploy.wiring import encoded
from keelmark.errors import ChainMismatch, NoSuchBlock
from keelmark.regulation import digest

__all__ = ["check_earlier", "recorded"]


def recorded(
    proposal: Proposal,
    made: Sequence[Made],
    compiled: Mapping[str, Artefact],
    earlier: Deployment | None = None,
) -> Operation[Deployment]:
    """The operation that reads what a deployment has become.

    Args:
        proposal: what was to be made.
        made: what was, one for each step of it.
        compiled: the kit, by name.
        earlier: an earlier record of the same; what it says of contracts that the plan names is
            kept, since nothing on the chain says when they were first used.

    Raises:
        ChainMismatch: the rulebook on the chain is another one.
    """
    at = proposal.addresses
    found = yield from Rulebook(at["Rulebook"]).digest()
    if found != digest():
        raise ChainMismatch(f"rulebook: its digest is 0x{found.hex()}, expected 0x{digest().hex()}")
    by_name = {item.step.name: item.step for item in proposal.steps}
    contracts = {one.name: _created(by_name[one.name], one) for one in made}
    for name in KIT:
        if name in contracts:
            continue
        known = earlier.contracts[name] if earlier is not None else None
        if known is not None and known.address == at[name]:
            contracts[name] = known
            continue
        contracts[name] = yield from _found(name, at[name], compiled[name].source_hash)
    plan = proposal.plan
    return Deployment(
        chain_id=proposal.chain_id,
        rulebook_digest="0x" + found.hex(),
        regime=plan.regime,
        lei=plan.lei,
        token=str(to_checksum_address(plan.token)),
        token_feed=plan.token_feed,
        contracts={name: contracts[name] for name in KIT},
        system=proposal.system,
        release=__version__,
        factory=FACTORY,
        roles=(yield from held_roles(at)),
    )


def _created(step: Step, made: Made) -> DeployedContract:
    """A contract that the factory created."""
    return DeployedContract(
        name=step.name,
        address=made.address,
        block_number=made.block_number,
        block_hash="0x" + made.block_hash.hex(),
        transaction_hash="0x" + made.transaction_hash.hex() if made.transaction_hash else "",
        code_hash="0x" + made.code_hash.hex(),
        source_hash=step.source_hash,
        gas_used=made.gas_used,
        constructor_arguments="0x" + encoded(step.arguments).hex(),
        init_code_hash="0x" + step.init_code_hash.hex(),
        salt="0x" + step.salt.hex(),
    )


def _found(name: str, address: str, source_hash: str) -> Operation[DeployedContract]:
    """A contract that the plan says was there."""
    head: BlockHeader = yield GetBlock()
    code: bytes = yield GetCode(address)
    return DeployedContract(
        name=name,
        address=address,
        block_number=head.number,
        block_hash="0x" + head.hash.hex(),
        transaction_hash="",
        code_hash="0x" + keccak(code).hex(),
        source_hash=source_hash,
        gas_used=0,
    )


_MOVE = "; it was altered, or the chain was replaced: move the file away; nothing was sent"


def check_earlier(earlier: Deployment, proposal: Proposal, path: Path) -> Operation[None]:
    """The operation that compares an earlier manifest with the chain and with a plan.

    Args:
        earlier: as it was read.
        proposal: what is planned, and where.
        path: the file, for the sentence.

    Raises:
        ChainMismatch: it is of another house, or says something that the chain does not.
    """
    at = proposal.addresses
    for name, contract in earlier.contracts.items():
        if contract.address != at[name]:
            raise ChainMismatch(
                f"manifest: {path} is of another house or release, its {name} is at "
                f"{contract.address} and this one's at {at[name]}; choose another system; "
                "nothing was sent"
            )
    for step in (item.step for item in proposal.steps):
        written = earlier.contracts[step.name]
        words = "0x" + encoded(step.arguments).hex()
        if written.init_code_hash and written.constructor_arguments != words:
            raise ChainMismatch(
                f"manifest: constructor_arguments of {step.name} in {path} are not those from "
                "which its address follows" + _MOVE
            )
    for contract in earlier.contracts.values():
        yield from _check_facts(contract, path)
    rulebook: bytes = yield from earlier.rulebook.digest()
    if earlier.rulebook_digest != "0x" + rulebook.hex():
        raise ChainMismatch(
            f"manifest: rulebookDigest in {path} is {earlier.rulebook_digest}, the chain has "
            f"0x{rulebook.hex()}" + _MOVE
        )


def _check_facts(contract: DeployedContract, path: Path) -> Operation[None]:
    """What a manifest says of one contract, and the chain as well.

    Raises:
        ChainMismatch: the chain says otherwise.
    """
    code: bytes = yield GetCode(contract.address)
    on_chain = {"code_hash": "0x" + keccak(code).hex() if code else "no code"}
    on_chain["block_hash"] = yield from _block_hash(contract.block_number)
    if contract.transaction_hash:
        sent: TransactionOutcome | None = yield GetOutcome(
            bytes.fromhex(contract.transaction_hash[2:])
        )
        if sent is None or not sent.succeeded:
            on_chain["transaction_hash"] = "no such transaction"
        else:
            on_chain["block_number"] = str(sent.block_number)
            on_chain["gas_used"] = str(sent.gas_used)
    for field, value in on_chain.items():
        said = str(getattr(contract, field))
        if said != value:
            raise ChainMismatch(
                f"manifest: {field} of {contract.name} in {path} is {said}, the chain has {value}"
                + _MOVE
            )


def _block_hash(number: int) -> Operation[str]:
    """The hash of a block of the chain, as a manifest writes it."""
    try:
        block: BlockHeader = yield GetBlock(number)
    except NoSuchBlock:
        return "no such block"
    return "0x" + block.hash.hex()
