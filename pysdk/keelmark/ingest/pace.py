"""How many requests are in flight: fewer after a rate limit at once, one more after some rounds.

Additive increase and multiplicative decrease, as TCP shares a line (RFC 5681), but slower, since a
request too many costs a whole refusal here. After a rate limit nothing is asked until the time is
over that the provider names, or a pause of our own.
"""

from __future__ import annotations

from dataclasses import dataclass

__all__ = ["Pace"]

_ROUNDS = 8


@dataclass(slots=True)
class Pace:
    """The number of requests allowed at a time."""

    most: int = 4
    """In flight at most."""
    allowed: float = 0.0
    """In flight now; starts at ``most``."""
    resume_at: float = 0.0
    """When the next request may start, in the caller's clock's seconds."""

    def __post_init__(self) -> None:
        self.allowed = float(self.most)

    def answered(self) -> None:
        """An answer came: after eight rounds of as many as are allowed, one more is."""
        self.allowed = min(float(self.most), self.allowed + 1.0 / (_ROUNDS * self.allowed))

    def limited(self, now: float, asked_at: float, wait: float) -> None:
        """A rate limit came.

        Args:
            now: the clock.
            asked_at: when the refused request was sent: those that were in flight together are
                refused together and count once.
            wait: seconds until the next request.
        """
        if asked_at >= self.resume_at:
            self.allowed = max(1.0, self.allowed / 2)
        self.resume_at = max(self.resume_at, now + wait)

    def free(self, now: float, in_flight: int) -> bool:
        """Whether another request may start."""
        return now >= self.resume_at and in_flight < int(self.allowed)
