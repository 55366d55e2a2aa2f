# pragma version 0.4.3
# pragma nonreentrancy on
"""
@title Price board
@license Apache-2.0
@notice One price a feed, read from its sources before it is needed, so that no
        source is ever called inside a trade or a liquidation.

        Anyone may read, `poke`, `push` a report that carries enough signatures,
        and `observe` for a settlement. The operator adds feeds and changes their
        sources and limits, within constants, loosens only after notice (feed book
        module), and lists surfaces of forwards and volatilities, whose points are
        feeds as well (surface book module). The role is handed over in two steps;
        the deployer holds none, and nobody can write a price.
@dev    A price is the median of the fresh sources (price rounds module). A large
        move against the price before raises the JUMP flag, which stops opening and
        nothing else, so that a crash can be liquidated; it stays until a later
        round confirms. After an outage, of the sources or of the L2 sequencer,
        `grace_until` tells a house to wait with liquidations.
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

from ..modules import surface_book
initializes: surface_book[
    report_chain := report_chain,
    roles := roles,
    feed_book := feed_book,
    price_lanes := price_lanes,
]

from ..modules import price_rounds
initializes: price_rounds[
    feed_book := feed_book, price_lanes := price_lanes, surface_book := surface_book
]

from ..modules import price_reports
initializes: price_reports[feed_book := feed_book, price_rounds := price_rounds]

from ..modules import price_sources
from ..modules import rules
from ..modules import settlement_window


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
    feed_book.share_signed_source,
    feed_book.shorten_max_age,
    feed_book.apply_change,
    feed_book.limits_of,
    feed_book.source_at,
    feed_book.announced_at,
    feed_book.due_at,
    feed_book.is_reporter,
    feed_book.reporter_set_count,
    # Surfaces: forwards and volatilities of an underlier.
    surface_book.list_surface,
    surface_book.add_expiry,
    surface_book.surface_word,
    surface_book.surface_grace_until,
    surface_book.forward_feed,
    surface_book.volatility_feed,
    surface_book.price_and_surface,
    surface_book.option_inputs,
    # How prices come in.
    price_rounds.poke,
    price_rounds.poke_many,
    price_rounds.SEQUENCER,
    price_reports.push,
    price_reports.push_many,
    price_reports.report_digest,
    price_reports.reports_digest,
)


# Adds feeds, changes sources and limits.
OPERATOR: public(constant(bytes32)) = keccak256("operator")

SETTLEMENT_OBSERVED_TOPIC: constant(bytes32) = keccak256(
    "SettlementObserved(uint256,uint256,uint256,uint256,uint256,uint256)"
)

_MASK_8: constant(uint256) = 2**8 - 1
_MASK_88: constant(uint256) = 2**88 - 1
_MASK_128: constant(uint256) = 2**128 - 1
_NEVER: constant(uint256) = 2**32 - 1


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


event SurfaceListed:
    underlier: indexed(uint256)  # whose surface
    epoch: indexed(uint256)  # its first, 1
    word: uint256  # the surface word, packed (surface book module)


event SurfaceExpiryAdded:
    underlier: indexed(uint256)  # whose surface
    expiry: indexed(uint256)  # seconds, 08:00 UTC (CDE 2.2)
    feed: uint256  # of the expiry's forward


event SurfaceUpdated:
    underlier: indexed(uint256)  # whose surface
    epoch: indexed(uint256)  # the new one; after 65535 comes 1
    time: uint256  # seconds; time to expiry counts from it until the next epoch


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
    price_rounds.__init__(sequencer)
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
    if price_rounds.SEQUENCER != empty(address):
        up: bool = False
        since: uint256 = 0
        up, since = price_sources._uptime(price_rounds.SEQUENCER)
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
def observe(feed: uint256, expiry: uint256):
    """
    @notice Pokes a feed and enters its price into the settlement of an expiry,
            once a minute from half an hour before it. Anyone.
    @param feed The feed.
    @param expiry Seconds; 08:00 UTC of a day.
    """
    word: uint256 = self.settlement_word[feed][expiry]
    settlement_window._check_open(word, expiry)
    price: uint256 = price_rounds._poke(feed)
    word = settlement_window._observed(word, expiry, price)
    self.settlement_word[feed][expiry] = word
    report_chain._report(
        SETTLEMENT_OBSERVED_TOPIC,
        convert(feed, bytes32),
        convert(expiry, bytes32),
        abi_encode(word >> 136, price, (word >> 128) & _MASK_8, word & _MASK_128),
    )
