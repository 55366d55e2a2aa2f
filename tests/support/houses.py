"""Houses to deploy: a plan whose roles are held by addresses that nobody has the key of, a token
for it, and the factory on a chain of one's own."""

from __future__ import annotations

from typing import Any

from keelmark.bindings import TestToken as Token
from keelmark.chain import Chain, Signer, SigningChain
from keelmark.chain.compiler import compile_contract
from keelmark.chain.embedded import EmbeddedNode
from keelmark.deploy.factory import CREATION, CREATOR, CREATOR_WEI
from keelmark.deploy.plan import Plan
from tests.conftest import find

LEI = "529900T8BM49AURSDO55"
"""The LEI of the register's own publisher, as it prints it."""

DIGITS = 6
"""Decimals of the token."""


def holder(number: int) -> str:
    """An address for a role's holder."""
    return "0x" + f"{number:02x}" * 20


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
