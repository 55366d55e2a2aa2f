# pragma version 0.4.3
# pragma nonreentrancy on
"""
@title Feed book: which sources a feed has, and within which limits
@license Apache-2.0
@notice The operator alone changes it. Until a feed has its first price, every
        change is immediate. From then on only a tightening is (narrower bounds,
        a smaller deviation, a higher quorum, a shorter age); adding, replacing
        or removing a source and every loosening is announced by an event and
        can be applied after the notice that is a rule constant.
@dev    The contract that uses this module declares its three events.

        Limits word: min uint88@0 | max uint88@88 (wad) | deviation_bps uint16@176
        | quorum uint8@192 | last_time uint32@200 (newest source time used so far;
        0 = never had a price) | slots uint8@232 (bit n: slot n has a source) |
        underlier uint16@240 (whose surface the feed is part of; 0 = of none).
        Source words: price sources module. A place is feed x 4 + slot; slot 0 is
        the limits, 1 to 3 the sources, and signed reports live in slot 3 only.

        The operator numbers its feeds from 1 to 65535. A surface's own feeds are
        made by its book, above that range, and their numbers say what they are
        (surface feeds module); some are of volatilities, which have bounds of
        their own.
"""


from . import report_chain
uses: report_chain

from . import roles
uses: roles

from . import price_sources
from . import rules
from . import surface_feeds


# Adds feeds, changes sources and limits.
OPERATOR: constant(bytes32) = keccak256("operator")

# Beyond these no volatility's limits may reach, neither when its feed is made nor ever
# after, wad.
MIN_VOLATILITY: constant(uint256) = rules.VOLATILITY_MIN_BPS * 10**14
MAX_VOLATILITY: constant(uint256) = rules.VOLATILITY_MAX_BPS * 10**14

# The slot that may hold signed reports.
SIGNED_SLOT: constant(uint256) = 3

FEED_CHANGED_TOPIC: constant(bytes32) = keccak256("FeedChanged(uint256,uint256,uint256)")
FEED_CHANGE_ANNOUNCED_TOPIC: constant(bytes32) = keccak256(
    "FeedChangeAnnounced(uint256,uint256,uint256,uint256)"
)
REPORTER_ADDED_TOPIC: constant(bytes32) = keccak256("ReporterAdded(uint256,address,uint256)")

_MASK_8: constant(uint256) = 2**8 - 1
_MASK_16: constant(uint256) = 2**16 - 1
_MASK_32: constant(uint256) = 2**32 - 1
_MASK_40: constant(uint256) = 2**40 - 1
_MASK_88: constant(uint256) = 2**88 - 1

# The part of a limits word that the operator sets.
_LIMITS: constant(uint256) = 2**200 - 1


# Feed to its limits word; zero if there is no such feed.
limits_of: public(HashMap[uint256, uint256])

# Place to its source word.
source_at: public(HashMap[uint256, uint256])

# Place to the announced word, and to the second from which it may be applied
# (0 = nothing announced).
announced_at: public(HashMap[uint256, uint256])
due_at: public(HashMap[uint256, uint256])

# Reporter set to its members. A set is written once and never changed: a new
# set waits, announced and powerless, until its source word is applied.
is_reporter: public(HashMap[uint256, HashMap[address, bool]])
reporter_set_count: public(uint256)


@external
def add_feed(
    feed: uint256, min_price: uint256, max_price: uint256, deviation_bps: uint256, quorum: uint256
):
    """
    @notice Makes a feed, without sources yet. Only the operator.
    @param feed 1 to 65535; the underlier's id, or one beyond for a collateral.
    @param min_price Lowest price to believe, wad.
    @param max_price Highest price to believe, wad.
    @param deviation_bps How far sources may lie apart, bps of the lowest.
    @param quorum How many fresh sources a price needs, 1 to 3.
    """
    roles._check_holder(OPERATOR)
    assert feed != 0 and feed <= _MASK_16, "board: bad feed"
    self._add(feed, min_price, max_price, deviation_bps, quorum)


@external
def set_limits(
    feed: uint256, min_price: uint256, max_price: uint256, deviation_bps: uint256, quorum: uint256
):
    """
    @notice Changes a feed's limits: at once if none of them loosens, else after
            notice. Only the operator.
    @param feed The feed.
    @param min_price Lowest price to believe, wad.
    @param max_price Highest price to believe, wad.
    @param deviation_bps How far sources may lie apart, bps of the lowest.
    @param quorum How many fresh sources a price needs, 1 to 3.
    """
    before: uint256 = self._limits_for_operator(feed)
    tighter: bool = (
        min_price >= before & _MASK_88
        and max_price <= (before >> 88) & _MASK_88
        and deviation_bps <= (before >> 176) & _MASK_16
        and quorum >= (before >> 192) & _MASK_8
    )
    word: uint256 = self._limits_word(feed, min_price, max_price, deviation_bps, quorum)
    self._change(feed, 0, word, tighter or not self._is_live(before))


