"""Verifies a package from trusted block hashes alone.

The order: what the receiver expects; the headers that the trusted hashes vouch for; each contract's
report chain between two roots that storage proofs show; the receipts, against the headers; and
that the events in scope are exactly those that the receipts hold. The first thing that fails is
raised with its place. What merely is not shown is collected, and a receiver must decide to accept
a package with such gaps.

A chain of records that ends in a proved root is unique: another record or another order would be
another root. So a chain that starts from zero needs no proof of its start, and one that does not
needs it only to show that no record of the range was left out in front.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field

from keelmark.errors import KeelmarkError
from keelmark.evidence.parts import (
    ContractChain,
    EvidenceBroken,
    Nodes,
    Package,
    ReceiptItem,
    Record,
    hex_of,
    raw,
)
from keelmark.evidence.scope import event_of, in_scope
from keelmark.evidence.verdict import Expected, ProvedEvent, Verdict
from keelmark.proofs.blocks import (
    Account,
    Header,
    ReceiptLog,
    ancestry,
    prove_account,
    prove_receipt,
    prove_word,
    read_header,
    receipt_logs,
)
from keelmark.proofs.report_chain import GENESIS_ROOT, ROOT_SLOT, ChainLog, fold

__all__ = ["verify"]

Key = tuple[int, int]
"""A transaction: block and place in it."""


@dataclass(slots=True)
class _Work:
    """What has been established so far."""

    package: Package
    expected: Expected
    verdict: Verdict
    headers: dict[int, Header] = field(default_factory=dict)
    vouched: Mapping[int, Header] = field(default_factory=dict)
    """Those that a trusted hash vouches for."""
    used: set[int] = field(default_factory=set)
    """Blocks whose header something rests on."""
    logs: dict[Key, tuple[ReceiptLog, ...]] = field(default_factory=dict)
    """Proved receipts."""


def verify(package: Package, digest: bytes, expected: Expected) -> Verdict:
    """Verifies everything in a package.

    Args:
        package: from `unpack`.
        digest: from `unpack`.
        expected: what the receiver knows; at least one trusted block hash.

    Returns:
        what was proved, what was not, and the events in scope.

    Raises:
        EvidenceBroken: something is not so; the first place is named.
    """
    request = package.request
    work = _Work(package, expected, Verdict(digest, request.request, request.scope))
    _expectations(work, digest)
    _headers(work)
    for place, chain in enumerate(package.chains.contracts):
        _chain(work, place, chain)
    _receipts(work)
    _events(work)
    _surplus(work)
    return work.verdict


@contextmanager
def _at(part: str) -> Iterator[None]:
    """Gives whatever is raised inside the place at which it was."""
    try:
        yield
    except EvidenceBroken:
        raise
    except KeelmarkError as error:
        raise EvidenceBroken(part, str(error)) from None


def _expectations(work: _Work, digest: bytes) -> None:
    """Whether the package answers what the receiver asked; see `verify`."""
    expected, said = work.expected, work.verdict
    scope, reading = work.package.request.scope, work.package.reading
    for part, name, wanted, found in (
        (
            "manifest",
            "digest",
            hex_of(expected.digest) if expected.digest else None,
            hex_of(digest),
        ),
        ("request.request", "request", expected.request, said.request),
        ("request.scope.chain_id", "chain id", expected.chain_id, scope.chain_id),
        (
            "reading.rulebook_digest",
            "rulebook digest",
            expected.rulebook_digest,
            reading.rulebook_digest,
        ),
    ):
        if wanted is None:
            said.stated.append(f"{name} {found}")
        elif wanted != found:
            raise EvidenceBroken(part, f"{name} is {found}, expected {wanted}")
        else:
            said.proved.append(f"{name} {found}, as expected")
    for place, contract in enumerate(scope.contracts):
        if expected.contracts is not None and contract not in expected.contracts:
            raise EvidenceBroken(
                f"request.scope.contracts.{place}",
                f"{contract} is none of the expected contracts: "
                f"{', '.join(sorted(expected.contracts))}",
            )
    said.stated.append(f"software {reading.software}")
    last, finality = scope.last_block, "neither safe nor finalized"
    if reading.finalized_block is not None and last <= reading.finalized_block:
        finality = "finalized"
    elif reading.safe_block is not None and last <= reading.safe_block:
        finality = "safe, not yet finalized"
    heights = [
        "unknown" if height is None else str(height)
        for height in (reading.safe_block, reading.finalized_block)
    ]
    said.stated.append(
        f"block {last} was {finality} when it was read: safe block {heights[0]}, "
        f"finalized block {heights[1]}"
    )


def _headers(work: _Work) -> None:
    """Reads the headers and finds those that a trusted hash vouches for; see `verify`."""
    scope = work.package.request.scope
    previous = -1
    for place, text in enumerate(work.package.headers.rlp):
        part = f"headers.rlp.{place}"
        with _at(part):
            header = read_header(raw(text))
        if not max(scope.first_block - 1, 0) <= header.number <= scope.last_block:
            raise EvidenceBroken(part, f"block {header.number} is outside the scope's range")
        if header.number <= previous:
            raise EvidenceBroken(part, f"block {header.number} after block {previous}")
        previous = header.number
        work.headers[header.number] = header
    with _at("headers"):
        work.vouched = ancestry(work.headers.values(), work.expected.block_hashes)
    hashes = {header.hash for header in work.headers.values()}
    for trusted in work.expected.block_hashes:
        if trusted not in hashes:
            raise EvidenceBroken(
                "headers",
                f"no header has the trusted hash {hex_of(trusted)}; another chain or range",
            )
    last = work.headers.get(scope.last_block)
    if last is None:
        raise EvidenceBroken(
            "headers", f"the header of the last block {scope.last_block} is missing"
        )
    if hex_of(last.hash) != work.package.reading.last_block_hash:
        raise EvidenceBroken(
            "reading.last_block_hash",
            f"is {work.package.reading.last_block_hash}, the header's is {hex_of(last.hash)}",
        )
    work.used.add(scope.last_block)
    if scope.last_block not in work.vouched:
        work.verdict.not_proved.append(_gap(scope.last_block))
    else:
        work.verdict.proved.append(
            f"{len(work.vouched)} headers, blocks {min(work.vouched)} to {scope.last_block}, "
            "by the trusted hash"
        )


def _gap(block: int) -> str:
    """That nothing vouches for a block."""
    return f"block {block}: no trusted hash vouches for its header; give its hash as well"


def _chain(work: _Work, place: int, chain: ContractChain) -> None:
    """One contract's report chain; see `verify`."""
    scope, part = work.package.request.scope, f"chains.contracts.{place}"
    if place >= len(scope.contracts) or chain.contract != scope.contracts[place]:
        raise EvidenceBroken(
            f"{part}.contract", f"{chain.contract} is not the scope's at this place"
        )
    previous = scope.first_block
    for index, record in enumerate(chain.records):
        if not previous <= record.block <= scope.last_block:
            raise EvidenceBroken(
                f"{part}.records.{index}.block", f"{record.block} is out of order or of range"
            )
        previous = record.block
    before, after = raw(chain.before.root), raw(chain.after.root)
    if fold([_chained(record) for record in chain.records], before) != after:
        raise EvidenceBroken(
            f"{part}.records", "do not fold from the root before them to the root after them"
        )
    found = _root(work, f"{part}.after", chain, chain.after.proof, scope.last_block, after)
    if found:
        _code(work, f"{part}.after.proof.account", chain.contract, found)
    if before == GENESIS_ROOT:
        if chain.before.proof is not None:
            raise EvidenceBroken(f"{part}.before.proof", "a chain from its beginning needs none")
        shown = found is not None
    elif scope.first_block == 0:
        raise EvidenceBroken(f"{part}.before.root", "expected zero, before the chain's first block")
    else:
        block = scope.first_block - 1
        start = _root(work, f"{part}.before", chain, chain.before.proof, block, before)
        shown = start is not None and found is not None
    if shown:
        work.verdict.proved.append(
            f"{chain.contract}: its {len(chain.records)} records of blocks {scope.first_block} to "
            f"{scope.last_block} are complete, unaltered and in order"
        )


