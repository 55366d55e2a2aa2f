# pragma version 0.4.3
# pragma nonreentrancy on
"""
@title Price sources: read one, judge it, combine up to three
@license Apache-2.0
@notice A source is an aggregator with Chainlink's `latestRoundData()` or a
        signed report kept in its own word. A source that reverts, lies in shape
        or is out of date is left out; it can never stop the others.
@dev    Stateless: import it and call, no `initializes`.

        Source word: value uint160@0 | max_age uint32@160 | decimals uint8@192 |
        kind uint8@200 (0 none, 1 aggregator, 2 signed reports). For an aggregator
        the value is its address. For signed reports it is the last report and
        its rule: price uint88@0 | time uint32@88 | threshold uint8@120 |
        reporter set uint32@128.
"""


# Kinds of source: a contract that is called, or reports kept in the word.
AGGREGATOR: constant(uint256) = 1
SIGNED: constant(uint256) = 2

# What is wrong with a source; 0 = nothing. Each names what it stops.

# Its price may be used.
FRESH: constant(uint256) = 0

# The slot is empty.
ABSENT: constant(uint256) = 1

# It reverted, burnt its gas, has no code or did not answer five words.
REVERTING: constant(uint256) = 2

# Zero is what a paused feed answers, and a negative price would flip a book.
NOT_POSITIVE: constant(uint256) = 3

# A round that was begun and not answered carries an older round's price.
INCOMPLETE: constant(uint256) = 4

# A time to come would keep a price valid for longer than its age allows.
FROM_THE_FUTURE: constant(uint256) = 5

# Older than the source's greatest age.
STALE: constant(uint256) = 6

# An aggregator that stops at its own floor in a crash, or a wrong scale.
OUT_OF_BOUNDS: constant(uint256) = 7

# At most this many sources a feed.
MAX_SOURCES: constant(uint256) = 3

# Gas for one source. It caps what a broken one can burn, and it is far below the
# 64-fold of what is left to do after a call: a poker who sends too little gas
# for a source to answer cannot finish either, and so cannot pick the sources.
_SOURCE_GAS: constant(uint256) = 250_000

_LATEST_ROUND_DATA: constant(Bytes[4]) = method_id("latestRoundData()")

_MASK_8: constant(uint256) = 2**8 - 1
_MASK_32: constant(uint256) = 2**32 - 1
_MASK_88: constant(uint256) = 2**88 - 1
_MASK_160: constant(uint256) = 2**160 - 1


@internal
@view
def _round_of(_aggregator: address) -> (bool, uint256, int256, uint256, uint256, uint256):
    """
    @notice `latestRoundData()` of an aggregator, which is trusted with nothing.
    @dev    An account without code answers nothing and counts as reverting.
    @param _aggregator The contract to ask.
    @return bool Whether five words came back, then round, answer, started at,
            updated at, answered in round.
    """
    success: bool = False
    response: Bytes[160] = b""
    success, response = raw_call(
        _aggregator,
        _LATEST_ROUND_DATA,
        max_outsize=160,
        gas=_SOURCE_GAS,
        is_static_call=True,
        revert_on_failure=False,
    )
    if not success or len(response) != 160:
        return False, 0, 0, 0, 0, 0
    return (
        True,
        convert(slice(response, 0, 32), uint256),
        convert(slice(response, 32, 32), int256),
        convert(slice(response, 64, 32), uint256),
        convert(slice(response, 96, 32), uint256),
        convert(slice(response, 128, 32), uint256),
    )


@internal
@view
def _uptime(_feed: address) -> (bool, uint256):
    """
    @notice Whether an L2's sequencer is up, and since when. An uptime feed that
            does not answer, or has never been set, counts as down.
    @param _feed The uptime feed: answer 0 = up, started at = since when.
    @return bool Up or not, and seconds.
    """
    answered: bool = False
    round: uint256 = 0
    answer: int256 = 0
    since: uint256 = 0
    time: uint256 = 0
    last: uint256 = 0
    answered, round, answer, since, time, last = self._round_of(_feed)
    return answered and answer == 0 and since != 0 and since <= block.timestamp, since


@internal
@view
def _read(_source: uint256, _min: uint256, _max: uint256) -> (uint256, uint256, uint256):
    """
    @notice One source's price, judged.
    @param _source The source word.
    @param _min Lowest price to believe, wad.
    @param _max Highest price to believe, wad.
    @return uint256 What is wrong (0 nothing), the price in wad and its time in
            seconds; both zero unless nothing is wrong.
    """
    kind: uint256 = _source >> 200
    # Nothing below may revert, whatever the source answered: one bad source would
    # stop the others. So a price is compared before it is scaled or subtracted.
    price: uint256 = 0
    time: uint256 = 0
    if kind == AGGREGATOR:
        answered: bool = False
        round: uint256 = 0
        answer: int256 = 0
        started: uint256 = 0
        last: uint256 = 0
        answered, round, answer, started, time, last = self._round_of(
            convert(_source & _MASK_160, address)
        )
        if not answered:
            return REVERTING, 0, 0
        if answer <= 0:
            return NOT_POSITIVE, 0, 0
        if time == 0 or last < round:
            return INCOMPLETE, 0, 0
        price = convert(answer, uint256)
        if price > _MASK_88:
            return OUT_OF_BOUNDS, 0, 0
        price *= 10 ** (18 - ((_source >> 192) & _MASK_8))
    elif kind == SIGNED:
        price = _source & _MASK_88
        time = (_source >> 88) & _MASK_32
        if price == 0:
            return NOT_POSITIVE, 0, 0
    else:
        return ABSENT, 0, 0
    if time > block.timestamp:
        return FROM_THE_FUTURE, 0, 0
    if block.timestamp - time > (_source >> 160) & _MASK_32:
        return STALE, 0, 0
    if price < _min or price > _max:
        return OUT_OF_BOUNDS, 0, 0
    return FRESH, price, time


@internal
@pure
def _median(_prices: DynArray[uint256, 3]) -> (uint256, uint256):
    """
    @notice The median of one to three prices, and how far they lie apart.
    @param _prices One to three, wad.
    @return uint256 The median (of two: their mean, rounded down), and the
            highest less the lowest in bps of the lowest, rounded up.
    """
    low: uint256 = _prices[0]
    high: uint256 = _prices[0]
    sum: uint256 = 0
    for price: uint256 in _prices:
        low = min(low, price)
        high = max(high, price)
        sum += price
    median: uint256 = low
    if len(_prices) == 2:
        median = sum // 2
    elif len(_prices) == 3:
        median = sum - low - high
    return median, ((high - low) * 10_000 + low - 1) // low
