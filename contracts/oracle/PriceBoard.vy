# pragma version 0.4.3
# pragma nonreentrancy on
"""
@title Price board
@license Apache-2.0
@notice One price a feed, read from its sources before it is needed, so that no
        source is ever called inside a trade or a liquidation.

        Anyone may read, `poke`, `push` a report that carries enough signatures,
        and `observe` for a settlement. The operator adds feeds and changes their
        sources and limits, within constants, and loosens only after notice (feed
        book module). The role is handed over in two steps; the deployer holds
        none, and nobody can write a price.
@dev    A price is the median of the fresh sources. It is refused if they are
        fewer than the quorum, if they disagree by more than the feed's limit, or
        if they are all older than what was used before. A large move against the
        price before raises the JUMP flag, which stops opening and nothing else,
        so that a crash can be liquidated; it stays until a later round confirms.
        After an outage, of the sources or of the L2 sequencer, `grace_until` tells
        a house to wait with liquidations.
"""


from ..interfaces import IPriceBoard
implements: IPriceBoard

from ..modules import report_chain
initializes: report_chain

from ..modules import roles
initializes: roles[report_chain := report_chain]

from ..modules import feed_book
initializes: feed_book[report_chain := report_chain, roles := roles]

from ..modules import price_lanes
initializes: price_lanes[report_chain := report_chain]

from ..modules import price_sources
from ..modules import rules
from ..modules import settlement_window
from ..modules import signatures


exports: (
    # The head of the report chain.
    report_chain.root,
    # Who holds the role, and how it is handed over.
    roles.holder_of,
    roles.successor_of,
    roles.hand_over_role,
    roles.accept_role,
    # Feeds, their sources and limits.
    feed_book.add_feed,
    feed_book.set_limits,
    feed_book.set_source,
    feed_book.set_signed_source,
    feed_book.shorten_max_age,
    feed_book.apply_change,
    feed_book.limits_of,
    feed_book.source_at,
    feed_book.announced_at,
    feed_book.due_at,
    feed_book.is_reporter,
    feed_book.reporter_set_count,
)


# Adds feeds, changes sources and limits.
OPERATOR: public(constant(bytes32)) = keccak256("operator")

# EIP-712: what reporters sign, and the domain's name and version. The domain
# holds chain and board, so a report is good for one feed of one board.
_PRICE_TYPE: constant(bytes32) = keccak256(
    "Price(uint256 feed,uint256 price,uint256 timestamp)"
)
_NAME: constant(bytes32) = keccak256("Keelmark PriceBoard")
_VERSION: constant(bytes32) = keccak256("1")

SETTLEMENT_OBSERVED_TOPIC: constant(bytes32) = keccak256(
    "SettlementObserved(uint256,uint256,uint256,uint256,uint256,uint256)"
)

_MASK_8: constant(uint256) = 2**8 - 1
_MASK_16: constant(uint256) = 2**16 - 1
_MASK_32: constant(uint256) = 2**32 - 1
_MASK_88: constant(uint256) = 2**88 - 1
_MASK_128: constant(uint256) = 2**128 - 1
_NEVER: constant(uint256) = 2**32 - 1


# Uptime feed of the L2's sequencer (answer 0 = up, started at = since when);
# zero on a chain that has none. While the sequencer is down only who can send
# through the L1 would trade, on prices that nobody else can answer.
SEQUENCER: public(immutable(address))


# Feed and expiry to what was observed (settlement window module). Kept for ever: a
# house may settle an instrument long after its expiry.
settlement_word: public(HashMap[uint256, HashMap[uint256, uint256]])


event PriceUpdated:
    feed: indexed(uint256)  # underlier id, or a collateral's feed
    round: indexed(uint256)  # seconds; newest source time used
    price: uint256  # wad, settlement currency per unit
    valid_until: uint256  # seconds; stale after it
    flags: uint256  # 1 jump against the price before, 2 the price before was stale
    grace_until: uint256  # seconds; liquidations wait until then; 0 = no change


