"""A reader of Parquet files that the writer takes out in between: all rows of one moment."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest

from keelmark.store import Store, open_store
from keelmark.store.parquet import ParquetStore
from tests.support.made_rows import DESCRIPTION, FIRST, MOVED, header, made, proof

READS: dict[str, Callable[[Store], Any]] = {
    "scan": lambda store: [batch.to_pylist() for batch in store.scan(MOVED)],
    "scan of one column": lambda store: [
        batch.to_pylist() for batch in store.scan(MOVED, columns=["amount"], last_block=118)
    ],
    "total": lambda store: store.total(MOVED, "amount"),
    "total of a part": lambda store: store.total(MOVED, "amount", last_block=118),
    "rows": lambda store: store._count(MOVED, FIRST, 118),  # type: ignore[attr-defined]
    "proofs": lambda store: store.proofs(),
}


@pytest.fixture
def stores(tmp_path: Path) -> Iterator[tuple[Store, Store]]:
    """A writer with two files a table, and a reader."""
    where = f"parquet:{tmp_path}/store"
    writer = open_store(where, DESCRIPTION)
    for first in (FIRST, 111):
        last = first + 9 + (first == FIRST)
        writer.commit(replace(made(first, last), proofs=(proof(last),)))
    reader = open_store(where, read_only=True)
    yield writer, reader
    writer.close()
    reader.close()


@pytest.mark.parametrize("read", READS.values(), ids=READS)
def test_taken_out_before_it_is_opened(
    stores: tuple[Store, Store],
    read: Callable[[Store], Any],
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    """The reader knows which files it wants, and then the writer goes back: it still gets them."""
    writer, reader = stores
    before = read(reader)
    found = ParquetStore.fragments

    def and_back(self: ParquetStore, files: Any) -> list[Any]:
        fragments = found(self, files)
        if self is reader:
            writer.rewind(header(105))
        return fragments

    monkeypatch.setattr(ParquetStore, "fragments", and_back)
    assert read(reader) == before
    assert writer.headers(106, 200) == ()
