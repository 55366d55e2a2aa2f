"""The dialect of a node, without a line of I/O.

Each request becomes an exchange: a generator that yields JSON-RPC calls (and waits), is sent
their results, and returns the typed answer. `transports` runs exchanges, blocking or not.
"""

from __future__ import annotations

from typing import Any

from eth_utils.address import to_checksum_address

from keelmark.chain.consensus import header_bytes, receipt_bytes
from keelmark.chain.operations import (
    BlockBody,
    BlockHeader,
    BlockId,
    Call,
    GetBlock,
    GetBody,
    GetChainId,
    GetCode,
    GetHeader,
    GetLogs,
    GetProof,
    GetReceipts,
    GetStorage,
    RawLog,
    Receipt,
    Request,
    SentTransaction,
    StorageProof,
    Transact,
)
from keelmark.chain.rpc_calls import (
    Exchange,
    RpcCall,
    Signing,
    Wait,
    block_parameter,
    data_bytes,
)
from keelmark.chain.rpc_transactions import transaction_exchange
from keelmark.chain.signer import TransactionSigner
from keelmark.errors import (
    KeelmarkError,
    NoSuchBlock,
    ReceiptTimeout,
    Reorganised,
    Reverted,
    RpcRefused,
    SigningRequired,
    reverted,
)

__all__ = ["Exchange", "RpcCall", "Wait", "exchange"]

RECEIPT_ATTEMPTS = 120
"""How often a receipt is asked for."""

_GAS_MARGIN_PERCENT = 125


def exchange(
    request: Request, signer: TransactionSigner | None, latest: str = "latest"
) -> Exchange[Any]:
    """The calls that answer one request.

    Args:
        request: what an operation asked.
        signer: who signs, if anybody may.
        latest: the block that a call at ``latest`` means; ``pending`` while the next block's time
            is set, so that a call sees that time.

    Raises:
        SigningRequired: a transaction without a signer.
        NoSuchBlock: the block is not there.
        Reverted: the contract refused.
    """
    if isinstance(request, Transact):
        if signer is None:
            raise SigningRequired("chain: this client only reads; sending needs a signer")
        return _transact(request, signer)
    if isinstance(request, Call):
        return _call(request, latest)
    if isinstance(request, GetLogs):
        return _logs(request)
    if isinstance(request, GetBlock):
        return _block(request.block)
    if isinstance(request, GetStorage):
        return _word(request)
    if isinstance(request, GetCode):
        return _code(request)
    if isinstance(request, GetHeader):
        return _header(request)
    if isinstance(request, GetReceipts):
        return _receipts(request)
    if isinstance(request, GetBody):
        return _body(request.block)
    if isinstance(request, GetProof):
        return _proof(request)
    if isinstance(request, GetChainId):
        return _chain_id(request)
    return transaction_exchange(request, signer)


def _call(request: Call, latest: str) -> Exchange[bytes]:
    fields = {"data": "0x" + request.data.hex()}
    if request.to is not None:
        fields["to"] = request.to
    if request.sender:
        fields["from"] = request.sender
    if request.value:
        fields["value"] = hex(request.value)
    if request.gas is not None:
        fields["gas"] = hex(request.gas)
    block = latest if request.block == "latest" else block_parameter(request.block)
    return data_bytes((yield RpcCall("eth_call", (fields, block))))


def _logs(request: GetLogs) -> Exchange[tuple[RawLog, ...]]:
    query: dict[str, Any] = {"address": list(request.addresses)}
    if request.block_hash is not None:
        query["blockHash"] = "0x" + request.block_hash.hex()
    else:
        query["fromBlock"] = hex(request.first_block)
        query["toBlock"] = hex(request.last_block)
    if request.topics:
        query["topics"] = [["0x" + topic.hex() for topic in request.topics]]
    rows = yield RpcCall("eth_getLogs", (query,))
    found = [_log(row) for row in rows if not row.get("removed")]
    return tuple(sorted(found, key=lambda log: (log.block_number, log.log_index)))


