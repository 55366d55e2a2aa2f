"""A deployment that is killed, wherever it is, goes on to the same result."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

from keelmark.chain import Chain
from keelmark.chain.anvil import running_anvil
from keelmark.chain.signer import Signer
from keelmark.chain.transports import RpcNode
from keelmark.deploy.act import open_journal
from tests.support.killed_deployment import MOMENTS, Death, killed_deployment
from tests.support.small_steps import small_steps
from tests.support.staged import Stage, new_stage

KEY = b"\x51" * 32
STEPS = small_steps(3)

every_moment = pytest.mark.parametrize("moment", MOMENTS)


@pytest.fixture(scope="module")
def node(anvil: Chain) -> Iterator[Chain]:
    """A node of this file's own, with the chain id of Base Sepolia."""
    del anvil
    with running_anvil(chain_id=84_532) as chain:
        yield chain


@pytest.fixture
def stage(node: Chain) -> Iterator[Stage]:
    """A stage on it, with a key that a child knows."""
    with node.undone():
        stage = new_stage(node)
        stage.signer = Signer.from_key(KEY)
        node.local.fund(stage.signer.address)
        yield stage


def killed(stage: Stage, journal: Path, death: Death) -> bool:
    """Whether a deployment on the stage's node died there."""
    assert isinstance(stage.chain.node, RpcNode)
    return killed_deployment(stage.chain.node.url, KEY, len(STEPS), journal, death)


def resumed(stage: Stage, journal: Path) -> None:
    """The next run ends it, with three transactions in all and none that failed."""
    with open_journal(journal, 84_532) as book:
        made = stage.run(STEPS, journal=book)
        assert stage.run(STEPS, journal=book) == made
    assert [one.address for one in made] == [step.address for step in STEPS]
    assert [one.code_hash for one in made] == [step.code_hash for step in STEPS]
    rows = stage.mined()
    assert [row["status"] for row in rows] == ["0x1"] * 3
    assert ["0x" + one.transaction_hash.hex() for one in made] == [row["hash"] for row in rows]


@every_moment
@pytest.mark.parametrize("step", range(3))
def test_killed(stage: Stage, tmp_path: Path, step: int, moment: str) -> None:
    """At each contract and each moment."""
    journal = tmp_path / "journal"
    assert killed(stage, journal, Death(step, moment))
    assert stage.nonce() == step + (moment == "mined")
    resumed(stage, journal)


@every_moment
def test_killed_and_the_journal_lost(stage: Stage, tmp_path: Path, moment: str) -> None:
    """The chain, and what the sender has in the node, are enough."""
    journal = tmp_path / "journal"
    assert killed(stage, journal, Death(1, moment))
    journal.unlink()
    resumed(stage, journal)


def test_killed_again_and_again(stage: Stage, tmp_path: Path) -> None:
    """Every run dies at its first transaction, each time at another moment, until one does not
    have to send any."""
    journal = tmp_path / "journal"
    deaths = 0
    while killed(stage, journal, Death(0, MOMENTS[deaths % len(MOMENTS)])):
        stage.meddling.mine()
        deaths += 1
        assert deaths < 12
    assert deaths >= 4
    resumed(stage, journal)


def test_killed_while_it_writes(stage: Stage, tmp_path: Path) -> None:
    """A line that is torn was never sent, and goes."""
    journal = tmp_path / "journal"
    assert killed(stage, journal, Death(1, "noted"))
    text = journal.read_text()
    journal.write_text(text[:-40])
    resumed(stage, journal)
    assert len(journal.read_text().splitlines()) == 4
