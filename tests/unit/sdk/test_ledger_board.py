"""The board rebuilt from its events equals the board, and what was altered is found."""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import Any

import pytest

from keelmark.bindings.price_board import PriceBoard
from keelmark.chain import Chain
from keelmark.events import BY_NAME, Event
from keelmark.ledger.board import (
    BoardBook,
    BoardReads,
    read_board,
    rebuild_board,
    reconcile_board,
)
from keelmark.ledger.reader import read_logs
from keelmark.pricing.surface import Surface, SurfaceError, forward_feed
from tests.support.market import BTC, ETH, Market
from tests.support.surface import MarketSurface

WAD = 10**18
DAY = 86_400
NINE_HOURS = 9 * 3_600


class NoGate:
    """Where there are no parties, no list of them ages."""

    def ages_until(self, time: int) -> bool:
        """Never."""
        del time
        return False

    def wait(self, clock: Any, time: int) -> None:
        """Only the time."""
        clock(time)


class BareMarket(Market):
    """A board alone, with two spot feeds."""

    def __post_init__(self) -> None:
        """Deploys the board and reports two prices."""
        self.first_block = self.w3.eth.block_number
        self.gatekeeper = NoGate()
        self.board = self.deploy(
            "oracle/PriceBoard", self.actors("board operator"), "0x" + "00" * 20
        )
        for feed, price in ((BTC, 8000 * WAD), (ETH, 200 * WAD)):
            self.add_feed(feed)
            self.price(feed, price)


@pytest.fixture(scope="module")
def market(w3: Any, deploy: Any, actors: Any, send: Any, set_time: Any, now: Any) -> BareMarket:
    """The board, deployed."""
    return BareMarket(w3, deploy, actors, send, set_time, now)