@external
def set_source(
    feed: uint256, slot: uint256, aggregator: address, max_age: uint256, decimals: uint256
):
    """
    @notice Puts an aggregator into a slot, in place of what was there; the zero
            address empties the slot. After notice once the feed has a price.
            Only the operator.
    @param feed The feed.
    @param slot 1 to 3.
    @param aggregator A contract with `latestRoundData()`.
    @param max_age Seconds after which its answer is stale.
    @param decimals Of its answer, at most 18.
    """
    limits: uint256 = self._limits_for_operator(feed)
    assert slot != 0 and slot <= price_sources.MAX_SOURCES, "board: bad slot"
    word: uint256 = 0
    if aggregator != empty(address):
        self._check_age(max_age)
        assert decimals <= 18, "board: bad decimals"
        word = (
            convert(aggregator, uint256)
            | (max_age << 160)
            | (decimals << 192)
            | (price_sources.AGGREGATOR << 200)
        )
    self._change(feed, slot, word, not self._is_live(limits))


@external
def set_signed_source(
    feed: uint256, reporters: DynArray[address, 8], threshold: uint256, max_age: uint256
):
    """
    @notice Puts signed reports into slot 3. After notice once the feed has a
            price. Only the operator.
    @param feed The feed.
    @param reporters One to eight keys in ascending order, so none twice.
    @param threshold How many of them sign a report.
    @param max_age Seconds after which a report is stale.
    """
    limits: uint256 = self._limits_for_operator(feed)
    self._check_age(max_age)
    assert threshold != 0 and threshold <= len(reporters), "board: bad threshold"
    members: uint256 = self.reporter_set_count + 1
    self.reporter_set_count = members
    before: uint256 = 0
    for reporter: address in reporters:
        assert convert(reporter, uint256) > before, "board: reporters not ascending"
        before = convert(reporter, uint256)
        self.is_reporter[members][reporter] = True
        report_chain._report(
            REPORTER_ADDED_TOPIC,
            convert(members, bytes32),
            convert(reporter, bytes32),
            abi_encode(feed),
        )
    word: uint256 = (
        (threshold << 120)
        | (members << 128)
        | (max_age << 160)
        | (18 << 192)
        | (price_sources.SIGNED << 200)
    )
    self._change(feed, SIGNED_SLOT, word, not self._is_live(limits))


@external
def share_signed_source(feeds: DynArray[uint256, 16], other: uint256, max_age: uint256):
    """
    @notice Puts signed reports into slot 3 of several feeds, by the reporters and
            the threshold of another feed. One set for a whole surface: its members
            are written once, and `push_many` checks them once. After notice where
            a feed has a price. Only the operator.
    @param feeds The feeds.
    @param other The feed whose slot 3 names the reporters.
    @param max_age Seconds after which a report is stale.
    """
    self._check_age(max_age)
    source: uint256 = self.source_at[other * 4 + SIGNED_SLOT]
    assert source >> 200 == price_sources.SIGNED, "board: no signed source"
    # Reporters and threshold only: the other feed's last report is not a price here.
    word: uint256 = ((source >> 192) << 192) | (((source >> 120) & _MASK_40) << 120)
    for feed: uint256 in feeds:
        limits: uint256 = self._limits_for_operator(feed)
        self._change(feed, SIGNED_SLOT, word | (max_age << 160), not self._is_live(limits))


@external
def shorten_max_age(feed: uint256, slot: uint256, max_age: uint256):
    """
    @notice Lets a source's answers go stale sooner, at once. Only the operator.
    @param feed The feed.
    @param slot 1 to 3, with a source.
    @param max_age Seconds, less than before.
    """
    self._limits_for_operator(feed)
    assert slot != 0 and slot <= price_sources.MAX_SOURCES, "board: bad slot"
    word: uint256 = self.source_at[feed * 4 + slot]
    before: uint256 = (word >> 160) & _MASK_32
    assert max_age != 0 and max_age < before, "board: not shorter"
    self._write(feed, slot, word ^ ((before ^ max_age) << 160))


@external
def apply_change(feed: uint256, slot: uint256):
    """
    @notice Applies what was announced, once its notice is over. Only the
            operator, who may also announce something else instead.
    @param feed The feed.
    @param slot 0 for the limits, 1 to 3 for a source.
    """
    self._limits_for_operator(feed)
    assert slot <= price_sources.MAX_SOURCES, "board: bad slot"
    place: uint256 = feed * 4 + slot
    due: uint256 = self.due_at[place]
    assert due != 0, "board: nothing announced"
    assert block.timestamp >= due, "board: notice not over"
    self.due_at[place] = 0
    self._write(feed, slot, self.announced_at[place])


