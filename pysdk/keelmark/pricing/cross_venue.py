"""Whether two venues mean the same volatility by their quotes for the same option.

Two venues that compute implied volatility each in its own way make an arbitrage, and a dispute
about whose margin is right. Here the premiums of both are inverted by the one convention of this
package (Black-76 on the forward that came with the quote, ACT/365 in seconds from the quote's own
time, rate zero), so that what remains is a difference of the quotes and not of the formulas.

A quote that tells its premium is inverted, whatever volatility it states beside it; one that tells
a volatility only is taken at its word. A quote that cannot be inverted is listed with the reason,
never dropped.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import UTC, datetime

from keelmark.errors import InputError
from keelmark.pricing.black76 import VOLATILITY_MAX
from keelmark.pricing.implied_volatility import implied_volatility
from keelmark.regulation import value
from keelmark.units import BPS, WAD

RULE = "CROSS_VENUE_VOLATILITY_BPS"
"""The rule that sets the tolerance where none is given."""


@dataclass(frozen=True, slots=True, order=True)
class OptionTerms:
    """What makes two venues' instruments the same option."""

    underlier: str
    """As both venues name it."""
    expiry: int
    """Unix seconds."""
    strike: int
    """Wad."""
    is_call: bool
    """Call, else put."""

    def __str__(self) -> str:
        day = datetime.fromtimestamp(self.expiry, UTC).strftime("%Y-%m-%dT%H:%M:%SZ")
        whole, part = divmod(self.strike, WAD)
        strike = f"{whole}.{part:018d}".rstrip("0").rstrip(".")
        return f"{self.underlier} {day} {strike} {'call' if self.is_call else 'put'}"


@dataclass(frozen=True, slots=True)
class Quote:
    """What one venue says of one option."""

    option: OptionTerms
    """Which option."""
    time: int
    """When it was quoted, Unix seconds."""
    forward: int
    """The venue's forward of that expiry at that time, wad."""
    premium: int | None = None
    """Undiscounted, wad; None if the venue tells a volatility only."""
    volatility: int | None = None
    """As the venue states it, wad; used only without a premium."""


@dataclass(frozen=True, slots=True)
class VolatilityPair:
    """Both venues' implied volatility of one option."""

    option: OptionTerms
    """Which option."""
    ours: int
    """Wad."""
    theirs: int
    """Wad."""

    @property
    def difference(self) -> int:
        """Wad, not negative."""
        return abs(self.ours - self.theirs)

    def exceeds(self, tolerance_bps: int) -> bool:
        """Whether they differ by more than a tolerance in basis points of volatility."""
        return self.difference * BPS > tolerance_bps * WAD


@dataclass(frozen=True, slots=True)
class NotInverted:
    """A quote that implies no volatility."""

    option: OptionTerms
    """Which option."""
    venue: str
    """`ours` or `theirs`."""
    reason: str
    """Why, in the words of the pricing module."""


@dataclass(frozen=True, slots=True)
class VenueComparison:
    """What a comparison found."""

    tolerance_bps: int
    """Above this a difference is reported, basis points of volatility."""
    pairs: tuple[VolatilityPair, ...]
    """Every option that both venues quote and both quotes imply, the largest difference first."""
    not_inverted: tuple[NotInverted, ...]
    """Quotes without an implied volatility."""
    only_ours: tuple[OptionTerms, ...]
    """Options that the other venue does not quote."""
    only_theirs: tuple[OptionTerms, ...]
    """Options that ours does not quote."""

    @property
    def differing(self) -> tuple[VolatilityPair, ...]:
        """The pairs beyond the tolerance."""
        return tuple(pair for pair in self.pairs if pair.exceeds(self.tolerance_bps))


def quoted_volatility(quote: Quote) -> int:
    """The volatility that a quote implies by our convention, wad.

    Raises:
        InputError: it implies none; the text is the reason.
    """
    seconds = quote.option.expiry - quote.time
    if seconds < 0:
        raise InputError("quoted after its expiry")
    if quote.premium is not None:
        option = quote.option
        return implied_volatility(
            option.is_call, quote.forward, option.strike, seconds, quote.premium
        )
    if quote.volatility is None:
        raise InputError("neither a premium nor a volatility")
    if not 0 <= quote.volatility <= VOLATILITY_MAX:
        raise InputError(f"volatility outside 0 to {VOLATILITY_MAX // WAD}")
    return quote.volatility


def compare_venues(
    ours: Iterable[Quote], theirs: Iterable[Quote], tolerance_bps: int | None = None
) -> VenueComparison:
    """The options whose implied volatilities differ between two venues, and what stood in the way.

    Args:
        ours: quotes of one venue, each option at most once.
        theirs: quotes of the other.
        tolerance_bps: basis points of volatility (100 is one point); by default the rule's.

    Raises:
        InputError: a venue quotes an option twice, or the tolerance is negative.
    """
    tolerance = value(RULE) if tolerance_bps is None else tolerance_bps
    if tolerance < 0:
        raise InputError(f"tolerance: {tolerance}, expected basis points of zero or more")
    found = {"ours": _by_option(ours, "ours"), "theirs": _by_option(theirs, "theirs")}
    implied: dict[str, dict[OptionTerms, int]] = {"ours": {}, "theirs": {}}
    refused: list[NotInverted] = []
    for venue, quotes in found.items():
        for option, quote in sorted(quotes.items()):
            try:
                implied[venue][option] = quoted_volatility(quote)
            except InputError as error:
                refused.append(NotInverted(option, venue, str(error)))
    both = sorted(implied["ours"].keys() & implied["theirs"].keys())
    pairs = [VolatilityPair(at, implied["ours"][at], implied["theirs"][at]) for at in both]
    pairs.sort(key=lambda pair: -pair.difference)
    return VenueComparison(
        tolerance_bps=tolerance,
        pairs=tuple(pairs),
        not_inverted=tuple(refused),
        only_ours=tuple(sorted(found["ours"].keys() - found["theirs"].keys())),
        only_theirs=tuple(sorted(found["theirs"].keys() - found["ours"].keys())),
    )


def _by_option(quotes: Iterable[Quote], venue: str) -> Mapping[OptionTerms, Quote]:
    """Quotes by option; a second quote of one is refused, since either could be the stale one."""
    found: dict[OptionTerms, Quote] = {}
    for quote in quotes:
        if quote.option in found:
            raise InputError(f"{venue}: {quote.option} is quoted twice, expected once")
        found[quote.option] = quote
    return found
