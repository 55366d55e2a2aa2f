"""Rates and what is left."""

from __future__ import annotations

import pytest

from keelmark.ingest.progress import Meter, duration


class Clock:
    """Seconds that a test sets."""

    now = 100.0

    def __call__(self) -> float:
        return self.now


def test_default_behavior() -> None:
    clock = Clock()
    meter = Meter(1_000, clock)
    clock.now += 2
    told = meter.add(1_099, 1_999, 500)
    assert (told.blocks_a_second, told.rows_a_second, told.seconds_left) == (50, 250, 18)
    assert told.share == 0.1
    assert told.words() == (
        "block 1,099 of 1,999 (10%), 500 events, 250 events/s, 50 blocks/s, 18 s left"
    )


def test_the_rate_is_that_of_the_last_seconds() -> None:
    clock = Clock()
    meter = Meter(0, clock)
    for number in range(1, 101):
        clock.now += 1
        told = meter.add(number * (1 if number <= 50 else 10), 2_000, 10)
    assert told.rows == 1_000
    assert told.blocks_a_second == pytest.approx(10, rel=0.01)


def test_the_end_and_the_way_back() -> None:
    clock = Clock()
    meter = Meter(5, clock)
    clock.now += 1
    assert meter.add(9, 9, 1).seconds_left == 0
    told = meter.add(7, 9, 0)
    assert told.seconds_left is not None
    assert told.share == pytest.approx(3 / 5)
    nothing = Meter(5, clock).add(4, 9, 0)
    assert nothing.seconds_left is None
    assert "left" not in nothing.words()


@pytest.mark.parametrize(
    ("seconds", "words"), [(40, "40 s"), (89.6, "90 s"), (200, "3 min"), (7_500, "2 h 5 min")]
)
def test_durations(seconds: float, words: str) -> None:
    assert duration(seconds) == words
