"""Reads every log of some contracts, in ranges that a provider bears.

The range asked for halves when a provider refuses it, in whatever words, and doubles when it
answers. A refusal of a single block is an error: nothing is ever left out in silence. Each row is
keyed by its block's hash and its place in the block, and carries the block's time. If the chain
replaces blocks while they are read, all that was read is thrown away and read again, and after
three times refused.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from keelmark.chain.operations import (
    BlockHeader,
    GetBlock,
    GetLogs,
    GetStorage,
    Operation,
    RawLog,
)
from keelmark.errors import InputError, NoSuchBlock, Reorganised, RpcRefused
from keelmark.events import Event, decode
from keelmark.proofs.report_chain import ROOT_SLOT, ChainLog

__all__ = ["LogRow", "Reading", "read_logs", "read_roots"]

Progress = Callable[[int, int, int], None]
"""Told the blocks read, the blocks in all, and the rows found so far."""

START_BLOCKS = 2_000
"""Blocks asked for at first."""

MOST_BLOCKS = 100_000
"""Blocks asked for at most."""

_ATTEMPTS = 3


@dataclass(frozen=True, slots=True)
class LogRow:
    """One log with the time of its block."""

    log: RawLog
    block_time: int
    """Seconds."""

    @property
    def key(self) -> tuple[bytes, int]:
        """What tells this row from every other: block hash and place in the block."""
        return self.log.block_hash, self.log.log_index

    def event(self) -> Event:
        """The reporting event in it.

        Raises:
            DecodingFailed: it is none of the kit's.
        """
        return decode(
            self.log.topics,
            self.log.data,
            address=self.log.address,
            block_number=self.log.block_number,
            log_index=self.log.log_index,
            timestamp=self.block_time,
        )


@dataclass(frozen=True, slots=True)
class Reading:
    """Every log of some contracts over a range of blocks, and how final that range is."""

    addresses: tuple[str, ...]
    first_block: int
    head: BlockHeader
    """The last block read."""
    safe_block: int | None
    """Height of the chain's safe block; None where the chain does not say."""
    finalized_block: int | None
    """Height of the chain's finalized block; None where the chain does not say."""
    rows: tuple[LogRow, ...]
    """In chain order."""

    def finality(self, block_number: int) -> str:
        """``finalized``, ``safe`` or ``latest``: how final a block was when this was read."""
        if self.finalized_block is not None and block_number <= self.finalized_block:
            return "finalized"
        if self.safe_block is not None and block_number <= self.safe_block:
            return "safe"
        return "latest"

    def events(self) -> tuple[Event, ...]:
        """The rows as reporting events, in chain order.

        Raises:
            DecodingFailed: a row is none of the kit's events.
        """
        return tuple(row.event() for row in self.rows)

    def chain_logs(self, address: str) -> tuple[ChainLog, ...]:
        """One contract's rows, as its report chain folds them.

        Raises:
            InputError: the contract was not read, or not from its first block on.
        """
        if address not in self.addresses:
            raise InputError(f"address: {address} is not among the contracts that were read")
        return tuple(
            ChainLog(row.log.block_number, _three(row.log), row.log.data, row.log.log_index)
            for row in self.rows
            if row.log.address == address
        )

    def columns(self) -> dict[str, list[Any]]:
        """The rows as columns, one list a field, all of one length."""
        table: dict[str, list[Any]] = {
            "block_number": [],
            "block_hash": [],
            "block_time": [],
            "log_index": [],
            "transaction_hash": [],
            "address": [],
            "topic0": [],
            "topic1": [],
            "topic2": [],
            "data": [],
        }
        for row in self.rows:
            log = row.log
            topics = (*log.topics, b"", b"", b"")
            values = (
                log.block_number,
                log.block_hash,
                row.block_time,
                log.log_index,
                log.transaction_hash,
                log.address,
                *topics[:3],
                log.data,
            )
            for column, value in zip(table.values(), values, strict=True):
                column.append(value)
        return table


