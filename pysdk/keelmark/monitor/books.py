"""Every book that a house's events fill, folded together one event at a time."""

from __future__ import annotations

from collections import deque
from collections.abc import Mapping
from copy import deepcopy
from dataclasses import dataclass, field
from typing import Final

from eth_utils.address import to_checksum_address

from keelmark.deploy.plan import REPORTING
from keelmark.errors import InputError
from keelmark.events import Event
from keelmark.events.decode import encode
from keelmark.ledger import Finding, Ledger
from keelmark.ledger.board import BoardBook
from keelmark.ledger.cooperation_state import CooperationBook
from keelmark.ledger.parties import PartyBook
from keelmark.ledger.sanctions import ListBook
from keelmark.monitor.rows import Block
from keelmark.pricing.surface import Surface
from keelmark.proofs.report_chain import GENESIS_ROOT, ChainLog, extend
from keelmark.store.model import Description
from keelmark.store.venue import venue_of
from keelmark.types import PriceLane

__all__ = ["Books", "Timeline", "Wiring"]

LIMITS_SLOT: Final = 0
"""Of a feed's places; 1 to 3 are its sources."""


@dataclass(frozen=True, slots=True)
class Wiring:
    """Who is who in a house, checksummed."""

    house: str
    board: str
    parties: str
    sanctions: str
    supervision: str
    settlement_feed: int
    reporting: Mapping[str, str]
    """Address to name of each contract that keeps a report chain."""

    @classmethod
    def of(cls, description: Description) -> Wiring:
        """That of a store's deployment.

        Raises:
            InputError: the store is not of a deployment of the kit.
        """
        venue = venue_of(description)
        named = {one.name: str(to_checksum_address(one.address)) for one in description.contracts}
        if venue is None or not set(REPORTING) <= named.keys():
            raise InputError("store: it is of no deployment of the kit, expected one to watch")
        return cls(
            house=venue.house,
            board=named["PriceBoard"],
            parties=named["PartyRegistry"],
            sanctions=named["SanctionsList"],
            supervision=named["Supervision"],
            settlement_feed=venue.settlement_feed,
            reporting={named[name]: name for name in REPORTING},
        )


@dataclass(slots=True)
class Books:
    """The market and everybody in it, as the events so far leave them."""

    wiring: Wiring
    ledger: Ledger
    lanes: dict[int, PriceLane] = field(default_factory=dict)
    """Feed to its price."""
    surfaces: dict[int, Surface] = field(default_factory=dict)
    """Underlier to its surface, in its present epoch."""
    board: BoardBook = field(default_factory=BoardBook)
    parties: PartyBook = field(default_factory=PartyBook)
    sanctions: ListBook = field(default_factory=ListBook)
    supervision: CooperationBook = field(default_factory=CooperationBook)
    sources: dict[tuple[int, int], int] = field(default_factory=dict)
    """Feed and slot to the source's word; none of zero."""
    roots: dict[str, bytes] = field(default_factory=dict)
    """Contract to the root of its report chain, as its events fold."""
    records: dict[str, int] = field(default_factory=dict)
    """Contract to the number of its events."""
    registry_begun: bool = False

    @classmethod
    def empty(cls, wiring: Wiring) -> Books:
        """The books before the first event."""
        return cls(wiring, Ledger(house_address=wiring.house))

    @property
    def findings(self) -> tuple[list[Finding], ...]:
        """What does not follow from what came before, a list a book."""
        books = (self.ledger, self.board, self.parties, self.sanctions, self.supervision)
        return tuple(book.findings for book in books)

    def apply(self, event: Event) -> None:
        """Folds one event into every book that it concerns.

        Raises:
            UnknownAccount: it speaks of an account that was never opened.
            KeyError: it speaks of an instrument that was never listed.
        """
        wiring = self.wiring
        self._chain(event)
        self.ledger.apply(event)
        if event.address == wiring.board:
            self._price(event)
            self.board.apply(event)
        elif event.address == wiring.parties:
            if not self.registry_begun:
                # The registry takes the list's time over when it is made.
                self.parties.market.list_time = self.parties.market.as_of
                self.registry_begun = True
            self.parties.apply(event)
        elif event.address == wiring.sanctions:
            if event.name in ("ListUpdated", "ListConfirmed"):
                self.parties.market.as_of = event.number("as_of")
            self.sanctions.apply(event)
        elif event.address == wiring.supervision:
            self.supervision.apply(event)

    def _chain(self, event: Event) -> None:
        """One more record of the emitter's report chain."""
        topics, data = encode(event.spec, dict(event.args))
        log = ChainLog(event.block_number, (topics[0], topics[1], topics[2]), data)
        self.roots[event.address] = extend(self.roots.get(event.address, GENESIS_ROOT), log)
        self.records[event.address] = self.records.get(event.address, 0) + 1

    def _price(self, event: Event) -> None:
        """Prices and surfaces as a margin check takes them."""
        if event.name == "PriceUpdated":
            lane = PriceLane(
                event.number("price"), event.number("valid_until"), event.number("flags") & 1
            )
            self.lanes[event.number("feed")] = lane
        elif event.name == "SurfaceListed":
            feed = event.number("underlier")
            self.surfaces[feed] = Surface.from_word(feed, event.number("word"))
        elif event.name == "SurfaceUpdated":
            feed = event.number("underlier")
            self.surfaces[feed] = self.surfaces[feed].updated(event.number("time"))
        elif event.name == "FeedChanged" and event.number("slot") != LIMITS_SLOT:
            place = event.number("feed"), event.number("slot")
            self.sources.pop(place, None)
            if event.number("word"):
                self.sources[place] = event.number("word")


class Timeline:
    """The books now, and as they were some blocks ago, so that a reorganisation undoes blocks.

    The older copy stands at the newest block that will not be undone; the blocks since are kept
    as events. Going back is a copy and a few events, not a reading of the whole chain.
    """

    def __init__(self, wiring: Wiring) -> None:
        self._base = Books.empty(wiring)
        self._base_number = -1
        self._tail: deque[Block] = deque()
        self.now = Books.empty(wiring)
        """The books after the last block."""

    @property
    def oldest(self) -> int:
        """The lowest block to which `rewind` can go back; -1 is before everything."""
        return self._base_number

    def append(self, block: Block) -> None:
        """Remembers a block whose events have been folded into `now`."""
        self._tail.append(block)

    def settle(self, number: int) -> None:
        """No block up to `number` will be undone any more."""
        while self._tail and self._tail[0].number <= number:
            block = self._tail.popleft()
            for event in block.events:
                self._base.apply(event)
            self._base_number = block.number

    def rewind(self, number: int) -> bool:
        """Undoes every block above `number`.

        Returns:
            False if that is further back than blocks are kept; then nothing is done.
        """
        if number < self._base_number:
            return False
        self.now = deepcopy(self._base)
        kept = [block for block in self._tail if block.number <= number]
        for block in kept:
            for event in block.events:
                self.now.apply(event)
        self._tail = deque(kept)
        return True
