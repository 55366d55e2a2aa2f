"""A house that has lived a little, and a package about it, on the embedded chain."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import pytest

from keelmark.chain import Chain, connect
from keelmark.evidence import Expected, Package
from keelmark.evidence.parts import Scope
from keelmark.ledger.evidence import build_evidence
from tests.integration.test_anvil_equality import Stage, build, live

FIRST_BLOCK = 30
"""After the deployment and the onboarding, so that the chains begin in the middle."""


@dataclass(frozen=True)
class House:
    """A chain with a house, and how to ask for evidence of it."""

    stage: Stage

    @property
    def chain(self) -> Chain:
        """The embedded chain."""
        return self.stage.chain

    def scope(self, **fields: Any) -> Scope:
        """A scope over every reporting contract; fields replace the usual ones."""
        usual: dict[str, Any] = {
            "chain_id": self.chain.chain_id(),
            "contracts": sorted(self.stage.kit.reporting.values()),
            "first_block": FIRST_BLOCK,
            "last_block": self.chain.block().number - 1,
        }
        return Scope(**(usual | fields))

    def package(self, scope: Scope | None = None, **options: Any) -> Package:
        """A package as the SDK builds it."""
        return self.chain.run(build_evidence("CASE-2020/7", scope or self.scope(), **options))

    def expected(self, scope: Scope | None = None, **fields: Any) -> Expected:
        """What a receiver knows who trusts the last block's hash and has the manifest."""
        kit, last = self.stage.kit, (scope or self.scope()).last_block
        usual: dict[str, Any] = {
            "block_hashes": (self.chain.block(last).hash,),
            "request": "CASE-2020/7",
            "chain_id": kit.chain_id,
            "contracts": {
                address: kit.contracts[name].code_hash for name, address in kit.reporting.items()
            },
            "rulebook_digest": kit.rulebook_digest,
        }
        return Expected(**(usual | fields))


@pytest.fixture(scope="package")
def house() -> House:
    """Deployed, with trades, a crash and a loss."""
    stage = Stage(connect("embedded"))
    build(stage)
    live(stage)
    return House(stage)
