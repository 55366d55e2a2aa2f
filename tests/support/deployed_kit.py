"""The kit on a chain of its own, for tests that look at deployed code."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from keelmark.chain import Chain, Signer, SigningChain
from keelmark.chain.operations import GetCode, Operation
from keelmark.deploy import Deployment, Plan, deploy
from tests.support.houses import LEI, holder, house_plan, with_token

__all__ = ["HOUSE_LEI", "DeployedKit", "code_at", "deploy_kit", "holder", "plan_kit"]

HOUSE_LEI = LEI

KEY = bytes.fromhex("88" * 32)


@dataclass(frozen=True, slots=True)
class DeployedKit:
    """A house, the plan that it came from and the chain it is on."""

    chain: SigningChain
    plan: Plan
    deployment: Deployment

    def code(self, name: str) -> bytes:
        """Deployed code of one of the kit's contracts."""
        return self.chain.run(code_at(self.deployment.contracts[name].address))


def code_at(address: str) -> Operation[bytes]:
    """The operation that reads deployed code."""
    code: bytes = yield GetCode(address)
    return code


def deploy_kit(reading: Chain, **changes: Any) -> DeployedKit:
    """Deploys the kit with play money; ``changes`` are fields of the plan."""
    chain, plan = plan_kit(reading, **changes)
    return DeployedKit(chain, plan, deploy(chain, plan))


def plan_kit(reading: Chain, **changes: Any) -> tuple[SigningChain, Plan]:
    """A plan with play money that is there, and who can pay; ``changes`` are fields of it."""
    signer = Signer.from_key(KEY)
    reading.local.fund(signer.address)
    chain = reading.signing(signer)
    return chain, house_plan(with_token(chain), **changes)