@internal
def _add(
    _feed: uint256,
    _min_price: uint256,
    _max_price: uint256,
    _deviation_bps: uint256,
    _quorum: uint256,
):
    """
    @notice Makes a feed; reverts if there is one.
    @param _feed The feed.
    @param _min_price Lowest price to believe, wad.
    @param _max_price Highest price to believe, wad.
    @param _deviation_bps How far sources may lie apart, bps of the lowest.
    @param _quorum How many fresh sources a price needs, 1 to 3.
    """
    assert self.limits_of[_feed] == 0, "board: feed known"
    self._write(
        _feed, 0, self._limits_word(_feed, _min_price, _max_price, _deviation_bps, _quorum)
    )


@internal
def _join(_feed: uint256, _underlier: uint256):
    """
    @notice Makes a feed part of an underlier's surface, for good: no setter reaches
            these bits, so a feed is never part of two.
    @param _feed The feed, part of no surface yet.
    @param _underlier The surface's underlier.
    """
    self.limits_of[_feed] |= _underlier << 240


@internal
def _change(_feed: uint256, _slot: uint256, _word: uint256, _immediate: bool):
    """
    @notice Writes a change, or announces it; either way what was announced for
            the same place before is void, lest it overwrite a later decision.
    @param _feed The feed.
    @param _slot 0 for the limits, 1 to 3 for a source.
    @param _word The new word.
    @param _immediate Whether it may be written at once.
    """
    place: uint256 = _feed * 4 + _slot
    if _immediate:
        self.due_at[place] = 0
        self._write(_feed, _slot, _word)
        return
    due: uint256 = block.timestamp + rules.TIGHTENING_NOTICE_SECONDS
    self.announced_at[place] = _word
    self.due_at[place] = due
    report_chain._report(
        FEED_CHANGE_ANNOUNCED_TOPIC,
        convert(_feed, bytes32),
        convert(_slot, bytes32),
        abi_encode(_word, due),
    )


@internal
def _write(_feed: uint256, _slot: uint256, _word: uint256):
    """
    @notice Stores limits or a source and reports it.
    @param _feed The feed.
    @param _slot 0 for the limits, 1 to 3 for a source.
    @param _word The new word.
    """
    limits: uint256 = self.limits_of[_feed]
    if _slot == 0:
        self.limits_of[_feed] = (limits & ~_LIMITS) | _word
    else:
        self.source_at[_feed * 4 + _slot] = _word
        bit: uint256 = 1 << (232 + _slot)
        if _word == 0:
            self.limits_of[_feed] = limits & ~bit
        else:
            self.limits_of[_feed] = limits | bit
    report_chain._report(
        FEED_CHANGED_TOPIC, convert(_feed, bytes32), convert(_slot, bytes32), abi_encode(_word)
    )


@internal
@view
def _limits_for_operator(_feed: uint256) -> uint256:
    """
    @notice A feed's limits word, for its operator; reverts for anybody else and
            where there is no such feed.
    @param _feed The feed.
    @return uint256 The limits word.
    """
    roles._check_holder(OPERATOR)
    limits: uint256 = self.limits_of[_feed]
    assert limits != 0, "board: no such feed"
    return limits


@internal
@pure
def _limits_word(
    _feed: uint256,
    _min_price: uint256,
    _max_price: uint256,
    _deviation_bps: uint256,
    _quorum: uint256,
) -> uint256:
    """
    @notice Checked and packed limits.
    @param _feed The feed; a volatility has bounds of its own.
    @param _min_price Wad, above zero.
    @param _max_price Wad, above the lowest, below 2^88.
    @param _deviation_bps Above zero, at most the rule's limit.
    @param _quorum 1 to 3.
    @return uint256 The operator's part of a limits word.
    """
    assert _min_price != 0 and _min_price < _max_price, "board: bad bounds"
    assert _max_price <= _MASK_88, "board: bad bounds"
    if _feed >= surface_feeds.VOLATILITY_FEEDS:
        assert _min_price >= MIN_VOLATILITY, "board: volatility bounds"
        assert _max_price <= MAX_VOLATILITY, "board: volatility bounds"
    assert _deviation_bps != 0, "board: bad deviation"
    assert _deviation_bps <= rules.PRICE_DEVIATION_LIMIT_BPS, "board: bad deviation"
    assert _quorum != 0 and _quorum <= price_sources.MAX_SOURCES, "board: bad quorum"
    return _min_price | (_max_price << 88) | (_deviation_bps << 176) | (_quorum << 192)


@internal
@pure
def _check_age(_max_age: uint256):
    """
    @notice Reverts unless an age is above zero and within the rule's limit.
    @param _max_age Seconds.
    """
    assert _max_age != 0, "board: bad age"
    assert _max_age <= rules.PRICE_MAX_AGE_LIMIT_SECONDS, "board: bad age"


@internal
@pure
def _is_live(_limits: uint256) -> bool:
    """
    @notice Whether a feed has ever had a price.
    @param _limits Its limits word.
    @return bool True if it has.
    """
    return (_limits >> 200) & _MASK_32 != 0
