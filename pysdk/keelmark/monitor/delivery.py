"""Sends notices to their receivers, each in its own time: a dead one holds up nobody else.

A receiver gets its notices in the order in which they were made, at least once each. One that
fails is tried again after a pause that doubles, with jitter, or after what the receiver asks for;
one that is refused for good, that is too old, or that a full queue pushes out is given up with a
sentence, and stays in the state file.
"""

from __future__ import annotations

import asyncio
import random
import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Protocol

from keelmark.monitor.outbox import Notice, Outbox
from keelmark.monitor.rules import Delivery
from keelmark.monitor.sinks import Outcome, Sink

__all__ = ["Courier", "Tally", "pause"]


class Tally(Protocol):
    """Is told how deliveries go."""

    def attempted(self, sink: str, delivered: bool) -> None:
        """One attempt."""

    def waiting(self, sink: str, count: int) -> None:
        """How many notices wait for a receiver."""

    def gave_up(self, sink: str, count: int) -> None:
        """Notices that will not be tried again."""


def pause(attempts: int, settings: Delivery, draw: float) -> float:
    """Seconds before the next attempt: twice as long each time, a random part of it taken off.

    Args:
        attempts: that failed so far, at least one.
        settings: the first pause and the longest.
        draw: from 0 to 1; the part of the second half that is kept.
    """
    longest = float(settings.longest_retry_seconds)
    whole = min(longest, settings.first_retry_seconds * 2.0 ** min(attempts - 1, 40))
    return whole * (0.5 + 0.5 * draw)


@dataclass(slots=True)
class Courier:
    """Carries notices from the outbox to the receivers."""

    outbox: Outbox
    sinks: Sequence[Sink]
    settings: Delivery
    tally: Tally
    complain: Callable[[str], None]
    """Is told sentences for the operator."""
    clock: Callable[[], float] = time.time
    draw: Callable[[], float] = random.random

    async def run(self, wake: dict[str, asyncio.Event]) -> None:
        """Delivers until it is cancelled.

        Args:
            wake: a receiver's name to what is set when there is something new for it.

        Raises:
            StoreFailed: the state file cannot be written.
        """
        serving = [asyncio.create_task(self._serve(sink, wake[sink.name])) for sink in self.sinks]
        try:
            await asyncio.gather(*serving)
        finally:
            for task in serving:
                task.cancel()
            await asyncio.gather(*serving, return_exceptions=True)

    async def _serve(self, sink: Sink, news: asyncio.Event) -> None:
        """One receiver's notices, one after the other."""
        while True:
            news.clear()
            wait = await self.step(sink)
            if wait is None:
                await news.wait()
            elif wait > 0:
                # What is new can wait behind what failed: the order is kept.
                await asyncio.sleep(wait)

    async def step(self, sink: Sink) -> float | None:
        """One attempt at a receiver's oldest notice, if it is due.

        Returns:
            seconds until there is something to do again; None where nothing waits.
        """
        await self._shorten(sink)
        notice = await asyncio.to_thread(self.outbox.next, sink.name)
        waiting = await asyncio.to_thread(self.outbox.waiting, sink.name)
        self.tally.waiting(sink.name, waiting)
        if notice is None:
            return None
        now = self.clock()
        if notice.due > now:
            # No longer than the longest pause, whatever happened to the clock.
            return min(notice.due - now, 3_600.0)
        outcome = await sink.deliver(notice)
        self.tally.attempted(sink.name, outcome.delivered)
        if outcome.delivered:
            await asyncio.to_thread(self.outbox.delivered, sink.name, notice)
            return 0.0
        return await self._failed(sink, notice, outcome)

    async def _failed(self, sink: Sink, notice: Notice, outcome: Outcome) -> float:
        """Tries again later, or gives up."""
        attempts, now = notice.attempts + 1, self.clock()
        if outcome.final or now - notice.made > self.settings.give_up_seconds:
            await asyncio.to_thread(self.outbox.give_up, sink.name, notice, outcome.reason)
            self.tally.gave_up(sink.name, 1)
            self.complain(
                f"{sink.name}: notice {notice.key} was given up after {attempts} attempts, "
                f"{outcome.reason}"
            )
            return 0.0
        wait = outcome.wait
        if wait is None:
            wait = pause(attempts, self.settings, self.draw())
        await asyncio.to_thread(self.outbox.failed, sink.name, notice, now + wait, outcome.reason)
        if attempts == 1:
            self.complain(
                f"{sink.name}: notice {notice.key} has not arrived, {outcome.reason}; it is "
                "tried again"
            )
        return wait

    async def _shorten(self, sink: Sink) -> None:
        """Keeps a receiver's queue within its bound."""
        dropped = await asyncio.to_thread(self.outbox.shorten, sink.name, self.settings.queue)
        if dropped:
            self.tally.gave_up(sink.name, dropped)
            self.complain(
                f"{sink.name}: the {dropped} oldest notices were given up, more than "
                f"{self.settings.queue} were waiting"
            )

    async def flush(self) -> dict[str, int]:
        """Sends what is due now, for a run that ends: each receiver until nothing is left, or
        until an attempt fails.

        Returns:
            receivers for which notices are left, and how many.
        """
        await asyncio.gather(*(self._flush(sink) for sink in self.sinks))
        left = {sink.name: self.outbox.waiting(sink.name) for sink in self.sinks}
        return {name: count for name, count in left.items() if count}

    async def _flush(self, sink: Sink) -> None:
        wait: float | None = 0.0
        while wait == 0.0:
            wait = await self.step(sink)
