"""Blocks by their own bytes: the header behind a hash, the logs behind a receipt.

A block's hash is the hash of its header, and the header holds the parent's hash, the root of the
state after the block and the root of its receipts. So one hash that somebody trusts vouches for
every ancestor whose header is at hand, and through the roots for receipts and storage.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass

from eth_utils.address import to_canonical_address, to_checksum_address
from eth_utils.crypto import keccak
from rlp.codec import decode, encode
from rlp.exceptions import RLPException

from keelmark.proofs.merkle import EMPTY_ROOT, Item, ProofBroken, decode_list, lookup

__all__ = [
    "Account",
    "Header",
    "ReceiptLog",
    "ancestry",
    "prove_account",
    "prove_receipt",
    "prove_word",
    "read_header",
    "receipt_logs",
    "receipt_outcome",
]

_FEWEST_FIELDS = 15
_MOST_FIELDS = 32
"""Headers have grown by a field or two with many a fork; the first 15 have never moved."""


@dataclass(frozen=True, slots=True)
class Header:
    """What of a block's header proofs rest on."""

    hash: bytes
    parent_hash: bytes
    state_root: bytes
    """Of the state after the block."""
    receipts_root: bytes
    number: int
    time: int
    """Seconds."""


@dataclass(frozen=True, slots=True)
class ReceiptLog:
    """A log as its receipt holds it."""

    address: str
    """Checksummed."""
    topics: tuple[bytes, ...]
    data: bytes


@dataclass(frozen=True, slots=True)
class Account:
    """What the state holds of a contract."""

    storage_root: bytes
    code_hash: bytes


def _word(item: Item, what: str, length: int = 32) -> bytes:
    """An item of so many bytes.

    Raises:
        ProofBroken: it is none.
    """
    if not isinstance(item, bytes) or len(item) != length:
        raise ProofBroken(f"{what}: expected {length} bytes")
    return item


def _number(item: Item, what: str) -> int:
    """An item that is a number of at most eight bytes, written without leading zeros.

    Raises:
        ProofBroken: it is none.
    """
    if not isinstance(item, bytes) or len(item) > 8 or item[:1] == b"\0":
        raise ProofBroken(f"{what}: expected a number")
    return int.from_bytes(item, "big")


def read_header(data: bytes) -> Header:
    """A header from its RLP.

    Raises:
        ProofBroken: it is no header.
    """
    items = decode_list(data, "header")
    if not _FEWEST_FIELDS <= len(items) <= _MOST_FIELDS:
        raise ProofBroken(f"header: {len(items)} fields, expected at least {_FEWEST_FIELDS}")
    return Header(
        hash=bytes(keccak(data)),
        parent_hash=_word(items[0], "parent hash"),
        state_root=_word(items[3], "state root"),
        receipts_root=_word(items[5], "receipts root"),
        number=_number(items[8], "number"),
        time=_number(items[11], "time"),
    )


def ancestry(headers: Iterable[Header], trusted: Iterable[bytes]) -> Mapping[int, Header]:
    """The headers that trusted hashes vouch for, by number: those named and their ancestors.

    Args:
        headers: in any order, one a number.
        trusted: hashes of blocks.

    Raises:
        ProofBroken: two headers have one number, or a header is not the parent of the next.
    """
    by_number: dict[int, Header] = {}
    for header in headers:
        if header.number in by_number:
            raise ProofBroken(f"block {header.number}: two headers")
        by_number[header.number] = header
    for number, header in by_number.items():
        child = by_number.get(number + 1)
        if child and child.parent_hash != header.hash:
            raise ProofBroken(
                f"block {number}: its hash is 0x{header.hash.hex()}, but block {number + 1} "
                f"names 0x{child.parent_hash.hex()} as its parent"
            )
    wanted = set(trusted)
    vouched: dict[int, Header] = {}
    for number in sorted(by_number, reverse=True):
        if by_number[number].hash in wanted or number + 1 in vouched:
            vouched[number] = by_number[number]
    return vouched


