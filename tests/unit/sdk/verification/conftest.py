"""A house that has lived a little, and its store in memory."""

from __future__ import annotations

from dataclasses import dataclass

import pytest

from keelmark.chain import Chain, connect
from keelmark.deploy import Deployment
from keelmark.ledger.reader import Reading
from keelmark.verification import Trust
from tests.integration.test_anvil_equality import Stage, build, live
from tests.support.verified import Memory, read_house


@dataclass(frozen=True)
class Lived:
    """A chain, the house on it, and an honest store of it."""

    chain: Chain
    kit: Deployment
    store: Memory
    reading: Reading
    ends: tuple[int, ...]
    """Blocks at which a checkpoint and proofs stand."""

    @property
    def head(self) -> Trust:
        """The last block, trusted."""
        return self.trust(self.ends[-1])

    def trust(self, block: int) -> Trust:
        """A block, trusted."""
        return Trust(self.chain.block(block).hash, block)


@pytest.fixture(scope="package")
def lived() -> Lived:
    """Deployed, with trades, a crash and a loss, read in five row sets."""
    stage = Stage(connect("embedded"))
    build(stage)
    live(stage)
    last = stage.chain.block().number
    first = stage.kit.contracts["Supervision"].block_number
    ends = tuple(first + (last - first) * part // 5 for part in range(1, 6))
    store, reading = read_house(stage.chain, stage.kit, ends)
    return Lived(stage.chain, stage.kit, store, reading, ends)
