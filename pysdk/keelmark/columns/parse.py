"""Logs from any well-formed JSON: the way of answers that are not uniform, and of what is wrong.

A real parser reads the answer into typed objects, and every field is then checked by itself. It
refuses what has to be refused, with the field's name.
"""

from __future__ import annotations

import re
from binascii import a2b_hex
from collections.abc import Mapping, Sequence
from typing import Any, Final

import msgspec
import numpy as np
from numpy.typing import NDArray

from keelmark.columns.rows import LogRows
from keelmark.columns.spec import ColumnKind, TableSpec
from keelmark.errors import DecodingFailed, RpcRefused

__all__ = ["MOST_PLACE", "parse", "word_places"]

MOST_NUMBER: Final = (1 << 63) - 1
"""Of a block's height and time."""

MOST_PLACE: Final = (1 << 31) - 1
"""Of a transaction's place in its block, and of a log's."""


class _Log(msgspec.Struct, rename="camel", gc=False):
    """A log as nodes give it."""

    address: str
    topics: list[str]
    data: str
    block_number: str
    block_hash: str
    transaction_hash: str
    transaction_index: str
    log_index: str
    block_timestamp: str | None = None
    removed: bool | None = None


class _Answer(msgspec.Struct):
    """A JSON-RPC response to ``eth_getLogs``."""

    result: list[_Log] | None = None
    error: Any = None


_LONGEST_REASON: Final = 500
_LONGEST_SHOWN: Final = 80

_DECODER: Final = msgspec.json.Decoder(_Answer)
_NUMBER: Final = re.compile("0x[0-9a-fA-F]{1,16}", re.ASCII)


def parse(body: bytes, tables: Mapping[bytes, TableSpec]) -> tuple[list[LogRows], bool]:
    """The logs of a response, a piece a table, and whether every log tells its block's time.

    Args:
        body: the response.
        tables: those asked for, by first topic.

    Raises:
        DecodingFailed: it is no JSON, lacks a field, or a log has a shape that was not asked for.
        RpcRefused: the node answered with an error.
    """
    try:
        answer = _DECODER.decode(body)
    except (msgspec.MsgspecError, RecursionError, UnicodeDecodeError) as error:
        raise DecodingFailed(f"answer: expected logs as JSON, {_plain(error)}") from None
    if answer.error is not None:
        raise _refusal(answer.error)
    if answer.result is None:
        raise DecodingFailed("answer: it has no result, expected a list of logs")
    standing = [log for log in answer.result if not log.removed]
    timed = None not in [log.block_timestamp for log in standing]
    kinds: dict[str, TableSpec] = {}
    groups: dict[bytes, list[_Log]] = {}
    for log in standing:
        topic = log.topics[0] if log.topics else ""
        table = kinds.get(topic) or kinds.setdefault(topic, _table(topic, log, tables))
        groups.setdefault(table.topic, []).append(log)
    return [_rows(logs, tables[topic], timed) for topic, logs in groups.items()], timed


def word_places(table: TableSpec) -> list[int]:
    """Which field of the event each word is: the topics after the first, then the data."""
    kept = [column for column in table.columns if column.kind != ColumnKind.RAW]
    return [place for place, column in enumerate(kept) if column.indexed] + [
        place for place, column in enumerate(kept) if not column.indexed
    ]


def _plain(error: Exception) -> str:
    """A parser's complaint as part of a sentence."""
    words = str(error) or type(error).__name__
    return words[:1].lower() + words[1:]


def _refusal(error: Any) -> RpcRefused:
    """A JSON-RPC error object as an exception."""
    found = error if isinstance(error, dict) else {"message": error}
    code = found.get("code")
    # One line of it, however many the node sends.
    words = " ".join(str(found.get("message") or "without a reason").split())
    return RpcRefused(
        f"rpc: the node refused the request, {words[:_LONGEST_REASON]}",
        code if isinstance(code, int) else 0,
        found.get("data"),
    )


def _where(log: _Log) -> str:
    return f"log {_shown(log.log_index)} of block {_shown(log.block_number)}"


def _shown(text: str | None) -> str:
    """What a node sent, fit for a sentence: on one line, and not without end."""
    return " ".join(str(text).split())[:_LONGEST_SHOWN]


