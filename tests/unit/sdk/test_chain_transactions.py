"""The requests of `keelmark.chain.transactions`: the embedded chain and a node answer alike."""

from __future__ import annotations

import asyncio
import time
from collections.abc import Iterator
from typing import Any

import pytest

from keelmark.chain import Chain, connect
from keelmark.chain.operations import BlockHeader, Call, GetCode, Operation
from keelmark.chain.rpc import RpcCall
from keelmark.chain.signer import Signer
from keelmark.chain.transactions import (
    EstimateGas,
    Fees,
    GetBalance,
    GetFees,
    GetNonce,
    GetOutcome,
    GetTransaction,
    KnownTransaction,
    Pause,
    SendRaw,
    SignFields,
    Simulate,
    SimulatedCall,
    TransactionOutcome,
)
from keelmark.chain.transports import RpcNode
from keelmark.errors import InputError, Reverted, RpcRefused, SigningRequired

ETHER = 10**18
PAYEE = "0x" + "11" * 20

ANSWERS_42 = bytes.fromhex("602a60005260206000f3")
"""Code that answers 42; as creation code it leaves those 32 bytes."""

STORES = bytes.fromhex("6001600055600160015500")
"""Code that writes two storage words."""

REFUSES = bytes.fromhex("60006000fd")
"""Code that reverts without a reason."""


@pytest.fixture(params=["embedded", "anvil"])
def either(request: pytest.FixtureRequest) -> Iterator[Chain]:
    """A chain, embedded and as a node."""
    if request.param == "embedded":
        yield connect()
        return
    node: Chain = request.getfixturevalue("anvil")
    with node.undone():
        yield node


def asked(request: Any) -> Operation[Any]:
    """The operation of a single request."""
    return (yield request)


def funded(chain: Chain) -> Signer:
    """A new account with money."""
    payer = Signer.generate()
    chain.local.fund(payer.address, 10 * ETHER)
    return payer


def payment(chain: Chain, payer: Signer, nonce: int = 0, **other: Any) -> bytes:
    """A signed payment of one ether."""
    fields = {
        "type": 2,
        "chainId": chain.chain_id(),
        "nonce": nonce,
        "gas": 21_000,
        "value": ETHER,
        "data": b"",
        "to": PAYEE,
        "maxFeePerGas": 5 * 10**9,
        "maxPriorityFeePerGas": 10**9,
    }
    raw: bytes = chain.signing(payer).run(asked(SignFields({**fields, **other})))
    return raw


def outcome_of(chain: Chain, sent: bytes) -> TransactionOutcome:
    """What came of a transaction, once it is in a block: a node mines after it has answered."""
    for _ in range(1000):
        found: TransactionOutcome | None = chain.run(asked(GetOutcome(sent)))
        if found is not None:
            return found
        time.sleep(0.005)
    raise AssertionError("not mined")


def test_a_payment_from_signing_to_its_outcome(either: Chain) -> None:
    """Signed, sent, found, and its outcome is what the block says; balance and nonce follow."""
    payer = funded(either)
    before = either.run(asked(GetBalance(PAYEE)))
    assert either.run(asked(GetNonce(payer.address))) == 0
    raw = payment(either, payer)
    sent = either.run(asked(SendRaw(raw)))
    outcome = outcome_of(either, sent)
    known = either.run(asked(GetTransaction(sent)))
    block: BlockHeader = either.block(outcome.block_number)
    base_fee = (outcome.gas_price - 10**9) if outcome.gas_price > 10**9 else 0
    assert known == KnownTransaction(sent, payer.address, 0, block.number)
    assert outcome == TransactionOutcome(
        sent, block.number, block.hash, True, 21_000, base_fee + 10**9
    )
    assert either.run(asked(GetBalance(PAYEE))) == before + ETHER
    paid = 10 * ETHER - either.run(asked(GetBalance(payer.address)))
    assert paid == ETHER + 21_000 * outcome.gas_price
    assert [either.run(asked(GetNonce(payer.address, at))) for at in ("latest", "pending")] == [
        1,
        1,
    ]
    assert either.run(asked(GetNonce(payer.address, block.number - 1))) == 0


def test_a_transaction_that_fails_has_an_outcome(either: Chain) -> None:
    """It is in a block, has cost its gas and did not succeed; nothing is raised."""
    payer = funded(either)
    raw = payment(either, payer, to="", data=REFUSES, value=0, gas=100_000)
    outcome = outcome_of(either, either.run(asked(SendRaw(raw))))
    assert not outcome.succeeded
    assert 53_000 < outcome.gas_used < 60_000


def test_what_is_not_there(either: Chain) -> None:
    """An unknown hash has neither transaction nor outcome."""
    assert either.run(asked(GetTransaction(b"\x12" * 32))) is None
    assert either.run(asked(GetOutcome(b"\x12" * 32))) is None


def test_what_a_snapshot_took_away_is_not_there(either: Chain) -> None:
    """A transaction of a block that the chain no longer has is unknown."""
    payer = funded(either)
    with either.undone():
        sent = either.run(asked(SendRaw(payment(either, payer))))
        assert outcome_of(either, sent).succeeded
    either.local.mine(2)
    assert either.run(asked(GetOutcome(sent))) is None
    assert either.run(asked(GetTransaction(sent))) is None


