"""From 32-byte words to typed columns, thousands of rows at a time and without rounding.

A word is looked at as four 64-bit limbs. That a value fits its column is a comparison of whole
columns of limbs, so that checking costs about as much as copying. A value that does not fit is
refused with its row; nothing is ever cut off.
"""

from __future__ import annotations

from collections.abc import Callable
from importlib import import_module
from typing import Any, Final

import numpy as np
from numpy.typing import NDArray

from keelmark.columns.schema import arrow_type
from keelmark.columns.spec import ColumnKind, ColumnSpec, TableSpec
from keelmark.errors import DecodingFailed

__all__ = ["columns_of_words", "fixed_column"]

# Arrow comes without types.
pa: Any = import_module("pyarrow")

Bytes = NDArray[np.uint8]
Limbs = NDArray[np.uint64]

CHUNK: Final = 512
"""Rows that are turned at once: what they need fits a core's own cache."""

MOST: Final = 10**38
"""An amount is smaller than this, whatever its sign."""

_QUICK: Final = MOST >> 64
"""An amount whose upper half is smaller than this is smaller than `MOST`."""

_EXPECTED: Final = {
    ColumnKind.INTEGER: "a number of at most 63 bits",
    ColumnKind.AMOUNT: "an amount below 10^38",
    ColumnKind.ADDRESS: "an address",
    ColumnKind.FLAG: "true or false",
    ColumnKind.WORD: "a value of its type",
}


class _Misfit(Exception):
    """The first row of a chunk whose value does not fit."""

    def __init__(self, row: int) -> None:
        super().__init__(row)
        self.row = row


def fixed_column(values: Bytes) -> Any:
    """Rows of fixed-width bytes, shape (rows, width), as an Arrow column."""
    width = values.shape[1]
    buffer = pa.py_buffer(np.ascontiguousarray(values))
    return pa.Array.from_buffers(pa.binary(width), len(values), [None, buffer])


def columns_of_words(
    words: Bytes, table: TableSpec, where: Callable[[int], str] | None = None
) -> list[Any]:
    """The typed columns of an event's fields.

    Args:
        words: shape (rows, fields, 32), big-endian, fields in the event's order; of an event whose
            data is kept whole, the indexed fields.
        table: the event.
        where: says which row it is in an error's text; its number if None.

    Returns:
        one pyarrow Array a field, of the types of `schema.arrow_schema`.

    Raises:
        DecodingFailed: a value does not fit its column or its ABI type.
    """
    columns = [column for column in table.columns if column.kind != ColumnKind.RAW]
    rows = len(words)
    if words.shape != (rows, len(columns), 32):
        raise DecodingFailed(
            f"{table.event}: expected words of shape ({rows}, {len(columns)}, 32), "
            f"not {words.shape}"
        )
    turns = [_Turn(column, place, rows) for place, column in enumerate(columns)]
    narrow = [turn for turn in turns if turn.checked]
    for start in range(0, rows, CHUNK):
        chunk = np.ascontiguousarray(words[start : start + CHUNK])
        # One row of limbs a limb, so that a column's limbs lie side by side.
        limbs = chunk.reshape(len(chunk), -1).view(">u8").T.astype("<u8", order="C")
        for turn in turns:
            four = limbs[4 * turn.place : 4 * turn.place + 4]
            try:
                if turn in narrow:
                    turn.check(four)
            except _Misfit as found:
                row = start + found.row
                raise DecodingFailed(
                    f"{table.event}.{turn.column.name}: expected "
                    f"{_EXPECTED[turn.column.kind]} ({turn.column.abi_type}), not "
                    f"0x{words[row, turn.place].tobytes().hex()}, in "
                    f"{where(row) if where else f'row {row}'}"
                ) from None
            turn.put(start, chunk, four)
    return [turn.array() for turn in turns]