def _block_row(block: BlockId, whole: bool = False) -> Exchange[dict[str, Any]]:
    """A block as a node gives it, with whole transactions or with their hashes."""
    row: dict[str, Any] | None
    if isinstance(block, bytes):
        row = yield RpcCall("eth_getBlockByHash", ("0x" + block.hex(), whole))
    else:
        row = yield RpcCall("eth_getBlockByNumber", (block_parameter(block), whole))
    if row is None:
        raise NoSuchBlock(f"block: the chain has no block {block_parameter(block)}")
    return row


def _header(request: GetHeader) -> Exchange[bytes]:
    return header_bytes((yield from _block_row(request.block)))


def _receipts(request: GetReceipts) -> Exchange[tuple[bytes, ...]]:
    try:
        rows = yield RpcCall("eth_getBlockReceipts", (hex(request.block),))
    except RpcRefused:
        rows = yield from _receipts_singly(request.block)
    if rows is None:
        raise NoSuchBlock(f"block: the chain has no block {request.block}")
    ordered = sorted(rows, key=lambda row: int(row["transactionIndex"], 16))
    return tuple(receipt_bytes(row) for row in ordered)


def _receipts_singly(block: int) -> Exchange[list[dict[str, Any]]]:
    """A block's receipts from a node that gives one at a time only."""
    head = yield from _block_row(block)
    rows: list[dict[str, Any]] = []
    for transaction_hash in head["transactions"]:
        row = yield RpcCall("eth_getTransactionReceipt", (transaction_hash,))
        if row is None or row["blockHash"] != head["hash"]:
            raise Reorganised(f"block {block}: replaced while it was read")
        rows.append(row)
    return rows


def _proof(request: GetProof) -> Exchange[StorageProof]:
    where = (request.address, [f"0x{request.slot:064x}"], hex(request.block))
    row = yield RpcCall("eth_getProof", where)
    return StorageProof(_nodes(row["accountProof"]), _nodes(row["storageProof"][0]["proof"]))


def _nodes(texts: list[str]) -> tuple[bytes, ...]:
    """Trie nodes; none for an empty trie, which some nodes answer with a single empty one."""
    return () if texts == ["0x80"] else tuple(data_bytes(text) for text in texts)


def _block(block: BlockId) -> Exchange[BlockHeader]:
    return _block_header((yield from _block_row(block)))


def _block_header(row: dict[str, Any]) -> BlockHeader:
    return BlockHeader(
        number=int(row["number"], 16),
        hash=data_bytes(row["hash"]),
        parent_hash=data_bytes(row["parentHash"]),
        time=int(row["timestamp"], 16),
    )


def _body(block: BlockId) -> Exchange[BlockBody]:
    row = yield from _block_row(block, whole=True)
    return BlockBody(_block_header(row), tuple(_sent(item) for item in row["transactions"]))


def _sent(row: dict[str, Any]) -> SentTransaction:
    """A transaction of a block; of which type it is does not matter here."""
    to = row.get("to")
    return SentTransaction(
        hash=data_bytes(row["hash"]),
        sender=to_checksum_address(row["from"]),
        to=to_checksum_address(to) if to else None,
        data=data_bytes(row["input"]),
        value=int(row["value"], 16),
        gas=int(row["gas"], 16),
    )


def _word(request: GetStorage) -> Exchange[bytes]:
    where = (request.address, f"0x{request.slot:064x}", block_parameter(request.block))
    return data_bytes((yield RpcCall("eth_getStorageAt", where))).rjust(32, b"\x00")


def _code(request: GetCode) -> Exchange[bytes]:
    where = (request.address, block_parameter(request.block))
    return data_bytes((yield RpcCall("eth_getCode", where)))


def _chain_id(_request: GetChainId) -> Exchange[int]:
    return int((yield RpcCall("eth_chainId")), 16)


