# pragma version 0.4.3
# pragma nonreentrancy on
"""
@title Marks: what one unit of an instrument is worth
@license Apache-2.0
@notice Prices are read from the price board's stored words; no price source is
        ever called from here. A linear instrument's mark is its underlier's
        price; an option's was computed with its risk array, from the same board,
        and holds for the board's epoch.
"""


from ...modules import rules
from . import book
from . import wiring


uses: book
uses: wiring


STALE: constant(uint256) = 1
JUMP: constant(uint256) = 2

PERPETUAL: constant(uint256) = 1

MASK_16: constant(uint256) = 2**16 - 1
MASK_32: constant(uint256) = 2**32 - 1
MASK_88: constant(uint256) = 2**88 - 1


@internal
@view
def _price(_feed: uint256) -> (uint256, uint256):
    """
    @notice A feed's last good price.
    @param _feed Feed id.
    @return Price (wad) and flags: 1 stale, 2 jumped.
    """
    return self._read_lane(staticcall wiring.BOARD.price_word(_feed >> 1), _feed)


@internal
@view
def _read_lane(_word: uint256, _feed: uint256) -> (uint256, uint256):
    """
    @notice Takes a feed's lane from the board's word of two.
    @param _word The board's word: the even feed in the low half.
    @param _feed Feed id.
    @return Price (wad) and flags: 1 stale, 2 jumped.
    """
    lane: uint256 = _word >> ((_feed & 1) << 7)
    price: uint256 = lane & MASK_88
    assert price != 0, "house: no price"
    flags: uint256 = (lane >> 119) & JUMP
    if (lane >> 88) & MASK_32 < block.timestamp:
        flags |= STALE
    return price, flags


@internal
@view
def _mark(_instrument: uint256, _terms: uint256) -> (uint256, uint256, uint256):
    """
    @notice What one unit of an instrument is worth and what its notional is.
    @param _instrument Instrument id.
    @param _terms Instrument word, not settled.
    @return Mark (wad), the price that margin notional is measured by (wad; of an
            option its reference forward), and flags: 1 stale, 2 jumped.
    """
    feed: uint256 = (_terms >> 32) & MASK_16
    price: uint256 = 0
    flags: uint256 = 0
    if (_terms >> 56) & 255 != book.OPTION:
        price, flags = self._price(feed)
        return price, price, flags
    board_word: uint256 = 0
    surface: uint256 = 0
    board_word, surface = staticcall wiring.BOARD.price_and_surface(feed >> 1, feed)
    price, flags = self._read_lane(board_word, feed)
    return (
        (_terms >> 104) & MASK_88,
        book.forwards[(feed << 32) | (_terms & MASK_32)],
        flags | self._array_flags(_terms, book.risk_arrays[_instrument], surface),
    )


@internal
@view
def _array_flags(_terms: uint256, _array: uint256, _surface: uint256) -> uint256:
    """
    @notice Whether an option's risk array, and with it its mark, may be used.
    @param _terms Instrument word of the option.
    @param _array Its array word.
    @param _surface The board's surface word of its underlier.
    @return Flags: 1 of another epoch or past its validity, 2 computed from a price
            or volatility that had just jumped.
    """
    flags: uint256 = (_terms >> 253) & JUMP
    if (_array ^ _surface) & MASK_16 != 0 or (_terms >> 192) & MASK_32 < block.timestamp:
        flags |= STALE
    return flags


@internal
@view
def _funding_index(_instrument: uint256) -> int256:
    """
    @notice Funding paid by one unit of size since listing. A rate lives for one
            window, so funding that nobody rolls stops by itself.
    @param _instrument Instrument word.
    @return Wad of the settlement unit per unit of size; 0 for a dated future.
    """
    if (_instrument >> 56) & 255 != PERPETUAL:
        return 0
    # A window starts at a block's time, so the difference is not negative; a rate
    # is below 2^63 and an index below 2^87.
    elapsed: uint256 = min(
        unsafe_sub(block.timestamp, _instrument & MASK_32), rules.FUNDING_WINDOW_SECONDS
    )
    return unsafe_add(
        convert(convert(_instrument << 64, bytes32), int256) >> 168,
        unsafe_mul(
            convert(convert(_instrument, bytes32), int256) >> 192, convert(elapsed, int256)
        ),
    )
