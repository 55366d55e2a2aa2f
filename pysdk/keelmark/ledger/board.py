"""The price board rebuilt from its events: prices, limits, and surfaces with their epochs.

Every act of the board that changes what it keeps of a feed or a surface is an event, and so its
words follow from the events alone. What an event states is taken; what the events before it
determine is computed as well, and a difference becomes a `Finding`: an epoch that was skipped,
say. Which underliers and points there are is asked of the contracts, not of the rebuilt book: a
surface that the events had lost would otherwise never be missed.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from typing import ClassVar, Final

from keelmark.bindings.price_board import PriceBoard
from keelmark.chain.operations import BlockId, Operation
from keelmark.events import Event
from keelmark.ledger.reconcile import Discrepancy
from keelmark.ledger.state import Finding
from keelmark.pricing.surface import (
    VOLATILITY_FEEDS,
    Surface,
    SurfaceError,
    forward_feed,
    is_past,
)

__all__ = ["BoardBook", "BoardReads", "read_board", "rebuild_board", "reconcile_board"]

OPERATORS_PART: Final = 2**200 - 1
"""The part of a limits word that the operator sets."""

STALE_BEFORE: Final = 2
"""Flag of an event whose feed had been stale: liquidations wait."""

_LANE_FLAGS = 1


@dataclass(slots=True)
class BoardBook:
    """The board as its events leave it."""

    lanes: dict[int, int] = field(default_factory=dict)
    """Feed to its lane of 128 bits."""
    limits: dict[int, int] = field(default_factory=dict)
    """Feed to its limits word."""
    surfaces: dict[int, Surface] = field(default_factory=dict)
    """Underlier to its surface."""
    expiries: dict[int, list[int]] = field(default_factory=dict)
    """Underlier to the expiries of its surface, in the order of listing."""
    waits: dict[int, int] = field(default_factory=dict)
    """Underlier to the end of its surface's grace period, seconds."""
    findings: list[Finding] = field(default_factory=list)

    def apply(self, event: Event) -> None:
        """Folds one event; those that change nothing here are passed over."""
        handler = self.handlers.get(event.name)
        if handler is not None:
            handler(self, event)

    def check(self, event: Event, name: str, expected: int) -> None:
        """Notes a finding if a reported value is not the expected one."""
        reported = event.number(name)
        if reported != expected:
            place = (event.block_number, event.log_index, event.name)
            self.findings.append(Finding(*place, name, reported, expected))

    def _feed_changed(self, event: Event) -> None:
        feed, slot, word = event.number("feed"), event.number("slot"), event.number("word")
        before = self.limits.get(feed, 0)
        if slot == 0:
            self.limits[feed] = before & ~OPERATORS_PART | word
        else:
            bit = 1 << (232 + slot)
            self.limits[feed] = before | bit if word else before & ~bit
        underlier = self._underlier_of(feed)
        if underlier in self.surfaces and feed >= VOLATILITY_FEEDS:
            self._join(feed, underlier)

    def _price_updated(self, event: Event) -> None:
        feed, flags = event.number("feed"), event.number("flags")
        valid_until = event.number("valid_until")
        lane = event.number("price") | valid_until << 88 | (flags & _LANE_FLAGS) << 120
        self.lanes[feed] = lane
        limits = self.limits.get(feed, 0)
        self.limits[feed] = limits & ~(0xFFFFFFFF << 200) | event.number("round") << 200
        underlier = limits >> 240
        grace = event.number("grace_until")
        if grace and underlier and not is_past(feed, event.timestamp):
            self.waits[underlier] = grace

    def _surface_listed(self, event: Event) -> None:
        underlier = event.number("underlier")
        surface = Surface.from_word(underlier, event.number("word"))
        self.check(event, "epoch", surface.epoch)
        self.surfaces[underlier] = surface
        self._join(underlier, underlier)

    def _surface_expiry_added(self, event: Event) -> None:
        underlier, expiry = event.number("underlier"), event.number("expiry")
        self.check(event, "feed", forward_feed(underlier, expiry))
        self.expiries.setdefault(underlier, []).append(expiry)
        self._join(event.number("feed"), underlier)

    def _surface_updated(self, event: Event) -> None:
        underlier, time = event.number("underlier"), event.number("time")
        if underlier not in self.surfaces:
            raise SurfaceError(f"surface: underlier {underlier} is updated and was never listed")
        surface = self.surfaces[underlier].updated(time)
        self.check(event, "epoch", surface.epoch)
        if event.timestamp:
            self.check(event, "time", event.timestamp)
        self.surfaces[underlier] = surface

    def _join(self, feed: int, underlier: int) -> None:
        self.limits[feed] = self.limits.get(feed, 0) & (1 << 240) - 1 | underlier << 240

    @staticmethod
    def _underlier_of(feed: int) -> int:
        return (feed - VOLATILITY_FEEDS) >> 6 if feed >= VOLATILITY_FEEDS else 0

    handlers: ClassVar[Mapping[str, Callable[[BoardBook, Event], None]]] = {
        "FeedChanged": _feed_changed,
        "PriceUpdated": _price_updated,
        "SurfaceListed": _surface_listed,
        "SurfaceExpiryAdded": _surface_expiry_added,
        "SurfaceUpdated": _surface_updated,
    }