def _receipt(data: bytes) -> tuple[Item, Item, list[Item]]:
    """Status, gas and logs of a receipt of any type of EIP-2718.

    Raises:
        ProofBroken: it is no receipt.
    """
    body = data[1:] if data[:1] and data[0] < 0x80 else data
    items = decode_list(body, "receipt")
    if len(items) != 4 or not isinstance(items[3], list):
        raise ProofBroken("receipt: expected status, gas, bloom and logs")
    return items[0], items[1], items[3]


def receipt_outcome(data: bytes) -> tuple[bool, int]:
    """Whether a receipt's transaction did what it should, and the block's gas so far.

    Args:
        data: the receipt as the chain encodes it.

    Raises:
        ProofBroken: it is no receipt, or one from before receipts had a status (EIP-658).
    """
    status, gas, _ = _receipt(data)
    if status not in (b"", b"\1"):
        raise ProofBroken("receipt: expected a status of 0 or 1")
    return status == b"\1", _number(gas, "gas used")


def receipt_logs(data: bytes) -> tuple[ReceiptLog, ...]:
    """The logs in a receipt, of any type of EIP-2718.

    Args:
        data: the receipt as the chain encodes it.

    Raises:
        ProofBroken: it is no receipt.
    """
    found = []
    for item in _receipt(data)[2]:
        if not isinstance(item, list) or len(item) != 3:
            raise ProofBroken("receipt: a log without address, topics and data")
        address, topics, words = item
        if not isinstance(topics, list) or not isinstance(words, bytes):
            raise ProofBroken("receipt: a log without address, topics and data")
        found.append(
            ReceiptLog(
                str(to_checksum_address(_word(address, "log's address", 20))),
                tuple(_word(topic, "log's topic") for topic in topics),
                words,
            )
        )
    return tuple(found)


def prove_receipt(header: Header, index: int, receipt: bytes, nodes: Sequence[bytes]) -> None:
    """Accepts a receipt as that of a block's transaction, or refuses.

    Args:
        header: of the block, trusted by the caller.
        index: the transaction's place in the block, from 0.
        receipt: as the chain encodes it.
        nodes: its inclusion proof.

    Raises:
        ProofBroken: the block has another receipt there, or none.
    """
    found = lookup(header.receipts_root, encode(index), nodes)
    if found is None:
        raise ProofBroken(f"block {header.number} has no transaction {index}")
    if found != receipt:
        raise ProofBroken(f"transaction {index} of block {header.number} has another receipt")


def prove_account(header: Header, address: str, nodes: Sequence[bytes]) -> Account | None:
    """What the state after a block holds at an address; None if it proves that nothing is there.

    Raises:
        ProofBroken: the nodes do not lead there from the state root.
    """
    found = lookup(header.state_root, bytes(keccak(to_canonical_address(address))), nodes)
    if found is None:
        return None
    items = decode_list(found, "account")
    if len(items) != 4:
        raise ProofBroken(f"account: {len(items)} fields, expected 4")
    return Account(_word(items[2], "storage root"), _word(items[3], "code hash"))


def prove_word(account: Account | None, slot: int, nodes: Sequence[bytes]) -> bytes:
    """A storage word of a contract, 32 bytes; zero where it proves that nothing was stored.

    Raises:
        ProofBroken: the nodes do not lead there from the storage root.
    """
    root = account.storage_root if account else EMPTY_ROOT
    if root == EMPTY_ROOT and nodes:
        raise ProofBroken(f"{len(nodes)} nodes too many, for an empty storage")
    found = lookup(root, bytes(keccak(slot.to_bytes(32, "big"))), nodes)
    if found is None:
        return bytes(32)
    try:
        value = decode(found)
    except (RLPException, RecursionError):
        raise ProofBroken("word: no RLP") from None
    if not isinstance(value, bytes) or len(value) > 32:
        raise ProofBroken("word: longer than 32 bytes")
    return value.rjust(32, b"\0")