def _three(log: RawLog) -> tuple[bytes, bytes, bytes]:
    """The three topics that every chained log has.

    Raises:
        InputError: it has another number of topics and cannot be part of a report chain.
    """
    if len(log.topics) != 3:
        raise InputError(
            f"log {log.log_index} of block {log.block_number}: {len(log.topics)} topics, "
            "expected the 3 of a chained log"
        )
    first, second, third = log.topics
    return first, second, third


def read_logs(
    addresses: Sequence[str],
    first_block: int = 0,
    last_block: int | None = None,
    *,
    blocks: int = START_BLOCKS,
    progress: Progress | None = None,
) -> Operation[Reading]:
    """The operation that reads every log of some contracts.

    Args:
        addresses: contracts, checksummed.
        first_block: where to begin.
        last_block: where to end; the newest block if None.
        blocks: how many blocks to ask for at first.
        progress: told after each range.

    Raises:
        InputError: no address, or a range that ends before it begins.
        RpcRefused: the provider refuses even a single block.
        Reorganised: the chain replaced blocks faster than they could be read.
    """
    if not addresses:
        raise InputError("addresses: expected at least one contract")
    if blocks < 1:
        raise InputError(f"blocks: {blocks}, expected at least 1")
    wanted = tuple(addresses)
    for _ in range(_ATTEMPTS - 1):
        try:
            return (yield from _read(wanted, first_block, last_block, blocks, progress))
        except Reorganised:
            continue
    return (yield from _read(wanted, first_block, last_block, blocks, progress))


def _read(
    wanted: tuple[str, ...],
    first_block: int,
    last_block: int | None,
    blocks: int,
    progress: Progress | None,
) -> Operation[Reading]:
    """One reading from end to end; see `read_logs`."""
    head: BlockHeader = yield GetBlock("latest" if last_block is None else last_block)
    if first_block > head.number:
        raise InputError(f"first_block: {first_block} is after the last block {head.number}")
    safe = yield from _height("safe")
    finalized = yield from _height("finalized")
    rows: dict[tuple[bytes, int], LogRow] = {}
    place, span = first_block, blocks
    while place <= head.number:
        end = min(place + span - 1, head.number)
        try:
            found = yield from _range(wanted, place, end)
        except RpcRefused:
            if end == place:
                raise
            span = (end - place + 1) // 2
            continue
        rows.update({row.key: row for row in found})
        place = end + 1
        span = min(span * 2, MOST_BLOCKS)
        if progress:
            progress(place - first_block, head.number - first_block + 1, len(rows))
    again: BlockHeader = yield GetBlock(head.number)
    if again.hash != head.hash:
        raise Reorganised(f"block {head.number}: replaced while it was read")
    order = sorted(rows.values(), key=lambda row: (row.log.block_number, row.log.log_index))
    return Reading(wanted, first_block, head, safe, finalized, tuple(order))


def _height(finality: str) -> Operation[int | None]:
    """Height of the safe or finalized block; None if the chain has no such notion."""
    try:
        header: BlockHeader = yield GetBlock(finality)
    except (NoSuchBlock, RpcRefused):
        return None
    return header.number


def _range(addresses: tuple[str, ...], first: int, last: int) -> Operation[list[LogRow]]:
    """The rows of one range, all of blocks that the chain has.

    Raises:
        Reorganised: one of its blocks was replaced.
    """
    logs: tuple[RawLog, ...] = yield GetLogs(addresses, first, last)
    times: dict[bytes, int] = {}
    for log in logs:
        if log.block_hash in times:
            continue
        try:
            header: BlockHeader = yield GetBlock(log.block_number)
        except NoSuchBlock:
            raise Reorganised(f"block {log.block_number}: replaced while it was read") from None
        if header.hash != log.block_hash:
            raise Reorganised(f"block {log.block_number}: replaced while it was read")
        times[log.block_hash] = header.time
    return [LogRow(log, times[log.block_hash]) for log in logs]


def read_roots(addresses: Sequence[str], block: int) -> Operation[Mapping[str, bytes]]:
    """The operation that reads the roots of report chains.

    Args:
        addresses: reporting contracts.
        block: at which block.

    Returns:
        the root by address, from storage slot 0.
    """
    roots: dict[str, bytes] = {}
    for address in addresses:
        roots[address] = yield GetStorage(address, ROOT_SLOT, block)
    return roots