event SettlementObserved:
    feed: indexed(uint256)
    expiry: indexed(uint256)  # seconds, 08:00 UTC (CDE 2.2)
    minute: uint256  # 1 to 30 before expiry, more after it
    price: uint256  # wad, the observation
    count: uint256  # observations so far
    sum: uint256  # wad, their sum; settlement price = sum / count, rounded down


event FeedChanged:
    feed: indexed(uint256)  # dense id
    slot: indexed(uint256)  # 0 limits, 1 to 3 source
    word: uint256  # the new word, packed (feed book and price sources modules)


event FeedChangeAnnounced:
    feed: indexed(uint256)  # dense id
    slot: indexed(uint256)  # 0 limits, 1 to 3 source
    word: uint256  # the word to come, packed; zero empties a slot
    due: uint256  # seconds; it can be applied from then on


event ReporterAdded:
    reporter_set: indexed(uint256)  # as named in a source word
    reporter: indexed(address)  # who may sign reports
    feed: uint256  # the feed whose slot 3 names the set, once it is applied


event RoleProposed:
    role: indexed(bytes32)  # keccak256 of its name
    holder: indexed(address)  # who offers it
    successor: address  # who may accept it; zero withdraws the offer


event RoleAccepted:
    role: indexed(bytes32)  # keccak256 of its name
    holder: indexed(address)  # who holds it from now on
    predecessor: address  # who held it; zero for the first


@deploy
def __init__(operator: address, sequencer: address):
    """
    @notice Names the operator; the deployer gets nothing.
    @param operator Who adds feeds and changes sources.
    @param sequencer Uptime feed of the L2's sequencer; zero if there is none.
    """
    SEQUENCER = sequencer
    roles._set_holder(OPERATOR, operator)


@external
@view
@reentrant
def price_word(key: uint256) -> uint256:
    """
    @notice Two feeds' lanes as they are stored. Anyone. Open to re-entry: what a
            source could read here in the middle of a poke is the price before.
    @param key Half the feed's id; its even feed has the low half of the word.
    @return uint256 The word; zero lanes never had a price.
    """
    return price_lanes._lanes[key]


@external
@view
@reentrant
def price_words(key: uint256, other_key: uint256) -> (uint256, uint256):
    """
    @notice Two such words in one call. Anyone.
    @param key Half a feed's id.
    @param other_key Half another feed's id.
    @return (uint256, uint256) The words.
    """
    return price_lanes._lanes[key], price_lanes._lanes[other_key]


@external
@view
def price_lane(feed: uint256) -> uint256:
    """
    @notice A feed's price, until when it is valid, and its flags. Anyone.
    @param feed The feed.
    @return uint256 The lane, 128 bits; zero if it never had a price.
    """
    return price_lanes._lane(feed)


@external
@view
def grace_until(feed: uint256) -> uint256:
    """
    @notice From when liquidations on a feed may start again after an outage of
            its sources or of the sequencer. Anyone.
    @param feed The feed.
    @return uint256 Seconds; while the sequencer is down, the end of time.
    """
    grace: uint256 = price_lanes._grace_of[feed]
    if SEQUENCER != empty(address):
        up: bool = False
        since: uint256 = 0
        up, since = price_sources._uptime(SEQUENCER)
        if not up:
            return _NEVER
        grace = max(grace, since + rules.PRICE_GRACE_SECONDS)
    return grace


@external
@view
def settlement_price(feed: uint256, expiry: uint256) -> (uint256, bool):
    """
    @notice The mean of what was observed for an expiry, and whether it is final.
    @param feed The feed.
    @param expiry Seconds.
    @return uint256 Wad, rounded down, and True once it cannot change.
    """
    word: uint256 = self.settlement_word[feed][expiry]
    return settlement_window._mean(word), settlement_window._is_final(word, expiry)


