"""What may happen to a deployment on a real node, and that it ends as if nothing had."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import pytest

from keelmark.chain.anvil import running_anvil
from keelmark.chain.operations import Request
from keelmark.chain.signed_transaction import transaction_fields, transaction_hash
from keelmark.chain.transactions import SendRaw, SignFields
from keelmark.deploy.act import DeploymentStopped, Journal
from tests.support.meddling import rpc
from tests.support.small_steps import small_steps
from tests.support.staged import FAST, PAYEE, Stage, new_stage
from tests.support.staged import node as node
from tests.support.staged import stage as stage

GWEI = 10**9
STEPS = small_steps(3)


def test_one_after_another(stage: Stage) -> None:
    """Three contracts, three transactions, and what is answered is what the chain says."""
    made = stage.run(STEPS)
    rows = stage.mined()
    assert [one.name for one in made] == ["Small1", "Small2", "Small3"]
    assert [int(row["nonce"], 16) for row in rows] == [0, 1, 2]
    for one, row, step in zip(made, rows, STEPS, strict=True):
        receipt = rpc(stage.chain, "eth_getTransactionReceipt", row["hash"])
        assert (one.address, one.code_hash) == (step.address, step.code_hash)
        assert "0x" + one.transaction_hash.hex() == row["hash"]
        assert "0x" + one.block_hash.hex() == row["blockHash"]
        assert one.block_number == int(row["blockNumber"], 16)
        assert one.gas_used == int(receipt["gasUsed"], 16)
        assert one.gas_price == int(receipt["effectiveGasPrice"], 16)
    assert stage.kinds() == ["sent", "made"] * 3


def test_noted_before_it_is_sent(stage: Stage) -> None:
    """The journal knows each transaction when it is handed over."""

    def check(request: Request) -> None:
        if isinstance(request, SendRaw):
            noted = stage.journal.at(stage.signer.address, stage.nonce())
            assert [one.hash for one in noted] == [transaction_hash(request.raw)]

    stage.meddling.before = check
    stage.run(STEPS)


def test_the_second_run_sends_nothing(stage: Stage) -> None:
    """With the journal or without it; it even answers the same."""
    first = stage.run(STEPS)
    del stage.meddling.sent[:], stage.notices[:]
    assert stage.run(STEPS) == first
    assert stage.run(STEPS, journal=Journal()) == first
    assert stage.meddling.sent == []
    assert stage.kinds() == ["there"] * 6
    assert stage.nonce() == 3


def test_confirmations(stage: Stage) -> None:
    """The last contract's block and four more."""
    made = stage.run(STEPS, replace(FAST, confirmations=5))
    assert stage.chain.block().number == made[-1].block_number + 4
    assert "for 5 confirmations" in stage.texts("waiting")[-1]


def test_no_new_blocks(stage: Stage) -> None:
    """Confirmations that never come are not waited for for ever."""
    stage.meddling.on_pause = lambda count: stage.meddling.mine() if count < 3 else None
    with pytest.raises(DeploymentStopped, match="has been the newest for 31 seconds"):
        stage.run(STEPS, replace(FAST, confirmations=5))
    assert stage.nonce() == 3


def test_a_transaction_that_is_never_mined(stage: Stage) -> None:
    """Nothing moves, it is replaced as far as four times what is right, and then it stops."""
    stage.meddling.on_pause = lambda _: None
    with pytest.raises(DeploymentStopped, match="Small1: nonce 0 is not used up, and nothing has"):
        stage.run(STEPS, replace(FAST, patience_seconds=5))
    caps = [transaction_fields(raw)["maxFeePerGas"] for raw in stage.meddling.sent]
    assert caps == sorted(caps)
    assert caps[-1] <= 4 * 3 * GWEI


# A transaction that is lost


def test_a_dropped_transaction_is_sent_again(stage: Stage) -> None:
    """The very same one, without another signature."""
    signed: list[Request] = []

    def watch(request: Request) -> None:
        if isinstance(request, SignFields):
            signed.append(request)

    def drop_once(count: int) -> None:
        if count == 0:
            sent = transaction_hash(stage.meddling.sent[0])
            rpc(stage.chain, "anvil_dropTransaction", "0x" + sent.hex())
        stage.meddling.mine()

    stage.meddling.before, stage.meddling.on_pause = watch, drop_once
    stage.run(STEPS)
    assert len(signed) == 3
    assert stage.meddling.sent[0] == stage.meddling.sent[1]
    assert stage.kinds().count("sent again") == 1
    assert stage.nonce() == 3


