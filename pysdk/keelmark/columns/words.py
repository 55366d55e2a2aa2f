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

CHUNK: Final = 8192
"""Rows that are turned at once: enough that calls cost little, few enough to stay near the core."""

MOST: Final = 10**38
"""An amount is smaller than this, whatever its sign."""

_EXPECTED: Final = {
    ColumnKind.INTEGER: "a number of at most 63 bits",
    ColumnKind.AMOUNT: "an amount below 10^38",
    ColumnKind.ADDRESS: "an address",
    ColumnKind.FLAG: "true or false",
    ColumnKind.WORD: "a value of its type",
}


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
    for start in range(0, rows, CHUNK):
        chunk = np.ascontiguousarray(words[start : start + CHUNK])
        # One row of limbs a limb, so that a column's limbs lie side by side.
        limbs = chunk.reshape(len(chunk), -1).view(">u8").T.astype("<u8", order="C")
        doubt = np.zeros(len(chunk), np.uint64)
        for turn in turns:
            turn.doubt(limbs, doubt)
        if np.count_nonzero(doubt):
            _check_exactly(turns, limbs, start, words, table, where)
        for turn in turns:
            turn.put(start, chunk, limbs)
    return [turn.array() for turn in turns]


def _check_exactly(
    turns: list[_Turn],
    limbs: Limbs,
    start: int,
    words: Bytes,
    table: TableSpec,
    where: Callable[[int], str] | None,
) -> None:
    """A chunk in which some value may not fit, value by value.

    Raises:
        DecodingFailed: one does not.
    """
    for turn in turns:
        column = turn.column
        for place in np.flatnonzero(turn.misfits(limbs)).tolist():
            row = start + place
            word = words[row, turn.place].tobytes()
            number = int.from_bytes(word, "big", signed=column.signed)
            fits = column.kind == ColumnKind.AMOUNT and abs(number) < MOST
            if not fits or not turn.in_type(number):
                raise DecodingFailed(
                    f"{table.event}.{column.name}: expected {_EXPECTED[column.kind]} "
                    f"({column.abi_type}), not 0x{word.hex()}, in "
                    f"{where(row) if where else f'row {row}'}"
                )


class _Turn:
    """One column on its way from words to Arrow."""

    def __init__(self, column: ColumnSpec, place: int, rows: int) -> None:
        self.column = column
        self.place = place
        self.rows = rows
        self.first = 4 * place
        self.type_bits = _type_bits(column.abi_type)
        self.bits = min(self.type_bits, _ROOM.get(column.kind, 256) + column.signed)
        self.padding = _padding(column.abi_type)
        kind = column.kind
        if kind == ColumnKind.AMOUNT:
            self.out: NDArray[Any] = np.empty((rows, 2), np.uint64)
        elif kind == ColumnKind.INTEGER:
            self.out = np.empty(rows, np.uint64)
        elif kind == ColumnKind.FLAG:
            self.out = np.empty(rows, np.bool_)
        else:
            self.out = np.empty((rows, 20 if kind == ColumnKind.ADDRESS else 32), np.uint8)

    def doubt(self, limbs: Limbs, doubt: Limbs) -> None:
        """Sets bits in every row of a chunk whose value may not fit.

        An amount between 2^126 and 10^38 is doubted although it fits.
        """
        four = limbs[self.first : self.first + 4]
        if self.padding:
            _doubt_padding(four, self.padding, doubt)
        elif self.bits < 256 and self.column.signed:
            _doubt_signed(four, self.bits, doubt)
        elif self.bits < 256:
            _doubt_unsigned(four, self.bits, doubt)

    def misfits(self, limbs: Limbs) -> Limbs:
        """Bits in every row of a chunk whose value may not fit, for this column alone."""
        doubt = np.zeros(limbs.shape[1], np.uint64)
        self.doubt(limbs, doubt)
        return doubt

    def in_type(self, number: int) -> bool:
        """Whether a number is one of the ABI type."""
        bits = self.type_bits - self.column.signed
        return -(1 << bits) * self.column.signed <= number < 1 << bits

    def put(self, start: int, words: Bytes, limbs: Limbs) -> None:
        """Writes a chunk's values, which have been checked, from a row on."""
        end = start + len(words)
        kind = self.column.kind
        if kind == ColumnKind.AMOUNT:
            self.out[start:end, 0] = limbs[self.first + 3]
            self.out[start:end, 1] = limbs[self.first + 2]
        elif kind in (ColumnKind.INTEGER, ColumnKind.FLAG):
            self.out[start:end] = limbs[self.first + 3]
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


_ROOM: Final = {
    ColumnKind.INTEGER: 63,
    ColumnKind.AMOUNT: 126,
    ColumnKind.ADDRESS: 160,
    ColumnKind.FLAG: 1,
}
"""Bits that a value of a column surely may have, one more with a sign."""


def _type_bits(abi_type: str) -> int:
    """How many bits of its word a value of an ABI type uses."""
    digits = abi_type.removeprefix("u").removeprefix("int")
    return int(digits) if digits.isdecimal() else {"bool": 1, "address": 160}.get(abi_type, 256)


def _padding(abi_type: str) -> int:
    """Bits at a word's end that are zero: those behind a short ``bytesN``."""
    digits = abi_type.removeprefix("bytes")
    return 0 if digits == abi_type or not digits.isdecimal() else 256 - 8 * int(digits)


def _doubt_padding(limbs: Limbs, bits: int, doubt: Limbs) -> None:
    """So many bits at the end are zero."""
    for place in range(3, -1, -1):
        covered = min(64, bits - 64 * (3 - place))
        if covered > 0:
            doubt |= limbs[place] & np.uint64((1 << covered) - 1)


def _doubt_unsigned(limbs: Limbs, bits: int, doubt: Limbs) -> None:
    """Numbers of so many bits: all bits above are zero."""
    for place in range(4):
        below = 64 * (3 - place)
        if bits <= below:
            doubt |= limbs[place]
        elif bits < below + 64:
            doubt |= limbs[place] >> np.uint64(bits - below)


def _doubt_signed(limbs: Limbs, bits: int, doubt: Limbs) -> None:
    """Numbers of so many bits in two's complement: all bits above are as the sign."""
    top = 3 - (bits - 1) // 64
    number = limbs[top].view(np.int64)
    found = doubt.view(np.int64)
    sign = number >> np.int64(63)
    found |= (number >> np.int64((bits - 1) % 64)) ^ sign
    for place in range(top):
        found |= limbs[place].view(np.int64) ^ sign
