"""One fold against many roots: which of them decides, and which range is named."""

from __future__ import annotations

import random

import pytest
from eth_utils.crypto import keccak
from hypothesis import given, settings
from hypothesis import strategies as st

from keelmark.proofs.blocks import Header
from keelmark.store import Watched
from keelmark.verification import hashing
from keelmark.verification.folding import Fold, Point, distinct
from keelmark.verification.locate import Place, difference
from keelmark.verification.roots import ProvedRoot
from tests.unit.sdk.verification.test_rows import DESCRIPTION

WATCHED = Watched("House", b"\x01" * 20, bytes(32), 1, True)
BLOCKS = (2, 2, 5, 9, 14, 14, 21)


def preimage(block: int, salt: int = 0) -> bytes:
    """A record's bytes; the words behind the block number are anything."""
    return block.to_bytes(32, "big") + bytes([salt]) * 128


ROWS = [(block, preimage(block, place)) for place, block in enumerate(BLOCKS)]


def root_after(rows: list[tuple[int, bytes]], block: int) -> bytes:
    """By the definition, with the other library's keccak."""
    root = bytes(32)
    for at, data in rows:
        if at <= block:
            root = keccak(root + keccak(data))
    return root


def point(block: int, root: bytes, *, anchored: bool = True) -> Point:
    """A root at the end of a block."""
    header = Header(keccak(block.to_bytes(8, "big")), b"", b"", b"", block, block)
    return Point(ProvedRoot(header, root, exists=True), anchored)


def folded(rows: list[tuple[int, bytes]], *points: Point, last: int = 30) -> Fold:
    """A fold of rows to its end."""
    fold = Fold(WATCHED, 0, distinct(points), last)
    for block, data in rows:
        fold.feed(block, data)
    fold.settle(last + 100)
    return fold


def honest(*blocks: int, anchored: bool = True) -> list[Point]:
    """True roots at the end of blocks."""
    return [point(block, root_after(ROWS, block), anchored=anchored) for block in blocks]


def test_default_behavior() -> None:
    fold = folded(ROWS, *honest(3, 9, 30))
    assert fold.failed is None
    assert fold.proved_to == 30
    assert fold.noted == (7, root_after(ROWS, 30))


@pytest.mark.parametrize("last", [0, 1, 2, 4, 5, 13, 14, 20, 21, 30])
def test_noted(last: int) -> None:
    """Records and root at the end of any block, whatever roots are at hand."""
    expected = (sum(block <= last for block in BLOCKS), root_after(ROWS, last))
    assert folded(ROWS, last=last).noted == expected
    assert folded(ROWS, *honest(5, 30), last=last).noted == expected


@pytest.mark.parametrize("row", range(len(ROWS)))
def test_range_of_an_omission(row: int) -> None:
    """After the last good anchored root and not later than the first bad one."""
    rows = ROWS[:row] + ROWS[row + 1 :]
    fold = folded(rows, *honest(3, 9, 15, 30))
    assert fold.failed is not None
    bad = next(one for one in (3, 9, 15, 30) if one >= BLOCKS[row])
    good = max(one for one in (0, 3, 9, 15) if one < BLOCKS[row])
    assert (fold.failed.good, fold.failed.bad) == (good, bad)
    assert fold.failed == fold.narrowed
    assert fold.failed.good_root == root_after(ROWS, good)
    assert fold.failed.bad_root == root_after(ROWS, bad)


def test_narrowed_by_roots_that_do_not_decide() -> None:
    rows = [one for one in ROWS if one[0] != 9]
    fold = folded(rows, *honest(3, 8, 10, 16, anchored=False), *honest(30))
    assert fold.failed is not None
    assert fold.narrowed is not None
    assert (fold.failed.good, fold.failed.bad) == (0, 30)
    assert (fold.narrowed.good, fold.narrowed.bad) == (8, 10)


def test_loose_root_alone_decides_nothing() -> None:
    fold = folded(ROWS[:-1], *honest(9), *honest(30, anchored=False))
    assert fold.failed is None
    assert fold.proved_to == 9
    assert [(one.good, one.bad) for one in fold.suspects] == [(9, 30)]


def test_false_loose_root_is_refuted() -> None:
    fold = folded(ROWS, point(9, b"\x09" * 32, anchored=False), *honest(30))
    assert fold.failed is None
    assert fold.refuted == [9]
    assert not fold.suspects


def test_anchored_root_in_place_of_a_loose_one() -> None:
    """One block's root twice, and one of the two anchored."""
    loose, sure = honest(9, anchored=False)[0], honest(9)[0]
    assert distinct([loose, sure]) == distinct([sure, loose]) == (sure,)


@settings(max_examples=60, deadline=None)
@given(st.integers(0, 2**32), st.sets(st.integers(1, 30), max_size=6))
def test_any_alteration_is_found(seed: int, blocks: set[int]) -> None:
    """One bit of one record, anywhere: the named range holds it, whatever roots there are."""
    chance = random.Random(seed)
    row = chance.randrange(len(ROWS))
    data = bytearray(ROWS[row][1])
    data[chance.randrange(32, len(data))] ^= 1 << chance.randrange(8)
    rows = [*ROWS[:row], (ROWS[row][0], bytes(data)), *ROWS[row + 1 :]]
    fold = folded(rows, *honest(*blocks, 30))
    assert fold.failed is not None
    assert fold.failed.good < ROWS[row][0] <= fold.failed.bad


@pytest.mark.parametrize("size", [0, 1, 64, 135, 136, 137, 200, 544])
def test_keccak(size: int) -> None:
    data = bytes(range(256)) * 3
    assert hashing.keccak(data[:size]) == keccak(data[:size])


def places(*salts: int) -> list[Place]:
    """Records of one block."""
    return [Place(7, index, preimage(7, salt)) for index, salt in enumerate(salts)]


@pytest.mark.parametrize(
    ("mine", "theirs", "kind"),
    [
        ((1, 2, 3), (1, 2, 3), None),
        ((), (), None),
        ((1, 3), (1, 2, 3), "omitted"),
        ((1, 2), (1, 2, 3), "omitted"),
        ((), (1,), "omitted"),
        ((1, 2, 3), (1, 3), "invented"),
        ((1, 2), (1,), "invented"),
        ((1,), (), "invented"),
        ((1, 9, 3), (1, 2, 3), "altered"),
        ((1, 3, 2), (1, 2, 3), "reordered"),
        ((3, 1, 2), (1, 2, 3), "reordered"),
        ((1, 1, 2), (1, 2), "invented"),
        ((1, 2), (1, 1, 2), "omitted"),
    ],
)
def test_difference(mine: tuple[int, ...], theirs: tuple[int, ...], kind: str | None) -> None:
    found = difference(places(*mine), places(*theirs), DESCRIPTION)
    assert (found[0] if found else None) == kind
