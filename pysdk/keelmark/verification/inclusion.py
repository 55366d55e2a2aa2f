"""A single event: that a row is a log of its block, by the proof of the receipt that holds it.

The header holds the root of the block's receipts, and a receipt holds its logs whole. So a trusted
hash shows a row's contract, fields, block, time and transaction place, whoever keeps the row.
"""

from __future__ import annotations

from dataclasses import asdict, dataclass
from typing import Any

from keelmark.chain import Chain
from keelmark.chain.operations import GetHeader, GetReceipts, Operation
from keelmark.errors import DecodingFailed, InputError, KeelmarkError
from keelmark.ledger.reader import LogRow
from keelmark.proofs.blocks import Header, prove_receipt, read_header, receipt_logs
from keelmark.proofs.merkle import ProofBroken, ordered_proofs
from keelmark.verification.anchors import Anchors
from keelmark.verification.reading import logs_of
from keelmark.verification.source import Source

__all__ = ["Included", "NotIncluded", "ReceiptProof", "find_row", "prove_event", "read_receipt"]


class NotIncluded(KeelmarkError, ValueError):
    """A row is not a log of its block, or nothing shows that it is."""


@dataclass(frozen=True, slots=True)
class ReceiptProof:
    """A receipt and the trie nodes that lead to it from its block's receipts root."""

    block: int
    index: int
    """Of the transaction in the block."""
    receipt: bytes
    """As the chain encodes it."""
    nodes: tuple[bytes, ...]
    logs_before: int | None = None
    """Logs of the block before it, where every receipt of the block was seen."""


@dataclass(frozen=True, slots=True)
class Included:
    """A row that is a log of its block."""

    event: str
    contract: str
    """Checksummed address."""
    block: int
    block_hash: str
    time: int
    transaction_index: int
    log_index: int
    position: int
    """Among the logs of its receipt, from 0."""
    log_index_proved: bool
    """Whether every receipt before it was seen; else its order in the receipt is all."""

    def as_json(self) -> dict[str, Any]:
        """It as a JSON object."""
        return asdict(self)


def find_row(source: Source, block: int, log_index: int) -> tuple[str, LogRow]:
    """A row by its place, with its event's name.

    Raises:
        InputError: there is none.
        NotIncluded: there are two.
    """
    found = [
        (table.event, row)
        for table in source.description.tables
        for batch in source.scan(table.name, first_block=block, last_block=block)
        for row in logs_of(batch, table)
        if row.log.log_index == log_index
    ]
    if not found:
        raise InputError(f"event: the store has no row at block {block}, log {log_index}")
    if len(found) > 1:
        raise NotIncluded(f"event: the store has two rows at block {block}, log {log_index}")
    return found[0]


def read_receipt(chain: Chain, header: Header, index: int) -> ReceiptProof:
    """Asks a node for a block's receipts and makes the proof of one.

    Args:
        chain: the node, which is not trusted.
        header: of the block, vouched for.
        index: of the transaction.

    Raises:
        DecodingFailed: the receipts do not give the root in the header.
        NotIncluded: the block has no such transaction.
    """
    encoded = chain.run(_receipts(header.number))
    if not 0 <= index < len(encoded):
        raise NotIncluded(f"event: block {header.number} has no transaction {index}")
    root, proofs = ordered_proofs(encoded, [index])
    if root != header.receipts_root:
        raise DecodingFailed(
            f"block {header.number}: the node's receipts give the root 0x{root.hex()}, the header "
            f"has 0x{header.receipts_root.hex()}"
        )
    before = sum(len(receipt_logs(one)) for one in encoded[:index])
    return ReceiptProof(header.number, index, encoded[index], proofs[index], before)


def prove_event(
    source: Source,
    anchors: Anchors,
    block: int,
    log_index: int,
    *,
    chain: Chain | None = None,
) -> Included:
    """Shows that a row is a log of its block.

    Args:
        source: whose row; a package may hold its receipt.
        anchors: trusted blocks.
        block: of the row.
        log_index: of the row.
        chain: a node to ask for what is missing, which is not trusted.

    Raises:
        InputError: there is no such row.
        NotIncluded: no trusted hash leads to the block, the receipt is not at hand, or the row is
            not what the receipt holds.
        DecodingFailed: the node's receipts are not the block's.
    """
    event, row = find_row(source, block, log_index)
    header = anchors.at(block)
    if header is None and chain is not None and anchors.link(chain, block):
        header = anchors.at(block)
    if header is None:
        raise NotIncluded(
            f"event: no trusted hash leads to block {block}; trust its own hash, or give a node "
            "that has the headers between"
        )
    where = f"event: the row at block {block}, log {log_index}"
    log = row.log
    if (log.block_hash, row.block_time) != (header.hash, header.time):
        raise NotIncluded(f"{where} names another hash or time than the block's")
    stored = {(one.block, one.index): one for one in getattr(source, "receipts", ())}
    proof = stored.get((block, log.transaction_index))
    if chain is not None:
        proof = read_receipt(chain, header, log.transaction_index)
    if proof is None:
        raise NotIncluded(f"{where} has no receipt at hand; give a node")
    try:
        prove_receipt(header, proof.index, proof.receipt, proof.nodes)
        logs = receipt_logs(proof.receipt)
    except ProofBroken as error:
        raise NotIncluded(f"{where}: {error}") from None
    same = [
        place
        for place, one in enumerate(logs)
        if (one.address, one.topics, one.data) == (log.address, log.topics, log.data)
    ]
    if proof.logs_before is not None:
        same = [place for place in same if proof.logs_before + place == log_index]
    if not same:
        raise NotIncluded(
            f"{where} is not what transaction {log.transaction_index} of that block logged there"
        )
    return Included(
        event=event,
        contract=log.address,
        block=block,
        block_hash="0x" + header.hash.hex(),
        time=header.time,
        transaction_index=log.transaction_index,
        log_index=log_index,
        position=same[0],
        log_index_proved=proof.logs_before is not None,
    )


def header_and_receipt(
    source: Source, chain: Chain, block: int, log_index: int
) -> tuple[bytes, ReceiptProof]:
    """What a package needs to show an event: its block's header, RLP, and its receipt's proof.

    Raises:
        InputError: there is no such row.
        NotIncluded: the block has no such transaction.
        DecodingFailed: the node's receipts are not the block's.
    """
    _, row = find_row(source, block, log_index)
    encoded = chain.run(_header(block))
    return encoded, read_receipt(chain, read_header(encoded), row.log.transaction_index)


def _receipts(block: int) -> Operation[tuple[bytes, ...]]:
    found: tuple[bytes, ...] = yield GetReceipts(block)
    return found


def _header(block: int) -> Operation[bytes]:
    encoded: bytes = yield GetHeader(block)
    return encoded