def lived(market: BareMarket) -> MarketSurface:
    """A surface that was quoted, jumped, went stale, came back, outlived an expiry and grew."""
    surface = MarketSurface(market)
    near = (market.now() // DAY + 2) * DAY + 8 * 3_600
    surface.set(8000 * WAD, {near: 8010 * WAD, near + 30 * DAY: 8100 * WAD}, WAD * 8 // 10)
    surface.set(volatilities=WAD * 12 // 10)
    market.price(BTC, 9900 * WAD)
    surface.set(9800 * WAD, at=market.now() + NINE_HOURS + 60)
    operator = market.actors("board operator")
    feed = surface.feeds()[0][0]
    board = market.board.functions
    market.do(board.set_limits(feed, WAD // 10, 2 * WAD, 400, 1), operator)
    market.do(board.set_limits(feed, WAD // 100, 5 * WAD, 500, 1), operator)
    market.do(board.shorten_max_age(feed, 3, 3_600), operator)
    surface.set(9900 * WAD, at=near + 60)
    forward = forward_feed(BTC, near)
    surface.push({forward: 9900 * WAD}, near + 120)
    MarketSurface(market, ETH, (30,), (9_000, 10_000, 11_000, 12_000)).set(201 * WAD, {}, WAD)
    surface.add_expiry(near + 60 * DAY)
    return surface


@dataclass(frozen=True)
class Evidence:
    """What the SDK's reader finds, and what the contract holds."""

    surface: MarketSurface
    state: Surface
    events: list[Event]
    reads: BoardReads


@pytest.fixture(scope="module")
def evidence(market: BareMarket, chain: Chain) -> Evidence:
    """Read after a life."""
    surface = lived(market)
    address = market.board.address
    reading = chain.run(read_logs((address,), market.first_block))
    events = list(reading.events())
    named = {event.number("feed") for event in events if event.name == "FeedChanged"}
    reads = chain.run(read_board(PriceBoard(address), (BTC, ETH, 3), named, "latest"))
    return Evidence(surface, surface.state(), events, reads)


def test_nothing_differs(evidence: Evidence) -> None:
    book = rebuild_board(evidence.events, evidence.surface.market.board.address)
    assert not book.findings
    assert reconcile_board(book, evidence.reads) == []
    assert book.surfaces[BTC] == evidence.state
    assert book.expiries[BTC] == list(evidence.surface.forwards)
    assert book.waits[BTC] != 0
    assert evidence.reads.surfaces[3] == 0
    assert len(evidence.reads.lanes) == 3 + 9 + 4 + 3, "spots, volatilities, forwards"


@pytest.mark.parametrize("name", ["SurfaceUpdated", "PriceUpdated", "FeedChanged"])
def test_a_lost_event_is_found(evidence: Evidence, name: str) -> None:
    """The last one, whose absence no later event betrays; the report chain tells of any."""
    place = max(place for place, event in enumerate(evidence.events) if event.name == name)
    book = rebuild_board(evidence.events[:place] + evidence.events[place + 1 :])
    assert book.findings or reconcile_board(book, evidence.reads)


def test_a_lost_surface_is_found(evidence: Evidence) -> None:
    """The contracts are asked which underliers have one."""
    without = [
        event
        for event in evidence.events
        if not (event.name.startswith("Surface") and event.number("underlier") == ETH)
    ]
    found = reconcile_board(rebuild_board(without), evidence.reads)
    assert f"surface {ETH}" in {one.place for one in found}


@pytest.mark.parametrize("field", ["surfaces", "waits", "lanes", "limits"])
def test_another_value_is_found(evidence: Evidence, field: str) -> None:
    values = getattr(evidence.reads, field)
    reads = replace(evidence.reads, **{field: {**values, BTC: values[BTC] + 1}})
    found = reconcile_board(rebuild_board(evidence.events), reads)
    assert [(one.difference, one.place.split()[1]) for one in found] == [(1, str(BTC))]


def event(name: str, at: int = 0, **args: int) -> Event:
    """An event of a board, by hand."""
    return Event(BY_NAME[name], "0x" + "11" * 20, args, 1, 0, at)


LISTED = Surface(5, 1, 1_000, (7, 30), (10_000,))


def test_a_skipped_epoch_is_a_finding() -> None:
    book = BoardBook()
    book.apply(event("SurfaceListed", underlier=5, epoch=1, word=LISTED.word()))
    book.apply(event("SurfaceUpdated", 2_000, underlier=5, epoch=2, time=2_000))
    assert book.surfaces[5] == replace(LISTED, epoch=2, time=2_000)
    assert not book.findings
    book.apply(event("SurfaceUpdated", 3_000, underlier=5, epoch=4, time=3_000))
    assert [(one.field, one.reported, one.expected) for one in book.findings] == [("epoch", 4, 3)]


def test_the_epoch_comes_round() -> None:
    book = BoardBook(surfaces={5: replace(LISTED, epoch=65_535)})
    book.apply(event("SurfaceUpdated", 2_000, underlier=5, epoch=1, time=2_000))
    assert book.surfaces[5].epoch == 1
    assert not book.findings


def test_another_time_is_a_finding() -> None:
    """An epoch begins in the block that reports it."""
    book = BoardBook(surfaces={5: LISTED})
    book.apply(event("SurfaceUpdated", 2_000, underlier=5, epoch=2, time=1_999))
    assert [one.field for one in book.findings] == ["time"]


def test_another_feed_is_a_finding() -> None:
    book = BoardBook(surfaces={5: LISTED})
    expiry = 20 * DAY + 8 * 3_600
    book.apply(event("SurfaceExpiryAdded", underlier=5, expiry=expiry, feed=5 + 21 * 65_536))
    assert [(one.field, one.expected) for one in book.findings] == [("feed", 5 + 20 * 65_536)]


def test_an_update_of_no_surface() -> None:
    with pytest.raises(SurfaceError, match="never listed"):
        BoardBook().apply(event("SurfaceUpdated", 0, underlier=5, epoch=2, time=1))
