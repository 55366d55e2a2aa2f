"""The embedded chain as a node: answers an operation's requests from py-evm, in process."""

from __future__ import annotations

from functools import singledispatchmethod
from typing import Any

from eth.abc import BlockHeaderAPI, LogAPI, SignedTransactionAPI
from eth.exceptions import HeaderNotFound
from eth_utils.address import to_canonical_address, to_checksum_address
from eth_utils.crypto import keccak
from eth_utils.exceptions import ValidationError as EthUtilsValidationError
from rlp.codec import decode, encode
from trie.hexary import HexaryTrie

from keelmark.chain.embedded_transactions import answer_transaction
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
from keelmark.chain.pyevm import (
    CALL_GAS,
    CHAIN_ID,
    GENESIS_TIME,
    Backend,
    Mined,
    Snapshot,
    reason_text,
)
from keelmark.chain.signer import TransactionSigner
from keelmark.chain.transactions import SignFields
from keelmark.errors import InputError, NoSuchBlock, SigningRequired, reverted
from keelmark.proofs.merkle import EMPTY_ROOT, path_nodes

__all__ = ["EmbeddedNode"]

DEFAULT_GAS = 16_000_000
"""Gas limit of a transaction that names none."""

_FEE_WEI = 2 * 10**9

_BASE_GAS = 21_000
"""Gas of a transaction before its data: 16 a byte, 4 a zero byte."""


class EmbeddedNode:
    """py-evm behind the interface of a node, with the powers of a local one.

    It holds the newest state only as ``latest``: ``safe`` and ``finalized`` are unknown here, and
    asking for them is an error rather than a comforting answer.
    """

    name = "embedded"

    def __init__(self, backend: Backend | None = None, genesis_time: int = GENESIS_TIME) -> None:
        self.backend = backend or Backend(genesis_time)

    # Powers of a local node

    def set_time(self, timestamp: int) -> None:
        """Sets the next block's time, in seconds; calls before it see it too.

        Raises:
            InputError: it is not after the newest block's.
        """
        try:
            self.backend.set_time(timestamp)
        except ValueError as error:
            raise InputError(str(error)) from None

    def mine(self, count: int = 1) -> None:
        """Mines empty blocks, a second apart."""
        self.backend.mine_blocks(count)

    def fund(self, address: str, wei: int = 10**24) -> None:
        """Sets an account's balance, in wei."""
        self.backend.fund(to_canonical_address(address), wei)

    def snapshot(self) -> Snapshot:
        """A point to come back to, any number of times."""
        return self.backend.take_snapshot()

    def revert(self, point: Snapshot) -> None:
        """Goes back to a snapshot."""
        self.backend.revert_to_snapshot(point)

    # Requests

    def answer(self, request: Request, signer: TransactionSigner | None = None) -> Any:
        """The answer to one request.

        Raises:
            Reverted: the contract refused.
            NoSuchBlock: the block is not there.
            SigningRequired: a transaction without a signer.
        """
        if isinstance(request, Transact | SignFields):
            if signer is None:
                raise SigningRequired("chain: this client only reads; sending needs a signer")
            if isinstance(request, SignFields):
                return signer.sign_transaction(request.fields)
            return self._transact(request, signer)
        return self._read(request)

    @singledispatchmethod
    def _read(self, request: object) -> Any:
        return answer_transaction(request, self.backend)

    @_read.register
    def _(self, request: Call) -> bytes:
        at = None if request.block == "latest" else self._header(request.block)
        sender = to_canonical_address(request.sender) if request.sender else b"\x00" * 20
        gas = CALL_GAS
        if request.gas is not None:
            zeros = request.data.count(0)
            gas = request.gas - _BASE_GAS - 16 * (len(request.data) - zeros) - 4 * zeros
        computation = self.backend.execute(
            to=to_canonical_address(request.to) if request.to else None,
            data=request.data,
            sender=sender,
            value=request.value,
            gas=max(gas, 0),
            at=at,
        )
        if computation.is_error:
            reason = reason_text(computation)
            raise reverted("" if reason == "empty revert" else reason, data=computation.output)
        return computation.output

    @_read.register
    def _(self, request: GetBlock) -> BlockHeader:
        return _block_header(self._header(request.block))

    @_read.register
    def _(self, request: GetStorage) -> bytes:
        state = self.backend.chain.get_vm(self._header(request.block)).state
        word = state.get_storage(to_canonical_address(request.address), request.slot)
        return int(word).to_bytes(32, "big")

    @_read.register
    def _(self, request: GetCode) -> bytes:
        state = self.backend.chain.get_vm(self._header(request.block)).state
        code: bytes = state.get_code(to_canonical_address(request.address))
        return code

    @_read.register
    def _(self, _request: GetChainId) -> int:
        return CHAIN_ID

    @_read.register
    def _(self, request: GetHeader) -> bytes:
        encoded: bytes = encode(self._header(request.block))
        return encoded

    @_read.register
    def _(self, request: GetReceipts) -> tuple[bytes, ...]:
        chain = self.backend.chain
        block = chain.get_block_by_header(self._header(request.block))
        return tuple(receipt.encode() for receipt in block.get_receipts(chain.chaindb))

    @_read.register
    def _(self, request: GetBody) -> BlockBody:
        header = self._header(request.block)
        block = self.backend.chain.get_block_by_header(header)
        return BlockBody(_block_header(header), tuple(_sent(item) for item in block.transactions))

    @_read.register
    def _(self, request: GetProof) -> StorageProof:
        store = self.backend.chain.chaindb.db
        state = HexaryTrie(store, self._header(request.block).state_root)
        key = keccak(to_canonical_address(request.address))
        account = path_nodes(state, key)
        found = state[key]
        root = decode(found)[2] if found else EMPTY_ROOT
        slot = keccak(request.slot.to_bytes(32, "big"))
        return StorageProof(account, path_nodes(HexaryTrie(store, root), slot))

    @_read.register
    def _(self, request: GetLogs) -> tuple[RawLog, ...]:
        if request.block_hash is not None:
            headers = [self._header(request.block_hash)]
        else:
            last = min(request.last_block, self.backend.head.block_number)
            headers = [self._header(number) for number in range(request.first_block, last + 1)]
        wanted = {bytes(to_canonical_address(address)) for address in request.addresses}
        return tuple(
            log
            for header in headers
            if header.bloom
            for log in self._block_logs(header, wanted, set(request.topics))
        )

    def _block_logs(
        self, header: BlockHeaderAPI, addresses: set[bytes], topics: set[bytes]
    ) -> list[RawLog]:
        """Logs of one block; an empty set wants everything."""
        chain = self.backend.chain
        block = chain.get_block_by_header(header)
        found: list[RawLog] = []
        index = 0
        receipts = block.get_receipts(chain.chaindb)
        for position, (transaction, receipt) in enumerate(
            zip(block.transactions, receipts, strict=True)
        ):
            for log in receipt.logs:
                raw = _raw_log(log, header, transaction.hash, position, index)
                index += 1
                if addresses and log.address not in addresses:
                    continue
                if topics and (not raw.topics or raw.topics[0] not in topics):
                    continue
                found.append(raw)
        return found

    def _header(self, block: BlockId) -> BlockHeaderAPI:
        """The header a block id names.

        Raises:
            NoSuchBlock: it is not there, or is a finality this chain does not have.
        """
        try:
            if isinstance(block, bytes):
                header = self.backend.chain.get_block_header_by_hash(block)
                canonical = self.backend.get_header(header.block_number)
                if canonical.hash != block:
                    raise HeaderNotFound("not canonical")
                return canonical
            if isinstance(block, int) or block in ("latest", "earliest"):
                return self.backend.get_header(block)
        except (HeaderNotFound, EthUtilsValidationError):
            pass
        shown = "0x" + block.hex() if isinstance(block, bytes) else block
        raise NoSuchBlock(f"block: the embedded chain has no block {shown}")

    def _transact(self, request: Transact, signer: TransactionSigner) -> Receipt:
        """Signs, executes and mines.

        Raises:
            Reverted: it was mined and failed.
        """
        sender = to_canonical_address(signer.address)
        fields: dict[str, Any] = {
            "type": 2,
            "chainId": CHAIN_ID,
            "nonce": self.backend.chain.get_vm().state.get_nonce(sender),
            "gas": request.gas or DEFAULT_GAS,
            "maxFeePerGas": _FEE_WEI,
            "maxPriorityFeePerGas": 0,
            "value": request.value,
            "data": request.data,
        }
        if request.to is not None:
            fields["to"] = request.to
        raw = signer.sign_transaction(fields)
        try:
            self.backend.send_raw_transaction(raw)
        except Exception as error:
            # py-evm has a dozen unrelated exception types for a transaction it will not take.
            raise InputError(f"transaction: the embedded chain refuses it, {error}") from error
        mined = self.backend.last_mined
        assert mined is not None
        if mined.computation.is_error:
            reason = reason_text(mined.computation)
            words = "" if reason == "empty revert" else reason
            raise reverted(words, data=mined.computation.output)
        return _receipt(mined, signer.address)


