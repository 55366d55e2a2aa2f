"""How often and how soon a question is asked again."""

from __future__ import annotations

import random
from collections.abc import Callable
from dataclasses import dataclass

from keelmark.errors import RpcUnreachable
from keelmark.ingest.refusals import Passing

__all__ = ["Retries"]


@dataclass(frozen=True, slots=True)
class Retries:
    """A policy: pauses double from the first to the longest, each shortened at random by up to a
    half, so that readers which failed together do not come back together."""

    attempts: int = 10
    """How often one question is asked at most."""
    first_pause: float = 0.25
    """Seconds."""
    longest_pause: float = 30.0
    """Seconds."""
    longest_wait: float = 300.0
    """Longest ``Retry-After`` that is waited for, seconds."""
    failures_in_row: int = 60
    """How many answers in a row may fail, of whatever question, before a reading gives up."""
    draw: Callable[[], float] = random.random
    """Draws from [0, 1)."""

    def pause(self, attempt: int, refusal: Passing) -> float:
        """Seconds to wait.

        Args:
            attempt: how often the question has been asked.
            refusal: the last answer.

        Raises:
            RpcUnreachable: the question is not to be asked again.
        """
        if attempt >= self.attempts:
            raise RpcUnreachable(f"{refusal}; gave up after {attempt} attempts") from refusal
        pause = min(self.longest_pause, self.first_pause * 2.0 ** (attempt - 1))
        pause *= 1.0 - self.draw() / 2
        if refusal.retry_after is None:
            return pause
        if refusal.retry_after > self.longest_wait:
            raise RpcUnreachable(
                f"{refusal}; it asks to wait {refusal.retry_after:.0f} s, longer than the "
                f"{self.longest_wait:.0f} s that are waited for"
            ) from refusal
        # Never earlier than asked; a little later, for the same reason as above.
        return refusal.retry_after + min(pause, 0.1 * refusal.retry_after)
