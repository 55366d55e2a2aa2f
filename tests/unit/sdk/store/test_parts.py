"""The parts that stores are made of: sums, order, states and their changes."""

from __future__ import annotations

import json
from collections.abc import Sequence
from decimal import Decimal
from pathlib import Path
from typing import Any

import pyarrow as pa
import pyarrow.dataset as ds
import pyarrow.parquet as pq
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from keelmark.errors import StoreFailed
from keelmark.store import Checkpoint, Heads
from keelmark.store.data_files import packed
from keelmark.store.ordered import in_chain_order
from keelmark.store.state import LARGE, MANY, Change, DataFile, State, merged, shortened
from keelmark.store.sums import exact_sum
from tests.support.made_rows import header

AMOUNTS = st.lists(st.integers(1 - 10**38, 10**38 - 1), max_size=50)
SCHEMA = pa.schema([("block_number", pa.int64()), ("log_index", pa.int32()), ("x", pa.int64())])


@given(AMOUNTS, st.integers(0, 3))
def test_sum_of_decimals(amounts: list[int], skipped: int) -> None:
    """As Python adds, of slices too."""
    column = pa.array([Decimal(one) for one in amounts], pa.decimal128(38, 0))
    assert exact_sum(column[skipped:]) == sum(amounts[skipped:])


@given(st.lists(st.integers(-(2**63), 2**63 - 1), max_size=50), st.booleans())
def test_sum_of_integers(numbers: list[int], short: bool) -> None:
    """As Python adds, beyond 64 bits."""
    if short:
        numbers = [one >> 32 for one in numbers]
    assert exact_sum(pa.array(numbers, pa.int32() if short else pa.int64())) == sum(numbers)


def test_sum_of_45_digits() -> None:
    """Ten million of the largest amount, added up in a moment."""
    raw = (10**38 - 1).to_bytes(16, "little") * 10_000_000
    kind = pa.decimal128(38, 0)
    column = pa.Array.from_buffers(kind, 10_000_000, [None, pa.py_buffer(raw)])
    assert exact_sum(column) == 10_000_000 * (10**38 - 1)
    assert len(str(exact_sum(column))) == 45


PLACES = st.lists(
    st.tuples(st.integers(0, 30), st.integers(0, 5)), unique=True, min_size=1, max_size=60
)


def fragments(folder: Path, files: Sequence[Sequence[tuple[int, int]]], group: int) -> list[Any]:
    """Parquet files with the places of some rows."""
    found = []
    for number, places in enumerate(files):
        path = folder / f"{number}.parquet"
        rows = [{"block_number": b, "log_index": i, "x": b * 100 + i} for b, i in places]
        pq.write_table(pa.Table.from_pylist(rows, schema=SCHEMA), path, row_group_size=group)
        found.append(ds.ParquetFileFormat().make_fragment(str(path), pa.fs.LocalFileSystem()))
    return found


def read(group: Any, columns: Sequence[str]) -> Any:
    """Columns of a row group."""
    return group.to_table(columns=columns)


@settings(max_examples=60, deadline=None)
@given(PLACES, st.integers(1, 4), st.integers(1, 7), st.integers(0, 31), st.integers(0, 31))
def test_in_chain_order(
    tmp_path_factory: pytest.TempPathFactory,
    places: list[tuple[int, int]],
    count: int,
    group: int,
    low: int,
    high: int,
) -> None:
    """Rows in any order in any files come out in the chain's, of the blocks asked for."""
    folder = tmp_path_factory.mktemp("files")
    files = [places[number::count] for number in range(count)]
    wanted = pa.schema([SCHEMA.field("x")])
    parts = fragments(folder, [one for one in files if one], group)
    found = [
        row["x"]
        for batch in in_chain_order(parts, wanted, read, low, high)
        for row in batch.to_pylist()
    ]
    assert found == [b * 100 + i for b, i in sorted(places) if low <= b <= high]


