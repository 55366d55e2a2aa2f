"""Denials: acts that somebody tried and the contracts refused.

Two traces are read together. The house reports `ActDenied` where the caller asked for a refusal to
be reported; such a row is part of the report chain. Whoever sends a plain act that is refused
leaves a failed transaction, whose receipt has no reason: the call is made again, by the same
sender, on the state after the block before, and if that passes on the state after the block itself.
Such a row is `replayed`: earlier transactions of the same block are not in the state that it is
judged on, nor is the block's own time at first. What cannot be reproduced is listed all the same.

A failed transaction is found where it was sent to a contract of the deployment. A refusal inside
another contract's call (a wallet contract, a venue's router) leaves no trace but its own. Which
transactions a block holds is taken from the node; the reported rows alone are proved, by an audit.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from types import MappingProxyType

from keelmark.bindings.calldata import Calldata, read_calldata, selector
from keelmark.bindings.events import ActDenied
from keelmark.chain.operations import (
    BlockBody,
    Call,
    GetBody,
    GetReceipts,
    Operation,
    RawLog,
)
from keelmark.deploy import Deployment
from keelmark.errors import (
    DecodingFailed,
    GateRefusal,
    NoSuchBlock,
    Reorganised,
    Reverted,
    RpcRefused,
    reverted,
)
from keelmark.ledger.denial_rows import (
    Denial,
    Origin,
    Place,
    asked_about,
    from_event,
    from_failure,
)
from keelmark.ledger.reader import Reading, read_logs
from keelmark.proofs.blocks import receipt_outcome

__all__ = ["Denial", "Denials", "Origin", "read_denials"]

Progress = Callable[[int, int, int], None]
"""Told the blocks read, the blocks in all, and the denials found so far."""

_ATTEMPTS = 3


@dataclass(frozen=True, slots=True)
class Denials:
    """Every denial in a range of blocks."""

    reading: Reading
    """The house's logs over the same range, with how final it was."""
    rows: tuple[Denial, ...]
    """In chain order."""


def read_denials(
    deployment: Deployment,
    first_block: int | None = None,
    last_block: int | None = None,
    *,
    progress: Progress | None = None,
) -> Operation[Denials]:
    """The operation that reads every denial in a range of blocks, one request a block.

    Args:
        deployment: a house; contracts that it shares with other houses are read as a whole.
        first_block: where to begin; the deployment's first block if None.
        last_block: where to end; the newest block if None.
        progress: told after each block.

    Raises:
        InputError: the range ends before it begins.
        NoSuchBlock: the chain has no such last block.
        Reorganised: the chain replaced blocks faster than they could be read.
        DecodingFailed: the node's receipts are not those of its block.
    """
    first = deployment.first_block if first_block is None else first_block
    for _ in range(_ATTEMPTS - 1):
        try:
            return (yield from _read(deployment, first, last_block, progress))
        except Reorganised:
            continue
    return (yield from _read(deployment, first, last_block, progress))


def _read(
    deployment: Deployment, first: int, last: int | None, progress: Progress | None
) -> Operation[Denials]:
    """One reading from end to end; see `read_denials`."""
    house = deployment.house.address
    reading = yield from read_logs((house,), first, last)
    names = {contract.address: name for name, contract in deployment.contracts.items()}
    reported = _reported(reading)
    rows: list[Denial] = []
    parent: bytes | None = None
    end = reading.head.number
    for number in range(first, end + 1):
        body: BlockBody = yield GetBody(number)
        if parent not in (None, body.header.parent_hash):
            raise Reorganised(f"block {number}: replaced while it was read")
        parent = body.header.hash
        for log, event in reported.get(number, ()):
            if log.block_hash != parent:
                raise Reorganised(f"block {number}: replaced while it was read")
            rows.append(from_event(_place(body, log.transaction_index, names), event))
        called = [
            place for place, sent in enumerate(body.transactions) if sent.to and sent.to in names
        ]
        if called:
            gas_used = yield from _failures(body)
            for position in called:
                if position in gas_used:
                    place = _place(body, position, names)
                    rows.append((yield from _explain(place, gas_used[position])))
        if progress:
            progress(number - first + 1, end - first + 1, len(rows))
    if parent != reading.head.hash:
        raise Reorganised(f"block {end}: replaced while it was read")
    return Denials(reading, tuple(sorted(rows, key=lambda row: (row.block, row.position))))


