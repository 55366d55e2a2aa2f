"""What a deployment cannot go on from: it says why, and spends nothing where that can be known."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import pytest

from keelmark.chain import Chain
from keelmark.chain.operations import GetCode, Request
from keelmark.chain.signer import Signer
from keelmark.chain.transactions import EstimateGas, GetFees, GetOutcome, SendRaw
from keelmark.deploy.act import DeploymentStopped, Journal, Settings, act
from keelmark.deploy.factory import FACTORY
from keelmark.errors import ChainMismatch, InputError, RpcRefused, RpcUnreachable
from tests.support.meddling import rpc
from tests.support.small_steps import failing_step, small_steps
from tests.support.staged import ETHER, FAST, Stage
from tests.support.staged import node as node
from tests.support.staged import stage as stage

GWEI = 10**9
STEPS = small_steps(3)


def test_other_code_at_an_address(stage: Stage) -> None:
    """Known before anything is sent."""
    rpc(stage.chain, "anvil_setCode", STEPS[2].address, "0x00")
    with pytest.raises(ChainMismatch, match=f"Small3: other code is at {STEPS[2].address}, with"):
        stage.run(STEPS)
    assert (stage.meddling.sent, stage.nonce()) == ([], 0)


def test_another_chain_than_was_planned_for(stage: Stage) -> None:
    """A node that has become another chain's has nothing signed for that one."""
    with pytest.raises(ChainMismatch, match="expected the plan's, 1; nothing was sent"):
        stage.run(STEPS, chain_id=1)
    assert (stage.meddling.sent, stage.journal.of(STEPS[0].address)) == ([], ())
    assert stage.run(STEPS, chain_id=11_155_111)


def test_a_factory_that_is_missing(stage: Stage) -> None:
    """Or that is another contract."""
    for code in ("0x", "0x00"):
        rpc(stage.chain, "anvil_setCode", FACTORY, code)
        with pytest.raises(ChainMismatch, match="chain 11155111 has no deterministic factory at"):
            stage.run(STEPS)
    assert (stage.meddling.sent, stage.nonce()) == ([], 0)


def test_a_client_that_signs_for_another(stage: Stage) -> None:
    """What it signed is neither noted nor sent."""
    other = Signer.generate()
    client = Chain(stage.meddling, other)
    with pytest.raises(InputError, match=f"from in the signed transaction is {other.address}, exp"):
        client.run(act(STEPS, stage.signer.address, settings=FAST, journal=stage.journal))
    assert (stage.meddling.sent, stage.journal.of(STEPS[0].address)) == ([], ())


def test_no_funds_for_all(stage: Stage) -> None:
    """Where the gas of all is known, the sender must have it before the first is sent."""
    gas = {step.name: 60_000 for step in STEPS}
    stage.chain.local.fund(stage.signer.address, 3 * 60_000 * 2 * GWEI - 1)
    words = r"has 0\.000359999999999999 ether, expected 0\.00036 ether or more for 3 contracts"
    with pytest.raises(InputError, match=words):
        stage.run(STEPS, gas=gas)
    assert (stage.meddling.sent, stage.nonce()) == ([], 0)
    stage.chain.local.fund(stage.signer.address, ETHER)
    assert len(stage.run(STEPS, gas=gas)) == 3


def test_no_funds_for_the_next(stage: Stage) -> None:
    """What is made stays; with funds the next run goes on."""
    stage.chain.local.fund(stage.signer.address, 60_000 * 5 * GWEI)
    with pytest.raises(InputError, match="or more for Small2"):
        stage.run(STEPS)
    assert (stage.nonce(), len(stage.meddling.sent)) == (1, 1)
    stage.chain.local.fund(stage.signer.address, ETHER)
    stage.run(STEPS)
    assert stage.nonce() == 3


def test_a_creation_that_would_fail(stage: Stage) -> None:
    """Is not sent; the ones before it are there."""
    steps = (*STEPS[:1], failing_step(), STEPS[1])
    with pytest.raises(DeploymentStopped, match=r"Failing: the chain refuses its creation, .*not"):
        stage.run(steps)
    assert stage.nonce() == 1


def test_a_creation_that_fails(stage: Stage) -> None:
    """The chain said that it would not, and it is not for want of another: the deployment stops
    and names the transaction."""

    def break_factory(request: Request, _: Any) -> None:
        if isinstance(request, SendRaw):
            rpc(stage.chain, "anvil_setCode", FACTORY, "0x60006000fd")

    stage.meddling.after = break_factory
    words = r"Small1: its creation failed in transaction 0x[0-9a-f]{64} of block \d+, which used"
    with pytest.raises(DeploymentStopped, match=words):
        stage.run(STEPS)


