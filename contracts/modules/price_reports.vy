# pragma version 0.4.3
# pragma nonreentrancy on
"""
@title Price reports: prices that enough reporters signed
@license Apache-2.0
@notice Reporters sign one price (`Price`) or up to sixteen of one moment
        (`Prices`), and anyone brings what they signed. A report enters slot 3 of
        each of its feeds, as one source among the feed's others, and the feeds are
        poked in the same transaction: if one is refused, nothing is kept, and the
        same report can be brought again.
@dev    Reporters who quote a surface sign all its feeds in one report: then nobody
        can bring one of its prices and leave another. A report is void once one of
        its feeds has a later one, so what is signed together stays together.
"""


from . import feed_book
uses: feed_book

from . import price_rounds
uses: price_rounds

from . import price_sources
from . import signatures


# EIP-712: what reporters sign, and the domain's name and version. The domain
# holds chain and board, so a report is good for the feeds of one board.
_PRICE_TYPE: constant(bytes32) = keccak256(
    "Price(uint256 feed,uint256 price,uint256 timestamp)"
)
_PRICES_TYPE: constant(bytes32) = keccak256(
    "Prices(uint256[] feeds,uint256[] prices,uint256 timestamp)"
)
_NAME: constant(bytes32) = keccak256("Keelmark PriceBoard")
_VERSION: constant(bytes32) = keccak256("1")

_MASK_8: constant(uint256) = 2**8 - 1
_MASK_32: constant(uint256) = 2**32 - 1
_MASK_88: constant(uint256) = 2**88 - 1


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
@view
def reports_digest(
    feeds: DynArray[uint256, 16], prices: DynArray[uint256, 16], timestamp: uint256
) -> bytes32:
    """
    @notice What reporters sign for `push_many`. Anyone may ask.
    @param feeds The feeds.
    @param prices Wad, in the order of the feeds.
    @param timestamp Seconds at which the prices were seen.
    @return bytes32 The EIP-712 digest.
    """
    return self._reports_digest(feeds, prices, timestamp)


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
    members: uint256 = self._enter(feed, price, timestamp, len(signatures_))
    digest: bytes32 = self._report_digest(feed, price, timestamp)
    before: uint256 = 0
    for signature: Bytes[65] in signatures_:
        before = self._check_signer(digest, signature, members, before)
    price_rounds._poke(feed)


@external
def push_many(
    feeds: DynArray[uint256, 16],
    prices: DynArray[uint256, 16],
    timestamp: uint256,
    signatures_: DynArray[Bytes[65], 8],
):
    """
    @notice Stores one report of several feeds and pokes them all; one that is
            refused refuses all. A surface moves on once. Anyone may bring it.
    @param feeds The feeds, none twice; slot 3 of each holds signed reports, and
           the signers are reporters of each.
    @param prices Wad, in the order of the feeds.
    @param timestamp Seconds; later than each feed's report before, not later than
           now.
    @param signatures_ Of distinct reporters, their addresses ascending.
    """
    assert len(feeds) != 0 and len(prices) == len(feeds), "board: feeds and prices"
    digest: bytes32 = self._reports_digest(feeds, prices, timestamp)
    # Neighbours that name the same set of reporters, as the feeds of a surface may,
    # have it checked once.
    checked: uint256 = 0
    for i: uint256 in range(len(feeds), bound=16):
        members: uint256 = self._enter(feeds[i], prices[i], timestamp, len(signatures_))
        if members != checked:
            before: uint256 = 0
            for signature: Bytes[65] in signatures_:
                before = self._check_signer(digest, signature, members, before)
            checked = members
    price_rounds._poke_many(feeds)


@internal
def _enter(_feed: uint256, _price: uint256, _timestamp: uint256, _signatures: uint256) -> uint256:
    """
    @notice Writes a report into a feed's slot 3. The caller checks who signed it.
    @param _feed The feed.
    @param _price Wad.
    @param _timestamp Seconds.
    @param _signatures How many signed it.
    @return uint256 The set of reporters that may sign.
    """
    place: uint256 = _feed * 4 + feed_book.SIGNED_SLOT
    source: uint256 = feed_book.source_at[place]
    assert source >> 200 == price_sources.SIGNED, "board: no signed source"
    assert _price != 0 and _price <= _MASK_88, "board: bad price"
    assert _timestamp <= block.timestamp, "board: future report"
    assert _timestamp > (source >> 88) & _MASK_32, "board: older report"
    assert _signatures >= (source >> 120) & _MASK_8, "board: too few signatures"
    feed_book.source_at[place] = ((source >> 120) << 120) | _price | (_timestamp << 88)
    return (source >> 128) & _MASK_32


@internal
@view
def _check_signer(
    _digest: bytes32, _signature: Bytes[65], _members: uint256, _before: uint256
) -> uint256:
    """
    @notice Reverts unless a reporter of a set signed. Ascending addresses make the
            signers distinct without a list of those seen.
    @param _digest What was signed.
    @param _signature By whom.
    @param _members The set.
    @param _before The signer before, zero for the first.
    @return uint256 The signer.
    """
    signer: address = signatures._recover(_digest, _signature)
    assert convert(signer, uint256) > _before, "board: signers not ascending"
    assert feed_book.is_reporter[_members][signer], "board: not a reporter"
    return convert(signer, uint256)


@internal
@view
def _report_digest(_feed: uint256, _price: uint256, _timestamp: uint256) -> bytes32:
    """
    @notice What reporters sign for one feed.
    @param _feed The feed.
    @param _price Wad.
    @param _timestamp Seconds.
    @return bytes32 The EIP-712 digest.
    """
    return signatures._digest_of(
        signatures._domain_separator(_NAME, _VERSION),
        keccak256(abi_encode(_PRICE_TYPE, _feed, _price, _timestamp)),
    )


@internal
@view
def _reports_digest(
    _feeds: DynArray[uint256, 16], _prices: DynArray[uint256, 16], _timestamp: uint256
) -> bytes32:
    """
    @notice What reporters sign for several feeds.
    @param _feeds The feeds.
    @param _prices Wad, in the order of the feeds.
    @param _timestamp Seconds.
    @return bytes32 The EIP-712 digest.
    """
    return signatures._digest_of(
        signatures._domain_separator(_NAME, _VERSION),
        keccak256(
            abi_encode(_PRICES_TYPE, self._words(_feeds), self._words(_prices), _timestamp)
        ),
    )


@internal
@pure
def _words(_list: DynArray[uint256, 16]) -> bytes32:
    """
    @notice What EIP-712 makes of a list: the hash of its words, without a length.
    @param _list The list.
    @return bytes32 keccak256 of the words.
    """
    # The encoding has the place of the list and its length before the words.
    encoded: Bytes[576] = abi_encode(_list)
    return keccak256(slice(encoded, 64, len(encoded) - 64))
