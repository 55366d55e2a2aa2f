"""How far a reading is, how fast it goes and how long it will take."""

from __future__ import annotations

import time
from collections import deque
from collections.abc import Callable
from dataclasses import dataclass
from typing import TypeAlias

__all__ = ["Meter", "Progress", "Told"]

WINDOW_SECONDS = 20.0
"""The rate is that of so many seconds before now."""


@dataclass(frozen=True, slots=True)
class Told:
    """What a reader tells as it goes."""

    first: int
    """Height at which this run began."""
    block: int
    """Last block that is in the store."""
    target: int
    """Last block wanted."""
    rows: int
    """Added by this run."""
    blocks_a_second: float
    rows_a_second: float
    seconds_left: float | None
    """None while there is no rate yet."""

    @property
    def share(self) -> float:
        """Part of the blocks that is done, 0 to 1."""
        return min(1.0, (self.block - self.first + 1) / max(1, self.target - self.first + 1))

    def words(self) -> str:
        """One line for people."""
        left = "" if self.seconds_left is None else f", {duration(self.seconds_left)} left"
        return (
            f"block {self.block:,} of {self.target:,} ({self.share:.0%}), {self.rows:,} events, "
            f"{self.rows_a_second:,.0f} events/s, {self.blocks_a_second:,.0f} blocks/s{left}"
        )


Progress: TypeAlias = Callable[[Told], None]


def duration(seconds: float) -> str:
    """Seconds as people say them: ``40 s``, ``3 min``, ``2 h 5 min``."""
    if seconds < 90:
        return f"{seconds:.0f} s"
    minutes = round(seconds / 60)
    return f"{minutes} min" if minutes < 90 else f"{minutes // 60} h {minutes % 60} min"


class Meter:
    """Rates over the last seconds, and what is left at that rate."""

    def __init__(self, first: int, clock: Callable[[], float] = time.monotonic) -> None:
        """
        Args:
            first: height of the first block of this run.
            clock: seconds, never backwards.
        """
        self._clock = clock
        self._first = first
        self._rows = 0
        self._marks: deque[tuple[float, int, int]] = deque([(clock(), first - 1, 0)])

    def add(self, block: int, target: int, rows: int) -> Told:
        """Notes rows that were committed, up to a block.

        Args:
            block: last one in the store now; lower than before after a reorganisation.
            target: last one wanted.
            rows: added since the last call.
        """
        now = self._clock()
        self._rows += rows
        self._marks.append((now, block, self._rows))
        while len(self._marks) > 2 and now - self._marks[1][0] > WINDOW_SECONDS:
            self._marks.popleft()
        then, from_block, from_rows = self._marks[0]
        passed = max(now - then, 1e-9)
        blocks = max(0, block - from_block) / passed
        left = max(0, target - block)
        return Told(
            self._first,
            block,
            target,
            self._rows,
            blocks,
            (self._rows - from_rows) / passed,
            0.0 if not left else left / blocks if blocks else None,
        )