def _block_header(header: BlockHeaderAPI) -> BlockHeader:
    """A header in the form that every chain's answer has."""
    return BlockHeader(header.block_number, header.hash, header.parent_hash, header.timestamp)


def _sent(transaction: SignedTransactionAPI) -> SentTransaction:
    """A transaction in the form that every chain's answer has."""
    return SentTransaction(
        hash=transaction.hash,
        sender=to_checksum_address(transaction.sender),
        to=to_checksum_address(transaction.to) if transaction.to else None,
        data=transaction.data,
        value=transaction.value,
        gas=transaction.gas,
    )


def _raw_log(
    log: LogAPI, header: BlockHeaderAPI, transaction_hash: bytes, position: int, index: int
) -> RawLog:
    """A log in the form that every chain's answer has."""
    return RawLog(
        address=to_checksum_address(log.address),
        topics=tuple(topic.to_bytes(32, "big") for topic in log.topics),
        data=log.data,
        block_number=header.block_number,
        block_hash=header.hash,
        transaction_hash=transaction_hash,
        transaction_index=position,
        log_index=index,
    )


def _receipt(mined: Mined, sender: str) -> Receipt:
    """A receipt in the form that every chain's answer has; the block holds nothing else."""
    header, transaction = mined.header, mined.transaction
    created = mined.computation.msg.storage_address if not transaction.to else None
    return Receipt(
        transaction_hash=transaction.hash,
        block_number=header.block_number,
        block_hash=header.hash,
        sender=sender,
        gas_used=mined.receipt.gas_used,
        contract=to_checksum_address(created) if created else None,
        logs=tuple(
            _raw_log(log, header, transaction.hash, 0, index)
            for index, log in enumerate(mined.receipt.logs)
        ),
    )