def test_a_creation_that_leaves_nothing(stage: Stage) -> None:
    """A factory that takes the money and does nothing is not paid for ever."""

    def empty_factory(request: Request) -> None:
        if isinstance(request, EstimateGas):
            rpc(stage.chain, "anvil_setCode", FACTORY, "0x00")

    stage.meddling.before = empty_factory
    with pytest.raises(DeploymentStopped, match=r"Small1: is not at 0x.*, although it was tried 5"):
        stage.run(STEPS)
    assert stage.nonce() == 5


def test_a_node_that_answers_now_and_then(stage: Stage) -> None:
    """Every third request is not answered, sent transactions among them."""
    count = 0

    def fail(request: Request, _: Any) -> None:
        nonlocal count
        count += 1
        if count % 3 == 0:
            raise RpcUnreachable(f"rpc: no answer to {type(request).__name__}")

    stage.meddling.after = fail
    made = stage.run(STEPS)
    assert len(made) == 3
    assert [row["status"] for row in stage.mined()] == ["0x1"] * 3


def test_nodes_that_are_not_of_one_mind(stage: Stage) -> None:
    """One knows that the first nonce is used, and the others learn three blocks later what by:
    nothing is sent twice meanwhile."""

    def late(request: Request, outcome: Any) -> Any:
        if stage.nonce() == 0 or stage.meddling.pauses > 3:
            return outcome
        if isinstance(request, GetOutcome):
            return None
        return b"" if isinstance(request, GetCode) and request.address != FACTORY else outcome

    stage.meddling.altered = late
    stage.run(STEPS)
    assert [row["status"] for row in stage.mined()] == ["0x1"] * 3


def test_a_node_that_answers_no_more(stage: Stage) -> None:
    """Is asked six times, and then it is said."""
    asked: list[Request] = []

    def fail(request: Request) -> None:
        if isinstance(request, GetFees):
            asked.append(request)
            raise RpcUnreachable("rpc: does not answer")

    stage.meddling.before = fail
    with pytest.raises(RpcUnreachable):
        stage.run(STEPS)
    assert len(asked) == 6


def test_anothers_run_of_the_same_plan(stage: Stage) -> None:
    """A second sender finds the first one's transaction waiting, and lets it be mined."""
    stage.meddling.on_pause = lambda _: None
    with pytest.raises(DeploymentStopped):
        stage.run(STEPS, replace(FAST, patience_seconds=1))
    second = Signer.generate()
    stage.chain.local.fund(second.address)
    stage.meddling.on_pause = lambda _: stage.meddling.mine()
    stage.run(STEPS, signer=second)
    assert (stage.nonce(), stage.nonce(second.address)) == (1, 2)
    assert "of " + stage.signer.address in stage.texts("waiting")[-1]


# What is told of a contract that was there


def test_a_creation_is_found_in_the_chain(stage: Stage) -> None:
    """Long ago, by somebody else; the block and the transaction are found by its code."""
    rpc(stage.chain, "anvil_mine", hex(7))
    first = stage.run(STEPS)
    rpc(stage.chain, "anvil_mine", hex(100))
    other = Signer.generate()
    assert stage.run(STEPS, signer=other, journal=Journal()) == first


def test_a_node_that_has_forgotten(stage: Stage) -> None:
    """Old states are gone: the contract is told of where it is known to be."""
    first = stage.run(STEPS)
    rpc(stage.chain, "anvil_mine", hex(100))
    oldest = stage.chain.block().number - 64

    def forget(request: Request) -> None:
        if not isinstance(request, GetCode) or not isinstance(request.block, int):
            return
        if request.block < oldest:
            raise RpcRefused("rpc: eth_getCode refused, missing trie node")

    stage.meddling.before = forget
    found = stage.run(STEPS, journal=Journal())
    for one, was in zip(found, first, strict=True):
        assert (one.address, one.code_hash) == (was.address, was.code_hash)
        assert (one.transaction_hash, one.gas_used) == (b"", 0)
        assert oldest <= one.block_number <= stage.chain.block().number
        assert stage.chain.block(one.block_number).hash == one.block_hash


@pytest.mark.parametrize(
    "bad",
    [
        {"max_fee": 0},
        {"confirmations": 0},
        {"poll_seconds": -1},
        {"gas_margin_percent": 99},
        {"retries": -1},
    ],
)
def test_settings_out_of_range(bad: dict[str, Any]) -> None:
    """Name the field and its bound."""
    with pytest.raises(InputError, match=f"{next(iter(bad))}: .* is too little, expected"):
        Settings(**bad)
