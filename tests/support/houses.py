"""Houses to deploy: a plan whose roles are held by addresses that nobody has the key of, a token
for it, and the factory on a chain of one's own."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from eth_utils.address import to_checksum_address

from keelmark.bindings import TestToken as Token
from keelmark.chain import Chain, Signer, SigningChain
from keelmark.chain.compiler import Artefact, compile_contract
from keelmark.chain.embedded import EmbeddedNode
from keelmark.deploy.factory import CREATION, CREATOR, CREATOR_WEI, FACTORY
from keelmark.deploy.plan import DeployedContract, Deployment, Plan
from keelmark.deploy.roles import planned_roles
from keelmark.deploy.steps import Step, steps
from keelmark.deploy.wiring import encoded
from keelmark.regulation import digest
from tests.conftest import find

LEI = "529900T8BM49AURSDO55"
"""The LEI of the register's own publisher, as it prints it."""

CHAIN_ID = 11_155_111
"""Of a deployment that is on no chain."""

DIGITS = 6
"""Decimals of the token."""


def holder(number: int) -> str:
    """An address for a role's holder, checksummed."""
    return str(to_checksum_address("0x" + f"{number:02x}" * 20))


def house_plan(token: str = holder(0xD0), **changes: Any) -> Plan:
    """A plan with a holder of its own for each role."""
    fields: dict[str, Any] = {
        "lei": LEI,
        "token": token,
        "token_feed": 2,
        "operator": holder(0xA1),
        "registrar": holder(0xA2),
        "supervisor": holder(0xA3),
        "convenor": holder(0xA6),
        "supervisor_lei": LEI,
        "supervisor_jurisdiction": "DE",
        "sanctions_officer": holder(0xA7),
        "lister": holder(0xA4),
        "price_operator": holder(0xA5),
    }
    return Plan(**{**fields, **changes})


def with_token(chain: SigningChain) -> str:
    """A settlement token on the chain; answers its address."""
    receipt = chain.run(
        Token.create(
            compile_contract(find("testnet/TestToken")).bytecode,
            long_name="Test dollar",
            short_name="TUSD",
            digits=DIGITS,
            minter=chain.address,
        )
    )
    return str(receipt.contract)


def with_factory(chain: Chain, signer: Signer) -> SigningChain:
    """An embedded chain with the factory on it and a signer that can pay."""
    node = chain.node
    assert isinstance(node, EmbeddedNode)
    node.fund(CREATOR, CREATOR_WEI)
    node.backend.send_raw_transaction(CREATION)
    node.fund(signer.address)
    return chain.signing(signer)


def factory_deployment(plan: Plan, compiled: Mapping[str, Artefact], **changes: Any) -> Deployment:
    """The deployment that a plan becomes through the factory, with made-up blocks."""
    planned = steps(plan, compiled, chain_id=CHAIN_ID, token_digits=DIGITS)
    contracts = {
        step.name: created(step, place, f"0x{place:064x}", f"0x{place:064x}", place)
        for place, step in enumerate(planned, 1)
    }
    fields: dict[str, Any] = {
        "chain_id": CHAIN_ID,
        "rulebook_digest": "0x" + digest().hex(),
        "regime": plan.regime,
        "lei": plan.lei,
        "token": to_checksum_address(plan.token),
        "token_feed": plan.token_feed,
        "contracts": contracts,
        "release": "0.1.0",
        "factory": FACTORY,
        "roles": planned_roles(plan),
    }
    return Deployment(**{**fields, **changes})


def created(
    step: Step, block_number: int, block_hash: str, transaction_hash: str, gas_used: int
) -> DeployedContract:
    """What a manifest says of a step that was taken."""
    return DeployedContract(
        name=step.name,
        address=step.address,
        block_number=block_number,
        block_hash=block_hash,
        transaction_hash=transaction_hash,
        code_hash="0x" + (step.code_hash or b"").hex(),
        source_hash=step.source_hash,
        gas_used=gas_used,
        constructor_arguments="0x" + encoded(step.arguments).hex(),
        init_code_hash="0x" + step.init_code_hash.hex(),
        salt="0x" + step.salt.hex(),
    )


def house_text(**changes: str | None) -> str:
    """The house file of `house_plan`; values are TOML, and None leaves a field out."""
    lines: dict[str, str | None] = {
        "lei": f'"{LEI}"',
        "token": f'"{holder(0xD0)}"',
        "token_feed": "2",
        "operator": f'"{holder(0xA1)}"',
        "registrar": f'"{holder(0xA2)}"',
        "supervisor": f'"{holder(0xA3)}"',
        "convenor": f'"{holder(0xA6)}"',
        "supervisor_lei": f'"{LEI}"',
        "supervisor_jurisdiction": '"DE"',
        "sanctions_officer": f'"{holder(0xA7)}"',
        "lister": f'"{holder(0xA4)}"',
        "price_operator": f'"{holder(0xA5)}"',
        **changes,
    }
    return "".join(f"{name} = {value}\n" for name, value in lines.items() if value is not None)
