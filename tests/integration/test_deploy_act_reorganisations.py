"""A deployment under which a real node's chain is reorganised, at every point."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import pytest

from keelmark.chain.operations import GetBlock, GetCode, Request
from tests.support.meddling import rpc
from tests.support.small_steps import small_steps
from tests.support.staged import FAST, Stage
from tests.support.staged import node as node
from tests.support.staged import stage as stage

STEPS = small_steps(3)


def reorganised_at(stage: Stage, pause: int, depth: int) -> None:
    """Replaces the newest blocks by empty ones at one pause."""

    def reorganise(count: int) -> None:
        if count == pause:
            rpc(stage.chain, "anvil_reorg", depth, [])
        else:
            stage.meddling.mine()

    stage.meddling.on_pause = reorganise


def check_whole(stage: Stage, made: Any) -> None:
    """All is there, once, and what is told of it is what the chain has."""
    assert stage.there(STEPS)
    rows = stage.mined()
    assert [row["status"] for row in rows] == ["0x1"] * 3
    for one in made:
        assert stage.chain.block(one.block_number).hash == one.block_hash
        receipt = rpc(stage.chain, "eth_getTransactionReceipt", "0x" + one.transaction_hash.hex())
        assert receipt["blockHash"] == "0x" + one.block_hash.hex()


@pytest.mark.parametrize("depth", [1, 2])
def test_blocks_replaced_while_the_third_contract_is_sent(stage: Stage, depth: int) -> None:
    """What they held is sent anew, and so is the third."""
    reorganised_at(stage, 2, depth)
    check_whole(stage, stage.run(STEPS))


def test_blocks_replaced_between_two_contracts(stage: Stage) -> None:
    """The next one's creation would fail for want of the one that is gone: that is no reason to
    stop."""
    done: list[int] = []

    def reorganise(request: Request) -> None:
        if isinstance(request, GetCode) and stage.nonce() == 2 and not done:
            done.append(1)
            rpc(stage.chain, "anvil_reorg", 2, [])

    stage.meddling.before = reorganise
    check_whole(stage, stage.run(STEPS))


def test_blocks_replaced_while_confirmations_are_waited_for(stage: Stage) -> None:
    """Everything was there; two of three are sent anew, and said to be gone."""
    reorganised_at(stage, 4, 3)
    made = stage.run(STEPS, replace(FAST, confirmations=4))
    check_whole(stage, made)
    gone = [notice.name for notice in stage.notices if notice.kind == "gone"]
    assert gone == ["Small2", "Small3"]


def test_blocks_replaced_while_it_is_looked_up_what_they_hold(stage: Stage) -> None:
    """What was read of a block that is gone is not told: here, of the last one's."""
    looks: list[int] = []

    def reorganise(request: Request) -> None:
        if isinstance(request, GetBlock) and isinstance(request.block, int):
            looks.append(request.block)
            if len(looks) == len(STEPS):
                rpc(stage.chain, "anvil_reorg", 1, [])

    stage.meddling.before = reorganise
    check_whole(stage, stage.run(STEPS))
    assert len(looks) == 2 * len(STEPS)


def test_the_chain_back_where_it_was(stage: Stage) -> None:
    """All of it gone at once, the sender's nonces too."""
    point = stage.chain.local.snapshot()
    done: list[int] = []

    def back(count: int) -> None:
        if stage.nonce() == 3 and not done:
            done.append(count)
            stage.chain.local.revert(point)
            rpc(stage.chain, "anvil_dropAllTransactions")
        stage.meddling.mine()

    stage.meddling.on_pause = back
    check_whole(stage, stage.run(STEPS, replace(FAST, confirmations=3)))
    assert done


def test_a_creation_that_fails_for_want_of_one_that_is_gone(stage: Stage) -> None:
    """Its transaction is in a block and did nothing: the one before it is made anew, then it."""
    done: list[int] = []

    def vanish(_: int) -> None:
        if stage.nonce() == 1 and len(stage.meddling.sent) == 2 and not done:
            done.append(1)
            rpc(stage.chain, "anvil_setCode", STEPS[0].address, "0x")
            rpc(stage.chain, "anvil_setNonce", STEPS[0].address, "0x0")
        stage.meddling.mine()

    stage.meddling.on_pause = vanish
    stage.run(STEPS)
    assert stage.there(STEPS)
    assert [row["status"] for row in stage.mined()] == ["0x1", "0x0", "0x1", "0x1", "0x1"]
