"""Logs of a long range of blocks: many requests, in the order of blocks, never a gap.

::

    pieces = fetch_ranges(endpoint, addresses, topics, first, last, decoder)
    async with aclosing(pieces):
        async for piece in pieces:      # the first begins at ``first``, each next where one ended
            piece.decoded               # columns; the last ends at ``last``

Ranges are as long as the provider bears (`ranges`), as many are in flight as it allows (`pace`),
and what fails is asked again (`retries`) or in smaller parts. An answer counts only if it is a
whole array of logs of the blocks that were asked for. Decoding runs beside the event loop. What is
fetched and not yet taken is bounded in bytes, so that memory is the same however long the range.
"""

from __future__ import annotations

import asyncio
import time
from collections.abc import AsyncIterator, Awaitable, Callable, Collection
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any, Final, Protocol

from keelmark.errors import DecodingFailed, InputError, RpcRefused, RpcUnreachable
from keelmark.ingest.endpoint import Endpoint
from keelmark.ingest.envelope import is_array
from keelmark.ingest.pace import Pace
from keelmark.ingest.pieces import Piece, Pieces
from keelmark.ingest.ranges import Ranges
from keelmark.ingest.refusals import (
    Asked,
    Passing,
    RateLimited,
    TooMuch,
    refusal_of_error,
)
from keelmark.ingest.retries import Retries

if TYPE_CHECKING:
    from keelmark.columns.decoder import Decoded

__all__ = ["Decoder", "Fetched", "fetch_ranges"]

IN_FLIGHT: Final = 4
MOST_AHEAD: Final = 32 * 2**20
"""Bytes of answers that are asked for, held or decoded and not yet taken, by estimate."""

_DOUBTS: Final = 2
"""After so many answers that were late or cut off, a smaller part is asked for."""


class Decoder(Protocol):
    """What makes columns of a response; `columns.decoder.LogDecoder` does."""

    def decode(self, body: bytes) -> Decoded:
        """The tables of a response; raises `DecodingFailed` and `RpcRefused`."""


@dataclass(frozen=True, slots=True)
class Fetched:
    """The logs of a range of blocks."""

    first: int
    last: int
    """Both ends are included."""
    decoded: Decoded
    bytes: int
    """Size of the response."""
    attempts: int
    """Requests that were made for it, those included that were refused."""


Check = Callable[[int, int, "Decoded"], Awaitable[None]]


async def fetch_ranges(
    endpoint: Endpoint,
    addresses: Collection[bytes],
    topics: Collection[bytes],
    first: int,
    last: int,
    decoder: Decoder,
    *,
    in_flight: int = IN_FLIGHT,
    ranges: Ranges | None = None,
    retries: Retries | None = None,
    most_ahead: int = MOST_AHEAD,
    check: Check | None = None,
) -> AsyncIterator[Fetched]:
    """Fetches the logs of some contracts in a range of blocks.

    Args:
        endpoint: where to ask.
        addresses: of the contracts, 20 bytes each.
        topics: first topics of the events, 32 bytes each; all if empty.
        first: first block.
        last: last block; it exists.
        decoder: makes columns of the answers.
        in_flight: requests at a time, at most.
        ranges: what is known of the provider's limits; it learns.
        retries: how what fails is asked again; the endpoint's own policy if None.
        most_ahead: bytes of answers that are ahead of what was taken.
        check: looks at an answer before it counts, and raises `Passing` if it is to be asked again.

    Yields:
        the ranges, in order and without a gap.

    Raises:
        RpcRefused: the provider refuses a single block, or everything.
        RpcUnreachable: it did not answer as often as `retries` allows.
        DecodingFailed: its answers cannot be read, again and again.
        InputError: no request may be in flight.
    """
    if in_flight < 1:
        raise InputError(f"in flight: {in_flight}, expected 1 or more")
    if first > last:
        return
    query: dict[str, Any] = {"address": ["0x" + one.hex() for one in addresses]}
    if topics:
        query["topics"] = [["0x" + one.hex() for one in topics]]
    fetching = _Fetching(
        endpoint,
        query,
        decoder,
        ranges or Ranges(),
        Pace(in_flight),
        retries or endpoint.retries,
        most_ahead,
        check,
        place=first,
        todo=Pieces(first, last),
    )
    pump = asyncio.create_task(fetching.run())
    try:
        while fetching.place <= last:
            piece = await fetching.next_piece(pump)
            yield piece
    finally:
        pump.cancel()
        await asyncio.gather(pump, return_exceptions=True)