def test_a_dropped_transaction_that_pays_too_little_by_now(stage: Stage) -> None:
    """The node does not take it again; another one with the same nonce pays what is right."""

    def drop_and_raise(count: int) -> None:
        if count == 0:
            rpc(stage.chain, "anvil_dropAllTransactions")
            stage.base_fee(50)
        else:
            stage.meddling.mine()

    stage.meddling.on_pause = drop_and_raise
    stage.run(STEPS)
    first, again, other = (transaction_fields(raw) for raw in stage.meddling.sent[:3])
    assert first == again
    assert (first["nonce"], other["nonce"]) == (0, 0)
    # EIP-1559: after an empty block at 50 gwei an eighth less; twice that, and the tip.
    assert other["maxFeePerGas"] == 2 * 43_750_000_000 + GWEI
    assert stage.nonce() == 3


def test_a_dropped_transaction_found_by_the_next_run(stage: Stage) -> None:
    """The journal knows it, the node does not: its nonce is used anew."""
    stage.meddling.on_pause = lambda _: None
    with pytest.raises(DeploymentStopped):
        stage.run(STEPS, replace(FAST, patience_seconds=2))
    rpc(stage.chain, "anvil_dropAllTransactions")
    stage.meddling.on_pause = lambda _: stage.meddling.mine()
    stage.run(STEPS)
    assert stage.nonce() == 3


def test_a_waiting_transaction_found_by_the_next_run(stage: Stage) -> None:
    """It is watched, and not sent again."""
    stage.meddling.on_pause = lambda _: None
    with pytest.raises(DeploymentStopped):
        stage.run(STEPS, replace(FAST, patience_seconds=1))
    assert len(stage.meddling.sent) == 1
    stage.meddling.on_pause = lambda _: stage.meddling.mine()
    stage.run(STEPS)
    assert len(stage.meddling.sent) == 3
    assert "finds transaction 0x" in stage.texts("waiting")[-1]
    assert stage.nonce() == 3


# Nonces


def test_a_nonce_gap_is_filled(stage: Stage) -> None:
    """A payment waits for two nonces that nobody has sent: the first two contracts take them."""
    stage.send(stage.payment(nonce=2))
    stage.run(STEPS)
    rows = stage.mined()
    assert [int(row["nonce"], 16) for row in rows] == [0, 1, 2, 3]
    assert rows[2]["to"] == PAYEE
    assert all(row["status"] == "0x1" for row in rows)


def test_anothers_transaction_is_waited_for(stage: Stage) -> None:
    """A payment that waits is neither replaced nor overtaken."""
    stage.meddling.on_pause = lambda count: stage.meddling.mine() if count > 5 else None
    stage.send(stage.payment(nonce=0, gwei=2))
    stage.run(STEPS)
    rows = stage.mined()
    assert rows[0]["to"] == PAYEE
    assert len(rows) == 4
    assert stage.texts("waiting")[0].startswith("waits for 1 earlier transactions of")


def test_anothers_transaction_that_never_goes(stage: Stage) -> None:
    """Is left alone, and the deployment stops with nothing sent."""
    stage.meddling.on_pause = lambda _: None
    stage.send(stage.payment(nonce=0, gwei=2))
    with pytest.raises(DeploymentStopped, match=r"waits for 1 earlier transactions .* nonce 0 on"):
        stage.run(STEPS)
    assert stage.meddling.sent == []


def once_before_sending(stage: Stage, what: Any) -> None:
    """Lets something happen between a signature and the sending of the second contract."""
    done: list[bool] = []

    def act_once(request: Request) -> None:
        if isinstance(request, SendRaw) and stage.nonce() == 1 and not done:
            done.append(True)
            what(request)

    stage.meddling.before = act_once


def test_a_nonce_that_is_used_at_that_moment(stage: Stage) -> None:
    """The node says that it is too low; the contract takes the next one."""

    def overtake(_: SendRaw) -> None:
        stage.send(stage.payment(nonce=1))
        stage.meddling.mine()

    once_before_sending(stage, overtake)
    stage.run(STEPS)
    rows = stage.mined()
    assert [row["to"] == PAYEE for row in rows] == [False, True, False, False]
    assert all(row["status"] == "0x1" for row in rows)


def test_a_nonce_that_is_taken_at_that_moment(stage: Stage) -> None:
    """Another's transaction with it waits and pays more: it is left alone."""
    once_before_sending(stage, lambda _: stage.send(stage.payment(nonce=1)))
    stage.run(STEPS)
    rows = stage.mined()
    assert [row["to"] == PAYEE for row in rows] == [False, True, False, False]
    assert "another transaction of" in stage.texts("waiting")[-1]


def test_a_transaction_that_is_known_already(stage: Stage) -> None:
    """Its answer was lost, say: it is as good as sent."""
    once_before_sending(stage, lambda request: stage.send(request.raw))
    stage.run(STEPS)
    assert stage.nonce() == 3