def test_fees(either: Chain) -> None:
    """The next block's base fee, a tip, and what a block may hold."""
    fees: Fees = either.run(asked(GetFees()))
    assert fees.base_fee is not None
    assert 0 < fees.base_fee <= 10**9
    assert 0 <= fees.tip <= 10**9
    assert fees.block_gas_limit == 100_000_000


def test_fees_are_the_next_blocks(anvil: Chain) -> None:
    """What was set for the block to come, not what the newest paid."""
    assert isinstance(anvil.node, RpcNode)
    anvil.node.call(RpcCall("anvil_setNextBlockBaseFeePerGas", (hex(77 * 10**9),)))
    found = anvil.run(asked(GetFees()))
    # A snapshot does not put this back, and the node is shared.
    anvil.node.call(RpcCall("anvil_setNextBlockBaseFeePerGas", (hex(10**9),)))
    assert found.base_fee == 77 * 10**9


@pytest.mark.parametrize(
    ("to", "data", "least"),
    [
        (PAYEE, b"", 21_000),
        # EIP-7623: 21,000 and ten for each of four tokens a byte.
        (PAYEE, b"\x01" * 1000, 21_000 + 40_000),
        # 53,000, 16 a byte, two of a code word, 2 * 22,100 of new words, a few steps.
        (None, STORES, 53_000 + 16 * 10 + 4 + 2 + 2 * 22_100),
    ],
)
def test_estimated_gas_suffices(either: Chain, to: str | None, data: bytes, least: int) -> None:
    """Enough, and not more than a twentieth too much."""
    payer = funded(either)
    gas = either.run(asked(EstimateGas(payer.address, to, data)))
    assert least <= gas <= least * 105 // 100
    raw = payment(either, payer, to=to or "", data=data, value=0, gas=gas)
    assert outcome_of(either, either.run(asked(SendRaw(raw)))).succeeded


def test_estimating_what_would_fail(either: Chain) -> None:
    """It is refused before anything is sent."""
    with pytest.raises(Reverted):
        either.run(asked(EstimateGas(PAYEE, None, REFUSES)))


def test_creation_code_is_run_and_leaves_nothing(either: Chain) -> None:
    """A call without an address runs creation code and answers the code that it would leave."""
    assert either.run(asked(Call(None, ANSWERS_42))) == (42).to_bytes(32, "big")
    with pytest.raises(Reverted):
        either.run(asked(Call(None, REFUSES)))


def test_simulated_on_one_another(either: Chain) -> None:
    """Each sees what the one before it did; one that fails says so; nothing stays."""
    payer = funded(either)
    there = either.run(asked(GetNonce(payer.address)))
    calls = (
        SimulatedCall(payer.address, PAYEE, b"", ETHER),
        SimulatedCall(PAYEE, payer.address, b"", ETHER // 2),
    )
    results = either.run(asked(Simulate(calls)))
    assert [(one.succeeded, one.gas_used, one.returned) for one in results] == [
        (True, 21_000, b"")
    ] * 2
    assert either.run(asked(GetNonce(payer.address))) == there


def test_simulated_failure_is_told() -> None:
    """With its reason; what comes after it is simulated all the same."""
    chain = connect()
    payer = funded(chain)
    calls = (
        SimulatedCall(payer.address, None, REFUSES),
        SimulatedCall(payer.address, None, ANSWERS_42),
    )
    failed, created = chain.run(asked(Simulate(calls)))
    assert (failed.succeeded, failed.reason) == (False, "empty revert")
    assert created.returned == (42).to_bytes(32, "big")


def test_a_transaction_that_is_not_wanted(either: Chain) -> None:
    """A nonce that was used is refused in the node's words."""
    payer = funded(either)
    outcome_of(either, either.run(asked(SendRaw(payment(either, payer)))))
    with pytest.raises(RpcRefused):
        either.run(asked(SendRaw(payment(either, payer))))


def test_signing_needs_a_signer(either: Chain) -> None:
    """A client that only reads signs nothing."""
    with pytest.raises(SigningRequired):
        either.run(asked(SignFields({})))


def test_a_pause_on_the_embedded_chain_is_a_block() -> None:
    """It has no other clock."""
    chain = connect()
    before = chain.block().number
    chain.run(asked(Pause(3.0)))
    assert chain.block().number == before + 1


async def _both(chain: Chain, payer: Signer) -> bytes:
    client = chain.asynchronous().signing(payer)
    try:
        await client.run(asked(Pause(0.0)))
        fields = {
            "chainId": chain.chain_id(),
            "nonce": 0,
            "gas": 100_000,
            "value": 0,
            "data": ANSWERS_42,
            "gasPrice": 3 * 10**9,
        }
        raw = await client.run(asked(SignFields(fields)))
        sent: bytes = await client.run(asked(SendRaw(raw)))
        return sent
    finally:
        await client.close()


def test_asynchronously(either: Chain) -> None:
    """The other driver runs the same requests, and a legacy price is one too."""
    payer = funded(either)
    sent = asyncio.run(_both(either, payer))
    assert outcome_of(either, sent).gas_used > 53_000
    assert either.run(asked(GetTransaction(sent))).sender == payer.address


def test_a_request_that_is_none() -> None:
    """Whatever is no request is named."""
    with pytest.raises(InputError, match="request: str is none"):
        connect().run(asked("balance"))
    assert connect().run(asked(GetCode(PAYEE))) == b""
