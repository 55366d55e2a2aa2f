"""What every kind of store does alike: kept against a model in plain Python."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace

import pytest

from keelmark.errors import InputError, StoreFailed
from keelmark.store import Heads, open_store
from tests.support.made_rows import (
    DESCRIPTION,
    FIRST,
    MOVED,
    contents,
    expected_rows,
    header,
    made,
    proof,
    with_amount,
)

Place = Callable[[], str]


def test_default_behavior(place: Place) -> None:
    """What was committed is there: exact, in order, with what vouches for it."""
    store = open_store(place(), DESCRIPTION)
    assert store.checkpoint() is None
    assert store.heads() is None
    first = replace(made(FIRST, 119), proofs=(proof(119), proof(110)))
    second = made(120, 149, heads=Heads(160, 140, 130))
    assert store.commit(first) == first.checkpoint.rows > 20
    assert store.commit(second) == second.checkpoint.rows
    found = contents(store)
    assert found.rows == expected_rows((number, 0) for number in range(FIRST, 150))
    assert found.checkpoints == (first.checkpoint, second.checkpoint)
    assert found.headers == (header(119), header(149))
    assert found.heads == Heads(160, 140, 130)
    assert found.proofs == (proof(110), proof(119))
    assert store.proofs(b"\x12" * 20) == ()
    store.close()


def test_reopened(place: Place) -> None:
    """Everything is there after the store was closed, for a writer and for readers at once."""
    where = place()
    store = open_store(where, DESCRIPTION)
    store.commit(replace(made(FIRST, 110), proofs=(proof(110),)))
    before = contents(store)
    store.close()
    readers = [open_store(where, read_only=True) for _ in range(3)]
    assert all(contents(reader) == before for reader in readers)
    assert readers[0].description == DESCRIPTION
    for reader in readers:
        reader.close()
    again = open_store(where, DESCRIPTION)
    assert again.commit(made(111, 112)) == made(111, 112).checkpoint.rows
    again.close()


def test_reader_beside_the_writer(place: Place) -> None:
    """A reader sees each commit when it is made, and can change nothing."""
    where = place()
    writer = open_store(where, DESCRIPTION)
    writer.commit(made(FIRST, 110))
    reader = open_store(where, DESCRIPTION, read_only=True)
    assert contents(reader) == contents(writer)
    writer.commit(made(111, 130))
    writer.note(Heads(131, 131, 131), [proof(130)])
    assert contents(reader) == contents(writer)
    writer.rewind(header(115))
    assert contents(reader) == contents(writer)
    for change in (
        lambda: reader.commit(made(116, 117)),
        lambda: reader.rewind(header(100)),
        lambda: reader.note(Heads(1, 1, 1)),
    ):
        with pytest.raises(StoreFailed, match="opened to be read only"):
            change()
    reader.close()
    assert writer.commit(made(116, 117)) == made(116, 117).checkpoint.rows
    writer.close()


def test_again_is_nothing(place: Place) -> None:
    """A row set, or a part of one, that is there already changes nothing."""
    store = open_store(place(), DESCRIPTION)
    store.commit(made(FIRST, 140))
    before = contents(store)
    assert store.commit(made(FIRST, 140)) == 0
    assert store.commit(made(120, 140)) == 0
    assert store.commit(made(FIRST, 110)) == 0
    assert contents(store) == before
    store.close()


@pytest.mark.parametrize(("first", "last"), [(FIRST + 1, 120), (FIRST - 1, 120)])
def test_gap_at_the_beginning(place: Place, first: int, last: int) -> None:
    """The first row set begins where the store does."""
    store = open_store(place(), DESCRIPTION)
    with pytest.raises(InputError, match=f"first block {first}, expected {FIRST}"):
        store.commit(made(first, last))
    assert store.checkpoint() is None
    store.close()


@pytest.mark.parametrize("first", [119, 122])
def test_gap(place: Place, first: int) -> None:
    """A row set begins after the newest block."""
    store = open_store(place(), DESCRIPTION)
    store.commit(made(FIRST, 120))
    before = contents(store)
    with pytest.raises(InputError, match=f"first block {first}, expected 121"):
        store.commit(made(first, 130))
    assert contents(store) == before
    store.close()


def test_rewind(place: Place) -> None:
    """What is above a block goes, wherever in a row set the block stands; a fork follows."""
    store = open_store(place(), DESCRIPTION)
    store.commit(replace(made(FIRST, 119), proofs=(proof(105), proof(119))))
    store.commit(made(120, 139))
    rows = expected_rows((number, 0) for number in range(FIRST, 111))
    lost = sum(map(len, expected_rows((n, 0) for n in range(111, 140)).values()))
    assert store.rewind(header(110)) == lost
    found = contents(store)
    assert found.rows == rows
    kept = made(FIRST, 110, heads=Heads(119, 119, 119)).checkpoint
    assert found.checkpoints == (kept,)
    assert found.headers == (header(110),)
    assert found.proofs == (proof(105),)
    assert store.rewind(header(110)) == 0
    store.commit(made(111, 125, 7))
    found = contents(store)
    forked = [(n, 0) for n in range(FIRST, 111)] + [(n, 7) for n in range(111, 126)]
    assert found.rows == expected_rows(forked)
    store.close()


def test_rewind_to_nothing(place: Place) -> None:
    """A block below the first one leaves an empty store, to begin again."""
    store = open_store(place(), DESCRIPTION)
    store.commit(replace(made(FIRST, 119), proofs=(proof(119),)))
    assert store.rewind(header(FIRST - 1)) == made(FIRST, 119).checkpoint.rows
    found = contents(store)
    assert not any(found.rows.values())
    assert (found.checkpoints, found.headers, found.proofs) == ((), (), ())
    assert store.commit(made(FIRST, 101, 3)) == made(FIRST, 101, 3).checkpoint.rows
    store.close()


def test_rewind_to_a_stranger(place: Place) -> None:
    """A block that the store knows under another hash is no place to go back to."""
    store = open_store(place(), DESCRIPTION)
    store.commit(made(FIRST, 110))
    store.commit(made(111, 120))
    before = contents(store)
    with pytest.raises(InputError, match=r"block 110 is 0x.*, expected the hash"):
        store.rewind(header(110, 5))
    assert contents(store) == before
    store.close()


def test_note(place: Place) -> None:
    """Heads are replaced, proofs added once, and headers of finalized blocks forgotten unless a
    checkpoint ends there."""
    store = open_store(place(), DESCRIPTION)
    rows = made(FIRST, 110, heads=Heads(110, None, None))
    store.commit(replace(rows, headers=tuple(header(number) for number in range(105, 111))))
    assert [one.number for one in store.headers(106, 108)] == [106, 107, 108]
    store.note(Heads(115, None, None))
    assert len(store.headers(0, 200)) == 6
    store.note(Heads(120, 112, 108), [proof(108), proof(107)])
    assert [one.number for one in store.headers(0, 200)] == [109, 110]
    store.note(Heads(125, 120, 115), [proof(108)])
    assert [one.number for one in store.headers(0, 200)] == [110]
    assert store.heads() == Heads(125, 120, 115)
    assert store.proofs(proof(1).contract) == (proof(107), proof(108))
    store.close()


def test_scan_of_a_part(place: Place) -> None:
    """Columns in the order asked, blocks with both ends."""
    store = open_store(place(), DESCRIPTION)
    store.commit(made(FIRST, 139))
    store.commit(made(140, 179))
    wanted = expected_rows((number, 0) for number in range(130, 151))[MOVED]
    found = [
        tuple(row.values())
        for batch in store.scan(
            MOVED, columns=["isOpen", "block_number"], first_block=130, last_block=150
        )
        for row in batch.to_pylist()
    ]
    assert found == [(row[10], row[0]) for row in wanted]
    amounts = [row[9] for row in wanted]
    assert store.total(MOVED, "amount", first_block=130, last_block=150) == sum(amounts)
    assert store.total(MOVED, "order", first_block=130, last_block=150) == sum(r[8] for r in wanted)
    assert list(store.scan(MOVED, first_block=900)) == []
    assert store.total(MOVED, "amount", first_block=900) == 0
    assert list(store.scan(MOVED, first_block=150, last_block=140)) == []
    store.close()


def test_total_of_45_digits(place: Place) -> None:
    """Sums of amounts near 10^38 that no fixed decimal holds."""
    store = open_store(place(), DESCRIPTION)
    rows = made(FIRST, 900, most=20)
    store.commit(rows)
    amounts = [int(one) for one in rows.rows[MOVED]["amount"].to_pylist()]
    assert store.total(MOVED, "amount") == sum(amounts)
    store.close()
    most = with_amount(rows, 10**38 - 1)
    store = open_store(place(), DESCRIPTION)
    store.commit(most)
    assert store.total(MOVED, "amount") == most.checkpoint.rows * (10**38 - 1) > 10**41
    store.close()


def test_tip_becomes_few_checkpoints(place: Place) -> None:
    """A commit a block for long leaves few checkpoints once the blocks are final, with ends where
    there are proofs, and nothing else changes."""
    store = open_store(place(), DESCRIPTION)
    for number in range(FIRST, FIRST + 80):
        store.commit(made(number, number, heads=Heads(number, None, None)))
    before = contents(store)
    store.note(Heads(190, 180, 175), [proof(120)])
    after = contents(store)
    ends = [120, 175, *range(176, 180)]
    assert [point.last_block for point in after.checkpoints] == ends
    assert [one.number for one in after.headers] == ends
    assert after.rows == before.rows
    assert sum(point.rows for point in after.checkpoints) == sum(map(len, after.rows.values()))
    assert store.rewind(header(150)) > 0
    assert contents(store).rows == expected_rows((n, 0) for n in range(FIRST, 151))
    store.close()
