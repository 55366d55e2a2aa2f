"""Runs a monitor beside a reader: steps in, alerts out, and neither waits for the other."""

from __future__ import annotations

import asyncio
import time
from collections.abc import AsyncIterator, Callable, Coroutine
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, field
from typing import Any, Final, Protocol, TypeVar

from keelmark.errors import DecodingFailed, KeelmarkError, RpcUnreachable
from keelmark.ingest.endpoint import Endpoint
from keelmark.ingest.failures import EndpointBehind
from keelmark.monitor.chain import Folded, root_signals, silence_signals, stopped_signal
from keelmark.monitor.delivery import Courier
from keelmark.monitor.monitor import Advance, Monitor
from keelmark.proofs.report_chain import ROOT_SLOT

__all__ = ["Watch", "follow_store"]

T = TypeVar("T")

TICK_SECONDS: Final = 1.0
"""How often silence is looked for."""

LAST_SECONDS: Final = 15.0
"""How long what is due is tried before the process ends."""

LONGEST_PAUSE: Final = 30.0
"""Before a reader that lost its endpoint begins again, seconds."""


class Observer(Protocol):
    """Is told of every step."""

    def advanced(self, monitor: Monitor, step: Advance) -> None:
        """A step of the monitor."""


@dataclass(slots=True)
class Watch:
    """A monitor at work, in the event loop in which it is run."""

    monitor: Monitor
    courier: Courier
    complain: Callable[[str], None]
    """Is told sentences for the operator."""
    observer: Observer | None = None
    endpoint: Endpoint | None = None
    """Where the roots of the report chains are read; None does without."""
    clock: Callable[[], float] = time.monotonic
    tick: float = TICK_SECONDS
    _thread: ThreadPoolExecutor = field(
        default_factory=lambda: ThreadPoolExecutor(1, "keelmark-monitor")
    )
    _news: dict[str, asyncio.Event] = field(default_factory=dict)
    _compared: asyncio.Task[None] | None = None
    _compared_at: float = float("-inf")
    _told: set[str] = field(default_factory=set)

    async def run(self, follow: Callable[[], AsyncIterator[object]]) -> None:
        """Evaluates what is in the store, then after every step, until the steps end.

        An endpoint that is lost ends nothing: the reader begins again, and its silence is an
        alert. Whatever else the reader or the store raises is an alert, and then raised.

        Args:
            follow: begins to read and gives a step whenever something is in the store; called
                again where the endpoint was lost.

        Raises:
            KeelmarkError: as the reader, the store and the state file.
        """
        self._begin()
        carrying = asyncio.create_task(self.courier.run(self._news))
        try:
            await self.advance()
            await self._follow(follow, carrying)
        except KeelmarkError as failure:
            await _cancelled(carrying)
            await self._stopped(failure)
            raise
        finally:
            await _cancelled(carrying)
            await self._end()

    async def once(
        self, sync: Callable[[], Coroutine[Any, Any, object]] | None = None
    ) -> dict[str, int]:
        """Evaluates what is in the store, and sends what is due.

        Args:
            sync: reads up to the present head first; None takes the store as it is.

        Returns:
            receivers for which notices are left, and how many.
        """
        self._begin()
        try:
            try:
                if sync is not None:
                    await sync()
                await self.advance()
                await self._compare()
            except KeelmarkError as failure:
                await self._stopped(failure)
                raise
            return await self.courier.flush()
        finally:
            await self._end()

    def _begin(self) -> None:
        loop = asyncio.get_running_loop()
        self._news = {sink.name: asyncio.Event() for sink in self.courier.sinks}

        def committed() -> None:
            loop.call_soon_threadsafe(self._wake)

        self.monitor.committed = committed

    async def _end(self) -> None:
        if self._compared is not None:
            await _cancelled(self._compared)
        self.monitor.committed = lambda: None
        await asyncio.to_thread(self._thread.shutdown)

    def _wake(self) -> None:
        for news in self._news.values():
            news.set()

    async def _work(self, work: Callable[..., T], *arguments: object) -> T:
        """Calls the monitor in its thread."""
        loop = asyncio.get_running_loop()
        return await loop.run_in_executor(self._thread, work, *arguments)

    async def advance(self) -> Advance:
        """One step of the monitor."""
        step = await self._work(self.monitor.advance)
        if self.observer is not None:
            await self._work(self.observer.advanced, self.monitor, step)
        return step

    async def _follow(
        self, follow: Callable[[], AsyncIterator[object]], carrying: asyncio.Task[None]
    ) -> None:
        """Steps, one after the other, and what is looked at between them."""
        pause, heard = self.tick, self.clock()
        while True:
            steps = aiter(follow())
            coming = asyncio.ensure_future(anext(steps))
            try:
                while True:
                    await asyncio.wait(
                        {coming, carrying},
                        timeout=self.tick,
                        return_when=asyncio.FIRST_COMPLETED,
                    )
                    if carrying.done():
                        carrying.result()
                    if coming.done():
                        coming.result()
                        heard, pause = self.clock(), self.tick
                        await self.advance()
                        coming = asyncio.ensure_future(anext(steps))
                    await self._silence(self.clock() - heard)
                    self._compare_soon()
            except StopAsyncIteration:
                return
            except (RpcUnreachable, EndpointBehind) as failure:
                self.complain(f"{failure}; it is asked again in {pause:g} s")
            finally:
                await _cancelled(coming)
                close = getattr(steps, "aclose", None)
                if close is not None:
                    await close()
            await asyncio.sleep(pause)
            pause = min(2 * pause, LONGEST_PAUSE)
            await self._silence(self.clock() - heard)

    async def _silence(self, seconds: float) -> None:
        """Says that no block has come for long, or that one has."""
        signals = silence_signals(seconds, self.monitor.rules)
        going_on = any(key[0] == "reader_stalled" for key in list(self.monitor.episodes.open))
        if bool(signals) != going_on:
            await self._work(self.monitor.say, "reader_stalled", signals)

    async def _stopped(self, failure: KeelmarkError) -> None:
        """Says why the monitor ends, and gives what is due a last chance."""
        try:
            signal = stopped_signal(failure, self.monitor.rules)
            await self._work(self.monitor.say, "monitor_stopped", [signal])
            async with asyncio.timeout(LAST_SECONDS):
                await self.courier.flush()
        except (KeelmarkError, TimeoutError) as second:
            self.complain(f"the last notices were not sent, {second or 'no answer in time'}")

    # Report chains

    def _compare_soon(self) -> None:
        """Compares the report chains with the contracts, beside everything else."""
        section = self.monitor.rules.report_chain
        due = self.clock() - self._compared_at >= section.every_seconds
        idle = self._compared is None or self._compared.done()
        if due and idle and section.enabled and self.endpoint is not None:
            self._compared_at = self.clock()
            self._compared = asyncio.create_task(self._compare())

    async def _compare(self) -> None:
        """Reads every report chain's root after the last block evaluated and compares it."""
        if self.endpoint is None or not self.monitor.rules.report_chain.enabled:
            return
        folded = await self._work(self.monitor.folded)
        if folded is None:
            return
        try:
            roots = await read_roots(self.endpoint, folded)
        except KeelmarkError as failure:
            words = f"report chains are not compared, {failure}"
            if words not in self._told:
                self._told.add(words)
                self.complain(words)
            return
        if roots is not None:
            signals = list(root_signals(folded, roots, self.monitor.rules))
            await self._work(self.monitor.say, "report_chain", signals)


