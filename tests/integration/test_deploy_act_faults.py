"""What may happen to a deployment on a real node, and that it ends as if nothing had."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from typing import Any

import pytest

from keelmark.chain import Chain
from keelmark.chain.anvil import running_anvil
from keelmark.chain.operations import GetBlock, GetCode, Request
from keelmark.chain.signed_transaction import transaction_fields, transaction_hash
from keelmark.chain.signer import Signer
from keelmark.chain.transactions import EstimateGas, GetFees, GetOutcome, SendRaw, SignFields
from keelmark.deploy.act import DeploymentStopped, Journal, Settings, act
from keelmark.deploy.factory import FACTORY
from keelmark.errors import ChainMismatch, InputError, RpcRefused, RpcUnreachable
from tests.support.meddling import rpc
from tests.support.small_steps import failing_step, small_steps
from tests.support.staged import ETHER, FAST, PAYEE, Stage, new_stage

GWEI = 10**9
STEPS = small_steps(3)


@pytest.fixture(scope="module")
def node(anvil: Chain) -> Iterator[Chain]:
    """A node of this file's own, with the chain id of Sepolia; skipped where anvil is not."""
    del anvil
    with running_anvil(chain_id=11_155_111) as chain:
        yield chain


@pytest.fixture
def stage(node: Chain) -> Iterator[Stage]:
    """A stage on it; what happens there is undone."""
    with node.undone():
        yield new_stage(node)


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


# Reorganisations


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


# What cannot go on


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
