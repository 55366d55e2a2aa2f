"""What is left of a range: never a block lost, never one asked for twice at a time."""

from __future__ import annotations

from hypothesis import given, settings
from hypothesis import strategies as st

from keelmark.ingest.pieces import Pieces
from keelmark.ingest.ranges import Ranges
from keelmark.ingest.refusals import Measure, TooMuch


@settings(max_examples=150, deadline=None)
@given(
    span=st.integers(1, 400),
    steps=st.lists(
        st.tuples(
            st.integers(1, 500),
            st.sampled_from(("answered", "failed", "refused", "proposed")),
            st.integers(1, 400),
        ),
        max_size=40,
    ),
)
def test_whatever_happens_every_block_comes_once(
    span: int, steps: list[tuple[int, str, int]]
) -> None:
    """Answers, failures, refusals and proposals in any order cut the range without a gap."""
    pieces, ranges = Pieces(100, 99 + span), Ranges()
    seen: list[int] = []
    for size, outcome, proposed in steps:
        due = pieces.due(0.0)
        if due is None:
            break
        piece = pieces.take(due, size)
        assert piece.span >= 1
        if outcome == "answered" or piece.span == 1:
            seen.extend(range(piece.first, piece.last + 1))
            continue
        if outcome == "failed":
            pieces.put_back(piece)
            continue
        suggested = None
        if outcome == "proposed":
            suggested = (piece.first, piece.first + proposed % (piece.span - 1 or 1))
        ranges.refused(piece.span, TooMuch("no", measure=Measure.ROWS, suggested=suggested))
        pieces.refuse(piece, ranges, suggested)
    while due := pieces.due(0.0):
        piece = pieces.take(due, 10_000)
        seen.extend(range(piece.first, piece.last + 1))
    assert sorted(seen) == list(range(100, 100 + span))


def test_no_range_at_all() -> None:
    """Nothing is left of nothing."""
    assert not Pieces(5, 4)


def test_a_piece_waits_and_those_behind_it_do_not() -> None:
    """A pause holds up one piece only; the order is kept."""
    pieces = Pieces(0, 99)
    first = pieces.due(0.0)
    assert first is not None
    taken = pieces.take(first, 10)
    assert (taken.first, taken.last) == (0, 9)
    taken.not_before = 5.0
    pieces.put_back(taken)
    behind = pieces.due(1.0)
    assert behind is not None
    assert behind.first == 10
    assert pieces.due(5.0) is taken
    assert pieces.soonest() == 0.0


def test_a_proposal_is_taken_to_the_block() -> None:
    """The provider says how far it goes: the next request ends there."""
    pieces, ranges = Pieces(0, 99), Ranges()
    due = pieces.due(0.0)
    assert due is not None
    piece = pieces.take(due, 100)
    pieces.refuse(piece, ranges, (0, 36))
    due = pieces.due(0.0)
    assert due is not None
    taken = pieces.take(due, 20)
    assert (taken.first, taken.last) == (0, 36)


def test_a_rest_is_cut_evenly() -> None:
    """21 blocks under a limit of 20 are 11 and 10, so that denser ones pass too."""
    pieces = Pieces(0, 20)
    due = pieces.due(0.0)
    assert due is not None
    assert pieces.take(due, 20).span == 11
