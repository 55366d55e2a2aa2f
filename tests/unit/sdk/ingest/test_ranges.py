"""Ranges that find a provider's limits, against simulated providers whose limits are known.

The provider here is arithmetic: so many logs in each block and a limit. The least number of
requests under a limit comes from packing blocks greedily, which is the best that anybody can do who
asks for ranges.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from itertools import accumulate

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from keelmark.ingest.pace import Pace
from keelmark.ingest.pieces import Pieces
from keelmark.ingest.ranges import TARGET_BYTES, Ceiling, Ranges
from keelmark.ingest.refusals import Measure, TooMuch

LOG_BYTES = 1_275
"""Of a trade report in JSON."""


@dataclass
class Provider:
    """Blocks with so many logs, and what is refused."""

    rows: Sequence[int]
    most_rows: float = float("inf")
    most_blocks: float = float("inf")
    most_bytes: float = float("inf")
    told: bool = True
    """Whether refusals name the limit."""
    suggests: bool = False
    silent: bool = False
    """Whether refusals do not even say what of."""
    asked: int = 0
    largest: int = 0

    def __post_init__(self) -> None:
        self.sums = list(accumulate(self.rows, initial=0))

    def ask(self, first: int, last: int) -> tuple[int, int]:
        """Logs and bytes of a range, or a refusal."""
        self.asked += 1
        rows = self.sums[last + 1] - self.sums[first]
        size = 100 + rows * LOG_BYTES
        over = {
            Measure.BLOCKS: (last - first + 1, self.most_blocks),
            Measure.ROWS: (rows, self.most_rows),
            Measure.BYTES: (size, self.most_bytes),
        }
        for measure, (amount, limit) in over.items():
            if amount > limit:
                self.refuse(measure, limit, first, last)
        self.largest = max(self.largest, size)
        return rows, size

    def refuse(self, measure: Measure, limit: float, first: int, last: int) -> None:
        suggested = None
        if self.suggests:
            end, rows = first, self.rows[first]
            while end < last and rows + self.rows[end + 1] <= limit:
                end += 1
                rows += self.rows[end]
            suggested = (first, end)
        raise TooMuch(
            "no",
            measure=Measure.UNKNOWN if self.silent else measure,
            limit=int(limit) if self.told and not self.silent else None,
            suggested=suggested,
        )

    def least(self) -> int:
        """Requests of whoever knows every block beforehand."""
        count, rows, blocks = 1, 0, 0
        for one in self.rows:
            fits = rows + one <= self.most_rows and blocks < self.most_blocks
            fits = fits and 100 + (rows + one) * LOG_BYTES <= self.most_bytes
            if not fits:
                count, rows, blocks = count + 1, 0, 0
            rows, blocks = rows + one, blocks + 1
        return count


def read(provider: Provider, ranges: Ranges | None = None) -> int:
    """Reads everything, one request after the other, as `fetch` does; answers the requests."""
    ranges = ranges or Ranges()
    pieces = Pieces(0, len(provider.rows) - 1)
    read_rows = 0
    while due := pieces.due(0.0):
        piece = pieces.take(due, ranges.size())
        try:
            rows, size = provider.ask(piece.first, piece.last)
        except TooMuch as refusal:
            assert piece.span > 1, "a single block was refused"
            ranges.refused(piece.span, refusal)
            pieces.refuse(piece, ranges, refusal.suggested)
            continue
        ranges.answered(piece.span, rows, size)
        read_rows += rows
    assert read_rows == sum(provider.rows)
    return provider.asked


EVEN = [40] * 8_000
"""320,000 logs, as in the benchmark."""

VARYING = [20 + 37 * place % 41 for place in range(8_000)]
HALVINGS = 2 * 13
"""Requests to find one dense place among 8,000 blocks, nothing being known of it."""

SPARSE = [1 if place % 50 == 0 else 0 for place in range(200_000)]


@pytest.mark.parametrize("rows", [EVEN, VARYING], ids=["even", "varying"])
@pytest.mark.parametrize("limit", [10_000, 5_000, 2_000, 1_000])
@pytest.mark.parametrize("manner", ["named", "suggested", "unnamed", "unknown words"])
def test_requests_under_a_limit_on_logs(rows: list[int], limit: int, manner: str) -> None:
    """At most 1.3 times the least possible, however the refusal is worded."""
    provider = Provider(
        rows,
        most_rows=limit,
        told=manner in ("named", "suggested"),
        suggests=manner == "suggested",
        silent=manner == "unknown words",
    )
    assert read(provider) <= 1.3 * provider.least()


@pytest.mark.parametrize("limit", [10_000, 3_000, 2_048, 800])
@pytest.mark.parametrize("told", [True, False])
def test_requests_under_a_limit_on_blocks(limit: int, told: bool) -> None:
    """The same for ranges; the climb to the limit is what a short reading pays for."""
    provider = Provider(SPARSE, most_blocks=limit, told=told)
    assert read(provider) <= 1.3 * provider.least() + 4


def test_requests_under_a_limit_on_bytes() -> None:
    """The same for sizes."""
    provider = Provider(VARYING, most_bytes=5_000_000)
    assert read(provider) <= 1.3 * provider.least()


def test_a_limit_of_a_few_blocks() -> None:
    """Ten blocks at a time, as the free plans have it."""
    provider = Provider([3] * 1_000, most_blocks=10)
    assert read(provider) <= 102


def test_a_node_without_limits() -> None:
    """Answers grow to the target and not beyond it: that is what bounds memory."""
    provider = Provider(EVEN)
    requests = read(provider)
    least = -(-sum(EVEN) * LOG_BYTES // (TARGET_BYTES))
    assert requests <= 1.3 * least
    assert 0.8 * TARGET_BYTES < provider.largest <= TARGET_BYTES


def test_nothing_there() -> None:
    """A long range without a log takes few requests: eight times longer each time."""
    provider = Provider([0] * 2_000_000)
    assert read(provider) <= 4 + 20 + 2


def test_dense_blocks_behind_a_desert() -> None:
    """Where logs begin is found by refusals, two for each halving, and then requests are full."""
    for told in (True, False):
        provider = Provider([0] * 50_000 + [40] * 8_000, most_rows=10_000, told=told)
        assert read(provider) <= 1.3 * provider.least() + HALVINGS


def test_a_desert_behind_dense_blocks() -> None:
    """Ranges grow again where logs end."""
    provider = Provider([40] * 2_000 + [0] * 200_000 + [40] * 2_000, most_rows=10_000)
    assert read(provider) <= 1.3 * provider.least() + HALVINGS


def test_a_burst() -> None:
    """A single block that fills a request by itself is found by halving, and is no limit for the
    others."""
    provider = Provider([2] * 20_000 + [9_990] + [2] * 20_000, most_rows=10_000)
    assert read(provider) <= 1.3 * provider.least() + HALVINGS


def test_a_limit_of_unknown_kind_is_tried_again_ever_less_often() -> None:
    """It may be about what the blocks hold; but each try costs a refused request."""
    provider = Provider([1] * 100_000, most_blocks=100, silent=True)
    assert read(provider) <= 1.15 * provider.least()


def test_a_limit_of_unknown_kind_that_is_lifted() -> None:
    """A node that was busy for a while is not asked for little for ever."""
    ranges = Ranges()
    busy = Provider([1] * 2_000, most_blocks=10, silent=True)
    read(busy, ranges)
    free = Provider([1] * 200_000)
    assert read(free, ranges) <= 100


def test_the_target_is_kept_when_limits_are_wider() -> None:
    """A limit beyond the target changes nothing."""
    provider = Provider(EVEN, most_rows=100_000)
    read(provider)
    assert provider.largest <= TARGET_BYTES


@settings(max_examples=60, deadline=None)
@given(
    rows=st.lists(st.integers(0, 200), min_size=1, max_size=600),
    limit=st.integers(200, 5_000),
    told=st.booleans(),
    silent=st.booleans(),
    suggests=st.booleans(),
)
def test_any_blocks_any_limit(
    rows: list[int], limit: int, told: bool, silent: bool, suggests: bool
) -> None:
    """Every range ends, whatever the blocks hold and however the limit is worded, in a number of
    requests that does not run away."""
    provider = Provider(rows, most_rows=limit, told=told, silent=silent, suggests=suggests)
    assert read(provider) <= 4 * provider.least() + 30


@settings(max_examples=60, deadline=None)
@given(
    refusals=st.lists(
        st.builds(
            lambda measure, limit, width: TooMuch(
                "no",
                measure=measure,
                limit=limit,
                suggested=None if width is None else (0, width - 1),
            ),
            st.sampled_from(list(Measure)),
            st.none() | st.integers(1, 10**9),
            st.none() | st.integers(1, 10**6),
        ),
        max_size=30,
    ),
    answers=st.lists(st.tuples(st.integers(0, 10**6), st.integers(30, 10**9)), max_size=30),
)
def test_no_words_break_it(refusals: list[TooMuch], answers: list[tuple[int, int]]) -> None:
    """Whatever is refused and answered, a size is at least 1 and at most the most."""
    ranges = Ranges()
    for step in range(max(len(refusals), len(answers))):
        for size in (ranges.size(), ranges.safe_size()):
            assert 1 <= size <= ranges.most_blocks
        if step < len(refusals):
            ranges.refused(max(2, ranges.size()), refusals[step])
        if step < len(answers):
            ranges.answered(ranges.size(), *answers[step])


def test_one_request_at_a_time_until_the_first_answer_fills_it() -> None:
    """`settling` ends when nothing larger is tried."""
    ranges = Ranges()
    assert ranges.settling
    ranges.answered(32, 32 * 20, 32 * 20 * LOG_BYTES)
    assert ranges.settling
    assert ranges.size() == 256
    ranges.answered(256, 256 * 20, 256 * 20 * LOG_BYTES)
    assert 256 < ranges.size() < 2_048
    assert not ranges.settling


def climb(limit: float, start: float, step: Callable[[Ceiling], None]) -> tuple[Ceiling, int]:
    """Tries until a ceiling is settled; answers how many tries it took."""
    ceiling = Ceiling()
    ceiling.pass_(start)
    ceiling.refuse(13_000)
    tries = 0
    while not ceiling.settled:
        aim = ceiling.aim()
        assert aim is not None
        tries += 1
        if aim <= limit:
            ceiling.pass_(aim)
        else:
            ceiling.refuse(aim)
    step(ceiling)
    return ceiling, tries


@pytest.mark.parametrize("limit", [10_000, 9_000, 5_000, 3_000, 2_048, 1_000, 500])
def test_an_unnamed_limit_is_found(limit: int) -> None:
    """In a few tries, to a seventh; a round one exactly."""
    ceiling, tries = climb(limit, 100.0, lambda _: None)
    assert tries <= 9
    assert limit / 1.36 <= ceiling.passed <= limit
    if limit in (10_000, 5_000, 1_000, 500):
        assert ceiling.passed == limit


def test_a_named_limit_that_is_refused_itself() -> None:
    """Whether both ends count differs from provider to provider."""
    ceiling = Ceiling()
    ceiling.refuse(5_000, 1_000)
    assert ceiling.aim() == 1_000
    ceiling.refuse(1_000)
    assert ceiling.aim() == 999


def test_pace_halves_once_for_what_was_in_flight_together() -> None:
    """Four requests refused together are one sign; the next one is another."""
    pace = Pace(8)
    for _ in range(4):
        pace.limited(now=10.0, asked_at=9.9, wait=1.0)
    assert (pace.allowed, pace.resume_at) == (4.0, 11.0)
    assert not pace.free(10.5, 0)
    assert pace.free(11.0, 3)
    assert not pace.free(11.0, 4)
    pace.limited(now=11.2, asked_at=11.1, wait=1.0)
    assert pace.allowed == 2.0


def test_pace_comes_back_slowly() -> None:
    """One more after eight rounds of answers, up to the most; never below one."""
    pace = Pace(4)
    for turn in range(10):
        pace.limited(now=10.0 * turn, asked_at=10.0 * turn, wait=0.1)
    assert pace.allowed == 1.0
    for _ in range(8):
        assert pace.allowed < 2.0
        pace.answered()
    assert 1.5 < pace.allowed <= 2.0
    for _ in range(200):
        pace.answered()
    assert pace.allowed == 4.0
