"""The kit created by the CREATE2 factory, and what a manifest says of it."""

from __future__ import annotations

from typing import Any

from eth_utils.address import to_checksum_address

from keelmark import __version__
from keelmark.chain import Chain
from keelmark.chain.operations import Operation, Receipt, Transact
from keelmark.deploy import Deployment
from keelmark.deploy.factory import FACTORY
from keelmark.deploy.kit import artefacts
from keelmark.deploy.plan import DeployedContract
from keelmark.deploy.roles import held_roles
from keelmark.deploy.steps import steps
from keelmark.deploy.wiring import encoded
from keelmark.regulation import digest
from tests.support.deployed_kit import DeployedKit, plan_kit

__all__ = ["deploy_by_factory"]


def deploy_by_factory(reading: Chain, **changes: Any) -> DeployedKit:
    """Deploys the kit through the factory, which must be on the chain."""
    chain, plan = plan_kit(reading, **changes)
    contracts: dict[str, DeployedContract] = {}
    for step in steps(plan, artefacts(), chain_id=chain.chain_id(), token_digits=6):
        receipt = chain.run(_send(FACTORY, step.calldata))
        assert step.code_hash is not None
        contracts[step.name] = DeployedContract(
            name=step.name,
            address=step.address,
            block_number=receipt.block_number,
            block_hash="0x" + receipt.block_hash.hex(),
            transaction_hash="0x" + receipt.transaction_hash.hex(),
            code_hash="0x" + step.code_hash.hex(),
            source_hash=step.source_hash,
            gas_used=receipt.gas_used,
            constructor_arguments="0x" + encoded(step.arguments).hex(),
            init_code_hash="0x" + step.init_code_hash.hex(),
            salt="0x" + step.salt.hex(),
        )
    roles = chain.run(held_roles({name: one.address for name, one in contracts.items()}))
    made = Deployment(
        chain_id=chain.chain_id(),
        rulebook_digest="0x" + digest().hex(),
        regime=plan.regime,
        lei=plan.lei,
        token=to_checksum_address(plan.token),
        token_feed=plan.token_feed,
        contracts=contracts,
        release=__version__,
        factory=FACTORY,
        roles=roles,
    )
    return DeployedKit(chain, plan, made)


def _send(to: str, data: bytes) -> Operation[Receipt]:
    """The operation that sends a transaction."""
    receipt: Receipt = yield Transact(to, data, gas=12_000_000)
    return receipt
