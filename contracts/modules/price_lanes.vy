# pragma version 0.4.3
# pragma nonreentrancy on
"""
@title Price lanes: two prices a storage word
@license Apache-2.0
@notice Keeps each feed's last price, until when it is valid, its flags, and from
        when liquidations may start again after it had been stale. Nothing here
        judges a price: the board that uses it does.
@dev    The contract that uses this module declares `PriceUpdated`.

        Lane (128 bits, two feeds a word, the even one low): price uint88@0 (wad) |
        valid_until uint32@88 (seconds) | flags uint8@120 (1 = JUMP).
"""


from . import report_chain
uses: report_chain

from . import rules


# The move against the price before was larger than the rule allows: no opening.
JUMP: constant(uint256) = 1

# Only in events: the price before had gone stale, so a grace period begins.
RECOVERED: constant(uint256) = 2

PRICE_UPDATED_TOPIC: constant(bytes32) = keccak256(
    "PriceUpdated(uint256,uint256,uint256,uint256,uint256,uint256)"
)

_MASK_32: constant(uint256) = 2**32 - 1
_MASK_88: constant(uint256) = 2**88 - 1
_MASK_128: constant(uint256) = 2**128 - 1


# Half the feed id to two lanes. Two feeds a word, because a house that margins a
# token and an underlier with neighbouring ids then reads one cold slot, not two.
_lanes: HashMap[uint256, uint256]

# Feed to the end of its own grace period, seconds. Without it, whoever pokes first
# after an outage could liquidate in the same block, before anybody can pay in.
_grace_of: HashMap[uint256, uint256]


@internal
@view
def _lane(_feed: uint256) -> uint256:
    """
    @notice A feed's lane; zero if it never had a price.
    @param _feed The feed.
    @return uint256 128 bits.
    """
    return (self._lanes[_feed // 2] >> (128 * (_feed % 2))) & _MASK_128


@internal
def _store(
    _feed: uint256, _price: uint256, _valid_until: uint256, _newest: uint256, _same_round: bool
) -> (bool, uint256):
    """
    @notice Writes a lane and reports it; does nothing if nothing is new.
    @param _feed The feed.
    @param _price Wad, below 2^88.
    @param _valid_until Seconds.
    @param _newest Newest source time used, seconds.
    @param _same_round Whether nothing newer than the price before was used; then
           a jump stays a jump, or a second poke would wash it out.
    @return bool Whether it wrote; then until when liquidations wait, 0 if nothing
            changed in that.
    """
    offset: uint256 = 128 * (_feed % 2)
    word: uint256 = self._lanes[_feed // 2]
    lane: uint256 = (word >> offset) & _MASK_128
    before: uint256 = lane & _MASK_88
    flags: uint256 = 0
    grace: uint256 = 0
    if before != 0:
        moved: uint256 = max(before, _price) - min(before, _price)
        if moved * 10_000 > rules.PRICE_JUMP_BPS * before:
            flags = JUMP
        if _same_round:
            flags |= lane >> 120
    after: uint256 = _price | (_valid_until << 88) | (flags << 120)
    if after == lane and _same_round:
        return False, 0
    self._lanes[_feed // 2] = word ^ ((lane ^ after) << offset)
    if before != 0 and block.timestamp > (lane >> 88) & _MASK_32:
        flags |= RECOVERED
        grace = block.timestamp + rules.PRICE_GRACE_SECONDS
        self._grace_of[_feed] = grace
    report_chain._report(
        PRICE_UPDATED_TOPIC,
        convert(_feed, bytes32),
        convert(_newest, bytes32),
        abi_encode(_price, _valid_until, flags, grace),
    )
    return True, grace