def _transact(request: Transact, signer: TransactionSigner) -> Exchange[Receipt]:
    """Nonce, fees and gas, then the signed transaction, then its receipt."""
    bare: dict[str, Any] = {"from": signer.address, "data": "0x" + request.data.hex()}
    if request.to is not None:
        bare["to"] = request.to
    if request.value:
        bare["value"] = hex(request.value)
    chain_id = int((yield RpcCall("eth_chainId")), 16)
    nonce = int((yield RpcCall("eth_getTransactionCount", (signer.address, "pending"))), 16)
    head = yield RpcCall("eth_getBlockByNumber", ("latest", False))
    gas = request.gas
    if gas is None:
        estimate = int((yield RpcCall("eth_estimateGas", (bare,))), 16)
        gas = estimate * _GAS_MARGIN_PERCENT // 100
    fields: dict[str, Any] = {
        "chainId": chain_id,
        "nonce": nonce,
        "gas": gas,
        "value": request.value,
        "data": request.data,
    }
    if request.to is not None:
        fields["to"] = request.to
    if head.get("baseFeePerGas") is not None:
        tip = int((yield RpcCall("eth_maxPriorityFeePerGas")), 16)
        fields |= {
            "type": 2,
            "maxFeePerGas": 2 * int(head["baseFeePerGas"], 16) + tip,
            "maxPriorityFeePerGas": tip,
        }
    else:
        fields["gasPrice"] = int((yield RpcCall("eth_gasPrice")), 16)
    raw: bytes = yield Signing(signer, fields)
    sent = yield RpcCall("eth_sendRawTransaction", ("0x" + raw.hex(),))
    receipt = yield from _await_receipt(sent)
    if int(receipt["status"], 16) == 0:
        raise (yield from _why(bare, receipt, gas))
    return _receipt(receipt, signer.address)


def _await_receipt(transaction_hash: str) -> Exchange[dict[str, Any]]:
    """Asks for the receipt, at once and then ever less often.

    Raises:
        ReceiptTimeout: it did not come.
    """
    pause = 0.0
    for _ in range(RECEIPT_ATTEMPTS):
        found: dict[str, Any] | None = yield RpcCall(
            "eth_getTransactionReceipt", (transaction_hash,)
        )
        if found is not None and found.get("blockNumber"):
            return found
        pause = min(2.0, pause * 1.5 + 0.01)
        yield Wait(pause)
    raise ReceiptTimeout(f"transaction {transaction_hash}: sent, and not mined in time")


def _why(bare: dict[str, Any], receipt: dict[str, Any], gas: int) -> Exchange[KeelmarkError]:
    """The reason of a failed transaction, by replaying it where it stood."""
    if int(receipt["gasUsed"], 16) >= gas:
        return reverted("machine: OutOfGas")
    try:
        yield RpcCall("eth_call", (bare, receipt["blockNumber"]))
    except Reverted as refusal:
        return refusal
    return reverted("")


def _log(row: dict[str, Any]) -> RawLog:
    return RawLog(
        address=to_checksum_address(row["address"]),
        topics=tuple(data_bytes(topic) for topic in row["topics"]),
        data=data_bytes(row["data"]),
        block_number=int(row["blockNumber"], 16),
        block_hash=data_bytes(row["blockHash"]),
        transaction_hash=data_bytes(row["transactionHash"]),
        transaction_index=int(row["transactionIndex"], 16),
        log_index=int(row["logIndex"], 16),
    )


def _receipt(row: dict[str, Any], sender: str) -> Receipt:
    created = row.get("contractAddress")
    return Receipt(
        transaction_hash=data_bytes(row["transactionHash"]),
        block_number=int(row["blockNumber"], 16),
        block_hash=data_bytes(row["blockHash"]),
        sender=sender,
        gas_used=int(row["gasUsed"], 16),
        contract=to_checksum_address(created) if created else None,
        logs=tuple(_log(log) for log in row["logs"]),
    )