def _reported(reading: Reading) -> Mapping[int, list[tuple[RawLog, ActDenied]]]:
    """The `ActDenied` events among the logs, by block."""
    found: dict[int, list[tuple[RawLog, ActDenied]]] = {}
    for row in reading.rows:
        if row.log.topics[:1] == (ActDenied.TOPIC,):
            event = ActDenied.decode(row.log.topics, row.log.data)
            found.setdefault(row.log.block_number, []).append((row.log, event))
    return found


def _place(body: BlockBody, position: int, names: Mapping[str, str]) -> Place:
    """A transaction, with what it asked of which contract.

    Raises:
        Reorganised: the block has no such transaction, so it is another block.
    """
    if position >= len(body.transactions):
        raise Reorganised(f"block {body.header.number}: replaced while it was read")
    sent = body.transactions[position]
    name = names.get(sent.to or "")
    call = read_calldata(name, sent.data) if name else Calldata("", MappingProxyType({}))
    return Place(body, position, name or "ClearingHouse", call)


def _failures(body: BlockBody) -> Operation[Mapping[int, int]]:
    """Positions of the block's failed transactions, each with the gas that it used.

    Raises:
        DecodingFailed: the receipts are not one a transaction.
    """
    number = body.header.number
    encoded: tuple[bytes, ...] = yield GetReceipts(number)
    if len(encoded) != len(body.transactions):
        raise DecodingFailed(
            f"block {number}: {len(encoded)} receipts, expected {len(body.transactions)}"
        )
    failed: dict[int, int] = {}
    before = 0
    for position, receipt in enumerate(encoded):
        done, total = receipt_outcome(receipt)
        if not done:
            failed[position] = total - before
        before = total
    return failed


def _explain(place: Place, gas_used: int) -> Operation[Denial]:
    """A failed transaction as a denial."""
    if gas_used >= place.sent.gas:
        return from_failure(place, Origin.OUT_OF_GAS, reverted("machine: OutOfGas"), None, ())
    number = place.body.header.number
    sent = place.sent
    for block in (number - 1, number):
        try:
            yield Call(str(sent.to), sent.data, block, sent.sender, sent.value)
        except Reverted as refusal:
            denied = yield from _denied(place, refusal, block)
            return from_failure(place, Origin.REPLAYED, refusal, block, denied)
        except (NoSuchBlock, RpcRefused):
            continue
    try:
        yield Call(str(sent.to), sent.data, number - 1, sent.sender, sent.value, sent.gas)
    except Reverted:
        exhausted = reverted("machine: OutOfGas")
        return from_failure(place, Origin.OUT_OF_GAS, exhausted, number - 1, ())
    except (NoSuchBlock, RpcRefused):
        pass
    return from_failure(place, Origin.UNEXPLAINED, None, None, ())


def _denied(place: Place, refusal: Reverted, block: int) -> Operation[tuple[int, ...]]:
    """The accounts that the gate denied. Of a match the matcher's `try_match` tells which."""
    if not isinstance(refusal, GateRefusal):
        return ()
    if asked := asked_about(place):
        return asked
    told = selector(place.contract, "try_match") if place.call.function == "match" else None
    if told is None:
        return ()
    sent = place.sent
    try:
        answer: bytes = yield Call(
            str(sent.to), told + sent.data[4:], block, sent.sender, sent.value
        )
    except (Reverted, RpcRefused):
        return ()
    reasons = int.from_bytes(answer[:32], "big")
    arguments = place.call.arguments
    sides = (("buy.account", reasons & 255), ("sell.account", reasons >> 8 & 255))
    return tuple(int(arguments[name]) for name, reason in sides if reason and name in arguments)
