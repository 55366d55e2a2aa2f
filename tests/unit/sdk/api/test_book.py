"""The folded market goes on with every row set, and begins again where blocks were replaced."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest

from keelmark.api.book import Book, Books
from keelmark.api.problems import Refused
from keelmark.api.recent import Recent, Tee
from keelmark.api.watch import Seen, _look
from keelmark.chain.operations import GetBlock, Operation
from keelmark.store import Heads, Store, open_store
from keelmark.store.model import Finality
from tests.support.stored import described, row_sets, stored_market

NOTHING = Seen(None, Heads(0, None, None))


def parts(finalized: int | None) -> list[Any]:
    """March 2020 in twelve row sets."""
    stored = stored_market()
    first, last = stored.reading.first_block, stored.reading.head.number

    def ends() -> Operation[list[Any]]:
        found = []
        for part in range(1, 13):
            found.append((yield GetBlock(first + (last - first) * part // 12)))
        return found

    heads = Heads(last, finalized, finalized)
    return row_sets(stored.reading, stored.chain.run(ends()), heads=heads)


def figures(book: Book) -> list[Any]:
    """Everything that a book says."""
    ledger = book.market.ledger
    return [
        {number: (one.cash, one.positions, one.balances, one.debts, one.flags)
         for number, one in ledger.accounts.items()},
        {number: book.margin(number) for number in ledger.accounts},
        dict(book.flows.volume),
        book.market.resources(),
        book.block,
        book.time,
    ]  # fmt: skip


def from_nothing(store: Store, seen: Seen) -> list[Any]:
    """The figures of a book that folds everything at once."""
    return figures(Books(store, Recent()).get(Finality.LATEST, seen))


@pytest.mark.parametrize("told", [False, True])
def test_goes_on_and_begins_again(tmp_path: Path, told: bool) -> None:
    """After each row set, and after a reorganisation that takes four of them back."""
    stored = stored_market()
    store = open_store(str(tmp_path / "market.duckdb"), described(stored.deployment))
    recent = Recent()
    writer: Any = Tee(store, recent) if told else store
    sets, books, seen = parts(150), Books(store, recent), NOTHING
    steps = [*sets[:9], None, *sets[5:]]
    for place, rows in enumerate(steps):
        if rows is None:
            writer.rewind(sets[4].headers[-1])
            # What is there now is compared below, with the row sets that come anew.
            seen, _ = _look(store, seen)
        else:
            writer.commit(rows)
            seen, _ = _look(store, seen)
        if place in (4, 7, 8, 9, 10, len(steps) - 1):
            book = books.get(Finality.LATEST, seen)
            assert figures(book) == from_nothing(store, seen)
            final = books.get(Finality.FINALIZED, seen)
            assert final.block == min(150, seen.checkpoint.last_block if seen.checkpoint else 0)
    assert seen.sequence == 1
    assert book.block == stored.reading.head.number
    store.close()


def test_rows_from_which_nothing_follows(tmp_path: Path) -> None:
    """A row set is missing at the beginning: said so, and asked again it says so again."""
    stored = stored_market()
    store = open_store(str(tmp_path / "market.duckdb"), described(stored.deployment))
    for rows in parts(None)[:6]:
        store.commit(rows)
    seen, _ = _look(store, NOTHING)
    books = Books(store, Recent())
    with store.transaction():  # type: ignore[attr-defined]
        store.change("DELETE FROM store.main.account_opened")  # type: ignore[attr-defined]
    for _ in range(2):
        with pytest.raises(Refused, match="market: none follows from the rows") as refused:
            books.get(Finality.LATEST, seen)
        assert refused.value.status == 503
    with pytest.raises(Refused, match="no block is finalized yet"):
        books.get(Finality.FINALIZED, seen)
    store.close()
