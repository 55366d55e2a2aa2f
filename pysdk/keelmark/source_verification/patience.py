"""How long a service is waited for."""

from __future__ import annotations

import time
from collections.abc import Iterator
from dataclasses import dataclass

__all__ = ["Patience"]


@dataclass(frozen=True, slots=True)
class Patience:
    """Pauses between two questions, each longer than the one before, until the time is over."""

    seconds: float = 180.0
    """Time in all."""
    first: float = 2.0
    """The first pause, in seconds; a service that is polled faster answers with its limit."""
    growth: float = 1.3
    longest: float = 15.0

    def turns(self) -> Iterator[None]:
        """Yields at once, then after each pause, as long as there is time."""
        over = time.monotonic() + self.seconds
        pause = self.first
        yield
        while (left := over - time.monotonic()) > 0:
            time.sleep(min(pause, left))
            pause = min(pause * self.growth, self.longest)
            yield