def test_a_row_twice(tmp_path: Path) -> None:
    """The same row in two files or in one is told, and not given twice."""
    for number, files in enumerate(([[(1, 0), (2, 1)], [(2, 1)]], [[(1, 0), (2, 1), (2, 1)]])):
        folder = tmp_path / str(number)
        folder.mkdir()
        for group in (1, 10):
            parts = fragments(folder, files, group)
            with pytest.raises(StoreFailed, match=r"a row of block [12] or after is there twice"):
                list(in_chain_order(parts, SCHEMA, read, 0, 99))


def point(first: int, last: int, rows: int = 1, finalized: int | None = None) -> Checkpoint:
    """A checkpoint."""
    heads = Heads(last, finalized, finalized)
    return Checkpoint(first, last, header(last).hash, last * 12, heads, rows, last)


def test_merged() -> None:
    """Neighbours that are final and small become one; not at a proof, not beyond the size, not
    where one was final when it was read and the other was not, and not if they are few."""
    points = [point(n, n) for n in range(200)]
    ((group, one),) = merged(points, 199, set())
    assert (list(group), one) == (points, point(0, 199, 200))
    assert [made.last_block for _, made in merged(points, 150, {20, 80})] == [20, 80, 150]
    assert merged(points, MANY - 1, set()) == []
    assert [made for _, made in merged(points, MANY, set())] == [point(0, MANY, MANY + 1)]
    assert merged(points, None, set()) == []
    large = [point(n, n, LARGE // 50) for n in range(200)]
    assert [made.rows for _, made in merged(large, 199, set())] == [50 * (LARGE // 50)] * 4
    both = [point(n, n, 1, n if n < 100 else None) for n in range(200)]
    ends = [(made.last_block, made.finality) for _, made in merged(both, 199, set())]
    assert ends == [(99, "finalized"), (199, "latest")]


def test_packed() -> None:
    """Neighbours that are final and small become one file, none across a large one."""

    def file(number: int, rows: int = 1) -> DataFile:
        return DataFile("moved", str(number), number, number, rows, 1)

    files = [file(number, LARGE if number == 50 else 1) for number in range(150)]
    ends = [(group[0].first_block, group[-1].last_block) for group in packed(files[::-1], 120)]
    assert ends == [(0, 49), (51, 120)]
    assert packed(files, MANY - 1) == []
    full = [file(number, LARGE // 2) for number in range(100)]
    assert [len(group) for group in packed(full, 99)] == [2] * 50


def test_shortened() -> None:
    """A checkpoint that ends earlier keeps what was known when it was read."""
    cut = shortened(point(5, 9, 30), header(7), 12)
    assert (cut.first_block, cut.last_block, cut.last_hash) == (5, 7, header(7).hash)
    assert (cut.rows, cut.heads, cut.read_at) == (12, Heads(9, None, None), 9)


def test_state_by_changes() -> None:
    """A state is what its changes made it, and the change that sums it up makes it again, by way
    of JSON too."""
    files = tuple(DataFile("moved", f"{n}", n, n, 1, 10) for n in range(4))
    changes = [
        Change(1, Heads(9, None, 3), (point(0, 4),), (header(4), header(3)), files[:2], (4,)),
        Change(2, None, (point(5, 9),), (header(9),), files[2:]),
        Change(
            3,
            Heads(12, 11, 10),
            (point(5, 7),),
            (header(7),),
            without_checkpoints=(9,),
            without_headers=(9, 3),
            without_files=(("moved", "1"),),
            without_proved=(4,),
        ),
    ]
    state = State()
    for change in changes:
        state.apply(Change.from_json(json.loads(json.dumps(change.as_json()))))
    assert state.version == 3
    assert state.heads == Heads(12, 11, 10)
    assert list(state.checkpoints.values()) == [point(0, 4), point(5, 7)]
    assert state.newest == point(5, 7)
    assert set(state.headers) == {4, 7}
    assert [file.name for file in state.files.values()] == ["0", "2", "3"]
    assert state.proved == set()
    again = State()
    again.apply(Change.from_json(json.loads(json.dumps(state.whole().as_json()))))
    assert again == state
