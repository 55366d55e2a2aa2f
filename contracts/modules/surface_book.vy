# pragma version 0.4.3
# pragma nonreentrancy on
"""
@title Surface book: forwards and volatilities of an underlier
@license Apache-2.0
@notice A surface is made of feeds like any other: a forward for each expiry, and a
        volatility for each tenor and moneyness. Sources, limits, staleness, quorum
        and jump are the feed book's. The operator lists a surface once and adds
        expiries; nothing listed can be changed or taken away, new feeds begin
        without a price, and so no listing moves a forward or a volatility.

        Every external call that changes a price of the surface, the spot's
        included, begins a new epoch of it: what was computed in an earlier epoch
        is out of date, and what is computed within one is a pure function of the
        board, since time to expiry counts from the epoch's own time.
@dev    The contract that uses this module declares its three events.

        Surface word: epoch uint16@0 (1 to 65535, then 1 again; 0 = no surface) |
        time uint32@16 (seconds, block in which the epoch began) | tenors uint8@48 |
        points uint8@56 | tenor i uint16@(64 + 16 i) (days, up to 6) | point j
        uint16@(160 + 16 j) (strike / forward in bps, up to 5).

        When the epoch comes round: after 65,535 updates. What was computed in an
        epoch is valid no longer than the oldest price that it used, at most the
        rule's 26 hours after that price; for an old result to pass as new, all
        65,535 updates, each with a newer price from its sources, would have to
        come within that: one every 1.4 seconds for 26 hours.

        Prices of different rounds can stand beside each other, as anyone may bring
        one and leave another. That is bounded by each feed's greatest age, and in
        size by what moved in it (a large move raises JUMP and stops opening);
        whoever it hurts can bring the rest in the same block. Reporters who sign
        `Prices` for all feeds at once leave nobody that choice.
"""


from . import report_chain
uses: report_chain

from . import roles
uses: roles

from . import feed_book
uses: feed_book

from . import price_lanes
uses: price_lanes

from . import surface_feeds
from . import volatility_surface


SURFACE_LISTED_TOPIC: constant(bytes32) = keccak256("SurfaceListed(uint256,uint256,uint256)")
SURFACE_EXPIRY_ADDED_TOPIC: constant(bytes32) = keccak256(
    "SurfaceExpiryAdded(uint256,uint256,uint256)"
)
SURFACE_UPDATED_TOPIC: constant(bytes32) = keccak256("SurfaceUpdated(uint256,uint256,uint256)")

_WAD: constant(uint256) = 10**18
_DAY: constant(uint256) = 86_400
_MAX_TENOR: constant(uint256) = 3_650
_MASK_8: constant(uint256) = 2**8 - 1
_MASK_16: constant(uint256) = 2**16 - 1
_MASK_32: constant(uint256) = 2**32 - 1
_MASK_48: constant(uint256) = 2**48 - 1
_MASK_88: constant(uint256) = 2**88 - 1
_VALIDITY: constant(uint256) = (2**32 - 1) * 2**88
_FLAGS: constant(uint256) = (2**8 - 1) * 2**120


# Underlier to its surface word. Epoch and geometry share one: an update writes one
# slot, and a valuation reads one.
surface_word: public(HashMap[uint256, uint256])

# Underlier to the end of its surface's own grace period, seconds. Without it, whoever
# brings the first volatility after an outage could liquidate options in the same block.
# Beside the spot's, which it leaves alone: a point of the surface that nobody reported
# for a while must not hold off liquidations of futures.
surface_grace_until: public(HashMap[uint256, uint256])


@external
def list_surface(
    underlier: uint256,
    tenors: DynArray[uint256, 6],
    moneyness: DynArray[uint256, 5],
    min_volatility: uint256,
    max_volatility: uint256,
    deviation_bps: uint256,
    quorum: uint256,
):
    """
    @notice Makes an underlier's surface and its volatility feeds, without sources
            yet. Once, for good. Only the operator.
    @param underlier A spot feed.
    @param tenors Days, ascending, 1 to 3650.
    @param moneyness Strike / forward in bps, ascending, 1 to 65535.
    @param min_volatility Lowest to believe, wad a year; 1 % or more.
    @param max_volatility Highest to believe, wad a year; 500 % or less.
    @param deviation_bps How far sources may lie apart, bps of the lowest.
    @param quorum How many fresh sources a volatility needs, 1 to 3.
    """
    roles._check_holder(feed_book.OPERATOR)
    assert underlier != 0 and underlier <= _MASK_16, "surface: bad underlier"
    assert feed_book.limits_of[underlier] != 0, "board: no such feed"
    assert self.surface_word[underlier] == 0, "surface: listed"
    assert len(tenors) != 0 and len(moneyness) != 0, "surface: no points"
    word: uint256 = 1 | (block.timestamp << 16) | (len(tenors) << 48) | (len(moneyness) << 56)
    before: uint256 = 0
    place: uint256 = 64
    for tenor: uint256 in tenors:
        assert tenor > before and tenor <= _MAX_TENOR, "surface: bad tenor"
        before = tenor
        word |= tenor << place
        place += 16
    before = 0
    place = 160
    for point: uint256 in moneyness:
        assert point > before and point <= _MASK_16, "surface: bad moneyness"
        before = point
        word |= point << place
        place += 16
    self.surface_word[underlier] = word
    report_chain._report(
        SURFACE_LISTED_TOPIC, convert(underlier, bytes32), convert(1, bytes32), abi_encode(word)
    )
    feed_book._join(underlier, underlier)
    for i: uint256 in range(len(tenors), bound=6):
        for j: uint256 in range(len(moneyness), bound=5):
            feed: uint256 = surface_feeds._volatility_feed(underlier, i) + j
            feed_book._add(feed, min_volatility, max_volatility, deviation_bps, quorum)
            feed_book._join(feed, underlier)


