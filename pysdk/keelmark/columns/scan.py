"""Logs by a structural scan of the JSON bytes: all of them in step, no Python object a log.

The first log tells the layout (see `layout`). A cursor for every log then moves through it, all
cursors at once: text that must be alike is compared, hexadecimal of fixed width is gathered, and
numbers are read digit by digit. Whatever differs from the layout in any log is not this module's
to judge: it gives up, and a real parser reads the whole answer.
"""

from __future__ import annotations

import re
from binascii import a2b_hex
from collections.abc import Mapping
from typing import Any, Final

import numpy as np
from numpy.lib.stride_tricks import sliding_window_view
from numpy.typing import NDArray

from keelmark.columns.layout import NUMBERS, Layout, Segment, learn
from keelmark.columns.parse import MOST_PLACE, word_places
from keelmark.columns.rows import LogRows
from keelmark.columns.spec import TableSpec

__all__ = ["scan"]

Bytes = NDArray[np.uint8]
Numbers = NDArray[np.int64]

CHUNK: Final = 1024
"""Logs that are read in step; what they need stays near the core."""

_SLICE: Final = 1 << 18
"""Bytes searched for braces at once."""

_WINDOW: Final = 17
"""The most digits of a number, and the quote behind them."""

_ID: Final = rb'(?:0|[1-9][0-9]*|null|"[ !#-\[\]-~]*")'
_HEAD: Final = re.compile(rb'\{"jsonrpc":"2\.0",(?:"id":' + _ID + rb',)?"result":\[', re.DOTALL)
_TAIL: Final = re.compile(rb'\](?:,"id":' + _ID + rb")?\}[ \t\r\n]*")
_LONGEST_HEAD: Final = 256


class _Irregular(Exception):
    """A log that is not laid out as the first."""


def scan(body: bytes, tables: Mapping[bytes, TableSpec]) -> tuple[list[LogRows], bool] | None:
    """The logs of a response, a piece a table, and whether every log tells its block's time.

    Args:
        body: the response.
        tables: those asked for, by first topic.

    Returns:
        None if the response is not uniform; it may be right all the same, or wrong.
    """
    head = _HEAD.match(body, 0, _LONGEST_HEAD)
    if head is None:
        return None
    starts = _starts(body, head.end())
    if not len(starts) or starts[0] != head.end():
        return None
    first_end = int(starts[1]) - 1 if len(starts) > 1 else body.rfind(b"}", 0, body.rfind(b"]")) + 1
    layout = learn(body[head.end() : first_end])
    if layout is None:
        return None
    try:
        return _Scan(body, starts, layout, tables).pieces(), layout.timed
    except (_Irregular, ValueError, IndexError):
        return None


def _starts(body: bytes, first: int) -> Numbers:
    """Where a brace opens, from a place on."""
    whole = np.frombuffer(body, np.uint8)
    found = [
        np.flatnonzero(whole[start : start + _SLICE] == ord("{")) + start
        for start in range(first, len(body), _SLICE)
    ]
    return np.concatenate(found) if found else np.zeros(0, np.int64)


