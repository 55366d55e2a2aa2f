"""The whole kit through the factory, on two nodes with the chain ids of two public testnets."""

from __future__ import annotations

import asyncio
import sys
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest

from keelmark.chain import Chain, connect
from keelmark.chain.accounts import open_signer
from keelmark.chain.anvil import running_anvil
from keelmark.chain.operations import GetCode
from keelmark.chain.signer import Signer, TransactionSigner
from keelmark.deploy import kit
from keelmark.deploy.act import Journal, Made, Notice, Settings, act, open_journal
from keelmark.deploy.factory import FACTORY
from keelmark.deploy.plan import KIT
from keelmark.deploy.steps import Step, steps
from tests.support.houses import DIGITS, house_plan, with_factory, with_token
from tests.support.meddling import rpc
from tests.support.signing_process import signing_process
from tests.support.small_steps import small_steps

SEPOLIA, BASE_SEPOLIA = 11_155_111, 84_532
QUICK = Settings(poll_seconds=0.02)
MINTER = b"\x61" * 32

GAS_OF_THE_KIT = (58_000_000, 65_000_000)
"""Between which the gas of all seventeen creations lies."""


@dataclass(frozen=True)
class Deployed:
    """The kit on one of the chains."""

    chain: Chain
    planned: tuple[Step, ...]
    made: tuple[Made, ...]
    sender: str
    first: int
    """The sender's nonce before it."""


@pytest.fixture(scope="module")
def nodes(anvil: Chain) -> Iterator[tuple[Chain, Chain]]:
    """Two nodes, each a process."""
    del anvil
    with running_anvil(chain_id=SEPOLIA) as first, running_anvil(chain_id=BASE_SEPOLIA) as second:
        yield first, second


@pytest.fixture(scope="module")
def both(nodes: tuple[Chain, Chain], tmp_path_factory: pytest.TempPathFactory) -> list[Deployed]:
    """The same plan on both, by senders of their own."""
    folder = tmp_path_factory.mktemp("journals")
    return [deployed(node, folder / str(number), number) for number, node in enumerate(nodes)]


def deployed(node: Chain, journal: Path, number: int) -> Deployed:
    """The kit on one node, whose token is at the same address as on the other."""
    minter = Signer.from_key(MINTER)
    node.local.fund(minter.address)
    token = with_token(node.signing(minter))
    chain_id = node.chain_id()
    planned = steps(house_plan(token), kit.artefacts(), chain_id=chain_id, token_digits=DIGITS)
    sender = Signer.from_key(bytes([0x70 + number]) * 32)
    node.local.fund(sender.address)
    for nonce in range(number):
        rpc(node, "anvil_setNonce", sender.address, hex(nonce + 40))
    first = int(rpc(node, "eth_getTransactionCount", sender.address, "latest"), 16)
    with open_journal(journal, chain_id) as book:
        operation = act(planned, sender.address, settings=QUICK, journal=book)
        made = node.signing(sender).run(operation)
    return Deployed(node, planned, made, sender.address, first)


def test_the_same_plan_gives_the_same_addresses(both: list[Deployed]) -> None:
    """On both chains, by whomever and whatever was sent before: all seventeen, as predicted."""
    first, second = both
    assert [one.name for one in first.made] == list(KIT)
    assert [one.address for one in first.made] == [one.address for one in second.made]
    assert [one.address for one in first.made] == [step.address for step in first.planned]
    assert first.sender != second.sender
    assert first.first != second.first


def test_the_code_is_what_was_planned(both: list[Deployed]) -> None:
    """Hash for hash. The order matcher's differs, which holds the chain's id in its code; nothing
    else does."""
    for one in both:
        assert [made.code_hash for made in one.made] == [step.code_hash for step in one.planned]
    first, second = both
    differing = {
        here.name
        for here, there in zip(first.made, second.made, strict=True)
        if here.code_hash != there.code_hash
    }
    assert differing == {"OrderMatcher"}


def test_one_transaction_a_contract(both: list[Deployed]) -> None:
    """Each to the factory, each in its block, and their gas in all."""
    for one in both:
        count = int(rpc(one.chain, "eth_getTransactionCount", one.sender, "latest"), 16)
        assert count == one.first + len(KIT)
        for made, step in zip(one.made, one.planned, strict=True):
            row = rpc(one.chain, "eth_getTransactionByHash", "0x" + made.transaction_hash.hex())
            assert row["to"] == FACTORY.lower()
            assert row["input"] == "0x" + step.calldata.hex()
            assert int(row["blockNumber"], 16) == made.block_number
    gas = [sum(made.gas_used for made in one.made) for one in both]
    sys.stdout.write(f"gas of the whole kit: {gas[0]:,} and {gas[1]:,}\n")
    assert GAS_OF_THE_KIT[0] < gas[0] < GAS_OF_THE_KIT[1]
    assert abs(gas[0] - gas[1]) < 1_000


def test_the_second_run_sends_nothing(both: list[Deployed], tmp_path: Path) -> None:
    """By anybody, with a journal or without: it answers the same."""
    for one in both:
        stranger = Signer.generate()
        with open_journal(tmp_path / str(one.chain.chain_id()), one.chain.chain_id()) as book:
            again = one.chain.signing(stranger).run(
                act(one.planned, stranger.address, settings=QUICK, journal=book)
            )
        assert again == one.made


def test_an_external_signer_deploys(nodes: tuple[Chain, Chain]) -> None:
    """The key is in another process; this one only sends what it has checked."""
    key = b"\x62" * 32
    planned = small_steps(2, first=1000)
    with signing_process(key, dialect="clef") as process:
        signer: TransactionSigner = open_signer(process.url)
        nodes[0].local.fund(signer.address)
        made = nodes[0].signing(signer).run(act(planned, signer.address, settings=QUICK))
        assert [one.code_hash for one in made] == [step.code_hash for step in planned]
        assert [int(asked["nonce"], 16) for asked in process.asked] == [0, 1]


def test_asynchronously(nodes: tuple[Chain, Chain]) -> None:
    """The other driver makes the same of it."""
    planned = small_steps(2, first=2000)
    signer = Signer.generate()
    nodes[0].local.fund(signer.address)
    told: list[Notice] = []

    async def run() -> Any:
        client = nodes[0].asynchronous().signing(signer)
        try:
            operation = act(planned, signer.address, settings=QUICK, progress=told.append)
            return await client.run(operation)
        finally:
            await client.close()

    made = asyncio.run(run())
    assert [one.address for one in made] == [step.address for step in planned]
    assert [notice.kind for notice in told] == ["sent", "made"] * 2


def test_on_the_embedded_chain() -> None:
    """Where a pause is a block: also what is not there is found out, and how it came to be."""
    signer = Signer.generate()
    chain = with_factory(connect(), signer)
    planned = small_steps(3)
    journal = Journal()
    settings = Settings(confirmations=4)
    made = chain.run(act(planned, signer.address, settings=settings, journal=journal))
    assert [one.code_hash for one in made] == [step.code_hash for step in planned]
    # A block for the transaction and one for the pause after it.
    first = made[0].block_number
    assert [one.block_number for one in made] == [first, first + 2, first + 4]
    assert chain.block().number == made[-1].block_number + 3
    assert chain.run(act(planned, signer.address, journal=Journal())) == made
    assert chain.node.answer(GetCode(planned[0].address))