@external
def add_expiry(
    underlier: uint256,
    expiry: uint256,
    min_price: uint256,
    max_price: uint256,
    deviation_bps: uint256,
    quorum: uint256,
):
    """
    @notice Makes the forward feed of an expiry, without sources yet. Only the
            operator.
    @param underlier One with a surface.
    @param expiry Seconds; 08:00 UTC of a day to come.
    @param min_price Lowest forward to believe, wad.
    @param max_price Highest forward to believe, wad.
    @param deviation_bps How far sources may lie apart, bps of the lowest.
    @param quorum How many fresh sources a forward needs, 1 to 3.
    """
    roles._check_holder(feed_book.OPERATOR)
    assert self.surface_word[underlier] != 0, "surface: not listed"
    assert expiry > block.timestamp, "surface: expired"
    feed: uint256 = surface_feeds._forward_feed(underlier, expiry)
    feed_book._add(feed, min_price, max_price, deviation_bps, quorum)
    feed_book._join(feed, underlier)
    report_chain._report(
        SURFACE_EXPIRY_ADDED_TOPIC,
        convert(underlier, bytes32),
        convert(expiry, bytes32),
        abi_encode(feed),
    )


@external
@view
@reentrant
def price_and_surface(key: uint256, underlier: uint256) -> (uint256, uint256):
    """
    @notice Two feeds' lanes, and where a surface stands. Anyone. Open to re-entry,
            as `price_word` is.
    @param key Half a feed's id; its even feed has the low half of the word.
    @param underlier Whose surface.
    @return (uint256, uint256) The lanes; epoch uint16@0 | time uint32@16, zero if
            there is no surface.
    """
    return price_lanes._lanes[key], self.surface_word[underlier] & _MASK_48


@external
@view
def forward_feed(underlier: uint256, expiry: uint256) -> uint256:
    """
    @notice The feed of an expiry's forward, whether it is listed or not. Anyone.
    @param underlier 1 to 65535.
    @param expiry Seconds; 08:00 UTC of a day.
    @return uint256 The feed.
    """
    assert underlier <= _MASK_16, "surface: bad underlier"
    return surface_feeds._forward_feed(underlier, expiry)


@external
@view
def volatility_feed(underlier: uint256, tenor: uint256, point: uint256) -> uint256:
    """
    @notice The feed of a listed volatility. Anyone.
    @param underlier One with a surface.
    @param tenor Index of the tenor, from 0.
    @param point Index of the moneyness, from 0.
    @return uint256 The feed.
    """
    word: uint256 = self.surface_word[underlier]
    assert word != 0, "surface: not listed"
    assert tenor < (word >> 48) & _MASK_8, "surface: no such point"
    assert point < (word >> 56) & _MASK_8, "surface: no such point"
    return surface_feeds._volatility_feed(underlier, tenor) + point


@external
@view
def option_inputs(
    underlier: uint256, expiry: uint256, strike: uint256
) -> (uint256, uint256, uint256, uint256, uint256):
    """
    @notice What an option is valued by. Anyone.
    @param underlier One with a surface.
    @param expiry Seconds; an expiry of the surface, after its epoch's time.
    @param strike Wad, above zero, below 2^88.
    @return uint256 The expiry's forward (wad); the volatility at strike / forward
            and at expiry less the epoch's time (wad a year); until when both are
            valid (seconds: the earliest of forward, volatilities and spot); flags
            of all of them (1 = a large move); epoch uint16@0 | time uint32@16.
    """
    word: uint256 = self.surface_word[underlier]
    assert word != 0, "surface: not listed"
    assert strike != 0 and strike <= _MASK_88, "surface: bad strike"
    # Seconds to expiry, counted from the epoch.
    t: uint256 = (word >> 16) & _MASK_32
    assert expiry > t, "surface: expired"
    t = unsafe_sub(expiry, t)
    feed: uint256 = surface_feeds._forward_feed(underlier, expiry)
    lane: uint256 = price_lanes._lanes[feed >> 1] >> ((feed & 1) << 7)
    forward: uint256 = lane & _MASK_88
    if forward == 0:
        assert feed_book.limits_of[feed] != 0, "surface: no such expiry"
        raise "surface: missing forward"
    spot: uint256 = price_lanes._lanes[underlier >> 1] >> ((underlier & 1) << 7)
    used: uint256 = self._both(lane, spot)
    x: uint256 = unsafe_div(unsafe_mul(strike, _WAD), forward)
    volatility: uint256 = 0
    volatility, lane = self._volatility(word, underlier, x, t)
    used = self._both(used, lane)
    valid_until: uint256 = (used >> 88) & _MASK_32
    assert valid_until >= block.timestamp, "surface: stale node"
    return forward, volatility, valid_until, (used >> 120) & _MASK_8, word & _MASK_48


