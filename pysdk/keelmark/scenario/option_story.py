"""What the parties do with options: one writes puts, one is hedged, one is retail and pays.

Put and call expire with the near future, at the mean of the same observations. Sizes follow
from a notional, so that the parties find their counterpart at any level of prices.
"""

from __future__ import annotations

from dataclasses import dataclass

from keelmark.scenario.venue import LOT, Venue
from keelmark.units import BPS, WAD

__all__ = ["DEALER", "OptionStory", "strikes_of"]

DEALER, WRITER, HEDGED, RETAIL = (
    "options dealer",
    "option writer",
    "hedged fund",
    "retail client nl",
)

PUT_BPS, CALL_BPS = 9_000, 11_500
"""Strikes, of the first price, before they are rounded down to two digits."""

LARGE, SMALL = 180_000, 4_500
"""Notional of a professional's position and of a retail client's, whole settlement units."""


def strikes_of(price: int) -> tuple[int, int]:
    """Strikes of the put and the call for a first price, wad."""
    return _two_digits(price * PUT_BPS // BPS), _two_digits(price * CALL_BPS // BPS)


def _two_digits(number: int) -> int:
    """A number rounded down to its first two digits."""
    place: int = 10 ** max(0, len(str(number)) - 2)
    return number - number % place


@dataclass
class OptionStory:
    """The parties' side of options."""

    venue: Venue
    maker: str
    """Whom the hedged fund buys the perpetual from."""

    def open(self) -> None:
        """Everybody takes a position, at mark, right after the arrays are refreshed."""
        venue, large = self.venue, self._size(LARGE)
        venue.refresh((venue.put, venue.call))
        self._trade(DEALER, WRITER, large, venue.put, WRITER)
        self._trade(RETAIL, DEALER, self._size(SMALL), venue.put, RETAIL)
        venue.trade(HEDGED, self.maker, large, venue.mark(), venue.perpetual)
        self._trade(HEDGED, DEALER, large, venue.put, HEDGED)
        self._trade(DEALER, HEDGED, large, venue.call, HEDGED)

    def open_on_stale(self) -> None:
        """The writer wants to sell more at a mark that a new price has left behind."""
        option = self.venue.put
        mark = self.venue.book.house.instruments[option].mark
        self._trade(DEALER, WRITER, self._size(LARGE // 10), option, WRITER, mark)

    def leave(self) -> None:
        """After its options have ended the hedged fund closes what they hedged."""
        venue = self.venue
        held = venue.size(HEDGED, venue.perpetual)
        if held > 0:
            price = venue.mark()
            venue.trade(self.maker, HEDGED, held, price, venue.perpetual, tried=HEDGED)

    def _size(self, units: int) -> int:
        """How much of the underlier a notional is, in whole lots of two digits, wad."""
        size: int = _two_digits(units * WAD * WAD // (self.venue.mark() * LOT)) * LOT
        return size

    def _trade(
        self, buyer: str, seller: str, size: int, option: int, tried: str, mark: int = 0
    ) -> None:
        """At mark, by default the present one, in whole cents or finer where a cent is coarse."""
        mark = mark or self.venue.option_mark(option)
        price = mark - mark % max(1, min(WAD // 100, mark // BPS**2))
        self.venue.trade(buyer, seller, size, price, option, tried=tried)