def _chained(record: Record) -> ChainLog:
    """A record as the report chain folds it."""
    first, second, third = (raw(topic) for topic in record.topics)
    return ChainLog(record.block, (first, second, third), raw(record.data))


def _root(
    work: _Work, part: str, chain: ContractChain, proof: Nodes | None, block: int, root: bytes
) -> Account | None:
    """The contract, if its root at the end of a block is proved; None if it is not.

    Raises:
        EvidenceBroken: the proof shows another root, or none.
    """
    what = f"{chain.contract}: the root of its report chain at the end of block {block}"
    if proof is None:
        work.verdict.not_proved.append(f"{what}; the package holds no storage proof of it")
        return None
    header = work.headers.get(block)
    if header is None:
        raise EvidenceBroken("headers", f"block {block} is missing, which {part}.proof needs")
    work.used.add(block)
    with _at(f"{part}.proof.account"):
        account = prove_account(header, chain.contract, [raw(node) for node in proof.account])
    if account is None:
        raise EvidenceBroken(f"{part}.proof.account", f"shows that {chain.contract} is not there")
    with _at(f"{part}.proof.storage"):
        found = prove_word(account, ROOT_SLOT, [raw(node) for node in proof.storage])
    if found != root:
        raise EvidenceBroken(f"{part}.root", f"is {hex_of(root)}, the proof shows {hex_of(found)}")
    if block not in work.vouched:
        work.verdict.not_proved.append(f"{what}; {_gap(block)}")
        return None
    return account


def _code(work: _Work, part: str, contract: str, account: Account) -> None:
    """Whether the contract's code is the expected one; see `verify`."""
    wanted = (work.expected.contracts or {}).get(contract)
    found = hex_of(account.code_hash)
    if wanted is None:
        work.verdict.proved.append(f"{contract}: the hash of its code is {found}")
    elif wanted != found:
        raise EvidenceBroken(part, f"code hash of {contract} is {found}, expected {wanted}")
    else:
        work.verdict.proved.append(f"{contract}: the hash of its code is {found}, as expected")