async def _cancelled(task: asyncio.Future[Any]) -> None:
    """Ends a task, whatever came of it."""
    task.cancel()
    await asyncio.gather(task, return_exceptions=True)


async def read_roots(endpoint: Endpoint, folded: Folded) -> dict[str, bytes] | None:
    """What the contracts have in storage after a block; None if the chain no longer has it.

    Raises:
        KeelmarkError: the node does not serve the state of that block.
    """
    block = hex(folded.block_number)
    addresses = sorted(folded.contracts)
    words = await asyncio.gather(
        *(
            endpoint.result("eth_getStorageAt", [address, hex(ROOT_SLOT), block])
            for address in addresses
        )
    )
    # A height is another block after a reorganisation: what was read counts only if it is not.
    there = await endpoint.result("eth_getBlockByNumber", [block, False])
    if not isinstance(there, dict) or there.get("hash") != "0x" + folded.block_hash.hex():
        return None
    try:
        numbers = [int(str(word), 16) for word in words]
    except ValueError:
        raise DecodingFailed(f"endpoint: {endpoint.name} answers no storage words") from None
    return {
        address: number.to_bytes(32, "big")
        for address, number in zip(addresses, numbers, strict=True)
    }


async def follow_store(monitor: Monitor, poll_seconds: float = 0.5) -> AsyncIterator[object]:
    """A step whenever somebody else has put something into the store, without end.

    Args:
        monitor: whose store it is.
        poll_seconds: how often the store is looked at.
    """
    seen: object = None
    while True:
        now = await asyncio.to_thread(monitor.store.checkpoint)
        if now != seen:
            seen = now
            yield now
        await asyncio.sleep(poll_seconds)
