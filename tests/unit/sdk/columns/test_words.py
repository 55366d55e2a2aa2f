"""Words to typed columns at the edges of every kind, against eth_abi and plain integers."""

from __future__ import annotations

from decimal import Decimal

import numpy as np
import pyarrow as pa
import pytest
from eth_abi.abi import decode as abi_decode
from eth_abi.abi import encode as abi_encode
from hypothesis import given, settings
from hypothesis import strategies as st

from keelmark.columns.schema import arrow_type
from keelmark.columns.spec import ColumnKind, ColumnSpec, TableSpec, from_abi
from keelmark.columns.words import CHUNK, columns_of_words
from keelmark.errors import DecodingFailed

MOST = 10**38


def one(kind: ColumnKind, abi_type: str) -> TableSpec:
    return TableSpec("one", "One", bytes(32), (ColumnSpec("x", abi_type, kind, False),))


def words(*values: int | bytes) -> np.ndarray:
    texts = [
        value if isinstance(value, bytes) else (value % 2**256).to_bytes(32, "big")
        for value in values
    ]
    return np.frombuffer(b"".join(texts), np.uint8).reshape(len(texts), 1, 32)


def column(kind: ColumnKind, abi_type: str, *values: int | bytes) -> list[object]:
    (found,) = columns_of_words(words(*values), one(kind, abi_type))
    found.validate(full=True)
    assert found.type == arrow_type(kind)
    return found.to_pylist()


FITS = [
    (ColumnKind.AMOUNT, "uint256", [0, 1, 2**64, 2**126, MOST - 1]),
    (ColumnKind.AMOUNT, "int256", [0, -1, 2**126, -(2**126), MOST - 1, 1 - MOST, -(2**64)]),
    (ColumnKind.AMOUNT, "uint112", [0, 2**112 - 1]),
    (ColumnKind.AMOUNT, "int120", [2**119 - 1, -(2**119)]),
    (ColumnKind.INTEGER, "uint256", [0, 2**63 - 1]),
    (ColumnKind.INTEGER, "int256", [0, -1, 2**63 - 1, -(2**63)]),
    (ColumnKind.INTEGER, "uint8", [0, 255]),
    (ColumnKind.INTEGER, "int24", [-(2**23), 2**23 - 1]),
    (ColumnKind.FLAG, "bool", [0, 1]),
]

REFUSED = [
    *((ColumnKind.AMOUNT, "uint256", x) for x in (MOST, MOST + 1, 2**127, 2**128, 2**192, 2**255)),
    *((ColumnKind.AMOUNT, "int256", x) for x in (MOST, -MOST, -MOST - 1, 2**127, -(2**128))),
    *((ColumnKind.AMOUNT, "int256", x) for x in (2**128, 2**192, -(2**192), -(2**255))),
    *((ColumnKind.AMOUNT, "uint112", x) for x in (2**112, 2**120, 2**255)),
    *((ColumnKind.AMOUNT, "int120", x) for x in (2**119, -(2**119) - 1)),
    *((ColumnKind.INTEGER, "uint256", x) for x in (2**63, 2**64, 2**128, 2**192, 2**255)),
    *((ColumnKind.INTEGER, "int256", x) for x in (2**63, -(2**63) - 1, 2**64, -(2**128))),
    *((ColumnKind.INTEGER, "uint8", x) for x in (256, 2**63, 2**64)),
    *((ColumnKind.INTEGER, "int24", x) for x in (2**23, -(2**23) - 1)),
    *((ColumnKind.FLAG, "bool", x) for x in (2, 2**63, 2**255)),
    *((ColumnKind.ADDRESS, "address", x) for x in (2**160, 2**191, 2**192, 2**255)),
    *((ColumnKind.WORD, "uint128", x) for x in (2**128, 2**255)),
    *((ColumnKind.WORD, "int248", x) for x in (2**247, -(2**255))),
    *((ColumnKind.WORD, "bytes31", x) for x in (1, 255)),
    *((ColumnKind.WORD, "bytes4", x) for x in (1, 2**64, 2**128, 2**192, 2**223)),
]


@pytest.mark.parametrize(("kind", "abi_type", "values"), FITS)
def test_default_behavior(kind: ColumnKind, abi_type: str, values: list[int]) -> None:
    """The outermost values that fit are there to the last digit, as eth_abi reads them."""
    outside = [abi_decode([abi_type], word.tobytes())[0] for word in words(*values)[:, 0]]
    assert outside == values
    assert [int(value) for value in column(kind, abi_type, *values)] == values


