"""What an operation may ask of a chain, and what it is answered.

An operation does no I/O. It is a generator that yields requests and is sent their answers::

    def balance(token: str, holder: str) -> Operation[int]:
        data = yield Call(token, SELECTOR + holder_word)
        return int.from_bytes(data, "big")

Two drivers run it, one blocking (`Chain.run`) and one asynchronous (`AsyncChain.run`), so that
whatever is built from operations exists once. Addresses are checksummed strings, hashes and data
are bytes, times are Unix seconds, money on this level is wei.
"""

from __future__ import annotations

from collections.abc import Generator
from dataclasses import dataclass
from typing import Any, TypeAlias, TypeVar

from keelmark.chain.transactions import TransactionRequest

__all__ = [
    "BlockBody",
    "BlockHeader",
    "BlockId",
    "Call",
    "GetBlock",
    "GetBody",
    "GetChainId",
    "GetCode",
    "GetHeader",
    "GetLogs",
    "GetProof",
    "GetReceipts",
    "GetStorage",
    "Operation",
    "RawLog",
    "Receipt",
    "Request",
    "SentTransaction",
    "StorageProof",
    "Transact",
]

T = TypeVar("T")

BlockId: TypeAlias = int | bytes | str
"""A height, a block hash, or one of ``earliest``, ``latest``, ``safe``, ``finalized``."""


@dataclass(frozen=True, slots=True)
class Call:
    """Reads a function of a contract; answered with the returned bytes."""

    to: str | None
    """The contract, or None to run the data as creation code: answered with the code that it would
    leave."""
    data: bytes
    block: BlockId = "latest"
    sender: str | None = None
    """Who seems to call; nobody (the zero address) if it does not matter."""
    value: int = 0
    """Wei that seems to be sent along."""
    gas: int | None = None
    """Gas limit, what a transaction costs before it does anything included; plenty if None."""


@dataclass(frozen=True, slots=True)
class Transact:
    """Sends a transaction and waits until it is mined; answered with a `Receipt`."""

    to: str | None
    """The contract, or None to create one."""
    data: bytes
    value: int = 0
    """Wei sent along."""
    gas: int | None = None
    """Gas limit; without it the chain's default or the node's estimate."""


@dataclass(frozen=True, slots=True)
class GetLogs:
    """Logs of some contracts; answered with a tuple of `RawLog` in chain order."""

    addresses: tuple[str, ...]
    first_block: int = 0
    last_block: int = 0
    topics: tuple[bytes, ...] = ()
    """First topics wanted; all if empty."""
    block_hash: bytes | None = None
    """Asks for this one block instead of a range."""


@dataclass(frozen=True, slots=True)
class GetBlock:
    """A block's header; answered with a `BlockHeader`."""

    block: BlockId = "latest"


@dataclass(frozen=True, slots=True)
class GetStorage:
    """One storage word of a contract; answered with 32 bytes."""

    address: str
    slot: int
    block: BlockId = "latest"


@dataclass(frozen=True, slots=True)
class GetCode:
    """Deployed code; answered with bytes, empty if there is none."""

    address: str
    block: BlockId = "latest"


@dataclass(frozen=True, slots=True)
class GetChainId:
    """The chain's id; answered with an integer."""


@dataclass(frozen=True, slots=True)
class GetHeader:
    """A block's whole header; answered with its RLP, whose hash is the block's."""

    block: BlockId = "latest"


@dataclass(frozen=True, slots=True)
class GetReceipts:
    """Every receipt of a block; answered with a tuple of bytes, each as the chain encodes it."""

    block: int


@dataclass(frozen=True, slots=True)
class GetBody:
    """A block with every transaction in it; answered with a `BlockBody`."""

    block: BlockId = "latest"


@dataclass(frozen=True, slots=True)
class GetProof:
    """Proof of one storage word of a contract; answered with a `StorageProof`, or refused by a
    node that has no proofs to give."""

    address: str
    slot: int
    block: int


Request: TypeAlias = (
    Call
    | Transact
    | GetLogs
    | GetBlock
    | GetStorage
    | GetCode
    | GetChainId
    | GetHeader
    | GetReceipts
    | GetBody
    | GetProof
    | TransactionRequest
)

Operation: TypeAlias = Generator[Request, Any, T]
"""Yields requests, is sent their answers, returns a result."""


@dataclass(frozen=True, slots=True)
class BlockHeader:
    """What a reader needs of a block."""

    number: int
    hash: bytes
    parent_hash: bytes
    time: int
    """Seconds."""


@dataclass(frozen=True, slots=True)
class SentTransaction:
    """A transaction in a block, whether it did what it should or failed."""

    hash: bytes
    sender: str
    """Checksummed."""
    to: str | None
    """The account called, checksummed; None if it created a contract."""
    data: bytes
    value: int
    """Wei."""
    gas: int
    """Gas limit."""


@dataclass(frozen=True, slots=True)
class BlockBody:
    """A block's header and its transactions, in their order."""

    header: BlockHeader
    transactions: tuple[SentTransaction, ...]


@dataclass(frozen=True, slots=True)
class StorageProof:
    """The encoded trie nodes from a block's state root to a contract and to a word of its."""

    account: tuple[bytes, ...]
    storage: tuple[bytes, ...]


@dataclass(frozen=True, slots=True)
class RawLog:
    """A log as the chain has it."""

    address: str
    topics: tuple[bytes, ...]
    data: bytes
    block_number: int
    block_hash: bytes
    transaction_hash: bytes
    transaction_index: int
    log_index: int
    """Position in the block, from 0."""


@dataclass(frozen=True, slots=True)
class Receipt:
    """A mined transaction that did what it should; one that failed is raised instead."""

    transaction_hash: bytes
    block_number: int
    block_hash: bytes
    sender: str
    gas_used: int
    contract: str | None
    """The contract created, if it was a creation."""
    logs: tuple[RawLog, ...]
