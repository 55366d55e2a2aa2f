"""Builds evidence for another authority: reads a chain, gathers proofs, verifies what it made.

Everything is read at the scope's last block. What the node cannot prove is left out, and the
package says so when it is verified; what the node gets wrong is refused here, before it is sent.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass

from keelmark import __version__
from keelmark.chain.operations import (
    GetChainId,
    GetHeader,
    GetProof,
    GetReceipts,
    Operation,
    StorageProof,
)
from keelmark.errors import (
    ChainMismatch,
    DecodingFailed,
    InputError,
    NoSuchBlock,
    Reorganised,
    RpcRefused,
)
from keelmark.evidence.archive import package_digest
from keelmark.evidence.parts import (
    Chains,
    ContractChain,
    Headers,
    Nodes,
    Package,
    Reading,
    ReceiptItem,
    Receipts,
    Record,
    Request,
    Root,
    Scope,
    hex_of,
)
from keelmark.evidence.scope import in_scope
from keelmark.evidence.verdict import Expected
from keelmark.evidence.verify import verify
from keelmark.ledger.reader import LogRow, read_logs, read_roots
from keelmark.ledger.reader import Reading as LogReading
from keelmark.proofs.blocks import Header, prove_account, prove_word, read_header, receipt_logs
from keelmark.proofs.merkle import ProofBroken, ordered_proofs
from keelmark.proofs.report_chain import GENESIS_ROOT, ROOT_SLOT
from keelmark.proofs.report_chain import verify as verify_chain
from keelmark.regulation.digest import digest as rulebook_digest

__all__ = ["MOST_LINKED", "build_evidence"]

MOST_LINKED = 8_192
"""Blocks up to which every header of the range is put in, so that one trusted hash vouches for
all; about 600 bytes each. Beyond that only those that something rests on."""


@dataclass(slots=True)
class _Headers:
    """Headers read so far."""

    encoded: dict[int, bytes]
    read: dict[int, Header]

    def get(self, number: int) -> Operation[Header]:
        """A block's header, read once."""
        if number not in self.read:
            self.encoded[number] = yield GetHeader(number)
            self.read[number] = read_header(self.encoded[number])
        return self.read[number]


def build_evidence(
    request: str, scope: Scope, *, salt: str | None = None, linked: int = MOST_LINKED
) -> Operation[Package]:
    """The operation that builds a package.

    Args:
        request: the requesting authority's reference, or that of its request on chain.
        scope: what it asked for.
        salt: that of the request's file, if there is one.
        linked: up to how many blocks every header is put in.

    Raises:
        ChainMismatch: the chain is another than the scope's.
        InputError: the chain has not reached the last block.
        ReportChainBroken: the node's logs are not all, or not unaltered.
        Reorganised: blocks were replaced while they were read.
        DecodingFailed: the node's headers or receipts do not give their hashes.
    """
    chain_id: int = yield GetChainId()
    if chain_id != scope.chain_id:
        raise ChainMismatch(f"chain_id: the scope's is {scope.chain_id}, the chain has {chain_id}")
    try:
        reading = yield from read_logs(scope.contracts, scope.first_block, scope.last_block)
    except NoSuchBlock:
        raise InputError(f"last_block: the chain has no block {scope.last_block} yet") from None
    headers = _Headers({}, {})
    last = yield from headers.get(scope.last_block)
    if last.hash != reading.head.hash:
        raise Reorganised(f"block {last.number}: replaced while it was read")
    chains, wanted = yield from _chains(scope, reading, headers)
    receipts, places = yield from _receipts(wanted, headers)
    if scope.last_block - scope.first_block < linked:
        for number in range(max(scope.first_block - 1, 0), scope.last_block):
            yield from headers.get(number)
    package = Package(
        request=Request(request=request, salt=salt, scope=scope),
        reading=Reading(
            software=f"keelmark {__version__}",
            rulebook_digest=hex_of(rulebook_digest()),
            last_block_hash=hex_of(last.hash),
            safe_block=reading.safe_block,
            finalized_block=reading.finalized_block,
        ),
        headers=Headers(rlp=[hex_of(headers.encoded[one]) for one in sorted(headers.encoded)]),
        chains=Chains(contracts=[_placed(chain, rows, places) for chain, rows in chains]),
        receipts=Receipts(items=receipts),
    )
    verify(package, package_digest(package), Expected(block_hashes=(last.hash,)))
    return package


Drawn = tuple[ContractChain, Sequence[LogRow]]
"""A contract's chain, and the rows that its records were made of."""


