"""What was just committed, kept in memory: without a gap, of one history, and bounded."""

from __future__ import annotations

from typing import Any

import pytest

from keelmark.api import recent as module
from keelmark.api.recent import Recent
from tests.unit.sdk.api.served import block_hash, described, heads, row_set

ABOUT = described()


def kept(numbers: list[int], fork: str = "a") -> Recent:
    """Row sets of some blocks, as they were committed."""
    found = Recent()
    for number in numbers:
        found.add(row_set(number, heads(number), fork=fork))
    return found


def places(found: Recent, first: int, last: int, fork: str = "a") -> list[Any] | None:
    """Where the rows of some blocks stand; None if they are not all there."""
    view = found.view(ABOUT, first, last, block_hash(last, fork))
    if view is None:
        return None
    rows = []
    for table in view.description.tables:
        for batch in view.scan(table.name, first_block=first, last_block=last):
            rows += [(row["block_number"], row["log_index"]) for row in batch.to_pylist()]
    return sorted(rows)


def test_default_behavior() -> None:
    """Those asked for, all of them and no others."""
    found = kept([3, 4, 5])
    assert places(found, 4, 5) == [(block, log) for block in (4, 5) for log in range(3)]
    assert places(found, 3, 3) == [(3, log) for log in range(3)]


@pytest.mark.parametrize(("first", "last"), [(2, 5), (3, 6), (5, 9)])
def test_not_all_there(first: int, last: int) -> None:
    """A block before the first, or after the last: the store is asked."""
    assert places(kept([3, 4, 5]), first, last) is None


def test_another_history() -> None:
    """The same heights, another block at the end."""
    assert places(kept([3, 4, 5]), 4, 5, "b") is None


def test_gap() -> None:
    """Nothing stands for the blocks between: what was before them is given up."""
    found = kept([3, 4, 7])
    assert places(found, 3, 7) is None
    assert places(found, 7, 7) == [(7, log) for log in range(3)]


def test_again() -> None:
    """A row set that was there already is not there twice."""
    assert places(kept([3, 4, 4, 3]), 3, 4) == places(kept([3, 4]), 3, 4)


def test_rewind() -> None:
    """What reaches beyond a block is given up, and the new history follows."""
    found = kept([3, 4, 5])
    found.rewind(4)
    assert places(found, 3, 5) is None
    found.add(row_set(5, heads(5), fork="b", parent="a"))
    assert places(found, 3, 5, "b") == [(block, log) for block in (3, 4, 5) for log in range(3)]


def test_bounds(monkeypatch: pytest.MonkeyPatch) -> None:
    """Of row sets, of rows, and of the rows of one."""
    monkeypatch.setattr(module, "MOST_SETS", 2)
    assert places(kept([3, 4, 5]), 3, 5) is None
    assert places(kept([3, 4, 5]), 4, 5) is not None
    monkeypatch.setattr(module, "MOST_ROWS", 4)
    assert places(kept([3, 4]), 3, 4) is None
    assert places(kept([3, 4]), 4, 4) is not None
    monkeypatch.setattr(module, "MOST_ROWS", 2)
    assert places(kept([3]), 3, 3) is None