@external
@view
def source_state(feed: uint256, slot: uint256) -> (uint256, uint256, uint256):
    """
    @notice What a poke would make of one source now. Anyone may ask.
    @param feed The feed.
    @param slot 1 to 3.
    @return uint256 Fault (0 fresh, 1 absent, 2 reverting, 3 not positive, 4
            incomplete round, 5 from the future, 6 stale, 7 out of bounds), then
            price (wad) and time (seconds), both zero if there is a fault.
    """
    limits: uint256 = feed_book.limits_of[feed]
    return price_sources._read(
        feed_book.source_at[feed * 4 + slot], limits & _MASK_88, (limits >> 88) & _MASK_88
    )


@external
@view
def report_digest(feed: uint256, price: uint256, timestamp: uint256) -> bytes32:
    """
    @notice What reporters sign for `push`. Anyone may ask.
    @param feed The feed.
    @param price Wad.
    @param timestamp Seconds at which the price was seen.
    @return bytes32 The EIP-712 digest.
    """
    return self._report_digest(feed, price, timestamp)


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
    for feed: uint256 in feeds:
        self._poke(feed)


@external
def push(
    feed: uint256, price: uint256, timestamp: uint256, signatures_: DynArray[Bytes[65], 8]
):
    """
    @notice Stores a report that enough reporters signed, and pokes the feed, of
            which it is one source. Anyone may bring it.
    @param feed The feed; its slot 3 holds signed reports.
    @param price Wad.
    @param timestamp Seconds; later than the report before, not later than now.
    @param signatures_ Of distinct reporters, their addresses ascending.
    """
    place: uint256 = feed * 4 + feed_book.SIGNED_SLOT
    source: uint256 = feed_book.source_at[place]
    assert source >> 200 == price_sources.SIGNED, "board: no signed source"
    assert price != 0 and price <= _MASK_88, "board: bad price"
    assert timestamp <= block.timestamp, "board: future report"
    assert timestamp > (source >> 88) & _MASK_32, "board: older report"
    assert len(signatures_) >= (source >> 120) & _MASK_8, "board: too few signatures"
    members: uint256 = (source >> 128) & _MASK_32
    digest: bytes32 = self._report_digest(feed, price, timestamp)
    # Ascending addresses make the signers distinct without a list of those seen.
    before: uint256 = 0
    for signature: Bytes[65] in signatures_:
        signer: address = signatures._recover(digest, signature)
        assert convert(signer, uint256) > before, "board: signers not ascending"
        assert feed_book.is_reporter[members][signer], "board: not a reporter"
        before = convert(signer, uint256)
    # Stored and poked in one transaction: if the poke is refused, the report is
    # not kept either, and the same report can be brought again.
    feed_book.source_at[place] = ((source >> 120) << 120) | price | (timestamp << 88)
    self._poke(feed)


@external
def observe(feed: uint256, expiry: uint256):
    """
    @notice Pokes a feed and enters its price into the settlement of an expiry,
            once a minute from half an hour before it. Anyone.
    @param feed The feed.
    @param expiry Seconds; 08:00 UTC of a day.
    """
    word: uint256 = self.settlement_word[feed][expiry]
    settlement_window._check_open(word, expiry)
    price: uint256 = self._poke(feed)
    word = settlement_window._observed(word, expiry, price)
    self.settlement_word[feed][expiry] = word
    report_chain._report(
        SETTLEMENT_OBSERVED_TOPIC,
        convert(feed, bytes32),
        convert(expiry, bytes32),
        abi_encode(word >> 136, price, (word >> 128) & _MASK_8, word & _MASK_128),
    )


@internal
def _poke(_feed: uint256) -> uint256:
    """
    @notice Reads a feed's sources and stores their median, if it is sound.
    @param _feed The feed.
    @return uint256 The price, wad.
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
    price_lanes._store(_feed, price, valid_until, newest, newest == last)
    return price


@internal
@view
def _report_digest(_feed: uint256, _price: uint256, _timestamp: uint256) -> bytes32:
    """
    @notice What reporters sign.
    @param _feed The feed.
    @param _price Wad.
    @param _timestamp Seconds.
    @return bytes32 The EIP-712 digest.
    """
    return signatures._digest_of(
        signatures._domain_separator(_NAME, _VERSION),
        keccak256(abi_encode(_PRICE_TYPE, _feed, _price, _timestamp)),
    )