@dataclass(frozen=True, slots=True)
class BoardReads:
    """The board's state at one block."""

    surfaces: Mapping[int, int] = field(default_factory=dict)
    """Underlier to its surface word; every underlier that is registered."""
    waits: Mapping[int, int] = field(default_factory=dict)
    """Underlier to the end of its surface's grace period, seconds."""
    lanes: Mapping[int, int] = field(default_factory=dict)
    """Feed to its lane."""
    limits: Mapping[int, int] = field(default_factory=dict)
    """Feed to its limits word."""


def rebuild_board(events: Iterable[Event], board_address: str = "") -> BoardBook:
    """The board from its events, in the order of emission.

    Args:
        events: of the board; those of other contracts are passed over.
        board_address: checksummed; empty for any.

    Raises:
        SurfaceError: a surface is updated that was never listed.
    """
    book = BoardBook()
    for event in events:
        if not board_address or event.address == board_address:
            book.apply(event)
    return book


def read_board(
    board: PriceBoard, underliers: Iterable[int], feeds: Iterable[int], block: BlockId
) -> Operation[BoardReads]:
    """The operation that reads what a rebuilt board is compared with.

    Args:
        board: the price board.
        underliers: every one that is registered; their spot feeds and volatilities are read.
        feeds: further ones, forwards and those of collateral.
        block: at which block; every read names it.
    """
    surfaces: dict[int, int] = {}
    waits: dict[int, int] = {}
    wanted = set(feeds)
    for underlier in underliers:
        word = yield from board.surface_word(underlier, block=block)
        surfaces[underlier] = word
        waits[underlier] = yield from board.surface_grace_until(underlier, block=block)
        wanted.add(underlier)
        if word:
            for row in Surface.from_word(underlier, word).volatility_feeds():
                wanted.update(row)
    lanes: dict[int, int] = {}
    limits: dict[int, int] = {}
    for feed in sorted(wanted):
        lanes[feed] = yield from board.price_lane(feed, block=block)
        limits[feed] = yield from board.limits_of(feed, block=block)
    return BoardReads(surfaces, waits, lanes, limits)


def reconcile_board(book: BoardBook, reads: BoardReads) -> list[Discrepancy]:
    """Every difference between the rebuilt board and the contract's state.

    Args:
        book: folded up to the block of the reads.
        reads: contract state at that block.
    """
    words = {underlier: surface.word() for underlier, surface in book.surfaces.items()}
    return [
        *_differences("surface", "word", words, reads.surfaces),
        *_differences("surface", "grace", book.waits, reads.waits),
        *_differences("feed", "lane", book.lanes, reads.lanes),
        *_differences("feed", "limits", book.limits, reads.limits),
    ]


def _differences(
    place: str, name: str, mine: Mapping[int, int], read: Mapping[int, int]
) -> Iterator[Discrepancy]:
    """What differs, by id; an id that is on one side only counts as zero on the other."""
    for key in sorted({*mine, *read}):
        rebuilt, found = mine.get(key, 0), read.get(key, 0)
        if rebuilt != found:
            yield Discrepancy(f"{place} {key}", name, rebuilt, found)
