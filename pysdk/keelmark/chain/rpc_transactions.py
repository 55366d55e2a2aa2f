"""The dialect of a node for the requests of `transactions`, without a line of I/O."""

from __future__ import annotations

from typing import Any

from eth_utils.address import to_checksum_address

from keelmark.chain.rpc_calls import (
    Exchange,
    RpcCall,
    Signing,
    Wait,
    block_parameter,
    data_bytes,
)
from keelmark.chain.signer import TransactionSigner
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
    SimulatedResult,
    TransactionOutcome,
    TransactionRequest,
)
from keelmark.errors import RpcRefused, SigningRequired, revert_reason, reverted

__all__ = ["transaction_exchange"]


def transaction_exchange(
    request: TransactionRequest, signer: TransactionSigner | None
) -> Exchange[Any]:
    """The calls that answer one request of `transactions`.

    Raises:
        SigningRequired: something to sign without a signer.
        RpcRefused: the node does not want the transaction, or cannot simulate.
        Reverted: a transaction whose gas is estimated would fail.
    """
    if isinstance(request, GetBalance):
        return _quantity("eth_getBalance", request.address, block_parameter(request.block))
    if isinstance(request, GetNonce):
        return _quantity("eth_getTransactionCount", request.address, block_parameter(request.block))
    if isinstance(request, GetFees):
        return _fees()
    if isinstance(request, EstimateGas):
        fields = _fields(request.sender, request.to, request.data, request.value)
        # Some nodes take "pending" for it if nothing is said: what waits there is not there yet.
        return _quantity("eth_estimateGas", fields, "latest")
    if isinstance(request, SignFields):
        if signer is None:
            raise SigningRequired("chain: this client only reads; sending needs a signer")
        return _signed(request, signer)
    if isinstance(request, SendRaw):
        return _sent(request)
    if isinstance(request, GetTransaction):
        return _known(request)
    if isinstance(request, GetOutcome):
        return _outcome(request)
    if isinstance(request, Simulate):
        return _simulated(request)
    return _pause(request)


def _quantity(method: str, *params: Any) -> Exchange[int]:
    found = int((yield RpcCall(method, params)), 16)
    if found < 0:
        raise ValueError("a quantity is none below zero")
    return found


def _fields(sender: str, to: str | None, data: bytes, value: int) -> dict[str, Any]:
    """A transaction that is not signed, as a node wants it."""
    fields: dict[str, Any] = {"from": sender, "data": "0x" + data.hex()}
    if to is not None:
        fields["to"] = to
    if value:
        fields["value"] = hex(value)
    return fields


def _fees() -> Exchange[Fees]:
    """The next block's base fee is the last of a fee history, one block beyond what was asked; a
    node without one has only the newest block's to say."""
    head: dict[str, Any] = yield RpcCall("eth_getBlockByNumber", ("latest", False))
    limit = int(head["gasLimit"], 16)
    if head.get("baseFeePerGas") is None:
        return Fees(None, (yield from _quantity("eth_gasPrice")), limit)
    base_fee = int(head["baseFeePerGas"], 16)
    try:
        history = yield RpcCall("eth_feeHistory", ("0x1", "latest", []))
        base_fee = int(history["baseFeePerGas"][-1], 16)
    except (RpcRefused, KeyError, IndexError, TypeError):
        pass
    try:
        tip = yield from _quantity("eth_maxPriorityFeePerGas")
    except RpcRefused:
        tip = max(0, (yield from _quantity("eth_gasPrice")) - base_fee)
    return Fees(base_fee, tip, limit)


def _signed(request: SignFields, signer: TransactionSigner) -> Exchange[bytes]:
    raw: bytes = yield Signing(signer, request.fields)
    return raw


def _sent(request: SendRaw) -> Exchange[bytes]:
    return data_bytes((yield RpcCall("eth_sendRawTransaction", ("0x" + request.raw.hex(),))))


def _known(request: GetTransaction) -> Exchange[KnownTransaction | None]:
    row = yield RpcCall("eth_getTransactionByHash", ("0x" + request.hash.hex(),))
    if row is None:
        return None
    block = row.get("blockNumber")
    return KnownTransaction(
        hash=data_bytes(row["hash"]),
        sender=to_checksum_address(row["from"]),
        nonce=int(row["nonce"], 16),
        block_number=None if block is None else int(block, 16),
    )


def _outcome(request: GetOutcome) -> Exchange[TransactionOutcome | None]:
    row = yield RpcCall("eth_getTransactionReceipt", ("0x" + request.hash.hex(),))
    if row is None or row.get("blockNumber") is None:
        return None
    return TransactionOutcome(
        hash=data_bytes(row["transactionHash"]),
        block_number=int(row["blockNumber"], 16),
        block_hash=data_bytes(row["blockHash"]),
        succeeded=int(row["status"], 16) == 1,
        gas_used=int(row["gasUsed"], 16),
        gas_price=int(row.get("effectiveGasPrice") or "0x0", 16),
    )


def _pause(request: Pause) -> Exchange[None]:
    yield Wait(request.seconds)


def _simulated(request: Simulate) -> Exchange[tuple[SimulatedResult, ...]]:
    """A block a call, for together they may need more gas than a block holds; their nonces are the
    node's affair, since nothing is validated."""
    blocks = [{"calls": [_simulated_fields(call)]} for call in request.calls]
    answers = yield RpcCall(
        "eth_simulateV1", ({"blockStateCalls": blocks, "validation": False}, "latest")
    )
    return tuple(_simulated_result(answer["calls"][0]) for answer in answers)


def _simulated_fields(call: SimulatedCall) -> dict[str, Any]:
    fields = _fields(call.sender, call.to, call.data, call.value)
    if call.gas is not None:
        fields["gas"] = hex(call.gas)
    return fields


def _simulated_result(row: dict[str, Any]) -> SimulatedResult:
    succeeded = int(row["status"], 16) == 1
    returned = data_bytes(row.get("returnData") or "0x")
    if succeeded:
        return SimulatedResult(True, int(row["gasUsed"], 16), returned)
    error = row.get("error") or {}
    words = revert_reason(returned) or str(reverted(str(error.get("message", ""))))
    return SimulatedResult(False, int(row["gasUsed"], 16), returned, words)
