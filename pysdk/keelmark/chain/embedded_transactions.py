"""The embedded chain's answers to the requests of `transactions`.

A transaction that is handed over is mined at once, alone in its block, so that none ever waits.
"""

from __future__ import annotations

from functools import singledispatch
from typing import Any, cast

from eth.abc import ComputationAPI, SignedTransactionAPI, StateAPI
from eth.chains.base import MiningChain
from eth.exceptions import HeaderNotFound, TransactionNotFound
from eth.vm.spoof import SpoofTransaction
from eth_typing import Hash32
from eth_utils.address import to_canonical_address, to_checksum_address
from eth_utils.exceptions import ValidationError

from keelmark.chain.pyevm import CALL_GAS, Backend, reason_text
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
    Simulate,
    SimulatedCall,
    SimulatedResult,
    TransactionOutcome,
)
from keelmark.errors import InputError, RpcRefused, reverted

__all__ = ["answer_transaction"]

_FLOOR_BASE, _FLOOR_TOKEN = 21_000, 10
"""Least gas of a transaction for its data (EIP-7623): a zero byte is a token, another four."""


@singledispatch
def answer_transaction(request: object, backend: Backend) -> Any:
    """The answer to one request.

    Args:
        request: one of `transactions`, but for a signature.
        backend: the chain.

    Raises:
        InputError: it is none that a chain answers.
        RpcRefused: the chain does not take the transaction.
        Reverted: a transaction whose gas is estimated would fail.
    """
    del backend
    raise InputError(f"request: {type(request).__name__} is none that a chain answers")


def _state(backend: Backend, block: int | bytes | str) -> StateAPI:
    chain: MiningChain = backend.chain
    if isinstance(block, bytes):
        return chain.get_vm(chain.get_block_header_by_hash(Hash32(block))).state
    if block in ("latest", "pending"):
        # The header in the making holds what was funded since the newest block.
        return chain.get_vm().state
    return chain.get_vm(backend.get_header(block)).state


@answer_transaction.register
def _(request: GetBalance, backend: Backend) -> int:
    return _state(backend, request.block).get_balance(to_canonical_address(request.address))


@answer_transaction.register
def _(request: GetNonce, backend: Backend) -> int:
    return _state(backend, request.block).get_nonce(to_canonical_address(request.address))


@answer_transaction.register
def _(_request: GetFees, backend: Backend) -> Fees:
    making = backend.chain.header
    return Fees(base_fee=making.base_fee_per_gas, tip=0, block_gas_limit=making.gas_limit)


@answer_transaction.register
def _(request: EstimateGas, backend: Backend) -> int:
    """Gas used with plenty of it, and what a call must hold back for its caller: a 64th at each of
    two levels, as where a factory creates a contract that calls another."""
    call = SimulatedCall(request.sender, request.to, request.data, request.value)
    computation, spent = _applied(_spare_state(backend), backend, call)
    if computation.is_error:
        reason = reason_text(computation)
        raise reverted("" if reason == "empty revert" else reason, data=computation.output)
    zeros = request.data.count(0)
    floor = _FLOOR_BASE + _FLOOR_TOKEN * (zeros + 4 * (len(request.data) - zeros))
    return max(floor, spent * 64 * 64 // (63 * 63) + 1)


@answer_transaction.register
def _(request: Simulate, backend: Backend) -> tuple[SimulatedResult, ...]:
    results: list[SimulatedResult] = []
    state = _spare_state(backend)
    for call in request.calls:
        computation, spent = _applied(state, backend, call)
        reason = reason_text(computation) if computation.is_error else ""
        returned = computation.output
        results.append(SimulatedResult(not computation.is_error, spent, returned, reason))
    return tuple(results)


def _spare_state(backend: Backend) -> StateAPI:
    """The next block's state with gas for nothing; the chain does not see what becomes of it."""
    chain: MiningChain = backend.chain
    return chain.get_vm(chain.header.copy(base_fee_per_gas=0)).state


def _applied(state: StateAPI, backend: Backend, call: SimulatedCall) -> tuple[ComputationAPI, int]:
    """A transaction executed on a state that nobody keeps, and the gas that it used."""
    sender = to_canonical_address(call.sender)
    unsigned = (
        backend.chain.get_vm()
        .get_transaction_builder()
        .create_unsigned_transaction(
            nonce=state.get_nonce(sender),
            gas_price=0,
            gas=call.gas or CALL_GAS,
            to=to_canonical_address(call.to) if call.to else b"",
            value=call.value,
            data=call.data,
        )
    )
    transaction = SpoofTransaction(unsigned, from_=sender)
    computation = state.apply_transaction(cast(SignedTransactionAPI, transaction))
    state.lock_changes()  # the next transaction finds no account warm
    state.persist()
    return computation, transaction.intrinsic_gas + computation.get_gas_used()


@answer_transaction.register
def _(request: SendRaw, backend: Backend) -> bytes:
    try:
        return backend.send_raw_transaction(request.raw)
    except Exception as error:
        # py-evm has a dozen unrelated exception types for a transaction it will not take.
        raise RpcRefused(f"rpc: the embedded chain refused the transaction, {error}") from error


def _found(sought: bytes, backend: Backend) -> tuple[Any, int] | None:
    """The block of the chain that holds a transaction, and its place there."""
    chain = backend.chain
    try:
        number, place = chain.get_canonical_transaction_index(Hash32(sought))
        block = chain.get_block_by_header(backend.get_header(number))
    except (TransactionNotFound, HeaderNotFound, ValidationError):
        return None
    # The index remembers blocks that a return to a snapshot has taken away.
    if place >= len(block.transactions) or block.transactions[place].hash != sought:
        return None
    return block, place


@answer_transaction.register
def _(request: GetTransaction, backend: Backend) -> KnownTransaction | None:
    found = _found(request.hash, backend)
    if found is None:
        return None
    block, place = found
    transaction = block.transactions[place]
    return KnownTransaction(
        hash=request.hash,
        sender=to_checksum_address(transaction.sender),
        nonce=transaction.nonce,
        block_number=block.number,
    )


@answer_transaction.register
def _(request: GetOutcome, backend: Backend) -> TransactionOutcome | None:
    found = _found(request.hash, backend)
    if found is None:
        return None
    block, place = found
    receipts = block.get_receipts(backend.chain.chaindb)
    before = receipts[place - 1].gas_used if place else 0
    transaction, base_fee = block.transactions[place], block.header.base_fee_per_gas
    tip = min(transaction.max_priority_fee_per_gas, transaction.max_fee_per_gas - base_fee)
    return TransactionOutcome(
        hash=request.hash,
        block_number=block.number,
        block_hash=block.hash,
        succeeded=receipts[place].state_root == b"\x01",
        gas_used=receipts[place].gas_used - before,
        gas_price=base_fee + tip,
    )


@answer_transaction.register
def _(_request: Pause, backend: Backend) -> None:
    backend.mine_blocks()
