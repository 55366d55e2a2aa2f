"""Rows of a store as the logs that they were, one object each: for a single event, or an audit."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from typing import Any

from eth_utils.address import to_checksum_address

from keelmark.chain.operations import BlockHeader, RawLog
from keelmark.columns.restore import words_of
from keelmark.columns.spec import ColumnKind, TableSpec
from keelmark.errors import InputError
from keelmark.ledger.reader import LogRow, Reading
from keelmark.verification.source import Source

__all__ = ["logs_of", "reading_of"]


def logs_of(batch: Any, table: TableSpec) -> Iterator[LogRow]:
    """A batch's rows as logs with the times of their blocks.

    Args:
        batch: a pyarrow RecordBatch of `columns.arrow_schema`, every column.
        table: its table.
    """
    raw = table.columns[-1:] if table.words is None else ()
    short = replace(table, columns=table.columns[: len(table.columns) - len(raw)])
    words = words_of(batch, short)
    tails = batch.column(batch.num_columns - 1).to_pylist() if raw else [b""] * batch.num_rows
    assert all(column.kind == ColumnKind.RAW for column in raw)
    topics = [place for place, column in enumerate(short.columns) if column.indexed]
    data = [place for place, column in enumerate(short.columns) if not column.indexed]
    system = {
        name: batch.column(name).to_pylist()
        for name in (
            "block_number",
            "block_hash",
            "block_time",
            "transaction_index",
            "transaction_hash",
            "log_index",
            "address",
        )
    }
    for row in range(batch.num_rows):
        log = RawLog(
            address=str(to_checksum_address(system["address"][row])),
            topics=(table.topic, *(words[row, place].tobytes() for place in topics)),
            data=words[row, data].tobytes() + tails[row],
            block_number=system["block_number"][row],
            block_hash=system["block_hash"][row],
            transaction_hash=system["transaction_hash"][row],
            transaction_index=system["transaction_index"][row],
            log_index=system["log_index"][row],
        )
        yield LogRow(log, system["block_time"][row])


def reading_of(source: Source) -> Reading:
    """Everything in a store, up to its newest checkpoint, as the plain reader would have read it.

    Raises:
        InputError: nothing has been read into it yet, or a row is of a contract that is not
            watched.
    """
    newest = source.checkpoint()
    if newest is None:
        raise InputError(f"store: nothing has been read into {source.location} yet")
    description = source.description
    rows = [
        row
        for table in description.tables
        for batch in source.scan(table.name, last_block=newest.last_block)
        for row in logs_of(batch, table)
    ]
    watched = {str(to_checksum_address(one.address)) for one in description.contracts}
    for row in rows:
        if row.log.address not in watched:
            raise InputError(
                f"store: a row of block {row.log.block_number}, log {row.log.log_index}, is of "
                f"{row.log.address}, which is not watched"
            )
    rows.sort(key=lambda row: (row.log.block_number, row.log.log_index))
    heads = source.heads() or newest.heads
    return Reading(
        addresses=tuple(str(to_checksum_address(one.address)) for one in description.contracts),
        first_block=description.first_block,
        head=BlockHeader(newest.last_block, newest.last_hash, b"", newest.last_time),
        safe_block=heads.safe,
        finalized_block=heads.finalized,
        rows=tuple(rows),
    )