class _Scan:
    """One response being read."""

    def __init__(
        self, body: bytes, starts: Numbers, layout: Layout, tables: Mapping[bytes, TableSpec]
    ) -> None:
        self.body = body
        # A number's window may reach beyond the end, if nothing but the number stands there.
        short = layout.segments[-1].length < _WINDOW
        self.text = np.frombuffer(body + b" " * _WINDOW if short else body, np.uint8)
        self.starts = starts
        self.layout = layout
        self.tables = tables
        rows = len(starts)
        self.numbers = {name: np.zeros(rows, np.int64) for name in NUMBERS}
        self.fixed = {
            hole.name: np.empty((rows, hole.width // 2), np.uint8)
            for segment in layout.segments
            for hole in segment.holes
        }
        self.data = np.empty(rows, np.int64)
        self.kinds = np.empty(rows, np.intp)
        self.known: list[TableSpec] = []
        self.digits: list[int] = []
        self.by_text = {table.topic.hex().encode(): table for table in tables.values()}
        self.ends = np.empty(rows, np.int64)
        self._windows: dict[int, Bytes] = {}

    def windows(self, width: int) -> Bytes:
        """The text from each of its bytes on, without a copy: shape (places, width)."""
        found = self._windows.get(width)
        if found is None:
            found = self._windows[width] = sliding_window_view(self.text, width)
        return found

    def pieces(self) -> list[LogRows]:
        """Every log.

        Raises:
            _Irregular: or ValueError or IndexError, if one is not laid out as the first.
        """
        for start in range(0, len(self.starts), CHUNK):
            self._read(start, min(start + CHUNK, len(self.starts)))
        last = int(self.ends[-1])
        commas = self.text[self.ends[:-1]] == ord(",")
        if (
            not (self.ends[:-1] + 1 == self.starts[1:]).all()
            or not commas.all()
            or not _TAIL.fullmatch(self.body, last)
        ):
            raise _Irregular
        for name in ("transactionIndex", "logIndex"):
            if int(self.numbers[name].max()) > MOST_PLACE:
                raise _Irregular
        return [self._piece(kind, table) for kind, table in enumerate(self.known)]

    def _read(self, start: int, end: int) -> None:
        """Moves the cursors of a chunk through the layout."""
        cursor = self.starts[start:end].copy()
        blocks: list[tuple[Segment, Bytes]] = []
        for segment in self.layout.segments:
            block = self.windows(segment.length)[cursor]
            for offset, run in segment.literals:
                if not (block[:, offset : offset + len(run)] == run).all():
                    raise _Irregular
            blocks.append((segment, block))
            cursor += segment.length
            if segment.then == "data":
                self.data[start:end] = cursor
                if self.layout.topics_first:
                    cursor += self._find_kinds(start, end, blocks)
                else:
                    cursor = self._next_quotes(cursor)
            elif segment.then is not None:
                number, width = _read_number(self.windows(_WINDOW)[cursor])
                self.numbers[segment.then][start:end] = number
                cursor += width
        if not self.layout.topics_first:
            digits = self._find_kinds(start, end, blocks)
            if not (self._next_quotes(self.data[start:end]) - self.data[start:end] == digits).all():
                raise _Irregular
        self.ends[start:end] = cursor
        self._read_fixed(start, end, blocks)

    def _next_quotes(self, cursor: Numbers) -> Numbers:
        """Where the next quote stands from each cursor on."""
        first = int(cursor[0])
        last = min(int(cursor[-1]) + _SLICE, len(self.text))
        quotes = np.flatnonzero(self.text[first:last] == ord('"')) + first
        return np.asarray(quotes[np.searchsorted(quotes, cursor)], np.int64)

    def _find_kinds(self, start: int, end: int, blocks: list[tuple[Segment, Bytes]]) -> Numbers:
        """Which table each log of a chunk belongs to, by its first topic.

        Returns:
            how many digits the data of each has.
        """
        texts = next(
            block[:, hole.offset : hole.offset + 64]
            for segment, block in blocks
            for hole in segment.holes
            if hole.name == "topic0"
        )
        kinds = self.kinds[start:end]
        # Eight digits tell the events apart; all sixty-four are compared afterwards.
        keys = np.ascontiguousarray(texts[:, :8]).view(np.uint64)[:, 0]
        left = np.ones(end - start, np.bool_)
        while left.any():
            row = int(left.argmax())
            mine = keys == keys[row]
            topic = texts[row].tobytes()
            if not (texts[mine] == texts[row]).all():
                raise _Irregular
            kinds[mine] = self._kind(topic)
            left &= ~mine
        return np.array(self.digits, np.int64)[kinds]

    def _kind(self, topic: bytes) -> int:
        """Number of a table among those met."""
        table = self.by_text.get(topic)
        if table is None or table.words is None or table.topics != self.layout.topics:
            raise _Irregular
        if table not in self.known:
            self.known.append(table)
            self.digits.append(64 * table.words)
        return self.known.index(table)

    def _read_fixed(self, start: int, end: int, blocks: list[tuple[Segment, Bytes]]) -> None:
        """Decodes the hexadecimal of fixed width of a chunk."""
        holes = [
            (hole, block)
            for segment, block in blocks
            for hole in segment.holes
            if hole.name != "topic0"
        ]
        text = np.empty((end - start, sum(hole.width for hole, _ in holes)), np.uint8)
        place = 0
        for hole, block in holes:
            text[:, place : place + hole.width] = block[:, hole.offset : hole.offset + hole.width]
            place += hole.width
        raw = np.frombuffer(a2b_hex(text.data), np.uint8).reshape(end - start, -1)
        place = 0
        for hole, _ in holes:
            width = hole.width // 2
            self.fixed[hole.name][start:end] = raw[:, place : place + width]
            place += width

    def _piece(self, kind: int, table: TableSpec) -> LogRows:
        """The logs of one table."""
        rows: Any = slice(None) if len(self.known) == 1 else np.flatnonzero(self.kinds == kind)
        data = self.data[rows]
        places = word_places(table)
        indexed = table.topics - 1
        words = np.empty((len(data), len(places), 32), np.uint8)
        for number in range(indexed):
            words[:, places[number]] = self.fixed[f"topic{number + 1}"][rows]
        self._read_data(words, places[indexed:], data)
        return LogRows(
            table,
            self.numbers["blockNumber"][rows],
            self.fixed["blockHash"][rows],
            self.numbers["blockTimestamp"][rows],
            self.numbers["transactionIndex"][rows],
            self.fixed["transactionHash"][rows],
            self.numbers["logIndex"][rows],
            self.fixed["address"][rows],
            words,
        )

    def _read_data(self, words: Bytes, places: list[int], data: Numbers) -> None:
        """Decodes the words of data of one table's logs into their places."""
        if not places:
            return
        windows = self.windows(64 * len(places))
        together = places == list(range(places[0], places[0] + len(places)))
        where: Any = slice(places[0], places[0] + len(places)) if together else places
        for start in range(0, len(data), CHUNK):
            text = windows[data[start : start + CHUNK]]
            raw = np.frombuffer(a2b_hex(text.data), np.uint8)
            words[start : start + CHUNK, where] = raw.reshape(len(text), -1, 32)


def _read_number(windows: Bytes) -> tuple[Numbers, Numbers]:
    """Numbers from their digits, each up to its quote.

    Args:
        windows: shape (rows, `_WINDOW`), from the first digit on.

    Returns:
        the numbers, and how many digits each has.

    Raises:
        _Irregular: or ValueError, if one has none, more than sixteen, or needs more than 63 bits.
    """
    width = (windows == ord('"')).argmax(axis=1)
    text = np.full((len(windows), 16), ord("0"), np.uint8)
    widths = np.flatnonzero(np.bincount(width)).tolist()
    for digits in widths:
        if digits == 0:
            raise _Irregular
        rows: Any = slice(None) if len(widths) == 1 else np.flatnonzero(width == digits)
        text[rows, 16 - digits :] = windows[rows, :digits]
    number = np.frombuffer(a2b_hex(text.data), ">u8").astype(np.int64)
    if int(number.min()) < 0:
        raise _Irregular
    return number, width