@dataclass
class _Fetching:
    """One run of `fetch_ranges`."""

    endpoint: Endpoint
    query: dict[str, Any]
    decoder: Decoder
    ranges: Ranges
    pace: Pace
    retries: Retries
    most_ahead: int
    check: Check | None
    place: int
    """First block that was not taken yet."""
    todo: Pieces
    """Not asked for."""
    ready: dict[int, Fetched] = field(default_factory=dict)
    """Fetched and not yet taken, by first block."""
    running: dict[asyncio.Task[Fetched], tuple[Piece, float, int]] = field(default_factory=dict)
    """Being asked for: which piece, since when, and how large it may be."""
    held: int = 0
    """Bytes of what is ready."""
    in_row: int = 0
    """Refusals and failures since the last answer."""
    trying: asyncio.Task[Fetched] | None = None
    """The request in flight that asks for more than is known to pass."""

    def __post_init__(self) -> None:
        self.changed = asyncio.Event()
        self.taken = asyncio.Event()
        self.pool = ThreadPoolExecutor(1, "keelmark-decode")

    async def next_piece(self, pump: asyncio.Task[None]) -> Fetched:
        """The next range in order; raises what the pump raises."""
        while self.place not in self.ready:
            if pump.done():
                pump.result()
                raise AssertionError("blocks were left out")
            waiting = asyncio.ensure_future(self.changed.wait())
            await asyncio.wait({waiting, pump}, return_when=asyncio.FIRST_COMPLETED)
            waiting.cancel()
            self.changed.clear()
        piece = self.ready.pop(self.place)
        self.place = piece.last + 1
        self.held -= piece.bytes
        self.taken.set()
        return piece

    async def run(self) -> None:
        """Asks until nothing is left."""
        try:
            while self.todo or self.running:
                wake = self._start()
                await self._wait(wake)
                self._collect()
        finally:
            for task in self.running:
                task.cancel()
            await asyncio.gather(*self.running, return_exceptions=True)
            self.pool.shutdown(wait=False)

    # Starting

    def _start(self) -> float | None:
        """Starts what may be started.

        Returns:
            when to look again, in the clock's seconds; None if only an answer or a taker changes
            anything.
        """
        now = time.monotonic()
        while self.todo and self.pace.free(now, len(self.running)):
            if self.running and self.ranges.settling:
                return None
            due = self.todo.due(now)
            if due is None or (not self._room() and due.first != self.place):
                break
            self._start_one(due, now)
        if not self.todo:
            return None
        soonest = max(self.pace.resume_at, self.todo.soonest())
        return soonest if soonest > now else None

    def _room(self) -> bool:
        """Whether what is ahead of the taker leaves room for another answer."""
        ahead = self.held + sum(size for _, _, size in self.running.values())
        return ahead + self.ranges.expected_bytes <= self.most_ahead

    def _start_one(self, due: Piece, now: float) -> None:
        """Starts a request for the beginning of a piece."""
        size, trying = self.ranges.size(), self.ranges.trying
        if trying and self.trying is not None:
            size, trying = self.ranges.safe_size(), False
        piece = self.todo.take(due, size)
        task = asyncio.create_task(self._fetch(piece))
        self.running[task] = (piece, now, int(piece.span * self.ranges.bytes_per_block))
        if trying and piece.span > self.ranges.safe_size():
            self.trying = task

    async def _fetch(self, piece: Piece) -> Fetched:
        """One request and its decoding."""
        query = {**self.query, "fromBlock": hex(piece.first), "toBlock": hex(piece.last)}
        body = await self.endpoint.call("eth_getLogs", [query])
        if not is_array(body):
            raise Passing(
                f"rpc: {self.endpoint.name} answered with no array of logs for blocks "
                f"{piece.first} to {piece.last}"
            )
        try:
            decoded = await asyncio.get_running_loop().run_in_executor(
                self.pool, self.decoder.decode, body
            )
        except RpcRefused as hidden:
            # An error beside a result: it means what it would have meant alone.
            asked = Asked.of(self.endpoint.name, "eth_getLogs", [query], self.endpoint.secrets)
            error = {"code": hidden.code, "message": str(hidden), "data": hidden.data}
            raise refusal_of_error(asked, error) from None
        for block in decoded.blocks:
            if not piece.first <= block <= piece.last:
                raise DecodingFailed(
                    f"rpc: {self.endpoint.name} answered with logs of block {block}, expected "
                    f"blocks {piece.first} to {piece.last}"
                )
        if self.check is not None:
            await self.check(piece.first, piece.last, decoded)
        return Fetched(piece.first, piece.last, decoded, len(body), piece.attempts)

    # Waiting and collecting

    async def _wait(self, wake: float | None) -> None:
        """Until a request is done, something was taken, or the time has come."""
        timeout = None if wake is None else max(0.0, wake - time.monotonic())
        taken = asyncio.ensure_future(self.taken.wait())
        await asyncio.wait(
            {taken, *self.running}, timeout=timeout, return_when=asyncio.FIRST_COMPLETED
        )
        taken.cancel()
        self.taken.clear()

    def _collect(self) -> None:
        """Takes in what is done."""
        for task in [one for one in self.running if one.done()]:
            piece, asked_at, _ = self.running.pop(task)
            if task is self.trying:
                self.trying = None
            try:
                found = task.result()
            except RateLimited as refusal:
                wait = self._again(piece, refusal)
                self.pace.limited(time.monotonic(), asked_at, wait)
            except Passing as refusal:
                self._passing(piece, refusal)
            except TooMuch as refusal:
                self._less(piece, refusal)
            except DecodingFailed as failure:
                self._malformed(piece, failure)
            else:
                self.in_row = 0
                self.pace.answered()
                self.ranges.answered(piece.span, found.decoded.rows, found.bytes)
                self.ready[found.first] = found
                self.held += found.bytes
                self.changed.set()

    def _again(self, piece: Piece, refusal: Passing) -> float:
        """Puts a piece back for later.

        Returns:
            seconds until then.

        Raises:
            RpcUnreachable: it has been asked for often enough.
        """
        wait = self._pause(piece, refusal)
        piece.not_before = time.monotonic() + wait
        self.todo.put_back(piece)
        return wait

    def _passing(self, piece: Piece, refusal: Passing) -> None:
        """A failure that may have been too much to ask for, unless the node only lags."""
        piece.doubts += refusal.heavy
        enough = 1 if self.ranges.doubtful(piece.span) else _DOUBTS
        if piece.span == 1 or piece.doubts < enough:
            self._again(piece, refusal)
            return
        # Less of it, and not before a pause, for it may be the node's own trouble after all.
        self.pace.resume_at = max(
            self.pace.resume_at, time.monotonic() + self._pause(piece, refusal)
        )
        self.ranges.doubted(piece.span)
        self.todo.refuse(piece, self.ranges, None)

    def _pause(self, piece: Piece, refusal: Passing) -> float:
        """Seconds to wait after one more failure of a piece.

        Raises:
            RpcUnreachable: it has been asked for often enough.
        """
        piece.failures += 1
        self.in_row += 1
        if self.in_row > self.retries.failures_in_row:
            raise RpcUnreachable(f"{refusal}; gave up after {self.in_row} failures in a row")
        return self.retries.pause(piece.failures, refusal)

    def _less(self, piece: Piece, refusal: TooMuch) -> None:
        """A limit: the piece is cut by what is known by now."""
        if piece.span == 1:
            if refusal.certain:
                raise refusal
            # Another answer may have been too large, or another question too slow.
            self._again(piece, Passing(str(refusal)))
            return
        self.in_row += 1
        self.ranges.refused(piece.span, refusal)
        self.todo.refuse(piece, self.ranges, refusal.suggested)

    def _malformed(self, piece: Piece, failure: DecodingFailed) -> None:
        """An answer that cannot be read: once more, then less of it, then the end."""
        try:
            self._passing(piece, Passing(str(failure), heavy=True))
        except RpcUnreachable:
            raise failure from None