@pytest.mark.parametrize(("kind", "abi_type", "value"), REFUSED)
@pytest.mark.parametrize("row", [0, CHUNK, CHUNK + 1])
def test_refused(kind: ColumnKind, abi_type: str, value: int, row: int) -> None:
    """A value beyond is refused by name and row, wherever it stands, and never cut off."""
    many = [0] * (CHUNK + 2)
    many[row] = value
    told = rf"One\.x: expected .* \({abi_type}\), not 0x{value % 2**256:064x}, in row {row}$"
    with pytest.raises(DecodingFailed, match=told):
        column(kind, abi_type, *many)


def test_address() -> None:
    house = bytes(range(1, 21))
    assert column(ColumnKind.ADDRESS, "address", bytes(12) + house) == [house]


def test_words_stay_as_they_are() -> None:
    every = bytes(range(32))
    assert column(ColumnKind.WORD, "bytes32", every, bytes(32)) == [every, bytes(32)]
    assert column(ColumnKind.WORD, "uint256", 2**256 - 1) == [b"\xff" * 32]
    assert column(ColumnKind.WORD, "bytes4", b"abcd" + bytes(28)) == [b"abcd" + bytes(28)]


def test_flags_are_packed() -> None:
    flags = [number % 3 == 0 for number in range(CHUNK + 13)]
    assert column(ColumnKind.FLAG, "bool", *map(int, flags)) == flags


def test_the_shape_is_checked() -> None:
    with pytest.raises(DecodingFailed, match=r"One: expected words of shape \(2, 1, 32\)"):
        columns_of_words(np.zeros((2, 2, 32), np.uint8), one(ColumnKind.WORD, "bytes32"))


def test_no_rows_and_no_fields() -> None:
    assert columns_of_words(np.zeros((0, 1, 32), np.uint8), one(ColumnKind.AMOUNT, "uint256"))[
        0
    ] == pa.array([], pa.decimal128(38, 0))
    nothing = TableSpec("none", "None", bytes(32), ())
    assert columns_of_words(np.zeros((3, 0, 32), np.uint8), nothing) == []


def test_the_place_is_told_by_the_caller() -> None:
    with pytest.raises(DecodingFailed, match=r"in the row behind the moon$"):
        columns_of_words(
            words(MOST), one(ColumnKind.AMOUNT, "uint256"), lambda row: "the row behind the moon"
        )


TYPES = (
    *("uint8", "uint56", "uint64", "uint120", "uint128", "uint256", "bool", "address"),
    *("int8", "int56", "int64", "int120", "int128", "int256", "bytes1", "bytes20", "bytes32"),
)


@settings(deadline=None)
@given(st.data())
def test_every_type_as_eth_abi_has_it(data: st.DataObject) -> None:
    """Random rows of an event of many types give what eth_abi encoded."""
    types = data.draw(st.lists(st.sampled_from(TYPES), min_size=1, max_size=6))
    table = from_abi(
        {
            "type": "event",
            "name": "Many",
            "inputs": [{"name": f"f{n}", "type": kind} for n, kind in enumerate(types)],
        }
    )
    rows = data.draw(st.lists(st.tuples(*map(values_of, types)), min_size=1, max_size=4))
    raw = b"".join(abi_encode(types, row) for row in rows)
    found = columns_of_words(np.frombuffer(raw, np.uint8).reshape(len(rows), -1, 32), table)
    for place, kind in enumerate(types):
        got = [back(value, kind) for value in found[place].to_pylist()]
        assert got == [plain(row[place], kind) for row in rows]


def values_of(kind: str) -> st.SearchStrategy[object]:
    """Values that eth_abi takes for a type."""
    if kind == "bool":
        return st.booleans()
    if kind == "address":
        return st.binary(min_size=20, max_size=20).map(lambda raw: "0x" + raw.hex())
    if kind.startswith("bytes"):
        size = int(kind[5:])
        return st.binary(min_size=size, max_size=size)
    bits = int(kind.removeprefix("u").removeprefix("int"))
    if kind.startswith("u"):
        return st.integers(0, 2**bits - 1)
    return st.integers(-(2 ** (bits - 1)), 2 ** (bits - 1) - 1)


def plain(value: object, kind: str) -> object:
    """What eth_abi was given, comparable."""
    if kind == "address":
        return bytes.fromhex(str(value)[2:])
    return value.ljust(32, b"\0") if isinstance(value, bytes) else value


def back(value: object, kind: str) -> object:
    """What a column holds, comparable."""
    if isinstance(value, Decimal):
        return int(value)
    if isinstance(value, bytes) and "int" in kind:
        return int.from_bytes(value, "big", signed=kind.startswith("int"))
    return value