def _table(topic: str, log: _Log, tables: Mapping[bytes, TableSpec]) -> TableSpec:
    """The table of a first topic.

    Raises:
        DecodingFailed: it was not asked for, or there is none.
    """
    found = tables.get(_hex(topic, 32, "topics", log)) if topic else None
    if found is None:
        raise DecodingFailed(
            f"{_where(log)}: its first topic {topic or '(none)'} was not asked for, expected "
            "events asked for only"
        )
    return found


def _hex(text: str, width: int | None, name: str, log: _Log) -> bytes:
    """Bytes of a field's text.

    Args:
        text: hexadecimal with ``0x``.
        width: in bytes; None if any will do.
        name: the field.
        log: whose it is.

    Raises:
        DecodingFailed: it is no hexadecimal, or of another width.
    """
    try:
        if text[:2] == "0x" and (width is None or len(text) == 2 + 2 * width):
            return a2b_hex(text[2:])
    except ValueError:
        pass
    size = "an even number of" if width is None else 2 * width
    raise DecodingFailed(
        f"{_where(log)}: {name}: expected 0x and {size} hexadecimal digits, not {_shown(text)}"
    )


def _column(texts: Sequence[str], width: int, name: str, logs: Sequence[_Log]) -> Any:
    """A field of fixed width of every log, shape (rows, width)."""
    whole = 2 + 2 * width
    if set(map(len, texts)) == {whole}:
        try:
            raw = "".join(texts).encode("ascii")
            rows = np.frombuffer(raw, np.uint8).reshape(len(texts), whole)
            if (rows[:, 0] == ord("0")).all() and (rows[:, 1] == ord("x")).all():
                found = a2b_hex(np.ascontiguousarray(rows[:, 2:]).data)
                return np.frombuffer(found, np.uint8).reshape(len(texts), width)
        except ValueError:
            pass
    for text, log in zip(texts, logs, strict=True):
        _hex(text, width, name, log)
    raise AssertionError("a column is refused and none of its values is")


def _numbers(
    texts: Sequence[str | None], name: str, logs: Sequence[_Log], most: int
) -> NDArray[np.int64]:
    """A quantity of every log."""
    # Most of them are there many times.
    known: dict[str | None, int] = {}
    for text in dict.fromkeys(texts):
        known[text] = number = int(text, 16) if text and _NUMBER.fullmatch(text) else -1
        if not 0 <= number <= most:
            log = logs[texts.index(text)]
            raise DecodingFailed(
                f"{_where(log)}: {name}: expected 0x and a number up to {most}, not {_shown(text)}"
            )
    return np.fromiter(map(known.__getitem__, texts), np.int64, len(texts))


def _rows(logs: Sequence[_Log], table: TableSpec, timed: bool) -> LogRows:
    """The logs of one event as arrays."""
    topics = table.topics
    for log in logs:
        if len(log.topics) != topics:
            raise DecodingFailed(
                f"{_where(log)}: {table.event} has {topics} topics, not {len(log.topics)}"
            )
    times = [log.block_timestamp if timed else "0x0" for log in logs]
    words, data = _words(logs, table)
    return LogRows(
        table,
        _numbers([log.block_number for log in logs], "blockNumber", logs, MOST_NUMBER),
        _column([log.block_hash for log in logs], 32, "blockHash", logs),
        _numbers(times, "blockTimestamp", logs, MOST_NUMBER),
        _numbers([log.transaction_index for log in logs], "transactionIndex", logs, MOST_PLACE),
        _column([log.transaction_hash for log in logs], 32, "transactionHash", logs),
        _numbers([log.log_index for log in logs], "logIndex", logs, MOST_PLACE),
        _column([log.address for log in logs], 20, "address", logs),
        words,
        data,
    )


def _words(logs: Sequence[_Log], table: TableSpec) -> tuple[Any, NDArray[np.object_] | None]:
    """Words of shape (rows, fields, 32) in the event's order, and the data kept whole."""
    places = word_places(table)
    words = np.empty((len(logs), len(places), 32), np.uint8)
    indexed = table.topics - 1
    for number in range(indexed):
        texts = [log.topics[1 + number] for log in logs]
        words[:, places[number]] = _column(texts, 32, "topics", logs)
    if table.words is None:
        data = np.empty(len(logs), object)
        data[:] = [_hex(log.data, None, "data", log) for log in logs]
        return words, data
    if table.words or any(log.data != "0x" for log in logs):
        whole = _column([log.data for log in logs], 32 * table.words, "data", logs)
        words[:, places[indexed:]] = whole.reshape(len(logs), table.words, 32)
    return words, None