@internal
def _bump(_underlier: uint256):
    """
    @notice Begins a new epoch of a surface, now.
    @param _underlier One with a surface.
    """
    word: uint256 = self.surface_word[_underlier]
    # Never zero: an empty word of a house is then of no epoch.
    epoch: uint256 = (word & _MASK_16) % _MASK_16 + 1
    self.surface_word[_underlier] = ((word >> 48) << 48) | (block.timestamp << 16) | epoch
    report_chain._report(
        SURFACE_UPDATED_TOPIC,
        convert(_underlier, bytes32),
        convert(epoch, bytes32),
        abi_encode(block.timestamp),
    )


@internal
def _wait(_underlier: uint256, _feed: uint256, _grace: uint256):
    """
    @notice Lets liquidations of options wait, as a price of a surface was stale.
    @dev    The spot's own outage is the price lanes'. A forward past its expiry
            values nothing any more, so poking one holds nobody off.
    @param _underlier The surface's underlier.
    @param _feed The feed that was stale.
    @param _grace Seconds; until when they wait.
    """
    if not surface_feeds._is_past(_feed):
        self.surface_grace_until[_underlier] = _grace


@internal
@view
def _volatility(
    _word: uint256, _underlier: uint256, _x: uint256, _t: uint256
) -> (uint256, uint256):
    """
    @notice The volatility at a moneyness and a time.
    @param _word The surface word.
    @param _underlier The surface's underlier.
    @param _x Strike / forward, wad.
    @param _t Seconds, above zero.
    @return uint256 Wad; then a lane of what was used (see `_both`).
    """
    low: uint256 = 0
    high: uint256 = 0
    x0: uint256 = 0
    x1: uint256 = 0
    low, high, x0, x1 = volatility_surface._bracket(
        _word >> 160, (_word >> 56) & _MASK_8, 10**14, _x
    )
    near: uint256 = 0
    far: uint256 = 0
    t0: uint256 = 0
    t1: uint256 = 0
    near, far, t0, t1 = volatility_surface._bracket(
        _word >> 64, (_word >> 48) & _MASK_8, _DAY, _t
    )
    volatility: uint256 = 0
    used: uint256 = 0
    feed: uint256 = surface_feeds._volatility_feed(_underlier, near)
    volatility, used = self._row(feed, low, high, x0, x1, _x)
    if near == far:
        return volatility, used
    other: uint256 = 0
    also: uint256 = 0
    other, also = self._row(unsafe_add(feed, surface_feeds.TENOR_STEP), low, high, x0, x1, _x)
    return volatility_surface._across_time(volatility, other, t0, t1, _t), self._both(used, also)


@internal
@view
def _row(
    _first: uint256, _low: uint256, _high: uint256, _x0: uint256, _x1: uint256, _x: uint256
) -> (uint256, uint256):
    """
    @notice The volatility of one tenor at a moneyness.
    @param _first The tenor's first feed, an even one.
    @param _low Index of the lower point.
    @param _high Index of the higher point; the lower one's where that counts alone.
    @param _x0 Moneyness of the lower point.
    @param _x1 Moneyness of the higher point.
    @param _x The moneyness asked for.
    @return uint256 Wad; then a lane of what was used (see `_both`).
    """
    word: uint256 = price_lanes._lanes[(_first | _low) >> 1]
    lane: uint256 = word >> ((_low & 1) << 7)
    volatility: uint256 = lane & _MASK_88
    assert volatility != 0, "surface: missing tenor"
    if _low == _high:
        return volatility, lane
    if _high & 1 == 0:
        word = price_lanes._lanes[(_first | _high) >> 1]
    other: uint256 = word >> ((_high & 1) << 7)
    above: uint256 = other & _MASK_88
    assert above != 0, "surface: missing tenor"
    return (
        volatility_surface._across_strikes(volatility, above, _x0, _x1, _x),
        self._both(lane, other),
    )


@internal
@pure
def _both(_lane: uint256, _other: uint256) -> uint256:
    """
    @notice Until when two prices are both valid, and the flags of either, at their
            places in a lane; what stands at the other places means nothing.
    @param _lane A lane.
    @param _other Another lane.
    @return uint256 valid_until uint32@88 | flags uint8@120.
    """
    return min(_lane & _VALIDITY, _other & _VALIDITY) | ((_lane | _other) & _FLAGS)
