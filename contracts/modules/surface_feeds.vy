# pragma version 0.4.3
# pragma nonreentrancy on
"""
@title Surface feeds: a feed's number says its place
@license Apache-2.0
@notice So no feed is part of two surfaces or twice of one, no listing can put
        another feed in its place, and no place needs a table that costs a read.

        spot: the underlier's id, 1 to 65535;
        forward: underlier | day of expiry << 16 (expiries are at 08:00 UTC);
        volatility: 2^32 | underlier << 6 | tenor << 3 | point (both indices from
        0), so that the points (0, 1), (2, 3) of a tenor share a word of lanes.
@dev    Stateless: import it and call, no `initializes`.
"""


# The lowest feed whose price is a volatility (1.00 = 1e18).
VOLATILITY_FEEDS: constant(uint256) = 2**32

# From a tenor's feeds to the next tenor's.
TENOR_STEP: constant(uint256) = 8

_DAY: constant(uint256) = 86_400
_EXPIRY_OF_DAY: constant(uint256) = 28_800
_MASK_32: constant(uint256) = 2**32 - 1


@internal
@pure
def _forward_feed(_underlier: uint256, _expiry: uint256) -> uint256:
    """
    @notice The feed of an expiry's forward. Times that are no expiry are refused:
            two of one day would share a feed.
    @param _underlier 1 to 65535.
    @param _expiry Seconds; 08:00 UTC of a day.
    @return uint256 The feed.
    """
    assert _expiry <= _MASK_32 and _expiry % _DAY == _EXPIRY_OF_DAY, "surface: no such expiry"
    return _underlier | (unsafe_div(_expiry, _DAY) << 16)


@internal
@pure
def _volatility_feed(_underlier: uint256, _tenor: uint256) -> uint256:
    """
    @notice The feed of a tenor's first point.
    @param _underlier 1 to 65535.
    @param _tenor Index of the tenor, from 0.
    @return uint256 The feed.
    """
    return VOLATILITY_FEEDS | (_underlier << 6) | (_tenor << 3)


@internal
@view
def _is_past(_feed: uint256) -> bool:
    """
    @notice Whether a feed has no option to value any more: the forward of an expiry
            that is over. The day in a spot's number is zero, and so it counts as
            past; the day in a volatility's is beyond the last that 32 bits of
            seconds reach, and so it never does.
    @param _feed Any feed.
    @return bool True if it has none.
    """
    return block.timestamp >= (_feed >> 16) * _DAY + _EXPIRY_OF_DAY