def _chains(
    scope: Scope, reading: LogReading, headers: _Headers
) -> Operation[tuple[list[Drawn], list[LogRow]]]:
    """Each contract's records between two roots, and the rows in scope; see `build_evidence`."""
    after = yield from read_roots(scope.contracts, scope.last_block)
    before: Mapping[str, bytes] = dict.fromkeys(scope.contracts, GENESIS_ROOT)
    if scope.first_block:
        before = yield from read_roots(scope.contracts, scope.first_block - 1)
    drawn: list[Drawn] = []
    wanted: list[LogRow] = []
    for contract in scope.contracts:
        logs = reading.chain_logs(contract)
        verify_chain(logs, after[contract], before[contract])
        rows = [row for row in reading.rows if row.log.address == contract]
        start: Nodes | None = None
        if before[contract] != GENESIS_ROOT:
            start = yield from _proof(headers, contract, scope.first_block - 1, before[contract])
        end = yield from _proof(headers, contract, scope.last_block, after[contract])
        records = [_record(row) for row in rows]
        wanted += [
            row
            for row, record in zip(rows, records, strict=True)
            if in_scope(record, contract, scope)
        ]
        chain = ContractChain(
            contract=contract,
            before=Root(root=hex_of(before[contract]), proof=start),
            after=Root(root=hex_of(after[contract]), proof=end),
            records=records,
        )
        drawn.append((chain, rows))
    return drawn, wanted


def _record(row: LogRow) -> Record:
    """A row as a record whose place in a receipt is not known yet."""
    return Record(
        block=row.log.block_number,
        topics=[hex_of(topic) for topic in row.log.topics],
        data=hex_of(row.log.data),
        transaction=None,
        position=None,
    )


def _proof(headers: _Headers, contract: str, block: int, root: bytes) -> Operation[Nodes | None]:
    """The proof of a report chain's root; None where the node has none that holds."""
    try:
        proof: StorageProof = yield GetProof(contract, ROOT_SLOT, block)
    except (RpcRefused, NoSuchBlock):
        return None
    header = yield from headers.get(block)
    try:
        account = prove_account(header, contract, proof.account)
        if prove_word(account, ROOT_SLOT, proof.storage) != root:
            return None
    except ProofBroken:
        return None
    return Nodes(
        account=[hex_of(node) for node in proof.account],
        storage=[hex_of(node) for node in proof.storage],
    )


def _receipts(
    wanted: Iterable[LogRow], headers: _Headers
) -> Operation[tuple[list[ReceiptItem], Mapping[tuple[bytes, int], tuple[int, int]]]]:
    """The receipts that hold some rows, and each row's place: transaction and log of its receipt.

    Raises:
        DecodingFailed: a block's receipts do not give the root in its header.
        Reorganised: a block was replaced.
    """
    blocks: dict[int, list[LogRow]] = defaultdict(list)
    for row in wanted:
        blocks[row.log.block_number].append(row)
    items: list[ReceiptItem] = []
    places: dict[tuple[bytes, int], tuple[int, int]] = {}
    for block in sorted(blocks):
        rows = blocks[block]
        header = yield from headers.get(block)
        if any(row.log.block_hash != header.hash for row in rows):
            raise Reorganised(f"block {block}: replaced while it was read")
        encoded: tuple[bytes, ...] = yield GetReceipts(block)
        holding = sorted({row.log.transaction_index for row in rows})
        root, proofs = ordered_proofs(encoded, holding)
        if root != header.receipts_root:
            raise DecodingFailed(
                f"block {block}: the node's receipts give the root {hex_of(root)}, "
                f"the header has {hex_of(header.receipts_root)}"
            )
        first = [0]
        for receipt in encoded:
            first.append(first[-1] + len(receipt_logs(receipt)))
        for row in rows:
            index = row.log.transaction_index
            places[row.key] = (index, row.log.log_index - first[index])
        items += [
            ReceiptItem(
                block=block,
                transaction=index,
                receipt=hex_of(encoded[index]),
                proof=[hex_of(node) for node in proofs[index]],
            )
            for index in holding
        ]
    return items, places


def _placed(
    chain: ContractChain,
    rows: Sequence[LogRow],
    places: Mapping[tuple[bytes, int], tuple[int, int]],
) -> ContractChain:
    """A chain whose records in scope name their receipts."""
    records = [
        record.model_copy(
            update={"transaction": places[row.key][0], "position": places[row.key][1]}
        )
        if row.key in places
        else record
        for row, record in zip(rows, chain.records, strict=True)
    ]
    return chain.model_copy(update={"records": records})