def _receipts(work: _Work) -> None:
    """Each receipt, against its block's header; see `verify`."""
    if len(work.package.chains.contracts) != len(work.package.request.scope.contracts):
        raise EvidenceBroken("chains.contracts", "expected one chain for each contract in scope")
    previous: Key = (-1, 0)
    for place, item in enumerate(work.package.receipts.items):
        part, key = f"receipts.items.{place}", (item.block, item.transaction)
        if key <= previous:
            raise EvidenceBroken(part, "is not after the receipt before it")
        previous = key
        work.logs[key] = _receipt(work, part, item)
    missing = sorted({block for block, _ in work.logs} - set(work.vouched))
    work.verdict.not_proved.extend(f"receipts of {_gap(block)}" for block in missing)
    shown = sum(1 for block, _ in work.logs if block in work.vouched)
    if shown:
        work.verdict.proved.append(f"{shown} receipts, each at its place in its block")


def _receipt(work: _Work, part: str, item: ReceiptItem) -> tuple[ReceiptLog, ...]:
    """The logs of one receipt, proved against its block's header.

    Raises:
        EvidenceBroken: it is not the block's.
    """
    header = work.headers.get(item.block)
    if header is None:
        raise EvidenceBroken(f"{part}.block", f"the package has no header of block {item.block}")
    work.used.add(item.block)
    with _at(f"{part}.proof"):
        nodes = [raw(node) for node in item.proof]
        prove_receipt(header, item.transaction, raw(item.receipt), nodes)
    with _at(f"{part}.receipt"):
        return receipt_logs(raw(item.receipt))


def _events(work: _Work) -> None:
    """That the events in scope are those which the receipts hold, one for one; see `verify`."""
    scope = work.package.request.scope
    taken: set[tuple[Key, int]] = set()
    for place, chain in enumerate(work.package.chains.contracts):
        previous = (-1, -1, -1)
        for index, record in enumerate(chain.records):
            part = f"chains.contracts.{place}.records.{index}"
            if not in_scope(record, chain.contract, scope):
                if record.transaction is not None or record.position is not None:
                    raise EvidenceBroken(part, "names a receipt, but the scope does not ask for it")
                continue
            if record.transaction is None or record.position is None:
                raise EvidenceBroken(part, "is in scope and names no receipt")
            here = (record.block, record.transaction, record.position)
            if here <= previous:
                raise EvidenceBroken(part, "is not after the record before it")
            previous = here
            key = (record.block, record.transaction)
            _matches(work, part, key, chain.contract, record)
            taken.add((key, record.position))
            header = work.vouched.get(record.block)
            time = header.time if header else None
            event = event_of(record, chain.contract, time or 0)
            work.verdict.events.append(ProvedEvent(chain.contract, record, event, time))
    _unclaimed(work, taken)
    work.verdict.events.sort(
        key=lambda one: (one.record.block, one.record.transaction or 0, one.record.position or 0)
    )


def _matches(work: _Work, part: str, key: Key, contract: str, record: Record) -> None:
    """Accepts a record as the log that it names, or refuses; see `verify`."""
    logs = work.logs.get(key)
    if logs is None:
        raise EvidenceBroken(
            f"{part}.transaction", f"no receipt of transaction {key[1]} of block {key[0]}"
        )
    position = record.position
    if position is None or position >= len(logs):
        raise EvidenceBroken(f"{part}.position", f"the receipt has only {len(logs)} logs")
    wanted = ReceiptLog(contract, tuple(raw(topic) for topic in record.topics), raw(record.data))
    if logs[position] != wanted:
        raise EvidenceBroken(f"{part}.position", f"log {position} of the receipt is another")


def _unclaimed(work: _Work, taken: set[tuple[Key, int]]) -> None:
    """Refuses logs in scope that no record has, and receipts that hold no event in scope."""
    scope = work.package.request.scope
    for place, (key, logs) in enumerate(work.logs.items()):
        if not any(found == key for found, _ in taken):
            raise EvidenceBroken(f"receipts.items.{place}", "holds no event in scope")
        for position, log in enumerate(logs):
            if (key, position) in taken or len(log.topics) != 3:
                continue
            record = Record(
                block=key[0],
                topics=[hex_of(topic) for topic in log.topics],
                data=hex_of(log.data),
                transaction=None,
                position=None,
            )
            if in_scope(record, log.address, scope):
                raise EvidenceBroken(
                    "chains.contracts", f"no record for log {position} of receipts.items.{place}"
                )


def _surplus(work: _Work) -> None:
    """Refuses headers that nothing rests on: no proof, no trusted hash and no child."""
    for place, number in enumerate(work.headers):
        rests = number in work.used or number in work.vouched or number + 1 in work.headers
        if not rests:
            raise EvidenceBroken(f"headers.rlp.{place}", f"block {number} serves nothing here")