class _Turn:
    """One column on its way from words to Arrow."""

    def __init__(self, column: ColumnSpec, place: int, rows: int) -> None:
        self.column = column
        self.place = place
        self.rows = rows
        kind = column.kind
        self.signed = column.signed
        self.bits = _bits(column)
        self.padding = _padding(column.abi_type)
        self.checked = self.bits < 256 or self.padding > 0
        if kind == ColumnKind.AMOUNT:
            self.out: NDArray[Any] = np.empty((rows, 2), np.uint64)
        elif kind == ColumnKind.INTEGER:
            self.out = np.empty(rows, np.uint64)
        elif kind == ColumnKind.FLAG:
            self.out = np.empty(rows, np.bool_)
        else:
            self.out = np.empty((rows, 20 if kind == ColumnKind.ADDRESS else 32), np.uint8)

    def check(self, limbs: Limbs) -> None:
        """Every value of a chunk fits.

        Raises:
            _Misfit: one does not.
        """
        if self.padding:
            _check_padding(limbs, self.padding)
            return
        if self.signed:
            _check_signed(limbs, self.bits)
        else:
            _check_unsigned(limbs, self.bits)
        if self.column.kind == ColumnKind.AMOUNT and self.bits > 126:
            self._check_most(limbs)

    def _check_most(self, limbs: Limbs) -> None:
        """No value is 10^38 or more, or -10^38 or less; the upper half tells nearly always."""
        high = limbs[2].view(np.int64)
        doubtful = (high >= _QUICK) | (high < -_QUICK)
        if not doubtful.any():
            return
        for row in np.flatnonzero(doubtful).tolist():
            if abs((int(high[row]) << 64) | int(limbs[3, row])) >= MOST:
                raise _Misfit(row)

    def put(self, start: int, words: Bytes, limbs: Limbs) -> None:
        """Writes a chunk's values, which have been checked, from a row on."""
        end = start + len(words)
        kind = self.column.kind
        if kind == ColumnKind.AMOUNT:
            self.out[start:end, 0] = limbs[3]
            self.out[start:end, 1] = limbs[2]
        elif kind in (ColumnKind.INTEGER, ColumnKind.FLAG):
            self.out[start:end] = limbs[3]
        elif kind == ColumnKind.ADDRESS:
            self.out[start:end] = words[:, self.place, 12:]
        else:
            self.out[start:end] = words[:, self.place]

    def array(self) -> Any:
        """The whole column."""
        out = self.out
        if self.column.kind == ColumnKind.FLAG:
            out = np.packbits(out, bitorder="little")
        kind = arrow_type(self.column.kind)
        return pa.Array.from_buffers(kind, self.rows, [None, pa.py_buffer(out)])


def _bits(column: ColumnSpec) -> int:
    """How many bits of the word a value may need: by its ABI type and by its column."""
    kind, abi_type = column.kind, column.abi_type
    digits = abi_type.removeprefix("u").removeprefix("int")
    widest = int(digits) if digits.isdecimal() else {"bool": 1, "address": 160}.get(abi_type, 256)
    room = {
        ColumnKind.INTEGER: 64 if column.signed else 63,
        ColumnKind.AMOUNT: 128 if column.signed else 127,
        ColumnKind.ADDRESS: 160,
        ColumnKind.FLAG: 1,
    }.get(kind, 256)
    return min(widest, room)


def _padding(abi_type: str) -> int:
    """Bits at a word's end that are zero: those behind a short ``bytesN``."""
    digits = abi_type.removeprefix("bytes")
    return 0 if digits == abi_type or not digits.isdecimal() else 256 - 8 * int(digits)


def _none(bad: NDArray[Any]) -> None:
    """Every row is zero, or the first that is not is told."""
    if bad.any():
        raise _Misfit(int(np.flatnonzero(bad)[0]))


def _check_padding(limbs: Limbs, bits: int) -> None:
    """So many bits at the end are zero."""
    bad = np.zeros(limbs.shape[1], np.uint64)
    for place in range(3, -1, -1):
        covered = min(64, bits - 64 * (3 - place))
        if covered > 0:
            bad |= limbs[place] & np.uint64((1 << covered) - 1)
    _none(bad)


def _check_unsigned(limbs: Limbs, bits: int) -> None:
    """Numbers of so many bits: all bits above are zero."""
    bad: Limbs | None = None
    for place in range(4):
        below = 64 * (3 - place)
        if bits < below + 64:
            part = limbs[place] >> np.uint64(bits - below) if bits > below else limbs[place]
            bad = part if bad is None else bad | part
    if bad is not None:
        _none(bad)


def _check_signed(limbs: Limbs, bits: int) -> None:
    """Numbers of so many bits in two's complement: all bits above are as the sign."""
    top = 3 - (bits - 1) // 64
    spare = 64 * (4 - top) - bits
    number = limbs[top].view(np.int64)
    sign = number >> np.int64(63)
    bad = (number << np.int64(spare) >> np.int64(spare)) ^ number
    for place in range(top):
        bad = bad | (limbs[place].view(np.int64) ^ sign)
    _none(bad)
