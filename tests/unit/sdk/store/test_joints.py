"""Checkpoints that do not join: a writer goes back to where they do, or nobody goes on."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from typing import Any

import pytest

from keelmark.errors import StoreFailed
from keelmark.store import Checkpoint, RowSet, Store, open_store
from keelmark.store.files import FileStore
from keelmark.store.joints import joined
from keelmark.store.model import Header
from keelmark.store.sql import SqlStore
from keelmark.store.state import Change
from tests.support.made_rows import DESCRIPTION, FIRST, contents, expected_rows, header, made

Place = Callable[[], str]


def slipped_in(store: Store, *points: Checkpoint, ends: tuple[Header, ...] = ()) -> None:
    """Puts checkpoints into a store behind its back."""
    if isinstance(store, SqlStore):
        with store.transaction():
            for point in points:
                store._add_checkpoint(point)
            store._add_headers(ends)
        return
    assert isinstance(store, FileStore)
    with store.writing() as state:
        store.save(Change(state.version + 1, checkpoints=points, headers=ends), {})


def filled(where: str) -> Store:
    """A store of blocks to 120 in two row sets."""
    store = open_store(where, DESCRIPTION)
    store.commit(made(FIRST, 110))
    store.commit(made(111, 120))
    return store


def point_of(first: int, last: int) -> Checkpoint:
    """A row set's checkpoint."""
    return made(first, last).checkpoint


@pytest.mark.parametrize(("first", "last"), [(111, 130), (105, 130), (125, 130)])
def test_going_back(place: Place, first: int, last: int) -> None:
    """A checkpoint too many, longer than the last good one, across it or behind a gap: a reader
    is told, the writer goes back to the last one that joins, and goes on from there."""
    where = place()
    store = filled(where)
    before = contents(store)
    slipped_in(store, point_of(first, last), ends=(header(last),))
    store.close()
    words = f"has a checkpoint of blocks {first} to {last}, expected one that begins at block 121"
    with pytest.raises(StoreFailed, match=words) as told:
        open_store(where, read_only=True)
    assert "\n" not in str(told.value)
    store = open_store(where, DESCRIPTION)
    assert contents(store) == before
    store.commit(made(121, 130))
    assert contents(store).rows == expected_rows((n, 0) for n in range(FIRST, 131))
    store.close()


def test_nowhere_to_go_back_to(place: Place) -> None:
    """Without a checkpoint at the first block nothing is vouched for, and nothing is touched."""
    where = place()
    store = open_store(where, DESCRIPTION)
    slipped_in(store, point_of(105, 110), ends=(header(110),))
    store.close()
    for read_only in (True, False):
        with pytest.raises(StoreFailed, match="expected one that begins at block 100"):
            open_store(where, DESCRIPTION, read_only=read_only)


@pytest.mark.parametrize(
    "change", [{"rows": 1}, {"last_hash": bytes(32)}], ids=["rows", "last_hash"]
)
def test_not_what_it_says(place: Place, change: dict[str, Any]) -> None:
    """Where the last checkpoint that joins has other rows or another block than it says, it is no
    place to go on from either."""
    where = place()
    store = open_store(where, DESCRIPTION)
    store.commit(made(FIRST, 110))
    slipped_in(store, replace(point_of(111, 120), **change), point_of(125, 130))
    store.close()
    with pytest.raises(StoreFailed, match="blocks 125 to 130, expected one that begins at"):
        open_store(where, DESCRIPTION)


@pytest.mark.parametrize("kind", ["duckdb", "postgres"])
def test_rows_beyond(place: Place) -> None:
    """Rows that no checkpoint speaks of are told. (Those in files do not count.)"""
    where = place()
    store = filled(where)
    assert isinstance(store, SqlStore)
    beyond: RowSet = made(121, 130)
    with store.transaction():
        for name, rows in beyond.rows.items():
            store.append(name, rows, 121)
    store.close()
    with pytest.raises(StoreFailed, match=r"has rows in (moved|noted) beyond block 120"):
        open_store(where, DESCRIPTION)


def test_joined() -> None:
    """As far as each begins where the last one ended."""
    good = [point_of(FIRST, 110), point_of(111, 111), point_of(112, 120)]
    assert joined(good, FIRST) == tuple(good)
    assert joined([], FIRST) == ()
    assert joined(good, FIRST + 1) == ()
    assert joined([good[0], good[2]], FIRST) == (good[0],)
    assert joined([*good, good[2]], FIRST) == tuple(good)
