"""The kit on a chain of its own, for tests that look at deployed code."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from keelmark.bindings import TestToken as Token
from keelmark.chain import Chain, Signer, SigningChain
from keelmark.chain.compiler import compile_contract
from keelmark.chain.operations import GetCode, Operation
from keelmark.deploy import Deployment, Plan, deploy

__all__ = ["HOUSE_LEI", "DeployedKit", "code_at", "deploy_kit", "holder", "plan_kit"]

HOUSE_LEI = "529900T8BM49AURSDO55"
"""The LEI of the register's own publisher, as it prints it."""

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


def holder(number: int) -> str:
    """An address for a role's holder."""
    return "0x" + f"{number:02x}" * 20


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
    token = chain.run(
        Token.create(
            compile_contract("testnet/TestToken").bytecode,
            long_name="Test dollar",
            short_name="TUSD",
            digits=6,
            minter=chain.address,
        )
    )
    fields: dict[str, Any] = {
        "lei": HOUSE_LEI,
        "token": token.contract,
        "token_feed": 2,
        "operator": holder(0xA1),
        "registrar": holder(0xA2),
        "supervisor": holder(0xA3),
        "convenor": holder(0xA6),
        "supervisor_lei": HOUSE_LEI,
        "supervisor_jurisdiction": "DE",
        "sanctions_officer": holder(0xA7),
        "lister": holder(0xA4),
        "price_operator": holder(0xA5),
    }
    return chain, Plan(**{**fields, **changes})
