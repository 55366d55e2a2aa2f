# pragma version 0.4.3
# pragma nonreentrancy on
"""
@title Price rounds: from a feed's sources to its lane
@license Apache-2.0
@notice Anyone may poke. A price is the median of the fresh sources. It is refused
        if they are fewer than the quorum, if they disagree by more than the feed's
        limit, or if they are all older than what was used before.
@dev    Where a price that changed is part of a surface, the call begins a new epoch
        of it: one a call, however many of its feeds the call changes.
"""


from . import feed_book
uses: feed_book

from . import price_lanes
uses: price_lanes

from . import surface_book
uses: surface_book

from . import price_sources


_MASK_8: constant(uint256) = 2**8 - 1
_MASK_16: constant(uint256) = 2**16 - 1
_MASK_32: constant(uint256) = 2**32 - 1
_MASK_88: constant(uint256) = 2**88 - 1
_NEVER: constant(uint256) = 2**32 - 1


# Uptime feed of the L2's sequencer (answer 0 = up, started at = since when);
# zero on a chain that has none. While the sequencer is down only who can send
# through the L1 would trade, on prices that nobody else can answer.
SEQUENCER: public(immutable(address))


@deploy
def __init__(sequencer: address):
    """
    @notice Names the sequencer's uptime feed.
    @param sequencer Its address; zero if there is none.
    """
    SEQUENCER = sequencer


@external
def poke(feed: uint256):
    """
    @notice Reads a feed's sources and stores their median. Anyone.
    @param feed The feed.
    """
    self._poke(feed)


@external
def poke_many(feeds: DynArray[uint256, 16]):
    """
    @notice Pokes several feeds; one that is refused refuses all. Anyone.
    @param feeds The feeds.
    """
    self._poke_many(feeds)


@internal
def _poke(_feed: uint256) -> uint256:
    """
    @notice Stores a feed's price and moves its surface on.
    @param _feed The feed.
    @return uint256 The price, wad.
    """
    word: uint256 = self._round(_feed)
    if word >> 88 != 0:
        surface_book._bump(word >> 88)
    return word & _MASK_88


@internal
def _poke_many(_feeds: DynArray[uint256, 16]):
    """
    @notice Stores the prices of several feeds and moves each surface on once.
    @param _feeds The feeds.
    """
    moved: DynArray[uint256, 16] = []
    for feed: uint256 in _feeds:
        underlier: uint256 = self._round(feed) >> 88
        if underlier != 0 and underlier not in moved:
            moved.append(underlier)
            surface_book._bump(underlier)


@internal
def _round(_feed: uint256) -> uint256:
    """
    @notice Reads a feed's sources and stores their median, if it is sound.
    @param _feed The feed.
    @return uint256 The price uint88@0 (wad) | whose surface it changed uint16@88,
            zero if none.
    """
    if SEQUENCER != empty(address):
        assert price_sources._uptime(SEQUENCER)[0], "board: sequencer down"
    limits: uint256 = feed_book.limits_of[_feed]
    assert limits != 0, "board: no such feed"
    prices: DynArray[uint256, 3] = []
    newest: uint256 = 0
    valid_until: uint256 = _NEVER
    for slot: uint256 in range(1, 4):
        if (limits >> (232 + slot)) & 1 == 0:
            continue
        source: uint256 = feed_book.source_at[_feed * 4 + slot]
        fault: uint256 = 0
        one: uint256 = 0
        time: uint256 = 0
        fault, one, time = price_sources._read(
            source, limits & _MASK_88, (limits >> 88) & _MASK_88
        )
        if fault == price_sources.FRESH:
            prices.append(one)
            newest = max(newest, time)
            valid_until = min(valid_until, time + ((source >> 160) & _MASK_32))
    assert len(prices) >= (limits >> 192) & _MASK_8, "board: no quorum"
    last: uint256 = (limits >> 200) & _MASK_32
    assert newest >= last, "board: older than stored"
    price: uint256 = 0
    apart: uint256 = 0
    price, apart = price_sources._median(prices)
    assert apart <= (limits >> 176) & _MASK_16, "board: sources disagree"
    # The newest time only ever grows: when the newest source falls silent, an
    # older one cannot turn the price back to what it was.
    if newest != last:
        feed_book.limits_of[_feed] = limits ^ ((newest ^ last) << 200)
    wrote: bool = False
    grace: uint256 = 0
    wrote, grace = price_lanes._store(_feed, price, valid_until, newest, newest == last)
    underlier: uint256 = limits >> 240
    if not wrote or underlier == 0:
        return price
    if grace != 0:
        surface_book._wait(underlier, _feed, grace)
    return price | (underlier << 88)
