"""The kit created by the CREATE2 factory, and what a manifest says of it."""

from __future__ import annotations

from typing import Any

from keelmark.chain import Chain
from keelmark.chain.operations import Operation, Receipt, Transact
from keelmark.deploy.factory import FACTORY
from keelmark.deploy.kit import artefacts
from keelmark.deploy.plan import DeployedContract
from keelmark.deploy.roles import held_roles
from keelmark.deploy.steps import steps
from tests.support.deployed_kit import DeployedKit, plan_kit
from tests.support.houses import DIGITS, created, factory_deployment

__all__ = ["deploy_by_factory", "to_factory"]


def deploy_by_factory(reading: Chain, **changes: Any) -> DeployedKit:
    """Deploys the kit through the factory, which must be on the chain."""
    chain, plan = plan_kit(reading, **changes)
    contracts: dict[str, DeployedContract] = {}
    for step in steps(plan, artefacts(), chain_id=chain.chain_id(), token_digits=DIGITS):
        receipt = chain.run(to_factory(step.calldata))
        assert step.code_hash is not None
        contracts[step.name] = created(
            step,
            receipt.block_number,
            "0x" + receipt.block_hash.hex(),
            "0x" + receipt.transaction_hash.hex(),
            receipt.gas_used,
        )
    made = factory_deployment(
        plan,
        artefacts(),
        chain_id=chain.chain_id(),
        contracts=contracts,
        roles=chain.run(held_roles({name: one.address for name, one in contracts.items()})),
    )
    return DeployedKit(chain, plan, made)


def to_factory(data: bytes) -> Operation[Receipt]:
    """The operation that asks the factory for a contract."""
    receipt: Receipt = yield Transact(FACTORY, data, gas=12_000_000)
    return receipt
