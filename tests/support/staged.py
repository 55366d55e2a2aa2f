"""A stage for deployments that something happens to: a node that mines when it is told to, a new
sender, a few small contracts, and everything seen and sent."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import Any

import pytest

from keelmark.chain import Chain
from keelmark.chain.anvil import running_anvil
from keelmark.chain.operations import GetCode
from keelmark.chain.signer import Signer, TransactionSigner
from keelmark.chain.transactions import GetNonce
from keelmark.deploy.act import Journal, Made, Notice, Settings, act
from keelmark.deploy.steps import Step
from tests.support.meddling import Meddling, rpc

__all__ = ["ETHER", "FAST", "PAYEE", "Stage", "new_stage", "node", "stage"]

FAST = Settings(poll_seconds=1, stuck_seconds=3, patience_seconds=30)
"""A pause of the stage's is a second, and mines a block."""

PAYEE = "0x" + "77" * 20

ETHER = 10**18


@dataclass
class Stage:
    """A deployment on a node, seen from all sides."""

    chain: Chain
    signer: Signer
    meddling: Meddling
    journal: Journal = field(default_factory=Journal)
    notices: list[Notice] = field(default_factory=list)

    def run(
        self,
        steps: tuple[Step, ...],
        settings: Settings = FAST,
        signer: TransactionSigner | None = None,
        **options: Any,
    ) -> tuple[Made, ...]:
        """The deployment."""
        payer = signer or self.signer
        client = Chain(self.meddling, payer)
        fields = {"journal": self.journal, "progress": self.notices.append, **options}
        return client.run(act(steps, payer.address, settings=settings, **fields))

    def kinds(self) -> list[str]:
        """What was told, in a word each."""
        return [notice.kind for notice in self.notices]

    def texts(self, kind: str) -> list[str]:
        """What was told of one kind."""
        return [notice.text for notice in self.notices if notice.kind == kind]

    def nonce(self, address: str | None = None) -> int:
        """How many transactions an account has in blocks."""
        count: int = self.chain.node.answer(GetNonce(address or self.signer.address))
        return count

    def there(self, steps: tuple[Step, ...]) -> bool:
        """Whether each contract is there, with its code."""
        codes = [self.chain.node.answer(GetCode(step.address)) for step in steps]
        return all(codes)

    def mined(self) -> list[dict[str, Any]]:
        """The sender's transactions in blocks, each with its receipt's status, in their order."""
        head = self.chain.block().number
        found = []
        for number in range(head + 1):
            for row in rpc(self.chain, "eth_getBlockByNumber", hex(number), True)["transactions"]:
                if row["from"] == self.signer.address.lower():
                    receipt = rpc(self.chain, "eth_getTransactionReceipt", row["hash"])
                    found.append({**row, "status": receipt["status"]})
        return found

    def payment(self, nonce: int, gwei: int = 500, value: int = 1) -> bytes:
        """A payment that the same account makes, signed elsewhere."""
        return self.signer.sign_transaction(
            {
                "type": 2,
                "chainId": self.chain.chain_id(),
                "nonce": nonce,
                "gas": 21_000,
                "value": value,
                "data": b"",
                "to": PAYEE,
                "maxFeePerGas": gwei * 10**9,
                "maxPriorityFeePerGas": gwei * 10**9,
            }
        )

    def send(self, raw: bytes) -> str:
        """Hands a transaction to the node past the deployment."""
        return str(rpc(self.chain, "eth_sendRawTransaction", "0x" + raw.hex()))

    def base_fee(self, gwei: int) -> None:
        """What the next block costs."""
        rpc(self.chain, "anvil_setNextBlockBaseFeePerGas", hex(gwei * 10**9))


def new_stage(chain: Chain, wei: int = 100 * ETHER, *, dynamic: bool = True) -> Stage:
    """A stage on a node: empty pool, the usual fees, a new sender with money; ``dynamic`` where
    the chain has a base fee."""
    rpc(chain, "evm_setAutomine", False)
    rpc(chain, "anvil_dropAllTransactions")
    if dynamic:
        rpc(chain, "anvil_setNextBlockBaseFeePerGas", hex(10**9))
    signer = Signer.generate()
    chain.local.fund(signer.address, wei)
    return Stage(chain, signer, Meddling(chain))


@pytest.fixture(scope="module")
def node(anvil: Chain) -> Iterator[Chain]:
    """A node of a test file's own, with the chain id of Sepolia; skipped where anvil is not."""
    del anvil
    with running_anvil(chain_id=11_155_111) as chain:
        yield chain


@pytest.fixture
def stage(node: Chain) -> Iterator[Stage]:
    """A stage on it; what happens there is undone."""
    with node.undone():
        yield new_stage(node)
