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

SLICE: Final = 1 << 21
"""Bytes whose logs are read in step; what they need stays near the core."""

_LONGEST_DATA: Final = 1 << 16
"""Bytes in which a log's data must end, where they stand before the topics."""

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
    layout = learn(body[head.end() : body.find(b"}", head.end()) + 1])
    if layout is None:
        return None
    try:
        return _Scan(body, head.end(), layout, tables).pieces(), layout.timed
    except (_Irregular, ValueError, IndexError):
        return None


class _Scan:
    """One response being read, a slice at a time."""

    def __init__(
        self, body: bytes, first: int, layout: Layout, tables: Mapping[bytes, TableSpec]
    ) -> None:
        self.body = body
        self.first = first
        # A number's window may reach beyond the end, if nothing but the number stands there.
        short = layout.segments[-1].length < _WINDOW
        self.text = np.frombuffer(body + b" " * _WINDOW if short else body, np.uint8)
        self.layout = layout
        self.tables = tables
        self.by_text = {table.topic.hex().encode(): table for table in tables.values()}
        # Room for as many logs as could be there; what is not written to takes no memory.
        room = len(body) // sum(segment.length for segment in layout.segments)
        self.numbers = {name: np.zeros(room, np.int64) for name in NUMBERS}
        self.fixed = {
            hole.name: np.empty((room, hole.width // 2), np.uint8)
            for segment in layout.segments
            for hole in segment.holes
        }
        self.kinds = np.empty(room, np.intp)
        self.numbered: dict[bytes, int] = {}
        self.known: list[TableSpec] = []
        self.digits: list[int] = []
        self.words: list[list[Bytes]] = []
        self.rows = 0
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
        place = self.first
        for start in range(self.first, len(self.body), SLICE):
            starts = np.flatnonzero(self.text[start : start + SLICE] == ord("{")) + start
            if len(starts):
                place = self._read(starts, place)
        if not _TAIL.fullmatch(self.body, place - 1):
            raise _Irregular
        for name in ("transactionIndex", "logIndex"):
            if int(self.numbers[name][: self.rows].max()) > MOST_PLACE:
                raise _Irregular
        return [self._piece(kind, table) for kind, table in enumerate(self.known)]

    def _read(self, starts: Numbers, expected: int) -> int:
        """Moves the cursors of a slice's logs through the layout.

        Args:
            starts: where the logs begin.
            expected: where the first of them must.

        Returns:
            where the log behind the last one must begin.
        """
        rows = slice(self.rows, self.rows + len(starts))
        self.rows = rows.stop
        cursor = starts.copy()
        data, width = cursor, cursor
        blocks: list[tuple[Segment, Bytes]] = []
        for segment in self.layout.segments:
            block = self.windows(segment.length)[cursor]
            for offset, run in segment.literals:
                if np.count_nonzero(block[:, offset : offset + len(run)] != run):
                    raise _Irregular
            blocks.append((segment, block))
            cursor += segment.length
            if segment.then == "data":
                data = cursor.copy()
                if self.layout.topics_first:
                    width = self._find_kinds(rows, blocks)
                else:
                    width = self._next_quotes(cursor) - cursor
                cursor += width
            elif segment.then is not None:
                number, digits = _read_number(self.windows(_WINDOW)[cursor])
                self.numbers[segment.then][rows] = number
                cursor += digits
        if not self.layout.topics_first and not (width == self._find_kinds(rows, blocks)).all():
            raise _Irregular
        before = starts[1:] - 1
        if (
            starts[0] != expected
            or not (cursor[:-1] == before).all()
            or not (self.text[before] == ord(",")).all()
            or (expected > self.first and self.text[expected - 1] != ord(","))
        ):
            raise _Irregular
        self._read_fixed(rows, blocks)
        for kind, table in enumerate(self.known):
            self._read_words(kind, table, rows, data)
        return int(cursor[-1]) + 1

    def _next_quotes(self, cursor: Numbers) -> Numbers:
        """Where the next quote stands from each cursor on."""
        first = int(cursor[0])
        last = min(int(cursor[-1]) + _LONGEST_DATA, len(self.text))
        quotes = np.flatnonzero(self.text[first:last] == ord('"')) + first
        return np.asarray(quotes[np.searchsorted(quotes, cursor)], np.int64)

    def _find_kinds(self, rows: slice, blocks: list[tuple[Segment, Bytes]]) -> Numbers:
        """Which table each log of a slice belongs to, by its first topic.

        Returns:
            how many digits the data of each has.
        """
        texts = next(
            block[:, hole.offset : hole.offset + 64]
            for segment, block in blocks
            for hole in segment.holes
            if hole.name == "topic0"
        )
        kinds = self.kinds[rows]
        # Eight digits tell the events apart; all sixty-four are compared afterwards.
        keys = np.ascontiguousarray(texts[:, :8]).view(np.uint64)[:, 0]
        left = np.ones(len(keys), np.bool_)
        while left.any():
            row = int(left.argmax())
            mine = keys == keys[row]
            every = bool(mine.all())
            if not ((texts if every else texts[mine]) == texts[row]).all():
                raise _Irregular
            kinds[mine] = self._kind(texts[row].tobytes())
            left &= ~mine
        return np.array(self.digits, np.int64)[kinds]

    def _kind(self, topic: bytes) -> int:
        """Number of a table among those met."""
        if topic not in self.numbered:
            table = self.by_text.get(topic)
            if table is None or table.words is None or table.topics != self.layout.topics:
                raise _Irregular
            self.numbered[topic] = len(self.known)
            self.known.append(table)
            self.digits.append(64 * table.words)
            self.words.append([])
        return self.numbered[topic]

    def _read_fixed(self, rows: slice, blocks: list[tuple[Segment, Bytes]]) -> None:
        """Decodes the hexadecimal of fixed width of a slice."""
        holes = [
            (hole, block)
            for segment, block in blocks
            for hole in segment.holes
            if hole.name != "topic0"
        ]
        count = rows.stop - rows.start
        text = np.empty((count, sum(hole.width for hole, _ in holes)), np.uint8)
        place = 0
        for hole, block in holes:
            text[:, place : place + hole.width] = block[:, hole.offset : hole.offset + hole.width]
            place += hole.width
        raw = np.frombuffer(a2b_hex(text.data), np.uint8).reshape(count, -1)
        place = 0
        for hole, _ in holes:
            width = hole.width // 2
            self.fixed[hole.name][rows] = raw[:, place : place + width]
            place += width

    def _read_words(self, kind: int, table: TableSpec, rows: slice, data: Numbers) -> None:
        """Puts together the words of one table's logs in a slice."""
        mine: Any = slice(None)
        if len(self.known) > 1:
            mine = np.flatnonzero(self.kinds[rows] == kind)
        data = data[mine]
        if not len(data):
            return
        places = word_places(table)
        indexed = table.topics - 1
        words = np.empty((len(data), len(places), 32), np.uint8)
        for number, place in enumerate(places[:indexed]):
            words[:, place] = self.fixed[f"topic{number + 1}"][rows][mine]
        if places[indexed:]:
            text = self.windows(64 * len(places[indexed:]))[data]
            raw = np.frombuffer(a2b_hex(text.data), np.uint8).reshape(len(data), -1, 32)
            # A slice is copied much faster than a list of places.
            plain = places == list(range(len(places)))
            words[:, slice(indexed, None) if plain else places[indexed:]] = raw
        self.words[kind].append(words)

    def _piece(self, kind: int, table: TableSpec) -> LogRows:
        """The logs of one table."""
        rows: Any = slice(self.rows)
        if len(self.known) > 1:
            rows = np.flatnonzero(self.kinds[rows] == kind)
        return LogRows(
            table,
            self.numbers["blockNumber"][rows],
            self.fixed["blockHash"][rows],
            self.numbers["blockTimestamp"][rows],
            self.numbers["transactionIndex"][rows],
            self.fixed["transactionHash"][rows],
            self.numbers["logIndex"][rows],
            self.fixed["address"][rows],
            np.concatenate(self.words[kind]),
        )


def _read_number(windows: Bytes) -> tuple[Numbers, Numbers]:
    """Numbers from their digits, each up to its quote.

    Args:
        windows: shape (rows, `_WINDOW`), from the first digit on.

    Returns:
        the numbers, and how many digits each has.

    Raises:
        _Irregular: or ValueError, if one has none, more than sixteen, or needs more than 63 bits.
    """
    text = np.full((len(windows), 16), ord("0"), np.uint8)
    alike = int((windows[0] == ord('"')).argmax())
    if (windows[:, alike] == ord('"')).all():
        width = np.full(len(windows), alike, np.int64)
        widths = [alike]
    else:
        width = (windows == ord('"')).argmax(axis=1)
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