# Fees


def test_fees_above_the_cap_are_waited_out(stage: Stage) -> None:
    """Nothing is signed before they fall."""
    settings = replace(FAST, max_fee=50 * GWEI)

    def spike(count: int) -> None:
        if count < 40:
            assert stage.meddling.sent == []
            stage.meddling.mine()
            stage.base_fee(100 if count < 39 else 10)
        else:
            stage.meddling.mine()

    stage.base_fee(100)
    stage.meddling.on_pause = spike
    stage.run(STEPS, settings)
    (said,) = stage.texts("waiting")
    assert said == "gas costs 101 gwei, more than the cap of 50 gwei"
    assert transaction_fields(stage.meddling.sent[0])["maxFeePerGas"] == 21 * GWEI
    assert stage.nonce() == 3


def spiking(stage: Stage, gwei: int, seconds: int) -> None:
    """Fees rise when the first transaction has just been sent, and fall after a while; meanwhile
    there is no block, since this node throws away what the block does not pay for."""

    def spike(count: int) -> None:
        stage.base_fee(gwei if count < seconds else 1)
        if count >= seconds or len(stage.meddling.sent) > 1:
            stage.meddling.mine()

    stage.meddling.on_pause = spike


def test_a_stuck_transaction_is_replaced(stage: Stage) -> None:
    """By one with its nonce that pays what is right now; only one of them is ever mined."""
    spiking(stage, 30, 100)
    stage.run(STEPS, replace(FAST, max_fee=100 * GWEI))
    first, second = (transaction_fields(raw) for raw in stage.meddling.sent[:2])
    assert (first["nonce"], second["nonce"]) == (0, 0)
    assert (first["maxFeePerGas"], second["maxFeePerGas"]) == (3 * GWEI, 61 * GWEI)
    assert second["maxPriorityFeePerGas"] == GWEI * 9 // 8 + 1
    assert stage.kinds()[:3] == ["sent", "replaced", "made"]
    assert stage.nonce() == 3


def test_a_stuck_transaction_below_the_cap(stage: Stage) -> None:
    """What would replace it costs more than the cap: it waits, and is mined when fees fall."""
    spiking(stage, 30, 8)
    stage.run(STEPS, replace(FAST, max_fee=25 * GWEI))
    assert len(stage.meddling.sent) == 3
    assert stage.texts("waiting") == ["gas costs 31 gwei, more than the cap of 25 gwei"]
    assert stage.meddling.pauses > 8


def test_a_stuck_transaction_of_a_sender_without_more(stage: Stage) -> None:
    """What would replace it cannot be paid: it waits, and is mined when fees fall."""
    spiking(stage, 30, 8)
    stage.chain.local.fund(stage.signer.address, 80_000 * 3 * 3 * GWEI)
    stage.run(STEPS)
    assert len(stage.meddling.sent) == 3
    (said,) = stage.texts("waiting")
    assert said.endswith("; the sender cannot pay an eighth more")


def test_a_spike_that_costs_the_transaction_its_place(stage: Stage) -> None:
    """The node throws it away, does not take it again, and takes one that pays what is right."""

    def spike(_: int) -> None:
        stage.base_fee(30)
        stage.meddling.mine()
        stage.base_fee(30)

    stage.meddling.on_pause = spike
    stage.run(STEPS)
    assert stage.nonce() == 3
    assert stage.kinds()[:3] == ["sent", "sent again", "sent"]


def test_a_replacement_found_by_the_next_run(stage: Stage) -> None:
    """The run that replaced a transaction is over; its journal tells the next one of both, and
    whichever is mined."""
    spiking(stage, 30, 100)

    def stop(request: Request, _: Any) -> None:
        if isinstance(request, SendRaw) and len(stage.meddling.sent) == 2:
            raise DeploymentStopped("the test")

    stage.meddling.after = stop
    with pytest.raises(DeploymentStopped):
        stage.run(STEPS)
    stage.meddling.after = lambda *_: None
    made = stage.run(STEPS)
    sent = stage.journal.of(STEPS[0].address)
    assert [one.nonce for one in sent] == [0, 0]
    assert made[0].transaction_hash == sent[1].hash
    assert stage.nonce() == 3


def test_a_chain_without_a_base_fee() -> None:
    """One price a gas, on a chain with the rules of Berlin."""
    with running_anvil(hardfork="berlin", chain_id=84_532) as chain:
        stage = new_stage(chain, dynamic=False)
        made = stage.run(STEPS)
        fields = transaction_fields(stage.meddling.sent[0])
        assert "maxFeePerGas" not in fields
        assert made[0].gas_price == fields["gasPrice"]
        assert stage.nonce() == 3
